"""The only module that draws randomness."""

import secrets
from collections.abc import Iterable, Sequence
from typing import TypeVar

ID_SIGNS = "0123456789abcdefghjkmnpqrstvwxyz"
ID_LENGTH = 20
"""20 signs of 5 bits: 100 random bits, no order in time."""

_SIGN_OF_BYTE = bytes(ord(ID_SIGNS[byte % len(ID_SIGNS)]) for byte in range(256))
_RANDOM = secrets.SystemRandom()
T = TypeVar("T")


def new_id() -> str:
    """Return a random identifier for a row of the staff side."""
    return secrets.token_bytes(ID_LENGTH).translate(_SIGN_OF_BYTE).decode("ascii")


def new_token() -> str:
    """Return a URL-safe secret of 256 bits for a link or a session."""
    return secrets.token_urlsafe(32)


def token_bytes(count: int) -> bytes:
    """Return ``count`` random bytes."""
    return secrets.token_bytes(count)


def shuffled(items: Iterable[T]) -> list[T]:
    """Return the items in a random order."""
    result = list(items)
    _RANDOM.shuffle(result)
    return result


def jitter(limit: float) -> float:
    """Return a random number of seconds between 0 and ``limit``."""
    return _RANDOM.uniform(0, limit)


def chance(share: float) -> bool:
    """Return True with probability ``share``."""
    return _RANDOM.random() < share


def choose(weights: Sequence[float]) -> int:
    """Return an index, each with a probability in proportion to its weight."""
    return _RANDOM.choices(range(len(weights)), weights)[0]
