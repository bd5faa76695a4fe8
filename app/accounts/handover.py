"""Handover codes: a link that two people agreed to opens an account only together with a code of eight digits (SEC-77).

Who agreed sees the link and never the code; who asked sees the code and never the link. So neither takes the account
over by himself; its owner is given both. The code is derived, and stored nowhere.
"""

import hmac
from hashlib import sha256

from app.accounts.models import Invitation
from app.core.errors import DomainError
from app.core.folding import plain_number

TRIES = 5
"""After so many wrong codes the link is over: a hundred million codes are not guessed."""
DIGITS = 8


def code_of(secret: bytes, consent_id: str) -> str:
    """Return the code of a link that was agreed to, as two groups of four digits."""
    mac = hmac.new(secret, b"handover\0" + consent_id.encode(), sha256).digest()
    digits = f"{int.from_bytes(mac, 'big') % 10**DIGITS:0{DIGITS}d}"
    return f"{digits[:4]} {digits[4:]}"


def is_asked(invitation: Invitation) -> bool:
    """Whether the link opens only with a code."""
    return invitation.consent_id is not None


def fits(invitation: Invitation, secret: bytes, typed: str) -> bool:
    """Whether the typed code is the link's, however its digits are set apart; a wrong one is counted.

    DomainError ``invitation_invalid`` for a link with too many wrong codes.
    """
    if invitation.consent_id is None:
        return True
    if invitation.tries >= TRIES:
        raise DomainError("invitation_invalid")
    digits = "".join(sign for sign in plain_number(typed) if sign.isdecimal() and sign.isascii())
    right = hmac.compare_digest(digits, code_of(secret, invitation.consent_id).replace(" ", ""))
    invitation.tries += not right
    return right
