"""What happens to actions of the 整改台账: progress, completion, acceptance, extension, and the other ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.acting import Acting, Principal
from app.core.chinese import chinese_day
from app.core.db import locked
from app.core.errors import DomainError
from app.core.secrets import new_id
from app.rectification.messages.notify import (
    ACTION_TO_SIGN,
    EXTENSION,
    EXTENSION_DECIDED,
    action_title,
    tell_of_action,
)
from app.rectification.models import ActionEntry, ActionExtension, RemedialAction
from app.rectification.orders.reads import refuse_days_off, remedial_due
from app.rectification.orders.service import step_refused, today_of
from app.rectification.plans.reads import PlanHead, get_head
from app.rectification.rules.allowed import reader_powers
from app.rectification.rules.ledger import (
    ACTION_TABLE,
    Act,
    ActionEvent,
    ActionState,
    Extension,
    LedgerAction,
    ask_extension,
    decide_extension,
    last_of,
    move,
    overdue,
)
from app.rectification.rules.people import Person
from app.rectification.rules.plans import ActionKind
from app.rectification.rules.ratings import Measured
from app.rectification.rules.refusals import Refusal
from app.rectification.rules.wording import (
    ACTION_EVENTS,
    ACTION_STATES,
    EXTENSION_ASKED,
    EXTENSION_GRANTED,
    EXTENSION_REFUSED,
)
from app.rectification.signing import service as signing

BY_THE_UNIT = frozenset(
    {ActionEvent.BEGIN, ActionEvent.PROGRESS, ActionEvent.COMPLETE, ActionEvent.TURN_LONG_TERM, ActionEvent.EXPLAIN}
)
"""What the unit's liaison reports; the rest is decided by organisers and supervisors."""
STORED = (
    "extended_to", "begun_on", "progress_on", "progress", "completed_on", "completion", "accepted_on", "explanation",
)  # fmt: skip
RULES_MADE = "rules_made"
BY_SUPERVISION = frozenset({ActionEvent.RETURN, ActionEvent.ACCEPT, ActionEvent.RESUME})
SIGNED_ANEW = frozenset({ActionEvent.RETURN, ActionEvent.COMPLETE})
"""After these no signature stands: what the head signed is changed, or told anew."""


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """An action of the ledger with the plan it belongs to, and what a vote says of it to its reader."""

    plan: PlanHead
    row: RemedialAction
    is_overdue: bool
    due: date | None
    rating: Measured | None = None

    @property
    def number(self) -> str:
        """编号, within the unit."""
        return self.plan.number(self.row.position)


def rule_view(row: RemedialAction | Row[Any]) -> LedgerAction:
    """Return an action, or the columns of one, as the rules see it."""
    reported = Person(row.completed_by, row.completed_by_id) if row.completed_by else None
    accepted = Person(row.accepted_by, row.accepted_by_id) if row.accepted_by else None
    return LedgerAction(
        id=row.id,
        owner=Person(row.owner, row.owner_id),
        state=ActionState(row.state),
        due=row.due,
        extended_to=row.extended_to,
        begun_on=row.begun_on,
        progress_on=row.progress_on,
        progress=row.progress,
        completed_on=row.completed_on,
        completed_by=reported,
        completion=row.completion,
        accepted_on=row.accepted_on,
        accepted_by=accepted,
        explanation=row.explanation,
    )


def _store(row: RemedialAction, action: LedgerAction) -> None:
    row.state = action.state.value
    for name in STORED:
        setattr(row, name, getattr(action, name))
    if action.completed_by is not None:
        row.completed_by, row.completed_by_id = action.completed_by.name, action.completed_by.id
    if action.accepted_by is not None:
        row.accepted_by, row.accepted_by_id = action.accepted_by.name, action.accepted_by.id


def ledger_row(plan: PlanHead, row: RemedialAction, today: date) -> LedgerRow:
    """Return an action with its plan and what the day says of it."""
    # Of ten thousand rows only what is asked for is made.
    due = last_of(row.due, row.extended_to)
    return LedgerRow(plan, row, overdue(ActionState(row.state), due, today), due)


def get_action(session: Session, staff: Principal, action_id: str, today: date) -> LedgerRow:
    """Return an action within reach; DomainError ``action_unknown``."""
    row = session.get(RemedialAction, action_id)
    if row is None or row.state == ActionState.DRAFTED.value:
        raise DomainError("action_unknown")
    try:
        plan = get_head(session, staff, row.plan_id)
    except DomainError:
        raise DomainError("action_unknown") from None
    return ledger_row(plan, row, today)


def last_of_order(session: Session, found: LedgerRow) -> date | None:
    """Return the day until which the order behind an action wants 补课 done; the day of 长期坚持 ends nothing."""
    if not found.plan.order_id or found.row.kind == ActionKind.LASTING.value:
        return None
    return remedial_due(session, found.plan.order_id, found.plan.attempt)


def entries_of(session: Session, action_id: str) -> Sequence[ActionEntry]:
    """Return what was reported and decided about an action, oldest first."""
    rows = select(ActionEntry).where(ActionEntry.action_id == action_id)
    return session.scalars(rows.order_by(ActionEntry.at, ActionEntry.id)).all()


