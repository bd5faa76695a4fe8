"""The issues (问题) that plans answer: those that opinions were merged into, and those that were entered by hand."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.campaigns.reads import CampaignView
from app.core.acting import Principal
from app.core.errors import DomainError
from app.opinions import reads as opinions
from app.rectification.models import EnteredIssue, EnteredIssueUnit, RemedialAction, UnitPlan
from app.rectification.orders.reads import reach
from app.rectification.plans.reads import PlanHead, plan_heads
from app.rectification.rules.issues import SOURCES_OF_ACTIONS, IssueOrigin, is_told
from app.rectification.rules.ledger import ActionState
from app.rectification.rules.plans import PlanState
from app.rounds.ports import MergedIssue


@dataclass(frozen=True, slots=True)
class Issue:
    """问题 of some units, wherever it comes from; ``basis`` says where an entered one can be read up.

    ``opinion_count`` is 0 for an entered one.
    """

    id: str
    title: str
    origin: IssueOrigin
    unit_ids: tuple[str, ...]
    opinion_count: int = 0
    basis: str = ""

    @property
    def source(self) -> str:
        """What the ledger says of where an action comes from that answers it."""
        return SOURCES_OF_ACTIONS[self.origin].format(issue=self.title)

    def concerns(self, unit_id: str) -> bool:
        """Whether a unit's plan may answer it: it is about the unit, or about none in particular."""
        return not self.unit_ids or unit_id in self.unit_ids

    @property
    def is_entered(self) -> bool:
        """Whether it was entered by hand, so that it may be changed by hand."""
        return self.origin is not IssueOrigin.OPINIONS


@dataclass(frozen=True, slots=True)
class Answer:
    """An action that answers an issue; one of a plan not yet accepted stands in no ledger."""

    action_id: str
    plan: PlanHead
    number: str
    state: ActionState

    @property
    def in_ledger(self) -> bool:
        """Whether it has a page of its own."""
        return self.state is not ActionState.DRAFTED


def every_issue(session: Session, campaign_id: str) -> Sequence[Issue]:
    """Return the issues of a campaign: those of opinions in the order they were made, then those entered."""
    return _every(session, opinions.collection(session, campaign_id))


def _every(session: Session, found: opinions.Collection) -> Sequence[Issue]:
    merged = [
        Issue(issue.id, issue.title, IssueOrigin.OPINIONS, issue.unit_ids, issue.opinion_count)
        for issue in found.filled
    ]
    return [*merged, *_entered(session, found.campaign.id)]


def _entered(session: Session, campaign_id: str) -> list[Issue]:
    known = EnteredIssue.campaign_id == campaign_id
    pairs = select(EnteredIssueUnit.issue_id, EnteredIssueUnit.unit_id).join(
        EnteredIssue, EnteredIssue.id == EnteredIssueUnit.issue_id
    )
    units: dict[str, list[str]] = {}
    for issue_id, unit_id in session.execute(pairs.where(known).order_by(EnteredIssueUnit.unit_id)):
        units.setdefault(issue_id, []).append(unit_id)
    columns = EnteredIssue.id, EnteredIssue.title, EnteredIssue.origin, EnteredIssue.basis
    rows = select(*columns).where(known, EnteredIssue.withdrawn_at.is_(None))
    return [
        Issue(row.id, row.title, IssueOrigin(row.origin), tuple(units.get(row.id, ())), 0, row.basis)
        for row in session.execute(rows.order_by(EnteredIssue.entered_at, EnteredIssue.id))
    ]


