"""Untrusted Excel workbooks in (SEC-56), plain text cells out (SEC-59). No workbook is ever written to disk."""

import json
import re
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.errors import DomainError
from app.core.holding import hold_nothing
from app.office import workbook_child

MAX_BYTES = workbook_child.MAX_BYTES
WALL_SECONDS = 4.3
SEAT_SECONDS = 0.4

_CHILD = Path(workbook_child.__file__).resolve()
_ENCRYPTED_MARK = "EncryptedPackage".encode("utf-16-le")
_EXCEL_CELL = 32_767
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# Each child may cost 256 MB: two at a time; whoever comes third is asked to try again.
_SEATS = threading.BoundedSemaphore(2)


@dataclass(frozen=True, slots=True)
class Cell:
    """One filled cell; ``column`` is its letter, a whole number's text has no decimals."""

    sheet: str
    row: int
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """The filled cells of one row, left to right; ``number`` as Excel shows it."""

    number: int
    cells: tuple[Cell, ...]

    def text(self, column: str) -> str:
        """Return the text of the cell under ``column``; empty if it is not filled."""
        return next((cell.text for cell in self.cells if cell.column == column), "")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its rows that have a filled cell, top to bottom."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Workbook:
    """What was read; ``names`` lists every sheet, also those not asked for."""

    names: tuple[str, ...]
    sheets: tuple[Sheet, ...]

    def sheet(self, *names: str) -> Sheet | None:
        """Return the first sheet that bears one of ``names``."""
        return next((sheet for sheet in self.sheets if sheet.name in names), None)


def read_workbook(data: bytes, sheets: Collection[str] = (), *, most_cells: int = workbook_child.MAX_CELLS) -> Workbook:
    """Read the filled cells of the named sheets (all if none is named) of an uploaded .xlsx.

    Blocks for at most ``SEAT_SECONDS + WALL_SECONDS``, in proportion longer where more cells are allowed. Raises
    DomainError with a ``workbook_…`` code, nothing else.
    """
    hold_nothing("reading a workbook")
    _check_outside(data)
    if not _SEATS.acquire(timeout=SEAT_SECONDS):
        raise DomainError("workbook_busy")
    try:
        output = _run_child(data, sheets, most_cells)
    finally:
        _SEATS.release()
    try:
        return _workbook(json.loads(output))
    except (ValueError, KeyError, TypeError) as error:
        raise DomainError("workbook_broken") from error


def _check_outside(data: bytes) -> None:
    """Refuse what the size and the first bytes betray without opening anything."""
    if not data:
        raise DomainError("workbook_empty")
    if len(data) > MAX_BYTES:
        raise DomainError("workbook_too_large", limit_mb=MAX_BYTES // 1024**2)
    if data.startswith(workbook_child.OLE_MAGIC):
        raise DomainError("workbook_encrypted" if _ENCRYPTED_MARK in data else "workbook_old_format")
    if not data.startswith(workbook_child.ZIP_MAGIC):
        raise DomainError("workbook_not_xlsx")


def _run_child(data: bytes, sheets: Collection[str], most_cells: int) -> bytes:
    command = [sys.executable, "-I", "-B", "-X", "utf8", str(_CHILD), json.dumps(sorted(sheets)), str(most_cells)]
    try:
        done = subprocess.run(  # noqa: S603 -- our own file, run by our own interpreter
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=WALL_SECONDS * workbook_child.times_the_usual(most_cells),
            check=False,
            cwd="/",
            env={"OPENPYXL_LXML": "False"},
        )
    except subprocess.TimeoutExpired:
        raise DomainError("workbook_slow") from None
    if done.returncode < 0:
        # Killed: by the limit on processor time, or by a fault of a parser.
        raise DomainError("workbook_slow")
    return done.stdout


def _workbook(answer: dict[str, Any]) -> Workbook:
    if "refused" in answer:
        raise DomainError(answer["refused"], **answer["params"])
    return Workbook(tuple(answer["names"]), tuple(_sheet(sheet["name"], sheet["rows"]) for sheet in answer["sheets"]))


def _sheet(name: str, rows: list[Any]) -> Sheet:
    return Sheet(
        name,
        tuple(Row(number, tuple(Cell(name, number, column, text) for column, text in cells)) for number, cells in rows),
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
