"""All alike and all but any one of them are the same document, whatever is divided by, weighted or small (SEC-46)."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from app.campaigns.domain import Denominator, Formula, Scheme
from app.tally.alike import lookalikes
from app.tally.figures import Table
from app.tally.result import result_document
from tests.tally.cast import SCALE, make_chain, make_marks, make_paper, make_stack, section_of

ALL: dict[str, tuple[int, ...]] = {"a": (3, 0, 0, 0), "b": (17, 0, 0, 0)}


def document_of(scheme: Scheme, votes: Mapping[str, tuple[int, ...]], expected: int) -> Any:  # noqa: ANN401 - plain JSON
    paper = make_paper(dict.fromkeys(votes, ()), scheme=scheme, expected=expected)
    stacks = {("u0", group): make_stack(make_marks(*counts)) for group, counts in votes.items()}
    chain = make_chain({group: sum(marks) for group, marks in votes.items()}, expected=expected)
    return result_document(paper, stacks, chain, {})


def test_it_works() -> None:
    found = lookalikes({"a": Table((3, 0), unknown=2), "b": Table((4, 1))}, 2)
    assert found[0] == {"a": Table((3, 0), unknown=2), "b": Table((5, 0))}
    assert found[1:] == [{**found[0], "a": Table((2, 1), unknown=2)}, {**found[0], "b": Table((4, 1))}]
    mixed = {"a": Table((3, 2)), "b": Table((4, 1))}
    assert lookalikes(mixed, 2) == [mixed]


@pytest.mark.parametrize("odd", [{"a": (2, 0, 0, 1)}, {"b": (16, 1, 0, 0)}, {"b": (16, 0, 0, 1)}])
@pytest.mark.parametrize("expected", [20, 95, 105, 150])
@pytest.mark.parametrize("denominator", list(Denominator))
def test_whatever_is_divided_by(denominator: Denominator, expected: int, odd: dict[str, tuple[int, ...]]) -> None:
    # of 2 × 95 or 2 × 105 people 20 are 10.5 % or 9.5 %, 19 are 10.0 % or 9.0 %: an edge may lie between
    scheme = Scheme(SCALE, formula=Formula(2, denominator))
    one, other = document_of(scheme, ALL, expected), document_of(scheme, ALL | odd, expected)
    assert section_of(one)["targets"][0]["overall"] == section_of(other)["targets"][0]["overall"]
    assert section_of(one)["targets"][0]["band"] == section_of(other)["targets"][0]["band"]


def test_one_edge_between_them() -> None:
    scheme = Scheme(SCALE, formula=Formula(2, Denominator.EXPECTED))
    total = section_of(document_of(scheme, ALL, 95))["targets"][0]["overall"]["total"]
    assert total["satisfied_rate"]["text"] == "≤20%"
    assert (
        section_of(document_of(scheme, ALL, 105))["targets"][0]["overall"]["total"]["satisfied_rate"]["text"] == "≤10%"
    )


def test_a_light_group_with_much_weight() -> None:
    # one of a's three is 1/3 of half the weight: 100 % and 83.3 % are in different bands, so no unit has either
    scheme = Scheme(SCALE, weights={"a": Fraction(50), "b": Fraction(50)})
    one, other = document_of(scheme, ALL, 20), document_of(scheme, ALL | {"a": (2, 0, 0, 1)}, 20)
    assert section_of(one)["targets"] == section_of(other)["targets"]
    assert section_of(one)["overall_band"] == section_of(other)["overall_band"] is None
    assert section_of(one)["targets"][0]["overall"]["total"]["satisfied_rate"]["text"] == "≥80%"


@pytest.mark.parametrize("count", [5, 9, 10, 29])
def test_a_few(count: int) -> None:
    scheme = replace(Scheme(SCALE), gates=replace(Scheme(SCALE).gates, min_valid=5))
    pair = [document_of(scheme, {"a": marks}, 30) for marks in ((count, 0, 0, 0), (count - 1, 0, 0, 1))]
    assert pair[0] == pair[1]
    assert (section_of(pair[0])["targets"][0]["band"] is None) is (count < 10)
