"""Child processes of the workshop: started anew, spoken to in frames through two pipes, ended at any time."""

import os
import select
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from app.office.frames import Head, unpacked

_ROOT: Final = Path(__file__).resolve().parents[2]
_SECRET: Final = ("MANYIDU_", "DATABASE_URL")
_INSIDE: Final = "app.office.workshop_child"
_PIECE: Final = 1024 * 1024


class ChildLostError(Exception):
    """A child ended before it answered."""


class Child:
    """One child process and the pipes to it."""

    def __init__(self, niceness: int = 0) -> None:
        """Start one; the greater its niceness, the more it gives way to whatever else the machine has to do."""
        command = [sys.executable, "-P", "-X", "utf8", "-m", _INSIDE, str(os.getpid()), str(niceness)]
        self._process = subprocess.Popen(  # noqa: S603 -- our own module, run by our own interpreter
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
            env=_environment(),
        )  # fmt: skip
        self.resident = 0
        self._is_lost = False

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def lives(self) -> bool:
        """Whether it still runs and answers: of one that is just ending the system says for a moment that it runs."""
        return not self._is_lost and self._process.poll() is None

    def work(self, request: bytes, seconds: float) -> tuple[Head, bytes]:
        """Return the answer to a frame; ChildLostError where the child ends, TimeoutError where it takes too long."""
        until, self._is_lost = time.monotonic() + seconds, True
        try:
            _write(self._process, request)
            answered = unpacked(lambda size: self._read(size, until))
        except BrokenPipeError:
            raise ChildLostError from None
        if answered is None:
            raise ChildLostError
        self._is_lost = False
        self.resident = int(answered[0]["resident"])
        return answered

    def _read(self, size: int, until: float) -> bytes:
        pipe = self._process.stdout
        parts: list[bytes] = []
        while size and pipe is not None:
            ready = select.poll()
            ready.register(pipe, select.POLLIN)
            if not ready.poll(max(0.0, until - time.monotonic()) * 1000):
                raise TimeoutError
            part = os.read(pipe.fileno(), min(size, _PIECE))
            if not part:
                break
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def kill(self) -> None:
        """End it at once, whatever it does; whoever waits for its answer is told that it is lost."""
        with suppress(ProcessLookupError):
            self._process.kill()

    def close(self) -> None:
        """End it and wait until it is gone."""
        self.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def _write(process: "subprocess.Popen[bytes]", request: bytes) -> None:
    rest = memoryview(request)
    while rest and process.stdin is not None:
        rest = rest[os.write(process.stdin.fileno(), rest[:_PIECE]) :]


def _environment() -> dict[str, str]:
    """Return what a child is told: no setting of ours, for what it needs comes with each job."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_SECRET)}
    path = os.pathsep.join(filter(None, [str(_ROOT), kept.get("PYTHONPATH", "")]))
    threads = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MALLOC_ARENA_MAX"), "1")
    return {**kept, **threads, "PYTHONPATH": path}
