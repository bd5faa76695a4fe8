"""Tags hang on everything they shall protect."""

import hmac
import itertools

import pytest

from app.ballots.domain import CodeState, GateState
from app.ballots.models import TAGGED
from app.ballots.tags import Tags
from tests.found import some

SECRET = bytes(range(32))


def test_it_works() -> None:
    tags = Tags(SECRET, "r1")
    tag = tags.code(b"h", "g", "b", CodeState.LIVE)
    assert len(tag) == 32
    assert tags.is_code(tag, b"h", "g", "b", CodeState.LIVE)
    assert tags.is_envelope(tags.envelope(b"i", "g", b"sealed"), b"i", "g", b"sealed")
    assert Tags(SECRET, "r1").code(b"h", "g", "b", CodeState.LIVE) == tag


def test_every_part_counts() -> None:
    tags = Tags(SECRET, "r1")
    made = [
        tags.code(b"h", "g", "b", CodeState.LIVE),
        tags.code(b"H", "g", "b", CodeState.LIVE),
        tags.code(b"h", "G", "b", CodeState.LIVE),
        tags.code(b"h", "g", "B", CodeState.LIVE),
        tags.code(b"h", "g", "b", CodeState.SPENT),
        tags.code(b"h", "g", "b", CodeState.VOIDED),
        tags.code(b"hg", "", "b", CodeState.LIVE),
        tags.code(b"h", "gb", "", CodeState.LIVE),
        tags.envelope(b"h", "g", b"b"),
        tags.envelope(b"h", "g", b"s"),
        tags.envelope(b"hg", "", b"s"),
        Tags(SECRET, "r2").code(b"h", "g", "b", CodeState.LIVE),
        Tags(bytes(32), "r1").code(b"h", "g", "b", CodeState.LIVE),
    ]
    assert all(one != other for one, other in some(itertools.combinations(made, 2)))


def test_a_tag_is_what_it_was_in_boxes_that_exist() -> None:
    """HMAC under HKDF (RFC 5869), every part with its length before it: worked out here by the standard library."""
    key = hmac.digest(hmac.digest(bytes(32), SECRET, "sha256"), b"manyidu/box-tag/v1/r1\x01", "sha256")
    parts = (b"code", b"h", b"g", b"b", bytes((CodeState.LIVE,)))
    text = b"".join(bytes((0, 0, 0, len(part))) + part for part in parts)
    assert Tags(SECRET, "r1").code(b"h", "g", "b", CodeState.LIVE) == hmac.digest(key, text, "sha256")


OTHER = ("r2", 3, int(GateState.NOT_YET), "2026-11-23", "i2", '["b"]', b"K" * 32, "other", bytes(15) + b"\x01")


def gate_in(state: GateState) -> list[str | int | bytes]:
    return ["r1", 2, int(state), "", "i1", '["a"]', b"k" * 32, "hash", bytes(16)]


@pytest.mark.parametrize("state", [GateState.OPEN, GateState.CLOSED])
@pytest.mark.parametrize("place", range(len(TAGGED)), ids=[column.name for column in TAGGED])
def test_every_part_of_a_gate_counts_and_counts_only_once_it_is_closed(state: GateState, place: int) -> None:
    tags, fields = Tags(SECRET, "r1"), gate_in(state)
    tag = tags.gate(fields)
    assert tags.is_gate(tag, fields)
    changed = [*fields[:place], OTHER[place], *fields[place + 1 :]]
    falls_in = TAGGED[place].name == "counts" and state is GateState.OPEN
    assert tags.is_gate(tag, changed) is falls_in
