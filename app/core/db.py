"""Engine, sessions and column types for SQLite and PostgreSQL.

A reading session cannot write (``query_only`` / READ ONLY transaction): that GET changes nothing is not left to care.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, TypeVarTuple, cast
from urllib.parse import quote

from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, Select, create_engine, event, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry, NullPool
from sqlalchemy.types import TypeDecorator

from app.core.at_hand import GOES, AtHand, LackingError
from app.core.errors import DomainError
from app.core.holding import given_back, hold_nothing, taken
from app.core.key_folder import KeyFolder
from app.core.rested import ask_rested

if TYPE_CHECKING:
    import psycopg

BUSY_TIMEOUT_MS = 15_000
DISK_FULL = "53100"
"""What PostgreSQL calls a disk without room."""
READ_ONLY = "manyidu_read_only"
"""Execution option of a connection whose transactions cannot write."""
_HOLDER = "manyidu_holder"
"""Under this name a pooled connection knows who took it."""
T = TypeVar("T")
Columns = TypeVarTuple("Columns")
BALLOT_SIDE = {"sqlite_strict": True, "sqlite_with_rowid": False}
"""Table options of everything a voter touches: no rowid, no type but INTEGER, TEXT and BLOB (SEC-06)."""


class Base(DeclarativeBase):
    """Adds nothing to a table: a timestamp in the base would be a leak on the ballot side."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time; naive ones are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; SQLite keeps no zone, so store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a naive time reached the database"
            raise ValueError(message)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back an aware UTC time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's begin event decides which BEGIN is sent
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=DELETE",
        "synchronous=EXTRA",  # which also waits until the deletion of the journal has reached the disk
        "secure_delete=ON",
        "foreign_keys=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def connect_file(path: Path) -> sqlite3.Connection:
    """Return a durable connection to an SQLite file that is there; OperationalError if it is not.

    It is in no transaction until it is told to begin one, and any thread may use it, one at a time.
    """
    connection = sqlite3.connect(f"file:{quote(str(path))}?mode=rw", uri=True, check_same_thread=False)
    _prepare_sqlite(connection, None)
    return connection


def connect_postgresql(engine: Engine) -> "psycopg.Connection[Any]":
    """Return a connection of the driver's own beside an engine's pool; each statement is its own transaction."""
    import psycopg  # noqa: PLC0415 - nine megabytes that a service on an embedded database does without

    _, parameters = engine.dialect.create_connect_args(engine.url)
    return psycopg.connect(**parameters, autocommit=True)


def _taken(_connection: object, entry: ConnectionPoolEntry, _proxy: object) -> None:
    entry.info[_HOLDER] = taken()


def _given_back(_connection: object, entry: ConnectionPoolEntry) -> None:
    holder = entry.info.pop(_HOLDER, None)
    if holder is not None:
        given_back(holder)


def _watch(engine: Engine) -> None:
    """Count the connections of an engine that each request or thread holds."""
    event.listen(engine, "checkout", _taken)
    event.listen(engine, "checkin", _given_back)


def make_file_engine(path: Path) -> Engine:
    """Return an engine for an SQLite file that is there: it opens the file for each transaction and keeps nothing."""
    engine = create_engine("sqlite://", creator=lambda: connect_file(path), poolclass=NullPool, hide_parameters=True)
    event.listen(engine, "begin", _begin_sqlite)
    _watch(engine)
    return engine


def _begin_sqlite(connection: Connection) -> None:
    read_only = bool(connection.get_execution_options().get(READ_ONLY))
    if connection.info.get(READ_ONLY) != read_only:  # the connection to the file keeps it, whoever takes it next
        connection.exec_driver_sql(f"PRAGMA query_only={int(read_only)}")
        connection.info[READ_ONLY] = read_only
    # Taking the write lock at once avoids the deadlock of two readers that both want to write later.
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    """Let the driver say in its BEGIN whether the transaction can write: a statement of its own were a way more."""
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    driver.read_only = connection.get_execution_options().get(READ_ONLY)


def make_engine(url: str, pool_size: int = 20) -> Engine:
    """Return an engine with the durable settings of docs/design.md “Decisions”."""
    options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 10, "pool_timeout": 20, "hide_parameters": True}
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"check_same_thread": False}, pool_use_lifo=True, **options)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(url, **options)
        ask_rested(engine)  # before one counts as taken
        event.listen(engine, "begin", _begin_postgresql)
    _watch(engine)
    return engine


def _twin(engine: Engine) -> Engine:
    twin = make_engine(engine.url.render_as_string(hide_password=False), pool_size=4)
    event.listen(engine, "engine_disposed", lambda _engine: twin.dispose())
    return twin


def is_full(error: Exception) -> bool:
    """Whether the disk below the database has no room left: trying again would not help."""
    known = getattr(error, "orig", None)
    return getattr(known, "sqlite_errorcode", 0) == sqlite3.SQLITE_FULL or getattr(known, "sqlstate", "") == DISK_FULL


