"""The booth's one door to the slips: find out what a code is for."""

from collections.abc import Sequence
from typing import NamedTuple

from app.ballots.finder import Finder, Found
from app.core.errors import DomainError
from app.slips.codes import code_hash, parse_code


class Claim(NamedTuple):
    """The right to one ballot that a phone claims; ``code_hash`` stands for the code."""

    round_id: str
    group_id: str
    code_hash: bytes


def look_up(finder: Finder, pepper: bytes, typed: str) -> Found:
    """Return what a code is for, as the voter typed or scanned it.

    DomainError as ``parse_code``, or ``code_unknown``.
    """
    digest = code_hash(pepper, parse_code(typed))
    found = look_up_all(finder, [digest])
    if digest not in found:
        raise DomainError("code_unknown")
    return found[digest]


def look_up_all(finder: Finder, hashes: Sequence[bytes]) -> dict[bytes, Found]:
    """Return, by its hash, what each code is for; unknown ones are missing."""
    return finder.find(hashes)
