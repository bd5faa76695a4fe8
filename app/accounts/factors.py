"""The second factor: codes of six digits from an app on the owner's phone (RFC 6238), and recovery codes (SEC-54).

A code is accepted once, and none that is older than the newest accepted one.
"""

import hmac
from base64 import b32encode
from datetime import datetime
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from pyotp import TOTP
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.accounts.models import RecoveryCode, SecondFactor
from app.audit import service as audit
from app.core.acting import Acting, Principal
from app.core.db import database_of, locked
from app.core.errors import DomainError
from app.core.folding import plain_number
from app.core.key_folder import KeyFolder
from app.core.secrets import token_bytes

ISSUER = "满意度测评"
SECRET_BYTES = 20
NONCE_BYTES = 12
STEP_SECONDS = 30
DRIFT = (0, -1, 1)
"""Half minutes by which a phone's clock may be wrong."""
CODE_DIGITS = 6
RECOVERY_CODES = 10
RECOVERY_BYTES = 10


def _seal(keys: KeyFolder, staff_id: str, secret: bytes) -> bytes:
    nonce = token_bytes(NONCE_BYTES)
    return nonce + ChaCha20Poly1305(keys.factor_secret()).encrypt(nonce, secret, staff_id.encode())


def _open(keys: KeyFolder, row: SecondFactor) -> TOTP:
    """Return what makes the codes; DomainError ``factor_unreadable`` under another key folder, as after a restore."""
    nonce, sealed = row.secret[:NONCE_BYTES], row.secret[NONCE_BYTES:]
    try:
        secret = ChaCha20Poly1305(keys.factor_secret()).decrypt(nonce, sealed, row.staff_id.encode())
    except InvalidTag:
        raise DomainError("factor_unreadable") from None
    return TOTP(b32encode(secret).decode())


def is_on(session: Session, staff_id: str) -> bool:
    """Whether the account's log-in asks for a code."""
    row = session.get(SecondFactor, staff_id)
    return row is not None and row.confirmed_at is not None


def left(session: Session, staff_id: str) -> int:
    """Return how many recovery codes are left."""
    return session.scalar(select(func.count()).where(RecoveryCode.staff_id == staff_id)) or 0


def draw(acting: Acting) -> None:
    """Draw a secret for one's own account; DomainError ``factor_on`` where one is in force."""
    row = locked(acting.session, SecondFactor, acting.actor.id)
    if row is not None and row.confirmed_at is not None:
        raise DomainError("factor_on")
    row = row or SecondFactor(staff_id=acting.actor.id, last_step=0)
    row.secret = _seal(database_of(acting.session).keys, acting.actor.id, token_bytes(SECRET_BYTES))
    acting.session.add(row)


def to_confirm(session: Session, staff: Principal, login: str) -> tuple[str, str] | None:
    """Return secret and address of a factor that waits for its first code, for the owner's app; else None."""
    row = session.get(SecondFactor, staff.id)
    if row is None or row.confirmed_at is not None:
        return None
    try:
        maker = _open(database_of(session).keys, row)
    except DomainError:  # of another key folder: a new one is drawn
        return None
    return maker.secret, maker.provisioning_uri(name=login, issuer_name=ISSUER)


def confirm(acting: Acting, code: str) -> list[str]:
    """Put the factor in force by a first code and return the recovery codes, which nobody sees again.

    DomainError ``factor_gone`` or ``factor_code_wrong``.
    """
    row = locked(acting.session, SecondFactor, acting.actor.id)
    if row is None or row.confirmed_at is not None:
        raise DomainError("factor_gone")
    if not _takes_digits(acting.session, acting.now, row, plain(code)):
        raise DomainError("factor_code_wrong")
    row.confirmed_at = acting.now
    codes = [_new_recovery_code() for _ in range(RECOVERY_CODES)]
    acting.session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == acting.actor.id))
    acting.session.add_all([RecoveryCode(digest=_digest(code), staff_id=acting.actor.id) for code in codes])
    audit.record(acting.session, acting.now, acting.actor, "account.factor_on", acting.actor.id)
    return codes


def takes(session: Session, now: datetime, staff_id: str, code: str) -> bool:
    """Whether a code is right and new; it is used up. DomainError ``factor_unreadable``."""
    row, typed = locked(session, SecondFactor, staff_id), plain(code)
    if row is None or row.confirmed_at is None:
        return False
    if typed.isdigit() and len(typed) == CODE_DIGITS:
        return _takes_digits(session, now, row, typed)
    found = locked(session, RecoveryCode, _digest(typed))
    if found is None or found.staff_id != staff_id:
        return False
    session.delete(found)
    return True


def _takes_digits(session: Session, now: datetime, row: SecondFactor, typed: str) -> bool:
    maker, step = _open(database_of(session).keys, row), int(now.timestamp()) // STEP_SECONDS
    for at in (step + drift for drift in DRIFT):
        if at > row.last_step and hmac.compare_digest(maker.generate_otp(at).encode(), typed.encode()):
            row.last_step = at
            return True
    return False


def turn_off(acting: Acting) -> None:
    """Give up one's own second factor, once password and code were given."""
    reset(acting.session, acting.actor.id)
    audit.record(acting.session, acting.now, acting.actor, "account.factor_off", acting.actor.id)


def reset(session: Session, staff_id: str) -> None:
    """Forget the second factor of an account and its recovery codes."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    session.execute(delete(SecondFactor).where(SecondFactor.staff_id == staff_id))


def plain(code: str) -> str:
    """Return a typed code without what people put between its signs."""
    return "".join(sign for sign in plain_number(code).upper() if sign.isalnum())


def _new_recovery_code() -> str:
    signs = b32encode(token_bytes(RECOVERY_BYTES)).decode()
    return "-".join(signs[at : at + 4] for at in range(0, len(signs), 4))


def _digest(code: str) -> str:
    """Return what is stored of a recovery code: 80 random bits need no slow hash."""
    return sha256(plain(code).encode()).hexdigest()
