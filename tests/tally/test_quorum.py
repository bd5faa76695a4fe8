"""A voter group that misses its own quorum makes the whole result invalid, with the gate named and the group too."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from app.campaigns.composite import Missing
from app.campaigns.quorum import Quorum
from app.campaigns.rule import Sign
from app.rounds.domain import Paper
from app.tally.chain import Chain, GroupChain
from app.tally.composite import points_of
from app.tally.result import result_document
from tests.tally.cast import make_marks, make_paper, make_scheme, make_stack, section_of

TWO_THIRDS = Quorum(Fraction(2, 3))


def _paper(**quorums: Quorum) -> Paper:
    return make_paper({"a": (), "b": ()}, scheme=make_scheme(group_quorums=quorums))


def _row(group: str, present: int | None, valid: int = 40) -> GroupChain:
    return GroupChain(group, 60, 45, returned=valid, valid=valid, present=present)


def _document(paper: Paper, *rows: GroupChain) -> Any:  # noqa: ANN401 - walked as JSON
    stacks = {("u0", row.group_id): make_stack(make_marks(row.valid - 5, 2, 2, 1)) for row in rows}
    return result_document(paper, stacks, Chain(rows), {})


def test_it_works() -> None:
    document = _document(_paper(a=TWO_THIRDS, b=TWO_THIRDS), _row("a", 40), _row("b", 45))
    assert document["chain"]["status"] == "valid"
    assert document["chain"]["warnings"] == []
    assert section_of(document)["targets"][0]["verdict"]["code"] == "met"
    assert document["chain"]["gates"]["quorum"] == (
        "“类别a”、“类别b”到会人数达到本类别应参加人数的 2/3（含），整个结果方为有效"
    )


def test_one_person_short_of_one_group_is_invalid() -> None:
    # 39/60 < 2/3 = 40/60
    document = _document(_paper(a=TWO_THIRDS, b=TWO_THIRDS), _row("a", 39, 39), _row("b", 45))
    assert document["chain"]["status"] == "invalid"
    assert document["chain"]["warnings"] == [
        {"code": "no_group_quorum", "text": "未达法定人数的类别：类别a，整个结果无效"}
    ]
    verdict = section_of(document)["targets"][0]["verdict"]
    assert (verdict["code"], [each["code"] for each in verdict["reasons"]]) == ("invalid", ["no_group_quorum"])
    assert points_of(document, "u0", "", by_top=False) == Missing("invalid")
    assert document["sections"][0]["targets"][0]["band"] is None


def test_exactly_reached_is_not_passed() -> None:
    strict = _paper(b=Quorum(Fraction(2, 3), Sign.ABOVE))
    assert _document(strict, _row("a", None), _row("b", 40))["chain"]["status"] == "invalid"
    assert _document(strict, _row("a", None), _row("b", 41))["chain"]["status"] == "valid"


def test_where_nobody_counted_who_came_slips_are_counted() -> None:
    assert _document(_paper(a=TWO_THIRDS), _row("a", None), _row("b", None))["chain"]["status"] == "valid"
    assert _document(_paper(a=Quorum(Fraction(4, 5))), _row("a", None), _row("b", None))["chain"]["status"] == "invalid"


def test_it_stands_beside_the_quorum_of_all() -> None:
    paper = _paper(a=TWO_THIRDS)
    paper = replace(paper, scheme=replace(paper.scheme, quorum=Quorum(Fraction(1, 2), Sign.ABOVE)))
    both = _document(paper, _row("a", 39, 39), _row("b", 45))
    assert both["chain"]["warnings"][0]["code"] == "no_group_quorum"
    assert both["chain"]["gates"]["quorum"].count("方为有效") == 2
    low = _document(paper, _row("a", 40), _row("b", 20, 20))  # 60 of 120 are not more than half
    assert low["chain"]["warnings"][0]["code"] == "no_quorum"


@pytest.mark.parametrize(("valid", "named"), [(40, "类别a"), (9, "有类别")])
def test_a_group_that_is_seen_nowhere_is_not_named(valid: int, named: str) -> None:
    """That fewer than so many were there would bound how many ballots came from it."""
    paper = make_paper({"a": (), "b": (), "c": ()}, scheme=make_scheme(group_quorums={"a": TWO_THIRDS}))
    document = _document(paper, _row("a", 39, min(valid, 39)), *map(_plain, "bc"))
    assert named in document["chain"]["warnings"][0]["text"]


def _plain(group: str) -> GroupChain:
    return _row(group, None, 45)
