"""Many who act at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

T = TypeVar("T")
PATIENCE_SECONDS = 30


def at_once(count: int, act: Callable[[], T]) -> list[T]:
    """Let so many threads act when all of them have begun; return what each got, and raise what one of them raised."""
    together = Barrier(count, timeout=PATIENCE_SECONDS)

    def beside(_place: int) -> T:
        together.wait()
        return act()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(beside, range(count)))
