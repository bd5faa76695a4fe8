"""Kept connections to a box by the database's driver alone, for what a whole hall does at once.

The statements are SQLAlchemy's, written out once for each kind of database: the same for both.
"""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from typing import Any, Final

import psycopg
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg as postgresql
from sqlalchemy.sql import Executable

from app.ballots import store
from app.ballots.models import SCHEMA
from app.core.db import Database, connect_file, connect_postgresql
from app.core.errors import DomainError

Row = tuple[Any, ...]
Parameters = Mapping[str, object]
REFUSED = (sqlite3.IntegrityError, psycopg.IntegrityError, psycopg.DataError)
"""What a driver raises where a row itself is impossible."""
BROKEN = (sqlite3.Error, psycopg.Error)
"""What a driver raises at all."""
_MAIN = "main"
CUT_JOURNAL: Final = "PRAGMA journal_mode=TRUNCATE"
"""Ends a transaction by cutting its journal to nothing: as durable as deleting it and one wait for the disk less."""


class Line(ABC):
    """A connection to one box; used by one thread at a time."""

    def __init__(self, texts: Callable[[Executable], str]) -> None:
        self._texts = texts

    @abstractmethod
    def rows(self, statement: Executable, parameters: Parameters) -> list[Row]:
        """Return the rows of a query."""

    @abstractmethod
    def first_of_each(self, statement: Executable, many: Sequence[Parameters]) -> list[Row | None]:
        """Return for each set of parameters the query's first row, or None."""

    @abstractmethod
    def change(self, statement: Executable, many: Sequence[Parameters]) -> int:
        """Write with each set of parameters and return how many rows that changed."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[None]:
        """Begin a transaction, and end it durably; an exception undoes it."""

    @abstractmethod
    def is_current(self) -> bool:
        """Whether this still is the box of its round: not one that was destroyed, or was replaced."""

    @abstractmethod
    def close(self) -> None:
        """Hang up."""


@lru_cache(maxsize=256)
def _text(statement: Executable, schema: str) -> str:
    """Write a statement out for the tables of a schema, ``main`` being that of SQLite; parameters go by their names."""
    dialect = sqlite.dialect(paramstyle="named") if schema == _MAIN else postgresql.dialect()  # type: ignore[no-untyped-call]
    compiled = statement.compile(  # type: ignore[attr-defined]
        dialect=dialect, schema_translate_map={SCHEMA: schema}, render_schema_translate=True
    )
    return str(compiled)


class FileLine(Line):
    """A line to an SQLite file."""

    def __init__(self, database: Database, round_id: str) -> None:
        super().__init__(lambda statement: _text(statement, _MAIN))
        self._file = store.file_of(database, round_id)
        try:
            self._connection = connect_file(self._file)
            self._connection.execute(CUT_JOURNAL).close()
            self.inode = self._file.stat().st_ino
        except (sqlite3.OperationalError, FileNotFoundError) as error:
            if self._file.exists():
                raise
            raise DomainError("box_missing") from error

    def rows(self, statement: Executable, parameters: Parameters) -> list[Row]:
        """Return the rows of a query."""
        return self._connection.execute(self._texts(statement), parameters).fetchall()

    def first_of_each(self, statement: Executable, many: Sequence[Parameters]) -> list[Row | None]:
        """Return for each set of parameters the query's first row, or None."""
        text, execute = self._texts(statement), self._connection.execute
        return [execute(text, parameters).fetchone() for parameters in many]

    def change(self, statement: Executable, many: Sequence[Parameters]) -> int:
        """Write with each set of parameters and return how many rows that changed."""
        return self._connection.executemany(self._texts(statement), many).rowcount

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Begin a transaction, and end it durably; an exception undoes it."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def is_current(self) -> bool:
        """Whether this still is the box of its round: not one that was destroyed, or was replaced."""
        try:
            return self._file.stat().st_ino == self.inode
        except FileNotFoundError:
            return False

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


class SchemaLine(Line):
    """A line to a PostgreSQL schema."""

    def __init__(self, database: Database, round_id: str) -> None:
        schema = store.schema_of(round_id)
        super().__init__(lambda statement: _text(statement, schema))
        self._connection = connect_postgresql(database.engine)

    def rows(self, statement: Executable, parameters: Parameters) -> list[Row]:
        """Return the rows of a query."""
        with _missing_is_said():
            return self._connection.execute(self._texts(statement).encode(), parameters).fetchall()

    def first_of_each(self, statement: Executable, many: Sequence[Parameters]) -> list[Row | None]:
        """Return for each set of parameters the query's first row, or None."""
        with _missing_is_said(), self._connection.cursor() as cursor:
            cursor.executemany(self._texts(statement).encode(), many, returning=True)
            return [result.fetchone() for result in cursor.results()]

    def change(self, statement: Executable, many: Sequence[Parameters]) -> int:
        """Write with each set of parameters and return how many rows that changed."""
        with self._connection.cursor() as cursor:
            cursor.executemany(self._texts(statement).encode(), many)
            return cursor.rowcount

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Begin a transaction, and end it durably; an exception undoes it."""
        with self._connection.transaction():
            yield

    def is_current(self) -> bool:
        """Whether it is usable: every statement names the box, so that it cannot reach another one."""
        return not self._connection.closed

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


@contextmanager
def _missing_is_said() -> Iterator[None]:
    try:
        yield
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as error:
        raise DomainError("box_missing") from error


class Union(SchemaLine):
    """A line to many PostgreSQL schemas at once; statements say themselves which."""

    def __init__(self, database: Database) -> None:
        Line.__init__(self, lambda statement: _text(statement, "public"))
        self._connection = connect_postgresql(database.engine)
        # A plan for each set of values would cost more than running it: there is one index to look into per box.
        self._connection.execute("SET plan_cache_mode = force_generic_plan")


def connect(database: Database, round_id: str) -> Line:
    """Return a line to a box; DomainError ``box_missing``, now or at its first use."""
    return FileLine(database, round_id) if database.is_sqlite else SchemaLine(database, round_id)
