"""What rests on the units of a campaign, so that none is deleted under it: rounds, and what 整改 keeps of a unit."""

from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.campaigns.ports import Resting
from app.opinions.reads import units_named
from app.rectification.models import BoardDone, EnteredIssue, EnteredIssueUnit, RemedialOrder, UnitPlan
from app.rounds.reads import resting

_KEPT: Mapping[type[RemedialOrder | UnitPlan | BoardDone], str] = {
    RemedialOrder: "unit_has_order",
    UnitPlan: "unit_has_plan",
    BoardDone: "unit_has_steps",
}


def resting_on_units(session: Session, campaign_id: str) -> list[Resting]:
    """Return what rests on the units of a campaign: its rounds first; what was withdrawn is still on record."""
    return [*resting(session, campaign_id), *_matters(session, campaign_id)]


def _matters(session: Session, campaign_id: str) -> Iterator[Resting]:
    for model, code in _KEPT.items():
        named = session.scalars(select(model.unit_id).where(model.campaign_id == campaign_id))
        yield _matter(code, frozenset(named))
    pairs = select(EnteredIssue.id, EnteredIssue.title, EnteredIssueUnit.unit_id).join(
        EnteredIssueUnit, EnteredIssueUnit.issue_id == EnteredIssue.id
    )
    issues = pairs.where(EnteredIssue.campaign_id == campaign_id).order_by(EnteredIssue.entered_at, EnteredIssue.id)
    for _, title, unit_id in session.execute(issues):
        yield _matter("unit_has_issue", frozenset({unit_id}), title)
    yield _matter("unit_has_opinions", units_named(session, campaign_id))


def _matter(code: str, units: frozenset[str], title: str = "") -> Resting:
    return Resting(title, units, frozenset(), "", None, code=code)
