"""Running the service: gates first, then one uvicorn worker with bounded sockets."""

import asyncio
import errno
import socket
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import cast

import uvicorn
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from starlette.types import ASGIApp
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from app.core import migrate
from app.core.audiences import EVERYONE, Audience
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder, SettingsError
from app.core.memory import keep_what_is_made, share_arenas
from app.core.settings import EXAMPLES, Settings
from app.main import create_app
from app.operations import places
from app.operations.open_files import raise_open_files
from app.routers import voter_paths
from app.web.protocol import bounded
from app.web.sockets import Limits, Sockets

WANTED_SQLITE = {"journal_mode": "delete", "synchronous": 3, "secure_delete": 1, "foreign_keys": 1}
WANTED_POSTGRESQL = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
BACKLOG = 4_096
"""Connections that the system keeps until they are taken up; a hall opens them all at once."""
STARTING_SECONDS = 60
"""A worker that has not begun to answer its parent by then is taken for dead; a busy machine starts slowly."""
EXAMPLE_URL = EXAMPLES["DATABASE_URL"]
DURABLE_COMMITS = {"on", "remote_write", "remote_apply", "local"}


def check_engine(engine: Engine) -> None:
    """Refuse a database that may lose an acknowledged ballot (SEC-64); SettingsError names the setting."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in WANTED_SQLITE}
            wrong = [name for name, wanted in WANTED_SQLITE.items() if found[name] != wanted]
            if connection.exec_driver_sql("PRAGMA quick_check").scalar() != "ok":
                wrong.append("quick_check")
        else:
            shown = {name: connection.exec_driver_sql(f"SHOW {name}").scalar() for name in WANTED_POSTGRESQL}
            wrong = [name for name, wanted in WANTED_POSTGRESQL.items() if shown[name] != wanted]
            if shown["synchronous_commit"] in DURABLE_COMMITS:
                wrong = [name for name in wrong if name != "synchronous_commit"]
    if wrong:
        message = f"the database may lose an acknowledged ballot; put right: {', '.join(wrong)}"
        raise SettingsError(message)


def check_answers(engine: Engine) -> None:
    """Refuse a database that cannot be reached or is none; SettingsError says what the driver says."""
    try:
        engine.connect().close()
        engine.dispose()
    except DBAPIError as error:
        said = " ".join(str(error.orig).split())
        where = f"the file {engine.url.database}" if engine.dialect.name == "sqlite" else "PostgreSQL"
        message = (
            f"MANYIDU_DATABASE_URL: {where} cannot be used ({said}); for example MANYIDU_DATABASE_URL={EXAMPLE_URL}"
        )
        raise SettingsError(message) from None


@contextmanager
def open_database(settings: Settings, *, migrated: bool = True) -> Iterator[Database]:
    """Yield the installation's database; with ``migrated`` refuse one whose schema is not current."""
    places.made(settings)
    engine = make_engine(settings.sqlalchemy_url, settings.pool_size)
    try:
        check_answers(engine)
        if migrated and not migrate.is_current(engine):
            message = "the database's schema is not current: run `manyidu migrate` (never while a round is open)"
            raise SettingsError(message)
        yield Database(engine, KeyFolder(settings.data / "keys"))
    finally:
        engine.dispose()


def check_listening(host: str, port: int) -> None:
    """Refuse an address on which nothing can listen; SettingsError says whether host or port is at fault."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            message = (
                f"--port={port}: this user may not listen there; choose another above 1023, for example --port=8000"
            )
        except OSError as error:
            message = f"--host={host}: is no address of this machine; for example --host=0.0.0.0 for all it has"
            if error.errno == errno.EADDRINUSE:
                message = f"--port={port}: is taken; stop what listens there or choose another, for example --port=8001"
        else:
            return
    raise SettingsError(message)


def check_flags(settings: Settings, host: str, port: int, workers: int = 1) -> None:
    """Refuse what can never be served, before an installation is made and its one-time links are printed."""
    if workers > 1 and settings.is_sqlite:
        message = (
            f"--workers={workers}: several processes need PostgreSQL, for example MANYIDU_DATABASE_URL={EXAMPLE_URL}; "
            "an embedded database is served by one, --workers=1"
        )
        raise SettingsError(message)
    check_listening(host, port)


def serve(
    settings: Settings, host: str, port: int, audiences: Collection[Audience] = EVERYONE, workers: int = 1
) -> None:
    """Serve what ``check_flags`` let pass, until stopped.

    No access log: nothing about a voter is written anywhere (SEC-04).
    """
    with open_database(settings) as database:
        check_engine(database.engine)
    config = server_config(partial(make_served, settings, frozenset(audiences)), host, port, workers)
    if workers > 1:
        with config.bind_socket() as listener:
            Multiprocess(config, sockets=[listener]).run()
        return
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise SystemExit(STARTUP_FAILURE)


def make_served(settings: Settings, audiences: Collection[Audience]) -> ASGIApp:
    """Return the application in the process that serves it, before it starts a thread."""
    share_arenas()
    app = create_app(settings, audiences=frozenset(audiences))
    keep_what_is_made()
    return app


def server_config(make_app: Callable[[], ASGIApp], host: str, port: int, workers: int = 1) -> uvicorn.Config:
    """Return how uvicorn serves what ``make_app`` returns: as the figures were measured, with our limits on sockets."""
    sockets = Sockets(Limits.of(raise_open_files()))
    return uvicorn.Config(
        make_app,
        factory=True,
        workers=workers,
        host=host,
        port=port,
        loop="uvloop",
        http=cast("type[asyncio.Protocol]", bounded(sockets, voter_paths())),
        ws="none",
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        callback_notify=sockets.sweep,
        timeout_notify=0,
        timeout_graceful_shutdown=5,
        timeout_worker_healthcheck=STARTING_SECONDS,
    )
