"""Tables that must read the same do, whatever is divided by, weighted or pooled (SEC-46, SEC-79)."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from app.campaigns.domain import Denominator, Formula, Item, ItemLines, Lines, Scheme
from app.tally.alike import is_telling, lookalikes
from app.tally.figures import Table
from app.tally.result import result_document
from tests.found import some
from tests.tally.cast import OVERALL, SCALE, make_chain, make_marks, make_paper, make_stack, section_of

ALL: dict[str, tuple[int, ...]] = {"a": (3, 0, 0, 0), "b": (17, 0, 0, 0)}
TWO_ITEMS = (Item("a", "甲"), Item("b", "乙"))


def document_of(
    scheme: Scheme, votes: Mapping[str, tuple[int, ...]], expected: int, items: tuple[Item, ...] = OVERALL
) -> Any:  # noqa: ANN401 - plain JSON
    paper = make_paper(dict.fromkeys(votes, ()), items=items, scheme=scheme, expected=expected)
    stacks = {("u0", group): make_stack(make_marks(*counts)) for group, counts in votes.items()}
    chain = make_chain({group: sum(marks) for group, marks in votes.items()}, expected=expected)
    return result_document(paper, stacks, chain, {})


def target_of(document: Any) -> Any:  # noqa: ANN401
    return section_of(document)["targets"][0]


def test_it_works() -> None:
    # 8 of 12 marked the third grade: one better than it reads the same, and is in either of the best two
    found = lookalikes({"": Table((0, 0, 8, 4))}, 2)
    assert [table[""].grades for table in found] == [(0, 0, 8, 4), (1, 0, 7, 4), (0, 1, 7, 4)]
    assert lookalikes({"": Table((2, 0, 6, 4))}, 2) == []


def test_a_mark_that_is_off_may_be_any_group_s() -> None:
    found = lookalikes({"a": Table((3, 0), unknown=2), "b": Table((9, 1))}, 1)
    assert found[0] == {"a": Table((3, 0), unknown=2), "b": Table((10, 0))}
    assert found[1:] == [{**found[0], "a": Table((2, 1), unknown=2)}, {**found[0], "b": Table((9, 1))}]


@pytest.mark.parametrize(("grades", "top"), list(product((3, 4, 5), (1, 2, 3))))
def test_tables_fall_into_classes(grades: int, top: int) -> None:
    """Reading alike is mutual, and every class holds a table with somebody satisfied, and one of unlike marks."""
    every = [each for each in product(range(11), repeat=grades) if sum(each) == 10 and is_telling(Table(each), top)]
    read = {each: {table[""].grades for table in lookalikes({"": Table(each)}, top)} for each in every}
    for each, others in read.items():
        assert each in others
        assert all(read[other] == others for other in some(others)), each
        assert top >= grades or any(sum(other[:top]) for other in others), each
        assert any(max(other) < 10 for other in others), each


@pytest.mark.parametrize("odd", [{"a": (2, 0, 0, 1)}, {"b": (16, 1, 0, 0)}, {"b": (16, 0, 0, 1)}])
@pytest.mark.parametrize("expected", [20, 95, 105, 150])
@pytest.mark.parametrize("denominator", list(Denominator))
def test_whatever_is_divided_by(denominator: Denominator, expected: int, odd: dict[str, tuple[int, ...]]) -> None:
    # of 2 × 95 or 2 × 105 people 20 are 10.5 % or 9.5 %, 19 are 10.0 % or 9.0 %: an edge may lie between
    scheme = Scheme(SCALE, formula=Formula(2, denominator))
    one, other = document_of(scheme, ALL, expected), document_of(scheme, ALL | odd, expected)
    assert one == other


def test_one_edge_between_them() -> None:
    scheme = Scheme(SCALE, formula=Formula(2, Denominator.EXPECTED))
    texts = [target_of(document_of(scheme, ALL, people))["overall"]["total"]["satisfied_rate"] for people in (95, 105)]
    assert [text["text"] for text in texts] == ["≤20%", "≤10%"]


def test_one_mark_never_decides() -> None:
    # of 24 members 20 voted, all alike: 83 %; had one marked otherwise, 79 % would be below the line of 80 %
    scheme = Scheme(SCALE, formula=Formula(2, Denominator.EXPECTED))
    one, other = (document_of(scheme, {"a": marks}, 24) for marks in ((20, 0, 0, 0), (19, 0, 1, 0)))
    assert one == other
    assert target_of(one)["verdict"]["code"] == "too_few"
    assert [reason["code"] for reason in target_of(one)["verdict"]["reasons"]] == ["one_decides"]
    assert target_of(one)["overall"]["total"]["view"] == "banded"
    assert target_of(document_of(scheme, {"a": (20, 0, 0, 0)}, 23))["verdict"]["code"] == "met"  # 19 of 23 are 83 %


def test_one_mark_never_decides_an_item() -> None:
    lines = Lines(Fraction(97, 100), Fraction(60, 100), Fraction(1, 3))
    scheme = Scheme(SCALE, item_lines=(ItemLines("overall", lines),))
    one, other = (document_of(scheme, {"a": marks}, 30) for marks in ((20, 0, 0, 0), (19, 0, 1, 0)))
    assert one == other
    assert target_of(one)["items"][0]["verdict"] is None
    assert target_of(one)["verdict"]["code"] == "met"


def test_pooled_items_tell_none_of_them() -> None:
    # 40 of 50 and all of 50, or all but one: pooled 90 or 89 of 100
    papers = make_paper({"a": ()}, items=TWO_ITEMS, scheme=Scheme(SCALE))
    first = make_marks(20, 20, 5, 5)
    documents = [
        result_document(papers, {("u0", "a"): make_stack(first, second)}, make_chain({"a": 50}), {})
        for second in (make_marks(50), make_marks(49, 0, 0, 1), make_marks(49, 1, 0, 0))
    ]
    assert documents[0] == documents[1] == documents[2]
    assert target_of(documents[0])["overall"]["total"]["satisfied_rate"]["text"] == "≥80%"


def test_a_light_group_with_much_weight() -> None:
    # one of a's ten is 1/10 of half the weight: 100 % and 95 %
    votes: dict[str, tuple[int, ...]] = {"a": (10, 0, 0, 0), "b": (17, 0, 0, 0)}
    scheme = Scheme(SCALE, weights={"a": Fraction(90), "b": Fraction(10)})
    one, other = (document_of(scheme, votes | odd, 20) for odd in ({}, {"a": (9, 0, 0, 1)}))
    assert one == other
    assert target_of(one)["overall"]["total"]["satisfied_rate"]["text"] == "≥90%"


@pytest.mark.parametrize("grade", range(4))
def test_how_wide_a_band_is_tells_nothing_of_a_thin_group(grade: int) -> None:
    """One answer of it moves a weighted total the farther, the fewer they are (SEC-43)."""
    scheme = Scheme(SCALE, weights={"a": Fraction(50), "b": Fraction(50)})

    def told(thin: int) -> tuple[str, ...]:
        votes = {
            group: tuple(count if at == grade else 0 for at in range(4)) for group, count in (("a", 40), ("b", thin))
        }
        total = target_of(document_of(scheme, votes, 50))["overall"]["total"]
        return tuple(total[name]["text"] for name in ("satisfied_rate", "positive_rate", "dissatisfied_rate"))

    assert len({told(thin) for thin in range(1, 10)}) == 1


def test_a_weighted_part_of_fewer_than_ten_makes_a_band() -> None:
    scheme = Scheme(SCALE, weights={"a": Fraction(50), "b": Fraction(50)})
    total = target_of(document_of(scheme, {"a": (3, 2, 2, 1, 4), "b": (20, 10, 5, 5)}, 60))["overall"]["total"]
    assert (total["view"], total["satisfied_rate"]["text"]) == ("banded", "60–70%")  # (5/8 + 30/40)/2


@pytest.mark.parametrize("count", [10, 29, 300])
def test_a_few_and_many(count: int) -> None:
    scheme = replace(Scheme(SCALE), gates=replace(Scheme(SCALE).gates, min_valid=5))
    every = [(0, 0, count - 6, 6), (1, 0, count - 7, 6), (0, 1, count - 7, 6)]
    documents = [document_of(scheme, {"a": marks}, count) for marks in every]
    assert documents[0] == documents[1] == documents[2]
