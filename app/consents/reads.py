"""What waits for a second person; safe for the booth, because nothing here leads to staff or the audit log."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.consents.models import Consent


def waiting(session: Session, kind: str, subject_id: str | None = None) -> Sequence[Consent]:
    """Return what waits for a second person, of one subject or of all of a kind, in the order it was asked."""
    query = (
        select(Consent).where(Consent.kind == kind, Consent.granted.is_(None)).order_by(Consent.asked_at, Consent.id)
    )
    if subject_id is not None:
        query = query.where(Consent.subject_id == subject_id)
    return session.scalars(query.order_by(Consent.asked_at, Consent.id)).all()


def all_waiting(session: Session) -> Sequence[Consent]:
    """Return all that waits for a second person, in the order it was asked."""
    return session.scalars(
        select(Consent).where(Consent.granted.is_(None)).order_by(Consent.asked_at, Consent.id)
    ).all()


def answered(session: Session, asked_by: str, since: datetime) -> Sequence[Consent]:
    """Return what somebody asked for and was answered since then, newest answer first."""
    mine = (Consent.asked_by == asked_by, Consent.granted.is_not(None), Consent.decided_at >= since)
    return session.scalars(select(Consent).where(*mine).order_by(Consent.decided_at.desc(), Consent.id)).all()
