"""One server per audience and folder of an embedded database (SEC-85): who comes second is told who is there."""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

from app.core.audiences import Audience
from app.core.key_folder import SettingsError
from app.core.settings import Settings
from app.operations import places

MODE = 0o600
MOST_BYTES = 1_000


@contextmanager
def only_server(settings: Settings, audiences: Iterable[Audience], port: int, now: datetime) -> Iterator[None]:
    """Hold the folder for these audiences while the block runs; SettingsError names the server that holds one.

    Nodes that share a PostgreSQL server may be many, and hold nothing.
    """
    with ExitStack() as held:
        if settings.is_sqlite:
            places.made(settings)
            for audience in sorted(audiences):
                held.enter_context(_held(settings.data / f"{audience}.lock", audience, (port, now)))
        yield


@contextmanager
def _held(file: Path, audience: Audience, who: tuple[int, datetime]) -> Iterator[None]:
    """Hold one file's lock; the system frees it however the process ends, so that what a file says may be stale."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, MODE)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = f"{_described(os.read(handle, MOST_BYTES))} serves {audience} from {file.parent}: stop it first"
            raise SettingsError(message) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, _introduction(*who), 0)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _introduction(port: int, since: datetime) -> bytes:
    return json.dumps({"pid": os.getpid(), "port": port, "since": f"{since:%Y-%m-%d %H:%M:%S} UTC"}).encode()


def _described(written: bytes) -> str:
    try:
        first = json.loads(written)
    except ValueError:
        return "another server, which is just starting,"
    return f"another server (process {first['pid']}, port {first['port']}, since {first['since']})"
