"""Asking units for their plans without an order, and taking that back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.campaigns.domain import ANSWERING
from app.campaigns.reads import CampaignView, UnitView, get_campaign
from app.campaigns.service import campaign_row
from app.core.acting import Acting
from app.core.chinese import chinese_day
from app.core.db import locked_rows
from app.core.errors import DomainError
from app.core.secrets import new_id, new_token
from app.rectification.messages.notify import tell_of_asking, tell_of_dates
from app.rectification.models import UnitPlan
from app.rectification.orders.reads import refuse_days_off
from app.rectification.orders.service import today_of
from app.rectification.plans.service import add_entry, followed, held_plan, moved, write_entry
from app.rectification.rules.plans import Origin, PlanEvent, PlanState, next_plan_state, redate_plan
from app.rectification.rules.wording import DUE_REMARK

DUE = "报送方案的期限"
NAMED = 5
"""Units that a refusal names."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of which units: a plan until a day, and in words what it is to look to."""

    unit_ids: tuple[str, ...]
    due: date
    text: str = ""


def answering(campaign: CampaignView) -> Sequence[UnitView]:
    """Return what plans can be asked of, in official order: of persons nothing is kept, a body answers to others."""
    if campaign.kind.body:
        return ()
    sorts = {section.id: section.objects for section in campaign.sections}
    return [unit for unit in campaign.units if not unit.section_id or sorts[unit.section_id] in ANSWERING]


def ask(acting: Acting, campaign_id: str, asked: Request) -> int:
    """Ask the units for their plans, all of them or none; return how many. Their liaisons find it in their inboxes."""
    campaign_row(acting.session, campaign_id)
    campaign = get_campaign(acting.session, campaign_id)
    known = asked_before(acting.session, campaign_id)
    _check(acting, campaign, asked, known)
    chosen = [unit for unit in campaign.units if unit.id in asked.unit_ids]
    plans = [_plan(acting, campaign_id, known.get(unit.id), unit, asked) for unit in chosen]
    acting.session.add_all(plans)
    acting.session.flush()
    for plan in plans:
        add_entry(acting, plan, PlanEvent.ASK, asked.text)
    tell_of_asking(acting, campaign, plans)
    detail = {"due": asked.due, "units": len(plans), "text": asked.text}
    audit.record(acting.session, acting.now, acting.actor, "plan.ask", campaign_id, **detail)
    return len(plans)


def asked_before(session: Session, campaign_id: str) -> Mapping[str, UnitPlan]:
    """Return by unit the plans that were asked for without an order, those withdrawn too, held until the end."""
    query = select(UnitPlan).where(UnitPlan.campaign_id == campaign_id, UnitPlan.origin == Origin.ASKED.value)
    return {row.unit_id: row for row in locked_rows(session, query.order_by(UnitPlan.id))}


def _check(acting: Acting, campaign: CampaignView, asked: Request, known: Mapping[str, UnitPlan]) -> None:
    if not asked.unit_ids:
        raise DomainError("plan_units_missing")
    if not {unit.id for unit in answering(campaign)}.issuperset(asked.unit_ids):
        raise DomainError("field_not_a_choice", field="单位", at="units")
    if asked.due <= today_of(acting):
        raise DomainError("plan_due_past")
    refuse_days_off(acting.session, campaign.id, {DUE: asked.due})
    live = {unit for unit, row in known.items() if row.state != PlanState.WITHDRAWN.value}
    twice = [unit.name for unit in campaign.units if unit.id in live and unit.id in asked.unit_ids]
    if twice:
        raise DomainError("plan_asked_already", units=tuple(twice[:NAMED]), count=len(twice))


def _plan(acting: Acting, campaign_id: str, known: UnitPlan | None, unit: UnitView, asked: Request) -> UnitPlan:
    """Return a new plan, or the one that was withdrawn with what had been written into it."""
    plan = known or UnitPlan(
        id=new_id(),
        public_id=new_token()[:22],
        campaign_id=campaign_id,
        unit_id=unit.id,
        origin=Origin.ASKED.value,
        state=PlanState.DRAFT.value,
    )
    if known:
        moved(known, next_plan_state(PlanState(known.state), PlanEvent.ASK), PlanEvent.ASK)
    plan.due, plan.asked_on, plan.asked_by, plan.request = asked.due, today_of(acting), acting.actor.name, asked.text
    return plan


def withdraw(acting: Acting, plan_id: str) -> None:
    """Take a request back that the unit has not answered; what it had written comes back when it is asked again."""
    plan = _asked_plan(acting, plan_id, "plan_of_order")
    moved(plan, next_plan_state(PlanState(plan.state), PlanEvent.WITHDRAW), PlanEvent.WITHDRAW)
    followed(acting, plan, PlanEvent.WITHDRAW)


def redate(acting: Acting, plan_id: str, due: date, reason: str) -> None:
    """Change the day until which a plan is asked for, to an earlier or a later working day; its unit is told why.

    DomainError ``plan_dates_of_order`` for the plan of an order, ``plan_due_past``, ``plan_due_same``,
    ``order_reason_missing``, ``deadline_day_off``, and where the plan was handed in already.
    """
    plan = _asked_plan(acting, plan_id, "plan_dates_of_order")
    before = plan.due
    _redate(acting, get_campaign(acting.session, plan.campaign_id), [plan], due, reason)
    text = _due_changed(before, due, reason)
    audit.record(acting.session, acting.now, acting.actor, "plan.redate", plan.id, text=text)


def _due_changed(before: date, due: date, reason: str) -> str:
    return DUE_REMARK.format(before=chinese_day(before), due=chinese_day(due), reason=reason)


def _redate(acting: Acting, campaign: CampaignView, plans: Sequence[UnitPlan], due: date, reason: str) -> None:
    """Change the day of plans that are held, write it into the history of each and tell their units."""
    today = today_of(acting)
    for plan in plans:
        moved(plan, redate_plan(PlanState(plan.state), plan.due, due, today, reason), PlanEvent.REDATE)
    refuse_days_off(acting.session, campaign.id, {DUE: due})
    for plan in plans:
        write_entry(acting, plan, PlanEvent.REDATE, _due_changed(plan.due, due, reason))
        plan.due = due
    tell_of_dates(acting, campaign, plans)


def redate_many(acting: Acting, campaign_id: str, unit_ids: Collection[str], due: date, reason: str) -> None:
    """Change the day for the plans that several units of a campaign were asked for, all or none, as ``redate``."""
    campaign_row(acting.session, campaign_id)
    if not unit_ids:
        raise DomainError("plan_units_missing")
    known = asked_before(acting.session, campaign_id)
    if not known.keys() >= set(unit_ids):
        raise DomainError("field_not_a_choice", field="单位", at="units")
    plans = [plan for unit_id, plan in known.items() if unit_id in unit_ids]
    before = {plan.id: plan.due for plan in plans}
    _redate(acting, get_campaign(acting.session, campaign_id), plans, due, reason)
    detail = {"due": due, "before": before, "text": reason}
    audit.record(acting.session, acting.now, acting.actor, "plan.redate", campaign_id, **detail)


def _asked_plan(acting: Acting, plan_id: str, refusal: str) -> UnitPlan:
    """Return a plan that was asked for without an order, held until the transaction ends; else refuse by this code."""
    plan = held_plan(acting, plan_id)
    if plan.order_id is not None:
        raise DomainError(refusal)
    return plan
