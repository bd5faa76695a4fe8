"""Durable settings, sessions that cannot write, and times with a zone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, StatementError

from app.accounts.models import Staff
from app.core.db import Database, locked, locked_rows, make_engine
from tests.cast import MORNING, make_cast

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
