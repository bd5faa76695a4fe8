"""Announcing a published result in the hall, object by object, and what is typed to stand beside it."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.acting import Acting
from app.core.db import locked
from app.core.errors import DomainError
from app.publication.announced import Slide, slides_of
from app.publication.domain import sight_of
from app.publication.editions import PublishedBands
from app.publication.meeting import Meeting
from app.publication.models import Announcement
from app.publication.reads import ANYONE, READABLE, ledger_of, published_bands
from app.rounds.reads import get_round
from app.rounds.service import locked_round

NOT_BEGUN = -1


def set_meeting(acting: Acting, round_id: str, meeting: Meeting) -> None:
    """Store what stands beside the result; it may be mended at any time."""
    row = _row(acting, round_id)
    for name, text in asdict(meeting).items():
        setattr(row, name, text)
    audit.record(acting.session, acting.now, acting.actor, "result.meeting", round_id, **asdict(meeting))


def _row(acting: Acting, round_id: str) -> Announcement:
    locked_round(acting.session, round_id)
    row = locked(acting.session, Announcement, round_id)
    if row is None:
        row = Announcement(round_id=round_id)
        acting.session.add(row)
        acting.session.flush()
    return row


def in_hall(session: Session, round_id: str, now: datetime) -> PublishedBands | None:
    """Return what of a result the hall may see: what was released to participants or to everybody; None before."""
    sight = sight_of(ANYONE, ledger_of(session, round_id), now)
    if sight is None or get_round(session, round_id).state not in READABLE:
        return None
    return published_bands(session, round_id, ANYONE, now)


def place_of(session: Session, round_id: str) -> int:
    """Return which slide the hall screen shows, ``NOT_BEGUN`` before anything is announced."""
    row = session.get(Announcement, round_id)
    return NOT_BEGUN if row is None else row.place


def show_slide(acting: Acting, round_id: str, place: int) -> None:
    """Have the hall screen show a slide: 0 the title, then the objects, then the summary; ``NOT_BEGUN`` takes it away.

    DomainError ``announce_not_released`` where the hall may see nothing, ``announce_no_slide`` beyond the last.
    """
    result = in_hall(acting.session, round_id, acting.now)
    if result is None:
        raise DomainError("announce_not_released")
    if not NOT_BEGUN <= place <= last_place(slides_of(result.document)):
        raise DomainError("announce_no_slide")
    row = _row(acting, round_id)
    if (row.place == NOT_BEGUN) != (place == NOT_BEGUN):
        act = "result.announce.end" if place == NOT_BEGUN else "result.announce"
        audit.record(acting.session, acting.now, acting.actor, act, round_id)
    row.place = place


def last_place(slides: list[Slide]) -> int:
    """Return the place of the summary."""
    return len(slides) + 1
