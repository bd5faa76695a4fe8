"""A process that is to be killed on its way, and is not."""

import os
import signal
import sys
import time
from collections.abc import Callable

import pytest

from tests import forks


def hang() -> None:
    """Wait for what never comes."""
    signal.pause()


def die() -> None:
    """Be killed, as at a step."""
    os.kill(os.getpid(), signal.SIGKILL)


def fail() -> None:
    """End as an act does that was refused."""
    sys.exit(1)


def test_one_that_is_killed_is_what_is_wanted() -> None:
    forks.see_killed(die)


def test_one_that_ends_well_is_what_is_wanted() -> None:
    forks.see_done(time.monotonic)


@pytest.mark.parametrize("target", [die, fail])
def test_one_that_does_not_end_well_is_told(target: Callable[[], object]) -> None:
    with pytest.raises(AssertionError, match="did not go by"):
        forks.see_done(target)


def test_one_that_hangs_is_ended_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forks, "PATIENCE_SECONDS", 0)
    with pytest.raises(pytest.fail.Exception, match="timed out"):
        forks.see_killed(hang)


def test_one_that_comes_by_no_step_is_told() -> None:
    with pytest.raises(AssertionError, match="without coming to the step"):
        forks.see_killed(time.monotonic)
