"""The organiser's pages of a campaign, as a browser meets them."""

import html
import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.campaigns import reads, scheme_service
from app.campaigns.reads import CampaignView
from app.campaigns.workbook_import import GroupRow, UnitRow
from app.campaigns.workbook_template import template_xlsx
from app.core.acting import Acting
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.rounds import service as rounds
from app.rounds.service import RoundDraft
from app.web.forms import TOKEN_FIELD
from tests.cast import MORNING, UNITS, Desk, make_campaign, make_cast
from tests.found import some

SCHEME = {
    "scale": "satisfaction",
    "unknown": "1",
    "top": "2",
    "denominator": "valid",
    "attention": "85%",
    "remedial": "2/3",
    "dissatisfied": "1/3",
    "return_valid": "2/3",
    "return_warning": "80%",
    "unknown_warning": "30%",
    "min_valid": "10",
    "k": "10",
    "remark_k": "10",
    "two_person": "1",
}


class Site:
    """An installation with the cast and one campaign; 张三 is at the desk."""

    def __init__(self, database: Database, settings: Settings, new_client: Callable[[], TestClient]) -> None:
        self.database, self.new_client = database, new_client
        self.folder = KeyFolder(settings.data / "keys")
        with database.writing() as session:
            self.cast = make_cast(session)
            self.id = make_campaign(session, self.cast["zhangsan"])
        self.root = f"/campaigns/{self.id}"
        self.desk = self.at("zhangsan")

    def at(self, login: str) -> Desk:
        return Desk(self.new_client(), self.database, self.folder, login)

    @property
    def view(self) -> CampaignView:
        with self.database.reading() as session:
            return reads.get_campaign(session, self.id)

    def copy(self, key: str) -> str:
        with self.database.writing() as session:
            return scheme_service.copy_form(session, MORNING, self.cast["zhangsan"], self.id, key)

    def upload(self, data: bytes) -> tuple[int, str]:
        answer = self.desk.client.post(
            f"{self.root}/import", data={TOKEN_FIELD: self.desk.form_token}, files={"workbook": ("a.xlsx", data)}
        )
        return answer.status_code, html.unescape(answer.text)


@pytest.fixture
def site(database: Database, settings: Settings, new_client: Callable[[], TestClient]) -> Site:
    return Site(database, settings, new_client)


def test_it_works(site: Site) -> None:
    answer = site.desk.post("/campaigns/new", title="作风评议", organisation="某县")
    assert answer.status_code == 303
    root = answer.headers["location"]
    assert "还没有单位" in site.desk.get(root).text
    assert site.desk.post(f"{root}/units/add", names="县医院\n县中学").status_code == 303
    rows = {"id[]": ["", ""], "place[]": ["2", "1"], "name[]": ["社区", "党代表"], "expected[]": ["20", "15"]}
    assert site.desk.post(f"{root}/groups", **rows).status_code == 303
    page = site.desk.get(root).text
    assert "2 个单位，按机构序列排列" in page
    assert "2 类，应参加 35 人" in page
    assert page.index("作风评议") < page.index("发起测评轮次")


def test_every_page_opens(site: Site) -> None:
    key, view = site.copy("t1"), site.view
    pages = [
        "",
        "/edit",
        "/units",
        "/groups",
        "/scheme",
        "/forms",
        "/forms/t1",
        "/forms/t4",
        f"/forms/{key}",
        "/import",
    ]
    pages += [f"/groups/{view.groups[0].id}", f"/groups/{view.groups[0].id}/delete", f"/forms/{key}/delete"]
    pages += [f"/units/{view.units[0].id}/delete", "/units"]
    for path in ("/campaigns", "/campaigns/new", *(site.root + page for page in pages)):
        answer = site.desk.get(path)
        assert answer.status_code == 200, path
        assert " style=" not in answer.text
        assert "<script>" not in answer.text


