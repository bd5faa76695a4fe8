"""Stacks to counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import DomainError
from app.rounds.domain import NOT_ASKED
from app.tally.counting import count_round, count_stack, merge
from app.tally.figures import Table
from tests.tally.cast import make_marks, make_paper, make_stack


def test_it_works() -> None:
    stack = make_stack(make_marks(2, 1, 0, 0, 1), make_marks(0, 0, 0, 4))
    assert count_stack(stack, items=2, options=5).tolist() == [[2, 1, 0, 0, 1], [0, 0, 0, 4, 0]]


def test_it_refuses_a_damaged_stack() -> None:
    for stack in (b"\0\0\0", b"\0\5", b"\0\xff"):
        with pytest.raises(DomainError, match="stack_damaged"):
            count_stack(stack, items=2, options=5)


def test_it_refuses_a_stack_of_a_group_that_leaves_the_unit_out() -> None:
    paper = make_paper({"a": ("u0",), "b": ()}, units=1)
    with pytest.raises(DomainError, match="stack_foreign"):
        count_round(paper, {("u0", "a"): b"\0"})
    assert count_round(paper, {("u0", "a"): bytes([NOT_ASKED]), ("u0", "b"): b"\0\4"}) == {
        "u0": ({"b": Table((1, 0, 0, 0), unknown=1)},)
    }


@given(st.lists(st.lists(st.tuples(*[st.integers(0, 4)] * 3), max_size=30), max_size=4))
def test_merged_counts_are_those_of_one_stack(groups: list[list[tuple[int, int, int]]]) -> None:
    stacks = [bytes(mark for row in group for mark in row) for group in groups]
    merged = merge((count_stack(stack, 3, 5) for stack in stacks), 3, 5)
    assert merged.tolist() == count_stack(b"".join(stacks), 3, 5).tolist()
    assert merged.sum(axis=1).tolist() == [sum(map(len, groups))] * 3
