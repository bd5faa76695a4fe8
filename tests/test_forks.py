"""A process that is to be killed on its way, and is not."""

import os
import signal
import time

import pytest

from tests import forks


def hang() -> None:
    """Wait for what never comes."""
    signal.pause()


def die() -> None:
    """Be killed, as at a step."""
    os.kill(os.getpid(), signal.SIGKILL)


def test_one_that_is_killed_is_what_is_wanted() -> None:
    forks.see_killed(die)


def test_one_that_hangs_is_ended_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forks, "PATIENCE_SECONDS", 0)
    with pytest.raises(pytest.fail.Exception, match="timed out"):
        forks.see_killed(hang)


def test_one_that_comes_by_no_step_is_told() -> None:
    with pytest.raises(AssertionError, match="without coming to the step"):
        forks.see_killed(time.monotonic)
