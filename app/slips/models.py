"""Tables of slips. ``slip_code`` is on the ballot side: no time, no order, no person (SEC-06)."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import BALLOT_SIDE, Base, UtcDateTime


class Batch(Base):
    """Slips of one voter group printed together; never fewer than k."""

    __tablename__ = "slip_batch"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), index=True)
    group_id: Mapped[str] = mapped_column(Text)
    printed: Mapped[int] = mapped_column(Integer)
    voided: Mapped[int] = mapped_column(Integer, default=0)
    void_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SlipCount(Base):
    """What the organisers counted by hand, per voter group: left on the pile, and handed back unused."""

    __tablename__ = "slip_count"
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    group_id: Mapped[str] = mapped_column(Text, primary_key=True)
    spare: Mapped[int] = mapped_column(Integer, default=0)
    handed_back: Mapped[int] = mapped_column(Integer, default=0)
    used: Mapped[int | None] = mapped_column(Integer)
    """Spent codes, written down when the codes themselves are deleted."""


class SlipCode(Base):
    """A one-time code, only as its HMAC. ``state``: see ``domain.CodeState``."""

    __tablename__ = "slip_code"
    __table_args__ = (BALLOT_SIDE,)
    round_id: Mapped[str] = mapped_column(Text, primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True, index=True)
    group_id: Mapped[str] = mapped_column(Text)
    batch_id: Mapped[str] = mapped_column(Text)
    state: Mapped[int] = mapped_column(Integer)
