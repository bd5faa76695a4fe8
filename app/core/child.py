"""What a child process that holds secrets does about itself, and how a process is named so that others can ask for it.

Linux only; elsewhere the calls do nothing and a process is judged by its heartbeat alone.
"""

import ctypes
import json
import os
import platform
import signal
import sys
import traceback
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from resource import RLIMIT_CORE, setrlimit
from threading import Thread
from typing import IO

from app.core.errors import DomainError

OURS = Path(__file__).parents[1]
"""The folder of our packages."""
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_STATE, _STARTED = 0, 19
"""Places in /proc/<pid>/stat behind the name: the state, and the start in clock ticks since the boot."""


def hide_memory() -> None:
    """Write no core image, and let nobody but the superuser trace this process or read its memory."""
    setrlimit(RLIMIT_CORE, (0, 0))
    _prctl(_PR_SET_DUMPABLE, 0)


def die_with_parent(lifeline: int) -> None:
    """End when the thread that started this process ends, or when the pipe behind ``lifeline`` is closed."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    Thread(target=_watch, args=(lifeline,), name="lifeline", daemon=True).start()


def _watch(lifeline: int) -> None:
    while os.read(lifeline, 1):
        pass
    os._exit(1)  # whatever is under way: a crash at any point leaves everything whole


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux" and ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl")


def reason_of(error: BaseException) -> str:
    """Say what ended a process and where in our code, without any value: an error's own words may quote secrets."""
    kind = error.code if isinstance(error, DomainError) else type(error).__name__
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if OURS in Path(frame.filename).parents]
    where = [f"{Path(frame.filename).relative_to(OURS)}:{frame.lineno}" for frame in frames[-1:]]
    return " in ".join([kind, *where])


def give_order(line: IO[bytes], order: Mapping[str, object]) -> None:
    """Write an order, of less than a pipe holds, to a child's standard input; one that died takes none.

    Past the buffer: what a dead child did not take would be written again, and fail, when the pipe is closed.
    """
    with suppress(BrokenPipeError):
        os.write(line.fileno(), json.dumps(order).encode() + b"\n")


def last_words(output: Iterable[bytes]) -> str:
    """Return what a child said last, which is a ``reason_of``; of a bare traceback the kind of the error alone."""
    last = deque(output, maxlen=1)
    return last[0].decode(errors="replace").partition(": ")[0].strip() if last else "no reason given"


def own_name() -> str:
    """Return this process's name, which no other process of any node ever has: node/pid/start."""
    return f"{_node()}/{os.getpid()}/{_started(os.getpid())}"


def is_running(name: str) -> bool | None:
    """Whether the process of this name runs; None if it is another node's, which only a heartbeat can tell."""
    node, pid, started = name.split("/")
    if not started or node != _node():
        return None
    return _started(int(pid)) == started


def _started(pid: int) -> str:
    """Return when the process started; empty if it is over."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[_STATE] in {"Z", "X"} else fields[_STARTED]


def _node() -> str:
    """Return the name of this machine's boot and of the space in which its process numbers count."""
    try:
        space = Path("/proc/self/ns/pid").readlink().name
        return f"{Path('/proc/sys/kernel/random/boot_id').read_text('utf-8').strip()}-{space}"
    except OSError:
        return platform.node()
