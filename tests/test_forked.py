"""A program that is forked is what it is when it is started anew, and the nest holds nothing of it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import forked

PROGRAM = "tests.told"
LINE = [sys.executable, "-m", PROGRAM, "a word"]
STARTS: "list[type[subprocess.Popen[Any]]]" = [subprocess.Popen, forked.Forked]


@pytest.fixture(autouse=True)
def _nest(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A nest of these tests' own."""
    monkeypatch.setitem(forked.LOADED, PROGRAM, ("json",))
    monkeypatch.setattr(forked, "_NESTS", {})
    yield
    forked.close_nests()


def told(start: "type[subprocess.Popen[Any]]", folder: Path, **environment: str) -> tuple[dict[str, object], int]:
    """Run the program that tells of its surroundings; return what it told, and its end."""
    pipe = subprocess.PIPE
    with start(LINE, cwd=folder, env=environment, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT) as child:
        said, _ = child.communicate(b"a line\n", timeout=60)
    found: dict[str, object] = json.loads(said)
    assert found.pop("pid") == child.pid
    return found, child.returncode


@pytest.mark.parametrize("more", [{}, {"PYTHONWARNINGS": "default"}, {"PYTHONWARNINGS": "ignore"}])
def test_it_works(tmp_path: Path, more: dict[str, str]) -> None:
    root = str(forked.ROOT)
    anew, as_fork = (told(start, tmp_path, PYTHONPATH=root, **more) for start in STARTS)
    assert as_fork == anew
    assert as_fork[0]["argv"] == ["a word"]
    assert as_fork[0]["parent"] == os.getpid()
    assert as_fork[1] == 3
    assert forked._NESTS, "it was started anew"


def test_it_is_a_child_that_can_be_killed_and_waited_for() -> None:
    with forked.Forked(LINE, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as child:
        assert child.poll() is None
        child.kill()
        assert child.wait(60) == -signal.SIGKILL


def test_its_input_ends_when_it_is_closed_here_though_others_live() -> None:
    with (
        forked.Forked(LINE, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as first,
        forked.Forked(LINE, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as second,
    ):
        assert first.stdin
        first.stdin.close()
        assert first.wait(60) == 3
        second.kill()


ORPHANING = """
import subprocess, sys
print(subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=0, stdout=subprocess.DEVNULL).pid)
"""


def test_orphans_are_taken_by_nobody_here_but_while_a_nest_forks() -> None:
    """Processes that outlive a killed service would stay about as our dead, and pass for living ones."""
    told(forked.Forked, forked.ROOT)
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb"):
        line = [sys.executable, "-c", ORPHANING]
        pid = int(subprocess.run(line, stdin=reading, stdout=subprocess.PIPE, check=True, timeout=60).stdout)
        os.close(reading)
        parent = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[1]
    assert int(parent) != os.getpid()


def test_any_other_line_is_started_anew() -> None:
    with forked.Forked([sys.executable, "-c", "print(1)"], stdout=subprocess.PIPE) as child:
        assert child.communicate(timeout=60)[0] == b"1\n"
    assert not forked._NESTS


OUTSIDE = """
import sys
from tests import forked
forked.run([sys.executable, "-m", "app", "serve", "--help"])
print(forked._NESTS)
"""


def test_outside_of_tests_a_program_is_started_anew() -> None:
    found = subprocess.run([sys.executable, "-c", OUTSIDE], cwd=forked.ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == "{}\n"
