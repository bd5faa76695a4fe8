"""Letting others have their turn: a thread that computes keeps the interpreter for 5 ms each time somebody asks for it.

A cast asks some ten times, so that a loop of half a second in another thread makes it wait for a tenth of one.
"""

from collections.abc import Iterable, Iterator
from threading import Event
from typing import Final, TypeVar

AT_ONCE: Final = 50
PAUSE_SECONDS: Final = 0.000_2
Item = TypeVar("Item")
_NEVER: Final = Event()


def in_turns(items: Iterable[Item], at_once: int = AT_ONCE) -> Iterator[Item]:
    """Yield the items; after each so many of them, about a millisecond's work, other threads go on."""
    for number, item in enumerate(items, start=1):
        yield item
        if number % at_once == 0:
            _NEVER.wait(PAUSE_SECONDS)
