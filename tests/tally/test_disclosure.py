"""Figures below k cannot be built; bands hold what must read alike."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tally.disclosure import (
    HIDDEN,
    Closely,
    Figure,
    Hidden,
    View,
    band_figure,
    open_remarks,
    part_figure,
    rate_figure,
    size_figure,
)

K = 10


def test_it_works() -> None:
    rate = Fraction(83, 94)  # 88.298 %
    assert rate_figure(rate, 94, Closely(View.EXACT, K)) == Figure("88.3%", 883, 94, K)
    assert rate_figure(rate, 94, Closely(View.COARSE, K)) == Figure("88%", 880, 94, K)
    assert rate_figure(rate, 94, Closely(View.BANDED, K)) == Figure("80–90%", None, 94, K)
    assert rate_figure(rate, 94, Closely(View.HIDDEN, K)) is HIDDEN


def test_it_refuses_a_figure_below_k() -> None:
    for answers, k in ((9, 10), (9, 1), (4, 5), (11, 12)):
        with pytest.raises(ValueError, match="below k"):
            Figure("50%", 500, answers, k)
        assert rate_figure(Fraction(1, 2), answers, Closely(View.EXACT, k)) is HIDDEN
        assert band_figure(Fraction(1, 2), Fraction(1, 2), answers, k) is HIDDEN
        assert size_figure(answers, k) is HIDDEN
        assert part_figure(2, answers, View.EXACT, k) is HIDDEN
    assert not isinstance(size_figure(10, 10), Hidden)


def test_a_blunt_size_tells_that_there_are_enough() -> None:
    assert size_figure(94, K) == Figure("94", None, 94, K)
    assert size_figure(94, K, blunt=True) == Figure("≥10", None, 94, K)
    assert size_figure(94, 15, blunt=True) == Figure("≥15", None, 94, 15)


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        ((9, 10), (1, 1), "≥90%"), ((0, 1), (1, 10), "≤10%"), ((0, 1), (11, 100), "≤20%"), ((4, 5), (4, 5), "80–90%"),
        ((89, 100), (9, 10), "≥80%"), ((1, 2), (61, 100), "50–70%"), ((0, 1), (1, 1), "0–100%"),
    ],
)  # fmt: skip
def test_bands(low: tuple[int, int], high: tuple[int, int], text: str) -> None:
    assert band_figure(Fraction(*low), Fraction(*high), 94, K) == Figure(text, None, 94, K)


@given(st.integers(10, 400), st.integers(0, 400), st.integers(0, 400))
def test_a_band_holds_what_it_is_made_of(answers: int, one: int, two: int) -> None:
    low, high = sorted(Fraction(min(count, answers), answers) for count in (one, two))
    figure = band_figure(low, high, answers, K)
    assert isinstance(figure, Figure)
    ends = figure.text.strip("≥≤%").split("–")
    least = 0 if figure.text.startswith("≤") else int(ends[0])
    most = 100 if figure.text.startswith("≥") else int(ends[-1])
    assert least <= 100 * low <= 100 * high <= most


def test_remarks_from_ten_on() -> None:
    assert open_remarks(["好"] * 9, 10) is HIDDEN
    assert open_remarks(["好"] * 9, 1) is HIDDEN
    assert open_remarks(["好"] * 10, 10) == ("好",) * 10
    assert open_remarks(["好"] * 11, 12) is HIDDEN
