"""Logging in and setting a password: read, leave the session, hash, then write (SEC-80)."""

import hmac
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from app.accounts import logins, service, tries
from app.accounts.logins import Entered
from app.accounts.passwords import Passwords, is_outdated
from app.core.db import Database
from app.core.errors import DomainError
from app.core.secrets import new_id

TICKET_LIFE = timedelta(minutes=5)
"""So long a code may be typed after the password."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A new log-in with the device that is known from now on, or a ticket to the question for the second factor."""

    token: str
    device: str
    ticket: str = ""


def log_in(
    database: Database, passwords: Passwords, now: datetime, typed: tuple[str, str], device: str | None
) -> Admitted:
    """Return what ``typed`` = (login, password) opens.

    ``device`` is the one that asks, None for a stranger's. DomainError ``login_busy``, ``login_slowed`` while a delay
    runs, ``login_failed`` or ``login_failed_wait`` where one begins.
    """
    login, password = typed
    secret = database.keys.form_secret()
    with database.reading() as session:
        stored = logins.stored_password(session, login)
        place = tries.place_of(session, secret, login, device or tries.STRANGER)
        wait = tries.wait_at(session, now, place)
    if wait:
        _wait_on(database, now, place)
    checked, own = passwords.check(stored, password, known=device is not None), device or new_id()
    with database.writing() as session:
        entered = logins.log_in(session, now, place, own, checked)
    if not (entered.token or entered.asked_of):
        raise _refusal(entered)
    if stored and entered.asked_of:
        return Admitted("", "", _ticket(secret, now, entered.asked_of, stored))
    if stored and is_outdated(stored):
        with suppress(DomainError):  # all places are taken: the next log-in will do
            _renew(database, passwords, login, (stored, password))
    return Admitted(entered.token, own)


def enter_code(database: Database, now: datetime, ticket: str, code: str, device: str | None) -> Admitted:
    """Return the log-in that a code of the second factor opens after the password.

    DomainError ``login_again`` for a ticket that is over, ``login_slowed``, ``login_code_wrong`` or
    ``factor_unreadable``.
    """
    staff_id, secret = ticket.partition(".")[0], database.keys.form_secret()
    with database.reading() as session:
        login, stored = logins.stored_of(session, staff_id)
        place = tries.place_of(session, secret, login, device or tries.STRANGER)
    if not stored or not _is_ticket(secret, now, ticket, stored):
        raise DomainError("login_again")
    own = device or new_id()
    with database.writing() as session:
        entered = logins.enter_code(session, now, place, own, (stored, code))
    if not entered.is_checked:
        raise DomainError("login_slowed", seconds=entered.wait)
    if not entered.token:
        raise DomainError("login_code_wrong")
    return Admitted(entered.token, own)


def _ticket(secret: bytes, now: datetime, staff_id: str, stored: str) -> str:
    """Return what the page that asks for a code carries: that the password was right, and when."""
    made = str(int(now.timestamp()))
    return f"{staff_id}.{made}.{_ticket_mac(secret, staff_id, made, stored)}"


def _ticket_mac(secret: bytes, *parts: str) -> str:
    return hmac.new(secret, "\0".join(("ticket", *parts)).encode(), sha256).hexdigest()[:32]


def _is_ticket(secret: bytes, now: datetime, ticket: str, stored: str) -> bool:
    parts = ticket.split(".")
    if len(parts) != 3 or not parts[1].isdecimal() or len(parts[1]) > 12:  # noqa: PLR2004
        return False
    staff_id, made, mac = parts
    is_ours = hmac.compare_digest(mac.encode(), _ticket_mac(secret, staff_id, made, stored).encode())
    return is_ours and 0 <= now.timestamp() - int(made) <= TICKET_LIFE.total_seconds()


def _wait_on(database: Database, now: datetime, place: tries.Place) -> None:
    """Refuse a try that comes too early, before anything is hashed for it."""
    with database.writing() as session:
        wait = tries.wait_again(session, now, place)
    if wait:
        raise DomainError("login_slowed", seconds=wait)


def _refusal(entered: Entered) -> DomainError:
    if not entered.is_checked:
        return DomainError("login_slowed", seconds=entered.wait)
    return DomainError("login_failed_wait", seconds=entered.wait) if entered.wait else DomainError("login_failed")


def _renew(database: Database, passwords: Passwords, login: str, known_pair: tuple[str, str]) -> None:
    stored, password = known_pair
    hashed = passwords.hash(password, known=True)
    with database.writing() as session:
        logins.renew_password_hash(session, login, stored, hashed)


def accept_invitation(
    database: Database,
    passwords: Passwords,
    now: datetime,
    token: str,
    typed: tuple[tuple[str, str], str, str],
    device: str | None,
) -> str:
    """Use up the link, with ``typed`` = ((login, name), password, handover code); return the device known from now on.

    Who holds a link that lives is no stranger. So a fresh link also leads past guesses that make strangers wait.
    """
    names, password, code = typed
    with database.reading() as session:
        service.check_password(session, now, token, names, password)
    _check_code(database, now, token, code)
    hashed, own = passwords.hash(password, known=True), device or new_id()
    with database.writing() as session:
        staff = service.accept_invitation(session, now, token, names, hashed)
        tries.succeed(session, now, tries.Place(staff.id, own), own)
    return own


def _check_code(database: Database, now: datetime, token: str, code: str) -> None:
    """Refuse a wrong handover code once it has been counted."""
    secret = database.keys.form_secret()
    with database.writing() as session:
        right = service.take_code(session, now, token, secret, code)
    if not right:
        raise DomainError("handover_wrong")
