"""Stacks to counts."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import DomainError
from app.rounds.domain import NOT_ASKED
from app.tally.counting import count_patterns, count_round, most_alike
from app.tally.figures import Table, UnitCount
from tests.tally.cast import make_marks, make_paper, make_stack


def test_it_works() -> None:
    stack = make_stack(make_marks(2, 1, 0, 0, 1), make_marks(0, 0, 0, 4))
    assert count_patterns(stack, items=2, options=5).by_item().tolist() == [[2, 1, 0, 0, 1], [0, 0, 0, 4, 0]]


def test_it_refuses_a_damaged_stack() -> None:
    for stack in (b"\0\0\0", b"\0\5", b"\0\xff"):
        with pytest.raises(DomainError, match="stack_damaged"):
            count_patterns(stack, items=2, options=5)


def test_it_refuses_a_stack_of_a_group_that_leaves_the_unit_out() -> None:
    paper = make_paper({"a": ("u0",), "b": ()}, units=1)
    with pytest.raises(DomainError, match="stack_foreign"):
        count_round(paper, {("u0", "a"): b"\0"})
    assert count_round(paper, {("u0", "a"): bytes([NOT_ASKED]), ("u0", "b"): b"\0\4"}) == {
        "u0": UnitCount(({"b": Table((1, 0, 0, 0), unknown=1)},), sheets=2, alike=0)
    }


@given(st.lists(st.lists(st.tuples(*[st.integers(0, 4)] * 3), max_size=30), max_size=4))
def test_groups_add_up_to_one_stack(groups: list[list[tuple[int, int, int]]]) -> None:
    stacks = [bytes(mark for row in group for mark in row) for group in groups]
    parts = [count_patterns(stack, 3, 5) for stack in stacks]
    whole = count_patterns(b"".join(stacks), 3, 5)
    assert sum((part.by_item() for part in parts), np.zeros((3, 5), int)).tolist() == whole.by_item().tolist()
    assert whole.by_item().sum(axis=1).tolist() == [sum(map(len, groups))] * 3
    mixed = Counter(row for group in groups for row in group if len(set(row)) > 1)
    assert most_alike(parts) == max(mixed.values(), default=0)


def test_long_forms_are_counted_the_other_way_with_the_same_outcome() -> None:
    rows = [(0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1), (4,) * 12, (0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1)]
    found = count_patterns(bytes(mark for row in rows for mark in row), 12, 5)
    assert found.by_item().sum(axis=1).tolist() == [3] * 12
    assert found.by_item()[1].tolist() == [0, 2, 0, 0, 1]
    assert most_alike([found]) == 2
