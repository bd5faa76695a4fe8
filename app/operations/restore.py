"""Restore of a backup of this or any earlier version into an empty installation (SEC-86).

All of the database is written in one transaction: the schema of the backup's revision, its rows, the migrations since,
and what a restore means for rounds. A restore that fails or is killed leaves a database with nothing in it; the files
that a killed one had copied by then are taken back by the next.
"""

import errno
import gzip
import json
import os
import shutil
import sqlite3
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Date, DateTime, LargeBinary, MetaData, Table, delete, func, insert, inspect, select
from sqlalchemy import table as table_of
from sqlalchemy import text as sql
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError, StatementError

from app.accounts import logins
from app.audit.service import SYSTEM
from app.ballots import reads as ballots
from app.core import migrate
from app.core.acting import Acting
from app.core.db import Database, after_commit, is_full
from app.core.durable import sync
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.main import PORTS
from app.operations.backup import ABOUT, FORMAT, PREFIX, ROWS_AT_ONCE, SECRETS, digests
from app.operations.locks import HeldError, held
from app.operations.scratch import passing
from app.operations.unpacking import extract
from app.publication import tokens
from app.rectification.ledger.attachments import FOLDER
from app.rounds.restoring import LOST, mark

PIECE = 1 << 20
COPYING = ".restoring"
"""While this file lies in the data folder, files are being copied into an empty installation."""
LOCK = "restore.lock"
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
DAMAGED = (
    tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, ValueError, LookupError, AttributeError, TypeError,
    OverflowError, RecursionError, IntegrityError, DataError,
)  # fmt: skip
"""What reading a file raises that is no backup, or not a whole one, and a database that is to take what it holds."""
WITHOUT_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_UNDER_WAY = sql("SELECT id FROM round WHERE state IN ('open', 'sealed') ORDER BY id")
_VOID_UNDER_WAY = sql("UPDATE round SET state = 'void', void_reason = :why WHERE state IN ('open', 'sealed')")


MADE_WITH_THE_SCHEMA = {"alembic_version": 1, "office": 1}
"""How many rows the schema itself brings along, by table: the office that every installation has."""


@dataclass(frozen=True, slots=True)
class About:
    """What a backup says of itself; ``files`` are digests by path, none in format 1."""

    format: int
    revision: str
    made_at: datetime
    files: dict[str, str]


def restore(database: Database, data: Path, source: Path, now: datetime) -> None:
    """Fill an empty installation from a backup, and say what became of its boxes.

    DomainError ``restore_missing``, ``restore_damaged``, ``restore_no_room`` (``folder``), ``disk_full``,
    ``restore_no_database``, ``restore_other`` (``revision``), ``restore_not_empty`` or ``restore_under_way``.
    """
    if not source.is_file() or not os.access(source, os.R_OK):
        raise DomainError("restore_missing")
    with _database_is_named(data), _alone(data), passing(data, now) as place:
        _take_back_cut_off(database, data)
        with _damage_is_said(), _room_is_missed(data):
            about = _unpack(source, place, is_embedded=database.is_sqlite)
        if about.format > FORMAT or not migrate.is_known(about.revision):
            raise DomainError("restore_other", revision=about.revision)
        if not _is_empty(database, data):
            raise DomainError("restore_not_empty")
        with ExitStack() as undone, database.writing() as session:
            undone.callback(_take_back, data)
            after_commit(session, undone.pop_all)  # what is committed needs its secrets, whatever fails after it
            after_commit(session, partial((data / COPYING).unlink, missing_ok=True))
            with _damage_is_said():
                lost = _fill_all(session.connection(), place, about.revision)
                with _room_is_missed(data):
                    folder = _copy_files(place, data)
                if about.revision != migrate.head():
                    migrate.upgrade_on(session.connection())
                acting = Acting(session, now, SYSTEM)
                mark(acting, folder, PORTS, (about.made_at, lost))
                logins.end_all(session)
                tokens.revoke_all(acting)
                session.flush()


