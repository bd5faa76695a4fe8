"""What waits for a second person; safe for the booth, because nothing here leads to staff or the audit log."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.consents.models import Consent
from app.inbox.models import InboxItem


def waiting(session: Session, kind: str, subject_id: str | None = None) -> Sequence[Consent]:
    """Return what waits for a second person, of one subject or of all of a kind, in the order it was asked."""
    query = (
        select(Consent).where(Consent.kind == kind, Consent.granted.is_(None)).order_by(Consent.asked_at, Consent.id)
    )
    if subject_id is not None:
        query = query.where(Consent.subject_id == subject_id)
    return session.scalars(query.order_by(Consent.asked_at, Consent.id)).all()


def asked_of(session: Session, staff_id: str) -> Sequence[Consent]:
    """Return what waits for this person's consent, in the order it was asked."""
    query = select(Consent).join(InboxItem, InboxItem.consent_id == Consent.id).where(InboxItem.staff_id == staff_id)
    return session.scalars(query.where(Consent.granted.is_(None)).order_by(Consent.asked_at, Consent.id)).all()


def asked_by(session: Session, staff_id: str) -> Sequence[Consent]:
    """Return what this person asked for and nobody has answered yet, in the order it was asked."""
    mine = (Consent.asked_by == staff_id, Consent.granted.is_(None))
    return session.scalars(select(Consent).where(*mine).order_by(Consent.asked_at, Consent.id)).all()


def answered(session: Session, asked_by: str, since: datetime) -> Sequence[Consent]:
    """Return what somebody asked for and was answered since then, newest answer first."""
    mine = (Consent.asked_by == asked_by, Consent.granted.is_not(None), Consent.decided_at >= since)
    return session.scalars(select(Consent).where(*mine).order_by(Consent.decided_at.desc(), Consent.id)).all()


def subjects_waiting(session: Session, kind: str) -> frozenset[str]:
    """Return the subjects of a kind on which an act waits for a second person."""
    return frozenset(session.scalars(select(Consent.subject_id).where(Consent.kind == kind, Consent.granted.is_(None))))
