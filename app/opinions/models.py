"""Tables of collected opinions and of what was done to merge them into issues."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UtcDateTime
from app.core.scope import OfCampaign


class Opinion(OfCampaign, Base):
    """An opinion, personal data masked before it was stored; ``number`` is its number in the source it came from.

    ``round_id``: of remarks, the round whose published result they were taken from.
    """

    __tablename__ = "opinion"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), index=True)
    unit_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"))
    round_id: Mapped[str | None] = mapped_column(ForeignKey("round.id"))
    source: Mapped[str] = mapped_column(Text)
    number: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(Text)


class OpinionAct(OfCampaign, Base):
    """One act of merging; the state of all opinions is what replaying them in order gives. Nothing is ever changed."""

    __tablename__ = "opinion_act"
    __table_args__ = (UniqueConstraint("campaign_id", "number"),)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"))
    number: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(Text)
    payload: Mapped[str] = mapped_column(Text)
    done_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_by: Mapped[str] = mapped_column(Text)
