"""The gate's rule, the counts on disk, and what tags amount to."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ballots.domain import (
    CodeState,
    Count,
    Finding,
    GateState,
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
