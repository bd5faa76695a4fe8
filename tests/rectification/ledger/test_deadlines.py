"""The daily run: exactly date arithmetic, nothing twice, and everybody it concerns is told."""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import Staff, StaffUnit
from app.audit.models import AuditEntry
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.scope import ROOT
from app.core.settings import Settings
from app.inbox.models import InboxItem
from app.operations.supervising import supervise
from app.rectification.ledger import deadlines as daily
from app.rectification.ledger import issued
from app.rectification.ledger import service as ledger_acts
from app.rectification.ledger.coming import coming
from app.rectification.models import RemedialAction, RemedialOrder, SupervisionNotice
from app.rectification.orders import service as ordering
from app.rectification.orders.holidays import Change, save
from app.rectification.orders.modes import set_mode
from app.rectification.orders.reads import entries_of, flags, get_order, holidays_of
from app.rectification.rules.ledger import ActionEvent
from app.rectification.rules.supervision import Level, Notice, SubjectKind
from app.rectification.rules.workdays import add_working_days
from tests.cast import MORNING, refuses
from tests.rectification.flagged import (
    FLAGGED,
    WU,
    ZHANG,
    ZHAO,
    ZHENG,
    asked,
    completed,
    make_action,
    make_flagged,
    make_ledger,
    make_order,
)

DAY = timedelta(days=1)
QIAN = Principal("idqianer", "钱二", "organiser")


def run_on(database: Database, day: date) -> tuple[Notice, ...]:
    """Run as if it were the morning of a day."""
    now = MORNING + (day - MORNING.date())
    with database.writing() as session:
        return daily.run_daily(session, now)


def told(session: Session, notice_id: str) -> set[str]:
    return set(session.scalars(sa.select(InboxItem.staff_id).where(InboxItem.notice_id == notice_id)))


def test_it_works(database: Database) -> None:
    _, order_id = make_order(database)
    with database.reading() as session:
        current = get_order(session, ZHANG, order_id).current
    assert current is not None
    (blue,) = run_on(database, current.dates.plan - 7 * DAY)
    assert (blue.level, blue.kind, blue.unit_id, blue.due) == (
        Level.BLUE, SubjectKind.PLAN, FLAGGED, current.dates.plan,
    )  # fmt: skip
    assert run_on(database, current.dates.plan - 7 * DAY) == ()
    with database.reading() as session:
        row = session.scalars(sa.select(SupervisionNotice)).one()
        assert (row.id, row.level, row.issued_on) == (blue.id, "blue", current.dates.plan - 7 * DAY)
        assert told(session, blue.id) == {WU.id, ZHANG.id, QIAN.id, ZHENG.id}
        texts = set(session.scalars(sa.select(InboxItem.text).where(InboxItem.notice_id == blue.id)))
        assert len(texts) == 1
        assert texts.pop().startswith("蓝色督办：县文工团，报送整改方案，期限2026年")
        entries = list(session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "supervision.run")))
        assert [(entry.actor_id, entry.detail) for entry in entries] == [
            ("system", '{"blue": 1, "red": 0, "yellow": 0}')
        ]


def test_every_day_says_what_the_dates_say_and_nothing_twice(database: Database) -> None:
    found, order_id = make_order(database)
    with database.reading() as session:
        current = get_order(session, ZHANG, order_id).current
        assert current is not None
        holidays = holidays_of(session, found.campaign_id, (2026, 2027))
    due, first = current.dates.plan, MORNING.date()
    wanted = {Level.BLUE: due - 7 * DAY, Level.RED: due + DAY}
    wanted[Level.YELLOW] = next(
        day for day in (first + number * DAY for number in range(60)) if add_working_days(day, 3, holidays) >= due
    )
    said = {notice.level: first + at * DAY for at in range(60) for notice in run_on(database, first + at * DAY)}
    assert said == {level: max(day, first) for level, day in wanted.items()}
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SupervisionNotice)) == 3


def test_two_runs_at_once_say_it_once(database: Database) -> None:
    make_order(database)
    late = MORNING.date() + 40 * DAY
    with ThreadPoolExecutor(4) as pool:
        issued = [notice for some in pool.map(lambda _: run_on(database, late), range(4)) for notice in some]
    assert [notice.level for notice in issued] == [Level.RED]
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(InboxItem.notice_id))) == 5


