"""Looking for lines of a list: every word, however it is spelt; pages that keep what was looked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.lists import ANYTHING, FEW, LONGEST, PAGE, Listed, Wish, cut, stretch, wish_of


def test_it_works() -> None:
    found = cut(list(range(2 * PAGE + 1)), Wish("县", "open", 3))
    assert (list(found.rows), found.total, found.parts) == ([2 * PAGE], 2 * PAGE + 1, 3)
    assert found.wish.address(2) == "?q=%E5%8E%BF&state=open&part=2"
    assert found.wish.address(1) == "?q=%E5%8E%BF&state=open"
    assert ANYTHING.address(1) == "?"
    assert found.wish.here == found.wish.address(found.wish.part)
    assert ANYTHING.here == ""
    assert Wish(part=3, also=(("show", "all"),)).here == "?show=all&part=3"


@pytest.mark.parametrize(("text", "fits"), [
    ("文化", True), ("文化 2026", True), ("2026 文 化", True), ("ａｂｃ", True), ("ABC", True), ("文化 2025", False),
    ("", True),
])  # fmt: skip
def test_every_word_is_looked_for_however_it_is_spelt(text: str, *, fits: bool) -> None:
    assert Wish(text).fits("县文化局", "2026 年 abc") is fits


@pytest.mark.parametrize("part", ["0", "-1", "x", "", "٣", "9" * 40, "1.5"])
def test_what_is_no_number_is_the_first_page(part: str) -> None:
    assert wish_of({"part": part}).part == 1


def test_what_is_no_state_asks_for_nothing_and_words_are_bounded() -> None:
    wish = wish_of({"state": "nothing", "q": f" {'字' * 200} ", "part": "2"}, {"open"})
    assert wish == Wish("字" * LONGEST, "", 2)
    assert wish_of({"state": "open"}, {"open"}).is_narrow


def test_a_page_behind_the_last_is_the_last() -> None:
    assert cut([1, 2, 3], Wish(part=900)) == Listed([1, 2, 3], 3, ANYTHING)
    assert cut([], Wish(part=2)).parts == 1
    assert [Wish("x", part=9).within(total, 50).part for total in (0, 50, 51, 1000)] == [1, 1, 2, 9]


def test_a_short_list_needs_no_search() -> None:
    assert not cut(list(range(FEW)), ANYTHING).is_searched
    assert cut(list(range(FEW + 1)), ANYTHING).is_searched
    assert cut([], Wish("x")).is_searched
    assert not cut([], Wish("x")).is_empty
    assert cut([], ANYTHING).is_empty


@given(st.lists(st.integers(0, 9), max_size=12), st.integers(1, 9), st.integers(1, 7))
def test_a_page_of_groups_is_that_of_all_their_lines(sizes: list[int], part: int, size: int) -> None:
    lines = [(group, number) for group, count in enumerate(sizes) for number in range(count)]
    shown = stretch(list(enumerate(sizes)), Wish(part=part), size)
    found = shown.listed([line for line in lines if line[0] in shown.groups])
    assert found == cut(lines, Wish(part=part), size)
    assert {group for group, _ in found.rows} == set(shown.groups)
