"""Writing a unit's 整改方案, submitting and reviewing it, and making it public."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.acting import Acting, Principal
from app.core.chinese import CHINA
from app.core.db import locked
from app.core.errors import DomainError
from app.core.secrets import new_id
from app.rectification.messages.notify import PLAN_TO_SIGN, tell_of_plan
from app.rectification.models import PlanEntry, RemedialAction, RemedialOrder, UnitPlan
from app.rectification.orders.reads import OrderView, days_table, remedial_due
from app.rectification.orders.service import locked_order, note, order_moved, step_refused, today_of
from app.rectification.plans.issues import Issue, check_chosen, issues_for
from app.rectification.plans.reads import PlanHead, get_head, plan_of_order
from app.rectification.rules.ledger import ActionEvent, ActionState, next_action_state
from app.rectification.rules.orders import ORDER_EVENT_OF
from app.rectification.rules.plans import (
    PLAN_TABLE,
    Action,
    ActionKind,
    Plan,
    PlanEvent,
    PlanState,
    beyond_order,
    horizon_of,
    next_plan_state,
    return_plan,
    submit_plan,
)
from app.rectification.rules.refusals import Refusal
from app.rectification.rules.signing import UNSIGNED, Signature
from app.rectification.rules.wording import PLAN_EVENTS, PLAN_STATES
from app.rectification.signing import service as signing

MOST_ACTIONS = 60
CO_UNIT_MARK = "、"
_BETWEEN = re.compile(r"[、,，;；\n]")
"""What people write between two 协办单位."""
PLANNED_TEXTS = (
    "problem", "goal", "due", "measures", "sponsor", "lead_unit", "owner", "commitment", "issue_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan with its rows in the unit's own order; ``request`` is what was written when it was asked for."""

    head: PlanHead
    request: str
    remarks: str
    submitted_by: str
    decided_by: str
    rows: tuple[RemedialAction, ...]
    submitted_on: date | None = None
    signature: Signature = UNSIGNED
    last: date | None = None
    """The day until which its order wants 补课 done."""

    @property
    def beyond(self) -> frozenset[int]:
        """The numbers of the actions that are to end behind that day."""
        return frozenset(gap.action for gap in beyond_order(self.plan, self.last))

    @property
    def state(self) -> PlanState:
        """Where it stands."""
        return self.head.state

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
        return self.head.is_open


@dataclass(frozen=True, slots=True)
class PlanRow:
    """An action as it was typed; without ``id`` a new one."""

    id: str
    action: Action
    source: str


def co_units_in(text: str) -> tuple[str, ...]:
    """Return the units that somebody typed."""
    return tuple(part for each in _BETWEEN.split(text) if (part := each.strip()))


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


def get_plan(session: Session, staff: Principal, plan_id: str) -> PlanView:
    """Return a plan within reach; DomainError ``plan_unknown``."""
    return _view(session, get_head(session, staff, plan_id))


def plan_of(session: Session, order: OrderView) -> PlanView | None:
    """Return the plan of the order that holds now, or None where the unit was not ordered."""
    head = plan_of_order(session, order.id, order.standing.attempt)
    return None if head is None else _view(session, head)


def _view(session: Session, head: PlanHead) -> PlanView:
    row = session.get_one(UnitPlan, head.id)
    submitted_on = row.submitted_at.astimezone(CHINA).date() if row.submitted_at else None
    rows = tuple(_rows(session, head.id))
    texts = (row.request, row.remarks, row.submitted_by, row.decided_by)
    last = remedial_due(session, head.order_id, head.attempt) if head.order_id else None
    return PlanView(head, *texts, rows, submitted_on, signing.signature_of(row), last)


def entries_of(session: Session, plan_id: str) -> Sequence[PlanEntry]:
    """Return what happened to a plan without an order, oldest first."""
    rows = select(PlanEntry).where(PlanEntry.plan_id == plan_id)
    return session.scalars(rows.order_by(PlanEntry.at, PlanEntry.id)).all()


