"""Slip codes that no box knows, counted for a process by the minute: no code, no address, no person (SEC-55)."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from threading import Lock

MANY = 20
"""More than these in one minute are no slips of the pen."""
REMEMBERED_MINUTES = 60


class Guesses:
    """How many well-formed codes were unknown, in each minute of the last hour and since the start.

    It changes nothing for anybody who votes: nobody is slowed or refused by it.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._minutes: Counter[int] = Counter()
        self._lock = Lock()
        self.total = 0

    def note(self) -> None:
        """Count one more."""
        minute = self._minute()
        with self._lock:
            self.total += 1
            self._minutes[minute] += 1
            if len(self._minutes) > REMEMBERED_MINUTES + 1:
                self._forget(minute)

    @property
    def lately(self) -> int:
        """How many there were in this minute and the one before."""
        minute = self._minute()
        return self._minutes[minute] + self._minutes[minute - 1]

    @property
    def most(self) -> int:
        """How many there were in the worst minute of the last hour."""
        first, last = self._minute() - REMEMBERED_MINUTES, self._minute()
        return max((count for minute, count in list(self._minutes.items()) if first < minute <= last), default=0)

    @property
    def are_many(self) -> bool:
        """Whether somebody guesses, or did within the hour."""
        return self.most > MANY

    def _minute(self) -> int:
        return int(self._clock().timestamp()) // 60

    def _forget(self, now: int) -> None:
        kept = {minute: count for minute, count in self._minutes.items() if abs(now - minute) <= REMEMBERED_MINUTES}
        self._minutes = Counter(kept)
