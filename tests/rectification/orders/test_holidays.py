"""The holiday table: the country's, the installation's days, an office's own, and many lines pasted at once."""

from datetime import date

import pytest
import sqlalchemy as sa

from app.accounts.models import Staff
from app.audit.models import AuditEntry
from app.campaigns.models import Campaign
from app.core.acting import Acting
from app.core.db import Database
from app.core.scope import ROOT
from app.offices.models import Office
from app.rectification.models import Holiday
from app.rectification.orders import holidays as holiday_service
from app.rectification.orders import service as ordering
from app.rectification.orders.holidays import (
    Change,
    Fault,
    calendar_of,
    parse_lines,
    save_lines,
    take_back,
    years_shown,
)
from app.rectification.orders.reads import holidays_of
from app.rectification.rules.workdays import is_working_day
from tests.cast import MORNING, Desks, make_campaign, make_cast, refuses
from tests.rectification.flagged import ZHANG

YEARS = years_shown(MORNING.date())
SUNDAY = 6


@pytest.fixture
def campaign_id(database: Database) -> str:
    """A campaign without a table of its own."""
    with database.writing() as session:
        return make_campaign(session, make_cast(session)["zhangsan"])


def test_it_works(database: Database, campaign_id: str) -> None:
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        before = calendar_of(session, ROOT, YEARS)
        assert {row.day: (row.working, row.own) for row in before.rows}[date(2026, 10, 1)] == (False, False)
        assert before.to_check == (2027,)
        assert save_lines(acting, ROOT, "2027-02-15 休\n\n2027年2月20日 班\n", YEARS) == 2
        after = calendar_of(session, ROOT, YEARS)
        found = {row.day: (row.working, row.own) for row in after.rows}
        assert (found[date(2027, 2, 15)], found[date(2027, 2, 20)]) == ((False, True), (True, True))
        assert [row.day for row in after.rows] == sorted(row.day for row in after.rows)
        assert after.to_check == ()
        table = holidays_of(session, campaign_id, YEARS)
        assert not is_working_day(date(2027, 2, 15), table)
        assert is_working_day(date(2027, 2, 20), table)
    with database.reading() as session:
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "holidays.edit")).one()
        assert entry.detail == '{"days": {"2027-02-15": "休", "2027-02-20": "班"}}'


def test_dates_of_orders_follow_the_table(database: Database, campaign_id: str) -> None:
    with database.writing() as session:
        day = date(2026, 11, 23)
        before = ordering.proposed_dates(session, campaign_id, day, 1).plan
        save_lines(Acting(session, MORNING, ZHANG), ROOT, "2026-11-24 休", YEARS)
        assert ordering.proposed_dates(session, campaign_id, day, 1).plan > before


def test_what_the_country_s_table_says_anyway_is_not_stored(database: Database) -> None:
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        assert save_lines(acting, ROOT, "2026-10-01 休\n2026-11-28 休\n2026-11-24 班", YEARS) == 0
        assert save_lines(acting, ROOT, "2026-10-01 班", YEARS) == 1
        assert save_lines(acting, ROOT, "2026-10-01 班", YEARS) == 0
        assert save_lines(acting, ROOT, "2026-10-01 休", YEARS) == 1
        assert session.scalars(sa.select(Holiday)).all() == []


def test_a_change_is_taken_back(database: Database, campaign_id: str) -> None:
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        save_lines(acting, ROOT, "2026-10-01 班", YEARS)
        assert take_back(acting, ROOT, date(2026, 10, 1))
        assert not take_back(acting, ROOT, date(2026, 10, 1))
        assert not is_working_day(date(2026, 10, 1), holidays_of(session, campaign_id, YEARS))


def test_a_worked_weekday_does_not_silence_the_warning(database: Database) -> None:
    with database.writing() as session:
        save_lines(Acting(session, MORNING, ZHANG), ROOT, "2027-01-01 班", YEARS)
        assert calendar_of(session, ROOT, YEARS).to_check == (2027,)


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("2027-02-15 休", False),
        ("2027-2-15,休", False),
        ("2027/02/15：放假", False),
        ("2027.2.15、休息。", False),
        ("2027年2月15日上班", True),
        ("２０２７－０２－１５　班；", True),
    ],
)
def test_lines_are_read_as_people_write_them(line: str, kind: bool) -> None:
    assert parse_lines(line, YEARS) == ((Change(date(2027, 2, 15), kind),), ())


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("春节", Fault.SHAPE),
        ("2027-02-30 休", Fault.NO_SUCH_DAY),
        ("2027-02-15", Fault.KIND),
        ("2027-02-15 班吗", Fault.KIND),
        ("2031-02-15 休", Fault.OTHER_YEAR),
        ("9999999-02-15 休", Fault.SHAPE),
        ("<b>" * 100, Fault.SHAPE),
    ],
)
def test_it_refuses_all_lines_for_a_bad_one(database: Database, line: str, fault: Fault) -> None:
    text = f"2027-02-16 休\n\n{line}\n"
    changes, bad = parse_lines(text, YEARS)
    assert len(changes) == 1
    assert [(each.number, each.fault) for each in bad] == [(3, fault)]
    assert len(bad[0].text) <= holiday_service.LINE_SHOWN
    with database.writing() as session:
        with refuses("holiday_lines_wrong"):
            save_lines(Acting(session, MORNING, ZHANG), ROOT, text, YEARS)
        assert session.scalars(sa.select(Holiday)).all() == []


