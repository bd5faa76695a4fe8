"""Rounds of other campaigns that the same people may have voted in about the same objects (SEC-45, SEC-47).

Whoever takes the rest to have marked as before subtracts one round's figures from another's: what is left are the marks
of those who joined or left. Campaigns are no wall against that, least of all since one act makes a campaign like
another. So a round obeys what was counted within ``APART`` in campaigns of its lineage, of its organisation and of its
registered units, as if it had been counted in its own. Later than that people judge other work, and whoever takes them
to have marked as before is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.campaigns.lineage import By, Named, kin_of, registered, same_objects
from app.core.folding import folded
from app.rounds.domain import Paper, RoundState
from app.rounds.reads import RoundView, get_round, papers_of_campaigns, rounds_of
from app.tally.restraint import aligned

APART: Final = timedelta(days=180)
COUNTED: Final = frozenset({RoundState.COUNTED, RoundState.PUBLISHED, RoundState.ARCHIVED})
"""States in which a result may be released, now or later."""


@dataclass(frozen=True, slots=True)
class Kin:
    """A counted round beside another one: its paper with that one's ids, as it is, and that one's with its own ids."""

    round: RoundView
    paper: Paper
    own: Paper
    mine: Paper


def near_rounds(session: Session, paper: Paper) -> list[Kin]:
    """Return the counted rounds beside whose results that of a paper will stand, of its campaign and of others."""
    mine = get_round(session, paper.round_id)
    campaigns = kin_of(session, mine.campaign_id, everybody=True)
    found = [
        (row, other)
        for row, other in papers_of_campaigns(session, campaigns, COUNTED)
        if row.id != paper.round_id and (row.campaign_id == mine.campaign_id or are_near(mine, row))
    ]
    every = (paper, *(other for _, other in found))
    register = registered(session, {unit.id for each in every for unit in each.units})
    ids = {unit.id for unit in paper.units}
    kin = []
    for row, other in found:
        own = row.campaign_id == mine.campaign_id
        each = _beside(paper, row, other, None if own else register)
        if own or not ids.isdisjoint(unit.id for unit in each.paper.units):
            kin.append(each)
    return kin


def _beside(paper: Paper, row: RoundView, other: Paper, register: Named | None) -> Kin:
    """Return a round beside another; without a ``register`` it is of the same campaign, where ids are the same."""
    if register is None:
        return Kin(row, other, other, paper)
    return Kin(row, seen_from(paper, other, register), other, seen_from(other, paper, register))


def are_near(one: RoundView, other: RoundView) -> bool:
    """Whether two rounds were closed so soon after one another that people may have marked as before."""
    if one.closed_at is None or other.closed_at is None:
        return True
    return abs(one.closed_at - other.closed_at) < APART


def seen_from(paper: Paper, other: Paper, register: Named) -> Paper:
    """Return the paper of another campaign's round with the ids that this one has for the same."""
    return aligned(paper, other, {unit_id: found for unit_id, (found, _) in matches(paper, other, register).items()})


def matches(paper: Paper, other: Paper, register: Named) -> Mapping[str, tuple[str, By]]:
    """Return which objects of another campaign's round are those of this one, and by what."""
    mine, theirs = ({unit.id: unit.name for unit in each.units} for each in (paper, other))
    by_name = folded(paper.organisation) == folded(other.organisation)
    return same_objects(mine, theirs, register, by_name=by_name)


def title_of(session: Session, kin: Kin) -> str:
    """Return what a round is called; one of an office that the session does not reach has no name here."""
    seen = rounds_of(session, kin.round.campaign_id)
    if kin.own is kin.paper or not seen:
        return kin.round.title if seen else "其他机构的一轮测评"
    return f"{kin.own.campaign} {kin.round.title}"
