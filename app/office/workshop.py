"""The workshop: everything heavy is made in child processes, behind this one door.

Ids go in and bytes come out: a child reads the database itself. Each seat is a thread with one child at most; a child
that dies takes its own job along and no other, one that has grown is replaced, one that waits too long ends.
"""

import logging
import queue
import threading
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from app.core.acting import Principal
from app.core.errors import DomainError
from app.core.holding import hold_nothing
from app.core.settings import Settings
from app.core.watch import Pulse
from app.office.bench import Made
from app.office.children import Child, ChildLostError
from app.office.frames import Head, packed

LOG = logging.getLogger("manyidu")
SEATS: Final = 2
MOST_WAITING: Final = 60
GROWN_BYTES: Final = 420 * 1024**2
"""A child that holds more after a job is replaced before the next."""
IDLE_SECONDS: Final = 300.0
LONGEST_SECONDS: Final = 400.0
"""A seat that works and is silent for longer stands still: every job is ended before."""
KEPT_BYTES: Final = 8 * 1024**2
NICENESS: Final = 10
"""Of children at seats: two of them at work on two cores must not keep a cast waiting for its turn."""
PATIENCE_SECONDS: Final = 2.0
"""So long a request waits for its file; one that takes longer gets a page, which can be left and come back to."""


@dataclass(frozen=True, slots=True)
class Craft:
    """What the workshop can make: ``maker`` is a function's dotted name, ``plain`` a file's name for old browsers."""

    maker: str
    plain: str = "file"
    seconds: float = 120.0


@dataclass(frozen=True, slots=True)
class Order:
    """A job: what to make, of which ids, for whom. Equal orders of one person are one job."""

    id: str
    craft: Craft
    head: Head
    body: bytes = b""
    keep: bool = False
    """Whether the bytes are kept in memory for whoever orders the same."""


class Ticket:
    """A job that was ordered. ``future`` ends with what was made, or with the DomainError that says why not."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.future: Future[Made] = Future()
        self.running = False
        self.cancelled = False
        self.child: Child | None = None

    def finish(self, made: Made | DomainError) -> None:
        """Say how it ended."""
        if isinstance(made, DomainError):
            self.future.set_exception(made)
        else:
            self.future.set_result(made)


class _Kept:
    """What was made last, by the order's id, up to a number of bytes."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._made: OrderedDict[str, Made] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, order_id: str) -> Made | None:
        with self._lock:
            if order_id in self._made:
                self._made.move_to_end(order_id)
            return self._made.get(order_id)

    def put(self, order_id: str, made: Made) -> None:
        with self._lock:
            self._made[order_id] = made
            while sum(len(each.content) for each in self._made.values()) > self._room:
                self._made.popitem(last=False)


