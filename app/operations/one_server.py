"""One server per audience and folder of an embedded database (SEC-85): who comes second is told who is there."""

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
from app.operations.locks import HeldError, held


@contextmanager
def only_server(settings: Settings, audiences: Iterable[Audience], port: int, now: datetime) -> Iterator[None]:
    """Hold the folder for these audiences while the block runs; SettingsError names the server that holds one.

    Nodes that share a PostgreSQL server may be many, and hold nothing.
    """
    with ExitStack() as taken:
        if settings.is_sqlite:
            places.made(settings)
            for audience in sorted(audiences):
                taken.enter_context(_held(settings.data / f"{audience}.lock", audience, (port, now)))
        yield


@contextmanager
def _held(file: Path, audience: Audience, who: tuple[int, datetime]) -> Iterator[None]:
    """Hold one file and say there who holds it; of a process that was killed the file still says so."""
    try:
        with held(file) as handle:
            os.ftruncate(handle, 0)
            os.pwrite(handle, _introduction(*who), 0)
            yield
            os.ftruncate(handle, 0)
    except HeldError as error:
        message = f"{_described(error.written)} serves {audience} from {file.parent}: stop it first"
        raise SettingsError(message) from None


def _introduction(port: int, since: datetime) -> bytes:
    return json.dumps({"pid": os.getpid(), "port": port, "since": f"{since:%Y-%m-%d %H:%M:%S} UTC"}).encode()


def _described(written: bytes) -> str:
    try:
        first = json.loads(written)
    except ValueError:
        return "another server, which is just starting,"
    return f"another server (process {first['pid']}, port {first['port']}, since {first['since']})"