def test_it_refuses_two_answers_for_one_day() -> None:
    changes, bad = parse_lines("2027-02-15 休\n2027-02-15 休\n2027-02-15 班", YEARS)
    assert changes == (Change(date(2027, 2, 15), working=False),)
    assert [(line.number, line.fault) for line in bad] == [(3, Fault.CONTRADICTS)]


def test_it_refuses_nothing_and_too_much(database: Database) -> None:
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        with refuses("holiday_lines_missing"):
            save_lines(acting, ROOT, " \n\n", YEARS)
        with refuses("holiday_lines_many"):
            save_lines(acting, ROOT, "2027-02-15 休\n" * 401, YEARS)


def test_all_campaigns_follow_the_installation_and_those_of_an_office_its_own_days(
    database: Database, campaign_id: str
) -> None:
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        other = make_campaign(session, ZHANG)
        session.add(Office(id="town", parent_id=ROOT, name="河乡", position=0))
        session.get_one(Campaign, other).office_id = "town"
        assert save_lines(acting, ROOT, "2026-11-24 休\n2026-11-25 休", YEARS) == 2
        assert save_lines(acting, "town", "2026-11-24 休", YEARS) == 0
        assert save_lines(acting, "town", "2026-11-25 班\n2026-11-26 休", YEARS) == 2
        tables = [holidays_of(session, one, YEARS) for one in (campaign_id, other)]
        days = [date(2026, 11, number) for number in (24, 25, 26)]
        worked = [[is_working_day(day, table) for day in days] for table in tables]
        assert worked == [[False, False, True], [False, True, False]]
        assert {row.day for row in calendar_of(session, "town", YEARS).rows if row.own} == set(days[1:])


def test_a_day_that_an_office_above_turned_back_is_listed(database: Database, new_desk: Desks) -> None:
    """A public holiday that is worked and a worked Sunday that is not look like any Thursday and Sunday."""
    with database.writing() as session:
        make_cast(session)
        acting = Acting(session, MORNING, ZHANG)
        session.add(Office(id="town", parent_id=ROOT, name="河乡", position=0))
        session.flush()
        before = {row.day for row in calendar_of(session, "town", YEARS).rows}
        holiday, worked = date(2026, 10, 1), next(day for day in sorted(before) if day.weekday() == SUNDAY)
        assert save_lines(acting, ROOT, f"{holiday} 班\n{worked} 休", YEARS) == 2
        rows = {row.day: (row.working, row.own, row.from_above) for row in calendar_of(session, "town", YEARS).rows}
        assert (rows.get(holiday), rows.get(worked)) == ((True, False, True), (False, False, True))
        assert set(rows) == before, "a day that nobody changed is not listed for it"
        assert save_lines(acting, "town", f"{holiday} 休", YEARS) == 1
        rows = {row.day: (row.working, row.own, row.from_above) for row in calendar_of(session, "town", YEARS).rows}
        assert rows[holiday] == (False, True, False)
        assert take_back(acting, "town", holiday)
        session.get_one(Staff, ZHANG.id).office_id = "town"
    page = new_desk("zhangsan").get("/holidays").text
    line = next(row for row in page.split("<tr>") if "2026年10月1日" in row)
    assert ("上级机构修改" in line, 'name="lines" value="2026-10-01 休"' in line) == (True, True)


def test_an_office_follows_all_above_it_the_nearest_last(database: Database, campaign_id: str, new_desk: Desks) -> None:
    """A 自治州 has days of its own: they hold for what lies below it, beside what the installation and 乡 change."""
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        for office_id, above in (("state", ROOT), ("county", "state"), ("town", "county")):
            session.add(Office(id=office_id, parent_id=above, name=office_id, position=0))
            session.flush()
        save_lines(acting, ROOT, "2026-11-23 休\n2026-11-24 休", YEARS)
        assert save_lines(acting, "state", "2026-11-23 休\n2026-11-24 班\n2026-11-25 休\n2026-11-26 休", YEARS) == 3
        assert save_lines(acting, "town", "2026-11-25 休\n2026-11-26 班", YEARS) == 1
        days = [date(2026, 11, number) for number in (23, 24, 25, 26)]
        worked = {}
        for office_id in (ROOT, "state", "county", "town"):
            session.get_one(Campaign, campaign_id).office_id = office_id
            table = holidays_of(session, campaign_id, YEARS)
            worked[office_id] = [is_working_day(day, table) for day in days]
        below = [False, True, False, False]
        assert worked == {
            ROOT: [False, False, True, True], "state": below, "county": below, "town": [False, True, False, True],
        }  # fmt: skip
        rows = {row.day: (row.own, row.from_above) for row in calendar_of(session, "town", YEARS).rows}
        assert (rows[days[2]], rows[days[3]][0]) == ((False, True), True)
        assert take_back(acting, "town", days[3])
        assert not is_working_day(days[3], holidays_of(session, campaign_id, YEARS))
        session.get_one(Staff, ZHANG.id).office_id = "town"
    page = new_desk("zhangsan").get("/holidays").text
    assert ("“town”和下级机构的活动" in page, "上级机构修改" in page, "全部活动都用这一张表" in page) == (
        True,
        True,
        False,
    )
