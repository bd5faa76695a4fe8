"""Threads that matter, watched: when each must have turned again, and what last went wrong (SEC-81)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

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


class Pulses:
    """The signs of life of threads that do the same and come and go: what one of them does well excuses no other."""

    def __init__(
        self, name: str, patience: float = PATIENCE_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.name = name
        self._patience = patience
        self._clock = clock
        self._all: set[Pulse] = set()

    def begin(self) -> Pulse:
        """Return the pulse of a thread that begins."""
        pulse = Pulse(self.name, self._patience, self._clock)
        self._all.add(pulse)
        return pulse

    def end(self, pulse: Pulse) -> None:
        """Tell that its thread ends as it should."""
        self._all.discard(pulse)

    @property
    def stands_still(self) -> bool:
        """Whether one of them should have been heard of by now."""
        return any(pulse.stands_still for pulse in tuple(self._all))

    @property
    def last_error(self) -> str:
        """What last went wrong for those for whom nothing went well since."""
        return ", ".join(sorted({pulse.last_error for pulse in tuple(self._all)} - {""}))


class Sign(Protocol):
    """What is watched under one name."""

    @property
    def name(self) -> str:
        """The name."""

    @property
    def stands_still(self) -> bool:
        """Whether it should have been heard of by now."""

    @property
    def last_error(self) -> str:
        """The kind of what last went wrong, empty where nothing did."""


S = TypeVar("S", bound=Sign)


class Watch:
    """The pulses of one process."""

    def __init__(self) -> None:
        self._signs: dict[str, Sign] = {}

    def add(self, sign: S) -> S:
        """Watch a thread, or some; what has the same name is watched in the place of what was before."""
        self._signs[sign.name] = sign
        return sign

    def standing_still(self) -> list[str]:
        """Return the names of threads that should have been heard of."""
        return [sign.name for sign in list(self._signs.values()) if sign.stands_still]

    def failing(self) -> dict[str, str]:
        """Return the kind of error by name, of threads that turn although something went wrong the last time."""
        return {sign.name: sign.last_error for sign in list(self._signs.values()) if sign.last_error}
