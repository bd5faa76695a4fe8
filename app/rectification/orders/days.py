"""Which days offices are open: the country's table, the installation's days on top, an office's own on top of those."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.scope import ROOT
from app.rectification.models import Holiday
from app.rectification.rules.workdays import Holidays, seed_holidays

WHOLE = ""
"""Under this the installation's days are kept."""


def kept_under(office_id: str) -> str:
    """Return under what the days are kept that the people of an office change: the root's are everybody's."""
    return WHOLE if office_id == ROOT else office_id


def table_of(session: Session, office_id: str, years: Collection[int]) -> Holidays:
    """Return the table that the campaigns of an office follow."""
    seeded = seed_holidays(tuple(sorted(years)))
    off, working = set(seeded.off), set(seeded.working)
    wanted = select(Holiday).where(Holiday.office_id.in_({WHOLE, kept_under(office_id)}))
    for row in session.scalars(wanted.order_by(Holiday.office_id)):
        (working if row.working else off).add(row.day)
        (off if row.working else working).discard(row.day)
    return Holidays(frozenset(off), frozenset(working))
