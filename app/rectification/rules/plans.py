"""A 整改方案: actions with 四明确一承诺, and what is still missing from it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.rectification.rules.blank import is_blank
from app.rectification.rules.refusals import Refusal
from app.rectification.rules.transitions import total_table
from app.rectification.rules.workdays import NO_HOLIDAYS, Holidays, is_working_day, working_day_from


class Horizon(StrEnum):
    """近期, 中期, 长期."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


class ActionKind(StrEnum):
    """分类: 立行立改, 限期整改, 长期坚持; what the plan asks for, and what 近期/中期/长期 follows from."""

    AT_ONCE = "at_once"
    DATED = "dated"
    LASTING = "lasting"


@dataclass(frozen=True, slots=True)
class HorizonLimits:
    """The most days that 立行立改 may take, and that are still 近期 and 中期; what is later is 长期."""

    short_days: int = 90
    medium_days: int = 365
    at_once_days: int = 30


@dataclass(frozen=True, slots=True)
class Action:
    """One 整改事项 as planned; empty text and None are what has not been filled in yet."""

    problem: str = ""
    goal: str = ""
    kind: ActionKind | None = None
    due: date | None = None
    measures: str = ""
    sponsor: str = ""
    lead_unit: str = ""
    co_units: tuple[str, ...] = ()
    owner: str = ""
    commitment: str = ""
    issue_id: str = ""
    """The issue (问题) it comes from; empty if it answers none."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The actions in the unit's own order; an action's number is its place, from 1."""

    actions: tuple[Action, ...] = ()


class GapCode(StrEnum):
    """What a plan lacks, or says twice and differently."""

    NO_ACTIONS = "no_actions"
    PROBLEM = "problem"
    GOAL = "goal"
    KIND = "kind"
    DUE = "due"
    MEASURES = "measures"
    SPONSOR = "sponsor"
    LEAD_UNIT = "lead_unit"
    OWNER = "owner"
    COMMITMENT = "commitment"
    DUE_PAST = "due_past"
    AT_ONCE_TOO_LATE = "at_once_too_late"
    LEAD_IS_CO_UNIT = "lead_is_co_unit"
    DUE_DAY_OFF = "due_day_off"
    AFTER_ORDER = "after_order"


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing to put right; ``action`` is the action's number, 0 the plan as a whole. ``wording.GAPS`` words it.

    ``day`` is the day to choose instead, where there is one.
    """

    code: GapCode
    action: int = 0
    day: date | None = None


DEFAULT_LIMITS = HorizonLimits()


def plan_gaps(
    plan: Plan, today: date, holidays: Holidays = NO_HOLIDAYS, limits: HorizonLimits = DEFAULT_LIMITS
) -> tuple[Gap, ...]:
    """Name all that keeps a plan from being submitted, action by action."""
    if not plan.actions:
        return (Gap(GapCode.NO_ACTIONS),)
    return tuple(
        gap
        for number, action in enumerate(plan.actions, start=1)
        for gap in _gaps(number, action, (today, holidays), limits)
    )


def beyond_order(plan: Plan, last: date | None) -> tuple[Gap, ...]:
    """Name the actions that are to end after the ``last`` day of the order that wants the plan: a warning, not a gap.

    What takes longer may go on behind the retest, but nobody shall find that out then; 长期坚持 ends on no day.
    """
    return tuple(
        Gap(GapCode.AFTER_ORDER, number, last)
        for number, action in enumerate(plan.actions, 1)
        if action.kind is not ActionKind.LASTING and is_after(action.due, last)
    )


def is_after(due: date | None, last: date | None) -> bool:
    """Whether a day lies behind the last one; what has no day does not."""
    return due is not None and last is not None and due > last


def _gaps(number: int, action: Action, when: tuple[date, Holidays], limits: HorizonLimits) -> Iterator[Gap]:
    today, holidays = when
    for code in (*_missing(action), *_contradictions(action, today, limits)):
        yield Gap(code, number)
    if action.due is not None and action.due >= today and not is_working_day(action.due, holidays):
        yield Gap(GapCode.DUE_DAY_OFF, number, working_day_from(action.due, holidays))


def _missing(action: Action) -> Iterator[GapCode]:
    texts = {
        GapCode.PROBLEM: action.problem,
        GapCode.GOAL: action.goal,
        GapCode.MEASURES: action.measures,
        GapCode.SPONSOR: action.sponsor,
        GapCode.LEAD_UNIT: action.lead_unit,
        GapCode.OWNER: action.owner,
        GapCode.COMMITMENT: action.commitment,
    }
    empty = {code for code, text in texts.items() if is_blank(text)}
    empty |= {GapCode.KIND} if action.kind is None else set()
    empty |= {GapCode.DUE} if action.due is None and action.kind is not ActionKind.LASTING else set()
    return (code for code in GapCode if code in empty)


def _contradictions(action: Action, today: date, limits: HorizonLimits) -> Iterator[GapCode]:
    if action.due is not None and action.due < today:
        yield GapCode.DUE_PAST
    elif action.due is not None and action.kind is ActionKind.AT_ONCE and action.due > _at_once_until(today, limits):
        yield GapCode.AT_ONCE_TOO_LATE
    if not is_blank(action.lead_unit) and action.lead_unit.strip() in {unit.strip() for unit in action.co_units}:
        yield GapCode.LEAD_IS_CO_UNIT


def _at_once_until(today: date, limits: HorizonLimits) -> date:
    return today + timedelta(days=limits.at_once_days)


def horizon_of(
    kind: ActionKind, due: date | None, today: date, limits: HorizonLimits = DEFAULT_LIMITS
) -> Horizon | None:
    """Return 时限类型 as it follows from 分类 and the last day; None where that day is still missing.

    What is asked once cannot contradict itself: 立行立改 is 近期, 长期坚持 is 长期, 限期整改 goes by its last day.
    """
    if kind is not ActionKind.DATED:
        return Horizon.SHORT if kind is ActionKind.AT_ONCE else Horizon.LONG
    if due is None:
        return None
    days = (due - today).days
    if days <= limits.short_days:
        return Horizon.SHORT
    return Horizon.MEDIUM if days <= limits.medium_days else Horizon.LONG


def unanswered_issues(plan: Plan, issue_ids: Iterable[str]) -> tuple[str, ...]:
    """Return the issues that no action of the plan comes from, in their order: a warning, not a gap."""
    answered = {action.issue_id for action in plan.actions}
    return tuple(issue_id for issue_id in issue_ids if issue_id not in answered)


class Origin(StrEnum):
    """Why a unit makes a plan: an order of 补课 wants it, or it was asked for without one."""

    ORDER = "order"
    ASKED = "asked"


class PlanState(StrEnum):
    """Where a plan stands, in the order of its way; the last two are ends."""

    DRAFT = "draft"
    RETURNED = "returned"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    ANNOUNCED = "announced"
    WITHDRAWN = "withdrawn"


class PlanEvent(StrEnum):
    """What can happen to a plan."""

    ASK = "ask"
    EDIT = "edit"
    SUBMIT = "submit"
    RETURN = "return"
    ACCEPT = "accept"
    ANNOUNCE = "announce"
    WITHDRAW = "withdraw"
    REDATE = "redate"


PLANS_OPEN = frozenset((PlanState.DRAFT, PlanState.RETURNED))
"""States in which the unit writes."""
PLANS_IN_FORCE = frozenset((PlanState.ACCEPTED, PlanState.ANNOUNCED))
"""States in which the plan's actions stand in the ledger."""
_WRITTEN = {PlanEvent.SUBMIT: PlanState.SUBMITTED, PlanEvent.WITHDRAW: PlanState.WITHDRAWN}

