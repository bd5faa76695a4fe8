"""A throw-away PostgreSQL server on loopback, started by the tests and stopped by its own pid."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def free_port() -> int:
    """Return a loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as_plain_user(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root; Debian's package brings the user ``postgres``."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


@contextmanager
def server(*settings: str) -> Iterator[tuple[str, Path]]:
    """Yield the URL prefix (without a database name) and the data folder of a running server with ``settings``."""
    if not BINARIES:
        message = "PostgreSQL is missing: install Debian's package postgresql (make test does)"
        raise RuntimeError(message)
    binaries, port = BINARIES[-1], free_port()
    folder = Path(tempfile.mkdtemp(prefix="manyidu-pg-"))
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
    data = folder / "data"
    run = [str(binaries / "initdb"), "-D", str(data), "-U", "manyidu", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(_as_plain_user(run), check=True, capture_output=True, cwd="/")
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= -c max_connections=120"
    options += "".join(f" -c {setting}" for setting in settings)
    control = [str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options]
    subprocess.run(_as_plain_user([*control, "start"]), check=True, capture_output=True, cwd="/")
    try:
        yield f"postgresql+psycopg://manyidu@127.0.0.1:{port}/", data
    finally:
        stop = [str(binaries / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop"]
        subprocess.run(_as_plain_user(stop), check=False, capture_output=True, cwd="/")
        shutil.rmtree(folder, ignore_errors=True)
