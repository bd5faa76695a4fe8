"""The day by which a published round should be archived: pages say it, the overview reminds after it."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from app.core.db import Database
from app.core.scope import limit
from app.rounds.archive_day import NOBODY, archive_by, reminder
from app.rounds.models import Round
from tests.cast import MORNING, Desks, make_cast
from tests.publication import counted
from tests.statements import sent

DAYS = 60


@pytest.fixture
def desk_of(new_desk: Desks, database: Database) -> Desks:
    with database.writing() as session:
        make_cast(session)
    return new_desk


def count(database: Database, at: datetime, **changes: object) -> str:
    """Store a published round that was counted at a time."""
    round_id = counted.store_published(database, counted.make_votes())
    with database.writing() as session:
        session.execute(sa.update(Round).where(Round.id == round_id).values(counted_at=at, **changes))
    return round_id


def test_it_works(database: Database, desk_of: Desks) -> None:
    round_id = count(database, MORNING - timedelta(days=DAYS + 1))
    desk = desk_of("zhangsan")
    page = desk.get("/rounds").text
    assert "该归档了" in page
    assert f'href="/rounds/{round_id}/archive"' in page
    for path in (f"/rounds/{round_id}", f"/rounds/{round_id}/archive"):
        assert "应不迟于 2026年11月22日归档" in desk.get(path).text, path
    assert "该归档了" not in desk_of("lisi").get("/rounds").text, "who cannot archive is not reminded"
    with database.writing() as session:
        session.execute(sa.update(Round).values(state="archived"))
    assert "该归档了" not in desk.get("/rounds").text
    assert "应不迟于" not in desk.get(f"/rounds/{round_id}").text


@pytest.mark.parametrize(("days_ago", "reminds"), [(DAYS + 1, True), (DAYS, False), (1, False)])
def test_the_day_itself_is_in_time(database: Database, days_ago: int, *, reminds: bool) -> None:
    count(database, MORNING - timedelta(days=days_ago))
    with database.reading() as session:
        assert reminder(session, MORNING.date(), DAYS).total == reminds
        assert reminder(session, MORNING.date(), 0).total == 0, "an installation may name no day"


@pytest.mark.parametrize(("counted_at", "reminds"), [((15, 59), True), ((16, 0), False)])
def test_the_last_day_ends_at_midnight_in_china(
    database: Database, counted_at: tuple[int, int], *, reminds: bool
) -> None:
    """Counted a minute before midnight, or at it: read are only the rounds whose day has passed."""
    evening = MORNING - timedelta(days=DAYS + 1)
    count(database, evening.replace(hour=counted_at[0], minute=counted_at[1]))
    with database.reading() as session:
        assert reminder(session, MORNING.date(), DAYS).total == reminds


def test_nothing_is_read_where_an_installation_names_no_day(database: Database) -> None:
    with database.reading() as session, sent(session) as seen:
        assert reminder(session, MORNING.date(), 0) == NOBODY
    assert seen == []


def test_a_day_is_one_of_china() -> None:
    late_evening = datetime(2026, 9, 23, 16, 30, tzinfo=UTC)
    assert archive_by(late_evening, DAYS) == date(2026, 11, 23)
    assert archive_by(None, DAYS) is None
    assert archive_by(late_evening, 0) is None


def test_nobody_is_reminded_of_rehearsals_or_of_what_is_out_of_reach(database: Database) -> None:
    first = count(database, MORNING - timedelta(days=DAYS + 9))
    with database.writing() as session:
        columns = [column for column in sa.inspect(Round).columns if column.key not in {"id", "paper_hash"}]
        row = session.execute(sa.select(*columns).where(Round.id == first)).mappings().one()
        session.execute(sa.insert(Round), [{**row, "id": "played", "rehearsal_of": first}])
        session.execute(sa.insert(Round), [{**row, "id": f"more{n}", "title": f"第 {n} 轮"} for n in range(4)])
    with database.reading() as session:
        found = reminder(session, MORNING.date(), DAYS)
        assert (len(found.rounds), found.total) == (3, 5)
        assert "played" not in {round_id for round_id, _ in found.rounds}
    with database.reading() as session:
        limit(session, ["elsewhere"])
        assert reminder(session, MORNING.date(), DAYS).total == 0
