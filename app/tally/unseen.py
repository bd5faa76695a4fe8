"""The groups that no output tells anything about, for pages and reports that come before there is a result.

Nobody knows then who was 本人. As many of a group may have been as it rates persons who can be: what the result hides
for the sake of those who were is hidden here too, and at times more.
"""

from app.rounds.domain import Paper
from app.tally.chain import Chain
from app.tally.hiding import rules_of


def unseen_groups(paper: Paper, chain: Chain) -> frozenset[str]:
    """Return the groups whose numbers must not be seen: those of a result over the same counting chain."""
    least = {row.group_id: min(row.valid, _persons(paper, row.group_id)) for row in chain.groups}
    return rules_of(paper, chain, least=least).unseen


def _persons(paper: Paper, group: str) -> int:
    """Return how many can be 本人 in one section at most among those that a group rates."""
    return max((len(section.rated_by(group)) for section in paper.sections if section.self_cell), default=0)
