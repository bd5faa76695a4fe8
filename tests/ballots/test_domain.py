"""The gate's rule, the counts on disk, and what tags amount to."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ballots.domain import (
    CodeState,
    Count,
    Finding,
    Gate,
    GateState,
    Verdict,
    may_change,
    pack_counts,
    refusal,
    unpack_counts,
    verdict,
)

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
NUMBERS = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize(
    ("state", "closes_in", "code"),
    [
        (GateState.NOT_YET, None, "round_not_open"),
        (GateState.NOT_YET, -1, "round_not_open"),
        (GateState.OPEN, None, ""),
        (GateState.OPEN, 1, ""),
        (GateState.OPEN, 0, "round_closed"),
        (GateState.OPEN, -1, "round_closed"),
        (GateState.CLOSED, None, "round_closed"),
        (GateState.CLOSED, 1, "round_closed"),
    ],
)
def test_it_works(state: GateState, closes_in: int | None, code: str) -> None:
    closes_at = None if closes_in is None else NOON + timedelta(microseconds=closes_in)
    assert refusal(state, closes_at, NOON) == code


@given(st.dictionaries(st.text(min_size=1), st.builds(Count, NUMBERS, NUMBERS, NUMBERS, NUMBERS)))
def test_counts_come_back_and_keep_their_size(counts: dict[str, Count]) -> None:
    packed = pack_counts(list(counts), counts)
    assert unpack_counts(list(counts), packed) == counts
    assert len(packed) == 16 * len(counts)


def test_a_verdict_names_the_groups_in_which_something_is_wrong() -> None:
    codes = [("a", CodeState.SPENT, True), ("a", CodeState.LIVE, True), ("b", CodeState.SPENT, True)]
    right = [("a", True), ("b", True)]
    assert verdict(codes, right).is_right
    assert verdict(codes, right).wrong == {}
    assert set(verdict(codes, right[:1]).wrong) == {"b"}
    assert set(verdict(codes, [("a", True), ("a", True)]).wrong) == {"a", "b"}
    assert verdict(codes, [("a", False), ("b", True)]).wrong == {"a": Finding(spent=1, bad_envelopes=1)}
    assert verdict([("a", CodeState.SPENT, False)], []).wrong == {"a": Finding(bad_codes=1)}
    assert verdict([], []).is_right
    assert not Verdict({}, gate_is_right=False).is_right
    assert not Verdict({"a": Finding(spent=1)}).is_right


def test_as_many_ballots_may_still_come_as_codes_are_neither_void_nor_spent() -> None:
    assert Count(printed=20, voided=5, spent=3, envelopes=3).live == 12


@pytest.mark.parametrize("is_right", [True, False])
@pytest.mark.parametrize("after", [None, *GateState])
@pytest.mark.parametrize("before", GateState)
def test_a_gate_opens_once_and_only_if_it_is_right(
    before: GateState, after: GateState | None, *, is_right: bool
) -> None:
    opens_first = before is GateState.NOT_YET and is_right
    assert may_change(before, after, is_right=is_right) is (opens_first if after is GateState.OPEN else True)


@pytest.mark.parametrize(
    ("told", "found", "fits"),
    [
        ({"a": (2, 2)}, {"a": (2, 2)}, True),
        ({"a": (2, 2)}, {"a": (2, 3)}, False),
        ({"a": (2, 2)}, {"a": (3, 2)}, False),
        ({"a": (2, 2), "b": (0, 0)}, {"a": (2, 2)}, True),
        ({"a": (2, 2), "b": (1, 1)}, {"a": (2, 2)}, False),
        ({"a": (2, 2)}, {"a": (2, 2), "b": (1, 1)}, False),
        ({}, {"a": (1, 0)}, False),
        ({}, {"a": (0, 1)}, False),
        ({"a": (1, 0)}, {}, False),
        ({"a": (0, 1)}, {}, False),
        ({}, {}, True),
    ],
)
def test_a_closed_gate_tells_as_many_as_there_are(
    told: dict[str, tuple[int, int]], found: dict[str, tuple[int, int]], *, fits: bool
) -> None:
    counts = {group: Count(spent=spent, envelopes=inside) for group, (spent, inside) in told.items()}
    gate = Gate("r1", GateState.CLOSED, None, "i1", bytes(32), "", "", counts)
    assert Verdict({group: Finding(*numbers) for group, numbers in found.items()}).fits(gate) is fits
