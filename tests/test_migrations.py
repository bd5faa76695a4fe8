"""Migrations run both ways with rows in every table, and end at the models."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

import app.schema  # noqa: F401 - fills Base.metadata
from app.core import migrate
from app.core.db import Base, Database, UtcDateTime, make_engine
from app.rectification.board.service import stages_of
from app.rectification.rules.board import SEED_STAGES
from tests.cast import MORNING
from tests.found import some

VERSIONS = Path(__file__).parents[1] / "migrations" / "versions"
REVISIONS = [script.revision for script in ScriptDirectory(str(VERSIONS.parent)).walk_revisions()][::-1]


def value_for(column: sa.Column[object]) -> object:
    """Return a value that fits; foreign keys all point to the row ``x``."""
    if isinstance(column.type, UtcDateTime):
        return MORNING
    return {str: "x", int: 1, bool: True, bytes: b"x", date: MORNING.date()}[column.type.python_type]


def fill(connection: sa.Connection) -> None:
    """Put one row into every table of the models."""
    for table in Base.metadata.sorted_tables:
        connection.execute(table.insert(), {column.name: value_for(column) for column in table.columns})


def counts(connection: sa.Connection) -> dict[str, int]:
    return {
        table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in Base.metadata.sorted_tables
    }


@pytest.fixture
def filled(database: Database) -> Database:
    """The newest schema with a row in every table."""
    with database.engine.begin() as connection:
        fill(connection)
    return database


def test_it_works(database: Database) -> None:
    assert migrate.is_current(database.engine)


def test_the_newest_revision_is_read_from_the_files_alone(tmp_path: Path) -> None:
    assert migrate.head() == ScriptDirectory(str(VERSIONS.parent)).get_current_head()
    assert all(migrate.is_known(revision) for revision in REVISIONS)
    assert not migrate.is_known("20200101_0000")
    empty = make_engine(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    assert migrate.current_revision(empty) is None
    assert not migrate.is_current(empty)
    empty.dispose()


def test_head_equals_the_models(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_step_goes_down_and_up_with_rows(filled: Database) -> None:
    before = counts_of(filled)
    triggers = guards_of(filled)
    for revision in REVISIONS[:-1][::-1]:
        migrate.downgrade(filled.engine, revision)
        assert migrate.current_revision(filled.engine) == revision
        assert sum(guards_of(filled)) <= sum(triggers)
    first = set(sa.inspect(filled.engine).get_table_names())
    migrate.upgrade(filled.engine)
    after = counts_of(filled)
    assert {table: after[table] for table in first & set(after)} == {
        table: before[table] for table in first & set(before)
    }
    assert guards_of(filled) == triggers
    assert after["result_version"] == 1


def guards_of(database: Database) -> list[int]:
    """Return how many triggers there are of ours."""
    query = (
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
        if database.is_sqlite
        else "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"
    )
    with database.engine.connect() as connection:
        return [connection.exec_driver_sql(query).scalar_one()]


def counts_of(database: Database) -> dict[str, int]:
    with database.engine.connect() as connection:
        return counts(connection)


def test_down_to_nothing_and_up_again(filled: Database) -> None:
    migrate.downgrade(filled.engine)
    assert set(sa.inspect(filled.engine).get_table_names()) == {"alembic_version"}
    migrate.upgrade(filled.engine)
    assert {table: count for table, count in counts_of(filled).items() if count} == {"office": 1}, "the root stands"


def test_file_names_are_dated_and_in_line() -> None:
    names = sorted(path.name for path in VERSIONS.glob("*.py"))
    assert all(re.fullmatch(r"20\d{6}_\d{4}_[a-z0-9_]+\.py", name) for name in some(names))
    assert [name[:13] for name in names] == REVISIONS


GUARDED = (
    "UPDATE audit_entry SET detail = 'other'",
    "UPDATE audit_entry SET number = number + 1",
    "DELETE FROM audit_entry",
    "UPDATE round SET paper = 'other'",
    "UPDATE round SET paper_hash = 'other'",
    "UPDATE round SET paper = NULL",
)


@pytest.mark.parametrize("statement", GUARDED)
def test_it_refuses_to_change_what_is_fixed(filled: Database, statement: str) -> None:
    with pytest.raises(DBAPIError), filled.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    with filled.engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT detail FROM audit_entry").scalar() == "x"
        assert connection.exec_driver_sql("SELECT paper FROM round").scalar() == "x"
        connection.exec_driver_sql("UPDATE round SET state = 'open'")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_it_refuses_to_empty_the_log(filled: Database) -> None:
    with pytest.raises(DBAPIError), filled.engine.begin() as connection:
        connection.exec_driver_sql("TRUNCATE audit_entry")


def test_holidays_of_campaigns_are_merged_and_the_newest_campaign_wins(database: Database) -> None:
    migrate.downgrade(database.engine, "20261127_1562")
    days = [date(2026, 11, number) for number in (24, 25, 26)]
    own = {"old": [(0, True), (1, True)], "new": [(1, False), (2, False)]}
    with database.engine.begin() as connection:
        tables = sa.MetaData()
        tables.reflect(connection, only=["campaign", "holiday"])
        campaign, holiday = tables.tables["campaign"], tables.tables["holiday"]
        for at, (name, entered) in enumerate(own.items()):
            made = {"id": name, "title": name, "organisation": "局", "scheme": "{}", "two_person": True}
            more = {"kind": "campaign", "is_example": False, "created_at": MORNING + timedelta(hours=at)}
            connection.execute(campaign.insert(), made | more)
            for place, working in entered:
                connection.execute(holiday.insert(), {"campaign_id": name, "day": days[place], "working": working})
    migrate.upgrade(database.engine)
    with database.engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT office_id, day, working FROM holiday ORDER BY day")).all()
    assert [(row[0], str(row[1]), bool(row[2])) for row in rows] == [
        ("", "2026-11-24", True), ("", "2026-11-25", False), ("", "2026-11-26", False),
    ]  # fmt: skip


def test_campaigns_that_use_the_board_keep_it_and_others_have_none(database: Database) -> None:
    migrate.downgrade(database.engine, "20261127_1585")
    with database.engine.begin() as connection:
        known = {"organisation": "局", "scheme": "{}", "two_person": True, "created_at": MORNING}
        kind = {"kind": "campaign", "is_example": False, "office_id": "root"}
        tables = Base.metadata.tables
        for name in ("used", "unused"):
            connection.execute(tables["campaign"].insert(), {"id": name, "title": name, **known, **kind})
        unit = {"id": "u", "campaign_id": "used", "position": 1, "name": "馆", "duty": "", "responsible": ""}
        then = sa.MetaData()  # the table as it was: it has more columns by now
        then.reflect(connection, only=["unit"])
        connection.execute(then.tables["unit"].insert(), unit)
        entry = {"proof": "记录", "entered_by": "张三", "entered_at": MORNING, "done_on": MORNING.date()}
        done = {"campaign_id": "used", "unit_id": "u", "step": "study", **entry}
        connection.execute(tables["board_done"].insert(), done)
    migrate.upgrade(database.engine)
    with database.reading() as session:
        assert stages_of(session, "used") == SEED_STAGES
        assert stages_of(session, "unused") == ()
