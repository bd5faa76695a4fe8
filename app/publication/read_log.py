"""The log of staff who read results (SEC-40).

The one thing a GET may write: that it happened. It changes no state, is kept once a day for each reader and form, here
and in the chained audit log, and has a transaction of its own, so that the request's stays read-only.
"""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.acting import Principal
from app.publication.models import ResultRead
from app.web.desk import OpenDesk
from app.web.requests import database


def note_read(desk: OpenDesk, reader: Principal, round_id: str, what: str) -> None:
    """Note that somebody read a result as ``what`` (page, workbook, report …), once a day."""
    key = (round_id, reader.id, what, desk.today.isoformat())
    if desk.session.get(ResultRead, key) is not None:
        return
    # The embedded database writes only when nobody reads, this very request included.
    desk.leave()
    row = ResultRead(
        round_id=key[0], staff_id=key[1], what=key[2], day=key[3], staff_name=reader.name, first_at=desk.now
    )
    try:
        with database(desk.request).writing() as writing:
            writing.add(row)
            audit.record(writing, desk.now, reader, "result.read", round_id, what=what)
    except IntegrityError:
        return  # another request of the same reader was quicker


def reads_of(session: Session, round_id: str) -> list[ResultRead]:
    """Return who read a result, newest day first."""
    rows = select(ResultRead).where(ResultRead.round_id == round_id)
    return list(session.scalars(rows.order_by(ResultRead.first_at.desc(), ResultRead.staff_id, ResultRead.what)))
