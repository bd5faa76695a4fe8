"""Untrusted sheets in (SEC-56), plain text cells out (SEC-59). No workbook is ever written to disk."""

import json
import re
import threading
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.core.errors import DomainError
from app.office.sheets.archive import OLE_MAGIC
from app.office.sheets.found import MAX_BYTES, MAX_CELLS, times_the_usual
from app.office.workshop import Craft, alone

WALL_SECONDS: Final = 15.0
"""The child's limit on processor time ends labour before; this one ends what waits."""
SEAT_SECONDS: Final = 5.0
READER: Final = "app.office.sheets.reading:read"
_READERS = threading.BoundedSemaphore(2)
"""Places of their own: whoever uploads slow files must not keep a round from its key."""

_ENCRYPTED_MARK = "EncryptedPackage".encode("utf-16-le")
_EXCEL_CELL = 32_767
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MEANT = {
    "workshop_full": "workbook_busy",
    "workshop_slow": "workbook_slow",
    "workshop_too_large": "workbook_bomb",
    # Killed: by the limit on processor time, or by a fault of a parser.
    "workshop_failed": "workbook_slow",
}


@dataclass(frozen=True, slots=True)
class Row:
    """The filled cells of one row as they are shown, by the letter of the column, left to right.

    ``number`` as Excel shows it. ``faults`` says of some cells why their text is none: "error" (a formula's error
    value), "no_value" (a formula that nobody calculated), "digits_lost" (too long for a number).
    """

    number: int
    cells: Mapping[str, str]
    faults: Mapping[str, str] = field(default_factory=dict)

    def text(self, column: str) -> str:
        """Return the text of the cell under ``column``; empty if it is not filled."""
        return self.cells.get(column, "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its rows that show something, top to bottom; a merged cell is in every row it covers.

    ``state``: "" where it was read, else why not ("hidden", "chart", "broken"). ``filled`` names the merged ranges
    that were written into several rows, ``wide`` the others: first row, last row, first column, last column.
    """

    name: str
    rows: tuple[Row, ...]
    state: str = ""
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    wide: tuple[tuple[int, int, int, int], ...] = ()
    refused: tuple[str, dict[str, object]] | None = None


@dataclass(frozen=True, slots=True)
class Workbook:
    """What was read; ``lost`` names what of the file could not be: "styles"."""

    sheets: tuple[Sheet, ...]
    lost: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all sheets, also of those that were not read."""
        return tuple(sheet.name for sheet in self.sheets)

    def sheet(self, *names: str) -> Sheet | None:
        """Return the first sheet that was read and bears one of ``names``."""
        return next((sheet for sheet in self.sheets if sheet.name in names and not sheet.state), None)


def read_workbook(data: bytes, first: Collection[str] = (), *, most_cells: int = MAX_CELLS) -> Workbook:
    """Read an uploaded .xlsx, .xls or .csv in a child of the workshop.

    A sheet named in ``first`` must keep within the limits; the others must if there is none. Blocks for at most
    ``SEAT_SECONDS + WALL_SECONDS``, in proportion longer where more cells are allowed. Raises DomainError with a
    ``workbook_…`` code, nothing else.
    """
    _check_outside(data)
    craft = Craft(READER, seconds=WALL_SECONDS * times_the_usual(most_cells))
    told = {"first": sorted(first), "most_cells": most_cells}
    try:
        answer = json.loads(alone(craft, data, told, SEAT_SECONDS, _READERS))
    except DomainError as error:
        raise DomainError(_MEANT.get(error.code, error.code)) from error
    if "refused" in answer:
        raise DomainError(answer["refused"], **answer["params"])
    book = Workbook(tuple(_sheet(sheet) for sheet in answer["sheets"]), tuple(answer["lost"]))
    named = [sheet for sheet in book.sheets if sheet.name in first] or book.sheets
    for sheet in named:
        if sheet.refused is not None:
            raise DomainError(sheet.refused[0], **sheet.refused[1])
    return book


def _check_outside(data: bytes) -> None:
    """Refuse what the size and the first bytes betray without opening anything."""
    if not data:
        raise DomainError("workbook_empty")
    if len(data) > MAX_BYTES:
        raise DomainError("workbook_too_large", limit_mb=MAX_BYTES // 1024**2)
    if data.startswith(OLE_MAGIC) and _ENCRYPTED_MARK in data:
        raise DomainError("workbook_encrypted")


def _sheet(told: dict[str, Any]) -> Sheet:
    return Sheet(
        told["name"],
        tuple(Row(*row) for row in told["rows"]),
        told["state"],
        tuple(told["hidden_rows"]),
        tuple(told["hidden_columns"]),
        tuple(told["filled"]),
        tuple((area[0], area[1], area[2], area[3]) for area in told["wide"]),
        (told["refused"][0], told["refused"][1]) if told["refused"] else None,
    )


def plain(text: str) -> str:
    """Return the text without the characters that XML cannot carry."""
    return _NOT_XML.sub("", text)


def export_text(text: str) -> str:
    """Return ``text`` fit for ``write_string``: what cannot be seen or stand in XML becomes a space, not too long."""
    return "".join(" " if _is_unseen(letter) else letter for letter in text)[:_EXCEL_CELL]


def _is_unseen(letter: str) -> bool:
    # Private-use letters stay: rare characters of names and places are kept there.
    return letter != "\n" and (unicodedata.category(letter) in {"Cc", "Cf", "Cs"} or letter in "\ufffe\uffff")


def looks_like_formula(text: str) -> bool:
    """Tell whether a spreadsheet might calculate ``text`` once somebody edits the cell or saves it as CSV."""
    return text.lstrip().startswith(("=", "+", "-", "−", "@", "＝", "＋", "－", "＠"))
