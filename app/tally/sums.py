"""Printed shares that add up to another sum than the whole: the note of it, with whose shares they are.

Every output that shows shares of many takes its notes from here.
"""

from collections.abc import Iterable

from app.tally.document import Section, Target, overall_of, parts_of
from app.tally.shown import Cell

Sums = list[tuple[str, list[str]]]
"""Each note with the names of those of whom it holds, in their order."""


def sums_of(section: Section) -> Sums:
    """Return the notes on the objects of a section."""
    return _gathered((target["name"], overall_of(target)["total"]) for target in section["targets"])


def sums_in(target: Target) -> Sums:
    """Return the notes on whatever was asked of an object."""
    return _gathered((part["label"], part["total"]) for part in parts_of(target))


def sum_lines(sums: Sums) -> list[str]:
    """Say the notes, one a line."""
    return [f"{note}：{'、'.join(names)}。" for note, names in sums]


def sum_of(cell: Cell) -> str:
    """Return the note on one row of shares; empty where they are the whole."""
    return cell.get("sum_text", "") if cell["shown"] else ""


def _gathered(cells: Iterable[tuple[str, Cell]]) -> Sums:
    found: dict[str, list[str]] = {}
    for name, cell in cells:
        if note := sum_of(cell):
            found.setdefault(note, []).append(name)
    return list(found.items())
