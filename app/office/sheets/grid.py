"""One worksheet of an .xlsx, cell by cell."""

import math
import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from app.office.sheets.codes import GENERAL, shown, shown_text
from app.office.sheets.found import (
    DIGITS_LOST,
    ERROR,
    MAX_COLUMNS,
    MAX_MERGED,
    NO_VALUE,
    Budget,
    Filled,
    Found,
    WorkbookRefusedError,
    column_of,
)
from app.office.sheets.parts import Attributes, Part, unescaped

_LAST_ROW: Final = 1_048_576
_REFERENCE: Final = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_EXACT: Final = 1e15
"""From here on Excel has already written zeros in the place of digits."""
_TRUE: Final = frozenset({"1", "true"})
_DAY_CODE: Final = "yyyy/m/d"


class Grid(Part):
    """Collects what the cells show."""

    def __init__(
        self, sheet: Found, strings: Sequence[str], codes: Sequence[str], budget: Budget, *, from_1904: bool
    ) -> None:
        self.sheet = sheet
        self._strings, self._codes, self._budget, self._from_1904 = strings, codes, budget, from_1904
        self._row = self._column = 0
        self._cell: Attributes = {}
        self._value: list[str] | None = None
        self._words: list[str] = []
        self._is_formula = False
        self._target: list[str] = self._words
        self._aside = 0
        self._starts = {
            "c": self._start_cell, "row": self._start_row, "v": self._start_value, "t": self._start_text,
            "f": self._start_formula, "rPh": self._start_aside, "mergeCell": self._merge, "col": self._hide_columns,
        }  # fmt: skip
        self._kinds: dict[str, Callable[[str], Filled]] = {
            "inlineStr": self._inline, "str": self._text, "s": self._shared, "d": self._day,
            "b": lambda value: ("TRUE" if value in _TRUE else "FALSE", ""), "e": lambda value: (value, ERROR),
        }  # fmt: skip

    def start(self, tag: str, attributes: Attributes) -> None:
        """Take the beginning of a row, a cell or what stands in it."""
        begin = self._starts.get(tag)
        if begin is not None:
            begin(attributes)

    def end(self, tag: str) -> None:
        """Take the end of one; a cell is whole then."""
        self.listens = False
        if tag == "rPh":
            self._aside -= 1
        if tag == "c":
            self._end_cell()

    def text(self, text: str) -> None:
        """Take some text of a value."""
        self._target.append(text)

    def _start_row(self, attributes: Attributes) -> None:
        self._row = _whole(attributes["r"]) if "r" in attributes else self._row + 1
        if not 0 < self._row <= _LAST_ROW:
            raise WorkbookRefusedError("workbook_broken")
        self._column = 0
        if attributes.get("hidden") in _TRUE:
            self.sheet.hidden_rows.add(self._row)

    def _start_cell(self, attributes: Attributes) -> None:
        letters = attributes.get("r", "").rstrip("0123456789")
        self._column = column_of(letters) if letters.isalpha() and letters.isascii() else self._column + 1
        self._cell, self._value, self._words, self._is_formula = attributes, None, [], False

    def _start_value(self, _: Attributes) -> None:
        self._value = []
        self._target, self.listens = self._value, True

    def _start_text(self, _: Attributes) -> None:
        self._target, self.listens = self._words, not self._aside

    def _start_formula(self, _: Attributes) -> None:
        self._is_formula = True

    def _start_aside(self, _: Attributes) -> None:
        self._aside += 1

    def _merge(self, attributes: Attributes) -> None:
        corners = [_REFERENCE.fullmatch(part) for part in attributes.get("ref", "").split(":")]
        first, last = corners[0], corners[-1]
        if first and last and len(self.sheet.merged) < MAX_MERGED:
            area = (int(first[2]), int(last[2]), column_of(first[1]), column_of(last[1]))
            self.sheet.merged.append(area)

    def _hide_columns(self, attributes: Attributes) -> None:
        if attributes.get("hidden") in _TRUE and len(self.sheet.hidden_columns) < MAX_COLUMNS:
            self.sheet.hidden_columns.append((_whole(attributes.get("min", "")), _whole(attributes.get("max", ""))))

    def _end_cell(self) -> None:
        text, fault = self._shown()
        if text or fault:
            self._budget.spend(self.sheet.name, self._row, self._column, text)
            self.sheet.put(self._row, self._column, text, fault)

    def _shown(self) -> Filled:
        """Return what the cell shows, and what is wrong with it."""
        kind = self._cell.get("t", "n")
        value = "".join(self._value) if self._value is not None else ""
        if self._is_formula and (self._value is None or (not value and kind != "str")):
            return "", NO_VALUE
        tell = self._kinds.get(kind, self._number)
        return tell(value) if value or kind == "inlineStr" else ("", "")

    def _inline(self, _: str) -> Filled:
        return self._text("".join(self._words))

    def _text(self, value: str) -> Filled:
        return shown_text(unescaped(value), self._code()), ""

    def _shared(self, value: str) -> Filled:
        return shown_text(self._string(value), self._code()), ""

    def _string(self, value: str) -> str:
        number = _whole(value)
        if not 0 <= number < len(self._strings):
            raise WorkbookRefusedError("workbook_broken")
        return self._strings[number]

    def _code(self) -> str:
        style = self._cell.get("s", "")
        return self._codes[int(style)] if style.isdecimal() and int(style) < len(self._codes) else GENERAL

    def _number(self, value: str) -> Filled:
        try:
            number = float(value)
        except ValueError:
            return value, ""
        return of_number(number, self._code(), from_1904=self._from_1904) if math.isfinite(number) else (value, "")

    def _day(self, value: str) -> Filled:
        """Return a day that is written as text in the file, as strict workbooks do."""
        try:
            moment = datetime.fromisoformat(value).replace(tzinfo=None)
        except ValueError:
            return value, ""
        # Spreadsheets know no time zones.
        number = (moment - datetime(1899, 12, 30)) / timedelta(days=1)  # noqa: DTZ001
        code = self._code()
        return shown(number, _DAY_CODE if code == GENERAL else code), ""


def of_number(number: float, code: str, *, from_1904: bool) -> Filled:
    """Return what a number shows; and that digits were lost, if it stands for more than it could keep."""
    text = shown(number, code, from_1904=from_1904)
    is_long = abs(number) >= _EXACT and number == int(number)
    return text, DIGITS_LOST if is_long else ""


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise WorkbookRefusedError("workbook_broken") from None
