"""One sheet of a workbook, written from top to bottom: text is always text, exact figures are numbers."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.charts.lettering import text_width
from app.office.workbook import looks_like_formula, plain

_PLACES = 7
"""Decimals from none to as many as a rate may take that is nearly all or nearly none."""
_RISKY = tuple("=+-@\t\r\n|%")
SUM: Final = "占比合计"
"""Heads what printed shares add up to, where that is not the whole."""
PLACE, NARROW, WIDE, TELLING, LONG = 6, 10, 28, 30, 90
_LINE = 15
"""Height of a row of one line in points."""
_A4 = 9
_TITLE_SIGNS = 80
_HIGHEST = 409
"""What Excel allows, in points."""

Value = str | int | Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class Formats:
    """How cells look; ``aside``: a word among figures, ``open``: one that runs over the empty cells behind it."""

    head: Format
    text: Format
    quoted: Format
    aside: Format
    open: Format
    place: Format
    beside: Format
    whole: Format
    percents: tuple[Format, ...]
    scores: tuple[Format, ...]


class Table:
    """One worksheet, written from top to bottom."""

    def __init__(self, sheet: Worksheet, formats: Formats) -> None:
        self._sheet, self._formats, self._row = sheet, formats, 0
        self._widths: Sequence[int] = ()

    def head(self, labels: Sequence[str], widths: Sequence[int] = ()) -> None:
        """Write the column heads and keep them in sight; figures stand in the columns behind ``widths``."""
        self._widths = widths
        for column, label in enumerate(labels):
            self._sheet.set_column(column, column, widths[column] if column < len(widths) else NARROW)
            self._sheet.write_string(0, column, plain(label), self._formats.head)
        self._sheet.set_row(0, 2 * _LINE)
        self._sheet.freeze_panes(1, 2)
        self._row = 1

    def row(self, values: Iterable[Value]) -> None:
        """Write one row, as high as its longest text is in its column."""
        told, lines = list(values), 1
        for column, value in enumerate(told):
            is_last = all(other is None for other in told[column + 1 :])
            self._write(column, value, is_last=is_last)
            if isinstance(value, str) and column < len(self._widths):
                lines = max(lines, _lines(plain(value), self._widths[column]))
        if lines > 1:
            self._sheet.set_row(self._row, min(lines * _LINE, _HIGHEST))
        self._row += 1

    def _write(self, column: int, value: Value, *, is_last: bool = False) -> None:
        if value is None:
            return
        if isinstance(value, str):
            words = plain(value)
            self._sheet.write_string(self._row, column, words, self._text_shape(column, words, is_last=is_last))
            return
        number, shape = (value, self._whole(column)) if isinstance(value, int) else self._figure(value)
        if number is None:
            self._write(column, str(value["text"]) if isinstance(value, Mapping) else "")
        else:
            self._sheet.write_number(self._row, column, number, shape)

    def _whole(self, column: int) -> Format:
        """Return how a whole number stands: among the figures, in the narrow column of places, or beside its words."""
        if column >= len(self._widths):
            return self._formats.whole
        return self._formats.place if self._widths[column] == PLACE else self._formats.beside

    def _text_shape(self, column: int, words: str, *, is_last: bool) -> Format:
        """Return how a text stands: quoted if it looks like a formula; among figures at the right, or unbroken."""
        if words.startswith(_RISKY) or looks_like_formula(words):
            return self._formats.quoted
        if column < len(self._widths):
            return self._formats.text
        return self._formats.open if is_last else self._formats.aside

    def _figure(self, figure: Mapping[str, object]) -> tuple[float | None, Format]:
        """Return a figure of the document as the number it shows; None for bands."""
        text, tenths, count = str(figure["text"]), figure.get("tenths"), figure.get("count")
        places = len(text.rstrip("%").partition(".")[2])
        if isinstance(tenths, int):
            return float(Decimal(text.rstrip("%")) / 100), self._formats.percents[places]
        if isinstance(count, int):
            return count, self._formats.whole
        exact = re.fullmatch(r"\d+(\.\d{1,2})?", text) is not None
        return (float(text) if exact else None), self._formats.scores[places if exact else 0]


def _lines(text: str, width: int) -> int:
    """Return how many lines a text takes in a column of so many digits' width."""
    return sum(max(1, ceil(text_width(line, 2) / (width - 1))) for line in text.split("\n"))


def set_up_print(sheet: Worksheet, title: str, footer: str, order: str) -> None:
    """Print on A4 across, as wide as the paper, heads on every page.

    ``footer`` tells the code, ``order`` says in which order rows stand.
    """
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    # In Excel's language of headers & begins a code; the wide one is read alike and means nothing.
    sheet.set_header(f"&C{title[:_TITLE_SIGNS].replace('&', '＆')}  &A")
    sheet.set_footer(f"&L{footer}&C{order}&R&P/&N")


def _number(places: int) -> str:
    return f"0.{'0' * places}" if places else "0"


def formats_of(book: xlsxwriter.Workbook) -> Formats:
    """Return the formats of a workbook."""
    ruled = {"valign": "top", "border": 1, "border_color": "#C9D2DC"}
    wrapped = {**ruled, "text_wrap": True}
    head = {**wrapped, "bold": True, "align": "center", "valign": "vcenter", "bg_color": "#EEF2F6"}
    return Formats(
        head=book.add_format(head),
        text=book.add_format(wrapped),
        quoted=book.add_format({**wrapped, "quote_prefix": True}),
        aside=book.add_format({**ruled, "align": "right"}),
        open=book.add_format({"valign": "top"}),
        place=book.add_format({**ruled, "num_format": "0", "align": "center"}),
        beside=book.add_format({**ruled, "num_format": "0", "align": "left"}),
        whole=book.add_format({**ruled, "num_format": "0"}),
        percents=tuple(book.add_format({**ruled, "num_format": f"{_number(places)}%"}) for places in range(_PLACES)),
        scores=tuple(book.add_format({**ruled, "num_format": _number(places)}) for places in range(_PLACES)),
    )
