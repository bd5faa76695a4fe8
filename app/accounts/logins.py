"""Log-ins: begun with a password that was checked, ended by who began them, by an administrator, or by time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from app.accounts import factors, tries
from app.accounts.domain import ABSOLUTE
from app.accounts.models import Invitation, Staff, StaffSession
from app.accounts.passwords import Checked
from app.accounts.service import principal, token_hash
from app.accounts.tries import Place
from app.audit import service as audit
from app.core.acting import Principal
from app.core.db import locked, locked_rows
from app.core.errors import DomainError
from app.core.secrets import new_token


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of a try: the token of a new log-in, or none and how many seconds the next try has to wait."""

    token: str = ""
    wait: int = 0
    is_checked: bool = True
    """False: the try came while a delay ran, and nothing that was typed was looked at."""
    asked_of: str = ""
    """The id of the account whose password was right, and which has a second factor that has not been given."""


def stored_password(session: Session, login: str) -> str | None:
    """Return the hash that a password has to fit, or None where there is no account or no password."""
    return session.scalar(select(Staff.password_hash).where(Staff.login == login))


def stored_of(session: Session, staff_id: str) -> tuple[str, str | None]:
    """Return log-in name and hash of an account by its id; empty and None where there is none."""
    staff = session.get(Staff, staff_id)
    return (staff.login, staff.password_hash) if staff else ("", None)


def log_in(session: Session, now: datetime, place: Place, device: str, checked: Checked) -> Entered:
    """Begin a log-in to the account of ``place``, on ``device``, which is known there from now on.

    Unknown, wrong and disabled all look the same. Returns instead of raising, because the count of failures must be
    committed. A password that was set anew since it was checked opens nothing.
    """
    tries.prune(session, now)
    wait = tries.wait_again(session, now, place)  # many may have been checked at once
    if wait:
        return Entered(wait=wait, is_checked=False)
    staff = next(iter(locked_rows(session, select(Staff).where(Staff.id == place.account))), None)
    if staff is None or staff.disabled or not checked.right or checked.stored != staff.password_hash:
        return _fail(session, now, place, staff)
    if factors.is_on(session, staff.id):
        return Entered(asked_of=staff.id)
    tries.succeed(session, now, place, device)
    return Entered(_begin(session, now, staff))


def enter_code(session: Session, now: datetime, place: Place, device: str, given: tuple[str, str]) -> Entered:
    """Begin the log-in of who gave the right password before; ``given`` = (the hash that it fitted, code).

    DomainError ``login_again`` where the password was changed meanwhile.
    """
    wait = tries.wait_again(session, now, place)
    if wait:
        return Entered(wait=wait, is_checked=False)
    staff = locked(session, Staff, place.account)
    if staff is None or staff.disabled or staff.password_hash != given[0]:
        raise DomainError("login_again")
    if not factors.takes(session, now, staff.id, given[1]):
        return _fail(session, now, place, staff)
    tries.succeed(session, now, place, device)
    return Entered(_begin(session, now, staff))


def _fail(session: Session, now: datetime, place: Place, staff: Staff | None) -> Entered:
    row = tries.count_failure(session, now, place)
    if staff is not None and tries.is_first_slowed(row):
        audit.record(session, now, principal(staff), "login.slowed", staff.id)
    return Entered(wait=tries.wait_at(session, now, place))


def _begin(session: Session, now: datetime, staff: Staff) -> str:
    token = new_token()
    until = now + ABSOLUTE
    session.add(
        StaffSession(token_hash=token_hash(token), staff_id=staff.id, created_at=now, expires_at=until, proved_at=now)
    )
    session.execute(delete(StaffSession).where(StaffSession.expires_at <= now))
    audit.record(session, now, principal(staff), "login", staff.id)
    return token


@dataclass(frozen=True, slots=True)
class Asked:
    """Who has to prove in his log-in that he is himself, by what, and when he last did."""

    staff_id: str
    password_hash: str | None
    proved_at: datetime | None
    by_code: bool
    """Whether the account has a second factor, whose code is then the proof."""


def asked_to_prove(session: Session, key: str) -> Asked:
    """Return what there is to prove in a log-in; DomainError ``login_needed`` where it is over."""
    found = session.get(StaffSession, key)
    staff = session.get(Staff, found.staff_id) if found else None
    if found is None or staff is None:
        raise DomainError("login_needed")
    return Asked(staff.id, staff.password_hash, found.proved_at, factors.is_on(session, staff.id))


@dataclass(frozen=True, slots=True)
class Proved:
    """Whether the proof was right, and how many seconds the next one has to wait."""

    is_right: bool
    wait: int = 0


def prove(session: Session, now: datetime, place: Place, is_right: Callable[[Staff], bool]) -> Proved:
    """Write down that who is logged in proved himself, or failed to; ``place.device`` is the log-in's hash."""
    wait = tries.wait_again(session, now, place)
    found, staff = locked(session, StaffSession, place.device), session.get(Staff, place.account)
    if wait or found is None or staff is None:
        return Proved(is_right=False, wait=wait)
    if not is_right(staff):
        tries.count_failure(session, now, place)
        audit.record(session, now, principal(staff), "login.unproved", staff.id)
        return Proved(is_right=False, wait=tries.wait_at(session, now, place))
    found.proved_at = now
    tries.clear(session, place)
    return Proved(is_right=True)


def renew_password_hash(session: Session, login: str, old: str, new: str) -> None:
    """Put a hash with the parameters of today in the place of an old one, unless the password changed meanwhile."""
    session.execute(update(Staff).where(Staff.login == login, Staff.password_hash == old).values(password_hash=new))


def log_out(session: Session, now: datetime, token: str) -> None:
    """End a log-in."""
    found = locked(session, StaffSession, token_hash(token))
    if found is None:
        return
    staff = session.get_one(Staff, found.staff_id)
    session.delete(found)
    audit.record(session, now, principal(staff), "logout", staff.id)


def end_all(session: Session) -> None:
    """End all log-ins, and the one-time links of accounts: some were used up since a backup was made."""
    session.execute(delete(StaffSession))
    session.execute(delete(Invitation).where(Invitation.staff_id.is_not(None)))


def who(session: Session, now: datetime, token: str) -> Principal | None:
    """Return whose living log-in the token is."""
    query = select(Staff, StaffSession.expires_at).join(StaffSession, StaffSession.staff_id == Staff.id)
    living = query.where(StaffSession.token_hash == token_hash(token)).options(joinedload(Staff.role_rows))
    found = session.execute(living).unique().one_or_none()
    if found is None or found.expires_at <= now or found.Staff.disabled:
        return None
    return principal(found.Staff)
