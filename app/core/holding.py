"""Which thread holds database connections: nothing is computed, drawn or rendered while one is held (SEC-72)."""

from collections import Counter
from threading import Lock, get_ident

from sqlalchemy import Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

_held: Counter[int] = Counter()
_lock = Lock()
_HOLDER = "manyidu_holder"


def _out(_connection: object, entry: ConnectionPoolEntry, _proxy: object) -> None:
    holder = entry.info[_HOLDER] = get_ident()
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
    """Count the connections of an engine that each thread holds."""
    event.listen(engine, "checkout", _out)
    event.listen(engine, "checkin", _back)


def held_here() -> int:
    """Return how many connections this thread has taken and not given back."""
    return _held[get_ident()]


def hold_nothing(work: str) -> None:
    """Say what is about to be computed; a thread that still holds a transaction is refused: a fault of ours."""
    if held_here():
        message = f"{work} while a transaction is held"
        raise RuntimeError(message)
