"""From stacks of marks to counts; the only place that touches a stack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.campaigns.domain import Scale, ScoreScale
from app.core.errors import DomainError
from app.rounds.domain import NOT_ASKED, Paper, Section
from app.rounds.marks import are_wrong
from app.tally.chain import Chain
from app.tally.figures import Table, UnitCount

Counts = NDArray[np.int64]

_SLICE_ROWS = 1 << 14
_DENSE = 1 << 20
_BITS = 63


@dataclass(frozen=True, slots=True)
class Patterns:
    """How often each whole sheet occurs in a stack: its marks, read as a number in base ``options``, and the count."""

    numbers: Counts
    counts: Counts
    items: int
    options: int

    def by_item(self) -> Counts:
        """Return the counts of each item's options: shape (items, options)."""
        rows = []
        for item in range(self.items):
            marks = self.numbers // self.options ** (self.items - 1 - item) % self.options
            rows.append(np.bincount(marks, weights=self.counts, minlength=self.options))
        return np.array(rows).astype(np.int64)


def count_patterns(stack: bytes, items: int, options: int) -> Patterns:
    """Count the sheets of a stack of n x items marks.

    Raises ``DomainError("stack_damaged")`` for a broken length or a mark outside the scale, ValueError for a form so
    long that its sheets cannot be numbered.
    """
    if items < 1 or len(stack) % items:
        raise DomainError("stack_damaged")
    if options**items >= 1 << _BITS:
        msg = "more items than a sheet's number can hold"
        raise ValueError(msg)
    rows = np.frombuffer(stack, dtype=np.uint8).reshape(-1, items)
    slices = [rows[start : start + _SLICE_ROWS] for start in range(0, len(rows), _SLICE_ROWS)]
    if options**items > _DENSE:
        numbers = np.concatenate([_numbered(part, options) for part in slices] or [np.zeros(0, int)])
        found, counts = np.unique(numbers, return_counts=True)
        return Patterns(found, counts.astype(np.int64), items, options)
    dense = np.zeros(options**items, dtype=np.int64)
    places = np.array([options**place for place in reversed(range(items))], dtype=np.float32)
    for part in slices:
        _check_marks(part, options)
        # Exact: numbers below 2**20 fit a 32-bit float, and a matrix product is the quickest way to them.
        with np.errstate(invalid="ignore"):  # all is finite: BLAS now and then leaves the flag of lanes it does not use
            dense += np.bincount((part.astype(np.float32) @ places).astype(np.intp), minlength=len(dense))
    found = np.flatnonzero(dense)
    return Patterns(found, dense[found], items, options)


def _check_marks(rows: NDArray[np.uint8], options: int) -> None:
    if rows.max() >= options:
        raise DomainError("stack_damaged")


def _numbered(rows: NDArray[np.uint8], options: int) -> Counts:
    _check_marks(rows, options)
    numbers = np.zeros(len(rows), dtype=np.int64)
    for item in range(rows.shape[1]):
        numbers *= options
        numbers += rows[:, item]
    return numbers


def most_alike(parts: Sequence[Patterns]) -> int:
    """Return how often the most frequent sheet occurs whose marks are not all the same."""
    if not parts:
        return 0
    items, options = parts[0].items, parts[0].options
    found, place = np.unique(np.concatenate([part.numbers for part in parts]), return_inverse=True)
    counts = np.zeros(len(found), dtype=np.int64)
    np.add.at(counts, place, np.concatenate([part.counts for part in parts]))
    one_of_each = sum(options**item for item in range(items))
    return int(max(counts[found % one_of_each != 0], default=0))


def count_round(paper: Paper, stacks: Mapping[tuple[str, str], bytes]) -> dict[str, UnitCount]:
    """Count by unit id; groups that leave the unit out are absent, missing stacks count as empty.

    Raises ``DomainError("stack_foreign")`` if a stack belongs to nobody who rates that unit.
    """
    asked = {(paper.units[place].id, group.id) for group in paper.groups for place in paper.rated_by(group.id)}
    for place, stack in stacks.items():
        if place not in asked and stack.count(NOT_ASKED) != len(stack):
            raise DomainError("stack_foreign")
    return {
        unit.id: _count_unit(section, unit.id, asked, stacks) for section in paper.sections for unit in section.units
    }


