"""Which days offices are open: the country's table, the installation's days on top, an office's own on top of those."""

from collections.abc import Collection, Iterable, Mapping

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
    return tables_of(session, [office_id], years)[office_id]


def tables_of(session: Session, office_ids: Collection[str], years: Collection[int]) -> Mapping[str, Holidays]:
    """Return the same by office, in one query."""
    seeded = seed_holidays(tuple(sorted(years)))
    wanted = select(Holiday).where(Holiday.office_id.in_({WHOLE, *map(kept_under, office_ids)}))
    rows = session.scalars(wanted.order_by(Holiday.office_id)).all()
    return {
        office_id: _changed(seeded, [row for row in rows if row.office_id in {WHOLE, kept_under(office_id)}])
        for office_id in office_ids
    }


def _changed(seeded: Holidays, rows: Iterable[Holiday]) -> Holidays:
    off, working = set(seeded.off), set(seeded.working)
    for row in rows:
        (working if row.working else off).add(row.day)
        (off if row.working else working).discard(row.day)
    return Holidays(frozenset(off), frozenset(working))
