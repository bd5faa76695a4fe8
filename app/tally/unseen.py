"""The groups that no output tells anything about, for reports that are written before there is a result."""

from collections.abc import Mapping

from app.rounds.domain import Paper
from app.tally.chain import Chain, GroupChain
from app.tally.hiding import rules_of


def unseen_groups(paper: Paper, slips: Mapping[str, tuple[int, int]]) -> frozenset[str]:
    """Return the groups whose numbers must not be seen, from (issued, returned) of each: those of the result."""
    rows = []
    for group in paper.groups:
        issued, returned = slips[group.id]
        rows.append(GroupChain(group.id, group.expected, printed=issued, returned=returned, valid=returned))
    return rules_of(paper, Chain(tuple(rows))).unseen