@contextmanager
def _damage_is_said() -> Iterator[None]:
    """Blame the backup for what it holds alone, never for a disk, a lock or a connection."""
    try:
        yield
    except (*DAMAGED, StatementError) as error:
        if isinstance(error, DBAPIError) and not isinstance(error, DAMAGED):
            raise
        raise DomainError("restore_damaged") from error


@contextmanager
def _room_is_missed(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in WITHOUT_ROOM:
            raise
        raise DomainError("restore_no_room", folder=str(folder)) from error


@contextmanager
def _database_is_named(data: Path) -> Iterator[None]:
    """Say what the database could not do; another backup would not help."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        if not is_full(error):
            raise DomainError("restore_no_database") from error
        if isinstance(error.orig, sqlite3.Error):
            raise DomainError("restore_no_room", folder=str(data)) from error
        raise DomainError("disk_full") from error


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Hold the data folder until the restore is committed or taken back; DomainError ``restore_under_way``.

    What another one has copied by now is not what a killed one left, though no row of it can be seen yet.
    """
    try:
        with held(data / LOCK):
            yield
    except HeldError:
        raise DomainError("restore_under_way") from None


def check_not_cut_off(database: Database, data: Path) -> None:
    """Refuse to serve what is half restored; where the rows are there, only the mark of it was left, and goes.

    So no mark lies beside secrets that are in use, for a restore to take back. DomainError ``restore_under_way`` or
    ``restore_cut_off``.
    """
    if (data / COPYING).exists():
        with _alone(data):
            if _has_nothing(database):
                raise DomainError("restore_cut_off")
            (data / COPYING).unlink(missing_ok=True)


def _take_back_cut_off(database: Database, data: Path) -> None:
    """Take back what a restore that was killed before its commit had copied."""
    if (data / COPYING).exists():
        if _has_nothing(database):
            _take_back(data)
        (data / COPYING).unlink(missing_ok=True)


def _take_back(data: Path) -> None:
    """Take back what was copied into an empty installation."""
    shutil.rmtree(data / FOLDER, ignore_errors=True)
    for name in SECRETS:
        (data / "keys" / name).unlink(missing_ok=True)
    (data / COPYING).unlink(missing_ok=True)


def _times_written(name: str, *, is_embedded: bool) -> int:
    """Return how often a file takes its room in the data folder: unpacked, then copied or written into a database."""
    return 2 if is_embedded or Path(name).parts[:1] == (FOLDER,) or name.startswith(PREFIX) else 1


def _unpack(source: Path, place: Path, *, is_embedded: bool) -> About:
    """Unpack into a folder; ValueError if a file is missing, left over or not as it was written."""
    room = shutil.disk_usage(place).free
    with tarfile.open(source, "r:gz") as archive:
        for member in archive:
            room -= _times_written(member.name, is_embedded=is_embedded) * member.size
            if room < 0:
                raise DomainError("restore_no_room", folder=str(place.parent))
            extract(archive, member, place)
        while archive.fileobj.read(PIECE):  # to its end, where gzip compares what it has read with its own sum
            pass
    found = json.loads((place / ABOUT).read_text("utf-8")) if (place / ABOUT).is_file() else {}
    made_at = datetime.fromisoformat(found["made_at"]) if "made_at" in found else NO_TIME
    about = About(int(found["format"]), str(found["revision"]), made_at, found.get("files", {}))
    if about.format == FORMAT and digests(place) != about.files:
        message = "the files are not those that were backed up"
        raise ValueError(message)
    return about


def _is_empty(database: Database, data: Path) -> bool:
    """Whether nothing lies here that a restore could mix with: rows, secrets, attachments, boxes."""
    keys = data / "keys"
    if (data / FOLDER).exists() or (keys.is_dir() and any(keys.iterdir())):
        return False
    return _has_nothing(database)


def _has_nothing(database: Database) -> bool:
    """Whether there is neither a row nor a box."""
    if ballots.round_ids(database):
        return False
    with database.engine.connect() as connection:
        counts = {
            name: connection.scalar(select(func.count()).select_from(table_of(name))) or 0
            for name in inspect(connection).get_table_names()
        }
        return all(count <= MADE_WITH_THE_SCHEMA.get(name, 0) for name, count in counts.items())


def _live(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection)
    return found


def _copy_files(place: Path, data: Path) -> KeyFolder:
    """Copy attachments and secrets: the rows that are committed later must not last longer than they do."""
    folder = KeyFolder(data / "keys")
    (data / COPYING).touch()
    sync(data)  # no file may last longer than the mark that lets the next restore take it back
    if (place / FOLDER).is_dir():
        shutil.copytree(place / FOLDER, data / FOLDER, copy_function=_copy_durably)
        sync(data / FOLDER)
    for name in SECRETS:
        if (place / f"{PREFIX}{name}").exists():
            _copy_durably(place / f"{PREFIX}{name}", folder.path / name)
    for changed in (folder.path, data):
        sync(changed)
    return folder


def _copy_durably(source: str | Path, target: str | Path) -> None:
    with _room_is_missed(Path(target).parent):  # here, for copytree would turn it into an error without a number
        shutil.copyfile(source, target)
        Path(target).chmod(0o600)
        sync(Path(target))


def _fill_all(connection: Connection, place: Path, revision: str) -> list[str]:
    """Make the schema of that revision and fill it; return the ids of rounds that lost their box and are void now."""
    if inspect(connection).has_table("alembic_version"):
        migrate.downgrade_on(connection)
    migrate.upgrade_on(connection, revision)
    for table in _live(connection).sorted_tables:
        if (place / f"{table.name}.jsonl").exists():
            if table.name in MADE_WITH_THE_SCHEMA:
                connection.execute(delete(table))
            _fill(connection, table, place / f"{table.name}.jsonl")
    lost = list(connection.scalars(_UNDER_WAY))
    connection.execute(_VOID_UNDER_WAY, {"why": LOST})
    return lost


def _fill(connection: Connection, table: Table, file_path: Path) -> None:
    naive = connection.dialect.name == "sqlite"
    with file_path.open(encoding="utf-8") as file:
        rows = (_decode(table, json.loads(line), naive=naive) for line in file)
        ordered = _parents_first(table, rows)
        while part := list(islice(ordered, ROWS_AT_ONCE)):
            connection.execute(insert(table), part)


def _parents_first(table: Table, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the rows, those that refer to others of their table after these."""
    links = [name.parent.name for name in table.foreign_keys if name.column.table is table]
    (key,) = [column.name for column in table.primary_key] if links else [""]
    waiting, there = list(rows) if links else [], {None}
    yield from () if links else rows
    while waiting:
        ready = [row for row in waiting if all(row[link] in there for link in links)]
        if not ready:
            message = "rows refer to others that are not in the backup"
            raise ValueError(message)
        yield from ready
        there |= {row[key] for row in ready}
        waiting = [row for row in waiting if row[key] not in there]


def _decode(table: Table, row: dict[str, Any], *, naive: bool) -> dict[str, Any]:
    return {name: _value(value, table.c[name].type, naive=naive) for name, value in row.items()}


def _value(value: Any, kind: object, *, naive: bool) -> object:  # noqa: ANN401 - whatever JSON holds
    if value is None:
        return None
    if isinstance(value, list | dict):
        message = "no column holds a list or an object"
        raise TypeError(message)
    if isinstance(kind, LargeBinary):
        return bytes.fromhex(value)
    if isinstance(kind, DateTime):
        moment = datetime.fromisoformat(value).astimezone(UTC)
        return moment.replace(tzinfo=None) if naive else moment
    return date.fromisoformat(value) if isinstance(kind, Date) else value
