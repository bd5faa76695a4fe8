"""The table of consents."""

import json
from datetime import datetime

from sqlalchemy import Boolean, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UtcDateTime
from app.core.scope import OfOffice


class Consent(OfOffice, Base):
    """An act that waits for a second person, or waited (SEC-41, SEC-77).

    ``kind`` and ``subject_id`` say what it is done to; ``request`` is the JSON of what was asked;
    ``what`` says it in a few words and ``href`` leads to where it is answered.
    """

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_kind_subject_id", "kind", "subject_id"),)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[str] = mapped_column(Text)
    act: Mapped[str] = mapped_column(Text)
    request: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text, server_default="")
    href: Mapped[str] = mapped_column(Text, server_default="")
    asked_by: Mapped[str] = mapped_column(Text)
    asked_by_name: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    granted: Mapped[bool | None] = mapped_column(Boolean)

    @property
    def asked_for(self) -> dict[str, object]:
        """What was asked, for the page on which the second person decides."""
        found: dict[str, object] = json.loads(self.request)
        return found

    @property
    def until(self) -> datetime | None:
        """The new end that is asked for, of voting or of a release."""
        moment = self.asked_for.get("closes_at") or self.asked_for.get("expires_at")
        return datetime.fromisoformat(str(moment)) if moment else None
