"""Lists go out in their reader's language and come back from either: all six imports, by their pages."""

import io
import re
from dataclasses import asdict
from html import unescape
from typing import Any

import openpyxl
import pytest

from app.campaigns.english_service import keep_english
from app.campaigns.reads import get_campaign
from app.campaigns.service import set_left_out
from app.core.chinese import has_chinese
from app.core.db import Database
from app.offices.register import registered
from app.opinions.reads import collection
from app.rectification.ledger import service as ledger_acts
from app.rectification.ledger.workbook import NEW_PROGRESS, RATING, RULES
from app.web.forms import TOKEN_FIELD
from app.web.i18n import COOKIE, LANGUAGES
from tests import cast
from tests.cast import MORNING, Desk, Desks
from tests.office.sheets import made
from tests.rectification.flagged import ZHANG, make_action, make_ledger
from tests.rectification.ledger.test_service import edited
from tests.texts import Texts

Rows = list[list[str | int]]
TYPED = {text for value in asdict(make_action()).values() for text in (value if isinstance(value, tuple) else [value])}
TYPED |= {"群众意见", "县文化馆"}
SECTION_ROWS: Rows = [
    ["分表", "对象种类", "测评表", "名称", "职务", "不参评的类别"],
    ["领导班子", "单位", "领导班子民主测评表", "县文化馆", "", "党代表"],
    ["", "", "", "县图书馆", "", ""],
    ["班子成员", "人员", "年度考核民主测评票", "张甲一", "局长", "党代表"],
]


def in_language(desk: Desk, language: str) -> Desk:
    desk.client.cookies.set(COOKIE, language)
    return desk


def taken(desk: Desk, path: str) -> bytes:
    """Take a file as it is told in the language of the page."""
    answer = desk.get(path)
    assert answer.status_code == 200, answer.text
    return bytes(answer.content)


def cells(content: bytes) -> list[str]:
    """Return every text of a workbook, the names of its sheets too."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    rules = [rule.formula1 or "" for sheet in book for rule in sheet.data_validations.dataValidation]
    shown = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    return [*book.sheetnames, *shown, *rules]


def bring(desk: Desk, path: str, content: bytes, field: str = "rows") -> str:
    """Upload a file, confirm what the page shows, and return that page."""
    files = {"workbook": ("a.xlsx", content)}
    page = desk.client.post(path, data={TOKEN_FIELD: desk.form_token}, files=files)
    assert page.status_code == 200, page.text
    carried = re.search(rf'name="{re.escape(field)}" value="([^"]*)"', page.text)
    assert carried, page.text
    assert desk.post(f"{path}/confirm", **{field: unescape(carried[1])}).status_code < 400
    return str(page.text)


@pytest.fixture
def campaign_id(database: Database) -> str:
    with database.writing() as session:
        return cast.make_campaign(session, cast.make_cast(session)["zhangsan"])


def seen(database: Database, campaign_id: str) -> Any:  # noqa: ANN401 -- whatever a campaign holds
    """Return what lists of a campaign say of it."""
    with database.reading() as session:
        found = get_campaign(session, campaign_id)
    names = {unit.id: unit.name for unit in found.units}
    return (
        [(unit.name, unit.duty, unit.object_class, unit.section_id) for unit in found.units],
        [(group.name, group.expected, {names[of] for of in group.left_out}) for group in found.groups],
        [(section.noun, section.objects, section.form_key) for section in found.sections],
        found.english,
    )


NAMES = {
    "县文化馆": "County Cultural Centre",
    "党代表": "Delegates, of the Party",
    "领导班子": "Leading groups",
    "班子成员": "Members",
    "局长": "Director",
}


def column(content: bytes, title: str) -> list[str]:
    """Return what stands under a title on any sheet."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    found = []
    for sheet in book:
        rows = [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]
        head = next((row for row in rows if title in row), None)
        found += [row[head.index(title)] for row in rows[rows.index(head) + 1 :]] if head else []
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_units_and_groups(database: Database, new_desk: Desks, campaign_id: str, language: str) -> None:
    with database.writing() as session:
        keep_english(session, campaign_id, NAMES)
        group, units = get_campaign(session, campaign_id).groups[0], get_campaign(session, campaign_id).units
        set_left_out(session, MORNING, ZHANG, campaign_id, group.id, [unit.id for unit in units[:2]])
    desk, path = in_language(new_desk("zhangsan"), language), f"/campaigns/{campaign_id}/import"
    before = seen(database, campaign_id)
    out = taken(desk, f"{path}/template.xlsx")
    known = {*(row[0] for row in before[0]), *(row[0] for row in before[1]), *NAMES.values()}
    strange = [text for text in cells(out) if has_chinese(text) and not set(text.split(", ")) <= known]
    assert strange == [] if language == "en" else strange
    title = {"en": "Units not rated", "zh": "不参评单位"}[language]
    written = {"en": "County Cultural Centre, 县图书馆", "zh": "县文化馆、县图书馆"}[language]
    assert written in column(out, title)
    names = {"en": "Unit", "zh": "单位名称"}[language]
    assert names in cells(out)
    assert ("County Cultural Centre" in column(out, names)) == (language == "en")
    bring(desk, path, out)
    assert seen(database, campaign_id) == before


