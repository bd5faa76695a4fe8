"""Which accounts had weight over a round while it ran, and who gave them what they had: for the minutes (SEC-77).

Times are told by the numbers of the log's entries: whoever is at the machine can set its clock.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.domain import WEIGHTY
from app.accounts.models import Staff
from app.audit import service as audit
from app.audit.service import Entry
from app.core.scope import everywhere
from app.offices.past import tree_after

LINKED = frozenset({"account.create", "account.reset"})
RENEWED = LINKED | {"account.enable", "account.role", "account.move"}


@dataclass(frozen=True, slots=True)
class Span:
    """From the freeze to the opening of a round: the numbers of the log's entries that tell of them."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Suspects:
    """Accounts of weight that the minutes name."""

    fresh: Sequence[Staff]
    """Made, linked anew, given a role, moved or enabled in the span."""
    from_machine: Sequence[Staff]
    """Somebody at the machine gave them the link with which they logged in at its end: nobody agreed to that."""


def suspects(session: Session, office_id: str, span: Span) -> Suspects:
    """Return those that saw an office when the span ended, whatever became of them and of the offices since."""
    told = audit.acts(session, RENEWED)
    found = _weighty(session, office_id, told, span.end)
    fresh = {entry.subject for entry in told if span.begin <= entry.number <= span.end and _renews(entry)}
    linked = {entry.subject: entry.actor_id for entry in told if entry.action in LINKED and entry.number <= span.end}
    return Suspects(
        [staff for staff in found if staff.id in fresh],
        # Without an entry: the first ones of an installation, as the log told of them before.
        [staff for staff in found if linked.get(staff.id, audit.SYSTEM.id) == audit.SYSTEM.id],
    )


def _weighty(session: Session, office_id: str, told: Iterable[Entry], end: int) -> list[Staff]:
    later = [entry for entry in told if entry.number > end]
    unmade = {entry.subject for entry in later if entry.action == "account.create"}
    roles, offices = before(later, "account.role"), before(later, "account.move")
    seen_by = tree_after(session, end).watchers(office_id)
    return [
        staff
        for staff in session.scalars(everywhere(select(Staff).order_by(Staff.created_at, Staff.id)))
        if staff.id not in unmade
        and offices.get(staff.id, staff.office_id) in seen_by
        and not WEIGHTY.isdisjoint(roles[staff.id].split() if staff.id in roles else staff.roles)
    ]


def before(later: Iterable[Entry], action: str) -> dict[str, str]:
    """Return by account, or whatever it was done to, what the first of these changes found."""
    found: dict[str, str] = {}
    for entry in later:
        if entry.action == action and (was := json.loads(entry.detail).get("before")) is not None:
            found.setdefault(entry.subject, was)
    return found


def _renews(entry: Entry) -> bool:
    """Whether it made an account what it is: of a change of roles, whether there is one that it did not have."""
    if entry.action != "account.role":
        return True
    detail = json.loads(entry.detail)
    return not set(detail["role"].split()) <= set(detail.get("before", "").split())
