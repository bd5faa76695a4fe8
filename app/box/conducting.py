"""The opening as a process of its own sees it: make a key, wait for secrets and for the word, open, end.

It knows its attempt by the desk's row alone. Holders' secrets reach it through the row, sealed to the key that it made.
"""

import json
import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Event, Thread
from time import monotonic

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import and_, delete, select, update
from sqlalchemy.exc import SQLAlchemyError

from app.audit import service as audit
from app.box import jobs
from app.box.envelope import BadEnvelope
from app.box.holder_secret import SECRET_BYTES, public_half
from app.box.models import OpeningJob, OpeningShare
from app.box.opening import Attempt, Progress, Room, open_box
from app.box.reads import holders_of
from app.box.seal import unseal
from app.box.unlocking import lay_out, unlock
from app.core.acting import Acting, Principal
from app.core.child import own_name
from app.core.db import locked
from app.core.errors import DomainError
from app.rounds.domain import RoundState
from app.rounds.reads import get_round

LOG = logging.getLogger("manyidu")
LOOK_SECONDS = 0.2
BEAT_SECONDS = 5.0
STEP_SECONDS = 0.5
ROW_SECONDS = 20.0
IDLE_SECONDS = 30 * 60.0


@dataclass(frozen=True, slots=True)
class Ticket:
    """Which attempt this is: the round, and the id in its row."""

    round_id: str
    job_id: str


@dataclass(frozen=True, slots=True)
class Word:
    """Who asks for the opening, and before whom."""

    actor: Principal
    present: tuple[str, ...]


def conduct(room: Room, ticket: Ticket) -> None:
    """Lead one attempt to its end, which then stands in its row; do nothing if another attempt has taken its place."""
    own_key, stop = X25519PrivateKey.generate(), Event()
    if not _present(room, ticket, own_key.public_key().public_bytes_raw(), stop):
        return
    progress, actor = Progress(), audit.SYSTEM
    beat = Thread(target=_beat, args=(room, ticket, progress, stop), name="beat", daemon=True)
    beat.start()
    try:
        secrets, word = _gather(room, ticket, own_key, stop)
        actor = word.actor
        _open(room, ticket, _Given(secrets, word), progress)
    except Exception as error:  # noqa: BLE001 - whatever happened, the people around the box must hear of it
        _end(room, ticket, actor, error)
    finally:
        stop.set()
        beat.join()


def _present(room: Room, ticket: Ticket, public_key: bytes, stop: Event) -> bool:
    """Put the public half into the row, which may not be committed yet; return whether the row is there."""
    deadline = monotonic() + ROW_SECONDS
    while monotonic() < deadline:
        if _update(room, ticket, public_key=public_key, process=own_name(), phase=jobs.WAITING):
            return True
        stop.wait(LOOK_SECONDS)
    return False


def _update(room: Room, ticket: Ticket, **values: object) -> bool:
    """Change this attempt's row; return whether it still is there and has not ended."""
    mine = (OpeningJob.round_id == ticket.round_id, OpeningJob.id == ticket.job_id, OpeningJob.phase.not_in(jobs.OVER))
    with room.database.writing() as session:
        change = update(OpeningJob).where(*mine).values(seen_at=room.clock(), **values)
        return session.connection().execute(change).rowcount == 1


def _beat(room: Room, ticket: Ticket, progress: Progress, stop: Event) -> None:
    """Show every node that the process lives and how far it is."""
    told, since = (0, 0, False), monotonic()
    while not stop.wait(STEP_SECONDS):
        seen = (progress.done, progress.total, progress.is_writing)
        if seen == told and monotonic() - since < BEAT_SECONDS:
            continue
        values: dict[str, object] = {"done": seen[0], "total": seen[1]}
        if seen[2]:
            values["phase"] = jobs.WRITING
        with suppress(SQLAlchemyError):  # the database is busy, perhaps with the stacks: later, then
            _update(room, ticket, **values)
            told, since = seen, monotonic()


