"""Reading rounds; safe for the booth, because nothing here leads to staff, sessions or the audit log."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from pydantic import TypeAdapter
from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from app.core.db import shared
from app.core.errors import DomainError
from app.rounds.domain import Paper, RoundState
from app.rounds.models import Approval, Round, RoundRetest

PAPER = TypeAdapter(Paper)
_HELD = shared(
    select(Round.id, Round.state, Round.closes_at)
    .where(Round.id.in_(bindparam("ids", expanding=True)))
    .order_by(Round.id)
)


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round as other features see it."""

    id: str
    campaign_id: str
    title: str
    state: RoundState
    rehearsal_of: str | None
    repeats: str | None
    stage_id: str | None
    form_key: str
    shuffle_units: bool
    remarks: bool
    key_needed: int
    key_holders: int
    wifi_name: str
    wifi_password: str
    paper_hash: str | None
    opens_at: datetime | None
    closes_at: datetime | None
    created_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    counted_at: datetime | None
    void_reason: str

    @property
    def is_rehearsal(self) -> bool:
        """Whether this is the rehearsal of another round."""
        return self.rehearsal_of is not None


def view(row: Round) -> RoundView:
    """Return a row as a view."""
    fields = {name: getattr(row, name) for name in RoundView.__dataclass_fields__}
    return RoundView(**{**fields, "state": RoundState(row.state)})


def get_round(session: Session, round_id: str) -> RoundView:
    """Return a round; DomainError ``round_unknown``."""
    row = session.get(Round, round_id)
    if row is None:
        raise DomainError("round_unknown")
    return view(row)


def rounds_of(session: Session, campaign_id: str) -> Sequence[RoundView]:
    """Return the rounds of a campaign, newest first, each followed by its rehearsals."""
    rows = session.scalars(
        select(Round).where(Round.campaign_id == campaign_id).order_by(Round.created_at.desc(), Round.id)
    ).all()
    return [view(row) for row in rows]


def all_rounds(session: Session) -> Sequence[RoundView]:
    """Return every round, newest first."""
    return [view(row) for row in session.scalars(select(Round).order_by(Round.created_at.desc(), Round.id))]


@dataclass(frozen=True, slots=True)
class Retest:
    """Which round a 复测 repeats, and the units it asks about."""

    of: str
    unit_ids: frozenset[str]


def retest_of(session: Session, round_id: str) -> Retest | None:
    """Return what a round is the retest of, or None."""
    row = session.get(RoundRetest, round_id)
    return None if row is None else Retest(row.retest_of, frozenset(json.loads(row.unit_ids)))


def retests(session: Session) -> frozenset[str]:
    """Return the ids of all rounds that are retests."""
    return frozenset(session.scalars(select(RoundRetest.round_id)))


def last_repeat(session: Session, round_id: str) -> str:
    """Return the round that was made in place of a voided one, and so on; the round itself where there is none."""
    while (again := session.scalars(select(Round.id).where(Round.repeats == round_id)).first()) is not None:
        round_id = again
    return round_id


def retested_units(session: Session, round_id: str) -> frozenset[str] | None:
    """Return the units that a retest asks about; None for a round that asks about all."""
    retest = retest_of(session, round_id)
    return None if retest is None else retest.unit_ids


@lru_cache(maxsize=256)
def parse_paper(text: str) -> Paper:
    """Return the paper of its JSON text; cached, because it never changes."""
    return PAPER.validate_json(text)


@dataclass(frozen=True, slots=True)
class Standing:
    """Why a round takes no ballots, as ``refusal``, and the hash of its paper, empty before the freeze."""

    refusal: str
    paper_hash: str


_STANDING = select(Round.id, Round.state, Round.closes_at, Round.paper_hash).where(
    Round.id.in_(bindparam("ids", expanding=True))
)


def standing(connection: Connection, round_ids: Collection[str], now: datetime) -> dict[str, Standing]:
    """Return by its id how each round stands; unknown ones are missing."""
    rows = connection.execute(_STANDING, {"ids": sorted(round_ids)})
    return {
        round_id: Standing(refusal(RoundState(state), closes_at, now), digest or "")
        for round_id, state, closes_at, digest in rows
    }


def frozen_paper(session: Session, round_id: str) -> tuple[Paper, str]:
    """Return the frozen paper and its hash (64 hex signs); DomainError ``paper_not_frozen``."""
    found = session.execute(select(Round.paper, Round.paper_hash).where(Round.id == round_id)).one_or_none()
    if found is None:
        raise DomainError("round_unknown")
    text, digest = found
    if text is None or digest is None:
        raise DomainError("paper_not_frozen")
    return parse_paper(text), digest


def waiting_approvals(session: Session, round_id: str) -> Sequence[Approval]:
    """Return the acts on a round that wait for a second person."""
    return session.scalars(
        select(Approval).where(Approval.round_id == round_id, Approval.granted.is_(None)).order_by(Approval.asked_at)
    ).all()


def hold(connection: Connection, round_ids: Sequence[str], now: datetime) -> dict[str, str]:
    """Return for each round, as ``refusal``, why it takes no ballots; none changes before the transaction ends."""
    rows = connection.execute(_HELD, {"ids": round_ids})
    found = {round_id: refusal(RoundState(state), closes_at, now) for round_id, state, closes_at in rows}
    return {round_id: found.get(round_id, "round_unknown") for round_id in round_ids}


def refusal(state: RoundState, closes_at: datetime | None, now: datetime) -> str:
    """Return the error code why a round in this state takes no ballots ``now``; empty while it takes them."""
    if state is RoundState.OPEN and (closes_at is None or now < closes_at):
        return ""
    if state is RoundState.VOID:
        return "round_void"
    return "round_not_open" if state in {RoundState.DRAFT, RoundState.READY} else "round_closed"
