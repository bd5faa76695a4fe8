"""Who holds database connections: nothing is computed, drawn or rendered while one is held (SEC-72).

A holder is a request, whichever threads it runs in, or else a thread. Threads of the pool go from request to request:
one that has just left a request whose session is still being ended holds nothing of the next request.
"""

from collections import Counter
from contextvars import ContextVar
from threading import Lock, get_ident

_request: ContextVar[object | None] = ContextVar("request", default=None)
_held: Counter[object] = Counter()
_lock = Lock()


def begin_request() -> None:
    """Count what is taken from here on, in this context and those copied from it, as this request's."""
    _request.set(object())


def _holder() -> object:
    return _request.get() or get_ident()


def taken() -> object:
    """Count a connection as taken by who asks; return the holder, who is named when it is given back."""
    holder = _holder()
    with _lock:
        _held[holder] += 1
    return holder


def given_back(holder: object) -> None:
    """Count a connection as given back by its holder, whichever thread does it."""
    with _lock:
        _held[holder] -= 1
        if not _held[holder]:
            del _held[holder]


def held_here() -> int:
    """Return how many connections this request, or this thread outside of one, has taken and not given back."""
    return _held[_holder()]


def hold_nothing(work: str) -> None:
    """Say what is about to be computed; whoever still holds a transaction is refused: a fault of ours."""
    if held_here():
        message = f"{work} while a transaction is held"
        raise RuntimeError(message)
