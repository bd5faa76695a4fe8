"""Writing and checking the audit log.

Each entry's hash covers its content and the hash before it (SEC-40), so a changed, dropped or reordered entry shows.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.audit.models import AuditEntry
from app.core.acting import Principal
from app.core.lists import ANYTHING, PAGE, Listed, Wish
from app.core.scope import people_in_reach, reach_of, subjects_in_reach

GENESIS = "0" * 64
SYSTEM = Principal(id="system", name="系统", role="system")


@dataclass(frozen=True, slots=True)
class Check:
    """What a check of the chain found: ``broken_at`` is the first bad entry's number, or None."""

    entries: int
    head: str
    broken_at: int | None


def _digest(entry: AuditEntry) -> str:
    content = [
        entry.number,
        entry.at.isoformat(timespec="microseconds"),
        entry.actor_id,
        entry.actor_name,
        entry.action,
        entry.subject,
        entry.detail,
        entry.previous_hash,
    ]
    return sha256(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _lock(session: Session) -> None:
    # SQLite's writers are alone anyway; PostgreSQL's would else chain two entries to the same one.
    if session.get_bind().dialect.name == "postgresql":
        session.execute(func.pg_advisory_xact_lock(0x6D616E79).select())


def record(session: Session, now: datetime, actor: Principal, action: str, subject: str = "", **detail: object) -> None:
    """Append an entry to the log, in the caller's transaction. Never called with anything of a voter."""
    record_each(session, now, actor, action, [(subject, detail)])


def record_each(
    session: Session, now: datetime, actor: Principal, action: str, told: Iterable[tuple[str, Mapping[str, object]]]
) -> None:
    """Append an entry for each subject with its detail, as ``record`` does, in as many statements as for one."""
    session.flush()
    _lock(session)
    last = session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1)).first()
    for subject, detail in told:
        entry = AuditEntry(
            number=last.number + 1 if last else 1,
            at=now,
            actor_id=actor.id,
            actor_name=actor.name,
            action=action,
            subject=subject,
            detail=json.dumps(detail, ensure_ascii=False, sort_keys=True, default=str),
            previous_hash=last.hash if last else GENESIS,
        )
        entry.hash = _digest(entry)
        session.add(entry)
        last = entry
    session.flush()


def entries(session: Session, wish: Wish = ANYTHING, size: int = PAGE) -> Listed[AuditEntry]:
    """Return one page of entries within the session's reach, newest first: the last one instead of one behind it.

    In reach is what somebody of an office in reach did, and what was done to one or to anything that belongs to one.
    """
    seen = in_reach(session)
    total = session.scalar(select(func.count()).select_from(AuditEntry).where(*seen)) or 0
    query = select(AuditEntry).where(*seen).order_by(AuditEntry.number.desc())
    wish = wish.within(total, size)
    return Listed(session.scalars(query.offset((wish.part - 1) * size).limit(size)).all(), total, wish, size)


def in_reach(session: Session) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions by which entries are within a session's reach."""
    reach = reach_of(session)
    if reach is None:
        return ()
    about = (AuditEntry.subject.in_(found) for found in subjects_in_reach(reach))
    moves = aliased(AuditEntry)
    later = (moves.action == "account.move", moves.subject == AuditEntry.actor_id, moves.number > AuditEntry.number)
    # What somebody did in the office that he has left since is not for the one that he is in now.
    by_them = and_(AuditEntry.actor_id.in_(people_in_reach(reach)), ~exists().where(*later))
    return (or_(by_them, AuditEntry.subject.in_(reach), *about),)


