"""Roles and the rules of log-in (DOMAIN.md section 8)."""

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
