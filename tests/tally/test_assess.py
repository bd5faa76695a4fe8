"""The attacker: knows everything that is published and solves for what is not."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from app.campaigns.domain import Item
from app.tally.assess import Outcome, Round, assess_unit, prepare
from app.tally.disclosure import View
from app.tally.figures import Table, add_tables
from app.tally.verdict import Verdict
from tests.tally.cast import make_chain, make_paper, make_scheme

K = 5
TWO_ITEMS = (Item("a", "甲"), Item("b", "乙"))


def assess_tables(tables: Mapping[str, Table], printed: Mapping[str, int] | None = None) -> tuple[Round, Outcome]:
    valid = {group: table.answered for group, table in tables.items()}
    here = prepare(make_paper(dict.fromkeys(tables, ())), make_chain(valid, printed))
    return here, assess_unit(here, "u0", [tables]).overall


def test_it_works() -> None:
    tables = {"a": Table((10, 10, 5, 5)), "b": Table((12, 6, 6, 6), unknown=2)}
    _, outcome = assess_tables(tables)
    assert outcome.view is View.EXACT
    assert outcome.hidden == frozenset()
    assert outcome.total == Table((22, 16, 11, 11), unknown=2)


def test_a_small_group_is_seen_nowhere() -> None:
    tables = {"a": Table((1, 1, 1, 0)), "b": Table((4, 4, 2, 2)), "c": Table((20, 10, 5, 5))}
    here, outcome = assess_tables(tables, {"a": 12, "b": 15, "c": 45})
    assert here.rules.unseen == {"a", "b"}
    assert outcome.hidden == {"a", "b"}


def test_weights_decide_the_verdict() -> None:
    # a: 18/20 at 80, b: 10/40 at 20: 0.8*0.9 + 0.2*0.25 = 0.77; unweighted 28/60 = 0.47 would be 需补课
    tables = {"a": Table((9, 9, 1, 1)), "b": Table((5, 5, 20, 10))}
    scheme = make_scheme(weights={"a": Fraction(80), "b": Fraction(20)})
    here = prepare(make_paper({"a": (), "b": ()}, scheme=scheme), make_chain({"a": 20, "b": 40}))
    unit = assess_unit(here, "u0", [tables])
    assert unit.overall.rates is not None
    assert unit.overall.rates.satisfied == Fraction(77, 100)
    assert unit.ruling.verdict is Verdict.ATTENTION
    assert not unit.overall.renormalised


def test_a_weighted_total_is_blunt_beside_hidden_groups() -> None:
    tables = {"a": Table((20, 0, 0, 0)), "b": Table((5, 5, 20, 10)), "c": Table((0, 0, 0, 0), unknown=9)}
    scheme = make_scheme(weights={"a": Fraction(50), "b": Fraction(30), "c": Fraction(20)})
    paper = make_paper({"a": (), "b": (), "c": ()}, scheme=scheme)
    unit = assess_unit(prepare(paper, make_chain({"a": 20, "b": 40, "c": 9})), "u0", [tables])
    assert unit.overall.view is View.COARSE
    assert unit.overall.hidden == {"a", "b", "c"}
    assert unit.overall.renormalised
    assert unit.overall.rates is not None
    assert unit.overall.rates.satisfied == Fraction(50 * 4 + 30, 80 * 4)  # (50*1 + 30*1/4)/80


def test_a_form_without_overall_item_is_judged_by_all_marks() -> None:
    # 30/40 and 20/40 satisfied: pooled 50/80 = 62.5 %
    paper = make_paper({"a": (), "b": ()}, items=TWO_ITEMS)
    here = prepare(paper, make_chain({"a": 20, "b": 20}))
    first = {"a": Table((10, 5, 4, 1)), "b": Table((10, 5, 4, 1))}
    second = {"a": Table((5, 5, 8, 2)), "b": Table((5, 5, 8, 2))}
    unit = assess_unit(here, "u0", [first, second])
    assert unit.overall.rates is not None
    assert unit.overall.rates.satisfied == Fraction(50, 80)
    assert unit.ruling.verdict is Verdict.ATTENTION
    assert unit.overall.hidden == frozenset()
    unit = assess_unit(here, "u0", [first, second | {"a": Table((20, 0, 0, 0))}])
    assert unit.overall.hidden == {"a", "b"}


def test_an_item_is_not_broken_down_where_the_pooled_figure_leads_on_to_another() -> None:
    # 28 valid answers each, whole percents; the pooled 56 less an item known exactly would be the other one exactly
    here = prepare(make_paper({"a": (), "b": ()}, items=TWO_ITEMS), make_chain({"a": 14, "b": 14}))
    mixed = {"a": Table((4, 4, 3, 3)), "b": Table((5, 3, 3, 3))}
    alike = mixed | {"a": Table((14, 0, 0, 0))}
    assert [part.hidden for part in assess_unit(here, "u0", [mixed, mixed]).items] == [set(), set()]
    assert [part.hidden for part in assess_unit(here, "u0", [mixed, alike]).items] == [{"a", "b"}, {"a", "b"}]


def test_it_refuses_to_pool_past_a_hidden_item() -> None:
    here = prepare(make_paper({"a": (), "b": ()}, items=TWO_ITEMS), make_chain({"a": 20, "b": 20}))
    first = {"a": Table((10, 5, 4, 1)), "b": Table((10, 5, 4, 1))}
    second = {"a": Table((2, 1, 1, 0), unknown=16), "b": Table((2, 1, 1, 0), unknown=16)}
    unit = assess_unit(here, "u0", [first, second])
    assert [outcome.view for outcome in unit.items] == [View.EXACT, View.HIDDEN]
    assert unit.overall.view is View.BANDED
    assert unit.overall.hidden == {"a", "b"}
    thin = {"a": Table((2, 1, 1, 0), unknown=16), "b": Table((2, 1, 1, 1), unknown=15)}
    assert assess_unit(here, "u0", [thin, thin]).ruling.verdict is Verdict.TOO_FEW


@st.composite
def breakdowns(draw: st.DrawFn) -> tuple[dict[str, Table], dict[str, int]]:
    names = "abcd"[: draw(st.integers(2, 4))]
    tables = {}
    for group in names:
        *grades, unknown = draw(st.tuples(*[st.integers(0, draw(st.sampled_from([2, 4, 9])))] * 5))
        tables[group] = Table(tuple(grades), unknown)
    return tables, {group: table.answered + draw(st.integers(0, 6)) for group, table in tables.items()}


def size_guesses(here: Round, outcome: Outcome) -> list[dict[str, int]]:
    """Every number of ballots the hidden groups could have given, from the chain and the unit's total."""
    order = sorted(outcome.hidden)
    unseen = here.rules.unseen
    rest = sum(outcome.tables[group].answered for group in order)
    ranges = [
        range(here.chain.group(group).issued + 1) if group in unseen else [outcome.tables[group].answered]
        for group in order
    ]
    return [dict(zip(order, guess, strict=True)) for guess in product(*ranges) if sum(guess) == rest]