def last_detail(session: Session, action: str, subject: str) -> Mapping[str, str]:
    """Return what the newest entry of an action on a subject tells, or nothing."""
    query = select(AuditEntry.detail).where(AuditEntry.action == action, AuditEntry.subject == subject)
    found = session.scalars(query.order_by(AuditEntry.number.desc()).limit(1)).first()
    detail: Mapping[str, str] = json.loads(found) if found else {}
    return detail


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the log as whoever has a copy can check it: its hash covers all of it but itself."""

    number: int
    at: str
    actor_id: str
    actor_name: str
    action: str
    subject: str
    detail: str
    previous_hash: str
    hash: str


def entries_about(session: Session, subject: str) -> list[Entry]:
    """Return the entries on a subject, oldest first."""
    query = select(AuditEntry).where(AuditEntry.subject == subject).order_by(AuditEntry.number)
    return [_entry(row) for row in session.scalars(query)]


def _entry(row: AuditEntry) -> Entry:
    told = (row.actor_id, row.actor_name, row.action, row.subject, row.detail, row.previous_hash, row.hash)
    return Entry(row.number, row.at.isoformat(timespec="microseconds"), *told)


def last_at(session: Session, action: str, subject: str) -> datetime | None:
    """Return when an action on a subject was last recorded."""
    query = select(AuditEntry.at).where(AuditEntry.action == action, AuditEntry.subject == subject)
    return session.scalar(query.order_by(AuditEntry.number.desc()).limit(1))


def acts(session: Session, actions: Collection[str], after: int = 0) -> list[Entry]:
    """Return the entries of these actions behind the one with this number, oldest first."""
    wanted = AuditEntry.action.in_(actions), AuditEntry.number > after
    return [_entry(row) for row in session.scalars(select(AuditEntry).where(*wanted).order_by(AuditEntry.number))]


def last_number(session: Session, action: str, subject: str) -> int | None:
    """Return the number of the newest entry of an action on a subject: what came before it no clock can change."""
    query = select(func.max(AuditEntry.number)).where(AuditEntry.action == action, AuditEntry.subject == subject)
    return session.scalar(query)


def last_before(session: Session, moment: datetime) -> int:
    """Return the number of the last entry before a moment, 0 where there is none."""
    return session.scalar(select(func.max(AuditEntry.number)).where(AuditEntry.at < moment)) or 0


class Reads(Protocol):
    """What gives sessions that cannot write: a database, or the bench of a maker."""

    def reading(self) -> AbstractContextManager[Session]:
        """Yield one."""


class Verified:
    """The last entry that one process has checked: later checks begin behind it, ``manyidu check`` begins anew."""

    def __init__(self) -> None:
        self._last = _NOTHING

    def check(self, database: Reads) -> Check:
        """Check what came since; the whole chain where an entry is missing or the last one is not what it was.

        It reads some entries at a time and holds nothing while it computes their hashes (SEC-72).
        """
        found = self._last
        with database.reading() as session:
            if not _still_stands(session, found):
                found = _NOTHING
        while found.broken_at is None:
            with database.reading() as session:
                rows = session.scalars(_behind(found).limit(STEP)).all()
            if not rows:
                self._last = found
                break
            found = _continued(found, rows)
        return found


_NOTHING = Check(0, GENESIS, None)
STEP = 1_000


def _still_stands(session: Session, last: Check) -> bool:
    head = session.scalar(select(AuditEntry.hash).where(AuditEntry.number == last.entries))
    before = select(func.count()).select_from(AuditEntry).where(AuditEntry.number <= last.entries)
    return head == last.head and session.scalar(before) == last.entries


def check_chain(session: Session) -> Check:
    """Recompute the whole chain, within one transaction."""
    with closing(session.scalars(_behind(_NOTHING).execution_options(yield_per=STEP))) as rows:
        return _continued(_NOTHING, rows)


def _behind(known: Check) -> Select[AuditEntry]:
    return select(AuditEntry).where(AuditEntry.number > known.entries).order_by(AuditEntry.number)


def _continued(known: Check, rows: Iterable[AuditEntry]) -> Check:
    """Return what is known when these entries have been read too, up to the first bad one."""
    head, number = known.head, known.entries
    for entry in rows:
        number += 1
        if entry.number != number or entry.previous_hash != head or entry.hash != _digest(entry):
            return Check(number, head, number)
        head = entry.hash
    return Check(number, head, None)
