"""Secrets of key slips printed before signs were: 16 words of SLIP-39's list, or their numbers. Read, never written.

The checksum is SLIP-39's (RS1024) too: 13 words of the secret and 3 that notice every slip of the pen in up to three
words. A round whose holders drew such slips is opened with them; once none is ready, open or sealed this can go.
"""

import re
from collections.abc import Sequence

from shamir_mnemonic import rs1024
from shamir_mnemonic.wordlist import WORDLIST

from app.core.errors import DomainError

WORDS = 16
PREFIX = 4
"""SLIP-39's words differ in their first four letters."""

_SECRET_BYTES = 16
_BITS = 10
_DATA_WORDS = 13
_CHECKED_FOR = b"manyidu"
_LONGEST_ECHO = 16
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_PLACES: dict[str, int] = {word: place for place, word in enumerate(WORDLIST)}
_BY_PREFIX: dict[str, str] = {word[:PREFIX]: word for word in WORDLIST}


def read_words(plain: str) -> bytes:
    """Return the secret of these words, in small letters; numbering and words cut after four letters are put right.

    DomainError ``share_word_unknown`` (``position`` from 1, ``word``), ``share_length`` (``expected``, ``have``) or
    ``share_checksum``.
    """
    words = _NOT_LETTERS.sub(" ", plain).split()
    return _checked([_place(at, word) for at, word in enumerate(words, start=1)])


def _place(position: int, typed: str) -> int:
    word = _BY_PREFIX.get(typed[:PREFIX], "")
    if not word.startswith(typed):
        raise DomainError("share_word_unknown", position=position, word=typed[:_LONGEST_ECHO])
    return _PLACES[word]


def read_numbers(numbers: Sequence[str]) -> bytes:
    """Return the secret whose words have these numbers; DomainError as ``read_words``, or ``share_number_unknown``."""
    for position, number in enumerate(numbers, start=1):
        if not 1 <= int(number) <= len(WORDLIST):
            raise DomainError("share_number_unknown", position=position, number=number)
    return _checked([int(number) - 1 for number in numbers])


def _checked(places: Sequence[int]) -> bytes:
    if len(places) != WORDS:
        raise DomainError("share_length", expected=WORDS, have=len(places))
    number = 0
    for place in places[:_DATA_WORDS]:
        number = number << _BITS | place
    if not rs1024.verify_checksum(places, _CHECKED_FOR) or number >> 8 * _SECRET_BYTES:
        raise DomainError("share_checksum")
    return number.to_bytes(_SECRET_BYTES, "big")
