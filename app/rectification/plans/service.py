"""Writing a unit's 整改方案, submitting and reviewing it, and making it public."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.acting import Acting
from app.core.chinese import CHINA
from app.core.db import locked
from app.core.errors import DomainError
from app.core.secrets import new_id
from app.opinions.reads import Issue
from app.rectification.models import RemedialAction, RemedialOrder, RemedialPlan
from app.rectification.orders.reads import OrderView, days_table, get_order
from app.rectification.orders.service import locked_order, note, order_moved, step_refused, today_of
from app.rectification.plans.issues import check_chosen, issues_for, source_words
from app.rectification.rules.ledger import ActionEvent, ActionState, next_action_state
from app.rectification.rules.orders import OrderEvent
from app.rectification.rules.plans import (
    PLAN_TABLE,
    Action,
    ActionKind,
    Plan,
    PlanEvent,
    PlanState,
    horizon_of,
    next_plan_state,
    return_plan,
    submit_plan,
)
from app.rectification.rules.refusals import Refusal
from app.rectification.rules.wording import PLAN_EVENTS, PLAN_STATES

MOST_ACTIONS = 60
CO_UNIT_MARK = "、"
PLANNED_TEXTS = (
    "problem", "goal", "due", "measures", "sponsor", "lead_unit", "owner", "commitment", "issue_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan with its rows in the unit's own order."""

    state: PlanState
    remarks: str
    submitted_by: str
    decided_by: str
    rows: tuple[RemedialAction, ...]
    submitted_on: date | None = None

    @property
    def plan(self) -> Plan:
        """The plan as the rules see it."""
        return Plan(tuple(planned(row) for row in self.rows))

    @property
    def version(self) -> str:
        """Which state of the plan this is, so that nobody overwrites what he has not seen."""
        return version_of(self.rows)

    @property
    def is_open(self) -> bool:
        """Whether it may still be edited."""
        return self.state in {PlanState.DRAFT, PlanState.RETURNED}


@dataclass(frozen=True, slots=True)
class PlanRow:
    """An action as it was typed; without ``id`` a new one."""

    id: str
    action: Action
    source: str


def planned(row: RemedialAction) -> Action:
    """Return what the plan says of an action."""
    return Action(
        problem=row.problem,
        goal=row.goal,
        kind=ActionKind(row.kind) if row.kind else None,
        due=row.due,
        measures=row.measures,
        sponsor=row.sponsor,
        lead_unit=row.lead_unit,
        co_units=tuple(part for part in row.co_units.split(CO_UNIT_MARK) if part),
        owner=row.owner,
        commitment=row.commitment,
        issue_id=row.issue_id,
    )


def version_of(rows: Sequence[RemedialAction]) -> str:
    """Return a mark that changes whenever the stored plan does."""
    texts = [[str(getattr(row, name)) for name in ("id", *PLANNED_TEXTS, "source", "kind", "co_units")] for row in rows]
    return sha256(json.dumps(texts).encode()).hexdigest()[:32]


def plan_of(session: Session, order: OrderView) -> PlanView | None:
    """Return the plan of the order that holds now, or None where the unit was not ordered."""
    row = session.get(RemedialPlan, (order.id, order.standing.attempt))
    if row is None:
        return None
    rows = tuple(_rows(session, order.id, order.standing.attempt))
    submitted_on = row.submitted_at.astimezone(CHINA).date() if row.submitted_at else None
    return PlanView(PlanState(row.state), row.remarks, row.submitted_by, row.decided_by, rows, submitted_on)


def _rows(session: Session, order_id: str, attempt: int) -> Sequence[RemedialAction]:
    query = select(RemedialAction).where(RemedialAction.order_id == order_id, RemedialAction.attempt == attempt)
    return session.scalars(query.order_by(RemedialAction.position)).all()


def save_plan(acting: Acting, order_id: str, rows: Sequence[PlanRow], seen: str | None = None) -> None:
    """Keep the draft, complete or not; rows that were left out are deleted, new ones added, the order kept.

    ``seen`` is the version that was edited; DomainError ``plan_changed`` where somebody else has saved another since.
    """
    order, plan = _open_plan(acting, order_id)
    _moved(plan, PlanEvent.EDIT)
    if len(rows) > MOST_ACTIONS:
        raise DomainError("plan_too_long", limit=MOST_ACTIONS)
    stored = _rows(acting.session, order.id, order.attempt)
    if seen not in {None, version_of(stored)}:
        raise DomainError("plan_changed")
    known = {row.id: row for row in stored}
    issues = {
        issue.id: issue for issue in issues_for(acting.session, get_order(acting.session, acting.actor, order_id))
    }
    check_chosen([row.action.issue_id for row in rows], issues.values(), [row.issue_id for row in stored])
    kept = [row.id for row in rows if row.id in known]
    acting.session.execute(delete(RemedialAction).where(RemedialAction.id.in_(known.keys() - set(kept))))
    for position, typed in enumerate(rows, start=1):
        row = known.get(typed.id) or _new_row(order)
        _fill(row, position, typed, issues.get(typed.action.issue_id))
        _class(row, today_of(acting))
        acting.session.add(row)
    audit.record(acting.session, acting.now, acting.actor, "plan.edit", order_id, actions=len(rows))


