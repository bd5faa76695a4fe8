"""From whole ballots to stacks: one sheet per unit, every stack in an order of its own (DESIGN.md section 1.5)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.box.envelope import Ballot
from app.rounds.domain import Paper

ID_BYTES = 16
Draw = Callable[[int], bytes]
"""A source of so many random bytes, fit for secrets: ``app.core.secrets.token_bytes``."""


@dataclass(frozen=True, slots=True)
class LooseRemark:
    """A remark to a unit, without group or ballot, under a random id."""

    id: bytes
    unit_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Stacks:
    """``marks``: (unit id, group id) to rows of one byte per item; ``returned``: ballots per group id."""

    marks: dict[tuple[str, str], bytes]
    remarks: list[LooseRemark]
    returned: dict[str, int]


def shred(paper: Paper, ballots: Iterable[Ballot], draw: Draw) -> Stacks:
    """Take checked ballots apart. Every stack is shuffled on its own, so that no two sheets of one voter meet again.

    Ballots are read one at a time and only their marks and remarks are held.
    """
    piles = {group.id: bytearray() for group in paper.groups}
    remarks: list[tuple[int, str]] = []
    for ballot in ballots:
        piles[ballot.group_id] += ballot.marks
        remarks += ballot.remarks
    marks: dict[tuple[str, str], bytes] = {}
    returned: dict[str, int] = {}
    for group_id, pile in piles.items():
        sheets = np.frombuffer(pile, dtype=np.uint8).reshape(-1, len(paper.units), len(paper.items))
        returned[group_id] = len(sheets)
        for place in paper.rated_by(group_id):
            rows = sheets[random_order(len(sheets), draw), place, :]
            marks[paper.units[place].id, group_id] = rows.tobytes()
    return Stacks(marks, _loosen(paper, remarks, draw), returned)


def random_order(count: int, draw: Draw) -> NDArray[np.intp]:
    """Return a uniformly random permutation of ``range(count)``: the order of as many random 64-bit keys."""
    keys = np.frombuffer(draw(8 * count), dtype=np.uint64)
    return np.argsort(keys, kind="stable")


def _loosen(paper: Paper, remarks: list[tuple[int, str]], draw: Draw) -> list[LooseRemark]:
    order = random_order(len(remarks), draw)
    ids = draw(ID_BYTES * len(remarks))
    return [
        LooseRemark(ids[at * ID_BYTES : (at + 1) * ID_BYTES], paper.units[unit].id, text)
        for at, (unit, text) in enumerate(remarks[place] for place in order)
    ]
