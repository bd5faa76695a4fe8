"""What an opening leaves on the table."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.rounds.domain import Paper


@dataclass(frozen=True, slots=True)
class LooseRemark:
    """A remark to a unit, without group or ballot, under a random id."""

    id: bytes
    unit_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Stacks:
    """``marks``: (unit id, group id) to rows of the marks' bytes; ``returned``: ballots that count, per group id."""

    marks: dict[tuple[str, str], bytes]
    remarks: list[LooseRemark]
    returned: dict[str, int]


def valid_ballots(paper: Paper, sizes: Iterable[tuple[str, str, int]]) -> dict[str, int]:
    """Return of every voter group how many ballots are valid, from unit, group and bytes of each stack.

    A ballot may be 无效 in one section and valid in another: what counts is the section in which most are valid.
    """
    width = {unit.id: section.width for section in paper.sections for unit in section.units}
    found = dict.fromkeys((group.id for group in paper.groups), 0)
    for unit_id, group_id, size in sizes:
        found[group_id] = max(found[group_id], size // width[unit_id])
    return found