def _new_row(order: RemedialOrder) -> RemedialAction:
    return RemedialAction(
        id=new_id(), order_id=order.id, attempt=order.attempt, state=ActionState.DRAFTED.value, mode=order.mode
    )


def _fill(row: RemedialAction, position: int, typed: PlanRow, issue: Issue | None) -> None:
    """Keep what was typed; an issue that was chosen says what was left empty: the problem and its source."""
    action = typed.action
    row.position = position
    for name in PLANNED_TEXTS:
        setattr(row, name, getattr(action, name))
    row.source = typed.source or (source_words(issue) if issue else "")
    row.problem = action.problem or (issue.title if issue else "")
    row.kind = action.kind.value if action.kind else ""
    row.co_units = CO_UNIT_MARK.join(action.co_units)


def _class(row: RemedialAction, today: date) -> None:
    """Let 近期/中期/长期 follow from 分类; what was chosen before there were kinds stays until one is."""
    if row.kind:
        horizon = horizon_of(ActionKind(row.kind), row.due, today)
        row.horizon = horizon.value if horizon else ""


def submit(acting: Acting, order_id: str) -> None:
    """Submit a plan that lacks nothing; ``plan_incomplete`` otherwise, and the page names what is missing."""
    order, plan = _open_plan(acting, order_id)
    view = plan_of(acting.session, get_order(acting.session, acting.actor, order_id))
    planned_now = view.plan if view else Plan()
    table = days_table(acting.session, order.campaign_id, [action.due for action in planned_now.actions])
    after = submit_plan(PlanState(plan.state), planned_now, today_of(acting), table)
    plan.state = _or_refuse(after, plan, PlanEvent.SUBMIT).value
    for row in view.rows if view else ():
        _class(row, today_of(acting))
    plan.submitted_at, plan.submitted_by = acting.now, acting.actor.name
    order_moved(order, OrderEvent.SUBMIT_PLAN)
    note(acting, order, OrderEvent.SUBMIT_PLAN)
    audit.record(acting.session, acting.now, acting.actor, "plan.submit", order_id)


def send_back(acting: Acting, order_id: str, remarks: str) -> None:
    """Return a plan with remarks."""
    order, plan = _open_plan(acting, order_id)
    plan.state = _or_refuse(return_plan(PlanState(plan.state), remarks), plan, PlanEvent.RETURN).value
    plan.remarks = remarks
    _decided(acting, order, plan, OrderEvent.RETURN_PLAN, remarks)


def accept(acting: Acting, order_id: str) -> None:
    """Accept a plan: its actions become those of the ledger."""
    order, plan = _open_plan(acting, order_id)
    _moved(plan, PlanEvent.ACCEPT)
    plan.remarks = ""
    _move_all(acting.session, order, ActionEvent.APPROVE, None)
    _decided(acting, order, plan, OrderEvent.ACCEPT_PLAN, "")


def announce(acting: Acting, order_id: str) -> None:
    """Make the commitments public, from where the work begins."""
    order = locked_order(acting.session, order_id)
    order_moved(order, OrderEvent.BEGIN)
    _move_all(acting.session, order, ActionEvent.ANNOUNCE, today_of(acting))
    note(acting, order, OrderEvent.BEGIN)
    audit.record(acting.session, acting.now, acting.actor, "plan.announce", order_id)


def _decided(acting: Acting, order: RemedialOrder, plan: RemedialPlan, event: OrderEvent, text: str) -> None:
    if plan.submitted_by == acting.actor.name:
        raise DomainError("plan_own_review")
    plan.decided_at, plan.decided_by = acting.now, acting.actor.name
    order_moved(order, event)
    note(acting, order, event, text)
    audit.record(acting.session, acting.now, acting.actor, f"plan.{event.value}", order.id, text=text)


def _move_all(session: Session, order: RemedialOrder, event: ActionEvent, day: date | None) -> None:
    for row in _rows(session, order.id, order.attempt):
        after = next_action_state(ActionState(row.state), event)
        if isinstance(after, Refusal):
            continue
        row.state = after.value
        if day is not None:
            row.announced_on = day


def _open_plan(acting: Acting, order_id: str) -> tuple[RemedialOrder, RemedialPlan]:
    """Return order and plan within reach, held until the transaction ends."""
    get_order(acting.session, acting.actor, order_id)
    order = locked_order(acting.session, order_id)
    plan = locked(acting.session, RemedialPlan, (order.id, order.attempt))
    if plan is None:
        raise DomainError("order_unknown")
    return order, plan


def _moved(plan: RemedialPlan, event: PlanEvent) -> None:
    plan.state = _or_refuse(next_plan_state(PlanState(plan.state), event), plan, event).value


def _or_refuse(after: PlanState | Refusal, plan: RemedialPlan, event: PlanEvent) -> PlanState:
    if isinstance(after, Refusal):
        raise step_refused(after, PLAN_TABLE, (PlanState(plan.state), event), (PLAN_STATES, PLAN_EVENTS))
    return after
