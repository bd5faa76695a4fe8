"""Receipts as people type them, and where one stands in a list; without any I/O."""

from bisect import bisect_left
from dataclasses import dataclass
from typing import Final

from app.core.errors import DomainError
from app.rounds.domain import RECEIPT_BYTES

SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS: Final = 8 * RECEIPT_BYTES
FEWEST, MOST = 16, 26
"""Signs of a receipt as it is shown, and of a whole one."""
_HEX_DIGITS: Final = BITS // 4


@dataclass(frozen=True, slots=True)
class Prefix:
    """The first ``bits`` bits of a receipt as a number."""

    number: int
    bits: int

    def matches(self, receipt: bytes) -> bool:
        """Whether a whole receipt begins so."""
        return int.from_bytes(receipt, "big") >> (BITS - self.bits) == self.number

    @property
    def lowest(self) -> bytes:
        """The first receipt, in order, that begins so."""
        return (self.number << (BITS - self.bits)).to_bytes(RECEIPT_BYTES, "big")


def parse_receipt(signs: str) -> Prefix:
    """Return what plain signs, 16 to 26 of a receipt or 32 hex digits, stand for; DomainError ``receipt_malformed``."""
    if len(signs) == _HEX_DIGITS and set(signs) <= set("0123456789ABCDEF"):
        return Prefix(int(signs, 16), BITS)
    if not FEWEST <= len(signs) <= MOST or not set(signs) <= set(SIGNS):
        raise DomainError("receipt_malformed")
    number = 0
    for sign in signs:
        number = number << 5 | SIGNS.index(sign)
    spare = max(0, 5 * len(signs) - BITS)
    return Prefix(number >> spare, 5 * len(signs) - spare)


def place_of(joined: bytes, wanted: Prefix) -> int | None:
    """Return where, from 0, the one receipt stands in a sorted list of joined ones that begins as wanted, or None."""
    count = len(joined) // RECEIPT_BYTES

    def receipt(place: int) -> bytes:
        return joined[place * RECEIPT_BYTES : (place + 1) * RECEIPT_BYTES]

    place = bisect_left(range(count), wanted.lowest, key=receipt)
    return place if place < count and wanted.matches(receipt(place)) else None
