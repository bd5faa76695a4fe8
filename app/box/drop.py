"""Dropping sealed envelopes into the box: code spent and envelope stored in one transaction, or neither (SEC-63).

Casts that wait at the same time share a transaction, so that a hall shares the price of a disk write (group commit).
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Final, NamedTuple

from app.ballots.domain import envelope_id
from app.ballots.lines import RefusedRowError
from app.ballots.slot import ACCEPTED, Cast, Slot
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.watch import Pulse, Pulses
from app.slips.redeem import Claim

LOG = logging.getLogger("manyidu")
MAX_BATCH = 256
MAX_WAITING = 5_000
QUIET_TURNS = 2
"""Turns of the event loop without a new vote before those gathered are handed on."""

IDLE_SECONDS: Final = 30.0
"""After so long without a vote the writer of a box lets go of it."""


@dataclass(frozen=True, slots=True)
class Vote:
    """A sealed envelope, and the claim by which it may go into the box."""

    claim: Claim
    sealed: bytes

    @property
    def envelope_id(self) -> bytes:
        """The id under which it lies in the box."""
        return envelope_id(self.sealed)

    @property
    def cast(self) -> Cast:
        """The vote as the slot of its box takes it."""
        return Cast(self.claim.code_hash, self.claim.group_id, self.envelope_id, self.sealed)


def drop(database: Database, folder: KeyFolder, votes: Sequence[Vote], now: datetime) -> list[str]:
    """Drop votes, each into its box; return ``ACCEPTED`` or an error code for each."""
    outcomes = dict.fromkeys(range(len(votes)), "")
    for round_id in sorted({vote.claim.round_id for vote in votes}):
        places = [at for at, vote in enumerate(votes) if vote.claim.round_id == round_id]
        slot = Slot(database, folder.tag_secret(), round_id)
        try:
            answers = slot.drop([votes[at].cast for at in places], now)
        finally:
            slot.close()
        outcomes.update(zip(places, answers, strict=True))
    return list(outcomes.values())


class _Waiting(NamedTuple):
    """A vote and the future that its coroutine waits for."""

    vote: Vote
    future: asyncio.Future[str]


class Drop:
    """The slots of all open boxes in one process: each has one writer, a thread that starts with the first vote."""

    def __init__(self, database: Database, folder: KeyFolder, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._tag_secret = folder.tag_secret()
        self._clock = clock
        self._gathered: dict[asyncio.AbstractEventLoop, list[_Waiting]] = {}
        self._waiting = 0
        self.pulses = Pulses("box")
        self._writers: dict[str, _Writer] = {}
        self._lock = Lock()

    async def cast(self, vote: Vote) -> None:
        """Return once the vote is durably in the box.

        DomainError ``code_used``, ``code_voided``, ``code_unknown``, ``code_foreign``, ``round_not_open``,
        ``round_closed``, or ``busy`` when nothing was stored and the same vote may be sent again.
        """
        if self._waiting >= MAX_WAITING:
            raise DomainError("busy")
        self._waiting += 1
        try:
            outcome = await self._gather(vote)
        finally:
            self._waiting -= 1
        if outcome != ACCEPTED:
            raise DomainError(outcome)

    def close(self) -> None:
        """Finish the votes that wait and stop the writers."""
        with self._lock:
            writers, self._writers = list(self._writers.values()), {}
        for writer in writers:
            writer.queue.put(None)
            writer.join()

    def _gather(self, vote: Vote) -> asyncio.Future[str]:
        """Put the vote among those of this loop that will be handed to the writers together."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(vote, loop.create_future())
        gathered = self._gathered.get(loop)
        if gathered is None:
            gathered = self._gathered[loop] = []
            loop.call_soon(self._hand_on, loop, 0, 0)
        gathered.append(waiting)
        return waiting.future

    def _hand_on(self, loop: asyncio.AbstractEventLoop, known: int, quiet: int) -> None:
        """Hand the gathered votes to their writers as soon as no more requests are ready.

        Not each at once: a writer's thread would fight for the interpreter with the requests still to be sealed.
        """
        count = len(self._gathered[loop])
        quiet = quiet + 1 if count == known else 0
        if quiet < QUIET_TURNS and count < MAX_BATCH:
            loop.call_soon(self._hand_on, loop, count, quiet)
            return
        by_round: dict[str, list[_Waiting]] = {}
        for waiting in self._gathered.pop(loop):
            by_round.setdefault(waiting.vote.claim.round_id, []).append(waiting)
        for round_id, batch in by_round.items():
            self._put(round_id, batch)

    def _put(self, round_id: str, batch: list[_Waiting]) -> None:
        with self._lock:
            writer = self._writers.get(round_id)
            if writer is None:
                slot = Slot(self._database, self._tag_secret, round_id)
                retire = partial(self._retire, round_id)
                writer = self._writers[round_id] = _Writer(slot, self._clock, self.pulses.begin(), retire)
                writer.start()
            writer.queue.put(batch)

    def _retire(self, round_id: str, writer: "_Writer") -> bool:
        """Let an idle writer go, unless votes came at this very moment."""
        with self._lock:
            if not writer.queue.empty():
                return False
            if self._writers.get(round_id) is writer:
                del self._writers[round_id]
            self.pulses.end(writer.pulse)
            return True


class _Writer(Thread):
    """The only writer of one box in this process."""

    def __init__(
        self, slot: Slot, clock: Callable[[], datetime], pulse: Pulse, may_retire: "Callable[[_Writer], bool]"
    ) -> None:
        super().__init__(name="drop", daemon=True)
        self.queue: SimpleQueue[list[_Waiting] | None] = SimpleQueue()
        self._slot = slot
        self._clock = clock
        self.pulse = pulse
        self._may_retire = may_retire

    def run(self) -> None:
        """Write what comes until told to stop, or until nothing has come for long."""
        more = True
        while more:
            batch, more = self._next_batch()
            if batch:
                with self.pulse.working():
                    self._serve(batch)
        self._slot.close()

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
        try:
            waiting = self.queue.get(timeout=IDLE_SECONDS)
            while waiting is not None:
                batch += waiting
                if len(batch) >= MAX_BATCH:
                    return batch, True
                waiting = self.queue.get_nowait()
        except Empty:
            return batch, bool(batch) or not self._may_retire(self)
        return batch, False

    def _outcomes(self, votes: Sequence[Vote]) -> list[str]:
        """Drop the votes; where one that the database refuses spoils the transaction, drop each on its own."""
        try:
            outcomes = self._slot.drop([vote.cast for vote in votes], self._clock())
        except RefusedRowError as error:
            LOG.error("a vote was refused: %s", type(error.__cause__).__name__)  # noqa: TRY400 - the text quotes values
            if len(votes) == 1:
                return ["envelope_refused"]
            return [self._outcomes([vote])[0] for vote in votes]
        except Exception as error:  # noqa: BLE001 - whatever happened, the phones must hear that nothing was stored
            self.pulse.failed(error)
            LOG.error("votes were not stored: %s", type(error).__name__)  # noqa: TRY400 - the text quotes values
            return ["busy"] * len(votes)
        self.pulse.went_well()
        return outcomes


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
