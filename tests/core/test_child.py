"""A child that holds secrets: no core image, not traceable, gone with its parent; a name that nobody else ever has."""

import os
import re
import subprocess
import sys

import pytest

from app.core.child import is_running, last_words, own_name, reason_of
from app.core.errors import DomainError

HIDDEN = """
import ctypes, resource
from app.core.child import hide_memory
hide_memory()
print(ctypes.CDLL(None).prctl(3), resource.getrlimit(resource.RLIMIT_CORE))
"""
LIFELINE = """
import sys, threading
from app.core.child import die_with_parent
die_with_parent(sys.stdin.fileno())
print("here", flush=True)
threading.Event().wait(60)
print("and still here", flush=True)
"""


def test_it_works() -> None:
    assert is_running(own_name())
    node, pid, started = own_name().split("/")
    assert is_running(f"{node}/{pid}/{int(started) - 1}") is False
    assert is_running(f"{node}/{os.getpid()}/1") is False
    assert is_running(f"elsewhere/{pid}/{started}") is None


def test_a_process_that_ended_does_not_run() -> None:
    ask = "from app.core.child import own_name; print(own_name())"
    name = subprocess.run([sys.executable, "-c", ask], check=True, capture_output=True, text=True).stdout.strip()
    assert is_running(name) is False


def test_its_memory_is_hidden() -> None:
    said = subprocess.run([sys.executable, "-c", HIDDEN], check=True, capture_output=True, text=True).stdout
    assert said == "0 (0, 0)\n"


def test_it_ends_when_its_lifeline_is_cut() -> None:
    child = subprocess.Popen([sys.executable, "-c", LIFELINE], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with child:
        assert child.stdout is not None
        assert child.stdin is not None
        assert child.stdout.readline() == b"here\n"
        child.stdin.close()
        assert child.wait(20) == 1


PARENT = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdin=int(sys.argv[2]))
sys.stdin.read()
"""


def test_it_ends_with_its_parent_even_while_somebody_else_holds_its_lifeline() -> None:
    """So that none of the two ways of ending could be missing unseen."""
    reading, lifeline = os.pipe()
    told, telling = os.pipe()
    line = [sys.executable, "-c", PARENT, LIFELINE, str(reading)]
    with os.fdopen(lifeline, "wb"), os.fdopen(told) as said:
        with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=telling, pass_fds=[reading]) as parent:
            os.close(reading)
            os.close(telling)
            assert said.readline() == "here\n"
            parent.kill()
        assert said.read() == "", "it has ended and said no more"


def test_a_reason_is_what_it_was_and_where_and_no_value() -> None:
    with pytest.raises(ValueError, match="not enough") as caught:
        is_running("secret/name")
    assert re.fullmatch(r"ValueError in core/child\.py:\d+", reason_of(caught.value))
    assert reason_of(DomainError("box_missing", round="secret")) == "box_missing"


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ([b"Traceback\n", b"sqlite3.OperationalError: no such table: secret\n"], "sqlite3.OperationalError"),
        ([b"a warning\n", b"ValueError in core/db.py:12\n"], "ValueError in core/db.py:12"),
        ([], "no reason given"),
    ],
)
def test_the_last_words_of_a_child(output: list[bytes], said: str) -> None:
    assert last_words(output) == said
