"""Deciding about flagged units and moving their orders on: a person orders, the system never does."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.acting import Acting
from app.core.chinese import CHINA
from app.core.db import locked
from app.core.errors import DomainError
from app.core.secrets import new_id, new_token
from app.rectification.messages.notify import tell_of_order
from app.rectification.models import OrderAttempt, OrderEntry, RemedialOrder, UnitPlan
from app.rectification.orders.reads import flagged_unit, holidays_of, refuse_days_off, standing_of
from app.rectification.rules.orders import (
    ORDER_TABLE,
    Deadlines,
    OrderEvent,
    Standing,
    advance,
    confirmation_refusals,
    deadlines,
    waiver_refusals,
)
from app.rectification.rules.plans import Origin, PlanState
from app.rectification.rules.refusals import Refusal
from app.rectification.rules.transitions import Event, State, events_allowed
from app.rectification.rules.wording import ORDER_EVENTS, ORDER_STATES
from app.rectification.rules.workdays import years_to_check

DATES = {"plan": "报送方案的期限", "remedial": "完成补课的期限", "retest": "复测的期限"}
"""The deadlines of an order by their names on its form."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What turns a flag into an order."""

    document_number: str
    reason: str
    dates: Deadlines
    mode: str = ""


def today_of(acting: Acting) -> date:
    """Return the day it is for those who read the dates."""
    return acting.now.astimezone(CHINA).date()


def proposed_dates(session: Session, campaign_id: str, ordered_on: date, attempt: int) -> Deadlines:
    """Return the dates that the rules give, by the campaign's holiday table."""
    years = (ordered_on.year, ordered_on.year + 1)
    return deadlines(ordered_on, attempt, holidays_of(session, campaign_id, years))


def years_unknown(session: Session, campaign_id: str, ordered_on: date) -> tuple[int, ...]:
    """Return the years that the proposed dates reach and whose holidays nobody has entered."""
    table = holidays_of(session, campaign_id, (ordered_on.year, ordered_on.year + 1))
    last = deadlines(ordered_on, 1, table).retest
    return years_to_check(range(ordered_on.year, last.year + 1), table)


def confirm(acting: Acting, round_id: str, unit_id: str, asked: Confirmation) -> str:
    """Order 补课 of a flagged unit; return the order's id. The first result stays as it is."""
    order = _new_order(acting, round_id, unit_id)
    order_moved(order, OrderEvent.CONFIRM)
    _add_attempt(acting, order, asked)
    note(acting, order, OrderEvent.CONFIRM, asked.reason)
    detail = {"unit": unit_id, "number": asked.document_number}
    audit.record(acting.session, acting.now, acting.actor, "order.confirm", order.id, **detail)
    return order.id


def waive(acting: Acting, round_id: str, unit_id: str, reason: str) -> str:
    """Decide with a reason that a flagged unit is not ordered."""
    _refuse_all(waiver_refusals(reason))
    order = _new_order(acting, round_id, unit_id)
    order_moved(order, OrderEvent.WAIVE)
    order.waived_reason = reason
    note(acting, order, OrderEvent.WAIVE, reason)
    audit.record(acting.session, acting.now, acting.actor, "order.waive", order.id, unit=unit_id, reason=reason)
    return order.id


def order_again(acting: Acting, order_id: str, asked: Confirmation) -> None:
    """Order a unit once more after a failed retest, with the shorter dates."""
    order = locked_order(acting.session, order_id)
    order_moved(order, OrderEvent.ORDER_AGAIN)
    _add_attempt(acting, order, asked)
    note(acting, order, OrderEvent.ORDER_AGAIN, asked.reason)
    audit.record(acting.session, acting.now, acting.actor, "order.again", order_id, number=asked.document_number)


def step(acting: Acting, order_id: str, event: OrderEvent, text: str = "") -> Standing:
    """Move an order on by any event that needs no more than a text; return where it stands then."""
    order = locked_order(acting.session, order_id)
    standing = order_moved(order, event)
    note(acting, order, event, text)
    audit.record(acting.session, acting.now, acting.actor, f"order.{event.value}", order_id, text=text)
    return standing


def locked_order(session: Session, order_id: str) -> RemedialOrder:
    """Return the row of an order, held until the transaction ends; DomainError ``order_unknown``."""
    row = locked(session, RemedialOrder, order_id)
    if row is None:
        raise DomainError("order_unknown")
    return row


