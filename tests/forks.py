"""Processes of tests that are killed on their way, forked from one that has loaded what they need."""

import multiprocessing
import signal
from collections.abc import Callable

import pytest

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["app.main", "tests.crashing", "tests.box.test_crash"])
"""There is one server of forks in a process: what it loads is said here for all modules."""
PATIENCE_SECONDS = 60


def see_killed(target: Callable[..., object], *args: object) -> None:
    """Run ``target`` in a process that is to kill itself at a step; to come by none, or to hang, is a failure."""
    assert _end(target, args) == -signal.SIGKILL, "the act went by without coming to the step"


def see_done(target: Callable[..., object], *args: object) -> None:
    """Run ``target`` in a process that is to end well; to be killed at a step, to fail, or to hang, is a failure."""
    assert _end(target, args) == 0, "the act did not go by without coming to the step"


def _end(target: Callable[..., object], args: tuple[object, ...]) -> int:
    child = FORKS.Process(target=target, args=args)
    child.start()
    child.join(PATIENCE_SECONDS)
    if child.exitcode is None:
        child.kill()
        child.join()
        pytest.fail(f"timed out: neither killed nor over after {PATIENCE_SECONDS} seconds")
    return child.exitcode
