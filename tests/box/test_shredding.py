"""Shredding: every mark is kept, no ballot is."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.box.envelope import Ballot
from app.box.shredding import random_order, shred
from app.core.secrets import token_bytes
from app.rounds.domain import NOT_ASKED
from tests.box.papers import make_paper

PAPER = make_paper(3, 2, {"staff": ("u1",)})
UNASKED = bytes((NOT_ASKED,)) * 2
MARKS = st.binary(min_size=6, max_size=6)


def test_it_works() -> None:
    residents = Ballot("residents", b"\0\1\2\3\0\1", ((1, "排队久"),))
    staff = Ballot("staff", b"\1\1" + UNASKED + b"\2\2")
    stacks = shred(PAPER, iter([residents, staff]), token_bytes)
    assert stacks.marks == {
        ("u0", "residents"): b"\0\1",
        ("u1", "residents"): b"\2\3",
        ("u2", "residents"): b"\0\1",
        ("u0", "staff"): b"\1\1",
        ("u2", "staff"): b"\2\2",
    }
    assert stacks.returned == {"residents": 1, "staff": 1}
    assert [(remark.unit_id, remark.text, len(remark.id)) for remark in stacks.remarks] == [("u1", "排队久", 16)]


def test_an_empty_box_gives_empty_stacks() -> None:
    stacks = shred(PAPER, (), token_bytes)
    assert set(stacks.marks.values()) == {b""}
    assert stacks.returned == {"residents": 0, "staff": 0}
    assert stacks.remarks == []


@given(st.lists(MARKS, max_size=40))
def test_no_sheet_is_lost_or_changed(marks: list[bytes]) -> None:
    stacks = shred(PAPER, (Ballot("residents", each) for each in marks), token_bytes)
    for place in range(3):
        rows = stacks.marks[f"u{place}", "residents"]
        sheets = Counter(rows[at : at + 2] for at in range(0, len(rows), 2))
        assert sheets == Counter(each[place * 2 : place * 2 + 2] for each in marks)


def test_sheets_of_one_ballot_are_nowhere_near_each_other() -> None:
    ballots = 4000
    paper = make_paper(6, 2)
    numbers = [at.to_bytes(2, "big") * 6 for at in range(ballots)]
    stacks = shred(paper, (Ballot("residents", marks) for marks in numbers), token_bytes)
    orders = [np.frombuffer(stacks.marks[f"u{place}", "residents"], dtype=">u2") for place in range(6)]
    # A correlation of independent orders has the standard deviation 1 / sqrt(n - 1); five of them is 1 in 10**6.
    limit = 5 / (ballots - 1) ** 0.5
    for one, other in combinations([np.arange(ballots), *orders], 2):
        assert abs(np.corrcoef(one, other)[0, 1]) < limit
        assert np.count_nonzero(one == other) < 15


def test_remarks_lose_their_order_and_their_writer() -> None:
    texts = [f"意见{at:04}" for at in range(2000)]
    ballots = (Ballot("residents", bytes(6), ((0, text), (1, text), (2, text))) for text in texts)
    remarks = shred(PAPER, ballots, token_bytes).remarks
    assert len({remark.id for remark in remarks}) == len(remarks) == 6000
    orders = [[int(remark.text[2:]) for remark in remarks if remark.unit_id == f"u{place}"] for place in range(3)]
    assert [remark.id for remark in remarks] == sorted(remark.id for remark in remarks)
    for one, other in combinations([list(range(2000)), *orders], 2):
        assert abs(np.corrcoef(one, other)[0, 1]) < 5 / 1999**0.5


@pytest.mark.parametrize("count", [0, 1, 2, 1000])
def test_an_order_is_a_permutation(count: int) -> None:
    assert sorted(random_order(count, token_bytes)) == list(range(count))


def test_every_order_is_equally_likely() -> None:
    rounds = 6000
    seen = Counter(tuple(random_order(4, token_bytes).tolist()) for _ in range(rounds))
    expected = rounds / 24
    chi_square = sum((count - expected) ** 2 for count in seen.values()) / expected
    # The quantile of chi-square with 23 degrees of freedom that chance passes once in 10**6.
    assert len(seen) == 24
    assert chi_square < 74


def test_the_order_comes_from_the_given_randomness_only() -> None:
    ballots = [Ballot("residents", bytes((at,)) * 6, ((0, str(at)),)) for at in range(50)]
    one, other = (shred(PAPER, ballots, lambda count: bytes(at % 251 for at in range(count))) for _ in range(2))
    assert one == other