def test_a_year_whose_holidays_nobody_entered_is_named_as_soon_as_working_days_reach_it(
    database: Database, settings: Settings
) -> None:
    found, _ = make_order(database)
    year_end = datetime(2026, 12, 30, 1, 0, tzinfo=UTC)
    with database.writing() as session:
        views = daily.watched(session, ZHENG)
        assert daily.years_unknown(session, views, MORNING.date()) == ()
        assert daily.years_unknown(session, views, year_end.date()) == (2027,)
        assert ordering.years_unknown(session, found.campaign_id, date(2026, 10, 12)) == ()
        assert ordering.years_unknown(session, found.campaign_id, date(2026, 12, 25)) == (2027,)
    assert "注意：2027 年的调休安排还没有登记" in supervise(settings, year_end)
    with database.writing() as session:
        save(Acting(session, MORNING, ZHANG), ROOT, [Change(date(2027, 2, 20), working=True)])
        assert daily.years_unknown(session, daily.watched(session, ZHENG), year_end.date()) == ()
    assert "注意" not in supervise(settings, year_end)


def test_the_installation_s_holidays_count(database: Database) -> None:
    _, order_id = make_order(database)
    with database.writing() as session:
        current = get_order(session, ZHANG, order_id).current
        assert current is not None
        due = current.dates.plan
        days = [due - at * DAY for at in range(1, 6)]
        save(Acting(session, MORNING, ZHANG), ROOT, [Change(day, working=False) for day in days])
    (notice,) = run_on(database, due - 6 * DAY)
    assert notice.level is Level.YELLOW


def test_overdue_is_told_to_leaders_too_and_to_nobody_who_left(database: Database) -> None:
    _, order_id = make_order(database)
    with database.writing() as session:
        session.get_one(Staff, QIAN.id).disabled = True
        session.add(Staff(id="idxu", login="xu", name="徐", roles={"liaison"}, disabled=True, created_at=MORNING))
        session.flush()
        session.add(StaffUnit(staff_id="idxu", unit_id=FLAGGED))
    (red,) = run_on(database, MORNING.date() + 40 * DAY)
    assert (red.level, red.subject_id) == (Level.RED, order_id)
    with database.reading() as session:
        assert told(session, red.id) == {WU.id, ZHANG.id, ZHENG.id, ZHAO.id}


def run_actions(database: Database, at: int) -> set[tuple[str, Level]]:
    return {
        (notice.subject_id, notice.level)
        for notice in run_on(database, MORNING.date() + at * DAY)
        if notice.kind is SubjectKind.ACTION
    }


def test_an_action_without_progress_is_behind_after_half_its_time(database: Database) -> None:
    _, _, (quiet, busy) = make_ledger(database, make_action(), make_action(problem="灯光太暗，" * 12))
    with database.writing() as session:
        ledger_acts.act(Acting(session, MORNING, WU), busy, ActionEvent.PROGRESS, "已换十盏灯")
    assert run_actions(database, 10) == set()
    assert run_actions(database, 11) == {(quiet, Level.YELLOW)}
    assert run_actions(database, 13) == {(busy, Level.BLUE)}
    assert run_actions(database, 20) == {(busy, Level.YELLOW)}
    assert run_actions(database, 21) == {(quiet, Level.RED), (busy, Level.RED)}
    with database.reading() as session:
        text = session.scalars(sa.select(InboxItem.text).where(InboxItem.notice_id.contains(busy))).first()
        assert text is not None
        assert "整改事项“灯光太暗，灯光太暗" in text
        assert "…”" in text


def test_more_time_is_a_new_deadline(database: Database) -> None:
    _, _, (action,) = make_ledger(database)
    assert run_actions(database, 21) == {(action, Level.RED)}
    with database.writing() as session:
        session.get_one(RemedialAction, action).extended_to = MORNING.date() + 30 * DAY
    assert run_actions(database, 22) == {(action, Level.YELLOW)}
    assert run_actions(database, 30) == set()
    assert run_actions(database, 31) == {(action, Level.RED)}


def test_what_has_ended_is_not_noticed(database: Database) -> None:
    _, order_id, (action,) = make_ledger(database)
    with database.writing() as session:
        ledger_acts.act(Acting(session, MORNING, WU), action, ActionEvent.EXPLAIN, "舞台改造须等明年经费，届时办理")
        session.get_one(RemedialOrder, order_id).state = "closed"
    assert run_on(database, MORNING.date() + 300 * DAY) == ()


