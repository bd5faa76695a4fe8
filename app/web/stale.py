"""Older tabs: a form brings back a digest of what was stored when it was shown, and is refused where that has changed.

The page then shows both versions: what was typed, still in the form, and what is stored now. Sending it once more
replaces that, knowingly. A form without the digest is refused likewise: what it was filled in from nobody knows.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from app.core.errors import DomainError
from app.web.forms import PostedForm

FIELD = "seen"


@dataclass(frozen=True, slots=True)
class Stored:
    """What is stored of all that a form edits: lines of words and value, in the order in which a page shows them."""

    lines: tuple[tuple[str, str], ...]
    digest: str


def stored(lines: Iterable[tuple[str, str]], *more: object) -> Stored:
    """Return what is stored; ``more`` is what the lines do not show and what counts too, such as ids."""
    shown = tuple(lines)
    return Stored(shown, sha256(repr((shown, more)).encode()).hexdigest())


def refuse_stale(form: PostedForm, now: Stored) -> None:
    """Refuse a form that was shown before the last change, or does not say: DomainError ``stale``, ``stale_unknown``.

    ``now`` is read under a lock.
    """
    seen = form.sent(FIELD, 64)
    if not seen:
        raise DomainError("stale_unknown")
    if not hmac.compare_digest(seen.encode(), now.digest.encode()):
        raise DomainError("stale")
