"""Dropping sealed envelopes into the box: code spent and envelope stored in one transaction, or neither (SEC-63).

Casts that wait at the same time share a transaction, so that a hall shares the price of a disk write (group commit).
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Final, NamedTuple

from sqlalchemy import Connection, Engine, bindparam, insert, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from app.box.models import Envelope, RoundKey
from app.core.errors import DomainError
from app.core.watch import Pulse
from app.rounds import reads as rounds
from app.slips.redeem import Claim, spend, why_refused

LOG = logging.getLogger("manyidu")
MAX_BATCH = 256
MAX_WAITING = 5_000
QUIET_TURNS = 2
"""Turns of the event loop without a new vote before those gathered are handed on."""
ACCEPTED: Final = ""

_STORE = insert(Envelope)
_STORED = select(Envelope.round_id, Envelope.id).where(Envelope.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Vote:
    """A sealed envelope, its id, and the claim by which it may go into the box."""

    claim: Claim
    envelope_id: bytes
    sealed: bytes


def public_key(session: Session, round_id: str) -> bytes:
    """Return the public half of the round's key; DomainError ``round_not_open`` before there is one."""
    key = session.scalar(select(RoundKey.public_key).where(RoundKey.round_id == round_id))
    if key is None:
        raise DomainError("round_not_open")
    return key


def drop(connection: Connection, votes: Sequence[Vote], now: datetime) -> list[str]:
    """Spend the codes and store the envelopes of ``votes``; return ``ACCEPTED`` or an error code for each.

    The first ballot of a code wins; the very same one again is accepted without being stored twice.
    """
    held = rounds.hold(connection, sorted({vote.claim.round_id for vote in votes}), now)
    first = _first_of_each_code(vote for vote in votes if not held[vote.claim.round_id])
    won = spend(connection, list(first)) if first else set()
    stored = [vote for claim, vote in first.items() if claim in won]
    if stored:
        connection.execute(_STORE, [_row(vote) for vote in stored])
    accepted = {_key(vote) for vote in stored}
    losers = [vote for vote in votes if _key(vote) not in accepted]
    if not losers:
        return [ACCEPTED] * len(votes)
    refused = _refusals(connection, losers, held)
    return [refused.get(_key(vote), ACCEPTED) for vote in votes]


def _key(vote: Vote) -> tuple[str, bytes]:
    return vote.claim.round_id, vote.envelope_id


def _row(vote: Vote) -> dict[str, object]:
    round_id, group_id, _ = vote.claim
    return {"round_id": round_id, "id": vote.envelope_id, "group_id": group_id, "sealed": vote.sealed}


def _first_of_each_code(votes: Iterable[Vote]) -> dict[Claim, Vote]:
    first: dict[Claim, Vote] = {}
    for vote in votes:
        first.setdefault(vote.claim, vote)
    return first


def _refusals(connection: Connection, losers: Sequence[Vote], held: Mapping[str, str]) -> dict[tuple[str, bytes], str]:
    """Return an error code for each loser whose envelope is not in the box already."""
    rows = connection.execute(_STORED, {"ids": [vote.envelope_id for vote in losers]})
    present = {(round_id, envelope_id) for round_id, envelope_id in rows}
    left = [vote for vote in losers if _key(vote) not in present]
    why = why_refused(connection, {vote.claim for vote in left}) if left else {}
    return {_key(vote): held[vote.claim.round_id] or why[vote.claim] for vote in left}


class _Waiting(NamedTuple):
    """A vote and the future that its coroutine waits for."""

    vote: Vote
    future: asyncio.Future[str]