def _gather(room: Room, ticket: Ticket, own_key: X25519PrivateKey, stop: Event) -> tuple[list[bytes], Word]:
    """Fetch secrets until the word to open is given; return them with it.

    DomainError ``opening_idle`` (``minutes``) or ``opening_replaced``.
    """
    secrets: list[bytes] = []
    last = monotonic()
    while True:
        word = _word(room, ticket)
        fresh = _fetch(room, ticket, own_key)
        secrets += fresh
        if word:
            return secrets, word
        last = monotonic() if fresh else last
        if monotonic() - last > IDLE_SECONDS:
            raise DomainError("opening_idle", minutes=int(IDLE_SECONDS // 60))
        stop.wait(LOOK_SECONDS)


def _word(room: Room, ticket: Ticket) -> Word | None:
    with room.database.reading() as session:
        row = session.get(OpeningJob, ticket.round_id)
        if row is None or row.id != ticket.job_id or row.phase in jobs.OVER:
            raise DomainError("opening_replaced")
        if row.phase == jobs.WAITING:
            return None
        request = json.loads(row.request)
    return Word(Principal(**request["actor"]), tuple(request["present"]))


def _fetch(room: Room, ticket: Ticket, own_key: X25519PrivateKey) -> list[bytes]:
    """Take the secrets that wait in the row, of which only that they were given and right, or wrong, stays there."""
    waiting = select(OpeningShare).where(OpeningShare.round_id == ticket.round_id, OpeningShare.sealed != b"")
    with room.database.reading() as session:
        found = {row.number: row.sealed for row in session.scalars(waiting)}
        halves = {holder.number: holder.public_key for holder in holders_of(session, ticket.round_id)}
    if not found:
        return []
    secrets = {number: _unsealed(ticket, own_key, number, sealed) for number, sealed in found.items()}
    right = {n: secret for n, secret in secrets.items() if secret and public_half(secret, ticket.round_id) == halves[n]}
    with room.database.writing() as session:
        for number, sealed in found.items():
            row = and_(OpeningShare.round_id == ticket.round_id, OpeningShare.number == number)
            outcome = {"checked": number in right, "problem": "" if number in right else "share_unknown"}
            mine = update(OpeningShare).where(row, OpeningShare.sealed == sealed)
            session.execute(mine.values(sealed=b"", **outcome))
    return list(right.values())


def _unsealed(ticket: Ticket, own_key: X25519PrivateKey, number: int, sealed: bytes) -> bytes:
    """Return the secret, or nothing where there is none in the seal: anybody at a page can send anything."""
    try:
        secret = unseal(own_key, jobs.share_info(ticket.round_id, ticket.job_id, number), sealed)
    except BadEnvelope:
        return b""
    return secret if len(secret) == SECRET_BYTES else b""


@dataclass(frozen=True, slots=True)
class _Given:
    secrets: list[bytes]
    word: Word

    def __repr__(self) -> str:
        return "Given"


def _open(room: Room, ticket: Ticket, given: _Given, progress: Progress) -> None:
    with room.database.reading() as session:
        table = lay_out(session, ticket.round_id, given.secrets)
    key = unlock(table, room.folder)
    word, holders = given.word, tuple(sorted(holder.number for holder in table.holders))
    attempt = Attempt(ticket.round_id, key, word.actor, word.present, holders)
    with room.database.writing() as session:
        detail = {"present": word.present, "holders": holders}
        audit.record(session, room.clock(), word.actor, "box.open", ticket.round_id, **detail)

    def done(acting: Acting, _round_id: str) -> None:
        """Say so in the transaction that stores the stacks: an attempt that was given up cannot store any."""
        row = locked(acting.session, OpeningJob, ticket.round_id)
        if row is None or row.id != ticket.job_id or row.phase in jobs.OVER:
            raise DomainError("opening_replaced")
        row.phase, row.done, row.total = jobs.DONE, progress.done, progress.total
        acting.session.execute(delete(OpeningShare).where(OpeningShare.round_id == ticket.round_id))

    open_box(replace(room, after_counting=(*room.after_counting, done)), attempt, progress)


def _end(room: Room, ticket: Ticket, actor: Principal, error: Exception) -> None:
    """Say why the box is still sealed, unless this attempt ended otherwise."""
    if not isinstance(error, DomainError):
        LOG.error("an opening failed: %s", type(getattr(error, "orig", None) or error).__name__)
        error = DomainError("opening_failed")
    with room.database.writing() as session:
        if get_round(session, ticket.round_id).state is not RoundState.SEALED:
            error = DomainError("box_not_sealed")
        if jobs.conclude(session, ticket.round_id, ticket.job_id, error):
            audit.record(session, room.clock(), actor, "box.open_failed", ticket.round_id, code=error.code)
