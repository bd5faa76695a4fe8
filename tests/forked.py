"""Programs of the product, forked from processes that have loaded what they load.

To start an interpreter and load the product takes a second of processor time, and tests start some hundred. What runs
is the program, to its end, in a process of its own, child of the one that asks: a nest forks twice and the one between
ends, so that the system hands the program over to its nearest forebear that asked for orphans. A nest has loaded what
those programs load and no more: one that leaves something out fails here as it does by itself.
"""

import ctypes
import gc
import inspect
import json
import os
import runpy
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Lock
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).parents[1]
ROOM = "app.operations.opening_room"
LOADED = {
    "app.operations.opening_process": (ROOM,),
    "tests.box.halting": (ROOM,),
    "app.office.workshop_child": ("tests.office.makers",),
    "app.operations.example_process": ("app.operations.example_room",),
    "app serve": ("typer", "app.operations.one_server", "app.operations.server"),
    "app demo": ("typer", "app.operations.one_server", "app.operations.server"),
    **{f"app {command}": ("typer", "app.operations.server") for command in ("backup", "check", "hall")},
    "app restore": ("typer", "app.operations.restore", "app.operations.server"),
}
"""What each program, or command of ``app``, loads when it starts, or for its first job, but its own module."""
FLAGS = {"-P", "-X", "utf8"}
"""Of the interpreter, which make no difference to what it loads from this folder."""
_PR_SET_CHILD_SUBREAPER = 36
_MOST_BYTES = 200_000
_STREAMS = 3


class Nest:
    """The process that forks programs, and the line to it."""

    def __init__(self, loaded: tuple[str, ...]) -> None:
        self._line, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-m", "tests.forked", *loaded]
        with there:
            environment = {name: value for name, value in os.environ.items() if name != "PYTHONWARNINGS"}
            self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=there.fileno())
        self._lock = Lock()

    def close(self) -> None:
        """End it."""
        self._line.close()
        self._process.wait()

    def fork(self, order: dict[str, Any], streams: list[int]) -> int:
        """Return the process id of a new child of this process; the nest ends when this process does."""
        with self._lock, _orphans_taken():
            socket.send_fds(self._line, [json.dumps(order).encode()], streams)
            return int(self._line.recv(_MOST_BYTES))


_NESTS: dict[tuple[str, ...], Nest] = {}
_ALLOWED: list[bool] = []
_BUILDING = Lock()


def _nest(loaded: tuple[str, ...]) -> Nest:
    with _BUILDING:
        if loaded not in _NESTS:
            _NESTS[loaded] = Nest(loaded)
        return _NESTS[loaded]


def allow() -> None:
    """Let programs be forked from here on: tests do; a figure is taken of a program that was started anew."""
    _ALLOWED.append(True)


def close_nests() -> None:
    """End all nests of this process."""
    while _NESTS:
        _NESTS.popitem()[1].close()


class Forked(subprocess.Popen[Any]):
    """A child that runs ``python -m PROGRAM``: forked where there is a nest for it, started anew otherwise."""

    def _execute_child(self, *given: object) -> None:
        start = super()._execute_child  # type: ignore[misc]
        said = inspect.signature(start).bind(*given).arguments
        words = _program(list(said["args"]))
        loaded = LOADED.get(" ".join(words[:1])) or LOADED.get(" ".join(words[:2]))
        if loaded is None or not _ALLOWED:
            start(*given)
            return
        mine = (said["p2cread"], said["c2pwrite"], said["errwrite"])
        streams = [number if one == -1 else one for number, one in enumerate(mine)]
        folder, environment = said["cwd"] or Path.cwd(), said["env"] or dict(os.environ)
        order = {"argv": words, "environment": environment, "folder": str(folder)}
        self.pid = _nest(loaded).fork(order, streams)
        self._child_created = True
        pipes = ("p2cread", "p2cwrite", "c2pread", "c2pwrite", "errread", "errwrite")
        self._close_pipe_fds(*(said[pipe] for pipe in pipes))  # type: ignore[attr-defined]


def _program(line: list[str]) -> list[str]:
    """Return the module that an interpreter of ours is to run, and its arguments; nothing for any other line."""
    at = line.index("-m") if "-m" in line else 0
    return line[at + 1 :] if at and line[0] == sys.executable and FLAGS.issuperset(line[1:at]) else []


def run(line: Sequence[str], **settings: Any) -> tuple[int, str, str]:  # noqa: ANN401 - as ``subprocess`` takes them
    """Run a program to its end; return that, and what it said to both sides."""
    pipe = subprocess.PIPE
    with Forked(line, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, encoding="utf-8", **settings) as child:
        said, complained = child.communicate(timeout=120)
    return child.returncode, said, complained


STARTING = SimpleNamespace(Popen=Forked, PIPE=subprocess.PIPE, DEVNULL=subprocess.DEVNULL)
"""What stands for ``subprocess`` in a module of the product that starts programs."""


@contextmanager
def _orphans_taken() -> Iterator[None]:
    """Take orphans of descendants as children; only while a nest forks, lest others' dead be ours to bury."""
    _prctl(1)
    yield
    _prctl(0)


def _prctl(wanted: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, wanted, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def _fork(orders: socket.socket) -> bool:
    """Obey one order, in the nest; return, in the child, that it is to become the program; ends with the line."""
    said, streams, _flags, _address = socket.recv_fds(orders, _MOST_BYTES, _STREAMS)
    if not said:
        sys.exit()
    reading, writing = os.pipe()
    telling, told = os.pipe()
    between = os.fork()
    if between == 0:
        child = os.fork()
        if child == 0:
            os.close(writing)
            os.read(reading, 1)  # the one between is gone, and this process has its new parent
            _become(json.loads(said), streams)
            return True
        os.write(told, str(child).encode())
        os._exit(0)
    os.waitpid(between, 0)
    orders.send(os.read(telling, _MOST_BYTES))
    for one in (reading, writing, telling, told, *streams):
        os.close(one)
    return False


def _become(order: dict[str, Any], streams: list[int]) -> None:
    """Have the surroundings that a program started anew has."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.closerange(_STREAMS, os.sysconf("SC_OPEN_MAX"))
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    if wanted := os.environ.get("PYTHONWARNINGS"):  # an interpreter reads it when it starts
        warnings.simplefilter(wanted)  # type: ignore[arg-type]
    sys.argv[:] = order["argv"]


def main() -> None:
    """Load what is named, and fork programs until the line ends."""
    for name in sys.argv[1:]:
        import_module(name)
    gc.freeze()
    with socket.socket(fileno=os.dup(0)) as orders:
        while not _fork(orders):
            pass
        orders.detach()  # it is closed
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
