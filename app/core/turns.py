"""Letting others have their turn: a thread that computes keeps the interpreter for 5 ms each time somebody asks for it.

A cast asks some ten times, so that a loop of half a second in another thread makes it wait for a tenth of one.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from threading import Event, get_native_id
from types import TracebackType
from typing import Final, TypeVar

AT_ONCE: Final = 50
PAUSE_SECONDS: Final = 0.000_2
SHORT_SECONDS: Final = 0.000_5
NICENESS: Final = 10
"""Of threads that compute outside of the interpreter, on every processor there is."""
Item = TypeVar("Item")
_NEVER: Final = Event()


def in_turns(items: Iterable[Item], at_once: int = AT_ONCE) -> Iterator[Item]:
    """Yield the items; after each so many of them, about a millisecond's work, other threads go on."""
    for number, item in enumerate(items, start=1):
        yield item
        if number % at_once == 0:
            _NEVER.wait(PAUSE_SECONDS)


class ShortTurns:
    """While somebody is within, a thread that computes gives the interpreter away after half a millisecond.

    For what threads do beside casts. Not for good: a hall that casts alone takes more ballots with long turns. Used by
    the event loop's thread alone.
    """

    def __init__(self) -> None:
        self._within = 0
        self._long = sys.getswitchinterval()

    def __enter__(self) -> None:
        """Begin, where nobody has."""
        if not self._within:
            self._long = sys.getswitchinterval()
            sys.setswitchinterval(SHORT_SECONDS)
        self._within += 1

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """End, where nobody else is within."""
        self._within -= 1
        if not self._within:
            sys.setswitchinterval(self._long)


def give_way() -> None:
    """Let this thread, and those that it starts, run when others need no processor; Linux only."""
    if sys.platform == "linux":
        thread = get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread)))