@pytest.mark.parametrize("login", ["lisi", "zhaoliu", "sunqi"])
def test_it_refuses_everyone_but_organisers(site: Site, login: str) -> None:
    desk = site.at(login)
    for path in ("/campaigns", site.root, f"{site.root}/scheme", f"{site.root}/import/template.xlsx"):
        assert desk.get(path).status_code == 403
    assert desk.post(f"{site.root}/units/add", names="县中学").status_code == 403
    assert len(site.view.units) == len(UNITS)


def test_it_refuses_what_is_not_there(site: Site) -> None:
    for path in ("/campaigns/nothing", f"{site.root}/units/nobody/delete", f"{site.root}/forms/nothing"):
        assert site.desk.get(path).status_code == 404
    assert site.desk.get(f"{site.root}/forms/t2/delete").status_code == 404
    assert site.desk.post(f"{site.root}/groups/nobody", **{"left_out[]": []}).status_code == 422


def test_a_refused_form_keeps_what_was_typed(site: Site) -> None:
    units = site.view.units
    rows = {
        "id[]": [unit.id for unit in units],
        "place[]": ["3", "1", "甲"],
        "name[]": ["新馆名", units[1].name, units[2].name],
    }
    answer = site.desk.post(f"{site.root}/units", **rows)
    assert answer.status_code == 422
    assert "“序号”应是" in answer.text
    assert 'value="新馆名"' in answer.text
    assert 'value="甲"' in answer.text
    answer = site.desk.post(f"{site.root}/units/add", names="县中学\n县文化馆")
    assert answer.status_code == 422
    assert "县中学\n县文化馆</textarea>" in answer.text
    answer = site.desk.post("/campaigns/new", title="作风评议", organisation=" ")
    assert answer.status_code == 422
    assert 'value="作风评议"' in answer.text
    assert [unit.name for unit in site.view.units] == list(UNITS)


def test_order_and_names_are_saved_together(site: Site) -> None:
    units = site.view.units
    rows = {"id[]": [unit.id for unit in units], "place[]": ["1", "2", "1"], "name[]": ["甲", "乙", "丙"]}
    assert site.desk.post(f"{site.root}/units", **rows).headers["location"].endswith("")
    assert [unit.name for unit in site.view.units] == ["丙", "甲", "乙"]


def test_rows_of_unequal_length_are_refused(site: Site) -> None:
    answer = site.desk.post(f"{site.root}/units", **{"id[]": ["a"], "place[]": ["1", "2"], "name[]": ["b"]})
    assert answer.status_code == 400


def test_a_group_leaves_units_out(site: Site) -> None:
    group, units = site.view.groups[0], site.view.units
    path = f"{site.root}/groups/{group.id}"
    assert site.desk.post(path, **{"left_out[]": [units[1].id]}).status_code == 303
    assert site.view.groups[0].left_out == (units[1].id,)
    assert units[1].name in site.desk.get(f"{site.root}/groups").text
    answer = site.desk.post(path, **{"left_out[]": [unit.id for unit in units]})
    assert answer.status_code == 422
    assert answer.text.count("checked") == len(units)


def test_the_scheme_is_saved_and_told_in_words(site: Site) -> None:
    weights = {f"weight-{group.id}": text for group, text in zip(site.view.groups, ("60", "40"), strict=True)}
    answer = site.desk.post(f"{site.root}/scheme", **(SCHEME | weights | {"denominator": "expected", "abstain": "1"}))
    assert answer.status_code == 303
    page = site.desk.get(f"{site.root}/scheme").text
    assert "满意率 =（满意 + 比较满意）÷ 应参加人数" in page
    assert 'value="85%"' in page
    assert 'value="2/3"' in page
    assert 'value="60"' in page
    assert site.view.scheme.scale.options[-2:] == ("不了解", "弃权")


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("attention", "0.8", "百分数"),
        ("remedial", "90%", "补课线不应高于提醒线"),
        ("k", "9", "不能少于 10"),
        ("k", "²", "“最少公布人数”应是"),
        ("scale", "nothing", "“评价等次”的选项无效"),
        ("denominator", "nothing", "“分母”的选项无效"),
        ("return_valid", "", "没有填写"),
        ("disclosure", "nothing", "“公布到什么程度”的选项无效"),
        ("extent", "nothing", "“公布到什么程度”的选项无效"),
        ("disclosure", "announced", "只能有一个参评人员类别，现有："),
    ],
)
def test_it_refuses_a_wrong_scheme(site: Site, field: str, typed: str, told: str) -> None:
    before = site.view.scheme
    answer = site.desk.post(f"{site.root}/scheme", **(SCHEME | {field: typed}))
    assert answer.status_code == 422
    assert told in answer.text
    assert site.view.scheme == before
    assert 'value="80%"' in answer.text