class Workshop:
    """The bounded number of seats, and who waits for one."""

    def __init__(
        self, seats: int = SEATS, idle_seconds: float = IDLE_SECONDS, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self.patience_seconds = patience_seconds
        self._waiting: queue.SimpleQueue[Ticket | None] = queue.SimpleQueue()
        self._open: dict[str, Ticket] = {}
        self._lock = threading.Lock()
        self._kept = _Kept(KEPT_BYTES)
        self._idle_seconds = idle_seconds
        self.pulses = tuple(Pulse(f"workshop-{seat}", LONGEST_SECONDS) for seat in range(seats))
        self._seats = [
            threading.Thread(target=self._sit, args=(pulse,), name=pulse.name, daemon=True) for pulse in self.pulses
        ]
        self._started = False

    def order(self, order: Order) -> Ticket:
        """Take an order, or join the one like it that is under way; DomainError ``workshop_full``."""
        hold_nothing("ordering from the workshop")
        ticket = Ticket(order)
        if order.keep and (made := self._kept.get(order.id)) is not None:
            ticket.finish(made)
            return ticket
        with self._lock:
            if order.id in self._open:
                return self._open[order.id]
            if len(self._open) >= MOST_WAITING:
                raise DomainError("workshop_full")
            self._open[order.id] = ticket
            if not self._started:
                self._started = True
                for seat in self._seats:
                    seat.start()
        self._waiting.put(ticket)
        return ticket

    def find(self, order_id: str) -> Ticket | None:
        """Return a job that waits or runs here."""
        with self._lock:
            return self._open.get(order_id)

    def cancel(self, order_id: str) -> None:
        """End a job that waits or runs here; one that is done stays done."""
        with self._lock:
            ticket = self._open.get(order_id)
            if ticket is None:
                return
            ticket.cancelled = True
            if ticket.child is not None:
                ticket.child.kill()

    def close(self) -> None:
        """End all children; what waits or runs is lost."""
        with self._lock:
            for ticket in self._open.values():
                ticket.cancelled = True
                if ticket.child is not None:
                    ticket.child.kill()
        for _ in self._seats:
            self._waiting.put(None)
        for seat in self._seats:
            if seat.ident is not None:
                seat.join()

    def _sit(self, pulse: Pulse) -> None:
        """Work at one seat until the workshop closes."""
        child: Child | None = None
        while True:
            try:
                ticket = self._next(child)
            except queue.Empty:
                _end(child)
                child = None
                continue
            if ticket is None:
                _end(child)
                return
            with pulse.working():
                child = self._serve(ticket, child)

    def _next(self, child: Child | None) -> Ticket | None:
        return self._waiting.get(timeout=self._idle_seconds if child is not None else None)

    def _serve(self, ticket: Ticket, child: Child | None) -> Child | None:
        """Do one job; return the child that may do the next."""
        try:
            if child is None or not child.lives:
                _end(child)
                child = Child(NICENESS)
            made = self._made(ticket, child)
        except Exception as error:  # noqa: BLE001 -- see below
            # A seat outlives whatever happens at it; the text of an error may quote values.
            LOG.error("the workshop failed: %s", type(error).__name__)  # noqa: TRY400
            made = DomainError("workshop_failed")
        if ticket.order.keep and isinstance(made, Made) and made.lasting:
            self._kept.put(ticket.order.id, made)
        ticket.finish(made)
        with self._lock:
            ticket.child = None
            self._open.pop(ticket.order.id, None)
        if child is not None and child.lives and child.resident < GROWN_BYTES:
            return child
        _end(child)
        return None

    def _made(self, ticket: Ticket, child: Child) -> Made | DomainError:
        with self._lock:
            if ticket.cancelled:
                return DomainError("workshop_cancelled")
            ticket.child, ticket.running = child, True
        try:
            return _outcome(child, ticket.order)
        except DomainError as error:
            return DomainError("workshop_cancelled") if ticket.cancelled else error


def _end(child: Child | None) -> None:
    if child is not None:
        child.close()


def _outcome(child: Child, order: Order) -> Made:
    """Return what a child makes of an order; DomainError for whatever it does not."""
    try:
        head, body = child.work(packed(order.head, order.body), order.craft.seconds)
    except TimeoutError:
        child.kill()
        raise DomainError("workshop_slow") from None
    except ChildLostError:
        raise DomainError("workshop_failed") from None
    if "refused" in head:
        raise DomainError(head["refused"], **head["params"])
    if "failed" in head:
        LOG.error("the workshop failed: %s at %s", head["failed"], head["where"])
        raise DomainError("workshop_too_large" if head["failed"] == "MemoryError" else "workshop_failed")
    return Made(body, head["name"], head["lasting"])


_ALONE = threading.BoundedSemaphore(SEATS)


def alone(
    craft: Craft,
    body: bytes,
    arguments: Head | None = None,
    patience: float | None = None,
    places: threading.Semaphore = _ALONE,
) -> bytes:
    """Have something made of bytes in a child that does nothing else and then ends, and wait for it.

    For what must be kept nowhere (no row, no file, no process remembers it), and for what strangers bring.
    DomainError ``workshop_full`` where none of the ``places`` is free within ``patience`` seconds, ``workshop_slow``,
    ``workshop_failed``, or the maker's own.
    """
    hold_nothing("waiting for a child")
    if not places.acquire(timeout=craft.seconds if patience is None else patience):
        raise DomainError("workshop_full")
    try:
        child = Child()
        try:
            head = _NOBODY | {"maker": craft.maker, "arguments": arguments or {}}
            return _outcome(child, Order("", craft, head, body)).content
        finally:
            child.close()
    finally:
        places.release()


_NOBODY: Final[dict[str, Any]] = {
    **dict.fromkeys(("url", "data", "base_url"), ""),
    "arguments": {},
    "language": "zh",
    "staff": {"id": "", "name": "", "role": ""},
    "now": "1970-01-01T00:00:00+00:00",
}


def head_of(
    craft: Craft, arguments: Head, staff: Principal, now: datetime, settings: Settings, language: str = "zh"
) -> Head:  # fmt: skip
    """Return what a child is told of a job; ``language``: in which what it makes is written."""
    who = {"id": staff.id, "name": staff.name, "role": staff.written_roles}
    return {
        "maker": craft.maker,
        "arguments": arguments,
        "language": language,
        "staff": {**who, "office_id": staff.office_id, "reach": staff.reach},
        "now": now.isoformat(),
        "url": settings.sqlalchemy_url,
        "data": str(settings.data.resolve()),
        "base_url": settings.base_url,
    }