class DeskSession(Session):
    """A session that knows its database and what is to be done once it is committed."""

    def __init__(
        self, engine: Engine, database: "Database", *, reads_only: bool = False, close_resets_only: bool = True
    ) -> None:  # fmt: skip
        super().__init__(engine, expire_on_commit=False, close_resets_only=close_resets_only)
        self.database = database
        self.reads_only = reads_only
        self.at_hand: AtHand | None = None
        """What was made for the act in this session; None: it cannot begin again."""
        self.afterwards: list[Callable[[], object]] = []

    def rollback(self) -> None:
        """Roll back, and forget what was to be done after the commit."""
        self.afterwards.clear()
        super().rollback()


def database_of(session: Session) -> "Database":
    """Return the database that a session works on."""
    return desk_session(session).database


def after_commit(session: Session, act: Callable[[], object]) -> None:
    """Do something once the transaction is committed and before anybody is answered; a rollback forgets it."""
    desk_session(session).afterwards.append(act)


def pause(session: Session, work: str) -> None:
    """In the midst of reading, end the transaction before ``work`` (SEC-72); the session's next query begins another.

    Who acts stays in his: what he has read must still hold when he writes. What takes long is made apart from it
    (``core.apart``).
    """
    desk = desk_session(session)
    if desk.reads_only:
        desk.commit()
        hold_nothing(work)


def desk_session(session: Session) -> DeskSession:
    """Return a session as what ``Database`` made."""
    if not isinstance(session, DeskSession):
        message = "this session was not made by Database"
        raise TypeError(message)
    return session


class Database:
    """One engine and the two kinds of session; ``read_only`` leaves it no transaction that can write.

    Who opens, closes or reads gates of boxes hands in the ``keys``: the folder that proves them; who needs no secret
    says so by ``None``.
    """

    def __init__(self, engine: Engine, keys: KeyFolder | None, *, read_only: bool = False) -> None:
        self._keys = keys
        self.engine = engine.execution_options(**{READ_ONLY: True}) if read_only else engine
        self._reading = engine.execution_options(**{READ_ONLY: True})
        self.aside = engine if self.is_sqlite else _twin(engine)
        """For short transactions beside a session's: with a pool of its own, so that neither waits for the other."""

    def reader(self) -> Session:
        """Return a session that cannot write; once closed it is of no use any more, whoever still holds it."""
        return DeskSession(self._reading, self, reads_only=True, close_resets_only=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that cannot write."""
        with DeskSession(self._reading, self, reads_only=True) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yield a session that is committed at the end, or rolled back when an exception leaves the block.

        What waits for the commit is done after it, with no connection held; a DomainError of it reaches the caller.
        """
        with DeskSession(self.engine, self) as session:
            yield session
            session.commit()
        for act in session.afterwards:
            act()

    def acted(self, act: Callable[[Session], T]) -> T:
        """Act in a session as of ``writing``, again from the start where something has to be made apart from it.

        What a rollback does not undo has to bear being done again, as after any refusal. DomainError ``busy`` where
        there is no end to it, because others go on changing what it rests on.
        """
        at_hand = AtHand()
        for _ in range(GOES):
            try:
                with self.writing() as session:
                    desk_session(session).at_hand = at_hand
                    return act(session)
            except LackingError as lacking:
                found = lacking
            at_hand.make(found)
        raise DomainError("busy")

    @property
    def keys(self) -> KeyFolder:
        """The folder of the secrets that belong to this database; whoever was given none does nothing that needs it."""
        if self._keys is None:
            message = "this database was opened without its key folder"
            raise RuntimeError(message)
        return self._keys

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is in use."""
        return self.engine.dialect.name == "sqlite"


def locked(session: Session, model: type[T], key: object, *, stays: bool = False) -> T | None:
    """Return the row with this primary key as it is now, held until the transaction ends, or None.

    The one way to fetch a row that is about to change (SEC-82): a row that is in the session already is read again,
    for ``FOR UPDATE`` alone would wait for the other writer and then go on with the old values. A row that ``stays``
    will not be deleted: who writes meanwhile what refers to it does not wait.
    """
    values = key if isinstance(key, tuple) else (key,)
    columns = inspect(model).primary_key
    query = select(model).where(*(column == value for column, value in zip(columns, values, strict=True)))
    return next(iter(locked_rows(session, query, stays=stays)), None)


def locked_rows(session: Session, query: Select[T], *, stays: bool = False) -> Sequence[T]:
    """Return all rows of the query as they are now, held until the transaction ends, in the query's order."""
    held = query.with_for_update(key_share=stays).execution_options(populate_existing=True)
    return session.scalars(held).all()


def held(query: Select[*Columns]) -> Select[*Columns]:
    """Return a query of columns, which no session keeps, so that its rows are held until the transaction ends."""
    return query.with_for_update()


def shared(query: Select[*Columns]) -> Select[*Columns]:
    """Return the query so that its rows stay as they are until the transaction ends, while others read them too."""
    return query.with_for_update(read=True)
