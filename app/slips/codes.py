"""Slip codes: how one is drawn, written for people, read back from any keyboard, and kept as a hash.

A code is twelve Crockford base32 signs (60 random bits) and one check sign from the same alphabet.

The check sign is the parity symbol of a Reed-Solomon code over GF(32) = GF(2)[x]/(x^5 + x^2 + 1): the thirteen signs,
each multiplied by its own power of the generator x, add up to zero. A wrong sign changes one term by a non-zero amount,
and exchanging two different signs changes the sum by (x^i - x^j)(a - b), never zero; so every single wrong sign and
every exchange of two signs is found. (Crockford's own mod-37 check sign and the systems of ISO 7064 need check signs
outside the alphabet, or an alphabet of another size.)
"""

import hmac
import re
import unicodedata
from collections.abc import Callable
from functools import reduce
from operator import getitem, xor
from typing import Final

from app.core.errors import DomainError

SIGNS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 13

_DATA_SIGNS: Final = CODE_LENGTH - 1
_LONGEST_TYPED: Final = 64
_FIELD_POLYNOMIAL: Final = 0b100101
_HASH_LABEL: Final = b"slip code\x00"
_CANONICAL: Final = re.compile(rf"[{SIGNS}]{{{CODE_LENGTH}}}", re.ASCII)
_AFTER_ADDRESS: Final = re.compile("[#\N{FULLWIDTH NUMBER SIGN}]")
"""A gun that scans a slip types the whole address, of which the code is the fragment."""
_FILLER: Final = frozenset({"Pd", "Zs", "Cf"})
_TYPED: Final = {
    **{ord(sign): sign for sign in SIGNS},
    **{ord(sign.lower()): sign for sign in SIGNS},
    **{ord(typed): sign for typed, sign in zip("OoIiLl", "001111", strict=True)},
}


def _times_x(element: int) -> int:
    doubled = element << 1
    return doubled ^ _FIELD_POLYNOMIAL if doubled & 0b100000 else doubled


def _term_tables() -> tuple[dict[str, int], ...]:
    """One table per place of the code: sign -> sign x (generator to the power of the place)."""
    tables = []
    elements = list(range(len(SIGNS)))
    for _ in range(CODE_LENGTH):
        tables.append(dict(zip(SIGNS, elements, strict=True)))
        elements = [_times_x(element) for element in elements]
    # The check sign stands last and has weight one, so that it equals the sum of the others.
    return tuple(reversed(tables))


_TERMS: Final = _term_tables()


def _parity(signs: str) -> int:
    return reduce(xor, map(getitem, _TERMS, signs))


def new_code(draw: Callable[[int], bytes]) -> str:
    """Draw a code; ``draw(n)`` gives n bytes from the system's random source."""
    number = int.from_bytes(draw(8), "big") >> 4
    signs = "".join(SIGNS[number >> shift & 31] for shift in range(5 * (_DATA_SIGNS - 1), -1, -5))
    return signs + SIGNS[_parity(signs)]


def parse_code(typed: str) -> str:
    """Return the canonical code for what a voter typed or scanned.

    Small letters, spaces, dashes and the full-width signs of Chinese keyboards are accepted, as is an address that ends
    in ``#`` and the code; O is read as 0, I and L as 1. Raises ``code_malformed`` unless thirteen signs of the alphabet
    remain, ``code_check_sign`` when one is wrong.
    """
    code = typed if _CANONICAL.fullmatch(typed) else _tidy(typed)
    if _parity(code):
        raise DomainError("code_check_sign")
    return code


def plain_signs(typed: str) -> str:
    """Return what was typed as signs of the alphabet, as far as it can be read so; DomainError if far too long."""
    if len(typed) > _LONGEST_TYPED:
        raise DomainError("code_malformed")
    plain = unicodedata.normalize("NFKC", typed)
    signs = "".join(c for c in plain if unicodedata.category(c) not in _FILLER and c not in "\t\r\n\N{MINUS SIGN}")
    return signs.translate(_TYPED)


def _tidy(typed: str) -> str:
    code = plain_signs(_AFTER_ADDRESS.split(typed)[-1])
    if not _CANONICAL.fullmatch(code):
        raise DomainError("code_malformed")
    return code


def format_code(code: str) -> str:
    """Write a canonical code in groups of four, as it stands on the slip."""
    return "-".join(code[start : start + 4] for start in range(0, CODE_LENGTH, 4))


def code_hash(pepper: bytes, code: str) -> bytes:
    """Return what the database keeps of a canonical code: 32 bytes, HMAC-SHA-256 under the pepper (SEC-30)."""
    return hmac.digest(pepper, _HASH_LABEL + code.encode("ascii"), "sha256")
