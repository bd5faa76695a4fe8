"""Tables of frozen results and their publication."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UtcDateTime


class Result(Base):
    """The frozen result document of a round: JSON that has been through disclosure control, and its SHA-256."""

    __tablename__ = "result"
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    document: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Publication(Base):
    """An audited act that lets a scope of readers see a result."""

    __tablename__ = "publication"
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(Text, primary_key=True)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_by: Mapped[str] = mapped_column(Text)
