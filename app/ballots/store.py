"""Where box stores lie, and how one is made, opened and destroyed. Nothing outside this package opens one.

SQLite: a file per box in the folder ``boxes`` beside the desk's file. PostgreSQL: a schema per box.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Final

from sqlalchemy import (
    Connection,
    Engine,
    Text,
    column,
    event,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
    update,
)
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.schema import CreateSchema, DropSchema

from app.ballots.domain import ROUND_ID, GateState
from app.ballots.models import GATE, METADATA, SCHEMA
from app.core.db import READ_ONLY, Database, make_file_engine
from app.core.durable import sync
from app.core.errors import DomainError
from app.core.secrets import new_id

FOLDER: Final = "boxes"
SUFFIX: Final = ".sqlite3"
PREFIX: Final = "box_"
SCHEMAS: Final = select(column("nspname", Text)).select_from(table("pg_namespace"))
"""The names of all PostgreSQL schemas."""
_NAMES = func.string_agg(column("nspname", Text), literal_column("'/'"))
_USABLE = func.has_schema_privilege(column("oid"), literal_column("'USAGE'"))
ALL_SCHEMAS: Final = select(_NAMES).select_from(table("pg_namespace")).where(_USABLE)
"""Those that may be used, in one text, which costs less to fetch and to compare."""
_DRAFT, _GONE = ".new-", ".gone-"
_THERE_ALREADY: Final = frozenset({"42P06", "23505"})
_NOT_THERE: Final = frozenset({"42P01", "3F000"})
"""What PostgreSQL says of a schema that is made twice, and of one, or a table in it, that is gone."""
_PIECE: Final = bytes(1 << 20)
_AROUND_BALLOT: Final = 500
"""Bytes beside what a ballot says: seal, id and tag of its envelope, the next codes, and a third of each page empty."""
_PAGE: Final = 1_024
"""A page of a box on SQLite: casts change pages all over the file, and a quarter of the usual four kilobytes is
written sooner. A box that was made with others keeps them."""
_PATIENCE = text("SET LOCAL lock_timeout = '500ms'")
"""For who removes a box on PostgreSQL: while he waits for somebody who reads it, whoever looks a code up in all boxes
waits behind him. The schedule tries again."""
_file_engine = lru_cache(maxsize=256)(make_file_engine)


def folder_of(database: Database) -> Path:
    """Return the folder of the SQLite box files."""
    return Path(str(database.engine.url.database)).parent / FOLDER


def file_of(database: Database, round_id: str) -> Path:
    """Return the SQLite file of a box."""
    return folder_of(database) / f"{_checked(round_id)}{SUFFIX}"


def schema_of(round_id: str) -> str:
    """Return the PostgreSQL schema of a box."""
    return PREFIX + _checked(round_id)


def _checked(round_id: str) -> str:
    if not ROUND_ID.fullmatch(round_id):
        message = "a round id has only the signs 0-9 and a-z"
        raise ValueError(message)
    return round_id


def round_ids(database: Database) -> frozenset[str]:
    """Return the ids of the rounds that have a box."""
    if database.is_sqlite:
        return frozenset(inodes(database))
    with database.aside.connect() as connection:
        return ids_of(connection.scalars(SCHEMAS))


def ids_of(names: Iterable[str]) -> frozenset[str]:
    """Return the ids of the rounds whose boxes are among schemas of these names."""
    return frozenset(name.removeprefix(PREFIX) for name in names if name.startswith(PREFIX))


def inodes(database: Database) -> dict[str, int]:
    """Return the inode of every SQLite box file by the round's id: a box that was replaced has another."""
    with suppress(FileNotFoundError), os.scandir(folder_of(database)) as entries:
        return {
            entry.name.removesuffix(SUFFIX): entry.inode()
            for entry in entries
            if entry.name.endswith(SUFFIX) and not entry.name.startswith(".")
        }
    return {}


def create(database: Database, row: Mapping[str, object]) -> None:
    """Make a store whose gate is ``row``; nothing happens if the round has one."""
    round_id = _checked(str(row["round_id"]))
    if database.is_sqlite:
        _create_file(database, round_id, row)
        return
    from app.ballots.rights import share  # noqa: PLC0415 - as in ``connect_postgresql``

    try:
        with _with_schema(database.aside, round_id).begin() as connection:
            connection.execute(CreateSchema(schema_of(round_id)))
            _fill(connection, row)
            share(connection, schema_of(round_id))
    except (ProgrammingError, IntegrityError) as error:
        if getattr(error.orig, "sqlstate", "") not in _THERE_ALREADY:
            raise


def _create_file(database: Database, round_id: str, row: Mapping[str, object]) -> None:
    """Make the file under another name and link it when it is whole; a link, unlike a rename, never replaces."""
    folder = folder_of(database)
    folder.mkdir(mode=0o700, exist_ok=True)
    file, draft = file_of(database, round_id), folder / f"{_DRAFT}{new_id()}"
    with _alone(folder):
        if not file.exists():
            _link_whole(draft, file, row)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder: whoever tidies it takes no draft that is being filled for one that a crash left."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _link_whole(draft: Path, file: Path, row: Mapping[str, object]) -> None:
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        engine = make_file_engine(draft)
        event.listen(engine, "connect", _lay_out_in_small_pages)
        with _with_schema(engine, None).begin() as connection:
            _fill(connection, row)
        file.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    sync(file.parent)


