"""Ten to 29 answers: neither “everybody marked x” nor “nobody was satisfied” is ever certain (SEC-49, SEC-79)."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.campaigns.domain import Denominator
from bench.soak import pairs, report
from tests.disclosure.small_tables import (
    FIRST,
    LAST,
    THREE,
    Counts,
    Setup,
    check,
    every_size,
    is_certain,
    look_at_pairs,
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
    seen = look_at_pairs(Setup(THREE, 1, Denominator.VALID), FIRST, FIRST)
    assert seen.tables == len(list(splits(FIRST, 3))) ** 2
    assert 500 < seen.documents < seen.tables
    assert not seen.certain


class Telling(Setup):
    """Documents that say of one group whether all marked alike."""

    def pair(self, one: Counts, other: Counts) -> str:
        return f"{super().pair(one, other)} {max(one) == sum(one)}"


class Remote(Setup):
    """Documents that say of one group whether a multiple of five marked the best grade, and nothing else."""

    def pair(self, one: Counts, other: Counts) -> str:
        assert other
        return str(one[0] % 5 == 0)


def test_the_soak_ends_badly_where_a_document_of_two_groups_is_certain() -> None:
    told = pairs(600, [Telling(THREE, 1, Denominator.VALID)], range(FIRST // 2, FIRST // 2 + 1))
    assert told["soak_pairs_certain"][0] > 0
    assert told["soak_pair_sizes"] == (1, "of 1")
    assert not report([], 0, told)


def test_what_no_near_table_clears_is_sought_among_all() -> None:
    seen = look_at_pairs(Remote(THREE, 1, Denominator.VALID), FIRST, FIRST)
    assert seen.documents == seen.tables
    assert not seen.certain


def test_it_finds_a_table_that_stands_alone() -> None:
    assert is_certain([(0, 0, 12, 0)], 2)
    assert is_certain([(0, 0, 7, 5), (0, 0, 6, 6)], 2)
    assert not is_certain([(0, 0, 7, 5), (1, 0, 6, 5)], 2)
    assert not is_certain([(12, 0, 0, 0), (11, 0, 0, 1)], 2)


@settings(max_examples=300)
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
