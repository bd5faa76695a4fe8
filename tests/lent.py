"""PostgreSQL databases that one test leaves to the next, with the connections to them.

To make a database and drop it takes twenty milliseconds of processor time, and each connection fifteen until it has
read what it must know of our tables; most tests write a few rows. So the rows are deleted and the rest is kept. A
database in which a test changed more than rows is dropped.
"""

import os
import re
import select
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from threading import Lock
from typing import Any, Self

import psycopg
import sqlalchemy as sa
from psycopg import sql
from psycopg.abc import PQGenConn
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import ConnStatus, TransactionStatus
from psycopg.pq.abc import PGconn

import app.schema  # noqa: F401 - fills Base.metadata
from app.core.db import Base

LENT, OWN = "lent_", "own_"
IS_LENT = re.compile(LENT + r"\d+")
MOST_LENT = 60
"""How often one is lent: of deleted rows the files keep all."""
MOST_KEPT = 8
"""Lines to one database."""
_LINES: defaultdict[str, list[PGconn]] = defaultdict(list)
_LOCK = Lock()
_NUMBERS = count(1)
os.register_at_fork(after_in_child=_LINES.clear)  # they are the parent's

TABLES = [table.name for table in Base.metadata.sorted_tables]
OTHERS = """SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> ALL(%s)"""
SHAPE = """SELECT
  (SELECT (count(*), max(xmin::text::bigint))::text FROM pg_class WHERE oid >= 16384),
  (SELECT (count(*), max(xmin::text::bigint))::text FROM pg_attribute WHERE attrelid >= 16384),
  (SELECT (count(*), max(xmin::text::bigint))::text FROM pg_constraint WHERE oid >= 16384),
  (SELECT (count(*), max(xmin::text::bigint))::text FROM pg_trigger),
  (SELECT (count(*), max(xmin::text::bigint))::text FROM pg_proc WHERE oid >= 16384),
  (SELECT (count(*), max(xmin::text::bigint))::text FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp_'),
  (SELECT count(*) FROM pg_default_acl),
  (SELECT count(*) FROM pg_largeobject_metadata),
  (SELECT count(*) FROM pg_db_role_setting JOIN pg_database ON setdatabase = pg_database.oid
   WHERE datname = current_database()),
  (SELECT version_num FROM alembic_version)"""
"""All of a database but its rows, as counts and last changes."""


class KeptConnection(psycopg.Connection[Any]):
    """A connection whose line to the server is kept, clean, for the next that wants the same, when it is closed."""

    wanted = ""

    @classmethod
    def _connect_gen(cls, conninfo: str = "") -> PQGenConn[Self]:
        line = _taken(conninfo)
        made = cls(line) if line else (yield from super()._connect_gen(conninfo))
        made.wanted = conninfo
        return made

    def close(self) -> None:
        """Close it; nobody can use it any more."""
        line = self.pgconn
        if not self.closed and IS_LENT.fullmatch(_name(self.wanted)) and _is_clean(line):
            with _LOCK:
                kept = _LINES[self.wanted]
                if len(kept) < MOST_KEPT:
                    kept.append(line)
                    self.pgconn = psycopg.pq.PGconn()  # which is closed
        super().close()


def _name(conninfo: str) -> str:
    """Return which database is meant."""
    return str(conninfo_to_dict(conninfo).get("dbname", ""))


def _taken(conninfo: str) -> PGconn | None:
    with _LOCK:
        while _LINES[conninfo]:
            line = _LINES[conninfo].pop()
            if _lives(line):
                return line
            line.finish()
    return None


def _lives(line: PGconn) -> bool:
    """Whether the server has said nothing: of an idle line it would be the last thing that it says."""
    ready = select.poll()
    ready.register(line.socket, select.POLLIN)
    return line.status == ConnStatus.OK and not ready.poll(0)