def test_a_liaison_sees_notices_of_his_own_unit_alone(database: Database) -> None:
    found, _ = make_order(database)
    with database.writing() as session:
        other = next(flag.unit.target_id for flag in flags(session, ZHANG, MORNING))
        ordering.confirm(Acting(session, MORNING, ZHANG), found.round_id, other, asked(session, found))
    run_on(database, MORNING.date() + 40 * DAY)
    with database.reading() as session:
        every = issued.issued_notices(session, daily.watched(session, ZHENG)).rows
        assert [(notice.unit_id, notice.is_open) for notice in every] == [
            (each, True) for each in sorted((other, FLAGGED))
        ]
        assert [notice.unit_id for notice in issued.issued_notices(session, daily.watched(session, WU)).rows] == [
            FLAGGED
        ]
        assert {matter.subject.unit_id for matter in daily.matters(session, daily.watched(session, WU))} == {FLAGGED}
        by_unit = {notice.unit_id: notice.id for notice in every}
        assert issued.get_notice(session, WU, by_unit[FLAGGED]).title == "报送整改方案"
        with refuses("notice_unknown"):
            issued.get_notice(session, WU, by_unit[other])
        with refuses("notice_unknown"):
            issued.get_notice(session, ZHANG, "nowhere")


def test_a_notice_says_when_its_deadline_no_longer_runs(database: Database) -> None:
    _, order_id = make_order(database)
    run_on(database, MORNING.date() + 40 * DAY)
    with database.writing() as session:
        session.get_one(RemedialOrder, order_id).state = "closed"
    with database.reading() as session:
        assert [notice.is_open for notice in issued.issued_notices(session, daily.watched(session, ZHANG)).rows] == [
            False
        ]


def test_what_is_due_until_a_day(database: Database) -> None:
    make_ledger(database, make_action(), make_action(due=MORNING.date() + 25 * DAY))
    with database.reading() as session:
        assert due_in(session, 19) == []
        assert due_in(session, 20) == [20]
        assert due_in(session, 25) == [20, 25]


def due_in(session: Session, days: int) -> Collection[int]:
    found = coming(session, daily.watched(session, ZHANG), MORNING.date() + days * DAY)
    return [(matter.subject.due - MORNING.date()).days for matter in found.rows]


def test_the_mode_is_changed_with_a_reason(database: Database) -> None:
    _, order_id = make_order(database)
    with database.writing() as session:
        acting = Acting(session, MORNING + timedelta(minutes=1), ZHENG)
        set_mode(acting, order_id, "listed", "群众反映强烈")
        assert get_order(session, ZHANG, order_id).mode == "listed"
        assert entries_of(session, order_id)[-1].text == "督办方式由“一般督促”改为“挂牌督办”：群众反映强烈"
        session.flush()
        set_mode(acting, order_id, "", "已有明显起色")
        session.flush()
        for mode, reason, code in (
            ("", "再说一遍", "mode_unchanged"),
            ("on_site", " 略 ", "order_reason_missing"),
            ("loud", "大声一点", "field_not_a_choice"),
        ):
            with refuses(code):
                set_mode(acting, order_id, mode, reason)
        with refuses("order_unknown"):
            set_mode(acting, "nowhere", "listed", "群众反映强烈")
    with database.reading() as session:
        actions = session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject == order_id))
        assert list(actions).count("order.mode") == 2


def test_it_refuses_a_mode_for_what_has_ended(database: Database) -> None:
    _, order_id = make_order(database)
    with database.writing() as session:
        session.get_one(RemedialOrder, order_id).state = "closed"
        with refuses("step_ended"):
            set_mode(Acting(session, MORNING, ZHENG), order_id, "listed", "群众反映强烈")


def test_the_day_is_china_s(database: Database) -> None:
    _, order_id = make_order(database)
    with database.reading() as session:
        current = get_order(session, ZHANG, order_id).current
    assert current is not None
    last = current.dates.plan
    evening = datetime(last.year, last.month, last.day, 15, 59, tzinfo=MORNING.tzinfo)
    with database.writing() as session:
        assert Level.RED not in {notice.level for notice in daily.run_daily(session, evening)}
    with database.writing() as session:
        assert {notice.level for notice in daily.run_daily(session, evening + timedelta(minutes=1))} == {Level.RED}


def test_steps_of_an_order_move_its_deadline(database: Database) -> None:
    completed(database, make_flagged(database))
    with database.reading() as session:
        kinds = [matter.subject.kind for matter in daily.matters(session, daily.watched(session, ZHANG))]
    assert kinds == [SubjectKind.RETEST, SubjectKind.ACTION]
