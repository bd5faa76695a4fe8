"""The real service in a process of its own, started by the product's own command."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.forked import Forked
from tests.postgresql import free_port

ROOT = Path(__file__).parents[1]
ANEW = "app.__main__"
"""The product as a module to be started anew, where all of a process's memory is looked at; ``app`` is forked."""


@dataclass(frozen=True)
class Server:
    """A running service; everything it says goes to ``log``."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path


def wait_for_port(process: subprocess.Popen[bytes], port: int) -> None:
    """Return once somebody listens on the port; RuntimeError when the process has ended, or after two minutes."""
    for _ in range(2_400):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.05)
            break
    message = f"the service did not start: it ended with {process.returncode}"
    raise RuntimeError(message)


@contextmanager
def served(
    data: Path,
    url: str,
    scratch: Path,
    command: str = "serve",
    files: int | None = None,
    module: str = "app",
    **environment: str,
) -> Iterator[Server]:
    """Yield the service on a free port; it is asked to end, and must, when the block is left.

    ``files``: the most open files it is allowed. ``module``: what is run instead of the product.
    """
    port, log = free_port(), scratch / "server.log"
    settings: Mapping[str, str] = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MANYIDU_")},
        "MANYIDU_DATABASE_URL": url, "TMPDIR": str(scratch), "PYTHONWARNINGS": "default", **environment,
    }  # fmt: skip
    line = [
        sys.executable,
        "-m",
        module,
        *command.split(),
        "--data",
        str(data),
        "--port",
        str(port),
    ]
    if files is not None:
        line = ["sh", "-c", f'ulimit -n {files} && exec "$@"', "sh", *line]
    with log.open("wb") as said:
        process = Forked(line, cwd=ROOT, env=settings, stdout=said, stderr=subprocess.STDOUT)
    try:
        wait_for_port(process, port)
        yield Server(process, port, log)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
