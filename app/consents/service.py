"""Asking for an act and deciding on it: nobody agrees to what he asked for himself.

Who may decide, and what is done when somebody agrees, is known by the feature whose act it is.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.consents.models import Consent
from app.core.acting import Acting
from app.core.db import locked
from app.core.errors import DomainError
from app.core.secrets import new_id


def ask(acting: Acting, subject: tuple[str, str], act: str, request: Mapping[str, Any]) -> None:
    """Ask for an act on ``subject`` = (kind, id); DomainError ``approval_waiting`` if the same is asked already."""
    kind, subject_id = subject
    same = (Consent.kind == kind, Consent.subject_id == subject_id, Consent.act == act, Consent.granted.is_(None))
    if acting.session.scalars(select(Consent).where(*same)).first() is not None:
        raise DomainError("approval_waiting")
    acting.session.add(
        Consent(
            id=new_id(),
            kind=kind,
            subject_id=subject_id,
            act=act,
            request=json.dumps(dict(request), ensure_ascii=False),
            asked_by=acting.actor.id,
            asked_by_name=acting.actor.name,
            asked_at=acting.now,
        )
    )
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
    verb = "grant" if granted else "refuse"
    audit.record(acting.session, acting.now, acting.actor, f"{found.kind}.{found.act}.{verb}", found.subject_id)
    request: dict[str, Any] = json.loads(found.request)
    return request


def forget(session: Session, kind: str, subject_id: str) -> None:
    """Delete all that was ever asked of a subject that is deleted itself."""
    session.execute(delete(Consent).where(Consent.kind == kind, Consent.subject_id == subject_id))
