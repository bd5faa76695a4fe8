"""Forks servers that are there to be killed: loading the product takes a second, forking it does not.

The application is made before the forks too: it connects to no database and starts no thread before it serves.

Speaks in lines: ``start`` answers with the pid and port of a new server, ``reap PID`` waits for its end.
"""

import gc
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


def _serve(config: uvicorn.Config, port: int) -> None:
    """Serve on a port that the nursery holds for all its servers, one after the other."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
        print(os.getpid(), port, flush=True)  # noqa: T201 - the answer
        uvicorn.Server(config).run(sockets=[listener])


def main() -> None:
    """Obey the lines."""
    held = socket.socket()  # never listens: it only keeps the port from others
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    held.bind(("127.0.0.1", 0))
    port = held.getsockname()[1]
    data, url = Path(sys.argv[1]), sys.argv[2]
    settings = Settings(data=data, MANYIDU_DATABASE_URL=url, base_url=f"http://127.0.0.1:{port}", pool_size=4)
    config = uvicorn.Config(
        create_app(settings), loop="uvloop", http="httptools", access_log=False, log_level="warning",
        server_header=False, proxy_headers=False, timeout_graceful_shutdown=5,
    )  # fmt: skip
    config.load()
    gc.freeze()
    for line in sys.stdin:
        order, *words = line.split()
        if order == "start":
            if os.fork() == 0:
                _serve(config, port)
                os._exit(0)
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
