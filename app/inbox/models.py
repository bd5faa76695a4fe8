"""The tables of inboxes."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UtcDateTime


class InboxItem(Base):
    """A message to one member of staff: a notice or what has happened; ``href`` leads to where it is dealt with.

    One that asks for his consent names it: it stays unread until the request is answered.
    """

    __tablename__ = "inbox_item"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    notice_id: Mapped[str | None] = mapped_column(ForeignKey("supervision_notice.id"))
    consent_id: Mapped[str | None] = mapped_column(Text, index=True)
    text: Mapped[str] = mapped_column(Text)
    href: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StaffMail(Base):
    """Where a member of staff wants notices sent, if mail is switched on."""

    __tablename__ = "staff_mail"
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    address: Mapped[str] = mapped_column(Text)
