"""What waits at the same time is done together by one thread: a hall of phones shares one question to the database."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Final, Generic, NamedTuple, TypeVar

from app.core.errors import DomainError
from app.core.watch import Pulse

LOG = logging.getLogger("manyidu")
MAX_BATCH: Final = 256
MAX_WAITING: Final = 5_000
Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class _Waiting(NamedTuple, Generic[Asked, Answer]):
    """What was asked, and the future that its coroutine waits for."""

    asked: Asked
    future: "asyncio.Future[Answer | DomainError]"


class Gathered(Generic[Asked, Answer]):
    """Hands batches to ``work``, which gives an answer or a refusal for each; the thread starts with the first."""

    def __init__(self, name: str, work: Callable[[Sequence[Asked]], Sequence[Answer | DomainError]]) -> None:
        self.pulse = Pulse(name)
        self._work = work
        self._gathered: dict[asyncio.AbstractEventLoop, list[_Waiting[Asked, Answer]]] = {}
        self._queue: SimpleQueue[list[_Waiting[Asked, Answer]] | None] = SimpleQueue()
        self._waiting = 0
        self._worker: Thread | None = None
        self._starting = Lock()

    async def ask(self, asked: Asked) -> Answer:
        """Return the answer; raise the refusal, or ``busy`` where too many wait or the work failed."""
        if self._waiting >= MAX_WAITING:
            raise DomainError("busy")
        if self._worker is None:
            self._start()
        self._waiting += 1
        try:
            answer = await self._gather(asked)
        finally:
            self._waiting -= 1
        if isinstance(answer, DomainError):
            raise answer
        return answer

    def close(self) -> None:
        """Answer those who wait and stop the thread."""
        with self._starting:
            worker, self._worker = self._worker, None
        if worker is not None:
            self._queue.put(None)
            worker.join()

    def _start(self) -> None:
        with self._starting:
            if self._worker is None:
                self._worker = Thread(target=self._serve, name=self.pulse.name, daemon=True)
                self._worker.start()

    def _gather(self, asked: Asked) -> "asyncio.Future[Answer | DomainError]":
        """Put what is asked among that of this loop's turn."""
        loop = asyncio.get_running_loop()
        waiting: _Waiting[Asked, Answer] = _Waiting(asked, loop.create_future())
        gathered = self._gathered.get(loop)
        if gathered is None:
            gathered = self._gathered[loop] = []
            loop.call_soon(self._hand_on, loop)
        gathered.append(waiting)
        return waiting.future

    def _hand_on(self, loop: asyncio.AbstractEventLoop) -> None:
        self._queue.put(self._gathered.pop(loop))

    def _serve(self) -> None:
        more = True
        while more:
            batch, more = self._next_batch()
            if batch:
                with self.pulse.working():
                    _tell(batch, self._answers([waiting.asked for waiting in batch]))

    def _next_batch(self) -> tuple[list[_Waiting[Asked, Answer]], bool]:
        """Wait for something to do, then take all that has come; False as second when the thread shall stop."""
        batch: list[_Waiting[Asked, Answer]] = []
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

    def _answers(self, asked: Sequence[Asked]) -> Sequence[Answer | DomainError]:
        try:
            answers = self._work(asked)
        except Exception as error:  # noqa: BLE001 - whatever happened, those who wait must hear of it
            self.pulse.failed(error)
            LOG.error("%s: %s", self.pulse.name, type(error).__name__)  # noqa: TRY400 - the text may quote values
            return [DomainError("busy") for _ in asked]
        self.pulse.went_well()
        return answers


def _tell(batch: Sequence[_Waiting[Asked, Answer]], answers: Sequence[Answer | DomainError]) -> None:
    by_loop = defaultdict(list)
    for waiting, answer in zip(batch, answers, strict=True):
        by_loop[waiting.future.get_loop()].append((waiting.future, answer))
    for loop, told in by_loop.items():
        # A loop that was closed meanwhile has nobody left who waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_resolve, told)


def _resolve(told: Sequence[tuple["asyncio.Future[Answer | DomainError]", Answer | DomainError]]) -> None:
    for future, answer in told:
        if not future.done():
            future.set_result(answer)
