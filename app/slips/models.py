"""Tables of slips; their codes lie in the box store of the round."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UtcDateTime
from app.core.scope import OfRound


class Batch(OfRound, Base):
    """Slips of one voter group printed together; never fewer than k."""

    __tablename__ = "slip_batch"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), index=True)
    group_id: Mapped[str] = mapped_column(Text)
    printed: Mapped[int] = mapped_column(Integer)
    voided: Mapped[int] = mapped_column(Integer, default=0)
    void_reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SlipCount(OfRound, Base):
    """What was counted by hand, per voter group: who came, left on the pile, handed back unused (SEC-78).

    An organiser types it; what a scrutineer counted in his own log-in stands beside it as ``second_…``.
    """

    __tablename__ = "slip_count"
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    group_id: Mapped[str] = mapped_column(Text, primary_key=True)
    spare: Mapped[int] = mapped_column(Integer, default=0)
    handed_back: Mapped[int] = mapped_column(Integer, default=0)
    present: Mapped[int | None] = mapped_column(Integer)
    counted_by: Mapped[str] = mapped_column(Text, default="")
    second_spare: Mapped[int | None] = mapped_column(Integer)
    second_handed_back: Mapped[int | None] = mapped_column(Integer)
    second_present: Mapped[int | None] = mapped_column(Integer)
    second_by: Mapped[str] = mapped_column(Text, default="")
    used: Mapped[int | None] = mapped_column(Integer)
    """Spent codes, written down when the box goes; until then its gate knows."""
