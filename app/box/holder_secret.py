"""A key-holder's own secret: 128 bits, written as 12 signs, and the X25519 key pair that follows from it.

The signs are those of BIP-39's list for simplified Chinese, and so is the checksum: 128 bits of the secret and four of
its SHA-256, eleven bits a sign. Each sign has a number of four digits, its place in the list from 0001, for who types
on a number pad; the QR code on the slip holds the numbers, which any scanner can type. The page's script writes and
reads them in the same way. What was drawn as 16 words, before, is still read (``word_secret``).
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.box import word_secret
from app.core.errors import DomainError
from app.core.signs import BITS, SIGNS, grouped, place_of

SECRET_BYTES = 16
SECRET_SIGNS = 12

_CHECK_BITS = BITS * SECRET_SIGNS - 8 * SECRET_BYTES
_KEY_INFO = b"manyidu/holder-key/v1"
_LONGEST_TYPED = 2000
_DIGITS_A_NUMBER = 4
_DIGITS = re.compile(r"[0-9]+")


def signs_of_secret(secret: bytes) -> str:
    """Return the secret (16 bytes) as its 12 signs, with a space after each four."""
    if len(secret) != SECRET_BYTES:
        message = f"expected {SECRET_BYTES} bytes, not {len(secret)}"
        raise ValueError(message)
    number = int.from_bytes(secret, "big") << _CHECK_BITS | _check_of(secret)
    return grouped([SIGNS[number >> BITS * place & (1 << BITS) - 1] for place in reversed(range(SECRET_SIGNS))])


def _check_of(secret: bytes) -> int:
    return hashlib.sha256(secret).digest()[0] >> 8 - _CHECK_BITS


def numbers_of(signs: str) -> list[str]:
    """Return the number of each sign, of four digits."""
    return [f"{(place_of(sign) or 0) + 1:04}" for sign in signs if sign != " "]


def read_secret(typed: str) -> bytes:
    """Return the secret whose signs, or instead of them whose numbers, were typed; or the words of one drawn before.

    Spaces, line breaks, numbering, full-width digits and traditional forms are put right. DomainError
    ``share_sign_unknown`` (``position`` from 1, ``sign``), ``share_number_unknown`` (``position``, ``number``),
    ``share_signs`` (``expected``, ``have``), ``share_signs_checksum``, or as ``word_secret.read_words``.
    """
    if len(typed) > _LONGEST_TYPED:
        raise DomainError("share_signs", expected=SECRET_SIGNS, have=_LONGEST_TYPED)
    plain = unicodedata.normalize("NFKC", typed).lower()
    letters = [sign for sign in plain if sign.isalpha()]
    if any(sign.isascii() for sign in letters):
        return word_secret.read_words(plain)
    return _of_signs(letters) if letters else _of_numbers(_numbers(plain))


def _of_signs(signs: Sequence[str]) -> bytes:
    places = []
    for position, sign in enumerate(signs, start=1):
        place = place_of(sign)
        if place is None:
            raise DomainError("share_sign_unknown", position=position, sign=sign)
        places.append(place)
    return _checked(places)


def _numbers(plain: str) -> list[str]:
    """Return the numbers that were typed: groups of up to four digits, or one run that is cut into fours."""
    groups = _DIGITS.findall(plain)
    if any(len(group) > _DIGITS_A_NUMBER for group in groups):
        groups = re.findall(f"[0-9]{{1,{_DIGITS_A_NUMBER}}}", "".join(groups))
    return groups


def _of_numbers(numbers: Sequence[str]) -> bytes:
    if len(numbers) == word_secret.WORDS:
        return word_secret.read_numbers(numbers)
    for position, number in enumerate(numbers, start=1):
        if not 1 <= int(number) <= len(SIGNS):
            raise DomainError("share_number_unknown", position=position, number=number)
    return _checked([int(number) - 1 for number in numbers])


def _checked(places: Sequence[int]) -> bytes:
    if len(places) != SECRET_SIGNS:
        raise DomainError("share_signs", expected=SECRET_SIGNS, have=len(places))
    number = 0
    for place in places:
        number = number << BITS | place
    secret = (number >> _CHECK_BITS).to_bytes(SECRET_BYTES, "big")
    if number & (1 << _CHECK_BITS) - 1 != _check_of(secret):
        raise DomainError("share_signs_checksum")
    return secret


def holder_key(secret: bytes, round_id: str) -> X25519PrivateKey:
    """Return the key pair of a holder's secret in this round."""
    kdf = HKDF(SHA256(), length=32, salt=None, info=_KEY_INFO + b"\0" + round_id.encode())
    return X25519PrivateKey.from_private_bytes(kdf.derive(secret))


def public_half(secret: bytes, round_id: str) -> bytes:
    """Return what the database keeps of a holder's secret: 32 bytes to which his part of the key is sealed."""
    return holder_key(secret, round_id).public_key().public_bytes_raw()