def _lay_out_in_small_pages(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute(f"PRAGMA page_size={_PAGE}").close()


def _fill(connection: Connection, row: Mapping[str, object]) -> None:
    METADATA.create_all(connection, checkfirst=False)
    connection.execute(insert(GATE), dict(row))


def _with_schema(engine: Engine, round_id: str | None) -> Engine:
    name = "main" if round_id is None else schema_of(round_id)
    return engine.execution_options(schema_translate_map={SCHEMA: name})


def _engine(database: Database, round_id: str) -> Engine:
    if not database.is_sqlite:
        return _with_schema(database.aside, round_id)
    return _with_schema(_file_engine(file_of(database, round_id)), None)


@contextmanager
def writing(database: Database, round_id: str) -> Iterator[Connection]:
    """Yield a transaction on a box; DomainError ``box_missing``."""
    with _missing_is_said(database, round_id), _engine(database, round_id).begin() as connection:
        yield connection


def make_room(connection: Connection, ballots: int, ballot_bytes: int) -> None:
    """Let an SQLite file grow at once, so that so many ballots that may still come find their pages there.

    A disk that is full says so when slips are printed and not in the hall; and a commit of casts that finds its pages
    there changes no length of the file, which halves what it waits for a busy disk.
    """
    if connection.dialect.name != "sqlite":
        return
    page = connection.exec_driver_sql("PRAGMA page_size").scalar() or _PAGE
    wanted = ballots * (_AROUND_BALLOT + page * -(-ballot_bytes // page))  # long rows begin pages of their own
    free = page * (connection.exec_driver_sql("PRAGMA freelist_count").scalar() or 0)
    if wanted > free:
        # The filler takes what is free before the file grows; half as much again, or each single slip would write all.
        _fill_and_empty(connection, max(wanted, free + free // 2))


def _fill_and_empty(connection: Connection, size: int) -> None:
    connection.exec_driver_sql("CREATE TABLE room (filler BLOB)")
    for start in range(0, size, len(_PIECE)):
        connection.exec_driver_sql("INSERT INTO room VALUES (zeroblob(?))", (min(len(_PIECE), size - start),))
    connection.exec_driver_sql("DROP TABLE room")


@contextmanager
def reading(database: Database, round_id: str) -> Iterator[Connection]:
    """Yield a transaction on a box that cannot write; DomainError ``box_missing``."""
    engine = _engine(database, round_id).execution_options(**{READ_ONLY: True})
    with _missing_is_said(database, round_id), engine.connect() as connection:
        yield connection


@contextmanager
def _missing_is_said(database: Database, round_id: str) -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if not database.is_sqlite or file_of(database, round_id).exists():
            raise
        raise DomainError("box_missing") from error
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", "") not in _NOT_THERE:
            raise
        raise DomainError("box_missing") from error


def destroy(database: Database, round_id: str) -> None:
    """Remove a box with everything in it; nothing happens if there is none.

    The gate is closed first: whoever still has the box in hand can put nothing into it that would be lost. An
    OperationalError where somebody holds the box; it can be tried again.
    """
    if not database.is_sqlite:
        with database.aside.begin() as connection:
            connection.execute(_PATIENCE)
            connection.execute(DropSchema(schema_of(round_id), cascade=True, if_exists=True))
        return
    file = file_of(database, round_id)
    if not file.exists():
        return
    _shut(database, round_id)
    gone = file.with_name(f"{_GONE}{round_id}")
    with suppress(FileNotFoundError):  # somebody else was quicker, and wipes it
        file.rename(gone)
        sync(gone.parent)
        _wipe(gone)


def _shut(database: Database, round_id: str) -> None:
    try:
        with reading(database, round_id) as connection:
            if connection.scalar(select(GATE.c.state)) == GateState.CLOSED:
                return
        with writing(database, round_id) as connection:
            connection.execute(update(GATE).values(state=int(GateState.CLOSED)))
    except OperationalError:
        raise
    except (DatabaseError, DomainError):
        # A file that is no database any more takes no ballots either, and somebody else may have been quicker.
        return


def _wipe(file: Path) -> None:
    """Overwrite and remove a file. A disk that writes elsewhere than told may keep the old bytes for a while."""
    with file.open("r+b", buffering=0) as handle:
        left = file.stat().st_size
        while left > 0:
            left -= handle.write(_PIECE[: min(left, len(_PIECE))])
        os.fsync(handle.fileno())
    file.unlink(missing_ok=True)
    sync(file.parent)


def tidy(database: Database) -> None:
    """Finish what a crash left of boxes that were being made or destroyed."""
    if not database.is_sqlite:
        return
    folder = folder_of(database)
    if not folder.is_dir():
        return
    with _alone(folder):
        for draft in folder.glob(f"{_DRAFT}*"):
            _clear(draft)
    for file in folder.glob(f"{_GONE}*"):
        with suppress(FileNotFoundError):
            _wipe(file)


def _clear(draft: Path) -> None:
    """Remove a draft; of one that was linked already, its name alone: its bytes are those of a box in use."""
    if draft.stat().st_nlink > 1:
        draft.unlink()
        sync(draft.parent)
    else:
        _wipe(draft)
