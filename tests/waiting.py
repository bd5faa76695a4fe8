"""Waiting for a condition with a bound."""

from collections.abc import Callable
from threading import Event
from time import monotonic


def wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Return once the condition holds; fail when it does not in time."""
    deadline, pause = monotonic() + seconds, Event()
    while not condition():
        assert monotonic() < deadline, "what was waited for did not come"
        pause.wait(0.05)
