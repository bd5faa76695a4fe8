"""Which days offices are open: the country's table, then what offices change in it, the root first, own days last."""

from collections.abc import Collection, Iterable, Mapping
from itertools import chain

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.scope import ROOT
from app.offices.reads import the_tree
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


def table_above(session: Session, office_id: str, years: Collection[int]) -> Holidays:
    """Return the table that holds for an office where it changes nothing itself."""
    above = [node.id for node in the_tree(session).upwards(office_id)][1:2]
    return table_of(session, above[0], years) if above else seed_holidays(tuple(sorted(years)))


def tables_of(session: Session, office_ids: Collection[str], years: Collection[int]) -> Mapping[str, Holidays]:
    """Return the same by office, in two queries."""
    seeded, tree = seed_holidays(tuple(sorted(years))), the_tree(session)
    ways = {each: [kept_under(node.id) for node in tree.upwards(each)][::-1] or [WHOLE] for each in office_ids}
    kept: dict[str, list[Holiday]] = {}
    for row in session.scalars(select(Holiday).where(Holiday.office_id.in_({*chain(*ways.values())}))):
        kept.setdefault(row.office_id, []).append(row)
    return {
        office_id: _changed(seeded, [row for each in way for row in kept.get(each, ())])
        for office_id, way in ways.items()
    }


def _changed(seeded: Holidays, rows: Iterable[Holiday]) -> Holidays:
    off, working = set(seeded.off), set(seeded.working)
    for row in rows:
        (working if row.working else off).add(row.day)
        (off if row.working else working).discard(row.day)
    return Holidays(frozenset(off), frozenset(working))
