"""What waits for a second person; safe for the booth, because nothing here leads to staff or the audit log."""

from collections.abc import Sequence

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
