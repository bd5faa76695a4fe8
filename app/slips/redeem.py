"""The booth's one door to the slips: find out what a code is for."""

import logging
from collections.abc import Sequence
from typing import NamedTuple

from app.ballots.finder import Finder, Found, UnreadBoxError

LOG = logging.getLogger("manyidu")


class Claim(NamedTuple):
    """The right to one ballot that a phone claims; ``code_hash`` stands for the code."""

    round_id: str
    group_id: str
    code_hash: bytes


def look_up_all(finder: Finder, hashes: Sequence[bytes]) -> dict[bytes, Found | None]:
    """Return, by its hash, what each code is for; unknown ones are missing.

    None for one of which nobody knows, because a box cannot be read.
    """
    try:
        return {**finder.find(hashes)}
    except UnreadBoxError as error:
        LOG.error("a box cannot be read: %s", type(error.__cause__).__name__)  # noqa: TRY400 - the text may quote values
        return {**dict.fromkeys(hashes), **error.found}
