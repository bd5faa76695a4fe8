"""A plan names every point it lacks, and cannot be submitted before it is whole."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rectification.rules.plans import (
    PLAN_TABLE,
    Action,
    ActionKind,
    Gap,
    GapCode,
    Horizon,
    HorizonLimits,
    Plan,
    PlanEvent,
    PlanState,
    beyond_order,
    horizon_of,
    next_plan_state,
    plan_gaps,
    return_plan,
    submit_plan,
    unanswered_issues,
)
from app.rectification.rules.refusals import Refusal
from app.rectification.rules.wording import GAPS
from app.rectification.rules.workdays import Holidays, is_working_day, seed_holidays, working_day_from
from tests.found import some
from tests.rectification.walks import assert_total, reachable

TODAY = date(2026, 11, 24)
WHOLE = Action(
    problem="办事大厅排队时间长",
    goal="平均等候不超过十五分钟",
    kind=ActionKind.DATED,
    due=TODAY + timedelta(days=30),
    measures="增开两个窗口，推行预约",
    sponsor="王五",
    lead_unit="政务服务科",
    co_units=("信息中心",),
    owner="张三",
    commitment="年底前平均等候不超过十五分钟，接受群众监督",
    issue_id="issue-1",
)
EMPTY: dict[GapCode, dict[str, Any]] = {
    GapCode.PROBLEM: {"problem": ""},
    GapCode.GOAL: {"goal": " "},
    GapCode.KIND: {"kind": None},
    GapCode.DUE: {"due": None},
    GapCode.MEASURES: {"measures": "待定"},
    GapCode.SPONSOR: {"sponsor": "\u3000"},
    GapCode.LEAD_UNIT: {"lead_unit": "/"},
    GapCode.OWNER: {"owner": "无"},
    GapCode.COMMITMENT: {"commitment": "——"},
}


def codes(**changes: Any) -> list[GapCode]:  # noqa: ANN401 - fields of an action, each of its own type
    return [gap.code for gap in plan_gaps(Plan((replace(WHOLE, **changes),)), TODAY)]


def test_it_works() -> None:
    plan = Plan((WHOLE,))
    assert plan_gaps(plan, TODAY) == ()
    assert submit_plan(PlanState.DRAFT, plan, TODAY) is PlanState.SUBMITTED


def test_what_ends_after_its_order_is_told_and_keeps_nothing_back() -> None:
    last = TODAY + timedelta(days=30)
    days = (last, last + timedelta(days=1), None)
    plan = Plan(tuple(replace(WHOLE, kind=kind, due=due) for kind in (*ActionKind, None) for due in days))
    late = [number for number, one in enumerate(plan.actions, 1) if one.due == days[1] and one.kind != "lasting"]
    assert beyond_order(plan, last) == tuple(Gap(GapCode.AFTER_ORDER, number, last) for number in late)
    assert beyond_order(plan, None) == ()
    assert not {GapCode.AFTER_ORDER} & {gap.code for gap in plan_gaps(plan, TODAY)}


def test_it_refuses_a_plan_without_actions() -> None:
    assert plan_gaps(Plan(), TODAY) == (Gap(GapCode.NO_ACTIONS),)
    assert submit_plan(PlanState.DRAFT, Plan(), TODAY) is Refusal.PLAN_INCOMPLETE


@given(st.lists(st.sets(st.sampled_from(sorted(EMPTY))), min_size=1, max_size=6))
def test_every_missing_point_is_named_once_with_its_action(holes: list[set[GapCode]]) -> None:
    changes = [{key: value for code in hole for key, value in EMPTY[code].items()} for hole in holes]
    plan = Plan(tuple(replace(WHOLE, **change) for change in changes))
    expected = {Gap(code, number) for number, hole in enumerate(holes, start=1) for code in hole}
    found = plan_gaps(plan, TODAY)
    assert set(found) == expected
    assert len(found) == len(expected)
    assert (submit_plan(PlanState.DRAFT, plan, TODAY) is Refusal.PLAN_INCOMPLETE) is bool(expected)


@pytest.mark.parametrize(
    ("kind", "days", "expected"),
    [
        (ActionKind.DATED, -1, [GapCode.DUE_PAST]),
        (ActionKind.DATED, 0, []),
        (ActionKind.DATED, 2000, []),
        (ActionKind.DATED, None, [GapCode.DUE]),
        (ActionKind.AT_ONCE, 30, []),
        (ActionKind.AT_ONCE, 31, [GapCode.AT_ONCE_TOO_LATE]),
        (ActionKind.AT_ONCE, None, [GapCode.DUE]),
        (ActionKind.LASTING, None, []),
        (ActionKind.LASTING, 31, []),
        (ActionKind.LASTING, -1, [GapCode.DUE_PAST]),
    ],
)
def test_it_refuses_days_past_or_against_the_kind(kind: ActionKind, days: int | None, expected: list[GapCode]) -> None:
    due = None if days is None else TODAY + timedelta(days=days)
    table = Holidays(working=frozenset([due] if due else ()))
    plan = Plan((replace(WHOLE, kind=kind, due=due),))
    assert [gap.code for gap in plan_gaps(plan, TODAY, table)] == expected


@pytest.mark.parametrize(
    ("kind", "days", "expected"),
    [
        (ActionKind.AT_ONCE, 20, Horizon.SHORT),
        (ActionKind.DATED, 90, Horizon.SHORT),
        (ActionKind.DATED, 91, Horizon.MEDIUM),
        (ActionKind.DATED, 365, Horizon.MEDIUM),
        (ActionKind.DATED, 366, Horizon.LONG),
        (ActionKind.DATED, None, None),
        (ActionKind.LASTING, None, Horizon.LONG),
        (ActionKind.LASTING, 5, Horizon.LONG),
    ],
)
def test_the_horizon_follows_from_kind_and_day(kind: ActionKind, days: int | None, expected: Horizon | None) -> None:
    due = None if days is None else TODAY + timedelta(days=days)
    assert horizon_of(kind, due, TODAY) is expected


@given(st.dates(TODAY, TODAY + timedelta(days=80)))
def test_a_last_day_on_a_day_off_is_a_gap_that_names_the_next_working_day(due: date) -> None:
    table = seed_holidays((2026, 2027))
    gaps = plan_gaps(Plan((replace(WHOLE, due=due),)), TODAY, table)
    expected = () if is_working_day(due, table) else (Gap(GapCode.DUE_DAY_OFF, 1, working_day_from(due, table)),)
    assert gaps == expected


def test_the_limits_are_a_setting() -> None:
    plan = Plan((replace(WHOLE, kind=ActionKind.AT_ONCE, due=TODAY + timedelta(days=13)),))
    assert plan_gaps(plan, TODAY, limits=HorizonLimits(at_once_days=12)) == (Gap(GapCode.AT_ONCE_TOO_LATE, 1),)


def test_it_refuses_a_lead_unit_that_helps_itself() -> None:
    assert codes(co_units=("信息中心", " 政务服务科")) == [GapCode.LEAD_IS_CO_UNIT]
    assert codes(co_units=()) == []


def test_every_gap_has_a_sentence() -> None:
    assert all(
        GAPS[code].startswith("第 %(number)s 项")
        for code in some(code for code in GapCode if code is not GapCode.NO_ACTIONS)
    )
    assert GAPS[GapCode.NO_ACTIONS].startswith("方案中还没有")


def test_issues_without_an_action_are_named_in_order() -> None:
    assert unanswered_issues(Plan((WHOLE,)), ["issue-3", "issue-1", "issue-2"]) == ("issue-3", "issue-2")


def test_every_event_is_answered_in_every_state() -> None:
    assert_total(PLAN_TABLE, PlanState, PlanEvent)
    assert all(PlanState.ANNOUNCED in reachable(PLAN_TABLE, state) for state in PlanState)


def test_it_refuses_to_change_what_lies_with_the_reviewer() -> None:
    assert next_plan_state(PlanState.SUBMITTED, PlanEvent.EDIT) is Refusal.TOO_LATE
    assert submit_plan(PlanState.SUBMITTED, Plan((WHOLE,)), TODAY) is Refusal.TOO_LATE
    assert next_plan_state(PlanState.ACCEPTED, PlanEvent.EDIT) is Refusal.TOO_LATE
    assert next_plan_state(PlanState.ANNOUNCED, PlanEvent.EDIT) is Refusal.ENDED


def test_it_refuses_to_return_a_plan_without_remarks() -> None:
    assert return_plan(PlanState.SUBMITTED, " ") is Refusal.PLAN_REMARKS_MISSING
    assert return_plan(PlanState.SUBMITTED, "第二项措施不具体") is PlanState.RETURNED
    assert return_plan(PlanState.DRAFT, "第二项措施不具体") is Refusal.TOO_EARLY
