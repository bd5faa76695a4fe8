"""The log of staff who read results (SEC-40).

The one thing a GET may write: that it happened. It changes no state, is kept once a day for each reader and form, here
and in the chained audit log, and has a transaction of its own, so that the request's stays read-only.
"""

from datetime import datetime

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.acting import Principal
from app.core.chinese import CHINA
from app.publication.models import ResultRead
from app.web.requests import database


def note_read(request: Request, session: Session, staff: Principal, round_id: str, what: str) -> None:
    """Note that a member of staff read a result as ``what`` (page, workbook, report …), once a day."""
    now: datetime = request.app.state.clock()
    key = (round_id, staff.id, what, now.astimezone(CHINA).date().isoformat())
    if session.get(ResultRead, key) is not None:
        return
    # The embedded database writes only when nobody reads, this very request included.
    session.rollback()
    row = ResultRead(round_id=key[0], staff_id=key[1], what=key[2], day=key[3], staff_name=staff.name, first_at=now)
    try:
        with database(request).writing() as writing:
            writing.add(row)
            audit.record(writing, now, staff, "result.read", round_id, what=what)
    except IntegrityError:
        return  # another request of the same reader was quicker


def reads_of(session: Session, round_id: str) -> list[ResultRead]:
    """Return who read a result, newest day first."""
    rows = select(ResultRead).where(ResultRead.round_id == round_id)
    return list(session.scalars(rows.order_by(ResultRead.first_at.desc(), ResultRead.staff_id, ResultRead.what)))
