"""What is lent from test to test is as it was when it was made."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from app.ballots import store
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from tests import cast, lent
from tests.conftest import administered
from tests.factories import make_open_round
from tests.lent import KeptConnection, Lender

COUNT = "(SELECT count(*) FROM {})"
BOXES = "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, 'box_')"
PID = "SELECT pg_backend_pid()"


@pytest.fixture
def lender(postgresql_server: tuple[str, object]) -> Iterator[Lender]:
    """A lender with nothing to lend yet."""
    prefix, _ = postgresql_server
    with administered(prefix) as connection:
        lender = Lender(prefix, connection, "template_manyidu")
        yield lender
        lender.close()


def ask(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Run statements on a connection of their own; return what the last one gave."""
    with KeptConnection.connect(url.replace("+psycopg", ""), autocommit=True) as line:
        for statement in statements[:-1]:
            line.execute(statement)
        return line.execute(statements[-1]).fetchall()


def test_rows_and_boxes_are_gone_and_what_was_there_is_back(lender: Lender, tmp_path: Path) -> None:
    with lender.lent() as url:
        database = Database(make_engine(url), KeyFolder(tmp_path / "keys"))
        make_open_round(database, database.keys)
        with database.writing() as session:
            cast.make_cast(session)
        assert store.round_ids(database)
        first = ask(url, "UPDATE office SET name = '改了'", "SELECT name FROM office")
        database.engine.dispose()
    with lender.lent() as again:
        assert again == url
        assert ask(again, BOXES) == []
        assert ask(again, f"SELECT {', '.join(map(COUNT.format, sorted(lent.TABLES)))}") == [
            tuple(int(table == "office") for table in sorted(lent.TABLES))
        ]
        assert ask(again, "SELECT name FROM office") != first


CHANGES = (
    "ALTER TABLE staff ADD COLUMN more text", "DROP TABLE holiday", "CREATE TABLE more (id text)",
    "CREATE INDEX more ON staff (name)", "CREATE SCHEMA more", "UPDATE alembic_version SET version_num = 'more'",
    "ALTER TABLE staff ALTER COLUMN name DROP NOT NULL", "GRANT SELECT ON staff TO PUBLIC",
    "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'", "SELECT lo_create(0)",
    "ALTER DATABASE {} SET lock_timeout = 1", "ALTER TABLE staff ADD CONSTRAINT more CHECK (name <> '')",
)  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_one_that_is_no_longer_the_same_is_lent_to_nobody(lender: Lender, change: str) -> None:
    with lender.lent() as url:
        ask(url, change.format(url.rpartition("/")[2]), "SELECT 1")
    with lender.lent() as again:
        assert again != url
    with lender.lent() as third:
        assert third == again


def test_a_line_is_kept_and_what_it_was_told_is_forgotten(lender: Lender) -> None:
    with lender.lent() as url:
        address = url.replace("+psycopg", "")
        told = "SET lock_timeout = 77", "CREATE TEMP TABLE told (id int)", "SELECT pg_advisory_lock(7)", "LISTEN told"
        with suppress(psycopg.errors.DivisionByZero), KeptConnection.connect(address) as line:
            first = line.info.backend_pid
            for statement in (*told, "SELECT 1 / 0"):
                line.execute(statement)
        assert line.closed
        with pytest.raises(psycopg.OperationalError, match="the connection is closed"):
            line.execute("SELECT 1")
        found = (
            "SELECT pg_backend_pid(), current_setting('lock_timeout'), to_regclass('told'),"
            " (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'),"
            " (SELECT count(*) FROM pg_listening_channels())"
        )
        assert ask(url, found) == [(first, "0", None, 0, 0)]


def test_a_line_that_the_server_ended_is_not_given_to_anybody(lender: Lender) -> None:
    with lender.lent() as url:
        ((first,),) = ask(url, PID)
        engine = sa.create_engine(url.replace(url.rpartition("/")[2], "postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"SELECT pg_terminate_backend({first}, 5000)")
        engine.dispose()
        ((second,),) = ask(url, PID)
    assert second != first


def test_who_still_hangs_on_to_one_is_cut_off(lender: Lender) -> None:
    with lender.lent() as url:
        left = psycopg.Connection.connect(url.replace("+psycopg", ""))
        left.execute("LOCK TABLE staff")
    with pytest.raises(psycopg.OperationalError):
        left.execute("SELECT 1")
    left.close()
    with lender.lent() as again:
        assert again == url


def test_a_forked_process_has_no_line_of_its_parent_s(lender: Lender) -> None:
    with lender.lent() as url:
        ((first,),) = ask(url, PID)
        reading, writing = os.pipe()
        if not (child := os.fork()):
            os.write(writing, str(ask(url, PID)).encode())
            os._exit(0)
        os.waitpid(child, 0)
        assert str(first) not in os.read(reading, 100).decode()
        assert ask(url, PID) == [(first,)]
        os.close(reading)
        os.close(writing)
