"""Logging in and setting a password: read, leave the session, hash, then write (SEC-80)."""

from contextlib import suppress
from datetime import datetime

from app.accounts import logins, service, tries
from app.accounts.logins import Entered
from app.accounts.passwords import Passwords, is_outdated
from app.core.db import Database
from app.core.errors import DomainError
from app.core.secrets import new_id


def log_in(
    database: Database, passwords: Passwords, now: datetime, typed: tuple[str, str], device: str | None
) -> tuple[str, str]:
    """Return the token of a new log-in from ``typed`` = (login, password), and the device that is known from now on.

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
    if not entered.token:
        raise _refusal(entered)
    if stored and is_outdated(stored):
        with suppress(DomainError):  # all places are taken: the next log-in will do
            _renew(database, passwords, login, (stored, password))
    return entered.token, own


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
    typed: tuple[tuple[str, str], str],
    device: str | None,
) -> str:
    """Use up the link, with ``typed`` = ((login, name), password); return the device that is known from now on.

    Who holds a link that lives is no stranger. So a fresh link also leads past guesses that make strangers wait.
    """
    names, password = typed
    with database.reading() as session:
        service.check_password(session, now, token, names, password)
    hashed, own = passwords.hash(password, known=True), device or new_id()
    with database.writing() as session:
        staff = service.accept_invitation(session, now, token, names, hashed)
        tries.succeed(session, now, tries.Place(staff.id, own), own)
    return own
