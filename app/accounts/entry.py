"""Logging in and setting a password: read, leave the session, hash, then write (SEC-80)."""

from contextlib import suppress
from datetime import datetime

from app.accounts import service
from app.accounts.passwords import Passwords, is_outdated
from app.core.db import Database
from app.core.errors import DomainError


def log_in(
    database: Database, passwords: Passwords, now: datetime, typed: tuple[str, str], *, known: bool
) -> str | None:
    """Return the token of a new log-in from ``typed`` = (login, password), or None; DomainError ``login_busy``."""
    login, password = typed
    with database.reading() as session:
        stored = service.stored_password(session, login)
    checked = passwords.check(stored, password, known=known)
    with database.writing() as session:
        token = service.log_in(session, now, login, checked)
    if token and stored and is_outdated(stored):
        with suppress(DomainError):  # all places are taken: the next log-in will do
            _renew(database, passwords, login, (stored, password))
    return token


def _renew(database: Database, passwords: Passwords, login: str, known_pair: tuple[str, str]) -> None:
    stored, password = known_pair
    hashed = passwords.hash(password, known=True)
    with database.writing() as session:
        service.renew_password_hash(session, login, stored, hashed)


def accept_invitation(
    database: Database, passwords: Passwords, now: datetime, token: str, typed: tuple[tuple[str, str], str]
) -> None:
    """Use up the link, with ``typed`` = ((login, name), password); who holds a link that lives is no stranger."""
    names, password = typed
    with database.reading() as session:
        service.check_password(session, now, token, names, password)
    hashed = passwords.hash(password, known=True)
    with database.writing() as session:
        service.accept_invitation(session, now, token, names, hashed)
