"""Ten to 29 answers: neither “everybody marked x” nor “nobody was satisfied” is ever certain (SEC-49, SEC-79)."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.campaigns.domain import Denominator
from tests.disclosure.small_tables import (
    FIRST,
    LAST,
    THREE,
    Certain,
    Setup,
    certain_of_pairs,
    check,
    every_size,
    is_certain,
    joined_certain,
    setups,
    splits,
)
from tests.tally.cast import section_of

CHUNKS = 4
SETUPS = list(setups())
SIZES = [(count, unknown) for count, unknown in every_size() if unknown in {0, count - FIRST}]
"""Every number of answers, with no 不了解 and with as many as may be; ``make soak`` goes through all between."""


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_it_works(chunk: int) -> None:
    made = sum(check(setup, count - unknown, unknown) for setup in SETUPS for count, unknown in SIZES[chunk::CHUNKS])
    assert made > len(SETUPS) * len(SIZES[chunk::CHUNKS])


def test_of_two_groups_nothing_is_certain_of_either() -> None:
    setup = Setup(THREE, 1, Denominator.VALID)
    found: dict[bytes, Certain] = {}
    for first in splits(FIRST, 3):
        for key, says in certain_of_pairs(setup, first, splits(FIRST, 3)).items():
            found[key] = joined_certain(found.get(key, says), says)
    assert len(found) > 500
    assert not any(map(any, found.values()))


def test_it_finds_a_table_that_stands_alone() -> None:
    assert is_certain([(0, 0, 12, 0)], 2)
    assert is_certain([(0, 0, 7, 5), (0, 0, 6, 6)], 2)
    assert not is_certain([(0, 0, 7, 5), (1, 0, 6, 5)], 2)
    assert not is_certain([(12, 0, 0, 0), (11, 0, 0, 1)], 2)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(SETUPS), st.data())
def test_every_other_table_shows_its_rates_and_its_distribution(setup: Setup, data: st.DataObject) -> None:
    grades = len(setup.scale.grades)
    counts = data.draw(st.tuples(*[st.integers(0, 12)] * (grades + 1)).filter(lambda each: sum(each[:-1]) >= FIRST))
    valid = sum(counts[:-1])
    cell = section_of(json.loads(setup.document(counts)))["targets"][0]["overall"]["total"]
    telling = max(counts[:-1]) >= valid - 1 or sum(counts[: setup.top]) <= 1
    assert cell["view"] == ("banded" if telling else "exact" if valid >= LAST + 1 else "coarse")
    assert (len(cell["distribution"]) == grades) is not telling
    assert cell["valid"] == {"text": str(valid), "count": valid}
