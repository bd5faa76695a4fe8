"""What follows about group sizes from published sums, against enumeration."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tally.margins import Bounds, Sizes, is_kept, known_bounds, open_margins, unseen_groups
from tests.found import some

K = 5


def make_sizes(ballots: list[int], most: list[int], margins: list[set[str]] | None = None) -> Sizes:
    names = "abcdefgh"[: len(ballots)]
    parts = [set(names), *(margins or [])]
    return Sizes(
        dict(zip(names, ballots, strict=True)),
        dict(zip(names, most, strict=True)),
        frozenset(frozenset(part) for part in parts),
    )


def enumerate_bounds(sizes: Sizes, hidden: frozenset[str]) -> dict[str, Bounds]:
    """All values a reader cannot rule out, by trying every combination."""
    order = sorted(hidden)
    sums = [(part & hidden, sum(sizes.ballots[group] for group in part & hidden)) for part in sizes.margins]
    possible: dict[str, set[int]] = {group: set() for group in order}
    for values in product(*(range(sizes.most[group] + 1) for group in order)):
        guess = dict(zip(order, values, strict=True))
        if all(sum(guess[group] for group in part) == total for part, total in some(sums)):
            for group in order:
                possible[group].add(guess[group])
    return {group: Bounds(min(values), max(values)) for group, values in possible.items()}


def test_it_works() -> None:
    # a and b are hidden and 3 + 12 = 15 came back from them: a may be anything from 0 to 15
    sizes = make_sizes([3, 12, 20, 30], [15, 15, 30, 30])
    hidden = unseen_groups(sizes, K)
    assert hidden == {"a", "b"}
    assert known_bounds(sizes, hidden)["a"] == Bounds(0, 15)
    assert known_bounds(sizes, hidden)["c"] == Bounds(20, 20)


def test_nothing_is_hidden_from_k_on() -> None:
    assert unseen_groups(make_sizes([5, 6, 40], [9, 9, 50]), K) == frozenset()
    assert unseen_groups(make_sizes([4, 6, 40], [9, 9, 50]), K) == {"a", "b"}
    assert unseen_groups(make_sizes([0, 6, 40], [9, 9, 50]), K) == {"a", "b"}


def test_it_refuses_a_cover_that_is_full() -> None:
    # every slip of b came back, so 4 + 20 with at most 20 from b leaves a at 4 or more; c's empty places cover it
    sizes = make_sizes([4, 20, 25], [8, 20, 60])
    assert known_bounds(sizes, frozenset("ab"))["a"] == Bounds(4, 8)
    assert unseen_groups(sizes, K) == {"a", "b", "c"}


def test_a_unit_left_out_by_one_small_group_alone_hides_every_breakdown() -> None:
    sizes = make_sizes([3, 12, 20], [15, 15, 30], [{"b", "c"}])
    assert known_bounds(sizes, frozenset("abc"))["a"] == Bounds(3, 3)
    assert unseen_groups(sizes, K) == {"a", "b", "c"}
    # so how many rated that unit is not told; what is left is the sum over all
    assert open_margins(sizes, K) == {frozenset("abc")}
    assert unseen_groups(replace(sizes, margins=open_margins(sizes, K)), K) == {"a", "b"}
    safe = make_sizes([6, 12, 20], [15, 15, 30], [{"b", "c"}])
    assert open_margins(safe, K) == safe.margins


@st.composite
def size_sets(draw: st.DrawFn) -> Sizes:
    count = draw(st.integers(2, 4))
    ballots = draw(st.lists(st.integers(0, 9), min_size=count, max_size=count))
    most = [size + draw(st.integers(0, 4)) for size in ballots]
    margins = draw(st.lists(st.sets(st.sampled_from("abcd"[:count]), min_size=1), max_size=2))
    return make_sizes(ballots, most, margins)


@given(size_sets())
def test_no_small_group_can_be_worked_out(sizes: Sizes) -> None:
    hidden = unseen_groups(sizes, K)
    assert {group for group, count in sizes.ballots.items() if count < K} <= hidden
    if hidden == frozenset(sizes.ballots) or not hidden:
        return
    assert len(hidden) >= 2
    assert sum(sizes.ballots[group] for group in hidden) >= K
    truth = enumerate_bounds(sizes, hidden)
    for group in hidden:
        if sizes.ballots[group] < K:
            assert truth[group].width >= K


@given(size_sets())
def test_bounds_are_not_wider_than_the_truth_where_they_decide(sizes: Sizes) -> None:
    hidden = unseen_groups(sizes, K)
    truth = enumerate_bounds(sizes, hidden)
    for group, bounds in known_bounds(sizes, hidden).items():
        if group in hidden:
            assert bounds.low <= truth[group].low
            assert bounds.high >= truth[group].high


def test_a_sum_of_sheets_stands_only_beside_what_keeps_small_groups() -> None:
    every = [{"b", "c"}, {"a", "c"}]
    assert is_kept(make_sizes([12, 12, 20], [15, 15, 30], every), frozenset(), K)
    # all sheets less those of an object that a leaves out are a's four, whether its ballots were as few or not
    assert not is_kept(make_sizes([4, 12, 20], [15, 15, 30], every), frozenset(), K)
    assert not is_kept(make_sizes([4, 12, 20], [15, 15, 30], every), frozenset("ab"), K)
    assert is_kept(make_sizes([4, 12, 20], [15, 15, 30]), frozenset("ab"), K)


@pytest.mark.parametrize(("count", "left"), [(0, (2, 9)), (1, (1, 8)), (2, (0, 7)), (9, (0, 0)), (12, (0, 0))])
def test_what_is_left_without_some_is_never_less_than_nothing(count: int, left: tuple[int, int]) -> None:
    assert Bounds(2, 9).less(count) == Bounds(*left)