def _rows(session: Session, plan_id: str) -> Sequence[RemedialAction]:
    query = select(RemedialAction).where(RemedialAction.plan_id == plan_id)
    return session.scalars(query.order_by(RemedialAction.position)).all()


def save_plan(acting: Acting, plan_id: str, rows: Sequence[PlanRow], seen: str | None = None) -> None:
    """Keep the draft, complete or not; rows that were left out are deleted, new ones added, the order kept.

    ``seen`` is the version that was edited; DomainError ``plan_changed`` where somebody else has saved another since.
    """
    plan = held_plan(acting, plan_id)
    moved(plan, next_plan_state(PlanState(plan.state), PlanEvent.EDIT), PlanEvent.EDIT)
    if len(rows) > MOST_ACTIONS:
        raise DomainError("plan_too_long", limit=MOST_ACTIONS)
    stored = _rows(acting.session, plan_id)
    if seen not in {None, version_of(stored)}:
        raise DomainError("plan_changed")
    known = {row.id: row for row in stored}
    head = get_head(acting.session, acting.actor, plan_id)
    issues = {issue.id: issue for issue in issues_for(acting.session, acting.actor, acting.now, head)}
    check_chosen([row.action.issue_id for row in rows], issues.values(), [row.issue_id for row in stored])
    kept = [row.id for row in rows if row.id in known]
    acting.session.execute(delete(RemedialAction).where(RemedialAction.id.in_(known.keys() - set(kept))))
    mode = _mode(acting.session, plan)
    for position, typed in enumerate(rows, start=1):
        row = known.get(typed.id) or _new_row(plan, mode)
        _fill(row, position, typed, issues.get(typed.action.issue_id))
        _class(row, today_of(acting))
        acting.session.add(row)
    audit.record(acting.session, acting.now, acting.actor, "plan.edit", plan_id, actions=len(rows))


def _mode(session: Session, plan: UnitPlan) -> str:
    """Return how new actions are supervised: as their order is."""
    return session.get_one(RemedialOrder, plan.order_id).mode if plan.order_id else ""


def _new_row(plan: UnitPlan, mode: str) -> RemedialAction:
    return RemedialAction(id=new_id(), plan_id=plan.id, state=ActionState.DRAFTED.value, mode=mode)


def _fill(row: RemedialAction, position: int, typed: PlanRow, issue: Issue | None) -> None:
    """Keep what was typed; an issue that was chosen says what was left empty: the problem and its source."""
    action = typed.action
    row.position = position
    for name in PLANNED_TEXTS:
        setattr(row, name, getattr(action, name))
    row.source = typed.source or (issue.source if issue else "")
    row.problem = action.problem or (issue.title if issue else "")
    row.kind = action.kind.value if action.kind else ""
    row.co_units = CO_UNIT_MARK.join(action.co_units)


def _class(row: RemedialAction, today: date) -> None:
    """Let 近期/中期/长期 follow from 分类; what was chosen before there were kinds stays until one is."""
    if row.kind:
        horizon = horizon_of(ActionKind(row.kind), row.due, today)
        row.horizon = horizon.value if horizon else ""


def submit(acting: Acting, plan_id: str) -> None:
    """Submit a plan that lacks nothing; ``plan_incomplete`` otherwise, and the page names what is missing."""
    plan = held_plan(acting, plan_id)
    rows = _rows(acting.session, plan_id)
    planned_now = Plan(tuple(planned(row) for row in rows))
    table = days_table(acting.session, plan.campaign_id, [action.due for action in planned_now.actions])
    for row in rows:
        _class(row, today_of(acting))
    moved(plan, submit_plan(PlanState(plan.state), planned_now, today_of(acting), table), PlanEvent.SUBMIT)
    plan.submitted_at, plan.submitted_by = acting.now, acting.actor.name
    signing.unsign(plan)
    head = get_head(acting.session, acting.actor, plan_id)
    signing.ask_head(acting, plan.unit_id, PLAN_TO_SIGN.format(unit=head.unit_name), head.home)
    followed(acting, plan, PlanEvent.SUBMIT)


