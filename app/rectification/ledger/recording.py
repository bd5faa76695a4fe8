"""What is told anew of actions, of one or of ten thousand at once: progress, 群众评价, the rules that were made."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.acting import Acting
from app.core.db import held
from app.core.errors import DomainError
from app.rectification.ledger.service import RULES_MADE, by_now, entry_values, get_action, ledger_refused, rule_view
from app.rectification.models import ActionEntry, RemedialAction
from app.rectification.orders.service import today_of
from app.rectification.rules.ledger import Act, ActionEvent, ActionState, move, rules_in, takes_rules
from app.rectification.rules.refusals import Refusal
from app.rectification.rules.searched import TEXTS, searched

HELD_AT_ONCE = 500
PUBLIC_RATING = "public_rating"
CHANGED = ("state", "begun_on", "progress_on", "progress", PUBLIC_RATING, RULES_MADE)
"""The columns that may be others afterwards; all of them are written, so that one statement fits every action."""
_HELD = tuple(
    getattr(RemedialAction, name)
    for name in dict.fromkeys((
        "id", "owner", "owner_id", "due", "extended_to", "completed_on", "completed_by", "completed_by_id",
        "completion", "accepted_on", "accepted_by", "accepted_by_id", "explanation", *CHANGED, *TEXTS,
    ))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """What is told anew of an action; None: rating or rules made are what they were."""

    action_id: str
    progress: str = ""
    public_rating: str | None = None
    rules_made: str | None = None


def rate(acting: Acting, action_id: str, words: str) -> None:
    """Record 群众评价 of an action."""
    get_action(acting.session, acting.actor, action_id, today_of(acting))
    record(acting, [Change(action_id, public_rating=words)])
    audit.record(acting.session, acting.now, acting.actor, "action.public_rating", action_id, text=words)


def name_rules(acting: Acting, action_id: str, text: str) -> None:
    """Record the rules that were made (制度成果), one name a line; empty text takes them back."""
    get_action(acting.session, acting.actor, action_id, today_of(acting))
    record(acting, [Change(action_id, rules_made=text)])
    names = rules_in(text)
    audit.record(acting.session, acting.now, acting.actor, "action.rules_made", action_id, names=names)


def record(acting: Acting, changes: Sequence[Change]) -> None:
    """Enter what is told anew, under the rules that hold for one action; what is as it was before changes nothing.

    DomainError for the first change that the ledger does not take.
    """
    told = {change.action_id: change for change in changes}
    values, entries = list[dict[str, Any]](), list[dict[str, Any]]()
    for row in _held_rows(acting.session, sorted(told)):
        after = _after(acting, row, told[row.id])
        happened = list(_happened(row, after, told[row.id]))
        entries += [entry_values(acting, row.id, event, text) for event, text in happened]
        values += [{"id": row.id, **after, **_searched(row, after)}] if happened else []
    if entries:
        acting.session.execute(insert(ActionEntry), entries)
        acting.session.execute(update(RemedialAction), values)


def _held_rows(session: Session, ids: Sequence[str]) -> Iterator[Row[Any]]:
    """Yield rows in the order of their ids, held until the transaction ends."""
    for start in range(0, len(ids), HELD_AT_ONCE):
        some = ids[start : start + HELD_AT_ONCE]
        yield from session.execute(held(select(*_HELD).where(RemedialAction.id.in_(some)).order_by(RemedialAction.id)))


def _after(acting: Acting, row: Row[Any], change: Change) -> dict[str, Any]:
    """Return what the columns of an action hold afterwards."""
    values = {name: getattr(row, name) for name in CHANGED}
    if change.progress:
        act = Act(by_now(acting), today_of(acting), change.progress)
        after = move(rule_view(row), ActionEvent.PROGRESS, act)
        if isinstance(after, Refusal):
            raise ledger_refused(after, ActionState(row.state), ActionEvent.PROGRESS)
        told = {"begun_on": after.begun_on, "progress_on": after.progress_on, "progress": after.progress}
        values |= {"state": after.state.value, **told}
    if change.public_rating is not None:
        values[PUBLIC_RATING] = change.public_rating
    if change.rules_made is not None:
        values[RULES_MADE] = "\n".join(rules_in(change.rules_made))
        if values[RULES_MADE] != row.rules_made and not takes_rules(ActionState(row.state)):
            raise DomainError("rules_settled")
    return values


def _searched(row: Row[Any], after: Mapping[str, Any]) -> dict[str, str]:
    return searched(lambda name: after[name] if name in after else getattr(row, name))


def _happened(row: Row[Any], after: Mapping[str, Any], change: Change) -> Iterator[tuple[str, str]]:
    if change.progress:
        yield ActionEvent.PROGRESS.value, change.progress
    for name in (PUBLIC_RATING, RULES_MADE):
        if after[name] != getattr(row, name):
            yield name, after[name]