def _is_clean(line: PGconn) -> bool:
    """Roll back and forget all that a line was told, but what it has read of the tables; whether that could be done."""
    if line.transaction_status in {TransactionStatus.INTRANS, TransactionStatus.INERROR}:
        line.exec_(b"ROLLBACK")
    if line.transaction_status == TransactionStatus.IDLE:
        line.exec_(b"DISCARD ALL")
        return line.transaction_status == TransactionStatus.IDLE
    return False


class Lender:
    """Lends databases of one server, which begin as the one named ``template``."""

    def __init__(self, prefix: str, administrator: sa.Connection, template: str) -> None:
        """Look at the template; ``prefix`` is the address of the server's databases without a name."""
        self._prefix, self._administrator, self._template = prefix, administrator, template
        self._free: list[tuple[str, int]] = []
        with psycopg.connect(self._address(template), autocommit=True) as line:
            self._shape = line.execute(SHAPE).fetchone()
            self._sweep = _sweep(line)

    def _address(self, name: str) -> str:
        return self._prefix.replace("+psycopg", "") + name

    @contextmanager
    def lent(self) -> Iterator[str]:
        """Yield the address of a database with no rows but those of the template, which nobody else has."""
        name, times = self._free.pop() if self._free else (self._made(LENT, self._template), 0)
        yield self._prefix + name
        if times < MOST_LENT and self._is_as_before(name):
            self._free.append((name, times + 1))
        else:
            self._drop(name)

    @contextmanager
    def own(self, template: str) -> Iterator[str]:
        """Yield the address of a database that nobody had before; it is dropped, whoever still hangs on to it."""
        name = self._made(OWN, template)
        yield self._prefix + name
        self._drop(name)

    def close(self) -> None:
        """Drop all that nobody has."""
        while self._free:
            self._drop(self._free.pop()[0])

    def _made(self, kind: str, template: str) -> str:
        """Return a new one, copied file by file: through the log it takes half as long again, with the drop."""
        name = f"{kind}{next(_NUMBERS)}"
        self._administrator.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def _drop(self, name: str) -> None:
        for line in _lines(name, is_last=True):
            line.finish()
        self._administrator.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")

    def _is_as_before(self, name: str) -> bool:
        """Delete what was written; whether nothing is left of the test, and the server can still be asked."""
        with suppress(psycopg.Error), KeptConnection.connect(self._address(name), autocommit=True) as line:
            line.execute(OTHERS, [[line.info.backend_pid, *(kept.backend_pid for kept in _lines(name))]])
            line.execute(self._sweep)
            return line.execute(SHAPE).fetchone() == self._shape
        return False


def _lines(name: str, *, is_last: bool = False) -> list[PGconn]:
    """Return the kept lines to a database; they are kept no longer where this is the ``last`` that is done with it."""
    with _LOCK:
        found = [wanted for wanted in _LINES if _name(wanted) == name]
        return [line for wanted in found for line in (_LINES.pop(wanted) if is_last else _LINES[wanted])]


def _sweep(template: psycopg.Connection[Any]) -> sql.Composed:
    """Return what deletes all rows and boxes, and puts back the rows that the template has."""
    empty = sql.SQL("IF EXISTS (SELECT FROM {0}) THEN DELETE FROM {0}; END IF;")
    fill = sql.SQL("INSERT INTO {0} SELECT * FROM json_populate_recordset(NULL::{0}, {1});")
    filled = []
    for table in map(sql.Identifier, TABLES):
        rows = template.execute(sql.SQL("SELECT json_agg(one)::text FROM {} one").format(table)).fetchone()
        if rows and rows[0]:
            filled.append(fill.format(table, sql.Literal(rows[0])))
    return sql.SQL(
        "DO $sweep$ DECLARE box name; BEGIN"
        " SET LOCAL lock_timeout = '5s'; SET LOCAL session_replication_role = replica;"
        " FOR box IN SELECT nspname FROM pg_namespace WHERE starts_with(nspname, 'box_')"
        " LOOP EXECUTE format('DROP SCHEMA %I CASCADE', box); END LOOP; {} END $sweep$"
    ).format(sql.SQL(" ").join([*(empty.format(sql.Identifier(table)) for table in TABLES), *filled]))
