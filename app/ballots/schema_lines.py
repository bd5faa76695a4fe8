"""Lines to boxes in PostgreSQL; a service on an embedded database never loads this module, nor the driver."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import psycopg
from sqlalchemy.sql import Executable

from app.ballots import store
from app.ballots.lines import Line, Parameters, Row, text_of
from app.core.db import Database, connect_postgresql
from app.core.errors import DomainError


class SchemaLine(Line):
    """A line to a PostgreSQL schema."""

    refused = (psycopg.IntegrityError, psycopg.DataError)
    broken = (psycopg.Error,)

    def __init__(self, database: Database, round_id: str) -> None:
        schema = store.schema_of(round_id)
        super().__init__(lambda statement: text_of(statement, schema))
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
        Line.__init__(self, lambda statement: text_of(statement, "public"))
        self._connection = connect_postgresql(database.engine)
        # A plan for each set of values would cost more than running it: there is one index to look into per box.
        self._connection.execute("SET plan_cache_mode = force_generic_plan")
