"""Notices follow from dates alone and are never sent twice."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rectification.rules.ledger import ActionState, LedgerAction, current_due, overdue
from app.rectification.rules.orders import OrderState, deadlines
from app.rectification.rules.people import Person
from app.rectification.rules.supervision import (
    Level,
    Notice,
    NoticeRules,
    Subject,
    SubjectKind,
    action_subject,
    is_behind,
    notices,
    order_subject,
    unsent,
)
from app.rectification.rules.workdays import NO_HOLIDAYS, Holidays, seed_holidays

MONDAY = date(2026, 11, 2)
DUE = date(2026, 11, 30)
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
SUBJECT = Subject(SubjectKind.REMEDIAL, "o1", "u1", MONDAY, DUE)
SUBJECTS = st.builds(
    Subject,
    st.sampled_from(SubjectKind),
    st.sampled_from(("s1", "s2", "s3")),
    st.just("u1"),
    DAYS,
    DAYS,
    st.booleans(),
    st.none() | DAYS,
)
TABLES = st.builds(Holidays, st.frozensets(DAYS, max_size=60), st.frozensets(DAYS, max_size=20))
ORDER = [None, Level.BLUE, Level.YELLOW, Level.RED]


def level(subject: Subject, today: date, table: Holidays = NO_HOLIDAYS) -> Level | None:
    found = notices([subject], today, table)
    return found[0].level if found else None


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 11, 22), None),
        (date(2026, 11, 23), Level.BLUE),
        (date(2026, 11, 24), Level.BLUE),
        (date(2026, 11, 25), Level.YELLOW),  # Thursday, Friday, Monday
        (date(2026, 11, 30), Level.YELLOW),
        (date(2026, 12, 1), Level.RED),
    ],
)
def test_it_works(today: date, expected: Level | None) -> None:
    assert level(SUBJECT, today) is expected


def test_a_holiday_brings_yellow_forward() -> None:
    subject = replace(SUBJECT, since=date(2026, 9, 1), due=date(2026, 10, 9))
    assert level(subject, date(2026, 9, 29), NO_HOLIDAYS) is None
    assert level(subject, date(2026, 9, 30), seed_holidays([2026])) is Level.YELLOW  # 8, 9 and 10 October
    assert level(subject, date(2026, 10, 2), NO_HOLIDAYS) is Level.BLUE


def test_half_the_time_without_progress_is_yellow() -> None:
    action = replace(SUBJECT, kind=SubjectKind.ACTION, wants_progress=True)
    assert level(action, date(2026, 11, 16)) is None  # exactly half
    assert level(action, date(2026, 11, 17)) is Level.YELLOW
    assert level(replace(action, progress_on=date(2026, 11, 10)), date(2026, 11, 17)) is None
    assert is_behind(replace(action, progress_on=date(2026, 10, 1)), date(2026, 11, 17))
    assert not is_behind(SUBJECT, date(2026, 11, 17))


def test_the_days_are_a_setting() -> None:
    rules = NoticeRules(blue_days=14, yellow_working_days=0)
    assert [notice.level for notice in notices([SUBJECT], date(2026, 11, 16), NO_HOLIDAYS, rules)] == [Level.BLUE]
    assert [notice.level for notice in notices([SUBJECT], DUE, NO_HOLIDAYS, rules)] == [Level.YELLOW]


@given(st.lists(SUBJECTS, max_size=12), DAYS, TABLES)
def test_a_second_run_says_nothing_new(subjects: list[Subject], today: date, table: Holidays) -> None:
    first = notices(subjects, today, table)
    assert notices(subjects, today, table) == first
    assert unsent(first, {notice.id for notice in first}) == ()
    assert unsent(first, ()) == first
    assert len(first) <= len(subjects)


@given(SUBJECTS, st.lists(DAYS, max_size=40), TABLES)
def test_however_often_it_runs_each_level_is_sent_once(subject: Subject, days: list[date], table: Holidays) -> None:
    sent: dict[str, Notice] = {}
    for today in sorted(days):
        sent |= {notice.id: notice for notice in unsent(notices([subject], today, table), sent)}
    levels = [notice.level for notice in sent.values()]
    assert levels == sorted(set(levels), key=ORDER.index)


@given(SUBJECTS, DAYS, TABLES)
def test_red_is_exactly_overdue(subject: Subject, today: date, table: Holidays) -> None:
    assert (level(subject, today, table) is Level.RED) is (today > subject.due)


@given(st.sampled_from(ActionState), st.none() | DAYS, st.none() | DAYS, DAYS)
def test_an_action_is_red_exactly_when_it_is_overdue(
    state: ActionState, due: date | None, extended: date | None, today: date
) -> None:
    action = LedgerAction("a1", Person("张三"), state, due, extended)
    subject = action_subject(action, "u1", MONDAY)
    assert (subject is not None and level(subject, today) is Level.RED) is overdue(
        action.state, current_due(action), today
    )


def test_an_extension_makes_a_new_notice() -> None:
    action = LedgerAction("a1", Person("张三"), ActionState.IN_PROGRESS, DUE)
    longer = replace(action, extended_to=DUE + timedelta(days=7))
    subjects = [action_subject(each, "u1", MONDAY) for each in (action, longer)]
    ids = [notices([subject], date(2027, 1, 1), NO_HOLIDAYS)[0].id for subject in subjects if subject]
    assert ids == ["action:a1:red:2026-11-30", "action:a1:red:2026-12-07"]


def test_a_reported_completion_is_progress() -> None:
    action = LedgerAction("a1", Person("张三"), ActionState.COMPLETED, DUE, completed_on=date(2026, 11, 5))
    subject = action_subject(action, "u1", MONDAY)
    assert subject is not None
    assert level(subject, date(2026, 11, 20)) is None


def test_an_order_is_watched_by_the_deadline_that_runs() -> None:
    dates = deadlines(MONDAY, 1, NO_HOLIDAYS)
    found = {state: order_subject("o1", "u1", state, dates, MONDAY) for state in OrderState}
    ordered = found[OrderState.ORDERED]
    assert ordered is not None
    assert (ordered.kind, ordered.due) == (SubjectKind.PLAN, dates.plan)
    assert found[OrderState.CLOSED] is None


def test_notices_stand_in_the_order_of_their_subjects() -> None:
    subjects = [replace(SUBJECT, id=name, due=due) for name, due in (("c", DUE), ("a", MONDAY), ("b", DUE))]
    assert [notice.subject_id for notice in notices(subjects, DUE, NO_HOLIDAYS)] == ["c", "a", "b"]
