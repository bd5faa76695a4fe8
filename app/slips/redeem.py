"""The booth's one door to the slips: find out what a code is for."""

from collections.abc import Sequence
from typing import NamedTuple

from app.ballots.finder import Finder, Found


class Claim(NamedTuple):
    """The right to one ballot that a phone claims; ``code_hash`` stands for the code."""

    round_id: str
    group_id: str
    code_hash: bytes


def look_up_all(finder: Finder, hashes: Sequence[bytes]) -> dict[bytes, Found]:
    """Return, by its hash, what each code is for; unknown ones are missing."""
    return finder.find(hashes)