def width_of(guesses: list[dict[str, int]], group: str, count: int) -> int:
    """How far the values lie apart that the group's part of ``count`` can take in some guess."""
    values = [
        part
        for guess in guesses
        for part in range(guess[group] + 1)
        if 0 <= count - part <= sum(guess.values()) - guess[group]
    ]
    return max(values) - min(values)


@settings(max_examples=300, deadline=None)
@given(breakdowns())
def test_no_hidden_cell_can_be_narrowed_below_k(case: tuple[dict[str, Table], dict[str, int]]) -> None:
    tables, printed = case
    here, outcome = assess_tables(tables, printed)
    if outcome.hidden in (frozenset(), frozenset(tables)):
        return  # nothing hidden, or no breakdown published at all
    rest = add_tables((tables[group] for group in outcome.hidden), 4)
    assert len(outcome.hidden) >= 2
    assert rest.valid >= K
    guesses = size_guesses(here, outcome)
    for group in outcome.hidden:
        assert width_of(guesses, group, rest.top(2)) >= K
        if tables[group].valid < K:
            assert width_of(guesses, group, rest.valid) >= K
        if tables[group].answered < K:
            assert width_of(guesses, group, rest.answered) >= K


@settings(max_examples=100, deadline=None)
@given(breakdowns(), breakdowns())
def test_what_one_item_hides_another_does_not_open(
    one: tuple[dict[str, Table], dict[str, int]], two: tuple[dict[str, Table], dict[str, int]]
) -> None:
    groups = one[0].keys() & two[0].keys()
    valid = {group: max(one[0][group].answered, two[0][group].answered) for group in groups}
    items = [
        {
            group: replace(case[0][group], unknown=case[0][group].unknown + valid[group] - case[0][group].answered)
            for group in sorted(groups)
        }
        for case in (one, two)
    ]
    here = prepare(make_paper(dict.fromkeys(sorted(groups), ()), items=TWO_ITEMS), make_chain(valid))
    unit = assess_unit(here, "u0", items)
    for outcome in (*unit.items, unit.overall):
        assert here.rules.unseen <= outcome.hidden
    for outcome in unit.items:
        assert outcome.hidden <= unit.overall.hidden
