"""What the page before the freeze shows comes out of the real disclosure control, and names itself an example."""

from collections.abc import Sequence

import pytest

from app.publication.preview import ALIKE, SIZES, Small, marks_of, preview_of
from app.tally.verdict import Verdict
from tests.publication.counted import make_paper


def small_of(count: int) -> Small:
    found = preview_of(make_paper())
    assert found is not None
    return next(row for row in found.small if row.count == count and not row.alike)


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
    [row] = [row for row in found.small if row.alike]
    total = row.unit["overall"]["total"]
    assert total["shown"]
    assert (row.count, total["view"], total["distribution"]) == (ALIKE, "banded", [])
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
            abs(share - weight * count / sum(weights)) < 1 for share, weight in zip(shares, weights, strict=True)
        )
