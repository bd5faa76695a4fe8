"""Figures below k cannot be built; hidden groups cannot be worked out."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tally.disclosure import (
    HIDDEN,
    Figure,
    Hidden,
    Rules,
    View,
    hidden_groups,
    is_near_uniform,
    is_uniform,
    open_remarks,
    part_figure,
    possible,
    rate_figure,
    size_figure,
    view_of_pool,
    view_of_total,
)
from app.tally.figures import Table
from app.tally.margins import Bounds

K = 5


def make_rules(tables: dict[str, Table], *, weighted: bool = False) -> Rules:
    bounds = {group: Bounds(table.answered, table.answered) for group, table in tables.items()}
    return Rules(K, 2, 3, weighted, frozenset(), bounds)


def test_it_works() -> None:
    rate = Fraction(83, 94)  # 88.298 %
    assert rate_figure(rate, 94, View.EXACT, K) == Figure("88.3%", 883, 94, K)
    assert rate_figure(rate, 94, View.COARSE, K) == Figure("88%", 880, 94, K)
    assert rate_figure(rate, 94, View.BANDED, K) == Figure("80–90%", None, 94, K)
    assert rate_figure(rate, 94, View.HIDDEN, K) is HIDDEN


def test_it_refuses_a_figure_below_k() -> None:
    for answers, k in ((4, 5), (4, 1), (9, 10)):
        with pytest.raises(ValueError, match="below k"):
            Figure("50%", 500, answers, k)
        assert rate_figure(Fraction(1, 2), answers, View.EXACT, k) is HIDDEN
        assert size_figure(answers, View.EXACT, k) is HIDDEN
        assert part_figure(2, answers, View.EXACT, k) is HIDDEN
    assert not isinstance(size_figure(5, View.EXACT, 5), Hidden)


@pytest.mark.parametrize(("count", "text"), [(5, "5–9"), (9, "5–9"), (29, "20–29"), (94, "50–99"), (4000, "≥1000")])
def test_size_bands(count: int, text: str) -> None:
    figure = size_figure(count, View.COARSE, K)
    assert isinstance(figure, Figure)
    assert figure.text == text


@given(st.integers(5, 400))
def test_all_and_all_but_one_read_alike(valid: int) -> None:
    for pair in ((valid, valid - 1), (0, 1)):
        shown = [rate_figure(Fraction(count, valid), valid, View.BANDED, K) for count in pair]
        assert shown[0] == shown[1]
    assert is_uniform(Table((valid, 0, 0, 0)), 2)
    assert is_uniform(Table((0, valid - 1, 1, 0)), 2)
    assert is_near_uniform(Table((valid, 0, 0, 0))) == is_near_uniform(Table((valid - 1, 0, 0, 1)))


def test_view_of_a_total() -> None:
    rules = make_rules({})
    assert view_of_total(Table((20, 5, 3, 2)), rules, 10) is View.EXACT
    assert view_of_total(Table((20, 5, 3, 1)), rules, 10) is View.COARSE
    assert view_of_total(Table((93, 1, 0, 0)), rules, 10) is View.BANDED
    assert view_of_total(Table((0, 0, 20, 20)), rules, 10) is View.BANDED
    assert view_of_total(Table((5, 2, 1, 1)), rules, 10) is View.HIDDEN
    assert view_of_total(Table((3, 1, 0, 0)), rules, 1) is View.HIDDEN


def test_a_pool_gives_none_of_its_parts_away() -> None:
    assert view_of_pool(View.EXACT, [View.EXACT, View.EXACT]) is View.EXACT
    assert view_of_pool(View.EXACT, [View.EXACT, View.COARSE]) is View.COARSE
    assert view_of_pool(View.EXACT, [View.EXACT, View.HIDDEN]) is View.BANDED
    assert view_of_pool(View.HIDDEN, [View.EXACT]) is View.HIDDEN


def test_a_small_group_takes_others_with_it() -> None:
    tables = {
        "a": Table((2, 1, 1, 0), unknown=10),
        "b": Table((4, 4, 3, 2), unknown=3),
        "c": Table((20, 10, 5, 5)),
        "d": Table((15, 15, 5, 5)),
    }
    assert hidden_groups(tables, View.EXACT, make_rules(tables)) == {"a", "b"}
    assert hidden_groups(tables, View.EXACT, make_rules(tables, weighted=True)) == set(tables)
    assert hidden_groups(tables, View.BANDED, make_rules(tables)) == set(tables)
    del tables["a"]
    assert hidden_groups(tables, View.EXACT, make_rules(tables)) == set()
    assert hidden_groups(tables, View.EXACT, make_rules(tables, weighted=True)) == set()


def test_a_uniform_group_is_no_cover_for_another() -> None:
    # a gave 20 times 满意 and b all but one: together they are 32 of 33, so c must go with them, and d stays
    tables = {
        "a": Table((20, 0, 0, 0)),
        "b": Table((12, 0, 0, 1)),
        "c": Table((10, 10, 6, 6)),
        "d": Table((20, 20, 9, 9)),
    }
    assert hidden_groups(tables, View.EXACT, make_rules(tables)) == {"a", "b", "c"}


def test_a_group_of_one_is_no_breakdown() -> None:
    tables = {"a": Table((20, 10, 5, 5))}
    assert hidden_groups(tables, View.EXACT, make_rules(tables)) == {"a"}


def test_possible_parts() -> None:
    # 20 of 30 are satisfied; b's 22 leave a (8) anything from 0, a's 8 leave b 12 to 20
    bounds = {"a": Bounds(8, 8), "b": Bounds(22, 22)}
    assert possible(bounds, 20, 30) == {"a": Bounds(0, 8), "b": Bounds(12, 20)}


def test_remarks_from_ten_on() -> None:
    assert open_remarks(["好"] * 9, 10) is HIDDEN
    assert open_remarks(["好"] * 9, 1) is HIDDEN
    assert open_remarks(["好"] * 10, 10) == ("好",) * 10
    assert open_remarks(["好"] * 11, 12) is HIDDEN


@given(st.lists(st.tuples(*[st.integers(0, 6)] * 5), min_size=2, max_size=5), st.booleans())
def test_what_is_shown_is_never_under_k_nor_uniform(rows: list[tuple[int, ...]], weighted: bool) -> None:
    tables = {str(place): Table(row[:4], row[4]) for place, row in enumerate(rows)}
    hidden = hidden_groups(tables, View.EXACT, make_rules(tables, weighted=weighted))
    for group, table in tables.items():
        if group not in hidden:
            assert table.valid >= K
            assert max(table.grades) <= table.valid - 2
            assert table.top(2)
    assert len(hidden) != 1
