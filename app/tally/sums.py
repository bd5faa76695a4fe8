"""Printed shares that add up to another sum than the whole: the note of it, with whose shares they are.

Every output that shows shares of many takes its notes from here.
"""

from collections.abc import Iterable

from app.tally.document import Target, overall_of, parts_of
from app.tally.shown import Cell, Figures

Sums = list[tuple[str, list[str]]]
"""Each note with the names of those of whom it holds, in their order."""


def sums_of(targets: Iterable[Target]) -> Sums:
    """Return the notes on objects, as many as are shown."""
    return sums_among((target["name"], overall_of(target)["total"]) for target in targets)


def sums_in(target: Target) -> Sums:
    """Return the notes on whatever was asked of an object."""
    return sums_among((part["label"], part["total"]) for part in parts_of(target))


def sums_of_groups(figures: Figures, total: str = "") -> Sums:
    """Return the notes on all together, where ``total`` names them, and after that on their voter groups."""
    whole = [(total, figures["total"])] if total else []
    return sums_among([*whole, *((row["name"], row["cell"]) for row in figures["groups"])])


def sums_among(cells: Iterable[tuple[str, Cell]]) -> Sums:
    """Return the notes on rows of any table, each with its name."""
    found: dict[str, list[str]] = {}
    for name, cell in cells:
        if note := sum_of(cell):
            found.setdefault(note, []).append(name)
    return list(found.items())


def sum_of(cell: Cell) -> str:
    """Return the note on one row of shares; empty where they are the whole."""
    return cell.get("sum_text", "") if cell["shown"] else ""
