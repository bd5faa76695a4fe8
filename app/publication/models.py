"""Tables of frozen results, of the ledger of their releases, and of what readers and organisations bring along."""

from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, UtcDateTime
from app.core.scope import ROOT, OfOffice, OfRound


class ResultVersion(OfRound, Base):
    """A frozen result document of a round: JSON that has been through disclosure control, and its SHA-256.

    Version 1 is made when the box is opened; a correction is a further version with its reason. None is ever changed.
    ``code`` is the random verification code that reports carry: the digest of a small round could be found by trying
    all outcomes, a random code says nothing.
    """

    __tablename__ = "result_version"
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    document: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text, unique=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ResultVerdict(OfRound, Base):
    """What a version says of one target, copied from its document when that is stored: so much a board reads of many.

    As little of it may be shown as of the document. ``place`` counts the targets of all sections from 1; ``reasons`` is
    the JSON list of the reasons' texts.
    """

    __tablename__ = "result_verdict"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "version"], ["result_version.round_id", "result_version.version"]),
    )
    round_id: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    place: Mapped[int] = mapped_column(Integer, primary_key=True)
    target_id: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    verdict: Mapped[str] = mapped_column(Text)
    reasons: Mapped[str] = mapped_column(Text)


class ResultSignature(OfRound, Base):
    """The installation's signature (64 bytes) of a version: of its digest and of the root of the box that it is from.

    ``root`` is 64 hex digits, empty for a box that was opened before roots were written.
    """

    __tablename__ = "result_signature"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "version"], ["result_version.round_id", "result_version.version"]),
    )
    round_id: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    root: Mapped[str] = mapped_column(Text)
    signature: Mapped[bytes] = mapped_column(LargeBinary)


class ResultRelease(OfRound, Base):
    """An entry of the release ledger: an audited act that lets a scope of readers see a version of a result.

    ``unit_ids`` and ``reader_ids`` are JSON lists; empty text means all units, all readers of the scope.
    """

    __tablename__ = "result_release"
    __table_args__ = (
        ForeignKeyConstraint(["round_id", "version"], ["result_version.round_id", "result_version.version"]),
    )
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    round_id: Mapped[str] = mapped_column(Text, index=True)
    version: Mapped[int] = mapped_column(Integer)
    scope: Mapped[str] = mapped_column(Text)
    unit_ids: Mapped[str] = mapped_column(Text, default="")
    reader_ids: Mapped[str] = mapped_column(Text, default="")
    released_at: Mapped[datetime] = mapped_column(UtcDateTime)
    released_by: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_by: Mapped[str] = mapped_column(Text, default="")
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")


class ResultRead(OfRound, Base):
    """That a member of staff read a result in some form on some day (SEC-40); once a day is enough to know."""

    __tablename__ = "result_read"
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    staff_id: Mapped[str] = mapped_column(Text, primary_key=True)
    what: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[str] = mapped_column(Text, primary_key=True)
    staff_name: Mapped[str] = mapped_column(Text)
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NamedEntry(OfRound, Base):
    """A named score, points, or an award (``part``: its key, or ``award``) of an object of a round; never of a slip.

    ``value`` is the number as it was typed, or the word; who entered it and when stand beside it and in the log.
    """

    __tablename__ = "named_entry"
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    object_id: Mapped[str] = mapped_column(Text, primary_key=True)
    part: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    entered_by: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Announcement(OfRound, Base):
    """What stands beside an announced result (app.publication.meeting), and which object the hall screen shows.

    ``place``: -1 before anything is announced, 0 the title, then the objects in official order, then the summary.
    """

    __tablename__ = "announcement"
    round_id: Mapped[str] = mapped_column(ForeignKey("round.id"), primary_key=True)
    name: Mapped[str] = mapped_column(Text, default="")
    held_on: Mapped[str] = mapped_column(Text, default="")
    number: Mapped[str] = mapped_column(Text, default="")
    office: Mapped[str] = mapped_column(Text, default="")
    issued_on: Mapped[str] = mapped_column(Text, default="")
    posted_until: Mapped[str] = mapped_column(Text, default="")
    contact: Mapped[str] = mapped_column(Text, default="")
    place: Mapped[int] = mapped_column(Integer, default=-1)


class ReportTemplate(OfOffice, Base):
    """A Word template of the organisation that takes the place of the one that ships."""

    __tablename__ = "report_template"
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    office_id: Mapped[str] = mapped_column(Text, primary_key=True, default=ROOT, server_default=ROOT)
    file_name: Mapped[str] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[str] = mapped_column(Text)
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    uploaded_by: Mapped[str] = mapped_column(Text)


class ReaderToken(OfOffice, Base):
    """A bearer token with which a program reads published results; only its hash is kept.

    ``staff_id`` is the leader it reads for, empty for one that reads for nobody in particular.
    """

    __tablename__ = "reader_token"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    token_hash: Mapped[str] = mapped_column(Text, unique=True)
    label: Mapped[str] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(Text)
    unit_ids: Mapped[str] = mapped_column(Text, default="")
    staff_id: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