def test_an_empty_form_is_no_fault_of_ours(site: Site) -> None:
    key = site.copy("t1")
    posts = ("/campaigns/new", *(site.root + page for page in ("/edit", "/units", "/units/add", "/groups", "/scheme")))
    posts += (f"{site.root}/forms/{key}", f"{site.root}/forms/{key}/delete", f"{site.root}/import/confirm")
    for path in posts:
        assert site.desk.post(path).status_code in {303, 400, 422}, path


def test_a_copied_form_says_that_the_draft_goes_on_with_another(site: Site) -> None:
    """Who edits a copy takes it for the next round's, and would freeze the other one."""
    with site.database.writing() as session:
        acting = Acting(session, MORNING, site.cast["zhangsan"])
        draft = rounds.create_round(acting, site.id, RoundDraft("第一轮", "t2", key_needed=1, key_holders=1))
    copied = site.copy("t2")
    change = f"/rounds/{draft}/edit"
    assert "用的是另一张表" in (page := site.desk.get(f"{site.root}/forms/{copied}").text)
    assert change in page
    rows = site.desk.get(f"{site.root}/forms").text.split("<tr>")
    assert [f"forms/{key}" in row for row in rows if change in row for key in ("t2", copied)] == [True, False]
    with site.database.writing() as session:
        rounds.edit_round(Acting(session, MORNING, site.cast["zhangsan"]), draft, RoundDraft("第一轮", copied))
    assert "用的是另一张表" not in site.desk.get(f"{site.root}/forms/{copied}").text


def test_a_form_is_copied_edited_and_deleted(site: Site) -> None:
    path = site.desk.post(f"{site.root}/forms/t1/copy").headers["location"]
    rows: dict[str, str | list[str]] = {
        "title": "新表",
        "scale": "quality",
        "key[]": ["understanding", "", ""],
        "place[]": ["2", "1", "3"],
        "label[]": ["认识", "总体", ""],
        "labels[]": ["深/较深/一般／不深", "", ""],
        "item_top[]": ["", "", ""],
        "weight[]": ["", "", ""],
        "overall": "2",
    }
    assert site.desk.post(path, **(rows | {"labels[]": ["深/浅", "", ""]})).status_code == 422
    assert site.desk.post(path, **rows).status_code == 303
    form = site.view.forms[-1].form
    assert [(item.label, item.overall, item.labels) for item in form.items] == [
        ("总体", True, ()),
        ("认识", False, ("深", "较深", "一般", "不深")),
    ]
    assert form.items[1].key == "understanding"
    assert not form.remarks
    assert site.desk.post(f"{path}/delete", name="旧表").status_code == 422
    assert site.desk.post(f"{path}/delete", name="新表").status_code == 303
    assert all(view.builtin for view in some(site.view.forms))


def test_a_unit_goes_only_with_its_name(site: Site) -> None:
    unit = site.view.units[0]
    path = f"{site.root}/units/{unit.id}/delete"
    answer = site.desk.post(path, name="县文")
    assert answer.status_code == 422
    assert 'value="县文"' in answer.text
    assert site.desk.post(path, name=unit.name).status_code == 303
    assert len(site.view.units) == len(UNITS) - 1


