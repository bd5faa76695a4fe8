"""Tables of slips; their codes lie in the box store of the round."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UtcDateTime


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
    """Spent codes, written down when the box goes; until then its gate knows."""
