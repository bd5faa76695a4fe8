"""Exact figures and verdicts, before anything is hidden."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from app.campaigns.domain import Item, Scheme
from app.tally.assess import Unit, assess
from app.tally.figures import Table, UnitCount
from app.tally.verdict import Verdict
from tests.tally.cast import OVERALL, make_chain, make_paper, make_scheme

TWO_ITEMS = (Item("a", "甲"), Item("b", "乙"))


def assessed(
    tables: Sequence[Mapping[str, Table]], scheme: Scheme | None = None, items: tuple[Item, ...] = OVERALL
) -> Unit:
    ballots = {group: table.answered for group, table in tables[0].items()}
    paper = make_paper(dict.fromkeys(ballots, ()), items=items, scheme=scheme)
    count = UnitCount(tuple(dict(each) for each in tables), sum(ballots.values()), 0)
    return assess(paper.section, make_chain(ballots), {"u0": count}).units["u0"]


def test_it_works() -> None:
    unit = assessed([{"a": Table((10, 10, 5, 5)), "b": Table((12, 6, 6, 6), unknown=2)}])
    assert unit.overall.total == Table((22, 16, 11, 11), unknown=2)
    assert unit.overall.rates is not None
    assert unit.overall.rates.satisfied == Fraction(38, 60)
    assert unit.overall.span is None
    assert [ruling.verdict for ruling in unit.overall.rulings] == [Verdict.ATTENTION]


def test_a_table_that_tells_everybody_s_mark_has_a_span() -> None:
    unit = assessed([{"a": Table((0, 0, 20, 4))}])
    assert unit.overall.span is not None
    low, high = unit.overall.span
    assert (low.satisfied, high.satisfied) == (Fraction(0), Fraction(1, 24))
    assert (low.dissatisfied, high.dissatisfied) == (Fraction(4, 24), Fraction(4, 24))
    assert unit.overall.peak == 20


def test_weights_decide_the_verdict() -> None:
    # a: 18/20 at 80, b: 10/40 at 20: 0.8*0.9 + 0.2*0.25 = 0.77; unweighted 28/60 = 0.47 would be 需补课
    scheme = make_scheme(weights={"a": Fraction(80), "b": Fraction(20)})
    unit = assessed([{"a": Table((9, 9, 1, 1)), "b": Table((5, 5, 20, 10))}], scheme)
    assert unit.overall.rates is not None
    assert unit.overall.rates.satisfied == Fraction(77, 100)
    assert unit.overall.rulings[0].verdict is Verdict.ATTENTION


def test_an_empty_group_has_no_weight() -> None:
    tables = {"a": Table((20, 0, 0, 0)), "b": Table((5, 5, 20, 10)), "c": Table((0, 0, 0, 0), unknown=9)}
    scheme = make_scheme(weights={"a": Fraction(50), "b": Fraction(30), "c": Fraction(20)})
    overall = assessed([tables], scheme).overall
    assert overall.group_rates["c"] is None
    assert overall.rates is not None
    assert overall.rates.satisfied == Fraction(50 * 4 + 30, 80 * 4)  # (50*1 + 30*1/4)/80


def test_a_form_without_overall_item_is_judged_by_all_marks() -> None:
    # 30/40 and 20/40 satisfied: pooled 50/80 = 62.5 %
    first = {"a": Table((10, 5, 4, 1)), "b": Table((10, 5, 4, 1))}
    second = {"a": Table((5, 5, 8, 2)), "b": Table((5, 5, 8, 2))}
    unit = assessed([first, second], items=TWO_ITEMS)
    assert unit.overall.rates is not None
    assert unit.overall.rates.satisfied == Fraction(50, 80)
    assert unit.overall.rulings[0].verdict is Verdict.ATTENTION


def test_pooled_items_vary_as_far_as_each_of_them() -> None:
    # 30 of 40, and none or one of 40
    first = {"a": Table((20, 10, 5, 5))}
    unit = assessed([first, {"a": Table((0, 0, 30, 10))}], items=TWO_ITEMS)
    assert unit.overall.span is not None
    low, high = unit.overall.span
    assert (low.satisfied, high.satisfied) == (Fraction(30, 80), Fraction(31, 80))
