"""From whole ballots to stacks: one sheet per unit, every stack in an order of its own (docs/design.md “Opening”)."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from app.box.counted import LooseRemark, Stacks
from app.box.envelope import VOID, Ballot
from app.rounds.domain import NOT_ASKED, SELF, Paper

ID_BYTES = 16
Draw = Callable[[int], bytes]
"""A source of so many random bytes, fit for secrets: ``app.core.secrets.token_bytes``."""


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
        whole = np.frombuffer(pile, dtype=np.uint8).reshape(-1, paper.cells)
        returned[group_id] = len(whole)
        for section in paper.sections:
            asked = whole[:, section.start : section.end]
            if len(paper.parts) > 1:
                asked = asked[~(asked == VOID).any(axis=1)]
            if section.self_cell:
                asked = np.where(asked == SELF, NOT_ASKED, asked)
            sheets = asked.reshape(-1, len(section.units), section.width)
            for place in section.rated_by(group_id):
                rows = sheets[random_order(len(sheets), draw), place, :]
                marks[section.units[place].id, group_id] = rows.tobytes()
    return Stacks(marks, _loosen(paper, remarks, draw), returned)


def random_order(count: int, draw: Draw) -> NDArray[np.intp]:
    """Return a uniformly random permutation of ``range(count)``: the order of as many random 64-bit keys."""
    keys = np.frombuffer(draw(8 * count), dtype=np.uint64)
    return np.argsort(keys, kind="stable")


def _loosen(paper: Paper, remarks: list[tuple[int, str]], draw: Draw) -> list[LooseRemark]:
    """Return the remarks in a random order, under ids that rise: the order in which they are stored and shown."""
    order = random_order(len(remarks), draw)
    drawn = draw(ID_BYTES * len(remarks))
    ids = sorted(drawn[at : at + ID_BYTES] for at in range(0, len(drawn), ID_BYTES))
    return [
        LooseRemark(name, paper.units[unit].id, text)
        for name, (unit, text) in zip(ids, (remarks[place] for place in order), strict=True)
    ]
