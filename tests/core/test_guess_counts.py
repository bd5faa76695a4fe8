"""Unknown codes of several nodes with one PostgreSQL database: one number a minute, told seldom, lost by no restart."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.core import guess_counts
from app.core.db import Database, make_engine
from app.core.guess_counts import SLOTS, UNKNOWN_CODES, SharedCounts
from app.core.guesses import Counted, Guesses
from app.core.settings import Settings
from tests.cast import MORNING
from tests.waiting import wait_until

SHARED = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
MINUTE = int(MORNING.timestamp()) // 60


def morning() -> datetime:
    return MORNING


@pytest.fixture
def others(settings: Settings) -> Iterator[Database]:
    """The same database from another node."""
    database = Database(make_engine(settings.sqlalchemy_url), None)
    yield database
    database.engine.dispose()


def rows(database: Database) -> list[tuple[int, int, int]]:
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.select(UNKNOWN_CODES).order_by(UNKNOWN_CODES.c.slot))]


@SHARED
def test_nodes_with_folders_of_their_own_count_as_one(database: Database, others: Database, tmp_path: Path) -> None:
    nodes = [Guesses(morning, tmp_path / name, SharedCounts(at)) for name, at in (("one", database), ("other", others))]
    for node in nodes:
        for _ in range(15):
            node.note()
    for node in nodes:
        node.close()
    assert [node.counted() for node in nodes] == [Counted(30, 30, 30)] * 2
    assert nodes[0].counted().are_many
    assert rows(database) == [(MINUTE % SLOTS, MINUTE, 30)]


@SHARED
def test_who_counts_tells_without_being_asked(database: Database, others: Database, tmp_path: Path) -> None:
    here, there = Guesses(morning, tmp_path, SharedCounts(database)), SharedCounts(others)
    here.note()
    wait_until(lambda: there.counted() == {MINUTE: 1})
    here.close()


@SHARED
def test_an_hour_writes_over_the_one_before(database: Database) -> None:
    counts = SharedCounts(database)
    for minute in range(MINUTE, MINUTE + 3 * SLOTS):
        counts._untold[minute] += 2
        counts.tell()
    assert len(rows(database)) == SLOTS
    assert counts.counted() == dict.fromkeys(range(MINUTE + 2 * SLOTS, MINUTE + 3 * SLOTS), 2)


@SHARED
def test_a_flood_is_one_row(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guess_counts, "MOST", 50)
    counts = SharedCounts(database)
    for _ in range(200):
        counts.note(MINUTE)
    counts.close()
    assert rows(database) == [(MINUTE % SLOTS, MINUTE, 50)]


@SHARED
def test_a_database_that_is_away_stops_nobody_and_is_told_later(
    database: Database, others: Database, tmp_path: Path
) -> None:
    with others.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE unknown_code_count RENAME TO elsewhere")
    counts = SharedCounts(database)
    guesses = Guesses(morning, tmp_path, counts)
    guesses.note()
    wait_until(lambda: bool(counts.pulse.last_error))
    assert guesses.counted() == Counted(1, 1, 1)
    with others.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO unknown_code_count")
    counts.tell()
    guesses.close()
    assert rows(database) == [(MINUTE % SLOTS, MINUTE, 1)]


@SHARED
def test_the_table_knows_a_minute_and_a_number(database: Database) -> None:
    with database.engine.connect() as connection:
        columns = {column["name"] for column in sa.inspect(connection).get_columns("unknown_code_count")}
    assert columns == {"slot", "minute", "count"}
    assert datetime.fromtimestamp(60 * MINUTE, UTC) == MORNING
