"""Tables of the box at the desk. ``stack`` and ``remark`` are on the ballot side (SEC-06)."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import BALLOT_SIDE, Base, UtcDateTime
from app.core.scope import OfRound


class RoundKey(OfRound, Base):
    """The public half of a round's key and how many shares open it. The private half is nowhere."""

    __tablename__ = "round_key"
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    needed: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    destroyed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class KeyHolder(OfRound, Base):
    """Who holds a part of the key, by the account ``staff_id`` (none where one process plays all holders).

    ``public_key``: the public half of the secret that he drew; ``checked_at``: when he read it back; ``part``: his part
    of the round's key, sealed to that half.
    """

    __tablename__ = "key_holder"
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[str | None] = mapped_column(Text)
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    part: Mapped[bytes | None] = mapped_column(LargeBinary)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Opening(OfRound, Base):
    """Who opened the box, before whom and with whose shares; names and numbers as JSON lists."""

    __tablename__ = "box_opening"
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    opened_by: Mapped[str] = mapped_column(Text)
    present: Mapped[str] = mapped_column(Text)
    holders: Mapped[str] = mapped_column(Text)
    envelopes: Mapped[int] = mapped_column(Integer)


class OpeningJob(OfRound, Base):
    """The process that opens a box, as every node sees it (one per round; a new attempt replaces it).

    ``public_key`` is the half of its own key to which shares are sealed; ``request`` (JSON) says who asks for the
    opening and before whom; ``error`` and ``params`` (JSON) say how it ended.
    """

    __tablename__ = "opening_job"
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    id: Mapped[str] = mapped_column(Text)
    process: Mapped[str] = mapped_column(Text)
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    phase: Mapped[str] = mapped_column(Text)
    done: Mapped[int] = mapped_column(Integer)
    total: Mapped[int] = mapped_column(Integer)
    request: Mapped[str] = mapped_column(Text)
    error: Mapped[str] = mapped_column(Text)
    params: Mapped[str] = mapped_column(Text)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class OpeningShare(OfRound, Base):
    """A holder's secret that was given to the opening process: ``sealed`` to its key until it fetched it, then empty.

    ``checked``: it is the holder's own; ``problem``: the code of what was wrong with it.
    """

    __tablename__ = "opening_share"
    round_id: Mapped[str] = mapped_column(ForeignKey("opening_job.round_id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    checked: Mapped[bool] = mapped_column(Boolean, default=False)
    problem: Mapped[str] = mapped_column(Text, default="")


class Stack(OfRound, Base):
    """The shredded sheets of one unit and group: ``ballots`` rows of one byte per item, in random order."""

    __tablename__ = "stack"
    __table_args__ = (BALLOT_SIDE,)
    round_id: Mapped[str] = mapped_column(Text, primary_key=True)
    unit_id: Mapped[str] = mapped_column(Text, primary_key=True)
    group_id: Mapped[str] = mapped_column(Text, primary_key=True)
    marks: Mapped[bytes] = mapped_column(LargeBinary)


class Remark(OfRound, Base):
    """An opinion, with no link to anything else that its writer marked."""

    __tablename__ = "remark"
    __table_args__ = (BALLOT_SIDE,)
    round_id: Mapped[str] = mapped_column(Text, primary_key=True)
    id: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    unit_id: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
