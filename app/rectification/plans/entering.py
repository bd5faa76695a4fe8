"""Entering issues by hand, changing and withdrawing them; what an action answers stays as long as it does."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.campaigns.reads import get_campaign
from app.core.acting import Acting
from app.core.db import locked
from app.core.errors import DomainError
from app.core.secrets import new_id
from app.rectification.models import EnteredIssue, EnteredIssueUnit
from app.rectification.plans.issues import answering_units
from app.rectification.rules.issues import ENTERED_ORIGINS, issue_refusal


@dataclass(frozen=True, slots=True)
class TypedIssue:
    """An issue as it was typed; ``origin`` as chosen, ``basis`` where it can be read up."""

    origin: str
    title: str
    basis: str
    unit_ids: tuple[str, ...]


def enter(acting: Acting, campaign_id: str, typed: TypedIssue) -> str:
    """Enter an issue of one or several units; return its id."""
    _check(acting.session, campaign_id, typed)
    row = EnteredIssue(
        id=new_id(),
        campaign_id=campaign_id,
        origin=typed.origin,
        title=typed.title,
        basis=typed.basis,
        entered_at=acting.now,
        entered_by=acting.actor.name,
    )
    acting.session.add(row)
    acting.session.flush()
    _add_units(acting.session, row.id, typed.unit_ids)
    _record(acting, "issue.enter", row, typed.unit_ids)
    return row.id


def change(acting: Acting, campaign_id: str, issue_id: str, typed: TypedIssue) -> None:
    """Change an issue; a unit whose action answers it cannot be taken off."""
    row = held_issue(acting.session, campaign_id, issue_id)
    _check(acting.session, campaign_id, typed)
    _refuse_answered(acting.session, row, answering_units(acting.session, issue_id) - set(typed.unit_ids))
    row.origin, row.title, row.basis = typed.origin, typed.title, typed.basis
    acting.session.execute(delete(EnteredIssueUnit).where(EnteredIssueUnit.issue_id == issue_id))
    _add_units(acting.session, issue_id, typed.unit_ids)
    _record(acting, "issue.change", row, typed.unit_ids)


def withdraw(acting: Acting, campaign_id: str, issue_id: str) -> None:
    """Withdraw an issue that no action answers; DomainError ``issue_answered``."""
    row = held_issue(acting.session, campaign_id, issue_id)
    _refuse_answered(acting.session, row, answering_units(acting.session, issue_id))
    row.withdrawn_at = acting.now
    _record(acting, "issue.withdraw", row, ())


def held_issue(session: Session, campaign_id: str, issue_id: str) -> EnteredIssue:
    """Return the row of an issue, held until the transaction ends; DomainError ``entered_issue_unknown``."""
    row = locked(session, EnteredIssue, issue_id)
    if row is None or row.campaign_id != campaign_id or row.withdrawn_at is not None:
        raise DomainError("entered_issue_unknown")
    return row


def _check(session: Session, campaign_id: str, typed: TypedIssue) -> None:
    known = {unit.id for unit in get_campaign(session, campaign_id).units}
    if typed.origin not in ENTERED_ORIGINS:
        raise DomainError("field_not_a_choice", field="问题来源", at="origin")
    refusal = issue_refusal(typed.title, len(typed.unit_ids))
    if refusal is not None:
        raise DomainError(refusal.value)
    if not known.issuperset(typed.unit_ids):
        raise DomainError("field_not_a_choice", field="单位", at="units")


def _refuse_answered(session: Session, row: EnteredIssue, units: Collection[str]) -> None:
    if units:
        raise DomainError("issue_answered", units=_names(session, row.campaign_id, units))


def answering_names(session: Session, campaign_id: str, issue_id: str) -> tuple[str, ...]:
    """Return the names of the units of whose plans an action answers the issue, in their order."""
    return _names(session, campaign_id, answering_units(session, issue_id))


def _names(session: Session, campaign_id: str, units: Collection[str]) -> tuple[str, ...]:
    return tuple(unit.name for unit in get_campaign(session, campaign_id).units if unit.id in units) if units else ()


def _add_units(session: Session, issue_id: str, unit_ids: Collection[str]) -> None:
    session.add_all(EnteredIssueUnit(issue_id=issue_id, unit_id=unit_id) for unit_id in dict.fromkeys(unit_ids))
    session.flush()


def _record(acting: Acting, action: str, row: EnteredIssue, unit_ids: Collection[str]) -> None:
    detail = {"origin": row.origin, "title": row.title, "units": len(unit_ids)}
    audit.record(acting.session, acting.now, acting.actor, action, row.id, **detail)
