"""Until when a published round should be put away: what is left of its ballots then lies no longer than it must.

Nobody is forced: the page of the round says the day, and the overview reminds organisers once it has passed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.chinese import CHINA
from app.rounds.domain import RoundState
from app.rounds.models import Round

NAMED = 3
"""Rounds that a reminder names; the others are counted."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """The published rounds whose day has passed: ids and titles of those that were counted first, and of how many."""

    rounds: Sequence[tuple[str, str]]
    total: int


NOBODY = Reminder((), 0)


def archive_by(counted_at: datetime | None, days: int) -> date | None:
    """Return the last day on which a round should be put away, so many days after the count; None without one."""
    return counted_at.astimezone(CHINA).date() + timedelta(days=days) if counted_at and days else None


def reminder(session: Session, today: date, days: int) -> Reminder:
    """Return the published rounds within reach whose day has passed; none where the installation sets no days."""
    if not days:
        return NOBODY
    # A round that was counted from then on has today at least.
    in_time = datetime.combine(today - timedelta(days=days), time(), CHINA)
    query = select(Round.id, Round.title).order_by(Round.counted_at, Round.id)
    waiting = (Round.state == RoundState.PUBLISHED, Round.rehearsal_of.is_(None), Round.counted_at < in_time)
    late = session.execute(query.where(*waiting)).all()
    return Reminder([(row.id, row.title) for row in late[:NAMED]], len(late))
