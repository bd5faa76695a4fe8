"""Threads that matter, watched: when each must have turned again, and what last went wrong (SEC-81)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE_SECONDS = 30.0


class Pulse:
    """The sign of life of one thread; ``clock`` counts seconds and never jumps."""

    def __init__(
        self, name: str, patience: float = PATIENCE_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self.last_error = ""
        self._patience = patience
        self._clock = clock
        self._due: float | None = None

    def beat(self) -> None:
        """Tell that the thread is alive, and will be heard of again before its patience is over."""
        self._due = self._clock() + self._patience

    def rest(self) -> None:
        """Tell that the thread has nothing to do, or has been ended: its silence means nothing."""
        self._due = None

    @contextmanager
    def working(self) -> Iterator[None]:
        """Hold while a thread that rests otherwise does something that must come to an end."""
        self.beat()
        yield
        self.rest()

    def failed(self, *errors: BaseException) -> bool:
        """Keep the kinds of errors, never their texts, which may quote values; return whether they are others now."""
        before, self.last_error = self.last_error, ", ".join(sorted({type(error).__name__ for error in errors}))
        return before != self.last_error

    def went_well(self) -> None:
        """Forget the last error."""
        self.last_error = ""

    @property
    def stands_still(self) -> bool:
        """Whether the thread should have been heard of by now."""
        due = self._due
        return due is not None and self._clock() > due


class Watch:
    """The pulses of one process."""

    def __init__(self) -> None:
        self._pulses: dict[str, Pulse] = {}

    def add(self, pulse: Pulse) -> Pulse:
        """Watch a thread; one of the same name is watched in the place of the one before."""
        self._pulses[pulse.name] = pulse
        return pulse

    def standing_still(self) -> list[str]:
        """Return the names of threads that should have been heard of."""
        return [pulse.name for pulse in list(self._pulses.values()) if pulse.stands_still]

    def failing(self) -> dict[str, str]:
        """Return the kind of error by name, of threads that turn although something went wrong the last time."""
        return {pulse.name: pulse.last_error for pulse in list(self._pulses.values()) if pulse.last_error}