def send_back(acting: Acting, plan_id: str, remarks: str) -> None:
    """Return a plan with remarks."""
    plan = held_plan(acting, plan_id)
    moved(plan, return_plan(PlanState(plan.state), remarks), PlanEvent.RETURN)
    plan.remarks = remarks
    signing.unsign(plan)
    _decided(acting, plan)
    followed(acting, plan, PlanEvent.RETURN, remarks)


def accept(acting: Acting, plan_id: str) -> None:
    """Accept a plan: its actions become those of the ledger."""
    plan = held_plan(acting, plan_id)
    after = next_plan_state(PlanState(plan.state), PlanEvent.ACCEPT)
    if not isinstance(after, Refusal):
        signing.refuse_unsigned(acting, plan, plan.campaign_id, "plan_unsigned")
    moved(plan, after, PlanEvent.ACCEPT)
    plan.remarks = ""
    _move_all(acting.session, plan_id, ActionEvent.APPROVE, None)
    _decided(acting, plan)
    followed(acting, plan, PlanEvent.ACCEPT)


def announce(acting: Acting, plan_id: str) -> None:
    """Make the commitments public, from where the work begins."""
    plan = held_plan(acting, plan_id)
    moved(plan, next_plan_state(PlanState(plan.state), PlanEvent.ANNOUNCE), PlanEvent.ANNOUNCE)
    _move_all(acting.session, plan_id, ActionEvent.ANNOUNCE, today_of(acting))
    followed(acting, plan, PlanEvent.ANNOUNCE)


def _decided(acting: Acting, plan: UnitPlan) -> None:
    if plan.submitted_by == acting.actor.name:
        raise DomainError("plan_own_review")
    plan.decided_at, plan.decided_by = acting.now, acting.actor.name


def followed(acting: Acting, plan: UnitPlan, event: PlanEvent, text: str = "") -> None:
    """Move the order of a plan on with it, write down what happened, and tell those who wait for it."""
    if plan.order_id is None:
        add_entry(acting, plan, event, text)
    else:
        order = locked_order(acting.session, plan.order_id)
        order_moved(order, ORDER_EVENT_OF[event])
        note(acting, order, ORDER_EVENT_OF[event], text)
    audit.record(acting.session, acting.now, acting.actor, f"plan.{event.value}", plan.id, text=text)


def add_entry(acting: Acting, plan: UnitPlan, event: PlanEvent, text: str = "") -> None:
    """Write into the history of a plan without an order, and into the inboxes of those who wait for it."""
    write_entry(acting, plan, event, text)
    tell_of_plan(acting, plan, event)


def write_entry(acting: Acting, plan: UnitPlan, event: PlanEvent, text: str = "") -> None:
    """Write into the history of a plan without an order."""
    entry = PlanEntry(
        id=new_id(), plan_id=plan.id, at=acting.now, by_name=acting.actor.name, event=event.value, text=text
    )
    acting.session.add(entry)


def _move_all(session: Session, plan_id: str, event: ActionEvent, day: date | None) -> None:
    for row in _rows(session, plan_id):
        after = next_action_state(ActionState(row.state), event)
        if isinstance(after, Refusal):
            continue
        row.state = after.value
        if day is not None:
            row.announced_on = day


def held_plan(acting: Acting, plan_id: str) -> UnitPlan:
    """Return a plan within reach, held until the transaction ends, its order before it."""
    head = get_head(acting.session, acting.actor, plan_id)
    if head.order_id:
        locked_order(acting.session, head.order_id)
    plan = locked(acting.session, UnitPlan, plan_id)
    if plan is None:
        raise DomainError("plan_unknown")
    return plan


def moved(plan: UnitPlan, after: PlanState | Refusal, event: PlanEvent) -> None:
    """Let a plan stand where an event leads; a refusal is an error."""
    if isinstance(after, Refusal):
        raise step_refused(after, PLAN_TABLE, (PlanState(plan.state), event), (PLAN_STATES, PLAN_EVENTS))
    plan.state = after.value