def test_a_workbook_is_previewed_then_confirmed(site: Site) -> None:
    units = [UnitRow(1, "县美术馆"), UnitRow(2, "县文化馆")]
    status, text = site.upload(template_xlsx(units, [GroupRow(1, "企业代表", 30, ("县美术馆",))]))
    assert status == 200
    assert "以下内容还没有保存" in text
    assert "县图书馆、县博物馆" in text
    assert [unit.name for unit in site.view.units] == list(UNITS)
    found = re.search(r'name="rows" value="(\{.*?\})">', text)
    assert found
    assert site.desk.post(f"{site.root}/import/confirm", rows=found[1]).status_code == 303
    assert [unit.name for unit in site.view.units] == ["县美术馆", "县文化馆", "县图书馆", "县博物馆"]
    assert site.view.groups[0].left_out == (site.view.units[0].id,)
    assert [group.name for group in site.view.groups] == ["企业代表", "党代表", "群众代表"]
    assert site.desk.post(f"{site.root}/import/confirm", rows=found[1], drop_missing="1").status_code == 303
    assert [unit.name for unit in site.view.units] == ["县美术馆", "县文化馆"]
    assert [group.name for group in site.view.groups] == ["企业代表"]


def test_the_template_brings_back_what_there_is(site: Site) -> None:
    answer = site.desk.get(f"{site.root}/import/template.xlsx")
    assert answer.headers["content-disposition"].startswith("attachment")
    status, text = site.upload(answer.content)
    assert status == 200
    assert "新增" not in text
    assert "drop_missing" not in text


def test_signs_that_no_font_has_are_named_on_every_page_of_the_set_up(site: Site) -> None:
    """In the preview before anything is saved, and as long as the name is in use."""
    told = "单位“县𠀀馆”里的“𠀀”（U+20000）"
    status, text = site.upload(template_xlsx([UnitRow(1, "县𠀀馆"), UnitRow(2, "䶮𬭎馆")], []))
    assert (status, text.count(told), text.count("（U+")) == (200, 1, 1)
    assert told not in html.unescape(site.desk.get(f"{site.root}/units").text)
    found = re.search(r'name="rows" value="(\{.*?\})">', text)
    assert found
    assert site.desk.post(f"{site.root}/import/confirm", rows=found[1]).status_code == 303
    for page in ("", "/units", "/groups", "/scheme"):
        assert html.unescape(site.desk.get(site.root + page).text).count(told) == 1


def test_a_workbook_with_bad_cells_names_each_of_them(site: Site) -> None:
    units = [UnitRow(1, "县文化馆"), UnitRow(2, "县文化馆")]
    status, text = site.upload(template_xlsx(units, [GroupRow(1, "党代表", 2, ("县体委",))]))
    assert status == 422
    assert "有 3 处需要改正" in text
    for told in ("B（单位名称）", "“县文化馆”与第 3 行重复。", "C（应参加人数）", "D（不参评单位）", "没有“县体委”"):
        assert told in text
    assert "确认保存" not in text


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04 not a zip"])
def test_it_refuses_what_is_no_workbook(site: Site, data: bytes) -> None:
    status, text = site.upload(data)
    assert status == 422
    assert 'role="alert"' in text


@pytest.mark.parametrize(
    "rows",
    [
        "{}",
        "[]",
        '{"units": null, "groups": null}',
        '{"units": [[1, "县文化馆"], [1, "县文化馆"]], "groups": null}',
        '{"units": [[1, "a\\u0000b"]], "groups": null}',
        '{"units": null, "groups": [[1, "党代表", 1, []]]}',
        '{"units": null, "groups": [[1, "党代表", 10, ["县体委"]]]}',
        '{"units": [[1, "县文化馆"]], "groups": null, "extra": ' + "[" * 5000,
    ],
)
def test_a_forged_confirmation_is_checked_anew(site: Site, rows: str) -> None:
    assert site.desk.post(f"{site.root}/import/confirm", rows=rows).status_code in {400, 422}
    assert [unit.name for unit in site.view.units] == list(UNITS)


def test_text_is_data_everywhere(site: Site) -> None:
    hostile = "<img src=x>{{ 7*7 }}\"'&"
    assert site.desk.post(f"{site.root}/units/add", names=hostile).status_code == 303
    page = site.desk.get(f"{site.root}/units").text
    assert "<img src=x>" not in page
    assert "{{ 7*7 }}" in page
