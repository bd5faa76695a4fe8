"""The life of one 补课 order, from the flag to the passed retest; a person decides, the system only counts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from math import ceil

from app.rectification.rules.blank import is_blank
from app.rectification.rules.plans import PlanEvent
from app.rectification.rules.refusals import Refusal
from app.rectification.rules.transitions import total_table
from app.rectification.rules.workdays import Holidays, add_working_days, working_day_from
from app.tally.verdict import Verdict


class OrderState(StrEnum):
    """States in the order of their way; the last two are ends."""

    FLAGGED = "flagged"
    ORDERED = "ordered"
    PLAN_RETURNED = "plan_returned"
    PLAN_SUBMITTED = "plan_submitted"
    PLAN_ACCEPTED = "plan_accepted"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    RETEST_PLANNED = "retest_planned"
    RETESTED = "retested"
    ESCALATED = "escalated"
    CLOSED = "closed"
    WAIVED = "waived"


class OrderEvent(StrEnum):
    """What can happen to an order."""

    CONFIRM = "confirm"
    WAIVE = "waive"
    SUBMIT_PLAN = "submit_plan"
    RETURN_PLAN = "return_plan"
    ACCEPT_PLAN = "accept_plan"
    BEGIN = "begin"
    COMPLETE = "complete"
    SEND_BACK = "send_back"
    PLAN_RETEST = "plan_retest"
    COUNT_RETEST = "count_retest"
    VOID_RETEST = "void_retest"
    CLOSE = "close"
    ESCALATE = "escalate"
    ORDER_AGAIN = "order_again"


ORDER_ENDS = frozenset((OrderState.CLOSED, OrderState.WAIVED))
ORDER_TABLE = total_table(
    OrderState,
    OrderEvent,
    moves={
        OrderState.FLAGGED: {OrderEvent.CONFIRM: OrderState.ORDERED, OrderEvent.WAIVE: OrderState.WAIVED},
        OrderState.ORDERED: {OrderEvent.SUBMIT_PLAN: OrderState.PLAN_SUBMITTED},
        OrderState.PLAN_RETURNED: {OrderEvent.SUBMIT_PLAN: OrderState.PLAN_SUBMITTED},
        OrderState.PLAN_SUBMITTED: {
            OrderEvent.RETURN_PLAN: OrderState.PLAN_RETURNED,
            OrderEvent.ACCEPT_PLAN: OrderState.PLAN_ACCEPTED,
        },
        OrderState.PLAN_ACCEPTED: {OrderEvent.BEGIN: OrderState.IN_PROGRESS},
        OrderState.IN_PROGRESS: {OrderEvent.COMPLETE: OrderState.COMPLETED},
        OrderState.COMPLETED: {
            OrderEvent.SEND_BACK: OrderState.IN_PROGRESS,
            OrderEvent.PLAN_RETEST: OrderState.RETEST_PLANNED,
        },
        # A void retest, or one with too few answers, says nothing: it is held again.
        OrderState.RETEST_PLANNED: {
            OrderEvent.COUNT_RETEST: OrderState.RETESTED,
            OrderEvent.VOID_RETEST: OrderState.COMPLETED,
        },
        OrderState.RETESTED: {
            OrderEvent.VOID_RETEST: OrderState.COMPLETED,
            OrderEvent.CLOSE: OrderState.CLOSED,
            OrderEvent.ESCALATE: OrderState.ESCALATED,
        },
        OrderState.ESCALATED: {OrderEvent.ORDER_AGAIN: OrderState.ORDERED},
    },
    ends=dict.fromkeys(ORDER_ENDS, Refusal.ENDED),
)


def next_order_state(state: OrderState, event: OrderEvent) -> OrderState | Refusal:
    """Return the state after the event, or why there is none."""
    return ORDER_TABLE[state, event]


ORDER_EVENT_OF: Mapping[PlanEvent, OrderEvent] = {
    PlanEvent.SUBMIT: OrderEvent.SUBMIT_PLAN,
    PlanEvent.RETURN: OrderEvent.RETURN_PLAN,
    PlanEvent.ACCEPT: OrderEvent.ACCEPT_PLAN,
    PlanEvent.ANNOUNCE: OrderEvent.BEGIN,
}
"""What happens to the order together with its plan."""


def retest_event(verdict: Verdict) -> OrderEvent:
    """Say what the result of a retest means; 提醒 stands above the remedial line and passes."""
    if verdict is Verdict.REMEDIAL:
        return OrderEvent.ESCALATE
    return OrderEvent.CLOSE if verdict in {Verdict.MET, Verdict.ATTENTION} else OrderEvent.VOID_RETEST


class Suggestion(StrEnum):
    """What is recorded after failed retests; text for those who decide, never an act of the system."""

    TALK = "talk"
    ORGANISATIONAL = "organisational"


def suggestion_after(failures: int) -> Suggestion | None:
    """约谈 or 诫勉谈话 after one failed retest, 组织处理 from the second in a row."""
    if failures <= 0:
        return None
    return Suggestion.TALK if failures == 1 else Suggestion.ORGANISATIONAL


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a unit's order stands; ``failures`` counts failed retests in a row, ``suggestions`` has one for each."""

    state: OrderState = OrderState.FLAGGED
    attempt: int = 0
    failures: int = 0
    suggestions: tuple[Suggestion, ...] = ()


