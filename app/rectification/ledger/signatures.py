"""The head of a unit signs off its plan, and that an action is completed, in his own log-in or on paper."""

from pathlib import Path

from app.audit import service as audit
from app.core.acting import Acting
from app.core.db import locked
from app.core.errors import DomainError
from app.rectification.ledger import attachments
from app.rectification.ledger.service import LedgerRow, entry_of, get_action
from app.rectification.messages.notify import SIGNED, tell_of_signed_plan
from app.rectification.models import RemedialAction, UnitPlan
from app.rectification.orders.service import today_of
from app.rectification.plans.service import held_plan
from app.rectification.rules.ledger import ActionState, may_be_signed
from app.rectification.rules.plans import PlanState, plan_may_be_signed
from app.rectification.rules.wording import SIGNED_ON_PAGE
from app.rectification.signing import service as signing
from app.web.forms import Upload


def sign(acting: Acting, action_id: str) -> None:
    """Sign off a completion as the head of the unit; DomainError ``sign_too_early`` before it is reported."""
    found = _signable(acting, action_id)
    signing.sign(acting, found.row, found.plan.unit_id)
    _noted(acting, found.row, "")


def sign_on_page(acting: Acting, data: Path, action_id: str, upload: Upload | None) -> None:
    """Record that the head has signed on paper, and keep the scanned page with the entry."""
    if upload is None:
        raise DomainError("signed_page_missing")
    found = _signable(acting, action_id)
    signing.sign_on_page(acting, found.row)
    entry = _noted(acting, found.row, SIGNED_ON_PAGE)
    attachments.attach(acting, data, (action_id, entry), upload)


def sign_plan(acting: Acting, plan_id: str) -> None:
    """Sign off a plan that was submitted, as the head of its unit; DomainError ``sign_too_early`` before that."""
    plan = _signable_plan(acting, plan_id)
    signing.sign(acting, plan, plan.unit_id)
    _plan_noted(acting, plan)


def sign_plan_on_page(acting: Acting, data: Path, plan_id: str, upload: Upload | None) -> None:
    """Record that the head has signed a plan on paper, and keep the scanned page."""
    if upload is None:
        raise DomainError("signed_page_missing")
    plan = _signable_plan(acting, plan_id)
    signing.sign_on_page(acting, plan)
    _plan_noted(acting, plan, file=attachments.attach_page(acting, data, plan_id, upload))


def _signable(acting: Acting, action_id: str) -> LedgerRow:
    found = get_action(acting.session, acting.actor, action_id, today_of(acting))
    row = locked(acting.session, RemedialAction, action_id)
    if row is None or not may_be_signed(ActionState(row.state)):
        raise DomainError("sign_too_early")
    return found


def _noted(acting: Acting, row: RemedialAction, text: str) -> str:
    entry = entry_of(acting, row.id, SIGNED, text)
    acting.session.add(entry)
    acting.session.flush()
    audit.record(acting.session, acting.now, acting.actor, "action.sign", row.id, how=row.signed_how)
    return entry.id


def _signable_plan(acting: Acting, plan_id: str) -> UnitPlan:
    plan = held_plan(acting, plan_id)
    if not plan_may_be_signed(PlanState(plan.state)):
        raise DomainError("sign_too_early")
    return plan


def _plan_noted(acting: Acting, plan: UnitPlan, **told: str) -> None:
    tell_of_signed_plan(acting, plan)
    audit.record(acting.session, acting.now, acting.actor, "plan.sign", plan.id, how=plan.signed_how, **told)
