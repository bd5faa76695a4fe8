"""A key-holder's own secret: 128 bits, written as 16 words, and the X25519 key pair that follows from it.

The words are those of SLIP-39's list, and so is the checksum (RS1024): 13 words of the secret and 3 that notice
every slip of the pen in up to three words. Each word has a number of four digits, its place in the list from 0001, for
who types on a number pad. The page's script writes and reads them in the same way.
"""

import re
import unicodedata
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from shamir_mnemonic import rs1024
from shamir_mnemonic.wordlist import WORDLIST

from app.core.errors import DomainError

SECRET_BYTES = 16
SECRET_WORDS = 16
PREFIX = 4
"""SLIP-39's words differ in their first four letters."""

_BITS = 10
_DATA_WORDS = 13
_CHECKED_FOR = b"manyidu"
_KEY_INFO = b"manyidu/holder-key/v1"
_LONGEST_TYPED = 2000
_LONGEST_ECHO = 16
_DIGITS_A_NUMBER = 4
_DIGITS = re.compile(r"[0-9]+")
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_PLACES: dict[str, int] = {word: place for place, word in enumerate(WORDLIST)}
_BY_PREFIX: dict[str, str] = {word[:PREFIX]: word for word in WORDLIST}


def words_of(secret: bytes) -> str:
    """Return the secret (16 bytes) as its 16 words with single spaces."""
    if len(secret) != SECRET_BYTES:
        message = f"expected {SECRET_BYTES} bytes, not {len(secret)}"
        raise ValueError(message)
    number = int.from_bytes(secret, "big")
    data = [number >> _BITS * place & (1 << _BITS) - 1 for place in reversed(range(_DATA_WORDS))]
    return " ".join(WORDLIST[place] for place in (*data, *rs1024.create_checksum(data, _CHECKED_FOR)))


def numbers_of(words: Sequence[str]) -> list[str]:
    """Return the number of each word, of four digits."""
    return [f"{_PLACES[word] + 1:04}" for word in words]


def read_words(typed: str) -> bytes:
    """Return the secret whose words, or instead of them whose numbers, were typed.

    Capitals, full-width letters, line breaks, numbering and words cut after four letters or later are put right.
    DomainError ``share_word_unknown`` (``position`` from 1, ``word``), ``share_length`` (``expected``, ``have``) or
    ``share_checksum``.
    """
    if len(typed) > _LONGEST_TYPED:
        raise DomainError("share_length", expected=SECRET_WORDS, have=len(typed.split()))
    plain = unicodedata.normalize("NFKC", typed).lower()
    words = _NOT_LETTERS.sub(" ", plain).split()
    places = [_place(at, word) for at, word in enumerate(words, start=1)] if words else _numbered(plain)
    if len(places) != SECRET_WORDS:
        raise DomainError("share_length", expected=SECRET_WORDS, have=len(places))
    return _checked(places)


def _numbered(plain: str) -> list[int]:
    """Return the places that numbers name: groups of up to four digits, or one run that is cut into fours."""
    groups = _DIGITS.findall(plain)
    if any(len(group) > _DIGITS_A_NUMBER for group in groups):
        groups = re.findall(f"[0-9]{{1,{_DIGITS_A_NUMBER}}}", "".join(groups))
    for position, group in enumerate(groups, start=1):
        if not 1 <= int(group) <= len(WORDLIST):
            raise DomainError("share_word_unknown", position=position, word=group)
    return [int(group) - 1 for group in groups]


def _place(position: int, typed: str) -> int:
    word = _BY_PREFIX.get(typed[:PREFIX], "")
    if not word.startswith(typed):
        raise DomainError("share_word_unknown", position=position, word=typed[:_LONGEST_ECHO])
    return _PLACES[word]


def _checked(places: Sequence[int]) -> bytes:
    number = 0
    for place in places[:_DATA_WORDS]:
        number = number << _BITS | place
    if not rs1024.verify_checksum(places, _CHECKED_FOR) or number >> 8 * SECRET_BYTES:
        raise DomainError("share_checksum")
    return number.to_bytes(SECRET_BYTES, "big")


def holder_key(secret: bytes, round_id: str) -> X25519PrivateKey:
    """Return the key pair of a holder's secret in this round."""
    kdf = HKDF(SHA256(), length=32, salt=None, info=_KEY_INFO + b"\0" + round_id.encode())
    return X25519PrivateKey.from_private_bytes(kdf.derive(secret))


def public_half(secret: bytes, round_id: str) -> bytes:
    """Return what the database keeps of a holder's secret: 32 bytes to which his part of the key is sealed."""
    return holder_key(secret, round_id).public_key().public_bytes_raw()
