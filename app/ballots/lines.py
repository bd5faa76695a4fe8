"""Kept connections to a box by the database's driver alone, for what a whole hall does at once.

The statements are SQLAlchemy's, written out once for each kind of database: the same for both.
"""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from typing import Any, Final

from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import psycopg as postgresql
from sqlalchemy.sql import Executable

from app.ballots import store
from app.ballots.models import SCHEMA
from app.core.db import Database, connect_file
from app.core.errors import DomainError

Row = tuple[Any, ...]
Parameters = Mapping[str, object]
Kinds = tuple[type[Exception], ...]
_MAIN = "main"
CUT_JOURNAL: Final = "PRAGMA journal_mode=TRUNCATE"
"""Ends a transaction by cutting its journal to nothing: as durable as deleting it and one wait for the disk less."""


class RefusedRowError(Exception):
    """The database refused a row that is impossible in itself; its cause is what the driver raised."""


class Line(ABC):
    """A connection to one box; used by one thread at a time."""

    refused: Kinds
    """What its driver raises where a row itself is impossible."""
    broken: Kinds
    """What its driver raises at all."""

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
def text_of(statement: Executable, schema: str) -> str:
    """Write a statement out for the tables of a schema, ``main`` being that of SQLite; parameters go by their names."""
    dialect = sqlite.dialect(paramstyle="named") if schema == _MAIN else postgresql.dialect()  # type: ignore[no-untyped-call]
    compiled = statement.compile(  # type: ignore[attr-defined]
        dialect=dialect, schema_translate_map={SCHEMA: schema}, render_schema_translate=True
    )
    return str(compiled)


class FileLine(Line):
    """A line to an SQLite file."""

    refused = (sqlite3.IntegrityError,)
    broken = (sqlite3.Error,)

    def __init__(self, database: Database, round_id: str) -> None:
        super().__init__(lambda statement: text_of(statement, _MAIN))
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
