"""Voter groups as people paste them."""

import pytest

from app.campaigns.pasted import pasted_groups
from app.campaigns.rules import GroupRow
from tests.cast import refuses


def test_it_works() -> None:
    groups = pasted_groups("党代表 14\n\n人大代表：16人\n政协委员\t14\n有关部门，１６ 名\n")
    assert groups == [
        GroupRow("", "党代表", 14),
        GroupRow("", "人大代表", 16),
        GroupRow("", "政协委员", 14),
        GroupRow("", "有关部门", 16),
    ]
    assert pasted_groups("1、党代表 14\n2、人大代表 16") == [GroupRow("", "党代表", 14), GroupRow("", "人大代表", 16)]
    assert pasted_groups(" \n") == []


@pytest.mark.parametrize(
    ("line", "name", "people"),
    [
        ("1、党代表 14", "党代表", 14),
        ("第一党支部 26", "第一党支部", 26),
        ("80后青年 20人", "80后青年", 20),
        ("中层以上干部……24", "中层以上干部", 24),
        ("县人大常委会组成人员 33。", "县人大常委会组成人员", 33),
    ],
)
def test_it_reads_what_people_write(line: str, name: str, people: int) -> None:
    assert pasted_groups(line) == [GroupRow("", name, people)]


@pytest.mark.parametrize("line", ["党代表", "14", "党代表 十四", "党代表 14 15 人大代表"])
def test_it_refuses_a_line_without_a_name_or_a_number(line: str) -> None:
    with refuses("group_line_unread"):
        pasted_groups(f"群众代表 20\n{line}")


@pytest.mark.parametrize("line", ["合计 56", "合　计：56人", "共 3 类 56人", "应到人数合计\t56"])
def test_it_refuses_the_sum_of_the_others(line: str) -> None:
    """It would be a group of people who never come, and halve the rate of return."""
    with refuses("name_is_total"):
        pasted_groups(f"党代表 14\n群众代表 42\n{line}")
