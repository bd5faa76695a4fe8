"""What an English-speaking organiser is told of a bad file: no Chinese but what was typed and what stands in files."""

import re
from collections.abc import Collection, Iterable

import pytest
from httpx import Response

from app.campaigns import sections_listing, staff_listing, workbook_import
from app.core.acting import Acting
from app.core.db import Database
from app.offices import register_import
from app.opinions import workbook_import as opinions_import
from app.rectification.ledger import recording
from app.rectification.ledger.workbook import KEY, NEW_PROGRESS, RATING, RULES
from app.rectification.rules.ledger import ActionEvent
from app.web.forms import TOKEN_FIELD
from app.web.i18n import COOKIE
from app.web.marked import CHINESE
from tests import cast
from tests.cast import MORNING, Desk, Desks
from tests.office.sheets import made
from tests.rectification.flagged import WU, ZHANG, ZHENG, make_action, make_ledger
from tests.rectification.ledger.test_service import Work, edited
from tests.texts import Texts

BDI = re.compile('<bdi lang="zh">|</bdi>')
"""The marks of a page around what is Chinese on it."""
HAN = re.compile(f"[{CHINESE}]")
NAMES = (
    "群众满意度测评",
    "某县文化局",
    "满意度测评",
    "本级",
    *cast.UNITS,
    *cast.GROUPS,
    *(name for name, _ in cast.PEOPLE.values()),
)
Rows = list[list[str | int]]


def in_english(desk: Desk) -> Desk:
    desk.client.cookies.set(COOKIE, "en")
    return desk


def bring(desk: Desk, path: str, content: bytes) -> Response:
    """Upload a file to an import."""
    files = {"workbook": ("台账.xlsx", content)}
    answer: Response = desk.client.post(path, data={TOKEN_FIELD: desk.form_token}, files=files)
    return answer


def told(page: str) -> str:
    """Return what a page says, on one line."""
    return " ".join(" ".join(text for text, marked in texts(page) if marked != "by hand").split())


def texts(page: str) -> list[tuple[str, str]]:
    reader = Texts()
    reader.feed(BDI.sub("", page))
    return reader.seen


def chinese(page: str, by_design: Iterable[str]) -> list[str]:
    """Return the Chinese of a page that is neither typed nor stands in files as it is told."""
    longest_first, found = sorted(by_design, key=len, reverse=True), []
    for text, marked in texts(page):
        left = text
        for known in longest_first if HAN.search(text) and marked != "by hand" else ():
            left = left.replace(known, "")
        if HAN.search(left) and marked != "by hand":
            found.append(text.strip())
    return found


def test_the_rows_of_a_ledger_are_refused_in_english(database: Database, new_desk: Desks) -> None:
    _, _, ids = make_ledger(database, *(make_action(problem=f"第{number}件") for number in range(9)))
    with database.writing() as session:
        for action_id, ends in ((ids[0], False), (ids[1], True)):
            for event in (ActionEvent.PROGRESS, ActionEvent.COMPLETE):
                Work(session, action_id).do(WU, event, "在做")
            if ends:
                Work(session, action_id).do(ZHENG, ActionEvent.ACCEPT)
        recording.name_rules(Acting(session, MORNING, ZHANG), ids[6], "《旧办法》")
    desk = in_english(new_desk("zhangsan"))
    before = desk.get("/rectification/ledger.xlsx").content
    with database.writing() as session:
        recording.name_rules(Acting(session, MORNING, ZHANG), ids[5], "《值班办法》")
        recording.name_rules(Acting(session, MORNING, ZHANG), ids[6], "")
    typed = {
        (2, NEW_PROGRESS): "又做", (3, RULES): "《别的》", (4, "整改目标"): "改低一点", (5, NEW_PROGRESS): "待定",
        (6, RATING): "很" * 201, (7, RULES): "《新办法》", (8, RULES): "《再办》", (9, KEY): "nowhere",
        (10, KEY): ids[5],
    }  # fmt: skip
    page = bring(desk, "/rectification/import", edited(before, typed))
    assert page.status_code == 422
    said = told(page.text)
    for words in (
        "in state “To be accepted”: no more progress can",
        "in state “Closed out”: “Rules made” can no longer be changed",
        "“Target” is not what the ledger says", "The progress says nothing", "is longer than 200 characters",
        "“Rules made” was changed to “《值班办法》”",
        "“Rules made” was emptied", "There is no such action", "“No.” is not what",
    ):  # fmt: skip
        assert words in said, said
    assert chinese(page.text, {*typed.values(), "《值班办法》", *NAMES}) == []


def test_a_liaison_and_a_wrong_sheet_are_refused_in_english(database: Database, new_desk: Desks) -> None:
    make_ledger(database)
    desk = in_english(new_desk("wujiu"))
    out = desk.get("/rectification/ledger.xlsx").content
    page = bring(desk, "/rectification/import", edited(out, {(2, RATING): "满意得很"}))
    assert "“What the public says” is for organisers and supervisors" in told(page.text)
    assert chinese(page.text, NAMES) == []
    page = bring(desk, "/rectification/import", made.listed([["甲", "乙"], ["丙", "丁"]], "别的"))
    assert "There is no worksheet “Rectification ledger”" in told(page.text)
    assert chinese(page.text, {"别的", *NAMES}) == []


