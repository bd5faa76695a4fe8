"""Roles and the rules of log-in (DOMAIN.md section 8)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

LOCK_AFTER_FAILURES = 5
LOCK_FOR = timedelta(minutes=30)
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
INVITATION_LIFE = timedelta(days=7)
PASSWORD_LENGTH = 10
PASSWORD_CLASSES = 3
PASSWORD_MAX = 200


class Role(StrEnum):
    """What an account may do; exactly one each, so that nobody audits himself."""

    ORGANISER = "organiser"
    SCRUTINEER = "scrutineer"
    LEADER = "leader"
    AUDITOR = "auditor"
    LIAISON = "liaison"
    SUPERVISOR = "supervisor"
    SYSADMIN = "sysadmin"
    SECADMIN = "secadmin"


WEIGHTY = frozenset({Role.ORGANISER, Role.SCRUTINEER, Role.AUDITOR, Role.SUPERVISOR, Role.SYSADMIN, Role.SECADMIN})
"""Roles that may hold a key or be a second person: nobody makes, changes or re-links such an account alone."""
THREE_ROLES = (Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR)
"""三员: they exclude each other, organising and holding keys; every account has one role."""


def roles_offered(*, three_roles: bool) -> list[Role]:
    """Return the roles that an account can be given: those of 三员 that have no other work only where it is on."""
    return [role for role in Role if three_roles or role not in {Role.SYSADMIN, Role.SECADMIN}]


class Act(StrEnum):
    """What is done to accounts."""

    CREATE = "create"
    LINK = "link"
    ENABLE = "enable"
    DISABLE = "disable"
    ROLE = "role"


def may_ask(role: str, act: Act, *, three_roles: bool) -> bool:
    """Whether this role does such an act on accounts, or asks for it."""
    if not three_roles:
        return role == Role.ORGANISER
    return role == (Role.SECADMIN if act is Act.ROLE else Role.SYSADMIN)


def may_agree(role: str, act: Act, *, three_roles: bool) -> bool:
    """Whether this role agrees, as the second person, to such an act on an account of weight."""
    if not three_roles:
        return role in WEIGHTY
    return role == (Role.SYSADMIN if act is Act.ROLE else Role.SECADMIN)


def needs_consent(act: Act, roles: Collection[str], *, three_roles: bool) -> bool:
    """Whether a second person must agree to an act on an account that has, or is to have, one of these roles."""
    if act is Act.DISABLE:
        return False
    return three_roles or bool(WEIGHTY & set(roles))


def password_is_weak(password: str, login: str) -> bool:
    """Whether the password is shorter than 10 signs, of fewer than 3 classes, or contains the log-in name."""
    classes = (
        any(sign.islower() for sign in password),
        any(sign.isupper() for sign in password),
        any(sign.isdigit() for sign in password),
        any(not sign.isalnum() for sign in password) or any(ord(sign) > 0x7F for sign in password),  # noqa: PLR2004
    )
    too_plain = len(password) < PASSWORD_LENGTH or sum(classes) < PASSWORD_CLASSES
    return too_plain or (len(login) > 3 and login.lower() in password.lower())  # noqa: PLR2004


def is_locked(locked_until: datetime | None, now: datetime) -> bool:
    """Whether the account is still locked."""
    return locked_until is not None and now < locked_until
