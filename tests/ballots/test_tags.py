"""Tags hang on everything they shall protect."""

import itertools

from app.ballots.domain import CodeState
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
