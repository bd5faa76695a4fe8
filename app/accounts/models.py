"""Tables of staff accounts."""

from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Base, UtcDateTime
from app.core.scope import OfOffice


class StaffRole(Base):
    """A role of an account; it has at least one."""

    __tablename__ = "staff_role"
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(Text, primary_key=True)


class Staff(OfOffice, Base):
    """A person who works with the system; never a voter."""

    __tablename__ = "staff"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    login: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str | None] = mapped_column(Text)
    disabled: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    linked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its last one-time link was made; nothing for the first ones of an installation."""
    roles_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When it was last given a role that it did not have."""
    role_rows: Mapped[set[StaffRole]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    @property
    def roles(self) -> AbstractSet[str]:
        """What it may do; setting it keeps the rows of roles that stay."""
        return frozenset(row.role for row in self.role_rows)

    @roles.setter
    def roles(self, roles: AbstractSet[str]) -> None:
        kept = {row for row in self.role_rows if row.role in roles}
        self.role_rows = kept | {StaffRole(role=role) for role in roles - {row.role for row in kept}}

    @property
    def renewed_at(self) -> datetime:
        """When it became what it is: made, linked anew or given another role."""
        return max(self.created_at, self.linked_at or self.created_at, self.roles_at or self.created_at)


class StaffSession(Base):
    """A log-in; the token itself is known to the browser alone."""

    __tablename__ = "staff_session"
    token_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When its owner last proved to be himself: at the log-in, or before an act of weight."""


class LoginTry(Base):
    """Failed log-ins to an account on one device that logged in there before, or on all others (``""``).

    ``account`` is an account's id, or a keyed digest of a name that no account has.
    """

    __tablename__ = "login_try"
    account: Mapped[str] = mapped_column(Text, primary_key=True)
    device: Mapped[str] = mapped_column(Text, primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    failed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    """When the last failure was, or the last success after it."""


class SecondFactor(Base):
    """The secret that an account shares with its owner's phone; it counts once a first code has confirmed it."""

    __tablename__ = "second_factor"
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    """Sealed under a key of the key folder."""
    last_step: Mapped[int] = mapped_column(BigInteger)
    """The half minute of the newest code that was accepted; that code and older ones are not accepted again."""
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """A code that stands in for the phone, once; used ones are deleted."""

    __tablename__ = "recovery_code"
    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)


class Invitation(Base):
    """A one-time link by which an account gets its password; without ``staff_id`` it makes the first of ``role``."""

    __tablename__ = "invitation"
    token_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    staff_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"), index=True)
    role: Mapped[str] = mapped_column(Text, default="")
    consent_id: Mapped[str | None] = mapped_column(Text)
    """The request that a second person agreed to; the link then opens only with the code that the asker has."""
    tries: Mapped[int] = mapped_column(Integer, default=0)
    """How many wrong codes were typed."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StaffUnit(Base):
    """A unit that a liaison （单位联络员） speaks for; he sees nothing of any other."""

    __tablename__ = "staff_unit"
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True)