def extensions_of(session: Session, action_id: str) -> Sequence[ActionExtension]:
    """Return the extensions that were asked for, oldest first."""
    rows = select(ActionExtension).where(ActionExtension.action_id == action_id)
    return session.scalars(rows.order_by(ActionExtension.asked_on, ActionExtension.id)).all()


def act(acting: Acting, action_id: str, event: ActionEvent, text: str, due: date | None = None) -> str:
    """Apply an event to an action; return the id of its entry. Who may do what is decided by role and by the rules."""
    if event not in BY_THE_UNIT | BY_SUPERVISION:
        raise DomainError("field_not_a_choice", field="操作")
    if event in BY_SUPERVISION and not reader_powers(acting.actor.roles).supervise:
        raise DomainError("role_refused")
    plan, row = _locked(acting, action_id)
    before = rule_view(row)
    after = move(before, event, Act(by_now(acting), today_of(acting), text, due))
    if due is not None and not isinstance(after, Refusal):
        refuse_days_off(acting.session, plan.campaign_id, {"新的完成时限": due})
    if isinstance(after, Refusal):
        raise ledger_refused(after, before.state, event)
    if event is ActionEvent.ACCEPT:
        signing.refuse_unsigned(acting, row, plan.campaign_id, "completion_unsigned")
    _store(row, after)
    if event in SIGNED_ANEW:
        signing.unsign(row)
    if event is ActionEvent.COMPLETE:
        asked = ACTION_TO_SIGN.format(unit=plan.unit_name, title=action_title(row.problem))
        signing.ask_head(acting, plan.unit_id, asked, f"/rectification/actions/{row.id}")
    entry = entry_of(acting, action_id, event.value, text)
    acting.session.add(entry)
    acting.session.flush()
    audit.record(acting.session, acting.now, acting.actor, f"action.{event.value}", action_id, text=text)
    return entry.id


def ledger_refused(refusal: Refusal, state: ActionState, event: ActionEvent) -> DomainError:
    """Return the refusal of an event, told with what could be done in the state instead."""
    return step_refused(refusal, ACTION_TABLE, (state, event), (ACTION_STATES, ACTION_EVENTS))


def request_extension(acting: Acting, action_id: str, until: date, reason: str) -> None:
    """Ask for more time, before the last day."""
    plan, row = _locked(acting, action_id)
    pending = any(each.granted is None for each in extensions_of(acting.session, action_id))
    asked = ask_extension(rule_view(row), Act(by_now(acting), today_of(acting), reason), until, pending=pending)
    if isinstance(asked, Refusal):
        raise DomainError(asked.value)
    refuse_days_off(acting.session, plan.campaign_id, {"延期至": until})
    acting.session.add(
        ActionExtension(
            id=new_id(),
            action_id=action_id,
            asked_by=asked.asked_by.name,
            asked_by_id=asked.asked_by.id,
            asked_on=asked.asked_on,
            until=asked.until,
            reason=asked.reason,
        )
    )
    words = EXTENSION_ASKED.format(until=chinese_day(until), reason=reason)
    acting.session.add(entry_of(acting, action_id, EXTENSION, words))
    audit.record(acting.session, acting.now, acting.actor, "action.extension", action_id, until=until, reason=reason)


def decide(acting: Acting, action_id: str, extension_id: str, *, granted: bool) -> None:
    """Grant or refuse more time: somebody who neither asked nor owns the action."""
    _, row = _locked(acting, action_id)
    found = locked(acting.session, ActionExtension, extension_id)
    if found is None or found.action_id != action_id:
        raise DomainError("action_unknown")
    asked = Extension(
        Person(found.asked_by, found.asked_by_id), found.asked_on, found.until, found.reason, found.granted
    )
    decided = decide_extension(rule_view(row), asked, Act(by_now(acting), today_of(acting)), granted=granted)
    if isinstance(decided, Refusal):
        raise DomainError(decided.value)
    _store(row, decided[0])
    found.granted, found.decided_by, found.decided_by_id = granted, acting.actor.name, acting.actor.id
    found.decided_on = today_of(acting)
    words = EXTENSION_GRANTED if granted else EXTENSION_REFUSED
    acting.session.add(entry_of(acting, action_id, EXTENSION_DECIDED, words))
    audit.record(acting.session, acting.now, acting.actor, "action.extension.decide", action_id, granted=granted)


def by_now(acting: Acting) -> Person:
    """Return who acts, as the rules see him."""
    return Person(acting.actor.name, acting.actor.id)


def _locked(acting: Acting, action_id: str) -> tuple[PlanHead, RemedialAction]:
    plan = get_action(acting.session, acting.actor, action_id, today_of(acting)).plan
    row = locked(acting.session, RemedialAction, action_id)
    if row is None:
        raise DomainError("action_unknown")
    return plan, row


def entry_of(acting: Acting, action_id: str, event: str, text: str) -> ActionEntry:
    """Return what happened, and tell those who wait for it."""
    tell_of_action(acting, action_id, event)
    return ActionEntry(**entry_values(acting, action_id, event, text))


def entry_values(acting: Acting, action_id: str, event: str, text: str) -> dict[str, Any]:
    """Return what happened as a row to be stored."""
    who = {"by_id": acting.actor.id, "by_name": acting.actor.name}
    return {"id": new_id(), "action_id": action_id, "at": acting.now, "event": event, "text": text, **who}
