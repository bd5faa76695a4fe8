"""Pure rules and wording of the set-up."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.campaigns.builtin import SCALES
from app.campaigns.domain import Formula, Scheme
from app.campaigns.ratios import parse_ratio, ratio_text
from app.campaigns.rules import clean_name, reordered
from app.campaigns.wording import formula_words
from app.core.errors import DomainError


def as_is(sentence: str, **params: object) -> str:
    return sentence % params if params else sentence


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("80%", Fraction(4, 5)),
        ("80", Fraction(4, 5)),
        (" 66.7 % ", Fraction(667, 1000)),
        ("2/3", Fraction(2, 3)),
        ("2 ／ 3", Fraction(2, 3)),
        ("８０％", Fraction(4, 5)),
        ("1/1", Fraction(1)),
        ("0%", Fraction(0)),
    ],
)
def test_it_reads_ratios(text: str, ratio: Fraction) -> None:
    assert parse_ratio(text, "线") == ratio


@pytest.mark.parametrize("text", ["", "0.8", "1", "八成", "3/2", "1/0", "101%", "-5%", "80%%", "1e1%", "٨٠%"])
def test_it_refuses_what_is_no_ratio(text: str) -> None:
    with pytest.raises(DomainError, match="ratio_malformed"):
        parse_ratio(text, "线")


@given(st.fractions(0, 1, max_denominator=1000))
def test_a_ratio_survives_being_shown(ratio: Fraction) -> None:
    assert parse_ratio(ratio_text(ratio), "线") == ratio


@pytest.mark.parametrize(
    ("typed", "order"),
    [
        ([1, 2, 3, 4, 5], [0, 1, 2, 3, 4]),
        ([1, 2, 3, 4, 2], [0, 4, 1, 2, 3]),
        ([1, 5, 3, 4, 5], [0, 2, 3, 4, 1]),
        ([2, 1, 3], [1, 0, 2]),
        ([1, 2, 3, 99], [0, 1, 2, 3]),
    ],
)
def test_rows_go_where_their_number_says(typed: list[int], order: list[int]) -> None:
    assert reordered(typed) == order


@given(st.text())
def test_a_clean_name_stays_as_it_is(text: str) -> None:
    assert clean_name(clean_name(text)) == clean_name(text)


def test_the_default_formula_reads_as_officials_write_it() -> None:
    scheme = Scheme(SCALES["satisfaction"])
    assert formula_words(scheme, as_is) == "满意率 =（满意 + 比较满意）÷ 有效评价"
    assert formula_words(replace(scheme, formula=Formula(1)), as_is) == "满意率 =（满意）÷ 有效评价"