def attempt_row(session: Session, order: RemedialOrder) -> OrderAttempt:
    """Return the order that holds now, held until the transaction ends; DomainError ``order_unknown``."""
    row = locked(session, OrderAttempt, (order.id, order.attempt))
    if row is None:
        raise DomainError("order_unknown")
    return row


def _new_order(acting: Acting, round_id: str, unit_id: str) -> RemedialOrder:
    flag = flagged_unit(acting.session, acting.actor, acting.now, round_id, unit_id)
    taken = select(RemedialOrder.id).where(RemedialOrder.round_id == round_id, RemedialOrder.unit_id == unit_id)
    if acting.session.scalars(taken).first() is not None:
        raise DomainError("order_decided")
    order = RemedialOrder(
        id=new_id(),
        public_id=new_token()[:22],
        campaign_id=flag.round.campaign_id,
        round_id=round_id,
        unit_id=unit_id,
        state="flagged",
        attempt=0,
        failures=0,
        suggestions="[]",
        mode="",
        created_at=acting.now,
    )
    acting.session.add(order)
    acting.session.flush()
    return order


def order_moved(order: RemedialOrder, event: OrderEvent) -> Standing:
    """Apply an event to an order's row; refusals are errors."""
    before = standing_of(order)
    after = advance(before, event)
    if isinstance(after, Refusal):
        raise step_refused(after, ORDER_TABLE, (before.state, event), (ORDER_STATES, ORDER_EVENTS))
    order.state, order.attempt, order.failures = after.state.value, after.attempt, after.failures
    order.suggestions = json.dumps([suggestion.value for suggestion in after.suggestions])
    return after


def step_refused(
    refusal: Refusal,
    table: Mapping[tuple[State, Event], State | Refusal],
    place: tuple[State, Event],
    words: tuple[Mapping[State, str], Mapping[Event, str]],
) -> DomainError:
    """Return the error of a step that its table does not allow, with what is allowed instead."""
    (state, event), (states, events) = place, words
    allowed = ";".join(events[each] for each in events_allowed(table, state))
    return DomainError(refusal.value, state=states[state], event=events[event], allowed=allowed)


def _add_attempt(acting: Acting, order: RemedialOrder, asked: Confirmation) -> None:
    ordered_on = today_of(acting)
    _refuse_all(confirmation_refusals(asked.document_number, asked.reason, asked.dates, ordered_on))
    dates = {label: getattr(asked.dates, name) for name, label in DATES.items()}
    refuse_days_off(acting.session, order.campaign_id, dates)
    order.mode = asked.mode
    acting.session.add(
        OrderAttempt(
            order_id=order.id,
            attempt=order.attempt,
            document_number=asked.document_number,
            reason=asked.reason,
            ordered_on=ordered_on,
            ordered_by=acting.actor.name,
            plan_due=asked.dates.plan,
            remedial_due=asked.dates.remedial,
            retest_due=asked.dates.retest,
        )
    )
    acting.session.add(_plan(acting, order, asked.dates.plan))
    acting.session.flush()


def _plan(acting: Acting, order: RemedialOrder, due: date) -> UnitPlan:
    return UnitPlan(
        id=new_id(),
        public_id=order.public_id,
        campaign_id=order.campaign_id,
        unit_id=order.unit_id,
        origin=Origin.ORDER.value,
        order_id=order.id,
        attempt=order.attempt,
        due=due,
        asked_on=today_of(acting),
        asked_by=acting.actor.name,
        state=PlanState.DRAFT.value,
    )


def note(acting: Acting, order: RemedialOrder, event: OrderEvent, text: str = "") -> None:
    """Write what happened into the order's history, and into the inboxes of those who wait for it."""
    remark(acting, order, event, text)
    tell_of_order(acting, order, event)


def remark(acting: Acting, order: RemedialOrder, event: OrderEvent, text: str) -> None:
    """Write something that belongs to an event into the order's history."""
    acting.session.add(
        OrderEntry(
            id=new_id(), order_id=order.id, at=acting.now, by_name=acting.actor.name, event=event.value, text=text
        )
    )


def _refuse_all(refusals: Collection[Refusal]) -> None:
    """Refuse with the first thing that is missing; the page names them one after the other."""
    for refusal in refusals:
        raise DomainError(refusal.value)