@pytest.mark.parametrize("sheet", ["units", "sections"])
def test_a_name_that_is_changed_in_an_english_list_is_the_english_of_the_same_unit(
    database: Database, new_desk: Desks, campaign_id: str, sheet: str
) -> None:
    desk, path = in_language(new_desk("zhangsan"), "en"), f"/campaigns/{campaign_id}/import"
    if sheet == "sections":
        path += "/sections"
        bring(desk, path, made.listed(SECTION_ROWS, "分表"))
    before = seen(database, campaign_id)
    book = openpyxl.load_workbook(io.BytesIO(taken(desk, f"{path}/template.xlsx")))
    first = book.worksheets[0]
    (cell,) = [row[0] for row in first.iter_rows() for row in [[c for c in row if c.value == "县文化馆"]] if row]
    cell.value = "County Cultural Centre"
    filled = io.BytesIO()
    book.save(filled)
    bring(desk, path, filled.getvalue())
    after = seen(database, campaign_id)
    assert after[:3] == before[:3]
    assert after[3] == {**before[3], "县文化馆": "County Cultural Centre"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_sections(database: Database, new_desk: Desks, campaign_id: str, language: str) -> None:
    desk, path = in_language(new_desk("zhangsan"), language), f"/campaigns/{campaign_id}/import/sections"
    bring(desk, path, made.listed(SECTION_ROWS, "分表"))
    with database.writing() as session:
        keep_english(session, campaign_id, NAMES)
    before = seen(database, campaign_id)
    out = taken(desk, f"{path}/template.xlsx")
    names = {"张甲一", "县文化馆", "县图书馆"} if language == "en" else set[str]()
    if language == "en":
        assert [set(column(out, title)) - {""} for title in ("Section", "Position", "Groups that do not rate it")] == [
            {"Leading groups", "Members"},
            {"Director"},
            {"Delegates, of the Party"},
        ]
        assert "County Cultural Centre" in column(out, "Name")
        assert "县文化馆" not in column(out, "Name")
    else:
        assert "County Cultural Centre" in column(out, "英文名称")
    strange = [text for text in cells(out) if has_chinese(text) and not set(text.split(", ")) <= names]
    assert strange == [] if language == "en" else strange
    bring(desk, path, out)
    assert seen(database, campaign_id) == before
    assert [row[2] for row in before[2]] == ["leadership", "t6"]


EVERY = {
    **{name: f"Unit {place}" for place, name in enumerate(cast.UNITS, 1)},
    **{name: f"Group {place}" for place, name in enumerate(cast.GROUPS, 1)},
    "领导班子": "Leading groups",
    "局长": "Director",
}
LISTS: dict[str, tuple[Rows, str]] = {
    "import": ([["单位名称"], ["县文化馆"], ["新馆"]], "单位"),
    "import/sections": (SECTION_ROWS, "分表"),
    "liaisons/import": ([["姓名", "单位", "角色", "用户名"], ["陈一", "县文化馆", "单位联络员", "chenyi"]], "人员"),
    "opinions/import": ([["来源", "编号", "单位", "意见"], ["座谈会", 1, "县文化馆", "好"]], "意见"),
}


@pytest.mark.parametrize("path", LISTS)
def test_previews_call_by_its_english_what_has_one(
    database: Database, new_desk: Desks, campaign_id: str, path: str
) -> None:
    with database.writing() as session:
        keep_english(session, campaign_id, EVERY)
    desk, (rows, sheet) = in_language(new_desk("zhangsan"), "en"), LISTS[path]
    files = {"workbook": ("a.xlsx", made.listed(rows, sheet))}
    page = desk.client.post(f"/campaigns/{campaign_id}/{path}", data={TOKEN_FIELD: desk.form_token}, files=files)
    assert page.status_code == 200, page.text
    reader = Texts()
    reader.feed(page.text)
    said = [text.strip() for text, _ in reader.seen]
    assert "Unit 1" in said
    assert [text for text in said if any(name in text for name in EVERY)] == []


def test_names_are_found_by_their_english(database: Database, new_desk: Desks, campaign_id: str) -> None:
    with database.writing() as session:
        keep_english(session, campaign_id, {"县文化馆": "County Cultural Centre", "县图书馆": "Library"})
    desk, path = in_language(new_desk("zhangsan"), "en"), f"/campaigns/{campaign_id}/import/sections"
    count = len(seen(database, campaign_id)[0])
    rows: Rows = [
        ["Section", "Sort of object", "Form", "Name"],
        ["Leaderships", "unit", "Appraisal of a leadership", "county cultural centre"],
        ["", "", "", "Library"],
    ]
    bring(desk, path, made.listed(rows, "Sections"))
    units, _, sections, _ = seen(database, campaign_id)
    assert (len(units), sections[0][2]) == (count, "leadership")
    assert [name for name, *_, section in units if section] == ["县文化馆", "县图书馆"]


def test_a_chinese_list_names_what_is_new_by_the_english_of_another(
    database: Database, new_desk: Desks, campaign_id: str
) -> None:
    """Library would have become 县图书馆, and its section that of another: a Chinese list means what it says."""
    desk, path = new_desk("zhangsan"), f"/campaigns/{campaign_id}/import/sections"
    bring(desk, path, made.listed(SECTION_ROWS, "分表"))
    with database.writing() as session:
        keep_english(session, campaign_id, {"县文化馆": "County Cultural Centre", "领导班子": "Leadership"})
    before = seen(database, campaign_id)
    rows: Rows = [
        ["分表", "对象种类", "测评表", "名称"],
        ["Leadership", "单位", "领导班子民主测评表", "County Cultural Centre"],
    ]
    bring(desk, path, made.listed(rows, "分表"))
    units, _, sections, _ = seen(database, campaign_id)
    assert {name for name, *_ in units} == {name for name, *_ in before[0]} | {"County Cultural Centre"}
    assert {noun for noun, *_ in sections} == {noun for noun, *_ in before[2]} | {"Leadership"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_opinions(database: Database, new_desk: Desks, campaign_id: str, language: str) -> None:
    desk, path = in_language(new_desk("zhangsan"), language), f"/campaigns/{campaign_id}/opinions/import"
    out = taken(desk, f"{path}/template.xlsx")
    assert (language == "zh") == any(map(has_chinese, cells(out)))
    book = openpyxl.load_workbook(io.BytesIO(out))
    sheet = book.worksheets[0]
    sources = sheet.data_validations.dataValidation[0].formula1.strip('"').split(",")
    for number, source in enumerate(sources, 1):
        sheet.append([source, number, "县文化馆", f"opening hours {number}"])
    filled = io.BytesIO()
    book.save(filled)
    bring(desk, path, filled.getvalue(), "rows[]")
    with database.reading() as session:
        found = collection(session, campaign_id).opinions
    assert [(each.source.value, each.unit) for each in found] == [
        (source, "县文化馆") for source in ("sheet", "meeting", "other")
    ]
    issues = taken(desk, f"/campaigns/{campaign_id}/opinions/issues.xlsx")
    left = {text for text in cells(issues) if has_chinese(text)} - {"县文化馆"}
    assert not left if language == "en" else {"未归并", "征求意见表"} <= left


@pytest.mark.parametrize(
    "head", [["姓名", "单位", "角色", "用户名"], ["Name", "Unit", "Role", "User name"]], ids=LANGUAGES
)
def test_staff(database: Database, new_desk: Desks, campaign_id: str, head: list[str | int]) -> None:
    with database.writing() as session:
        keep_english(session, campaign_id, {"县文化馆": "County Cultural Centre"})
    desk, path = in_language(new_desk("zhangsan"), "en"), f"/campaigns/{campaign_id}/liaisons/import"
    page = bring(desk, path, made.listed([head, ["Chen Yi", "County Cultural Centre", "Unit liaison", "chenyi"]], "x"))
    assert "County Cultural Centre" in page
    pasted = desk.post(path, pasted="\t".join(map(str, head)) + "\nZhou Er\t县文化馆\tUnit liaison\tzhouer")
    assert (pasted.status_code, "zhouer" in pasted.text) == (200, True)


@pytest.mark.parametrize("head", [["单位名称", "代码"], ["Unit", "Code"]], ids=LANGUAGES)
def test_the_register(database: Database, new_desk: Desks, campaign_id: str, head: list[str | int]) -> None:
    assert campaign_id
    desk = in_language(new_desk("zhangsan"), "en")
    bring(desk, "/offices/root/import", made.listed([head, ["新单位", "A1"]], "Units"), "rows[]")
    with database.reading() as session:
        assert ("新单位", "A1") in {(unit.name, unit.code) for unit in registered(session, "root")}


@pytest.mark.parametrize("page", LANGUAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_ledger(database: Database, new_desk: Desks, language: str, page: str) -> None:
    found, _, ids = make_ledger(database, make_action(), make_action())
    with database.writing() as session:
        keep_english(session, found.campaign_id, {"县文工团": "County Arts Troupe"})
    desk = in_language(new_desk("zhangsan"), language)
    out = taken(desk, "/rectification/ledger.xlsx")
    strange = {text for text in cells(out) if has_chinese(text)} - TYPED
    assert not strange if language == "en" else "整改台账" in strange
    unit = {"en": ("Unit", "County Arts Troupe"), "zh": ("单位", "县文工团")}[language]
    assert set(column(out, unit[0])) == {unit[1]}
    filled = edited(out, {(2, NEW_PROGRESS): "half done", (2, RULES): "rules of duty", (3, RATING): "good"})
    shown = bring(in_language(desk, page), "/rectification/import", filled, "rows[]")
    assert (">County Arts Troupe<" in shown) == (page == "en")
    with database.reading() as session:
        first, second = (ledger_acts.get_action(session, ZHANG, each, MORNING.date()).row for each in ids)
    assert (first.progress, first.rules_made, second.public_rating) == ("half done", "rules of duty", "good")
    again = taken(in_language(desk, language), "/rectification/ledger.xlsx")
    answer = desk.client.post(
        "/rectification/import", data={TOKEN_FIELD: desk.form_token}, files={"workbook": ("a.xlsx", again)}
    )
    assert (answer.status_code, "half done" in answer.text) == (200, False)
