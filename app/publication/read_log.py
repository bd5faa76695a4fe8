"""The log of staff who read results (SEC-40).

The one thing a GET may write: that it happened. It changes no state, is kept once a day for each reader and form, here
and in the chained audit log, and has a transaction of its own, so that the request's stays read-only.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.acting import Principal
from app.publication.models import ResultRead
from app.web.desk import OpenDesk
from app.web.requests import database

LAST: Final = "trend"
"""As what a result is read of which figures stand beside another."""


def note_read(desk: OpenDesk, reader: Principal, round_id: str, what: str) -> None:
    """Note that somebody read a result as ``what`` (page, workbook, report …), once a day."""
    note_reads(desk, reader, [(round_id, what)])


def note_with_last(desk: OpenDesk, reader: Principal, read: tuple[str, str], last: Iterable[str]) -> None:
    """Note that somebody read a result as what it says, and with it the rounds that tell of last time beside it."""
    note_reads(desk, reader, [read, *((round_id, LAST) for round_id in last)])


def note_reads(desk: OpenDesk, reader: Principal, read: Sequence[tuple[str, str]]) -> None:
    """Note that somebody read results, each as what it says, in one transaction."""
    today = desk.today.isoformat()
    columns = (ResultRead.round_id, ResultRead.what)
    of_today = select(*columns).where(ResultRead.staff_id == reader.id, ResultRead.day == today)
    rounds = {round_id for round_id, _ in read}
    noted = {(row.round_id, row.what) for row in desk.session.execute(of_today.where(ResultRead.round_id.in_(rounds)))}
    new = [each for each in dict.fromkeys(read) if each not in noted]
    if not new:
        return
    # The embedded database writes only when nobody reads, this very request included.
    desk.leave()
    try:
        _write(desk, reader, new)
    except IntegrityError:
        # Another request of the same reader was quicker with one of them.
        for each in new if len(new) > 1 else ():
            note_reads(desk, reader, [each])


def _write(desk: OpenDesk, reader: Principal, read: Sequence[tuple[str, str]]) -> None:
    who = {"staff_id": reader.id, "staff_name": reader.name, "day": desk.today.isoformat(), "first_at": desk.now}
    with database(desk.request).writing() as writing:
        writing.add_all([ResultRead(round_id=round_id, what=what, **who) for round_id, what in read])
        told = [(round_id, {"what": what}) for round_id, what in read]
        audit.record_each(writing, desk.now, reader, "result.read", told)


def reads_of(session: Session, round_id: str) -> list[ResultRead]:
    """Return who read a result, newest day first."""
    rows = select(ResultRead).where(ResultRead.round_id == round_id)
    return list(session.scalars(rows.order_by(ResultRead.first_at.desc(), ResultRead.staff_id, ResultRead.what)))
