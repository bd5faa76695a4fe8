"""The holiday table of an office: the country's, with days that are changed or pasted in, the root's for all."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.acting import Acting
from app.core.db import locked
from app.core.errors import DomainError
from app.rectification.models import Holiday
from app.rectification.orders.days import kept_under, table_above, table_of
from app.rectification.rules.workdays import Holidays, is_working_day, seed_holidays, years_to_check

LINES_LIMIT = 400
LINE_SHOWN = 60
KINDS = {"休": False, "休息": False, "放假": False, "班": True, "上班": True}
_LINE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[\s,、:]*(\S*)", re.ASCII)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Change:
    """That a day is worked, or is not."""

    day: date
    working: bool


class Fault(StrEnum):
    """Why a line cannot be used."""

    SHAPE = "shape"
    KIND = "kind"
    NO_SUCH_DAY = "no_such_day"
    OTHER_YEAR = "other_year"
    CONTRADICTS = "contradicts"


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that cannot be used, and why."""

    number: int
    text: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class DayRow:
    """A day that is not what its weekday says, or that was changed, be it to that: here, or by an office above."""

    day: date
    working: bool
    own: bool
    from_above: bool = False


@dataclass(frozen=True, slots=True)
class Calendar:
    """The table of some years, oldest day first; ``to_check`` are years whose exchanged days are not known yet."""

    years: tuple[int, ...]
    rows: tuple[DayRow, ...]
    to_check: tuple[int, ...]


def years_shown(today: date) -> tuple[int, int]:
    """Return the years that deadlines can reach, and the only ones to be edited."""
    return today.year, today.year + 1


def calendar_of(session: Session, office_id: str, years: Sequence[int]) -> Calendar:
    """Return the table that the people of an office keep."""
    own = _own(session, office_id)
    table = table_of(session, office_id, years)
    days, seeded = {*table.off, *table.working, *own}, seed_holidays(years)
    every = (
        DayRow(day, works := is_working_day(day, table), day in own, works != is_working_day(day, seeded))
        for day in sorted(days)
        if day.year in years
    )
    rows = tuple(row for row in every if row.own or row.from_above or _differs(row.day, table))
    return Calendar(tuple(years), rows, years_to_check(years, table))


def _differs(day: date, table: Holidays) -> bool:
    return is_working_day(day, table) == (day.weekday() >= _SATURDAY)


def parse_lines(text: str, years: Collection[int]) -> tuple[tuple[Change, ...], tuple[BadLine, ...]]:
    """Return what lines such as ``2027-02-15 休`` say, and those that cannot be used; empty ones are skipped."""
    changes: dict[date, Change] = {}
    bad = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        read = _read(line.strip(), years)
        if isinstance(read, Change) and changes.get(read.day, read) != read:
            read = Fault.CONTRADICTS
        if isinstance(read, Change):
            changes[read.day] = read
        else:
            bad.append(BadLine(number, line.strip()[:LINE_SHOWN], read))
    return tuple(changes.values()), tuple(bad)


def _read(line: str, years: Collection[int]) -> Change | Fault:
    found = _LINE.fullmatch(unicodedata.normalize("NFKC", line))
    if found is None:
        return Fault.SHAPE
    kind = KINDS.get(found[4].rstrip("。;,"))
    if kind is None:
        return Fault.KIND
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return Fault.NO_SUCH_DAY
    return Change(day, kind) if day.year in years else Fault.OTHER_YEAR


def save(acting: Acting, office_id: str, changes: Collection[Change]) -> int:
    """Keep changes; return how many days really change. What holds without them is not stored."""
    years = {change.day.year for change in changes}
    without = table_above(acting.session, office_id, years)
    own = _own(acting.session, office_id)
    changed = []
    for change in changes:
        known = own.get(change.day, is_working_day(change.day, without))
        if known != change.working:
            _store(acting.session, office_id, change, is_needed=is_working_day(change.day, without) != change.working)
            changed.append(change)
    if changed:
        words = {change.day.isoformat(): "班" if change.working else "休" for change in changed}
        audit.record(acting.session, acting.now, acting.actor, "holidays.edit", office_id, days=words)
    return len(changed)


def _store(session: Session, office_id: str, change: Change, *, is_needed: bool) -> None:
    if is_needed:
        session.merge(Holiday(office_id=kept_under(office_id), day=change.day, working=change.working))
    else:
        session.execute(delete(Holiday).where(Holiday.office_id == kept_under(office_id), Holiday.day == change.day))
    session.flush()


def save_lines(acting: Acting, office_id: str, text: str, years: Collection[int]) -> int:
    """Keep pasted lines, or none of them; DomainErrors ``holiday_lines_missing``, ``_many`` and ``_wrong``."""
    if len(text.splitlines()) > LINES_LIMIT:
        raise DomainError("holiday_lines_many", limit=LINES_LIMIT)
    changes, bad = parse_lines(text, years)
    if bad:
        raise DomainError("holiday_lines_wrong", count=len(bad))
    if not changes:
        raise DomainError("holiday_lines_missing")
    return save(acting, office_id, changes)


def take_back(acting: Acting, office_id: str, day: date) -> bool:
    """Let hold again for a day what holds without a change; return whether anything changed."""
    row = locked(acting.session, Holiday, (kept_under(office_id), day))
    if row is None:
        return False
    acting.session.delete(row)
    audit.record(acting.session, acting.now, acting.actor, "holidays.edit", office_id, days={day.isoformat(): "默认"})
    return True


def _own(session: Session, office_id: str) -> dict[date, bool]:
    rows = session.scalars(select(Holiday).where(Holiday.office_id == kept_under(office_id)))
    return {row.day: row.working for row in rows}