def check_counts(paper: Paper, counted: Mapping[str, UnitCount], chain: Chain) -> None:
    """Refuse stacks that hold other numbers of sheets than ballots came back: DomainError ``stack_count_differs``.

    All units of a section have as many sheets of a group; that is all valid ballots in one section at least.
    """
    most = dict.fromkeys((group.id for group in paper.groups), 0)
    for section in paper.sections:
        every = [tables for unit in section.units for tables in counted[unit.id].tables]
        sizes = {(group, table.sheets) for tables in every for group, table in tables.items()}
        if len(sizes) > len(dict(sizes)):
            raise DomainError("stack_count_differs")
        most |= {group: max(most[group], size) for group, size in sizes}
    rated = {group for count in counted.values() for group in count.tables[0]}
    if any(most[group] != chain.group(group).valid for group in rated):
        raise DomainError("stack_count_differs")


def _table(scale: Scale, own: Scale, counts: Sequence[int]) -> Table:
    """Return the table of an item: marks are those of the section's scale, of which it may have fewer grades."""
    table = Table.of(scale, counts)
    if any(table.grades[len(own.grades) :]):
        raise DomainError("stack_damaged")
    return replace(table, grades=table.grades[: len(own.grades)])


def _count_unit(
    section: Section, unit_id: str, asked: set[tuple[str, str]], stacks: Mapping[tuple[str, str], bytes]
) -> UnitCount:
    if any(item.score for item in section.items):
        return _count_points(section, unit_id, asked, stacks)
    scale, items = section.scheme.scale, len(section.items)
    own = [scheme.scale for scheme in section.schemes]
    found = {group.id: stacks.get((unit_id, group.id), b"") for group in section.groups if (unit_id, group.id) in asked}
    sheets_of = {group: _rated(section, stack) for group, stack in found.items()}
    excused = {group: (len(stack) - len(sheets_of[group])) // items for group, stack in found.items()}
    patterns = {group: count_patterns(stack, items, len(scale.options)) for group, stack in sheets_of.items()}
    counted = {group: found.by_item().tolist() for group, found in patterns.items()}
    tables = tuple(
        {
            group: replace(_table(scale, own[item], rows[item]), excused=excused[group])
            for group, rows in counted.items()
        }
        for item in range(items)
    )
    sheets = sum(int(found.counts.sum()) for found in patterns.values())
    return UnitCount(tables, sheets, most_alike(list(patterns.values())) if items > 1 else 0)


def _rated(section: Section, stack: bytes) -> bytes:
    """Return the sheets of a stack on which something was asked: not those of who was 本人."""
    if not section.self_cell:
        return stack
    if len(stack) % section.width:
        raise DomainError("stack_damaged")
    rows = np.frombuffer(stack, dtype=np.uint8).reshape(-1, section.width)
    return bytes(rows[~(rows == NOT_ASKED).all(axis=1)])


def _count_points(
    section: Section, unit_id: str, asked: set[tuple[str, str]], stacks: Mapping[tuple[str, str], bytes]
) -> UnitCount:
    """Count a unit of a section in which something is answered in points; whose sheets are alike is not asked."""
    found: dict[str, NDArray[np.uint8]] = {}
    for group in section.groups:
        if (unit_id, group.id) in asked:
            stack = stacks.get((unit_id, group.id), b"")
            if len(stack) % section.width or are_wrong(section, stack):
                raise DomainError("stack_damaged")
            found[group.id] = np.frombuffer(stack, dtype=np.uint8).reshape(-1, section.width)
    tables = tuple(
        {group: _column(section, item, rows) for group, rows in found.items()} for item in range(len(section.items))
    )
    return UnitCount(tables, sum(map(len, found.values())), 0)


def _column(section: Section, place: int, rows: NDArray[np.uint8]) -> Table:
    """Return the table of an item of rows that hold no wrong mark."""
    item, at, scale = section.items[place], section.place_of(place), section.scheme.scale
    marks = rows[:, at].astype(np.int64)
    if item.score is None:
        counts = np.bincount(marks, minlength=len(scale.options)).tolist()
        return _table(scale, section.scheme_of(item).scale, counts)
    own = ScoreScale.of(scale, item.score)
    steps = marks * item.score.per_point + (rows[:, at + 1] if item.score.decimals else 0)
    counts = np.bincount(steps[marks < own.opinions], minlength=item.score.steps + 1).tolist()
    others = [int((marks == mark).sum()) for mark in range(own.opinions, own.marks)]
    unknown = 0 if own.unknown is None else others[0]
    return Table(tuple(counts), unknown, sum(others) - unknown)
