"""What the page before the freeze shows comes out of the real disclosure control, and names itself an example."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.campaigns.disclosure import Disclosure, Extent, Kind
from app.publication.preview import ALIKE, SIZES, Mind, Preview, Small, marks_of, preview_of
from app.rounds.checklist import freeze_problems
from app.tally.verdict import Verdict
from tests.found import some
from tests.publication.counted import make_paper


def small_of(count: int) -> Small:
    found = preview_of(make_paper())
    assert found is not None
    return next(row for row in found.small if row.name == f"{count} 份评价")


@pytest.mark.parametrize(("count", "view"), [(12, "coarse"), (29, "coarse"), (30, "exact")])
def test_it_works(count: int, view: str) -> None:
    row = small_of(count)
    total = row.unit["overall"]["total"]
    assert total["shown"]
    assert total["view"] == view
    assert ("." in total["satisfied_rate"]["text"]) == (view == "exact")


@pytest.mark.parametrize("count", [1, 8])
def test_below_ten_nothing_is_shown(count: int) -> None:
    row = small_of(count)
    assert not row.unit["overall"]["total"]["shown"]
    assert row.unit["verdict"]["code"] == Verdict.TOO_FEW


def test_those_who_all_say_the_same_read_as_a_range() -> None:
    found = preview_of(make_paper())
    assert found is not None
    [row] = [row for row in found.small if row.name.endswith("全部填同一等次")]
    total = row.unit["overall"]["total"]
    assert total["shown"]
    assert (row.name, total["view"], total["distribution"]) == (f"{ALIKE} 份评价，全部填同一等次", "banded", [])
    assert len(found.small) == len(SIZES) + 1


def test_every_set_of_recusals_has_an_example() -> None:
    found = preview_of(make_paper())
    assert found is not None
    assert [example.left_out for example in found.examples] == [("下属单位",), ()]


def test_a_group_made_for_one_has_no_row() -> None:
    found = preview_of(make_paper(groups={"党代表": 40, "服务对象": 34, "某人": 1}))
    assert found is not None
    for example in found.examples:
        names = [group["name"] for item in example.unit["items"] for group in item["groups"]]
        assert "某人" not in names


@pytest.mark.parametrize("groups", [{"党代表": 0}, {"党代表": 1}, {"党代表": 200_000}, {"党代表": 9, "群众": 11}])
def test_only_a_paper_that_nobody_votes_on_has_no_preview(groups: dict[str, int]) -> None:
    assert (preview_of(make_paper(groups=groups)) is None) == (not any(groups.values()))


@pytest.mark.parametrize("weights", [(1,), (52, 27, 16, 5), (1, 1, 1)])
def test_marks_are_shared_out_whole(weights: Sequence[int]) -> None:
    for count in range(100):
        marks = marks_of(count, weights)
        assert len(marks) == count
        shares = [marks.count(bytes([grade])) for grade in range(len(weights))]
        assert all(
            abs(share - weight * count / sum(weights)) < 1 for share, weight in some(zip(shares, weights, strict=True))
        )


def announced(members: int, extent: Extent = Extent.COUNTS) -> Preview:
    paper = make_paper(("养老服务中心",), {"全体组成人员": members}, remarks=False)
    paper = replace(paper, scheme=replace(paper.scheme, disclosure=Disclosure(Kind.ANNOUNCED, extent)))
    found = preview_of(paper)
    assert found is not None
    return found


def test_an_announced_round_shows_what_would_be_told_if_everybody_came() -> None:
    told = {one.mind: one for one in announced(29).voted}
    assert [(option.label, option.count) for option in told[Mind.DIVIDED].options][:2] == [
        ("满意", "15"),
        ("比较满意", "8"),
    ]
    assert [option.count for option in told[Mind.ALIKE].options] == ["29", "0", "0", "0", "0"]
    assert [option.count for option in told[Mind.ALL_BUT_ONE].options] == ["28", "1", "0", "0", "0"]
    assert told[Mind.TOO_FEW].people == 9
    assert told[Mind.TOO_FEW].options == ()
    assert all(not one.options for one in some(announced(29, Extent.WORDS).voted))


def test_a_protected_round_shows_bands_where_all_but_one_are_alike() -> None:
    found = preview_of(make_paper(("养老服务中心",), {"全体组成人员": 29}))
    assert found is not None
    views = {one.mind: one.unit["overall"]["total"].get("view") for one in found.voted}
    assert views == {Mind.DIVIDED: "coarse", Mind.ALL_BUT_ONE: "banded", Mind.ALIKE: "banded", Mind.TOO_FEW: None}


@settings(max_examples=60)
@given(st.lists(st.integers(5, 40), min_size=1, max_size=4), st.integers(10, 20), st.booleans())
def test_no_green_checklist_ends_in_hidden_figures(people: list[int], least: int, recused: bool) -> None:
    """Where the checklist has nothing to say of figures, the preview's objects have them if everybody comes."""
    paper = make_paper(("甲", "乙"), {f"类别{at}": count for at, count in enumerate(people)})
    left = ("u0",) if recused and len(people) > 1 else ()
    groups = (*paper.groups[:-1], replace(paper.groups[-1], left_out=left))
    scheme = replace(paper.scheme, gates=replace(paper.scheme.gates, min_valid=least))
    paper = replace(paper, groups=groups, scheme=scheme)
    [step] = [step for step in freeze_problems(paper) if step.code == "figures"]
    found = preview_of(paper)
    assert found is not None
    shown = [example.unit["overall"]["total"]["shown"] for example in found.examples]
    assert step.done == all(shown)
