"""Forks servers that are there to be killed: loading the product takes a second, forking it does not.

Speaks in lines: ``start`` answers with the pid and port of a new server, ``reap PID`` waits for its end.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from app.core.settings import Settings
from app.main import create_app

ROOT = Path(__file__).parents[1]


def _serve(settings: Settings, listener: socket.socket) -> None:
    config = uvicorn.Config(
        create_app(settings), loop="uvloop", http="httptools", access_log=False, log_level="warning",
        server_header=False, proxy_headers=False, timeout_graceful_shutdown=5,
    )  # fmt: skip
    uvicorn.Server(config).run(sockets=[listener])


def _start(data: Path, url: str) -> tuple[int, int]:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    pid = os.fork()
    if pid == 0:
        settings = Settings(data=data, MANYIDU_DATABASE_URL=url, base_url=f"http://127.0.0.1:{port}", pool_size=4)
        _serve(settings, listener)
        os._exit(0)
    listener.close()  # the child's copy is the only one, so that its death resets every line
    return pid, port


def main() -> None:
    """Obey the lines."""
    data, url = Path(sys.argv[1]), sys.argv[2]
    # What is made once in a process, like packed files, is made before the forks.
    create_app(Settings(data=data, MANYIDU_DATABASE_URL=url, base_url="http://127.0.0.1:8000"))
    for line in sys.stdin:
        order, *words = line.split()
        if order == "start":
            print(*_start(data, url), flush=True)  # noqa: T201 - the answer
        else:
            os.waitpid(int(words[0]), 0)
            print("gone", flush=True)  # noqa: T201


class Nursery:
    """The other end of the lines."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def _say(self, line: str) -> list[str]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().split()

    def start(self) -> tuple[int, int]:
        """Return pid and port of a new server."""
        pid, port = self._say("start")
        return int(pid), int(port)

    def reap(self, pid: int) -> None:
        """Wait until the server is gone."""
        self._say(f"reap {pid}")


@contextmanager
def nursery(data: Path, url: str) -> Iterator[Nursery]:
    """Yield a nursery for an installation."""
    command = [sys.executable, "-m", "tests.nursery", str(data), url]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Nursery(process)
        assert process.stdin
        process.stdin.close()


if __name__ == "__main__":
    main()
