"""Golden cases with the arithmetic written out, and properties of rounding."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.campaigns.builtin import SCALES
from app.campaigns.domain import Denominator, Formula
from app.tally.figures import Base, Marks, Table, percent_text, round_rate, round_score, shown_steps
from app.tally.rates import Rates, rates_of, weigh
from tests.tally.cast import SCALE

BASE = Base(returned=100, expected=120, present=110)


def make_rates(*grades: int, top: int = 2, denominator: Denominator = Denominator.VALID) -> Rates:
    rates = rates_of(SCALE, Formula(top, denominator), Table(grades), BASE)
    assert rates is not None
    return rates


def test_it_works() -> None:
    # 40 + 30 + 20 + 10 = 100 valid of 100 + 4 answers
    # satisfied (40+30)/100, positive (40+30+20)/100, dissatisfied 10/100
    # score (40*100 + 30*80 + 20*60 + 10*0)/100 = (4000 + 2400 + 1200)/100 = 76
    rates = make_rates(40, 30, 20, 10)
    assert rates.satisfied == Fraction(7, 10)
    assert rates.positive == Fraction(9, 10)
    assert rates.dissatisfied == Fraction(1, 10)
    assert rates.mean_score == 76
    table = Table((40, 30, 20, 10), unknown=4)
    assert (table.valid, table.answered, table.share_of_answers(4)) == (100, 104, Fraction(4, 104))


def test_the_same_ballots_give_very_different_rates() -> None:
    # 720 ballots: 200, 300, 182, 38. First grade 200/720 = 27.78 %; first two 500/720 = 69.44 %;
    # first three 682/720 = 94.72 %
    shown = [percent_text(round_rate(make_rates(200, 300, 182, 38, top=top).satisfied)) for top in (1, 2, 3)]
    assert shown == ["27.8%", "69.4%", "94.7%"]


def test_denominators() -> None:
    # 60 of 80 valid = 75 %, 8 dissatisfied = 10 %; of 100 returned 60 and 8 %; so of 110 present, of 120 expected
    for denominator, whole in (
        (Denominator.VALID, 80),
        (Denominator.RETURNED, 100),
        (Denominator.PRESENT, 110),
        (Denominator.EXPECTED, 120),
    ):
        rates = make_rates(40, 20, 12, 8, denominator=denominator)
        assert rates.satisfied == Fraction(60, whole)
        assert rates.dissatisfied == rates.lasts[0] == Fraction(8, whole)
        assert rates.shares == tuple(Fraction(count, whole) for count in (40, 20, 12, 8))
        assert rates.valid_lasts[0] == Fraction(1, 10)


def test_both_negative_grades_of_five_make_the_dissatisfied_rate() -> None:
    # 10 + 10 + 10 + 5 + 5 = 40; (5 + 5)/40 = 1/4; score (1000 + 800 + 600 + 150 + 0)/40 = 63.75
    rates = rates_of(SCALES["satisfaction_five"], Formula(), Table((10, 10, 10, 5, 5)), BASE)
    assert rates is not None
    assert rates.dissatisfied == Fraction(1, 4)
    assert round_score(rates.mean_score, decimals=1) == "63.8"
    assert round_score(rates.mean_score, decimals=0) == "64"


def test_it_refuses_to_divide_by_nothing() -> None:
    assert rates_of(SCALE, Formula(), Table((0, 0, 0, 0), unknown=9), BASE) is None
    assert rates_of(SCALE, Formula(2, Denominator.RETURNED), Table((1, 0, 0, 0)), Base(0, 0)) is None
    assert weigh([]) is None
    assert weigh([(Fraction(0), make_rates(1, 0, 0, 0))]) is None


def test_weights_are_applied_to_rates_and_renormalised() -> None:
    # 80/100 at weight 60 and 10/50 at weight 40: 0.6*0.8 + 0.4*0.2 = 0.56 (unweighted 90/150 = 0.6)
    one, two = make_rates(50, 30, 10, 10), make_rates(5, 5, 20, 20)
    both = weigh([(Fraction(60), one), (Fraction(40), two)])
    assert both is not None
    assert both.satisfied == Fraction(56, 100)
    # an empty third group of weight 20: (50*0.8 + 30*0.2)/80 = 46/80 = 0.575
    third = weigh([(Fraction(50), one), (Fraction(30), two), (Fraction(20), None)])
    assert third is not None
    assert third.satisfied == Fraction(575, 1000)
    assert sum(third.shares) == 1


PARTS = st.tuples(st.fractions(0, 100, max_denominator=60), st.lists(st.integers(0, 40), min_size=4, max_size=4))


@given(st.lists(PARTS, min_size=1, max_size=5))
def test_every_figure_of_weighed_groups_is_the_mean_by_weight(drawn: list[tuple[Fraction, list[int]]]) -> None:
    parts = [(weight, rates_of(SCALE, Formula(), Table(tuple(grades)), BASE)) for weight, grades in drawn]
    there = [(weight, rates) for weight, rates in parts if rates is not None and weight]
    found = weigh(parts)
    if not there:
        assert found is None
        return
    assert found is not None
    whole = sum(weight for weight, _ in there)
    for name in ("satisfied", "mean_score", "unknown"):
        assert getattr(found, name) * whole == sum(weight * getattr(rates, name) for weight, rates in there)
    assert found.lasts[2] * whole == sum(weight * rates.lasts[2] for weight, rates in there)


@given(st.integers(1, 2000), st.data(), st.sampled_from([100, 1000]))
def test_a_shown_rate_never_crosses_a_line(whole: int, data: st.DataObject, steps: int) -> None:
    rate = Fraction(data.draw(st.integers(0, whole)), whole)
    line = Fraction(data.draw(st.integers(1, 100)), 100)
    floor = Fraction(round_rate(rate, steps, Marks(floors=(line,))), steps)
    ceiling = Fraction(round_rate(rate, steps, Marks(ceilings=(line,))), steps)
    assert (floor < line) == (rate < line)
    assert (ceiling > line) == (rate > line)
    assert max(abs(floor - rate), abs(ceiling - rate)) < Fraction(1, steps)


@pytest.mark.parametrize(
    ("rate", "text"), [("1499/2500", "59.9%"), ("3/5", "60.0%"), ("1/2000", "0.1%"), ("1", "100.0%")]
)
def test_rounding_beside_a_line_of_sixty(rate: str, text: str) -> None:
    assert percent_text(round_rate(Fraction(rate), marks=Marks(floors=(Fraction(3, 5),)))) == text


@pytest.mark.parametrize(
    ("rate", "decimals", "text"),
    [
        ("301/302", 0, "99.7%"),
        ("1", 0, "100%"),
        ("0", 2, "0.00%"),
        ("6/32", 1, "18.8%"),
        ("114/166", 2, "68.67%"),
        ("1/30000", 1, "0.003%"),
        ("29999/30000", 2, "99.997%"),
    ],
)
def test_nothing_but_all_is_a_hundred_and_nothing_but_none_is_nothing(rate: str, decimals: int, text: str) -> None:
    assert percent_text(*shown_steps(Fraction(rate), decimals)) == text
