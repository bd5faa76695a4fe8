"""Lines and gates, exactly on them and one vote off."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.campaigns.domain import Denominator, Formula, Lines, Measure, Scheme
from app.campaigns.gates import Gates
from app.campaigns.rule import ATTENTION, MET, REMEDIAL, Condition, Quantity, Rule, Sign, Step, Word
from app.tally.figures import Base, Table
from app.tally.rates import Rates, rates_of
from app.tally.verdict import (
    Band,
    Edge,
    Reason,
    ReturnState,
    Ruling,
    Verdict,
    band_edges,
    band_of,
    gate_of,
    judge,
    return_state,
    with_items,
)
from app.tally.wording import band_code, band_label
from tests.found import some
from tests.tally.cast import SCALE, make_scheme

GOOD = ReturnState.VALID
LINE = st.one_of(st.just(Fraction(1, 2)), st.fractions(Fraction(1, 100), 1, max_denominator=100))


def ruled(scheme: Scheme, rates: Rates | None, valid: int, returns: ReturnState) -> Ruling:
    gate = gate_of(scheme, rates, valid, Reason.RETURN_TOO_LOW if returns is ReturnState.INVALID else None)
    if gate is not None:
        return gate
    assert rates is not None
    return judge(scheme.judged_by, rates, lined=scheme.is_lined)


def verdict_of(
    *grades: int, returns: ReturnState = GOOD, formula: Formula | None = None, expected: int = 100
) -> Verdict:
    scheme = make_scheme(formula=formula or Formula())
    table = Table(grades)
    rates = rates_of(SCALE, scheme.formula, table, Base(table.answered, expected))
    return ruled(scheme, rates, table.valid, returns).verdict


def test_it_works() -> None:
    assert verdict_of(50, 40, 5, 5) is Verdict.MET
    assert verdict_of(50, 20, 20, 10) is Verdict.ATTENTION
    assert verdict_of(30, 20, 40, 10) is Verdict.REMEDIAL


@pytest.mark.parametrize(
    ("grades", "verdict"),
    [
        ((40, 40, 10, 10), Verdict.MET),  # 80/100 is on the attention line
        ((40, 39, 11, 10), Verdict.ATTENTION),  # 79/100
        ((30, 30, 30, 10), Verdict.ATTENTION),  # 60/100 is on the remedial line
        ((30, 29, 31, 10), Verdict.REMEDIAL),  # 59/100
        ((60, 0, 0, 30), Verdict.ATTENTION),  # 60/90 satisfied, 30/90 = 1/3 dissatisfied: on the line
        ((600, 0, 0, 301), Verdict.REMEDIAL),  # 301/901 > 1/3 although 600/901 = 66.6 % are satisfied
    ],
)
def test_exactly_on_the_line_is_not_below_it(grades: tuple[int, ...], verdict: Verdict) -> None:
    assert verdict_of(*grades) is verdict


def test_half_of_all_members_is_no_majority() -> None:
    # 人大： 60 of 120 members satisfied is exactly half and fails a line of 1/2; 61 pass
    half, formula = Fraction(1, 2), Formula(2, Denominator.EXPECTED)
    scheme = make_scheme(formula=formula, lines=Lines(attention=half, remedial=half))
    for satisfied, verdict in ((60, Verdict.REMEDIAL), (61, Verdict.MET)):
        table = Table((satisfied, 0, 20, 0))
        rates = rates_of(SCALE, formula, table, Base(100, 120))
        assert ruled(scheme, rates, table.valid, GOOD).verdict is verdict
    of_valid = make_scheme(lines=Lines(attention=half, remedial=half))
    rates = rates_of(SCALE, of_valid.formula, Table((40, 0, 40, 0)), Base(80, 120))
    assert ruled(of_valid, rates, 80, GOOD).verdict is Verdict.MET


def test_it_refuses_to_judge_too_few() -> None:
    assert verdict_of(0, 0, 0, 9) is Verdict.TOO_FEW
    assert verdict_of(0, 0, 0, 10) is Verdict.REMEDIAL
    assert verdict_of(0, 0, 0, 0) is Verdict.TOO_FEW
    assert ruled(make_scheme(k=15), None, 0, GOOD).reasons == (Reason.TOO_FEW,)
    assert ruled(
        make_scheme(k=15), rates_of(SCALE, Formula(), Table((14, 0, 0, 0)), Base(14, 14)), 14, GOOD
    ).verdict is (Verdict.TOO_FEW)


def test_return_rate_gates() -> None:
    gates = Gates()
    assert return_state(Fraction(80, 120), gates) is ReturnState.WARNING  # exactly 2/3 is valid
    assert return_state(Fraction(79, 120), gates) is ReturnState.INVALID
    assert return_state(Fraction(80, 100), gates) is ReturnState.VALID
    assert return_state(Fraction(799, 1000), gates) is ReturnState.WARNING
    assert return_state(None, gates) is ReturnState.INVALID
    assert verdict_of(30, 20, 40, 10, returns=ReturnState.INVALID) is Verdict.INVALID
    assert verdict_of(3, 2, 1, 1, returns=ReturnState.INVALID) is Verdict.TOO_FEW


def test_bands_take_their_lower_edge() -> None:
    rates = [Fraction(90, 100), Fraction(899, 1000), Fraction(80, 100), Fraction(60, 100), Fraction(599, 1000)]
    scheme = make_scheme()
    bands = [band_of(rate, band_edges(scheme)) for rate in rates]
    assert [band_code(band) for band in bands] == ["90_up", "80_90", "80_90", "60_80", "under_60"]
    assert [band_label(band) for band in bands] == ["达到90%（含）", "80%–90%", "80%–90%", "60%–80%", "不足60%"]


@given(LINE, LINE, st.lists(LINE, max_size=9))
def test_no_band_crosses_a_line_of_the_rule(one: Fraction, other: Fraction, rates: list[Fraction]) -> None:
    lines = Lines(attention=max(one, other), remedial=min(one, other))
    for denominator in Denominator:
        edges = band_edges(make_scheme(lines=lines, formula=Formula(denominator=denominator)))
        assert list(edges) == sorted(set(edges), reverse=True)
        below: dict[Band, set[tuple[bool, bool]]] = {}
        for rate in (*rates, one, other, Fraction(1, 2)):
            failed = (_is_below(rate, one, denominator), _is_below(rate, other, denominator))
            below.setdefault(band_of(rate, edges), set()).add(failed)
        assert all(len(found) == 1 for found in some(below.values()))


def test_bands_of_a_rule_of_its_own_are_named_by_its_lines() -> None:
    edges = band_edges(make_scheme(lines=Lines(Fraction(85, 100), Fraction(2, 3))))
    bands = [band_of(Fraction(percent, 100), edges) for percent in (95, 86, 70, 20)]
    assert [band_code(band) for band in bands] == ["90_up", "85_90", "2/3_85", "under_2/3"]
    assert [band_label(band) for band in bands] == ["达到90%（含）", "85%–90%", "2/3–85%", "不足2/3"]
    assert band_edges(make_scheme(formula=Formula(measure=Measure.MEAN_SCORE))) == band_edges(make_scheme())


@given(st.integers(2, 20), st.integers(1, 19), st.integers(1, 100))
def test_on_any_line_passes_and_one_vote_less_fails(parts: int, share: int, times: int) -> None:
    line = Fraction(min(share, parts - 1), parts)
    valid = line.denominator * times + 10 * line.denominator
    satisfied = int(line * valid)
    scheme = make_scheme(lines=Lines(attention=line, remedial=line, dissatisfied=Fraction(1)))
    verdicts = []
    for votes in (satisfied, satisfied - 1):
        rates = rates_of(SCALE, scheme.formula, Table((votes, 0, valid - votes, 0)), Base(valid, valid))
        verdicts.append(ruled(scheme, rates, valid, GOOD).verdict)
    assert verdicts == [Verdict.MET, Verdict.REMEDIAL]


def _is_below(rate: Fraction, line: Fraction, denominator: Denominator) -> bool:
    """Whether a rate fails a line: on it passes, but half of all members is no majority of them."""
    strict = denominator is Denominator.EXPECTED and line == Fraction(1, 2)
    return rate <= line if strict else rate < line


def reasons_of(*grades: int, lines: Lines | None = None, lined: bool = True) -> tuple[Reason, ...]:
    scheme = make_scheme(lines=lines or Lines())
    table = Table(grades)
    rates = rates_of(SCALE, scheme.formula, table, Base(table.answered, 100))
    assert rates is not None
    return judge(scheme.judged_by, rates, lined=lined).reasons


def test_every_line_that_is_crossed_is_a_reason_and_no_other() -> None:
    assert reasons_of(80, 0, 0, 20) == ()
    assert reasons_of(70, 0, 10, 20) == (Reason.BELOW_ATTENTION,)
    assert reasons_of(50, 0, 40, 10) == (Reason.BELOW_REMEDIAL,)
    assert reasons_of(59, 0, 7, 34) == (Reason.BELOW_REMEDIAL, Reason.DISSATISFIED_ABOVE)
    assert reasons_of(62, 0, 0, 38) == (Reason.DISSATISFIED_ABOVE,)
    unlimited = Lines(dissatisfied=Fraction(1))
    assert reasons_of(50, 0, 0, 50, lines=unlimited) == (Reason.BELOW_REMEDIAL,)
    assert reasons_of(90, 0, 0, 10, lines=unlimited) == ()


def test_a_rule_of_one_s_own_gives_its_step_as_the_reason() -> None:
    assert reasons_of(80, 0, 0, 20, lined=False) == ()
    assert reasons_of(70, 0, 10, 20, lined=False) == reasons_of(50, 0, 0, 50, lined=False) == (Reason.STEP,)


def test_figures_that_are_none_are_too_few_however_many_answered() -> None:
    assert gate_of(make_scheme(), None, 100, None) == Ruling(Verdict.TOO_FEW, (Reason.TOO_FEW,))


RULE = Rule((Step((), REMEDIAL),))
ITEM_FAILED, ITEM_WATCHED = Ruling(Verdict.REMEDIAL, word=REMEDIAL), Ruling(Verdict.ATTENTION, word=ATTENTION)


@pytest.mark.parametrize("verdict", [Verdict.TOO_FEW, Verdict.INVALID])
def test_items_say_nothing_of_what_is_not_judged_at_all(verdict: Verdict) -> None:
    overall = Ruling(verdict, (Reason.TOO_FEW,))
    assert with_items(RULE, overall, [ITEM_FAILED, ITEM_WATCHED]) == overall


@pytest.mark.parametrize(
    ("overall", "items", "verdict", "reasons"),
    [
        (Verdict.MET, [], Verdict.MET, ()),
        (Verdict.MET, [None, Ruling(Verdict.TOO_FEW)], Verdict.MET, ()),
        (Verdict.MET, [ITEM_WATCHED], Verdict.ATTENTION, (Reason.ITEM_ATTENTION,)),
        (Verdict.MET, [ITEM_FAILED], Verdict.REMEDIAL, (Reason.ITEM_REMEDIAL,)),
        (
            Verdict.ATTENTION,
            [ITEM_FAILED, ITEM_WATCHED],
            Verdict.REMEDIAL,
            (Reason.ITEM_REMEDIAL, Reason.ITEM_ATTENTION),
        ),
        (Verdict.REMEDIAL, [ITEM_WATCHED], Verdict.REMEDIAL, (Reason.ITEM_ATTENTION,)),
    ],
)
def test_the_gravest_of_all_is_the_verdict(
    overall: Verdict, items: list[Ruling | None], verdict: Verdict, reasons: tuple[Reason, ...]
) -> None:
    words = {Verdict.MET: MET, Verdict.ATTENTION: ATTENTION, Verdict.REMEDIAL: REMEDIAL}
    found = with_items(RULE, Ruling(overall, word=words[overall]), items)
    assert (found.verdict, found.reasons, found.word) == (verdict, reasons, words[verdict])


def test_an_item_s_word_is_the_rule_s_own_and_of_two_the_one_with_fewer_points() -> None:
    poor = Word("差", REMEDIAL.meaning, points=Fraction(10))
    worse = Word("很差", REMEDIAL.meaning, points=Fraction(5))
    rule = Rule((Step((), poor), Step((), worse)))
    said = Ruling(Verdict.REMEDIAL, word=Word("很差", REMEDIAL.meaning))
    assert with_items(rule, Ruling(Verdict.REMEDIAL, word=poor), [said]).word == worse
    assert with_items(rule, Ruling(Verdict.REMEDIAL, word=worse), [Ruling(Verdict.REMEDIAL, word=poor)]).word == worse


def edges_of(
    *conditions: Condition, denominator: Denominator = Denominator.VALID, by_points: bool = False
) -> list[Edge]:
    """Return the edges that a rule with a step for each condition draws."""
    rule = Rule((*(Step((each,), MET) for each in conditions), Step((), REMEDIAL)))
    return list(band_edges(make_scheme(formula=Formula(2, denominator), rule=rule), by_points=by_points))


def share(quantity: Quantity, sign: Sign, number: str, grades: int = 2) -> Condition:
    return Condition(quantity, sign, Fraction(number), grades)


BEST = Edge(Fraction(9, 10))
DEFAULT = [BEST, Edge(Fraction(4, 5)), Edge(Fraction(3, 5))]


@pytest.mark.parametrize(
    ("sign", "over"), [(Sign.AT_LEAST, False), (Sign.BELOW, False), (Sign.ABOVE, True), (Sign.AT_MOST, True)]
)
def test_a_band_begins_where_a_condition_parts_the_first_grades(sign: Sign, *, over: bool) -> None:
    assert edges_of(share(Quantity.FIRST, sign, "1/2")) == [BEST, Edge(Fraction(1, 2), over)]
    assert edges_of(share(Quantity.FIRST, sign, "1/2", grades=3)) == DEFAULT


@pytest.mark.parametrize(
    ("sign", "over"), [(Sign.AT_LEAST, True), (Sign.BELOW, True), (Sign.ABOVE, False), (Sign.AT_MOST, False)]
)
def test_or_the_last_ones_where_that_is_the_same(sign: Sign, *, over: bool) -> None:
    assert edges_of(share(Quantity.LAST, sign, "1/4")) == [BEST, Edge(Fraction(3, 4), over)]
    assert edges_of(share(Quantity.LAST, sign, "1/4", grades=1)) == DEFAULT
    assert edges_of(share(Quantity.LAST, sign, "1/4"), denominator=Denominator.EXPECTED) == DEFAULT


def test_points_have_the_edges_of_their_mean() -> None:
    mean, first = Condition(Quantity.MEAN, Sign.ABOVE, Fraction(85)), share(Quantity.FIRST, Sign.AT_LEAST, "1/2")
    assert edges_of(mean, first, by_points=True) == [BEST, Edge(Fraction(85, 100), over=True)]
    assert edges_of(replace(mean, sign=Sign.AT_LEAST), by_points=True) == [BEST, Edge(Fraction(85, 100))]
    assert edges_of(mean, first) == [BEST, Edge(Fraction(1, 2))]
    assert edges_of(first, by_points=True) == DEFAULT


def test_no_tenth_is_the_best_beside_a_line_above_it() -> None:
    high, low = share(Quantity.FIRST, Sign.AT_LEAST, "19/20"), share(Quantity.FIRST, Sign.AT_LEAST, "1/2")
    assert edges_of(high, low) == [Edge(Fraction(19, 20)), Edge(Fraction(1, 2))]
    assert edges_of(share(Quantity.FIRST, Sign.ABOVE, "9/10")) == [Edge(Fraction(9, 10), over=True)]
