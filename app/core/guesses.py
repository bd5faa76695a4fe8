"""Slip codes that no box knows, counted by the minute: no code, no address, no person (SEC-55).

Every process below one data folder counts into the same files: one file a minute, one byte a code. So a page shows what
all workers saw, of the booth and of the desk, and counting needs neither a lock nor the database. Nodes with folders of
their own share a database and tell each other through it (app.core.guess_counts).
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.core.guess_counts import SharedCounts

MANY = 20
"""More than these in one minute are no slips of the pen."""
REMEMBERED_MINUTES = 60
MOST_BYTES = 1_000_000
"""A minute in which more were tried is not counted further."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many codes were unknown: in this minute and the one before, in the worst of an hour, in the hour."""

    lately: int
    most: int
    in_hour: int

    @property
    def are_many(self) -> bool:
        """Whether somebody guesses, or did within the hour."""
        return self.most > MANY


class Guesses:
    """How many well-formed codes were unknown, in each minute of the last hour.

    It changes nothing for anybody who votes: nobody is slowed or refused by it, nor by a disk that is full.
    """

    def __init__(self, clock: Callable[[], datetime], folder: Path, shared: SharedCounts | None = None) -> None:
        self._clock = clock
        self._folder = folder
        self._shared = shared

    def note(self) -> None:
        """Count one more."""
        if self._shared is not None:
            self._shared.note(self._minute())
        with suppress(OSError):
            minute = self._folder / str(self._minute())
            if not minute.exists():
                self._begin()
            elif minute.stat().st_size >= MOST_BYTES:
                return
            descriptor = os.open(minute, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, b".")
            finally:
                os.close(descriptor)

    def counted(self) -> Counted:
        """Return how many there were, by one look at the files, and one at the database that nodes share.

        Where that does not answer, or lags behind by the seconds between two tellings, the files count.
        """
        counts = dict(self._counts())
        for age, count in self._told():
            counts[age] = max(count, counts.get(age, 0))
        lately = counts.get(0, 0) + counts.get(1, 0)
        return Counted(lately, max(counts.values(), default=0), sum(counts.values()))

    def _minute(self) -> int:
        return int(self._clock().timestamp()) // 60

    def _counts(self) -> Iterator[tuple[int, int]]:
        """Yield (age in minutes, count) of the last hour."""
        now = self._minute()
        for minute, path in self._files():
            if 0 <= now - minute < REMEMBERED_MINUTES:
                with suppress(OSError):  # another process has just deleted it
                    yield now - minute, path.stat().st_size

    def _told(self) -> Iterator[tuple[int, int]]:
        """Yield (age in minutes, count) of the last hour, as all nodes told."""
        if self._shared is None:
            return
        now = self._minute()
        with suppress(SQLAlchemyError):
            for minute, count in self._shared.counted().items():
                if 0 <= now - minute < REMEMBERED_MINUTES:
                    yield now - minute, count

    def close(self) -> None:
        """Tell the other nodes what they do not know yet."""
        if self._shared is not None:
            self._shared.close()

    def _files(self) -> Iterator[tuple[int, Path]]:
        with suppress(OSError):
            for path in list(self._folder.iterdir()):
                if path.name.isdecimal():
                    yield int(path.name), path

    def _begin(self) -> None:
        """Make the folder, and delete what is of no hour that counts: older, or of a clock that was put back."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        now = self._minute()
        for minute, path in self._files():
            if abs(now - minute) > REMEMBERED_MINUTES:
                path.unlink(missing_ok=True)
