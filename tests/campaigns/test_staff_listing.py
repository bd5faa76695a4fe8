"""A list of staff: every bad cell is named by its row, and good rows come out as people with roles and units."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from app.accounts.domain import Role, roles_offered
from app.campaigns.staff_import import carry, preview_carried, preview_file, preview_pasted
from app.campaigns.staff_listing import PROBLEM_SENTENCES, Known, StaffPreview, StaffRow
from app.core.errors import DomainError
from tests.office.sheets import made

KNOWN = Known(
    ("县文化馆", "县图书馆", "县博物馆"),
    frozenset({"zhangsan", "lly02"}),
    {"县图书馆": {"吴九"}},
    roles_offered(three_roles=False),
)


def listed(*rows: Sequence[str]) -> StaffPreview:
    return preview_file(KNOWN, made.listed([["姓名", "单位", "角色", "用户名"], *rows], sheet="联络员"))


def test_it_works() -> None:
    found = listed(
        ["陈一", "县文化馆"], ["周二", "县图书馆、县博物馆", "联络员", "ZhouEr"], ["孙三", "县文化馆", "监票人"]
    )
    assert found.problems == ()
    assert found.rows == (
        StaffRow("陈一", "lly01", frozenset({Role.LIAISON}), ("县文化馆",)),
        StaffRow("周二", "zhouer", frozenset({Role.LIAISON}), ("县图书馆", "县博物馆")),
        StaffRow("孙三", "ry02", frozenset({Role.SCRUTINEER})),
    )
    assert preview_carried(KNOWN, carry(found)).rows == found.rows


@pytest.mark.parametrize(
    "text",
    [
        "陈一\t县文化馆\n周二\t县图书馆",
        "陈一,县文化馆\n周二,县图书馆",
        "陈一，县文化馆\r\n周二，县图书馆",
        "陈一\t县文化馆\t联络员\n周二\t县图书馆\t联络员",
        "单位\t联络员\n县文化馆\t陈一\n县图书馆\t周二",
        "序号\t姓名\t单位名称\n1\t陈一\t县文化馆\n2\t周二\t县图书馆\n",
    ],
)
def test_what_is_pasted_is_read_with_and_without_titles(text: str) -> None:
    found = preview_pasted(KNOWN, text)
    assert found.problems == ()
    assert [(row.name, *row.units) for row in found.rows] == [("陈一", "县文化馆"), ("周二", "县图书馆")]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (["", "县文化馆"], "A", "text_empty"),
        (["陈一\n二", "县文化馆"], "A", "text_control"),
        (["陈\ue863一", "县文化馆"], "A", "text_control"),
        (["13800001111", "县文化馆"], "A", "name_has_phone"),
        (["很长的名字" * 9, "县文化馆"], "A", "text_too_long"),
        (["陈一", ""], "B", "unit_missing"),
        (["陈一", "县文化馆、县剧团"], "B", "unit_unknown"),
        (["陈一", "县文化馆", "书记员"], "C", "role_unknown"),
        (["陈一", "县文化馆", "系统管理员"], "C", "role_unknown"),
        (["陈一", "县文化馆", "", "陈一"], "D", "login_malformed"),
        (["陈一", "县文化馆", "", "zhangsan"], "D", "login_taken"),
        (["周二", "县文化馆"], "A", "staff_twice"),
        (["陈一", "县文化馆", "", "zhouer"], "D", "login_twice"),
    ],
)
def test_each_bad_cell_is_named(row: list[str], column: str, code: str) -> None:
    found = listed(["周二", "县图书馆"], ["郑四", "县博物馆", "领导", "zhouer"], row)
    assert [(one.row, one.column, one.code) for one in found.problems] == [(4, column, code)]
    one = found.problems[0]
    assert PROBLEM_SENTENCES[code] % one.params


def test_who_speaks_for_the_unit_already_is_known() -> None:
    found = listed(["吴九", "县图书馆"], ["吴九九", "县图书馆"])
    assert [(row.name, row.is_known) for row in found.rows] == [("吴九", True), ("吴九九", False)]
    assert preview_carried(KNOWN, carry(found)).rows == found.rows


def test_a_given_name_is_none_that_is_taken() -> None:
    """Of the list itself, too: the sheet gives the first free name to somebody else."""
    found = listed(["陈一", "县文化馆"], ["周二", "县图书馆", "", "lly01"], ["赵三", "县图书馆"])
    assert [row.login for row in found.rows] == ["lly03", "lly01", "lly04"]


def test_too_long_a_list_is_refused_by_its_row() -> None:
    found = listed(*[[f"陈{at}甲", "县文化馆"] for at in range(501)])
    assert [(one.row, one.code) for one in found.problems] == [(502, "too_many_rows")]


@pytest.mark.parametrize("text", ["", "姓名\t单位\n"])
def test_an_empty_list_is_told(text: str) -> None:
    assert [one.code for one in preview_pasted(KNOWN, text).problems] == ["sheet_empty"]


def test_it_refuses_what_a_browser_made_up() -> None:
    for text in ("", "{}", '[["a","b"]]', '[["a","b","c",[1]]]'):
        with pytest.raises(DomainError, match="form_malformed"):
            preview_carried(KNOWN, text)
    made_up = preview_carried(KNOWN, '[["陈一","zhangsan","sysadmin",["县剧团"]]]')
    assert {one.code for one in made_up.problems} == {"role_unknown"}


def test_roles_are_joined_as_far_as_is_lawful() -> None:
    found = listed(["陈一", "县文化馆", "监票人、联络员"], ["周二", "", "组织者，督办员", "zhouer"])
    assert [(row.roles, row.units) for row in found.rows] == [
        (frozenset({Role.SCRUTINEER, Role.LIAISON}), ("县文化馆",)),
        (frozenset({Role.ORGANISER, Role.SUPERVISOR}), ()),
    ]
    assert preview_carried(KNOWN, carry(found)).rows == found.rows
    assert [one.code for one in listed(["陈一", "", "组织者、监票人"]).problems] == ["roles_apart"]
    assert [one.code for one in listed(["陈一", "", "督办员、厨师"]).problems] == ["role_unknown"]


def test_liaisons_with_accounts_are_known_by_name_or_log_in_name() -> None:
    there = replace(KNOWN, accounts={"chenyi": "陈一", "lly01": "周二", "lly07": "周二"}, logins=frozenset({"chenyi"}))
    listing = [["姓名", "单位", "用户名"], ["陈一", "县文化馆", ""], ["周二", "县图书馆", "lly07"]]
    found = preview_file(there, made.listed(listing))
    assert [(row.login, row.is_attached) for row in found.rows] == [("chenyi", True), ("lly07", True)]
    several = preview_file(there, made.listed([["姓名", "单位"], ["周二", "县文化馆"]]))
    assert [problem.code for problem in several.problems] == ["name_several"]
    another = preview_file(there, made.listed([["姓名", "单位", "用户名"], ["陈一", "县文化馆", "chenyi2"]]))
    assert [(row.login, row.is_attached) for row in another.rows] == [("chenyi2", False)]
    twice = preview_file(there, made.listed([*listing, ["陈一", "县图书馆", "chenyi"]]))
    assert [problem.code for problem in twice.problems] == ["login_twice"]
