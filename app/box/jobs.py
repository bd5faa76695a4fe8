"""The desk's row of an opening: how staff on any node start it, give it shares, and see how far it is.

The opening itself runs in a process of its own (``conducting``), which alone can read the shares in the row.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.box import letters
from app.box.ceremony import announced_root, sealed_round
from app.box.holder_secret import SECRET_BYTES, public_half, read_secret
from app.box.holders import check_holders, match_half
from app.box.models import OpeningJob, OpeningShare
from app.box.reads import KeyView, key_of
from app.box.seal import SEALED_OVERHEAD, seal
from app.core.acting import Acting
from app.core.child import is_running
from app.core.db import locked
from app.core.errors import DomainError
from app.core.secrets import new_id
from app.rounds.service import locked_round

STARTING, WAITING, READING, WRITING, DONE, FAILED = "starting", "waiting", "reading", "writing", "done", "failed"
OVER = (DONE, FAILED)
SILENCE = timedelta(seconds=30)
"""An opening on another node that has not been heard of for so long is over."""
_INFO = b"manyidu/opening-share/v1"


@dataclass(frozen=True, slots=True)
class JobView:
    """An opening as far as the desk knows.

    By the holders' numbers: whose secret it was given, which of these are known to be right, and which were wrong.
    """

    id: str
    phase: str
    public_key: bytes | None = None
    done: int = 0
    total: int = 0
    given: frozenset[int] = frozenset()
    checked: frozenset[int] = frozenset()
    refused: frozenset[int] = frozenset()
    error: DomainError | None = None

    @property
    def is_busy(self) -> bool:
        """Whether it works on its own, so that one can only wait."""
        return self.phase in {STARTING, READING, WRITING}

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for shares, or for the word to open."""
        return self.phase == WAITING


def job_of(session: Session, round_id: str, now: datetime) -> JobView | None:
    """Return the last attempt to open the round's box; one whose process is gone has failed."""
    row = session.get(OpeningJob, round_id)
    if row is None:
        return None
    shares = session.scalars(select(OpeningShare).where(OpeningShare.round_id == round_id)).all()
    error = DomainError(row.error, **json.loads(row.params)) if row.error else None
    phase = row.phase
    if phase not in OVER and _is_gone(row, now):
        phase, error = FAILED, DomainError("opening_ended")
    return JobView(
        row.id,
        phase,
        row.public_key,
        row.done,
        row.total,
        frozenset(share.number for share in shares if not share.problem),
        frozenset(share.number for share in shares if share.checked),
        frozenset(share.number for share in shares if share.problem),
        error,
    )


def _is_gone(row: OpeningJob, now: datetime) -> bool:
    alive = is_running(row.process) if row.process else None
    return now - row.seen_at > SILENCE if alive is None else not alive


def start_over(acting: Acting, round_id: str) -> str | None:
    """Write down a new attempt and return its id; None if one is under way. The process is still to be started.

    DomainError ``box_not_sealed`` or ``root_missing``.
    """
    session = acting.session
    locked_round(session, round_id)
    row = sealed_round(session, round_id)
    announced_root(session, round_id)
    job = job_of(session, round_id, acting.now)
    if job and job.phase not in OVER:
        return None
    forget(session, round_id)
    fresh = OpeningJob(
        round_id=round_id,
        id=new_id(),
        process="",
        public_key=None,
        phase=STARTING,
        done=0,
        total=0,
        request="",
        error="",
        params="{}",
        started_at=acting.now,
        seen_at=acting.now,
    )
    session.add(fresh)
    letters.tell_awaited(acting, row)
    return fresh.id


def forget(session: Session, round_id: str) -> None:
    """Delete what is known of earlier attempts."""
    for table in (OpeningShare, OpeningJob):
        session.execute(delete(table).where(table.round_id == round_id))
    session.expire_all()


def _waiting(acting: Acting, round_id: str) -> tuple[JobView, bytes, KeyView]:
    """Return the attempt that waits for shares, its public half and the round's key."""
    locked_round(acting.session, round_id)
    sealed_round(acting.session, round_id)
    job, key = job_of(acting.session, round_id, acting.now), key_of(acting.session, round_id)
    if job is None or not job.is_waiting or job.public_key is None or key is None:
        raise DomainError("opening_not_waiting")
    return job, job.public_key, key


