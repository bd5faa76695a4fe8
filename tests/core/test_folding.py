"""What a reader takes for the same has one key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.folding import MIDDLE_DOTS, folded, spaceless


@pytest.mark.parametrize("text", ["合 计", "合\u3000计", "合\u200b计", " 合计 "])
def test_it_works(text: str) -> None:
    assert folded(text) == "合计"


@pytest.mark.parametrize("dot", [*MIDDLE_DOTS, ""])
def test_every_dot_is_folded(dot: str) -> None:
    assert folded(f"买买提{dot}艾力") == folded("买买提·艾力")


def test_width_and_case_are_folded() -> None:
    assert folded("Ａ局（一）") == folded("a 局(一)")
    assert folded("1.2") != folded("12")


def test_dots_of_numbers_stay() -> None:
    assert spaceless("１·２") == "1·2"


@given(st.text(st.sampled_from([*"合计买提Ａa１1（( \u3000\u200b.．", *MIDDLE_DOTS]), max_size=40))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert folded(folded(f"甲{text}")) == folded(f"甲{text}")
