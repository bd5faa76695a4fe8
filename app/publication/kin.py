"""Rounds of other campaigns that the same people may have voted in about the same objects (SEC-45, SEC-47).

Whoever takes the rest to have marked as before subtracts one round's figures from another's: what is left are the marks
of those who joined or left. Campaigns are no wall against that, least of all since one act makes a campaign like
another. So a round obeys what was counted within ``APART`` about the same objects in any campaign, as if it had
been counted in its own. What the same objects are is read from papers, which are frozen, from copies and the register:
never from what a campaign is called now. Later than that people judge other work, and whoever takes them to have marked
as before is wrong.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy.orm import Session

from app.campaigns.lineage import By, Named, copies_of, registered, same_objects
from app.core.apart import at_hand, made_apart
from app.core.folding import folded
from app.core.turns import in_turns
from app.rounds.domain import Paper, RoundState
from app.rounds.papers import parse_paper
from app.rounds.reads import RoundView, get_round, rounds_beside, rounds_of, texts_beside
from app.tally.restraint import aligned

APART: Final = timedelta(days=180)
WORK: Final = "comparing papers"
COUNTED: Final = frozenset({RoundState.COUNTED, RoundState.PUBLISHED, RoundState.ARCHIVED})
"""States in which a result may be released, now or later."""


Matches = Mapping[str, tuple[str, By]]
"""Which objects of one round are those of another, by the ids of the first, and by what."""


@dataclass(frozen=True, slots=True)
class Ties:
    """What joins a campaign to others: units' ids in the register by their own, and the campaigns of its lineage."""

    register: Named
    copies: frozenset[str]


@dataclass(frozen=True, slots=True)
class Kin:
    """A counted round beside another one: its paper with that one's ids, as it is, and that one's with its own ids."""

    round: RoundView
    paper: Paper
    own: Paper
    mine: Paper


@dataclass(frozen=True, slots=True)
class Basis:
    """What the rounds beside one are found out of: those that may be, each with the hash of its paper, and the ties."""

    rounds: tuple[tuple[str, str | None], ...]
    register: frozenset[tuple[str, str]]
    copies: frozenset[str]


@dataclass(frozen=True, slots=True)
class Near:
    """The counted rounds beside one, and what they were found out of: while that is the same, so are they."""

    basis: Basis
    rounds: Sequence[Kin]


def near_rounds(session: Session, paper: Paper, now: datetime | None = None, known: Near | None = None) -> Near:
    """Return the counted rounds beside whose results that of a paper will stand, of its campaign and of others.

    Nearness is measured from where the round closed, will close or, where that is open, from ``now``. Their papers are
    compared apart from the transaction (``core.apart``), and read only where what was ``known`` does not hold any more.
    """
    mine, found, ties = _looked_at(session, paper, now)
    basis = _basis(found, ties)
    if known is not None and known.basis == basis:
        return known
    name = "near", paper.round_id, basis
    texts = {} if name in at_hand(session) else texts_beside(session, [row.id for row in found])
    make = partial(_kin, (paper, mine), found, texts, ties)
    return Near(basis, made_apart(session, WORK, {name: make}, {})[name])


def near_basis(session: Session, paper: Paper) -> Basis:
    """Return what ``near_rounds`` would be found out of; no paper is read for it."""
    _, found, ties = _looked_at(session, paper, None)
    return _basis(found, ties)


def _looked_at(session: Session, paper: Paper, now: datetime | None) -> tuple[RoundView, list[RoundView], Ties]:
    mine = get_round(session, paper.round_id)
    ends = mine.closed_at or mine.closes_at or now
    between = None if ends is None else (ends - APART, ends + APART)
    found = [row for row in rounds_beside(session, mine.campaign_id, between, COUNTED) if row.id != mine.id]
    return mine, found, ties_of(session, {mine.campaign_id, *(row.campaign_id for row in found)}, mine.campaign_id)


def _basis(found: Sequence[RoundView], ties: Ties) -> Basis:
    return Basis(tuple((row.id, row.paper_hash) for row in found), frozenset(ties.register.items()), ties.copies)


def _kin(
    own: tuple[Paper, RoundView], found: Sequence[RoundView], texts: Mapping[str, str], ties: Ties
) -> Sequence[Kin]:  # fmt: skip
    (paper, mine), papers = own, {row.id: parse_paper(texts[row.id]) for row in in_turns(found, at_once=1)}
    same = [Kin(row, papers[row.id], papers[row.id], paper) for row in found if row.campaign_id == mine.campaign_id]
    others = (row for row in found if row.campaign_id != mine.campaign_id)
    beside = (_beside(paper, row, papers[row.id], ties) for row in in_turns(others, at_once=1))
    return [*same, *(each for each in beside if each is not None)]


def _beside(paper: Paper, row: RoundView, other: Paper, ties: Ties) -> Kin | None:
    """Return a round of another campaign beside this one, None where it rates nothing of the same."""
    same = matches(paper, other, ties, row.campaign_id)
    back = matches(other, paper, ties, row.campaign_id)
    return Kin(row, seen_from(paper, other, same), other, seen_from(other, paper, back)) if same else None


def are_near(one: RoundView, other: RoundView) -> bool:
    """Whether two rounds were closed so soon after one another that people may have marked as before."""
    if one.closed_at is None or other.closed_at is None:
        return True
    return abs(one.closed_at - other.closed_at) < APART


def seen_from(paper: Paper, other: Paper, same: Matches) -> Paper:
    """Return the paper of another campaign's round with the ids that this one has for the same."""
    return aligned(paper, other, {unit_id: found for unit_id, (found, _) in same.items()})


def ties_of(session: Session, campaigns: Collection[str], campaign_id: str) -> Ties:
    """Return what joins the objects of a campaign to those of others; it is among them itself."""
    return Ties(registered(session, campaigns), copies_of(session, campaign_id))


def matches(paper: Paper, other: Paper, ties: Ties, campaign_id: str) -> Matches:
    """Return which objects of another round, of a campaign that this one has ties with, are those of this one."""
    mine, theirs = ({unit.id: unit.name for unit in each.units} for each in (paper, other))
    by_name = campaign_id in ties.copies or folded(paper.organisation) == folded(other.organisation)
    return same_objects(mine, theirs, ties.register, by_name=by_name)


def same_in(mine: tuple[RoundView, Paper], other: tuple[RoundView, Paper], ties: Ties) -> Matches:
    """Return which objects of another round are those of this one.

    Within one campaign nothing is the same but itself: another may bear its name by now.
    """
    found = matches(mine[1], other[1], ties, other[0].campaign_id)
    if mine[0].campaign_id != other[0].campaign_id:
        return found
    return {unit_id: known for unit_id, known in found.items() if known[1] is By.ITSELF}


def title_of(session: Session, kin: Kin) -> str:
    """Return what a round is called; one of an office that the session does not reach has no name here."""
    seen = rounds_of(session, kin.round.campaign_id)
    if kin.own is kin.paper or not seen:
        return kin.round.title if seen else "其他机构的一轮测评"
    return f"{kin.own.campaign} {kin.round.title}"
