"""Durable settings, sessions that cannot write, and times with a zone."""

from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from math import inf

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, StatementError

from app.accounts.models import Staff
from app.core import rested
from app.core.db import Database, connect_postgresql, locked, locked_rows, make_engine, pause
from app.core.holding import held_here
from tests.cast import MORNING, make_cast
from tests.core.cable import cable

DURABLE: dict[str, dict[str, object]] = {
    "sqlite": {"PRAGMA journal_mode": "delete", "PRAGMA synchronous": 3, "PRAGMA secure_delete": 1,
               "PRAGMA foreign_keys": 1, "PRAGMA temp_store": 2},
    "postgresql": {"SHOW fsync": "on", "SHOW full_page_writes": "on", "SHOW synchronous_commit": "on"},
}  # fmt: skip


def people(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Staff)) or 0


def test_it_works(database: Database) -> None:
    with database.writing() as session:
        cast = make_cast(session)
    assert people(database) == len(cast)
    with database.engine.connect() as connection:
        for question, wanted in DURABLE[database.engine.dialect.name].items():
            assert connection.exec_driver_sql(question).scalar() == wanted


def test_an_exception_undoes_everything(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            make_cast(session)
            session.flush()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert people(database) == 0


def test_it_refuses_to_write_in_a_reading_session(database: Database) -> None:
    for statement in (
        "INSERT INTO slip_count (round_id, group_id) VALUES ('x', 'y')",
        "DELETE FROM staff",
        "CREATE TABLE extra (id TEXT)",
    ):
        with database.reading() as session, pytest.raises(DBAPIError):
            session.execute(sa.text(statement))
    with database.writing() as session:  # the same connections write again afterwards
        cast = make_cast(session)
    assert people(database) == len(cast)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_that_its_server_has_ended_is_replaced(database: Database) -> None:
    def served_by() -> int:
        with database.reading() as session:
            return session.scalars(sa.select(sa.func.pg_backend_pid(type_=sa.Integer))).one()

    ended = served_by()
    assert served_by() == ended, "none was kept"
    with closing(connect_postgresql(database.engine)) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (ended,))
    assert served_by() != ended


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_server_that_lost_its_power_is_asked_before_a_connection_is_used(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = database.engine.url
    assert url.host
    assert url.port
    with cable(url.host, url.port) as between:
        engine = make_engine(url.set(port=between.port).render_as_string(hide_password=False))

        def answers() -> bool:
            with engine.connect() as connection:
                return connection.exec_driver_sql("SELECT true").scalar_one() is True

        assert answers()
        between.cut()
        monkeypatch.setattr(rested, "BRIEFLY", inf)
        with pytest.raises(DBAPIError):
            answers()
        assert answers()
        between.cut()
        monkeypatch.setattr(rested, "BRIEFLY", 0)
        assert answers()
        engine.dispose()


def test_who_reads_holds_nothing_while_he_pauses_and_reads_on(database: Database) -> None:
    with database.writing() as session:
        make_cast(session)
    with database.reading() as session:
        people_there = session.scalars(sa.select(Staff)).all()
        assert held_here() == 1
        pause(session, "computing")
        assert held_here() == 0
        assert people_there[0].name, "what was read is still there"
        with database.writing() as other:  # nobody keeps it from being committed
            other.execute(sa.update(Staff).values(name="改名"))
        assert set(session.scalars(sa.select(Staff.name))) == {"改名"}
        with pytest.raises(DBAPIError):
            session.execute(sa.text("DELETE FROM staff"))


def test_who_acts_goes_on_in_his_transaction(database: Database) -> None:
    def fail() -> None:
        with database.writing() as session:
            make_cast(session)
            pause(session, "computing")
            assert held_here() == 1
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert people(database) == 0, "half of an act was committed"


def test_times_come_back_in_utc(database: Database) -> None:
    peking = datetime(2026, 11, 23, 9, 0, tzinfo=timezone(timedelta(hours=8)))
    with database.writing() as session:
        make_cast(session)["zhangsan"]
        session.get_one(Staff, "idzhangsan").created_at = peking
    with database.reading() as session:
        found = session.get_one(Staff, "idzhangsan")
        assert found.created_at == peking == MORNING
        assert found.created_at.tzinfo is UTC


def test_it_refuses_a_time_without_a_zone(database: Database) -> None:
    naive = datetime(2026, 11, 23)  # noqa: DTZ001 - what is refused
    with database.writing() as session:
        make_cast(session)
        with pytest.raises(StatementError, match="naive"):
            session.execute(sa.update(Staff).values(created_at=naive))


def test_an_error_quotes_no_value(database: Database) -> None:
    with database.engine.connect() as connection, pytest.raises(DBAPIError) as caught:
        connection.execute(sa.text("SELECT nothing FROM staff WHERE login = :login"), {"login": "a-secret-value"})
    assert "a-secret-value" not in str(caught.value)


def test_two_writers_take_turns(database: Database) -> None:
    with database.writing() as session:
        make_cast(session)
    other = Database(make_engine(database.engine.url.render_as_string(hide_password=False), 2), None)
    for writer in (database, other, database):
        with writer.writing() as session:
            session.get_one(Staff, "idzhangsan", with_for_update=True).name += "!"
    with database.reading() as session:
        assert session.get_one(Staff, "idzhangsan").name == "张三!!!"
    other.engine.dispose()


def test_a_locked_row_is_read_again(database: Database) -> None:
    with database.writing() as session:
        make_cast(session)
        row = session.get_one(Staff, "idlisi")
        # What another transaction would have committed meanwhile, past this session's back.
        session.connection().exec_driver_sql("UPDATE staff SET name = '李五' WHERE id = 'idlisi'")
        assert row.name == "李四"
        assert locked(session, Staff, "idlisi") is row
        assert row.name == "李五"
        assert locked(session, Staff, "nobody") is None


def test_what_was_changed_before_a_row_is_locked_is_kept(database: Database) -> None:
    with database.writing() as session:
        make_cast(session)
        session.get_one(Staff, "idlisi").name = "李五"
        row = locked(session, Staff, "idlisi")
        assert row
        assert row.name == "李五"


def test_rows_are_locked_in_the_order_of_the_query(database: Database) -> None:
    with database.writing() as session:
        make_cast(session)
        rows = locked_rows(
            session, sa.select(Staff).where(Staff.role_rows.any(role="scrutineer")).order_by(Staff.login.desc())
        )
        assert [row.login for row in rows] == ["wangwu", "lisi"]