class Drop:
    """The box's slot in one process: its only writer is a thread that starts with the first vote."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock
        self._gathered: dict[asyncio.AbstractEventLoop, list[_Waiting]] = {}
        self._queue: SimpleQueue[list[_Waiting] | None] = SimpleQueue()
        self._waiting = 0
        self._writer: Thread | None = None
        self.pulse = Pulse("box")
        self._starting = Lock()

    async def cast(self, vote: Vote) -> None:
        """Return once the vote is durably in the box.

        DomainError ``code_used``, ``code_voided``, ``code_unknown``, ``code_foreign``, one of ``rounds.refusal``, or
        ``busy`` when nothing was stored and the same vote may be sent again.
        """
        if self._waiting >= MAX_WAITING:
            raise DomainError("busy")
        if self._writer is None or not self._writer.is_alive():
            self._start()
        self._waiting += 1
        try:
            outcome = await self._gather(vote)
        finally:
            self._waiting -= 1
        if outcome != ACCEPTED:
            raise DomainError(outcome)

    def close(self) -> None:
        """Finish the votes that wait and stop the writer."""
        with self._starting:
            writer, self._writer = self._writer, None
        if writer is not None:
            self._queue.put(None)
            writer.join()

    def _start(self) -> None:
        with self._starting:
            if self._writer is None or not self._writer.is_alive():
                self._writer = Thread(target=self._write, name="drop", daemon=True)
                self._writer.start()

    def _gather(self, vote: Vote) -> asyncio.Future[str]:
        """Put the vote among those of this loop that will be handed to the writer together."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(vote, loop.create_future())
        gathered = self._gathered.get(loop)
        if gathered is None:
            gathered = self._gathered[loop] = []
            loop.call_soon(self._hand_on, loop, 0, 0)
        gathered.append(waiting)
        return waiting.future

    def _hand_on(self, loop: asyncio.AbstractEventLoop, known: int, quiet: int) -> None:
        """Hand the gathered votes to the writer as soon as no more requests are ready.

        Not each at once: the writer's thread would fight for the interpreter with the requests still to be sealed.
        """
        count = len(self._gathered[loop])
        quiet = quiet + 1 if count == known else 0
        if quiet < QUIET_TURNS and count < MAX_BATCH:
            loop.call_soon(self._hand_on, loop, count, quiet)
            return
        self._queue.put(self._gathered.pop(loop))

    def _write(self) -> None:
        more = True
        while more:
            batch, more = self._next_batch()
            if batch:
                with self.pulse.working():
                    self._serve(batch)

    def _serve(self, batch: Sequence[_Waiting]) -> None:
        """Drop and answer; whatever goes wrong, the writer lives on (a vote that is in the box may be sent again)."""
        try:
            _answer(batch, self._outcomes([waiting.vote for waiting in batch]))
        except Exception as error:  # noqa: BLE001 - nobody would write the next vote
            self.pulse.failed(error)
            LOG.error("votes were not answered: %s", type(error).__name__)  # noqa: TRY400 - the text quotes values
            _answer(batch, ["busy"] * len(batch))

    def _next_batch(self) -> tuple[list[_Waiting], bool]:
        """Wait for votes, then take all that have come; False as second when the writer shall stop."""
        batch: list[_Waiting] = []
        waiting = self._queue.get()
        while waiting is not None:
            batch += waiting
            if len(batch) >= MAX_BATCH:
                return batch, True
            try:
                waiting = self._queue.get_nowait()
            except Empty:
                return batch, True
        return batch, False

    def _outcomes(self, votes: Sequence[Vote]) -> list[str]:
        """Drop the votes; where one that the database refuses spoils the transaction, drop each on its own."""
        try:
            outcomes = self._transaction(votes)
        except (IntegrityError, DataError) as error:
            LOG.error("a vote was refused: %s", type(error).__name__)  # noqa: TRY400 - the text quotes values
            if len(votes) == 1:
                return ["envelope_refused"]
            return [self._outcomes([vote])[0] for vote in votes]
        except Exception as error:  # noqa: BLE001 - whatever happened, the phones must hear that nothing was stored
            self.pulse.failed(error)
            LOG.error("votes were not stored: %s", type(error).__name__)  # noqa: TRY400 - the text quotes values
            return ["busy"] * len(votes)
        self.pulse.went_well()
        return outcomes

    def _transaction(self, votes: Sequence[Vote]) -> list[str]:
        with self._engine.begin() as connection:
            return drop(connection, votes, self._clock())


def _answer(batch: Sequence[_Waiting], outcomes: Sequence[str]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[str], str]]] = {}
    for waiting, outcome in zip(batch, outcomes, strict=True):
        by_loop.setdefault(waiting.future.get_loop(), []).append((waiting.future, outcome))
    for loop, answers in by_loop.items():
        # A loop that was closed meanwhile has nobody left who waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_resolve, answers)


def _resolve(answers: Sequence[tuple[asyncio.Future[str], str]]) -> None:
    for future, outcome in answers:
        if not future.done():
            future.set_result(outcome)
