"""Who holds database connections: nothing is computed, drawn or rendered while one is held (SEC-72).

A holder is a request, whichever threads it runs in, or else a thread. Threads of the pool go from request to request:
one that has just left a request whose session is still being ended holds nothing of the next request.
"""

from collections import Counter
from contextvars import ContextVar
from threading import Lock, get_ident

from sqlalchemy import Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

_request: ContextVar[object | None] = ContextVar("request", default=None)
_held: Counter[object] = Counter()
_lock = Lock()
_HOLDER = "manyidu_holder"


def begin_request() -> None:
    """Count what is taken from here on, in this context and those copied from it, as this request's."""
    _request.set(object())


def _holder() -> object:
    return _request.get() or get_ident()


def _out(_connection: object, entry: ConnectionPoolEntry, _proxy: object) -> None:
    holder = entry.info[_HOLDER] = _holder()
    with _lock:
        _held[holder] += 1


def _back(_connection: object, entry: ConnectionPoolEntry) -> None:
    # By who took it: a connection may be given back by another thread.
    holder = entry.info.pop(_HOLDER, None)
    if holder is None:
        return
    with _lock:
        _held[holder] -= 1
        if not _held[holder]:
            del _held[holder]


def watch(engine: Engine) -> None:
    """Count the connections of an engine that each request or thread holds."""
    event.listen(engine, "checkout", _out)
    event.listen(engine, "checkin", _back)


def held_here() -> int:
    """Return how many connections this request, or this thread outside of one, has taken and not given back."""
    return _held[_holder()]


def hold_nothing(work: str) -> None:
    """Say what is about to be computed; whoever still holds a transaction is refused: a fault of ours."""
    if held_here():
        message = f"{work} while a transaction is held"
        raise RuntimeError(message)
