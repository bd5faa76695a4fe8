"""Roles and the rules of log-in (docs/glossary.md “Roles”)."""

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations
from math import ceil

FIRST_SLOWED = 4
"""After so many failures in a row the next try has to wait two seconds, then four, eight and so on."""
LONGEST_WAIT_SECONDS = 300
FORGET_AFTER = timedelta(hours=1)
"""Failures count no more when the last is so long ago; so guessing comes to some 20 tries an hour."""
IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
INVITATION_LIFE = timedelta(days=7)
PASSWORD_LENGTH = 10
PASSWORD_CLASSES = 3
PASSWORD_MAX = 200


PROOF_LIFE = timedelta(minutes=5)
"""So long after giving his password again somebody does acts of weight in the same log-in."""


class Role(StrEnum):
    """What an account may do; which of them one account may have together says ``refused_join``."""

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
"""三员: they exclude each other, organising and holding keys."""
JOINED = frozenset(
    {
        frozenset({Role.ORGANISER, Role.SUPERVISOR}),
        frozenset({Role.SUPERVISOR, Role.LEADER}),
        frozenset({Role.SCRUTINEER, Role.LIAISON}),
    }
)
"""The pairs of roles that one account may have, so that a small office can run a vote; of a larger set every pair."""
_WHY_NOT = {
    frozenset({Role.ORGANISER, Role.SCRUTINEER}): "roles_box",
    frozenset({Role.SYSADMIN, Role.SECADMIN}): "roles_administrators",
}


@dataclass(frozen=True, slots=True)
class RefusedJoin:
    """Two roles that no account has together, and the code of the sentence that says why."""

    code: str
    one: Role
    other: Role


def in_order(roles: Iterable[str]) -> tuple[Role, ...]:
    """Return roles in the order in which they are told."""
    wanted = set(roles)
    return tuple(role for role in Role if role in wanted)


def refused_join(roles: AbstractSet[str]) -> RefusedJoin | None:
    """Return the first two of these roles that may not be joined in one account, or None where all may."""
    for one, other in combinations(in_order(roles), 2):
        pair = frozenset({one, other})
        if pair not in JOINED:
            code = "roles_auditor" if Role.AUDITOR in pair else _WHY_NOT.get(pair, "roles_apart")
            return RefusedJoin(code, one, other)
    return None


def roles_offered(*, three_roles: bool) -> list[Role]:
    """Return the roles that an account can be given: those of 三员 that have no other work only where it is on."""
    return [role for role in Role if three_roles or role not in {Role.SYSADMIN, Role.SECADMIN}]


def needs_factor(roles: AbstractSet[str], *, organiser_totp: bool) -> bool:
    """Whether an account of these roles does nothing before it has a second factor."""
    return organiser_totp and Role.ORGANISER in roles


class Act(StrEnum):
    """What is done to accounts."""

    CREATE = "create"
    LINK = "link"
    ENABLE = "enable"
    DISABLE = "disable"
    ROLE = "role"
    MOVE = "move"


def may_ask(roles: AbstractSet[str], act: Act, *, three_roles: bool) -> bool:
    """Whether somebody of these roles does such an act on accounts, or asks for it."""
    if not three_roles:
        return Role.ORGANISER in roles
    return (Role.SECADMIN if act is Act.ROLE else Role.SYSADMIN) in roles


def agreeing(act: Act, *, three_roles: bool) -> frozenset[Role]:
    """Return the roles that agree, as the second person, to such an act on an account of weight."""
    if not three_roles:
        return WEIGHTY
    return frozenset({Role.SYSADMIN if act is Act.ROLE else Role.SECADMIN})


def may_agree(roles: AbstractSet[str], act: Act, *, three_roles: bool) -> bool:
    """Whether somebody of these roles agrees to such an act."""
    return not agreeing(act, three_roles=three_roles).isdisjoint(roles)


def needs_consent(act: Act, roles: Collection[str], *, three_roles: bool) -> bool:
    """Whether a second person must agree to an act on an account that has, or is to have, one of these roles."""
    if act is Act.DISABLE:
        return False
    return three_roles or bool(WEIGHTY & set(roles))


def gains_weight(before: Collection[str], after: Collection[str]) -> bool:
    """Whether roles are the first of weight that an account gets: until then one person could link it anew alone."""
    return WEIGHTY.isdisjoint(before) and not WEIGHTY.isdisjoint(after)


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


def is_proven(proved_at: datetime | None, now: datetime) -> bool:
    """Whether the proof is fresh; one of the future, left behind by a clock that was put back, is none."""
    return proved_at is not None and timedelta(0) <= now - proved_at <= PROOF_LIFE


def delay_seconds(failures: int) -> int:
    """Return how long after its last failure an account waits for the next try on the same device."""
    return 0 if failures < FIRST_SLOWED else min(LONGEST_WAIT_SECONDS, 2 ** min(failures - FIRST_SLOWED + 1, 10))


def seconds_to_wait(failures: int, failed_at: datetime, now: datetime) -> int:
    """Return the whole seconds that are left of the delay: never more than its length, wherever the clock went."""
    if now - failed_at > FORGET_AFTER:
        return 0
    left = delay_seconds(failures) - max(0.0, (now - failed_at).total_seconds())
    return max(0, ceil(left))
