"""The same ballots from other hands: what a total by weights tells of who came no sum of answers does (SEC-44).

A mean of the groups' rates is no linear equation of how many came. So whoever attacks it makes every neighbour of a
round that he cannot rule out: one ballot of a hidden group is another hidden group's. Where the counting chain reads
the same, everything must.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from typing import Any

from app.tally.chain import Chain
from app.tally.result import result_document
from tests.disclosure.rounds import Case, as_one


def neighbours(case: Case) -> Iterator[tuple[Any, Any]]:
    """Yield the document of a round, without remarks, beside those in which a hidden ballot is of another group."""
    hidden = [row["id"] for row in case.document["chain"]["groups"] if not row["shown"]]
    own = _document(case)
    for giver, taker in permutations(hidden, 2):
        moved = _moved(case, giver, taker)
        other = None if moved is None else _document(moved)
        if other is not None and other["chain"] == own["chain"]:
            yield own, other


def tells_who_came(case: Case) -> bool:
    """Whether a document hangs on which hidden group a ballot is of."""
    return any(own != other for own, other in neighbours(case))


def _document(case: Case) -> Any:  # noqa: ANN401 - plain JSON
    return as_one(result_document(case.paper, case.stacks, case.chain, {}))


def _moved(case: Case, giver: str, taker: str) -> Case | None:
    """Give one ballot of a group to another that rates the same; None where there is none, or no slip for it."""
    rows = {row.group_id: row for row in case.chain.groups}
    if rows[taker].returned >= min(rows[taker].issued, rows[taker].expected):
        return None
    stacks = dict(case.stacks)
    for part in case.paper.parts:
        for unit in part.units:
            of = [group for group in (giver, taker) if (unit.id, group) in stacks]
            if len(of) == 1 or (of and not stacks[unit.id, giver]):
                return None
            if of:
                marks, end = stacks[unit.id, giver], len(stacks[unit.id, giver]) - part.width
                stacks[unit.id, giver] = marks[:end]
                stacks[unit.id, taker] += marks[end:]
    changes = {giver: -1, taker: 1}
    made = tuple(
        replace(row, returned=row.returned + change, valid=row.valid + change)
        for row in case.chain.groups
        for change in [changes.get(row.group_id, 0)]
    )
    return replace(case, stacks=stacks, chain=Chain(made))
