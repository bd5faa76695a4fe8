"""A child that holds secrets: no core image, not traceable, gone with its parent; a name that nobody else ever has."""

import os
import subprocess
import sys

from app.core.child import is_running, own_name

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