def issues_for(session: Session, staff: Principal, now: datetime, plan: PlanHead) -> Sequence[Issue]:
    """Return the issues that the plan may answer, wherever they come from; of them those that its writer may know.

    One that the plan answers already stands in it with its title.
    """
    found = opinions.collection(session, plan.campaign_id)
    every = _every(session, found)
    told = {issue.id: issue for issue in _within(session, staff, now, found, every)}
    answered = set(session.scalars(select(RemedialAction.issue_id).where(RemedialAction.plan_id == plan.id)))
    known = [issue for issue in every if issue.concerns(plan.unit_id)]
    return [
        told.get(issue.id) or replace(issue, opinion_count=0, unit_ids=(plan.unit_id,))
        for issue in known
        if issue.id in told or issue.id in answered
    ]


def issues_within(session: Session, staff: Principal, now: datetime, campaign: CampaignView) -> Sequence[Issue]:
    """Return the issues of a campaign that somebody may know of, with as many units and opinions as he may know.

    Organisers merge the opinions and know all. DomainError ``campaign_unknown``, to a liaison without any unit in it.
    """
    found = opinions.collection_of(session, campaign)
    return _within(session, staff, now, found, _every(session, found))


def _within(
    session: Session, staff: Principal, now: datetime, found: opinions.Collection, every: Sequence[Issue]
) -> Sequence[Issue]:
    units = reach(session, staff)
    if units is not None and units.isdisjoint(unit.id for unit in found.campaign.units):
        raise DomainError("campaign_unknown")
    if "organiser" in staff.roles:
        return every
    merged = {one.id: one for one in opinions.merged_within(session, staff, now, found, units).issues}
    return [told for issue in every if (told := _told(issue, merged.get(issue.id), units)) is not None]


def _told(issue: Issue, merged: MergedIssue | None, units: AbstractSet[str] | None) -> Issue | None:
    """Return what a reader is told of an issue, None where it is nothing."""
    if issue.is_entered:
        own = tuple(unit for unit in issue.unit_ids if units is None or unit in units)
        return replace(issue, unit_ids=own) if own else None
    count = merged.opinions if merged else 0
    known = tuple(unit for unit in issue.unit_ids if merged and unit in merged.units)
    return replace(issue, unit_ids=known, opinion_count=count) if is_told(issue.unit_ids, count) else None


def answers(
    session: Session, staff: Principal, campaign_id: str, issue_ids: Collection[str]
) -> Mapping[str, Sequence[Answer]]:
    """Return by issue, of these, the actions within reach that answer it, units in official order."""
    one = RemedialAction
    query = (
        select(one.id, one.plan_id, one.position, one.state, one.issue_id)
        .join(UnitPlan, UnitPlan.id == one.plan_id)
        .where(UnitPlan.campaign_id == campaign_id, one.issue_id.in_(issue_ids))
    )
    every = session.execute(query).all()
    answering = UnitPlan.id.in_({row.plan_id for row in every})
    heads = {head.id: head for head in plan_heads(session, staff, campaign_id, answering)}
    places = {plan_id: place for place, plan_id in enumerate(heads)}
    rows = [row for row in every if row.plan_id in heads]
    found: dict[str, list[Answer]] = {}
    for row in sorted(rows, key=lambda row: (places[row.plan_id], row.position)):
        head = heads[row.plan_id]
        answer = Answer(row.id, head, head.number(row.position), ActionState(row.state))
        found.setdefault(row.issue_id, []).append(answer)
    return found


def answering_units(session: Session, issue_id: str) -> frozenset[str]:
    """Return the units of whose plans an action answers the issue; plans that were withdrawn answer nothing."""
    query = (
        select(UnitPlan.unit_id)
        .join(RemedialAction, RemedialAction.plan_id == UnitPlan.id)
        .where(RemedialAction.issue_id == issue_id, UnitPlan.state != PlanState.WITHDRAWN.value)
    )
    return frozenset(session.scalars(query))


def check_chosen(chosen: Collection[str], issues: Collection[Issue], kept: Collection[str]) -> None:
    """Refuse an issue that is neither the unit's nor ``kept`` from before, when it still was."""
    if set(chosen) - {issue.id for issue in issues} - set(kept) - {""}:
        raise DomainError("field_not_a_choice", field="来源问题")
