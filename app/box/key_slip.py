"""What stands on a key slip, and how it goes to the one who typesets it."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class KeySlip:
    """One share of a round's key, for one named key-holder."""

    round_title: str
    holder: str
    number: int
    count: int
    needed: int
    words: str
    """The share as its words with single spaces."""


def packed(slips: Sequence[KeySlip]) -> bytes:
    """Return the slips as bytes for a pipe, and for nothing else: the words stand in them."""
    return json.dumps([asdict(slip) for slip in slips], ensure_ascii=False).encode()