def advance(standing: Standing, event: OrderEvent) -> Standing | Refusal:
    """Apply an event; counts orders and failures, and records the suggestion in the same step as the failure."""
    after = next_order_state(standing.state, event)
    if isinstance(after, Refusal):
        return after
    if event in {OrderEvent.CONFIRM, OrderEvent.ORDER_AGAIN}:
        return replace(standing, state=after, attempt=standing.attempt + 1)
    if event is OrderEvent.ESCALATE:
        failures = standing.failures + 1
        suggestion = suggestion_after(failures)
        recorded = standing.suggestions + ((suggestion,) if suggestion else ())
        return replace(standing, state=after, failures=failures, suggestions=recorded)
    if event is OrderEvent.CLOSE:
        return replace(standing, state=after, failures=0)
    return replace(standing, state=after)


@dataclass(frozen=True, slots=True)
class OrderRules:
    """How long things take; a second order takes the part ``again`` of the first, rounded up."""

    plan_working_days: int = 10
    remedial_days: int = 30
    retest_days: int = 60
    again: Fraction = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The last days for the plan, for 补课 itself and for the retest."""

    plan: date
    remedial: date
    retest: date


DEFAULT_RULES = OrderRules()


def deadlines(ordered_on: date, attempt: int, holidays: Holidays, rules: OrderRules = DEFAULT_RULES) -> Deadlines:
    """Propose the dates of an order, working days all; every attempt after the first gets the shorter times."""
    part = Fraction(1) if attempt <= 1 else rules.again
    plan = add_working_days(ordered_on, ceil(rules.plan_working_days * part), holidays)
    # Around long holidays the working days can reach further than the calendar days do.
    remedial = working_day_from(max(plan, ordered_on + timedelta(days=ceil(rules.remedial_days * part))), holidays)
    retest = working_day_from(max(remedial, ordered_on + timedelta(days=ceil(rules.retest_days * part))), holidays)
    return Deadlines(plan, remedial, retest)


def confirmation_refusals(number: str, reason: str, dates: Deadlines, ordered_on: date) -> tuple[Refusal, ...]:
    """Name what an order lacks: document number, reason, dates to come and in their order."""
    found = {
        Refusal.ORDER_DOCUMENT_MISSING: is_blank(number),
        Refusal.ORDER_REASON_MISSING: is_blank(reason),
        Refusal.ORDER_PLAN_DUE_PAST: dates.plan <= ordered_on,
        Refusal.ORDER_REMEDIAL_BEFORE_PLAN: dates.remedial < dates.plan,
        Refusal.ORDER_RETEST_BEFORE_REMEDIAL: dates.retest < dates.remedial,
    }
    return tuple(refusal for refusal, applies in found.items() if applies)


def waiver_refusals(reason: str) -> tuple[Refusal, ...]:
    """Name what a waiver lacks: its reason."""
    return (Refusal.ORDER_REASON_MISSING,) if is_blank(reason) else ()


class Task(StrEnum):
    """What an order waits for."""

    PLAN = "plan"
    REMEDIAL = "remedial"
    RETEST = "retest"


_TASKS: Mapping[OrderState, Task] = {
    OrderState.ORDERED: Task.PLAN,
    OrderState.PLAN_RETURNED: Task.PLAN,
    OrderState.PLAN_SUBMITTED: Task.REMEDIAL,
    OrderState.PLAN_ACCEPTED: Task.REMEDIAL,
    OrderState.IN_PROGRESS: Task.REMEDIAL,
    OrderState.COMPLETED: Task.RETEST,
    OrderState.RETEST_PLANNED: Task.RETEST,
}


def running_deadline(state: OrderState, dates: Deadlines) -> tuple[Task, date] | None:
    """Return what is due next and when; None while it is a person's turn to decide, and in the ends."""
    task = _TASKS.get(state)
    if task is None:
        return None
    return task, {Task.PLAN: dates.plan, Task.REMEDIAL: dates.remedial, Task.RETEST: dates.retest}[task]
