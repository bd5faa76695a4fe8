"""Asking for an act and deciding on it: nobody agrees to what he asked for himself.

Who may decide, and what is done when somebody agrees, is known by the feature whose act it is.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.consents.models import Consent
from app.core.acting import Acting
from app.core.db import locked, locked_rows
from app.core.errors import DomainError
from app.core.secrets import new_id
from app.inbox import service as inbox

ASKED = "{name}提请{what}。"
GRANTED = "{name}同意了您的提请，事项已经办理：{what}。"
REFUSED = "{name}不同意您的提请，没有办理：{what}。"
LAPSED = "您的提请已经失效，因为情况变了，没有办理：{what}。"
LETTERS = (ASKED, GRANTED, REFUSED, LAPSED)


@dataclass(frozen=True, slots=True)
class Asking:
    """An act that is asked for: on what (kind and id), in which words, where and by whom it may be answered."""

    kind: str
    subject_id: str
    act: str
    what: str
    href: str
    staff_ids: Collection[str]
    office_id: str
    """The office that the subject belongs to."""


def ask(acting: Acting, asking: Asking, request: Mapping[str, Any]) -> None:
    """Ask for an act and tell all who may agree; DomainError ``approval_waiting`` if the same is asked already."""
    kind, subject_id, act = asking.kind, asking.subject_id, asking.act
    same = (Consent.kind == kind, Consent.subject_id == subject_id, Consent.act == act, Consent.granted.is_(None))
    if acting.session.scalars(select(Consent).where(*same)).first() is not None:
        raise DomainError("approval_waiting")
    row = Consent(
        id=new_id(),
        office_id=asking.office_id,
        kind=kind,
        subject_id=subject_id,
        act=act,
        what=asking.what,
        href=asking.href,
        request=json.dumps(dict(request), ensure_ascii=False),
        asked_by=acting.actor.id,
        asked_by_name=acting.actor.name,
        asked_at=acting.now,
    )
    acting.session.add(row)
    text = ASKED.format(name=acting.actor.name, what=asking.what)
    inbox.tell(acting.session, acting.now, asking.staff_ids, text, asking.href, row.id)
    acting.say("asked")
    audit.record(acting.session, acting.now, acting.actor, f"{kind}.{act}.ask", subject_id, **request)


def find(session: Session, consent_id: str, kind: str) -> Consent:
    """Return a request that waits, locked; DomainError ``approval_gone``."""
    found = locked(session, Consent, consent_id)
    if found is None or found.granted is not None or found.kind != kind:
        raise DomainError("approval_gone")
    return found


def decide(acting: Acting, found: Consent, *, granted: bool) -> dict[str, Any]:
    """Write the answer down and return what was asked; DomainError ``approval_own``. The caller does the act."""
    if granted and found.asked_by == acting.actor.id:
        raise DomainError("approval_own")
    found.granted, found.decided_by, found.decided_at = granted, acting.actor.id, acting.now
    inbox.settle(acting.session, acting.now, found.id)
    if found.asked_by != acting.actor.id:
        text = (GRANTED if granted else REFUSED).format(name=acting.actor.name, what=found.what)
        inbox.tell(acting.session, acting.now, [found.asked_by], text, found.href)
    verb = "grant" if granted else "refuse"
    audit.record(acting.session, acting.now, acting.actor, f"{found.kind}.{found.act}.{verb}", found.subject_id)
    request: dict[str, Any] = json.loads(found.request)
    return request


def lapse(session: Session, now: datetime, kind: str, subject_id: str, acts: Collection[str]) -> None:
    """Let requests for these acts on a subject lapse, because they can be done no more; the askers are told."""
    of_subject = (Consent.kind == kind, Consent.subject_id == subject_id, Consent.act.in_(acts))
    for row in locked_rows(session, select(Consent).where(*of_subject, Consent.granted.is_(None))):
        row.granted, row.decided_at = False, now
        inbox.settle(session, now, row.id)
        inbox.tell(session, now, [row.asked_by], LAPSED.format(what=row.what), row.href)


def forget(session: Session, kind: str, subject_id: str) -> None:
    """Delete all that was ever asked of a subject that is deleted itself."""
    of_subject = (Consent.kind == kind, Consent.subject_id == subject_id)
    inbox.forget(session, session.scalars(select(Consent.id).where(*of_subject)).all())
    session.execute(delete(Consent).where(*of_subject))
