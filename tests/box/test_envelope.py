"""Plaintexts: one size, strict reading, and no half-filled ballot."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.box.envelope import BadEnvelope, Ballot, check_marks, decode, encode, plaintext_size
from app.core.errors import DomainError
from app.rounds.domain import NOT_ASKED, Paper, paper_digest
from tests.box.papers import HASH, make_paper

REMARK_BYTES = 300
PAPER = make_paper(4, 3, {"staff": ("u1", "u3")}, REMARK_BYTES)
UNASKED = bytes((NOT_ASKED,)) * 3
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=15)


@st.composite
def ballots(draw: st.DrawFn) -> Ballot:
    """Any ballot that the booth can accept for PAPER."""
    group = draw(st.sampled_from(["residents", "staff"]))
    rated = PAPER.rated_by(group)
    marks = b"".join(
        bytes(draw(st.lists(st.integers(0, 4), min_size=3, max_size=3))) if unit in rated else UNASKED
        for unit in range(4)
    )
    written = sorted(draw(st.sets(st.sampled_from(rated))))
    return Ballot(group, marks, tuple((unit, draw(TEXTS)) for unit in written))


def plain(marks: bytes = bytes(12), *remarks: tuple[int, str]) -> Ballot:
    """Return a resident's ballot."""
    return Ballot("residents", marks, remarks)


def refusal(paper: Paper, ballot: Ballot) -> DomainError:
    """Return why the ballot is refused."""
    with pytest.raises(DomainError) as caught:
        encode(paper, HASH, ballot)
    return caught.value


def test_it_works() -> None:
    ballot = Ballot("staff", b"\0\1\2" + UNASKED + b"\3\4\0" + UNASKED, ((0, "很好"), (2, "窗口少 🙂")))
    assert decode(PAPER, HASH, encode(PAPER, HASH, ballot)) == ballot


@given(ballots())
def test_every_ballot_comes_back_and_has_the_same_size(ballot: Ballot) -> None:
    plaintext = encode(PAPER, HASH, ballot)
    assert len(plaintext) == plaintext_size(PAPER) == 35 + 12 + REMARK_BYTES
    assert decode(PAPER, HASH, plaintext) == ballot


@given(ballots(), st.data())
def test_whatever_is_read_would_be_written_the_same(ballot: Ballot, data: st.DataObject) -> None:
    changed = bytearray(encode(PAPER, HASH, ballot))
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        read = decode(PAPER, HASH, bytes(changed))
    except BadEnvelope:
        return
    assert encode(PAPER, HASH, read) == bytes(changed)


@given(st.binary(max_size=400))
def test_it_refuses_noise(noise: bytes) -> None:
    with pytest.raises(BadEnvelope):
        decode(PAPER, HASH, noise)


def test_it_refuses_another_paper() -> None:
    plaintext = encode(PAPER, paper_digest("another"), plain())
    with pytest.raises(BadEnvelope, match="envelope_of_other_paper"):
        decode(PAPER, HASH, plaintext)


@pytest.mark.parametrize(
    ("place", "value"),
    [(0, 1), (33, 9), (34, 2), (35, 5), (35, NOT_ASKED), (47, 1), (48, 1), (PAPER.remark_bytes + 46, 1)],
)
def test_it_refuses_a_changed_field(place: int, value: int) -> None:
    changed = bytearray(encode(PAPER, HASH, plain()))
    changed[place] = value
    with pytest.raises(BadEnvelope, match="envelope_malformed"):
        decode(PAPER, HASH, bytes(changed))


def test_it_refuses_a_missing_mark_by_name() -> None:
    error = refusal(PAPER, plain(bytes(7) + b"\xff" + bytes(4)))
    assert (error.code, error.params) == ("missing_marks", {"unit": 2, "item": 1})


@pytest.mark.parametrize("marks", [b"", bytes(11), bytes(13), b"\5" + bytes(11), b"\xfe" + bytes(11)])
def test_it_refuses_malformed_marks(marks: bytes) -> None:
    assert refusal(PAPER, plain(marks)).code == "marks_malformed"


def test_it_refuses_a_mark_for_a_unit_the_group_leaves_out() -> None:
    assert refusal(PAPER, Ballot("staff", bytes(9) + UNASKED)).code == "marks_malformed"


def test_it_refuses_an_unknown_group() -> None:
    assert refusal(PAPER, Ballot("nobody", bytes(12))).code == "group_unknown"


@pytest.mark.parametrize("options", range(1, 6))
def test_marks_are_checked_against_the_scale(options: int) -> None:
    check_marks(PAPER, plain(bytes((options - 1,)) * 12))
    with pytest.raises(DomainError):
        check_marks(PAPER, plain(bytes((options + 4,)) * 12))


@pytest.mark.parametrize(
    "remarks",
    [
        ((4, "好"),),
        ((-1, "好"),),
        ((0, ""),),
        ((0, "a\0b"),),
        ((0, "\ud800"),),
        ((1, "好"), (0, "好")),
        ((0, "好"), (0, "好")),
    ],
)
def test_it_refuses_malformed_remarks(remarks: tuple[tuple[int, str], ...]) -> None:
    assert refusal(PAPER, plain(bytes(12), *remarks)).code == "remark_malformed"


def test_it_refuses_a_remark_to_a_unit_the_group_leaves_out() -> None:
    ballot = Ballot("staff", bytes(3) + UNASKED + bytes(3) + UNASKED, ((1, "好"),))
    assert refusal(PAPER, ballot).code == "remark_malformed"


def test_a_remark_fits_up_to_the_limit_that_is_named() -> None:
    error = refusal(PAPER, plain(bytes(12), (0, "好" * 200)))
    assert (error.code, error.params) == ("remark_too_long", {"limit": 98})
    encode(PAPER, HASH, plain(bytes(12), (0, "好" * 98)))
    assert refusal(PAPER, plain(bytes(12), (0, "好" * 99))).code == "remark_too_long"


def test_it_refuses_remarks_where_the_paper_has_none() -> None:
    assert refusal(make_paper(4, 3), plain(bytes(12), (0, "好"))).params == {"limit": 0}