PLAN_TABLE = total_table(
    PlanState,
    PlanEvent,
    moves={
        PlanState.DRAFT: {PlanEvent.EDIT: PlanState.DRAFT, PlanEvent.REDATE: PlanState.DRAFT, **_WRITTEN},
        PlanState.RETURNED: {
            PlanEvent.EDIT: PlanState.RETURNED,
            PlanEvent.REDATE: PlanState.RETURNED,
            PlanEvent.SUBMIT: PlanState.SUBMITTED,
        },
        PlanState.SUBMITTED: {PlanEvent.RETURN: PlanState.RETURNED, PlanEvent.ACCEPT: PlanState.ACCEPTED},
        PlanState.ACCEPTED: {PlanEvent.ANNOUNCE: PlanState.ANNOUNCED},
        PlanState.WITHDRAWN: {PlanEvent.ASK: PlanState.DRAFT},
    },
    ends=dict.fromkeys((PlanState.ANNOUNCED, PlanState.WITHDRAWN), Refusal.ENDED),
)


def plan_may_be_signed(state: PlanState) -> bool:
    """Whether a plan lies with its reviewer or was accepted, so that the head of the unit may sign it off."""
    return state is PlanState.SUBMITTED or state in PLANS_IN_FORCE


def next_plan_state(state: PlanState, event: PlanEvent) -> PlanState | Refusal:
    """Return the state after the event, or why there is none."""
    return PLAN_TABLE[state, event]


def submit_plan(state: PlanState, plan: Plan, today: date, holidays: Holidays = NO_HOLIDAYS) -> PlanState | Refusal:
    """Submit a plan that has no gaps; ``PLAN_INCOMPLETE`` otherwise."""
    after = next_plan_state(state, PlanEvent.SUBMIT)
    if not isinstance(after, Refusal) and plan_gaps(plan, today, holidays):
        return Refusal.PLAN_INCOMPLETE
    return after


def return_plan(state: PlanState, remarks: str) -> PlanState | Refusal:
    """Return a plan with remarks, so that the unit knows what to change."""
    after = next_plan_state(state, PlanEvent.RETURN)
    if not isinstance(after, Refusal) and is_blank(remarks):
        return Refusal.PLAN_REMARKS_MISSING
    return after


def redate_plan(state: PlanState, before: date, due: date, today: date, reason: str) -> PlanState | Refusal:
    """Change the day until which a plan is asked for, earlier or later, while the unit still writes it."""
    after = next_plan_state(state, PlanEvent.REDATE)
    found = {
        Refusal.PLAN_DUE_PAST: due <= today,
        Refusal.PLAN_DUE_SAME: due == before,
        Refusal.ORDER_REASON_MISSING: is_blank(reason),
    }
    if isinstance(after, Refusal):
        return after
    return next((refusal for refusal, applies in found.items() if applies), after)