def give_share(acting: Acting, round_id: str, typed: str) -> None:
    """Check the words of one more secret here, without the page's script, and leave it sealed for the process.

    DomainError ``opening_not_waiting``, as ``read_secret``, ``share_unknown``, ``shares_duplicate``,
    ``shares_enough`` or as ``check_holders``.
    """
    job, public_key, key = _waiting(acting, round_id)
    secret = read_secret(typed)
    number = match_half(key.holders, public_half(secret, round_id)).number
    sealed = seal(public_key, share_info(round_id, job.id, number), secret)
    _leave(acting, job, key, OpeningShare(round_id=round_id, number=number, sealed=sealed, checked=True))


def give_sealed(acting: Acting, round_id: str, number: int, sealed: bytes) -> None:
    """Leave a secret that the page's script sealed to the process, which alone can tell whether it is right.

    DomainError ``opening_not_waiting``, ``share_unknown``, ``shares_duplicate``, ``shares_enough`` or as
    ``check_holders``.
    """
    job, _, key = _waiting(acting, round_id)
    if len(sealed) != SECRET_BYTES + SEALED_OVERHEAD or number not in {holder.number for holder in key.holders}:
        raise DomainError("share_unknown")
    _leave(acting, job, key, OpeningShare(round_id=round_id, number=number, sealed=sealed))


def _leave(acting: Acting, job: JobView, key: KeyView, share: OpeningShare) -> None:
    session = acting.session
    if share.number in job.given:
        raise DomainError("shares_duplicate")
    if len(job.given) >= key.needed:
        raise DomainError("shares_enough", needed=key.needed)
    at_table = {*job.given, share.number}
    check_holders(session, share.round_id, [one.staff_id for one in key.holders if one.number in at_table])
    mine = (OpeningShare.round_id == share.round_id, OpeningShare.number == share.number)
    session.execute(delete(OpeningShare).where(*mine))
    session.add(share)
    asked_no_more = (
        key.holders if len(at_table) == key.needed else [one for one in key.holders if one.number in at_table]
    )
    letters.brought(acting, share.round_id, [one.staff_id for one in asked_no_more])


def share_info(round_id: str, job_id: str, number: int) -> bytes:
    """Return what the seal of a secret is bound to: this attempt and this holder."""
    return b"\0".join((_INFO, round_id.encode(), job_id.encode(), str(number).encode()))


def holders_given(session: Session, round_id: str, now: datetime) -> list[str]:
    """Return the names of those whose secrets the opening has."""
    job, key = job_of(session, round_id, now), key_of(session, round_id)
    return [holder.name for holder in key.holders if job and holder.number in job.given] if key else []


def give_word(acting: Acting, round_id: str, present: tuple[str, ...]) -> None:
    """Let the waiting opening begin, before these people.

    DomainError ``opening_not_waiting``, ``shares_insufficient`` or ``shares_being_checked``.
    """
    job, _, key = _waiting(acting, round_id)
    if len(job.given) < key.needed:
        raise DomainError("shares_insufficient", needed=key.needed, have=len(job.given))
    if len(job.checked) < key.needed:
        raise DomainError("shares_being_checked")
    row = locked(acting.session, OpeningJob, round_id)
    if row is None:
        raise DomainError("opening_not_waiting")
    actor = {"id": acting.actor.id, "name": acting.actor.name, "role": acting.actor.written_roles}
    row.request = json.dumps({"actor": actor, "present": present}, ensure_ascii=False)
    row.phase = READING


def conclude(session: Session, round_id: str, job_id: str, error: DomainError) -> bool:
    """Write down that an attempt ended without a count, unless its end is known; return whether it was written."""
    row = locked(session, OpeningJob, round_id)
    if row is None or row.id != job_id or row.phase in OVER:
        return False
    params: Mapping[str, Any] = error.params
    row.phase, row.error, row.params = FAILED, error.code, json.dumps(params, ensure_ascii=False)
    session.execute(delete(OpeningShare).where(OpeningShare.round_id == round_id))
    return True
