"""Figures of one table rounded together."""

from fractions import Fraction

from hypothesis import example, given
from hypothesis import strategies as st

from app.campaigns.domain import Denominator, Formula, Lines, Measure
from app.tally.cell import ceilings_of, floors_of
from app.tally.figures import Base, Table, rates_of
from app.tally.rounding import Steps, round_together, share_out
from tests.tally.cast import SCALE, make_scheme

GRADES = st.lists(st.integers(0, 900), min_size=4, max_size=4).filter(any)


def rounded(counts: list[int], steps: int = 1000, **formula: object) -> Steps:
    scheme = make_scheme(formula=Formula(**formula))  # type: ignore[arg-type]
    table = Table(tuple(counts))
    rates = rates_of(scheme.scale, scheme.formula, table, Base(2000, 4000))
    assert rates is not None
    return round_together(scheme, rates, steps, floors_of(scheme, Measure.SATISFIED_RATE), ceilings_of(scheme))


def test_it_works() -> None:
    # of 98: 64 = 65.31 %, 24 = 24.49 %, 7 = 7.14 %, 3 = 3.06 %. 不满意率 reads 3.1, so the share under it does too,
    # although the largest remainders alone would give 65.3 + 24.5 + 7.1 + 3.1 only by chance.
    assert rounded([64, 24, 7, 3]) == Steps(898, 969, 31, (653, 245, 71, 31))


def test_a_rate_kept_below_its_line_pulls_the_share_along() -> None:
    # 5,996 of 10,000 is 59.96 %: beside a line of 60 % it reads 59.9 %, and so do the shares above it
    assert rounded([3000, 2996, 2000, 2004]) == Steps(599, 800, 200, (300, 299, 201, 200))


def test_a_line_on_the_positive_rate_holds_the_dissatisfied_one() -> None:
    # 总体满意率 59.96 % below a line of 60 %: shown 59.9 %, hence 不满意率 40.1 %
    steps = rounded([3000, 1000, 1996, 4004], measure=Measure.POSITIVE_RATE)
    assert (steps.positive, steps.dissatisfied) == (599, 401)


def test_largest_remainder() -> None:
    # thirds of 1000: 333.3 each, one step is left and goes to the best grade
    assert share_out([Fraction(1, 3)] * 3, 1000, 1000) == (334, 333, 333)
    # 1/7, 2/7, 4/7 of 100: 14.29, 28.57, 57.14 -> 14, 28, 57 and the step left goes to .57
    assert share_out([Fraction(1, 7), Fraction(2, 7), Fraction(4, 7)], 100, 100) == (14, 29, 57)
    # a block that has to give one away loses it where the least is lost: 14, 29, 57 make 100, 98 are wanted
    assert sum(share_out([Fraction(1, 7), Fraction(2, 7), Fraction(4, 7)], 100, 98)) == 98


@given(GRADES, st.sampled_from([100, 1000]), st.integers(1, 3), st.sampled_from(list(Denominator)))
def test_no_shown_number_contradicts_another(counts: list[int], steps: int, top: int, divisor: Denominator) -> None:
    shown = rounded(counts, steps, top=top, denominator=divisor)
    assert sum(shown.shares) == steps
    assert all(share == 0 for share, count in zip(shown.shares, counts, strict=True) if count == 0)
    assert sum(shown.shares[3:]) == shown.dissatisfied
    if divisor is Denominator.VALID:
        assert sum(shown.shares[:top]) == shown.satisfied
        assert sum(shown.shares[:3]) == shown.positive
    for share, count in zip(shown.shares, counts, strict=True):
        assert abs(share - Fraction(count, sum(counts)) * steps) < 3


@given(GRADES, st.sampled_from([100, 1000]), st.integers(1, 99), st.integers(1, 99))
@example([118, 0, 0, 76], 100, 1, 39)
def test_figures_stay_on_their_side_of_the_lines(counts: list[int], steps: int, line: int, ceiling: int) -> None:
    lines = Lines(Fraction(line, 100), Fraction(line, 200), Fraction(ceiling, 100))
    scheme = make_scheme(lines=lines)
    rates = rates_of(SCALE, scheme.formula, Table(tuple(counts)), Base(2000, 4000))
    assert rates is not None
    shown = round_together(scheme, rates, steps, floors_of(scheme, Measure.SATISFIED_RATE), ceilings_of(scheme))
    if rates.dissatisfied > lines.dissatisfied:
        assert Fraction(shown.dissatisfied, steps) > lines.dissatisfied
    if rates.satisfied < lines.attention:
        assert Fraction(shown.satisfied, steps) < lines.attention
