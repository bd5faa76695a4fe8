"""Wilson's interval with finite-population correction."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tally.uncertainty import wilson_interval


def test_it_works() -> None:
    # 50 of 100 from 1,000: n' = 100 × 999 ÷ 900 = 111; z² = 3.8415
    # middle = (0.5 + 3.8415 ÷ 222) ÷ (1 + 3.8415 ÷ 111) = 0.5
    # spread = 1.96 × √(0.25 ÷ 111 + 3.8415 ÷ (4 × 111²)) ÷ 1.03461 = 0.0915 (0.5 ∓ 0.0915)
    low, high = wilson_interval(50, 100, 1000)
    assert (round(float(low), 4), round(float(high), 4)) == (0.4086, 0.5914)


def test_everybody_asked_leaves_no_doubt() -> None:
    assert wilson_interval(7, 10, 10) == (Fraction(7, 10), Fraction(7, 10))


def test_it_refuses_what_cannot_be() -> None:
    for numbers in ((1, 0, 10), (-1, 5, 10), (6, 5, 10), (5, 11, 10)):
        with pytest.raises(ValueError, match="an interval needs"):
            wilson_interval(*numbers)


@given(st.integers(1, 500), st.data())
def test_it_holds_the_rate_and_narrows_with_more_answers(valid: int, data: st.DataObject) -> None:
    satisfied = data.draw(st.integers(0, valid))
    low, high = wilson_interval(satisfied, valid, 10_000)
    assert 0 <= low <= Fraction(satisfied, valid) + Fraction(1, 10**9)
    assert Fraction(satisfied, valid) - Fraction(1, 10**9) <= high <= 1
    closer = wilson_interval(satisfied, valid, valid + 1)
    assert closer[1] - closer[0] <= high - low
