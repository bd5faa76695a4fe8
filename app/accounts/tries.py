"""Failed log-ins and the delay that grows with them, per account and device; nothing here locks anybody out (SEC-80).

A device that logged in to an account before has a row of its own there; all strangers share the row of no device. So
whoever guesses from outside makes strangers wait, and never the owner at his own browser.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import and_, bindparam, delete, or_, select, text
from sqlalchemy.orm import Session

from app.accounts.devices import LIFE
from app.accounts.domain import FIRST_SLOWED, FORGET_AFTER, seconds_to_wait
from app.accounts.models import LoginTry, Staff
from app.core.db import UtcDateTime, locked, locked_rows

STRANGER = ""
"""The device of whoever has not logged in to the account before."""
PRUNED_AT_ONCE = 100
_ADD = text(
    "INSERT INTO login_try (account, device, failures, failed_at) VALUES (:account, :device, 0, :at) "
    "ON CONFLICT DO NOTHING"
).bindparams(bindparam("at", type_=UtcDateTime()))


@dataclass(frozen=True, slots=True)
class Place:
    """Where failures are counted: an account's id, or the keyed digest of a name that no account has; and a device."""

    account: str
    device: str


def place_of(session: Session, secret: bytes, login: str, device: str) -> Place:
    """Return where failures of this log-in name on this device are counted.

    What was typed as a name is never stored: people type their password there.
    """
    staff_id = session.scalar(select(Staff.id).where(Staff.login == login))
    account = staff_id or hmac.new(secret, b"name\0" + login.encode(), sha256).hexdigest()[:32]
    known = device and session.get(LoginTry, (account, device)) is not None
    return Place(account, device if known else STRANGER)


def wait_at(session: Session, now: datetime, place: Place) -> int:
    """Return how many seconds to wait before the next try; 0: none."""
    row = session.get(LoginTry, (place.account, place.device))
    return 0 if row is None else seconds_to_wait(row.failures, row.failed_at, now)


def wait_again(session: Session, now: datetime, place: Place) -> int:
    """Return the seconds to wait as they are now, the row held; a failure of the future happened now.

    So a clock that is put back prolongs no delay beyond its length.
    """
    row = locked(session, LoginTry, (place.account, place.device))
    if row is None:
        return 0
    row.failed_at = min(row.failed_at, now)
    return seconds_to_wait(row.failures, row.failed_at, now)


def count_failure(session: Session, now: datetime, place: Place) -> LoginTry:
    """Count one more failure and return the row; those of an hour ago are forgotten."""
    session.execute(_ADD, {"account": place.account, "device": place.device, "at": now})
    row = locked(session, LoginTry, (place.account, place.device))
    if row is None:
        message = "the row that was just added is gone"
        raise RuntimeError(message)
    row.failures = 1 if now - row.failed_at > FORGET_AFTER else row.failures + 1
    row.failed_at = now
    return row


def is_first_slowed(row: LoginTry) -> bool:
    """Whether this failure is the one after which a delay begins: it is worth an entry in the record."""
    return row.failures == FIRST_SLOWED


def succeed(session: Session, now: datetime, place: Place, device: str) -> None:
    """Forget the failures counted there, and know the device from now on."""
    for name in {place.device, device}:
        session.execute(_ADD, {"account": place.account, "device": name, "at": now})
        row = locked(session, LoginTry, (place.account, name))
        if row is not None:
            row.failures, row.failed_at = 0, now


def clear(session: Session, place: Place) -> None:
    """Forget the failures counted there, and know nothing."""
    session.execute(delete(LoginTry).where(LoginTry.account == place.account, LoginTry.device == place.device))


def forget(session: Session, account: str) -> None:
    """Forget all devices and failures of an account."""
    session.execute(delete(LoginTry).where(LoginTry.account == account))


def prune(session: Session, now: datetime) -> None:
    """Delete some rows that count nothing any more; made-up names would fill the table.

    To be called before any other row is held: all hold these in one order, so that nobody waits in a circle.
    """
    forgotten = and_(LoginTry.device == STRANGER, LoginTry.failed_at < now - FORGET_AFTER)
    old = select(LoginTry).where(or_(forgotten, LoginTry.failed_at < now - LIFE))
    for row in locked_rows(session, old.order_by(LoginTry.account, LoginTry.device).limit(PRUNED_AT_ONCE)):
        session.delete(row)
    session.flush()
