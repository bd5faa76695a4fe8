"""Logging in within one session, as no page does: the password is checked by a thread that holds none."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy.orm import Session

from app.accounts import logins, tries
from app.accounts.passwords import Passwords
from app.core.db import database_of


def try_to_log_in(session: Session, now: datetime, login: str, password: str, device: str = "") -> logins.Entered:
    """Check the password and say what becomes of the try on this device; a stranger's becomes known as ``new``."""
    stored = logins.stored_password(session, login)
    with ThreadPoolExecutor(1) as aside:
        checked = aside.submit(Passwords().check, stored, password, known=True).result()
    place = tries.place_of(session, database_of(session).keys.form_secret(), login, device)
    return logins.log_in(session, now, place, device or "new", checked)


def log_in(session: Session, now: datetime, login: str, password: str) -> str | None:
    """Return the token of a new log-in of a stranger's device, or None."""
    return try_to_log_in(session, now, login, password).token or None
