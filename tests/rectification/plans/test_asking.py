"""Plans that are asked for without an order go the same way as those of orders, with the same refusals and notices."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import StaffUnit
from app.audit.models import AuditEntry
from app.campaigns.models import Unit
from app.core.acting import Acting
from app.core.chinese import chinese_day
from app.core.db import Database
from app.core.errors import DomainError
from app.inbox.models import InboxItem
from app.rectification.ledger import deadlines as daily
from app.rectification.ledger import service as ledger_acts
from app.rectification.ledger.issued import get_notice
from app.rectification.ledger.reads import EVERYTHING, announced, ledger_page, picked_rows
from app.rectification.models import PlanEntry, RemedialOrder, UnitPlan
from app.rectification.plans import asking
from app.rectification.plans import service as planning
from app.rectification.plans.asking import Request
from app.rectification.plans.reads import PlanHead, plan_heads
from app.rectification.rules.ledger import ActionEvent
from app.rectification.rules.picks import Pick
from app.rectification.rules.plans import Origin, PlanEvent, PlanState
from app.rectification.rules.supervision import Level, SubjectKind
from tests.cast import MORNING, refuses
from tests.found import some
from tests.rectification.flagged import (
    FLAGGED,
    WU,
    ZHANG,
    ZHENG,
    Flagged,
    keep_ledger,
    later,
    make_flagged,
    make_rows,
    order,
    working,
)  # fmt: skip
from tests.statements import sent

TODAY = MORNING.date()
DUE = working(later(14)) or later(14)


def ask(database: Database, found: Flagged, *unit_ids: str) -> None:
    with database.writing() as session:
        asking.ask(Acting(session, MORNING, ZHANG), found.campaign_id, Request(unit_ids, DUE, "先解决反映集中的"))


def asked_of(session: Session, unit_id: str = FLAGGED) -> PlanHead:
    return next(head for head in plan_heads(session, ZHANG) if head.unit_id == unit_id and head.origin is Origin.ASKED)


def put_in_force(database: Database, *, by_order: bool) -> str:
    """Bring a plan of either origin into the ledger; return the id of its action."""
    found = make_flagged(database)
    if by_order:
        return keep_ledger(database, order(database, found))[0]
    ask(database, found, FLAGGED)
    with database.writing() as session:
        plan_id = asked_of(session).id
        planning.save_plan(Acting(session, MORNING, WU), plan_id, make_rows())
        session.flush()
        planning.submit(Acting(session, MORNING, WU), plan_id)
        planning.accept(Acting(session, MORNING, ZHENG), plan_id)
        planning.announce(Acting(session, MORNING, WU), plan_id)
        session.flush()
        return planning.get_plan(session, WU, plan_id).rows[0].id


def test_every_unit_can_be_asked_at_once_and_its_liaisons_are_told(database: Database) -> None:
    found = make_flagged(database)
    ask(database, found, *(f"u{place}" for place in range(8)))
    with database.reading() as session:
        heads = plan_heads(session, ZHANG)
        assert [(head.unit_position, head.state, head.due) for head in heads] == [
            (place, PlanState.DRAFT, DUE) for place in range(1, 9)
        ]
        assert [head.unit_id for head in plan_heads(session, WU)] == [FLAGGED]
        texts = session.execute(sa.select(InboxItem.staff_id, InboxItem.text, InboxItem.href)).all()
        told = [tuple(row) for row in texts if "制定整改方案" in row.text]
        assert told == [
            (WU.id, f"请县文工团制定整改方案，在{DUE.year}年{DUE.month}月{DUE.day}日前报送。",
             f"/rectification/plans/{asked_of(session).id}"),
        ]  # fmt: skip
        assert session.scalars(sa.select(RemedialOrder)).all() == []


@pytest.mark.parametrize(
    ("unit_ids", "due", "code"),
    [
        ((), DUE, "plan_units_missing"),
        (("nowhere",), DUE, "field_not_a_choice"),
        ((FLAGGED,), TODAY, "plan_due_past"),
        ((FLAGGED,), later(19), "deadline_day_off"),
        (("u1", FLAGGED), DUE, "plan_asked_already"),
    ],
)
def test_it_refuses_what_cannot_be_asked_and_asks_nobody(
    database: Database, unit_ids: tuple[str, ...], due: object, code: str
) -> None:
    found = make_flagged(database)
    if code == "plan_asked_already":
        ask(database, found, FLAGGED)
    with database.writing() as session:
        before = session.scalars(sa.select(UnitPlan.id)).all()
        with refuses(code):
            asking.ask(Acting(session, MORNING, ZHANG), found.campaign_id, Request(unit_ids, due))  # type: ignore[arg-type]
        assert session.scalars(sa.select(UnitPlan.id)).all() == before


def test_two_who_ask_at_once_ask_once(database: Database) -> None:
    found = make_flagged(database)

    def one(_: int) -> str:
        try:
            ask(database, found, FLAGGED, "u1")
        except DomainError as error:
            return error.code
        return ""

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(one, range(4)))
    assert sorted(answers) == ["", *["plan_asked_already"] * 3]
    with database.reading() as session:
        assert len(plan_heads(session, ZHANG)) == 2


def test_a_request_is_withdrawn_until_the_plan_is_submitted_and_what_was_written_comes_back(database: Database) -> None:
    found = make_flagged(database)
    ask(database, found, FLAGGED)
    with database.writing() as session:
        plan_id = asked_of(session).id
        planning.save_plan(Acting(session, MORNING, WU), plan_id, make_rows())
        asking.withdraw(Acting(session, MORNING, ZHANG), plan_id)
        assert plan_heads(session, ZHANG) == []
        with refuses("step_ended"):
            planning.save_plan(Acting(session, MORNING, WU), plan_id, [])
    ask(database, found, FLAGGED)
    with database.writing() as session:
        assert len(planning.get_plan(session, WU, plan_id).rows) == 1
        planning.submit(Acting(session, MORNING, WU), plan_id)
        with refuses("step_too_late"):
            asking.withdraw(Acting(session, MORNING, ZHANG), plan_id)
        events = session.scalars(sa.select(PlanEntry.event).where(PlanEntry.plan_id == plan_id)).all()
        assert sorted(events) == ["ask", "ask", "submit", "withdraw"]


def redate(database: Database, plan_id: str, due: date, reason: str = "县里统一推后") -> None:
    with database.writing() as session:
        asking.redate(Acting(session, MORNING, ZHANG), plan_id, due, reason)


@pytest.mark.parametrize("days", [7, 21], ids=["earlier", "later"])
def test_the_day_of_a_plan_is_changed_and_its_unit_is_told_why(database: Database, days: int) -> None:
    found = make_flagged(database)
    ask(database, found, FLAGGED, "u1")
    due = working(later(days)) or later(days)
    with database.reading() as session:
        plan_id = asked_of(session).id
    redate(database, plan_id, due)
    with database.reading() as session:
        assert {head.unit_id: head.due for head in plan_heads(session, ZHANG)} == {FLAGGED: due, "u1": DUE}
        newest = planning.entries_of(session, plan_id)
        words = f"报送方案的期限由{chinese_day(DUE)}改为{chinese_day(due)}：县里统一推后"
        assert words in [entry.text for entry in newest if entry.event == PlanEvent.REDATE]
        told = session.execute(sa.select(InboxItem.staff_id, InboxItem.text, InboxItem.href)).all()
        text = f"县文工团报送整改方案的期限改为{chinese_day(due)}，理由见方案页面。"
        assert (WU.id, text, f"/rectification/plans/{plan_id}") in [tuple(row) for row in told]
        noted = session.scalars(sa.select(AuditEntry.detail).where(AuditEntry.action == "plan.redate")).one()
        assert "县里统一推后" in str(noted)


@pytest.mark.parametrize(
    ("due", "reason", "code"),
    [
        (TODAY, "推后", "plan_due_past"),
        (DUE, "推后", "plan_due_same"),
        (working(later(21)), " ", "order_reason_missing"),
        (later(19), "推后", "deadline_day_off"),
    ],
)
def test_it_refuses_a_day_that_cannot_be(database: Database, due: date, reason: str, code: str) -> None:
    found = make_flagged(database)
    ask(database, found, FLAGGED)
    with database.reading() as session:
        plan_id = asked_of(session).id
    with refuses(code):
        redate(database, plan_id, due, reason)
    with database.reading() as session:
        assert asked_of(session).due == DUE


def test_the_day_of_a_plan_is_changed_only_while_its_unit_writes(database: Database) -> None:
    found = make_flagged(database)
    ask(database, found, FLAGGED)
    with database.writing() as session:
        plan_id = asked_of(session).id
        planning.save_plan(Acting(session, MORNING, WU), plan_id, make_rows())
        session.flush()
        planning.submit(Acting(session, MORNING, WU), plan_id)
    with refuses("step_too_late"):
        redate(database, plan_id, later(21))
    with database.writing() as session:
        planning.send_back(Acting(session, MORNING, ZHENG), plan_id, "措施不具体")
    redate(database, plan_id, working(later(21)) or later(21))


def test_the_day_of_an_order_s_plan_stands_on_its_notice(database: Database) -> None:
    found = make_flagged(database)
    order(database, found)
    with database.reading() as session:
        (head,) = plan_heads(session, ZHANG)
    with refuses("plan_dates_of_order"):
        redate(database, head.id, later(21))


def test_the_day_of_several_plans_is_changed_for_all_or_none(database: Database) -> None:
    found, due = make_flagged(database), working(later(21)) or later(21)
    ask(database, found, FLAGGED, "u1", "u2")

    def change(*unit_ids: str) -> None:
        with database.writing() as session:
            asking.redate_many(Acting(session, MORNING, ZHANG), found.campaign_id, unit_ids, due, "县里统一推后")

    for units, code in (((), "plan_units_missing"), ((FLAGGED, "u5"), "field_not_a_choice")):
        with refuses(code):
            change(*units)
    with database.writing() as session:
        session.get_one(UnitPlan, asked_of(session, "u2").id).state = PlanState.SUBMITTED.value
    with refuses("step_too_late"):
        change(FLAGGED, "u1", "u2")
    with database.reading() as session:
        assert {head.due for head in plan_heads(session, ZHANG)} == {DUE}
    change(FLAGGED, "u1")
    with database.reading() as session:
        assert {head.unit_id: head.due for head in plan_heads(session, ZHANG)} == {FLAGGED: due, "u1": due, "u2": DUE}
        told = session.scalars(sa.select(InboxItem.text).where(InboxItem.staff_id == WU.id)).all()
        assert sum("期限改为" in text for text in told) == 1


def test_the_day_of_many_plans_is_changed_by_no_more_statements_than_that_of_two(database: Database) -> None:
    found, due = make_flagged(database), working(later(21)) or later(21)
    units = [f"more{number:02}" for number in range(22)]
    with database.writing() as session:
        for place, unit_id in enumerate(units, 100):
            session.add(Unit(id=unit_id, campaign_id=found.campaign_id, position=place, name=f"单位{unit_id}"))
            session.flush()
            session.add(StaffUnit(staff_id=WU.id, unit_id=unit_id))
    ask(database, found, *units)

    def count(*unit_ids: str) -> int:
        with database.writing() as session, sent(session) as seen:
            asking.redate_many(Acting(session, MORNING, ZHANG), found.campaign_id, unit_ids, due, "县里统一推后")
            session.flush()
        return len(seen)

    assert count(*units[:2]) == count(*units[2:]) < 30
    with database.reading() as session:
        assert {head.due for head in plan_heads(session, ZHANG)} == {due}
        told = session.scalars(sa.select(InboxItem.text).where(InboxItem.staff_id == WU.id)).all()
        assert sum("期限改为" in text for text in told) == len(units)
        entries = session.scalars(sa.select(PlanEntry.text).where(PlanEntry.event == PlanEvent.REDATE.value)).all()
        assert len(entries) == len(units)
        assert all("县里统一推后" in text for text in some(entries))
        noted = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "plan.redate")).all()
        assert [each.subject for each in noted] == [found.campaign_id] * 2
        plans = {each for entry in noted for each in json.loads(entry.detail)["before"]}
        assert plans == {head.id for head in plan_heads(session, ZHANG)}


def test_reminders_follow_the_day_that_was_changed(database: Database) -> None:
    found = make_flagged(database)
    ask(database, found, FLAGGED)
    late = MORNING + (DUE - TODAY) + timedelta(days=1)
    with database.writing() as session:
        (notice,) = daily.run_daily(session, late)
        plan_id = asked_of(session).id
    due = working(later(30)) or later(30)
    with database.writing() as session:
        asking.redate(Acting(session, late, ZHANG), plan_id, due, "县里统一推后")
        session.flush()
        assert not get_notice(session, WU, notice.id).is_open
        assert daily.run_daily(session, late) == ()
        (again,) = daily.run_daily(session, MORNING + (due - TODAY) + timedelta(days=1))
        assert (again.level, again.due) == (Level.RED, due)


def test_the_plan_of_an_order_is_not_withdrawn(database: Database) -> None:
    found = make_flagged(database)
    order(database, found)
    with database.writing() as session:
        (head,) = plan_heads(session, ZHANG)
        with refuses("plan_of_order"):
            asking.withdraw(Acting(session, MORNING, ZHANG), head.id)


def test_a_liaison_writes_his_own_unit_s_plan_alone(database: Database) -> None:
    found = make_flagged(database)
    ask(database, found, FLAGGED, "u1")
    with database.writing() as session:
        foreign = asked_of(session, "u1").id
        for act in (planning.submit, planning.announce, asking.withdraw):
            with refuses("plan_unknown"):
                act(Acting(session, MORNING, WU), foreign)


@pytest.mark.parametrize("by_order", [True, False])
def test_an_action_goes_the_same_way_whatever_wanted_its_plan(database: Database, *, by_order: bool) -> None:
    action_id = put_in_force(database, by_order=by_order)
    with database.writing() as session:
        (each,) = picked_rows(session, WU, TODAY, EVERYTHING)
        assert each.number == ("1-1" if by_order else "1")
        assert len(announced(session, each.plan.public_id)) == 1
        ledger_acts.act(Acting(session, MORNING, WU), action_id, ActionEvent.PROGRESS, "已排班")
        ledger_acts.act(Acting(session, MORNING, WU), action_id, ActionEvent.COMPLETE, "已做完")
        with refuses("role_refused"):
            ledger_acts.act(Acting(session, MORNING, WU), action_id, ActionEvent.ACCEPT, "")
        ledger_acts.act(Acting(session, MORNING, ZHENG), action_id, ActionEvent.ACCEPT, "")
        assert ledger_page(session, ZHANG, TODAY, Pick(plan=each.plan.id)).running == 0


@pytest.mark.parametrize("by_order", [True, False])
def test_the_owner_never_accepts_whatever_wanted_the_plan(database: Database, *, by_order: bool) -> None:
    action_id = put_in_force(database, by_order=by_order)
    with database.writing() as session:
        ledger_acts.get_action(session, ZHANG, action_id, TODAY).row.owner = "郑十"
        ledger_acts.act(Acting(session, MORNING, WU), action_id, ActionEvent.PROGRESS, "已排班")
        ledger_acts.act(Acting(session, MORNING, WU), action_id, ActionEvent.COMPLETE, "已做完")
        with refuses("acceptor_is_owner"):
            ledger_acts.act(Acting(session, MORNING, ZHENG), action_id, ActionEvent.ACCEPT, "")


@pytest.mark.parametrize(
    ("days", "level"), [(-7, Level.BLUE), (-1, Level.YELLOW), (1, Level.RED)], ids=["soon", "near", "late"]
)
def test_a_plan_that_is_not_there_yet_is_noticed(database: Database, days: int, level: Level) -> None:
    found = make_flagged(database)
    ask(database, found, FLAGGED)
    now = MORNING + (DUE - TODAY) + timedelta(days=days)
    with database.writing() as session:
        (notice,) = daily.run_daily(session, now)
        assert (notice.kind, notice.level, notice.due) == (SubjectKind.ASKED_PLAN, level, DUE)
        view = get_notice(session, WU, notice.id)
        assert (view.title, view.href, view.is_open) == ("报送整改方案", asked_of(session).home, True)
        asking.withdraw(Acting(session, MORNING, ZHANG), asked_of(session).id)
        assert not get_notice(session, WU, notice.id).is_open
        assert daily.run_daily(session, now + timedelta(days=1)) == ()
        assert daily.matters(session, daily.watched(session, ZHANG)) == []


def test_review_is_somebody_else_s_for_every_origin(database: Database) -> None:
    found = make_flagged(database)
    ask(database, found, FLAGGED)
    steps: tuple[Callable[[Acting, str], None], ...] = (planning.submit, planning.accept)
    with database.writing() as session:
        acting, plan_id = Acting(session, MORNING, ZHANG), asked_of(session).id
        planning.save_plan(acting, plan_id, make_rows())
        session.flush()
        steps[0](acting, plan_id)
        with refuses("plan_own_review"):
            steps[1](acting, plan_id)
