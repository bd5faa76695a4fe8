"""What the schedule does at a planned time, each act only where the locked row still asks for it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.acting import Acting
from app.core.db import Database, locked
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.rounds.acts import is_under_way
from app.rounds.domain import RoundState
from app.rounds.models import Round
from app.rounds.ports import Ports
from app.rounds.service import close_round, open_round


def opening(database: Database, now: datetime) -> list[str]:
    """Return the ids of the rounds that are to be opened by schedule."""
    with database.reading() as session:
        return list(session.scalars(select(Round.id).where(Round.state == RoundState.READY, Round.opens_at <= now)))


def closing(database: Database, now: datetime) -> list[str]:
    """Return the ids of the rounds that are to be closed by schedule."""
    with database.reading() as session:
        return list(session.scalars(select(Round.id).where(Round.state == RoundState.OPEN, Round.closes_at <= now)))


def _opens_now(acting: Acting, row: Round) -> bool:
    """Whether it is due; while an act is under way it may be open already."""
    is_planned = row.state == RoundState.READY and row.opens_at is not None and row.opens_at <= acting.now
    return is_planned and not is_under_way(acting.session, row.id)


def open_if_due(acting: Acting, folder: KeyFolder, ports: Ports, round_id: str) -> None:
    """Open by schedule, unless somebody else has done so, or changed the plan, since the round was seen due."""
    if _opens_now(acting, _row(acting.session, round_id)):
        open_round(acting, folder, ports, round_id)


def close_if_due(acting: Acting, round_id: str) -> None:
    """Close by schedule, unless somebody else has done so, or moved the end, since the round was seen due."""
    row = _row(acting.session, round_id)
    if row.state == RoundState.OPEN and row.closes_at is not None and row.closes_at <= acting.now:
        close_round(acting, round_id, {})


def miss_opening(acting: Acting, round_id: str, why: str) -> None:
    """Drop a planned opening that could not be kept, so that a person decides; nothing where it is not due any more."""
    row = _row(acting.session, round_id)
    if _opens_now(acting, row):
        row.opens_at = None
        audit.record(acting.session, acting.now, acting.actor, "round.open.missed", round_id, why=why)


def _row(session: Session, round_id: str) -> Round:
    row = locked(session, Round, round_id)
    if row is None:
        raise DomainError("round_unknown")
    return row
