"""Orders: every event is answered, ends can always be reached, failures are counted, dates are proposed."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rectification.rules.orders import (
    ORDER_ENDS,
    ORDER_EVENT_OF,
    ORDER_TABLE,
    Deadlines,
    OrderEvent,
    OrderState,
    Standing,
    Suggestion,
    Task,
    advance,
    confirmation_refusals,
    deadlines,
    next_order_state,
    retest_event,
    running_deadline,
    suggestion_after,
    waiver_refusals,
)
from app.rectification.rules.plans import PLAN_TABLE, PlanEvent, PlanState, next_plan_state
from app.rectification.rules.refusals import Refusal
from app.rectification.rules.workdays import NO_HOLIDAYS, Holidays, add_working_days, is_working_day, seed_holidays
from app.tally.verdict import Verdict
from tests.found import some
from tests.rectification.walks import assert_total, reachable

EVENTS = st.lists(st.sampled_from(OrderEvent), max_size=60)
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
TABLES = st.builds(Holidays, st.frozensets(DAYS, max_size=60), st.frozensets(DAYS, max_size=20))
MONDAY = date(2026, 11, 2)
ONE_ORDER = [
    OrderEvent.SUBMIT_PLAN, OrderEvent.ACCEPT_PLAN, OrderEvent.BEGIN, OrderEvent.COMPLETE,
    OrderEvent.PLAN_RETEST, OrderEvent.COUNT_RETEST,
]  # fmt: skip


def walk(standing: Standing, *events: OrderEvent) -> Standing:
    for event in events:
        after = advance(standing, event)
        assert isinstance(after, Standing), (standing, event)
        standing = after
    return standing


def test_it_works() -> None:
    closed = walk(Standing(), OrderEvent.CONFIRM, *ONE_ORDER, OrderEvent.CLOSE)
    assert closed == Standing(OrderState.CLOSED, attempt=1)


def test_every_event_is_answered_in_every_state() -> None:
    assert_total(ORDER_TABLE, OrderState, OrderEvent)


@pytest.mark.parametrize("state", OrderState)
def test_an_end_can_be_reached_from_everywhere(state: OrderState) -> None:
    assert reachable(ORDER_TABLE, state) & ORDER_ENDS
    assert (reachable(ORDER_TABLE, state) == {state}) is (state in ORDER_ENDS)


def test_every_state_is_reached_from_the_flag() -> None:
    assert reachable(ORDER_TABLE, OrderState.FLAGGED) == set(OrderState)


@pytest.mark.parametrize(
    ("state", "event", "refusal"),
    [
        (OrderState.FLAGGED, OrderEvent.SUBMIT_PLAN, Refusal.TOO_EARLY),
        (OrderState.ORDERED, OrderEvent.CONFIRM, Refusal.TOO_LATE),
        (OrderState.PLAN_RETURNED, OrderEvent.ACCEPT_PLAN, Refusal.TOO_EARLY),
        (OrderState.RETESTED, OrderEvent.ORDER_AGAIN, Refusal.TOO_EARLY),
        (OrderState.CLOSED, OrderEvent.ESCALATE, Refusal.ENDED),
        (OrderState.WAIVED, OrderEvent.CONFIRM, Refusal.ENDED),
    ],
)
def test_it_refuses_with_the_reason(state: OrderState, event: OrderEvent, refusal: Refusal) -> None:
    assert next_order_state(state, event) is refusal
    assert advance(Standing(state), event) is refusal


@given(EVENTS)
def test_failures_and_orders_are_counted_exactly(events: list[OrderEvent]) -> None:
    standing, applied = Standing(), []
    for event in events:
        after = advance(standing, event)
        if isinstance(after, Standing):
            standing = after
            applied.append(event)
    failures = applied.count(OrderEvent.ESCALATE)
    assert standing.attempt == applied.count(OrderEvent.CONFIRM) + applied.count(OrderEvent.ORDER_AGAIN)
    assert len(standing.suggestions) == failures
    assert standing.failures == (0 if standing.state is OrderState.CLOSED else failures)


@given(st.integers(2, 6), st.lists(st.booleans(), max_size=6))
def test_a_second_failure_in_a_row_always_records_the_suggestion(failures: int, voided: list[bool]) -> None:
    standing = walk(Standing(), OrderEvent.CONFIRM)
    again = [OrderEvent.VOID_RETEST, OrderEvent.PLAN_RETEST, OrderEvent.COUNT_RETEST]
    for attempt in range(failures):
        void = again if attempt < len(voided) and voided[attempt] else []
        standing = walk(standing, *ONE_ORDER, *void, OrderEvent.ESCALATE)
        assert standing.suggestions[-1] is (Suggestion.ORGANISATIONAL if attempt else Suggestion.TALK)
        standing = walk(standing, OrderEvent.ORDER_AGAIN)
    assert standing.failures == len(standing.suggestions) == failures
    assert standing.attempt == failures + 1


def test_a_suggestion_needs_a_failure() -> None:
    assert [suggestion_after(count) for count in (0, 1, 2, 3)] == [
        None, Suggestion.TALK, Suggestion.ORGANISATIONAL, Suggestion.ORGANISATIONAL,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("verdict", "event"),
    [
        (Verdict.MET, OrderEvent.CLOSE),
        (Verdict.ATTENTION, OrderEvent.CLOSE),
        (Verdict.REMEDIAL, OrderEvent.ESCALATE),
        (Verdict.TOO_FEW, OrderEvent.VOID_RETEST),
        (Verdict.INVALID, OrderEvent.VOID_RETEST),
    ],
)
def test_every_verdict_of_a_retest_has_its_meaning(verdict: Verdict, event: OrderEvent) -> None:
    assert retest_event(verdict) is event
    assert not isinstance(next_order_state(OrderState.RETESTED, event), Refusal)


@given(st.lists(st.sampled_from([*ORDER_EVENT_OF, PlanEvent.EDIT]), max_size=40))
def test_an_order_and_its_plan_go_together(events: list[PlanEvent]) -> None:
    order, plan = OrderState.ORDERED, PlanState.DRAFT
    for event in events:
        plan_after = next_plan_state(plan, event)
        if event in ORDER_EVENT_OF:
            order_after = next_order_state(order, ORDER_EVENT_OF[event])
            assert isinstance(order_after, Refusal) is isinstance(plan_after, Refusal)
            order = order if isinstance(order_after, Refusal) else order_after
        plan = plan if isinstance(plan_after, Refusal) else plan_after
    assert (plan, order) in {
        (PlanState.DRAFT, OrderState.ORDERED),
        (PlanState.RETURNED, OrderState.PLAN_RETURNED),
        (PlanState.SUBMITTED, OrderState.PLAN_SUBMITTED),
        (PlanState.ACCEPTED, OrderState.PLAN_ACCEPTED),
        (PlanState.ANNOUNCED, OrderState.IN_PROGRESS),
    }
    of_plans_alone = {PlanEvent.EDIT, PlanEvent.ASK, PlanEvent.WITHDRAW, PlanEvent.REDATE}
    assert {event for _, event in PLAN_TABLE} == set(ORDER_EVENT_OF) | of_plans_alone


def test_the_second_order_is_shorter_by_half() -> None:
    assert deadlines(MONDAY, 1, NO_HOLIDAYS) == Deadlines(date(2026, 11, 16), date(2026, 12, 2), date(2027, 1, 1))
    assert deadlines(MONDAY, 2, NO_HOLIDAYS) == Deadlines(date(2026, 11, 9), date(2026, 11, 17), date(2026, 12, 2))
    assert deadlines(MONDAY, 3, NO_HOLIDAYS) == deadlines(MONDAY, 2, NO_HOLIDAYS)


def test_ten_working_days_go_round_the_national_holidays() -> None:
    assert deadlines(date(2026, 9, 25), 1, seed_holidays([2026])).plan == date(2026, 10, 15)


@given(DAYS, TABLES)
def test_proposed_dates_can_always_be_ordered(ordered_on: date, table: Holidays) -> None:
    first, second = deadlines(ordered_on, 1, table), deadlines(ordered_on, 2, table)
    assert first.plan == add_working_days(ordered_on, 10, table)
    assert confirmation_refusals("文〔2026〕1号", "低于补课线", first, ordered_on) == ()
    assert confirmation_refusals("文〔2026〕2号", "复测未达标", second, ordered_on) == ()
    every = [getattr(dates, name) for dates in (first, second) for name in ("plan", "remedial", "retest")]
    assert all(is_working_day(day, table) for day in some(every))
    assert (second.plan, second.remedial, second.retest) <= (first.plan, first.remedial, first.retest)


def test_it_refuses_an_order_without_number_reason_or_order_of_dates() -> None:
    backwards = Deadlines(plan=MONDAY, remedial=MONDAY - timedelta(days=1), retest=MONDAY - timedelta(days=2))
    assert confirmation_refusals(" ", "无", backwards, MONDAY) == (
        Refusal.ORDER_DOCUMENT_MISSING,
        Refusal.ORDER_REASON_MISSING,
        Refusal.ORDER_PLAN_DUE_PAST,
        Refusal.ORDER_REMEDIAL_BEFORE_PLAN,
        Refusal.ORDER_RETEST_BEFORE_REMEDIAL,
    )


def test_it_refuses_a_waiver_without_reason() -> None:
    assert waiver_refusals("略") == (Refusal.ORDER_REASON_MISSING,)
    assert waiver_refusals("单位已撤并") == ()


def test_the_deadline_that_runs_follows_the_state() -> None:
    dates = deadlines(MONDAY, 1, NO_HOLIDAYS)
    running = {state: running_deadline(state, dates) for state in OrderState}
    assert running[OrderState.PLAN_RETURNED] == (Task.PLAN, dates.plan)
    assert running[OrderState.PLAN_SUBMITTED] == (Task.REMEDIAL, dates.remedial)
    assert running[OrderState.RETEST_PLANNED] == (Task.RETEST, dates.retest)
    idle = {state for state, deadline in running.items() if deadline is None}
    assert idle == ORDER_ENDS | {OrderState.FLAGGED, OrderState.RETESTED, OrderState.ESCALATED}
