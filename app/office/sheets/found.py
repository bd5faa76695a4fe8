"""What a reader found in a file, before anybody asks for rows; limits that hold for every kind of file."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

MAX_BYTES: Final = 2 * 1024 * 1024
MAX_ROWS: Final = 20_000
MAX_COLUMNS: Final = 50
MAX_CELLS: Final = 120_000
MAX_TEXT: Final = 4_000_000
MAX_MERGED: Final = 5_000

ERRORS: Final = frozenset(
    {
        "#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!", "#CALC!",
        "#FIELD!", "#BLOCKED!", "#UNKNOWN!", "#CONNECT!", "#BUSY!", "#EXTERNAL!", "#PYTHON!", "#TIMEOUT!",
    }
)  # fmt: skip
ERROR, NO_VALUE, DIGITS_LOST = "error", "no_value", "digits_lost"
"""What may be wrong with a cell, whatever column it stands in."""

Filled = tuple[str, str]
"""Text as shown, and what is wrong with the cell ("" if nothing)."""
Area = tuple[int, int, int, int]
"""A merged range: first row, last row, first column, last column, all counted from 1."""


def times_the_usual(most_cells: int) -> float:
    """Return how much more time than usual a reader gets who may bring more cells than usual."""
    return max(1.0, most_cells / MAX_CELLS)


class WorkbookRefusedError(Exception):
    """The file breaks a limit; ``code`` and ``params`` become the reader's sentence."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(slots=True)
class Budget:
    """What may still be read of one file."""

    cells: int
    most_cells: int
    text: int = MAX_TEXT

    def spend(self, sheet: str, row: int, column: int, text: str) -> None:
        """Count one filled cell; WorkbookRefusedError where it is one too many."""
        if row > MAX_ROWS:
            raise WorkbookRefusedError("workbook_too_many_rows", sheet=sheet, row=row, limit=MAX_ROWS)
        if column > MAX_COLUMNS:
            raise WorkbookRefusedError("workbook_too_many_columns", sheet=sheet, row=row, limit=MAX_COLUMNS)
        self.cells -= 1
        self.text -= len(text)
        if self.cells < 0:
            raise WorkbookRefusedError("workbook_too_many_cells", limit=self.most_cells)
        if self.text < 0:
            raise WorkbookRefusedError("workbook_bomb")


@dataclass(slots=True)
class Found:
    """One sheet: its filled cells by row and column, and how it is shown."""

    name: str
    state: str = ""
    """"": shown; otherwise why it was not read: "hidden", "chart", "broken"."""
    cells: dict[int, dict[int, Filled]] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)
    refused: WorkbookRefusedError | None = None

    def put(self, row: int, column: int, text: str, fault: str = "") -> None:
        """Keep a cell that shows something; an error value that was copied as text is no text of anybody."""
        lost = ERROR if text[:1] == "#" and text.strip() in ERRORS else ""
        # No database and no page takes a NUL, which an escape or an old workbook can bring.
        self.cells.setdefault(row, {})[column] = text.replace("\0", ""), fault or lost

    def fill_merged(self, budget: Budget) -> list[str]:
        """Write what a merged range shows beside each row it covers that lists something; return those ranges.

        What is written counts as read: WorkbookRefusedError where it is too much.
        """
        filled = []
        for first, last, left, right in self.merged:
            shown = self.cells.get(first, {}).get(left)
            if shown is None:
                continue
            covered = [row for row in range(first + 1, min(last, MAX_ROWS) + 1) if row in self.cells]
            for row in covered:
                if left not in self.cells[row]:
                    budget.spend(self.name, row, left, shown[0])
                    self.cells[row][left] = shown
            if covered:
                filled.append(f"{letters(left)}{first}:{letters(right)}{last}")
        return filled

    def told(self, budget: Budget) -> dict[str, Any]:
        """Return what the service is told, in JSON's terms; a limit that is broken is kept with the sheet."""
        filled = list[str]()
        try:
            filled = self.fill_merged(budget)
        except WorkbookRefusedError as refusal:
            self.refused = refusal
            self.cells.clear()
        shown = [(number, row) for number, row in sorted(self.cells.items()) if number not in self.hidden_rows]
        return {
            "name": self.name,
            "state": self.state,
            "rows": [_told(number, row) for number, row in shown if row],
            "hidden_rows": sorted(number for number in self.hidden_rows if self.cells.get(number)),
            "hidden_columns": list(_letters_of(self.hidden_columns)),
            "filled": filled,
            "wide": [list(area) for area in self.merged if area[3] > area[2]],
            "refused": [self.refused.code, self.refused.params] if self.refused else None,
        }


def _told(number: int, row: dict[int, Filled]) -> tuple[int, dict[str, str], dict[str, str]]:
    """Return a row's number, the texts of its cells by letter, left to right, and what is wrong with some of them."""
    cells = {letters(column): row[column] for column in sorted(row)}
    return (
        number,
        {letter: text for letter, (text, _) in cells.items()},
        {letter: fault for letter, (_, fault) in cells.items() if fault},
    )


def _letters_of(spans: list[tuple[int, int]]) -> Iterator[str]:
    for first, last in spans:
        yield from (letters(column) for column in range(max(first, 1), min(last, MAX_COLUMNS) + 1))


@lru_cache(maxsize=1024)
def letters(column: int) -> str:
    """Return the letters of a column counted from 1: 28 is AB."""
    made = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        made = chr(ord("A") + rest) + made
    return made


@lru_cache(maxsize=1024)
def column_of(name: str) -> int:
    """Return the number of a column from its letters, in any case."""
    number = 0
    for letter in name.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
