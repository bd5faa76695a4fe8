"""A throw-away PostgreSQL server on loopback, stopped by whoever started it, and by the kernel where he was killed."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from tests.waiting import wait_until

BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
_PREFIX = "manyidu-pg-"


def free_port() -> int:
    """Return a loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as_plain_user(*options: str) -> list[str]:
    """PostgreSQL refuses to run as root; Debian's package brings the user ``postgres``."""
    user = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *user, *options, "--"]


def _sweep() -> None:
    """Remove the folders of runs that were killed: the kernel ends their servers, but leaves their files."""
    for owner in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*/owner"):
        with suppress(OSError):
            if not Path(f"/proc/{owner.read_text('utf-8')}").exists():
                shutil.rmtree(owner.parent)


def _new_folder() -> Path:
    """Return a new folder in which PostgreSQL may write, and which says whose it is."""
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    (folder / "owner").write_text(str(os.getpid()), "utf-8")
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
    return folder


@contextmanager
def server(*settings: str) -> Iterator[tuple[str, Path]]:
    """Yield the URL prefix (without a database name) and the data folder of a running server with ``settings``."""
    if not BINARIES:
        message = "PostgreSQL is missing: install Debian's package postgresql (make test does)"
        raise RuntimeError(message)
    _sweep()
    binaries, port, folder = BINARIES[-1], free_port(), _new_folder()
    data = folder / "data"
    run = [str(binaries / "initdb"), "-D", str(data), "-U", "manyidu", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run([*_as_plain_user(), *run], check=True, capture_output=True, cwd="/")
    chosen = ("listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", "max_connections=120")
    options = [word for setting in (*chosen, *settings) for word in ("-c", setting)]
    # A run that is killed takes its server with it: SIGQUIT stops it at once, and whoever works for it.
    command = [*_as_plain_user("--pdeathsig", "QUIT"), str(binaries / "postgres"), "-D", str(data), *options]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/")
    try:
        wait_until(lambda: _answers(process, port))
        yield f"postgresql+psycopg://manyidu@127.0.0.1:{port}/", data
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether the server can be asked; it must not have ended."""
    assert process.poll() is None, "the server of the tests did not start"
    with suppress(psycopg.OperationalError):
        psycopg.connect(f"host=127.0.0.1 port={port} user=manyidu dbname=postgres").close()
        return True
    return False
