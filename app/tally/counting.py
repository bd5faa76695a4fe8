"""From stacks of marks to counts; the only place that touches a stack."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from app.core.errors import DomainError
from app.rounds.domain import NOT_ASKED, Paper
from app.tally.figures import Table

Counts = NDArray[np.int64]

_BYTE = 256
_SLICE_ROWS = 1 << 16


def count_stack(stack: bytes, items: int, options: int) -> Counts:
    """Count a stack of n x items marks: shape (items, options).

    Raises ``DomainError("stack_damaged")`` for a broken length or a mark outside the scale.
    """
    if items < 1 or len(stack) % items:
        raise DomainError("stack_damaged")
    rows = np.frombuffer(stack, dtype=np.uint8).reshape(-1, items)
    counts = np.zeros((items, _BYTE), dtype=np.int64)
    for start in range(0, len(rows), _SLICE_ROWS):
        part = rows[start : start + _SLICE_ROWS]
        for item in range(items):
            counts[item] += np.bincount(part[:, item], minlength=_BYTE)
    if counts[:, options:].any():
        raise DomainError("stack_damaged")
    return counts[:, :options]


def merge(parts: Iterable[Counts], items: int, options: int) -> Counts:
    """Add the counts of several groups; no part at all gives zeros."""
    total = np.zeros((items, options), dtype=np.int64)
    for part in parts:
        total += part
    return total


def count_round(paper: Paper, stacks: Mapping[tuple[str, str], bytes]) -> dict[str, tuple[dict[str, Table], ...]]:
    """Tables by unit id, item and group id; groups that leave the unit out are absent, missing stacks count as empty.

    Raises ``DomainError("stack_foreign")`` if a stack belongs to nobody who rates that unit.
    """
    asked = {(paper.units[place].id, group.id) for group in paper.groups for place in paper.rated_by(group.id)}
    for place, stack in stacks.items():
        if place not in asked and stack.count(NOT_ASKED) != len(stack):
            raise DomainError("stack_foreign")
    return {unit.id: _unit_tables(paper, unit.id, asked, stacks) for unit in paper.units}


def _unit_tables(
    paper: Paper, unit_id: str, asked: set[tuple[str, str]], stacks: Mapping[tuple[str, str], bytes]
) -> tuple[dict[str, Table], ...]:
    scale, items = paper.scheme.scale, len(paper.items)
    counted = {
        group.id: count_stack(stacks.get((unit_id, group.id), b""), items, len(scale.options)).tolist()
        for group in paper.groups
        if (unit_id, group.id) in asked
    }
    return tuple({group: Table.of(scale, rows[item]) for group, rows in counted.items()} for item in range(items))