UNITS: Rows = [
    ["附件"],
    ["序号", "单位名称", "备注", "电话", ""],
    [1, "甲馆", "好", "1", "多"],
    [1, "甲馆"],
    ["x", "12345"],
    ["", "3.乙馆"],
    [4, "合计：3个"],
    ["序号", "单位名称"],
    ["注：以上排名不分先后"],
    [9, "字" * 61],
]
GROUPS: Rows = [
    ["类别名称", "人数", "不参评单位"],
    ["丙类", "多", "无此馆"],
    ["丁类", 2, ""],
    ["戊类", "", ""],
    ["己类", 10**6, ""],
]
SECTIONS: Rows = [
    ["分表", "对象种类", "测评表", "名称", "不参评的类别", "序号"],
    ["", "", "", "甲馆"],
    ["子表", "花", "无此表", "乙馆", "无此类"],
    ["子表", "人员", "", "乙馆"],
    ["丑表", "", "", "丙馆", "党代表、群众代表"],
]
STAFF: Rows = [
    ["姓名", "单位", "角色", "用户名", "备注"],
    ["陈一", "无此馆", "花匠", ""],
    ["周二", "", "监票人、组织者", ""],
    ["周二", "", "", "好"],
    ["孙三", "县文化馆", "", "zhangsan", "x"],
    ["孙三", "县文化馆", "", "sun3"],
    ["李4", "县文化馆", "", "sun3"],
]
OPINIONS: Rows = [
    ["来源", "编号", "单位", "意见", "页"],
    ["密信", 1, "无此馆", "好", "x"],
    ["座谈会", 1, "县文化馆、县图书馆", ""],
    ["座谈会", 1, "", "好"],
    ["信访", 7, "", "好"],
    ["合计", "", "", ""],
    ["信访", 8, "", "好"],
    ["合计", "", "", ""],
]
REGISTER: Rows = [["单位名称", "代码"], ["甲馆", "1"], ["甲馆", "2"], ["合计", ""], ["", "3"]]


def titles(*listings: object) -> set[str]:
    """Return the titles of columns as templates print them."""
    return {names[0] for listing in listings for names in listing.titles.values()}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("path", "sheets", "by_design"),
    [
        (
            "import",
            {"单位": UNITS, "参评人员类别": GROUPS, "又一张": UNITS[1:3]},
            titles(*workbook_import.LISTINGS.values()),
        ),
        (
            "import/sections",
            {"分表": SECTIONS, "又一张": SECTIONS},
            {*titles(sections_listing.LISTING), "单位", "人员", "项目", "文件"},
        ),
        ("liaisons/import", {"人员": STAFF, "又一张": STAFF}, titles(staff_listing.LISTING)),
        (
            "opinions/import",
            {"意见": OPINIONS, "又一张": [["x"]]},
            {*titles(opinions_import.LISTING), "征求意见表", "座谈会", "其他"},
        ),
        ("/offices/root/import", {"单位名录": REGISTER, "又一张": REGISTER}, titles(register_import.LISTING)),
    ],
)
def test_the_cells_of_other_lists_are_refused_in_english(
    database: Database, new_desk: Desks, path: str, sheets: dict[str, Rows], by_design: Collection[str]
) -> None:
    with database.writing() as session:
        campaign_id = cast.make_campaign(session, cast.make_cast(session)["zhangsan"])
    desk = in_english(new_desk("zhangsan"))
    (first, rows), *more = sheets.items()
    content = made.listed(rows, first, **dict(more))  # type: ignore[arg-type]
    page = bring(desk, path if path.startswith("/") else f"/campaigns/{campaign_id}/{path}", content)
    assert (page.status_code, "have to be corrected" in told(page.text) or "Cells to" in told(page.text)) == (422, True)
    cells = {str(cell) for listed in sheets.values() for row in listed for cell in row if cell}
    names = {part for cell in cells for part in cell.split("、")}
    assert chinese(page.text, {*cells, *names, *sheets, *by_design, *NAMES}) == []


def test_a_file_without_the_sheet_is_refused_in_english(database: Database, new_desk: Desks) -> None:
    with database.writing() as session:
        campaign_id = cast.make_campaign(session, cast.make_cast(session)["zhangsan"])
    desk = in_english(new_desk("zhangsan"))
    content = made.listed([["甲"]], "一", 二=[["乙"]])
    for path, by_design in (
        ("import", ("参评人员类别", "单位名称", "类别名称", "单位")),
        ("import/sections", ("分表", "名称")),
    ):
        page = bring(desk, f"/campaigns/{campaign_id}/{path}", content)
        assert page.status_code == 422
        assert ": 一, 二)" in told(page.text)
        assert chinese(page.text, {*by_design, "一", "二", *NAMES}) == []


def test_the_role_that_an_english_page_offers_is_read(database: Database, new_desk: Desks) -> None:
    with database.writing() as session:
        campaign_id = cast.make_campaign(session, cast.make_cast(session)["zhangsan"])
    desk = in_english(new_desk("zhangsan"))
    path = f"/campaigns/{campaign_id}/liaisons/import"
    said = told(desk.post(path, pasted="姓名\t单位\t角色\n陈一\t县文化馆\t花匠").text)
    offered = re.findall(r"Possible: ([^;]+);", said)[0].split(", ")
    assert "Unit liaison" in offered
    for role in offered:
        page = desk.post(path, pasted=f"姓名\t单位\t角色\n陈一\t县文化馆\t{role}")
        assert page.status_code == 200, role
