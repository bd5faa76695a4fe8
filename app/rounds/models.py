"""Tables of rounds."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UtcDateTime
from app.core.scope import OfCampaign, OfRound


class Round(OfCampaign, Base):
    """One opening of the box. ``paper`` is frozen JSON: a trigger refuses to change it once it is there (SEC-38)."""

    __tablename__ = "round"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaign.id"), index=True)
    stage_id: Mapped[str | None] = mapped_column(ForeignKey("stage.id"))
    rehearsal_of: Mapped[str | None] = mapped_column(ForeignKey("round.id"), index=True)
    repeats: Mapped[str | None] = mapped_column(ForeignKey("round.id"))
    title: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    form_key: Mapped[str] = mapped_column(Text)
    shuffle_units: Mapped[bool] = mapped_column(Boolean, default=False)
    remarks: Mapped[bool] = mapped_column(Boolean, default=False)
    layout: Mapped[str] = mapped_column(Text, default="")
    """How the paper is laid out on the phone; empty: as its size asks for at the freeze."""
    key_needed: Mapped[int] = mapped_column(Integer, default=2)
    key_holders: Mapped[int] = mapped_column(Integer, default=3)
    wifi_name: Mapped[str] = mapped_column(Text, default="")
    wifi_password: Mapped[str] = mapped_column(Text, default="")
    paper: Mapped[str | None] = mapped_column(Text)
    paper_hash: Mapped[str | None] = mapped_column(Text, unique=True)
    opens_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    counted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    void_reason: Mapped[str] = mapped_column(Text, default="")
    slips_void: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether slips were printed whose box is not here any more: before an upgrade, or a restore."""


class Intent(OfRound, Base):
    """An act on the gate that has been decided and may not be done yet; ``expects``: the act that the gate did last."""

    __tablename__ = "round_intent"
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Text)
    act: Mapped[str] = mapped_column(Text)
    request: Mapped[str] = mapped_column(Text)
    expects: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[str] = mapped_column(Text)
    actor_name: Mapped[str] = mapped_column(Text)
    actor_role: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Gone(OfRound, Base):
    """A round that was purged and whose box and key part are still to be destroyed; its own row is gone."""

    __tablename__ = "round_gone"
    round_id: Mapped[str] = mapped_column(Text, primary_key=True)


class Restored(Base):
    """That the installation was restored from a backup, and who has accepted what that means (SEC-86)."""

    __tablename__ = "restored"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    restored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    backed_up_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lost: Mapped[int] = mapped_column(Integer)
    """How many rounds lost their box with it."""
    first_by: Mapped[str] = mapped_column(Text, default="")
    first_name: Mapped[str] = mapped_column(Text, default="")
    second_by: Mapped[str] = mapped_column(Text, default="")


class RoundRetest(OfRound, Base):
    """That a round is the 复测 of another: it asks about the ordered units only, ``unit_ids`` being their JSON list."""

    __tablename__ = "round_retest"
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    retest_of: Mapped[str] = mapped_column(ForeignKey("round.id"), index=True)
    unit_ids: Mapped[str] = mapped_column(Text)


class RoundDocument(OfRound, Base):
    """A version of the document that a round is about （分析检查报告评议）: version 1 is shown to the voters.

    ``answers`` says of a revised version what it answers, ``issues`` which issues: a JSON list of ids and the titles
    that they had.
    """

    __tablename__ = "round_document"
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_id: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    media_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    answers: Mapped[str] = mapped_column(Text, default="")
    issues: Mapped[str] = mapped_column(Text, default="[]")
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    uploaded_by: Mapped[str] = mapped_column(Text)


class BoxRoot(OfRound, Base):
    """What the closed box of a round held: the Merkle root over the ids of its envelopes, and the ids (SEC-76).

    ``receipts`` are the ids of 16 bytes, joined in their own order, which tells nothing of the order of casting.
    """

    __tablename__ = "box_root"
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    receipts: Mapped[bytes] = mapped_column(LargeBinary)
