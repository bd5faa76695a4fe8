"""The issues (问题) that a unit's plan answers: those that opinions about the unit were merged into."""

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from app.core.errors import DomainError
from app.opinions.reads import Issue, issues_of
from app.rectification.orders.reads import OrderView
from app.rectification.rules.wording import ACTION_SOURCE


def issues_for(session: Session, order: OrderView) -> Sequence[Issue]:
    """Return the issues with an opinion about the ordered unit, in the order they were made."""
    return [issue for issue in issues_of(session, order.campaign_id) if order.unit_id in issue.unit_ids]


def source_words(issue: Issue) -> str:
    """Return what the ledger says of where an action comes from."""
    return ACTION_SOURCE.format(issue=issue.title)


def check_chosen(chosen: Collection[str], issues: Collection[Issue], kept: Collection[str]) -> None:
    """Refuse an issue that is neither the unit's nor ``kept`` from before, when it still was."""
    if set(chosen) - {issue.id for issue in issues} - set(kept) - {""}:
        raise DomainError("field_not_a_choice", field="来源问题")
