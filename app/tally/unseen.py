"""The groups that no output tells anything about, for reports that are written before there is a result.

Nobody knows then who was 本人. As many of a group may have been as it rates persons who can be: what the result hides
for the sake of those who were is hidden here too, and at times more.
"""

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
    least = {row.group_id: min(row.valid, _persons(paper, row.group_id)) for row in rows}
    return rules_of(paper, Chain(tuple(rows)), least=least).unseen


def _persons(paper: Paper, group: str) -> int:
    """Return how many can be 本人 in one section at most among those that a group rates."""
    return max((len(section.rated_by(group)) for section in paper.sections if section.self_cell), default=0)
