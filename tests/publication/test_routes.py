"""Every output of a result, for every role, before and after its publication."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.consents.models import Consent
from app.core.db import Database
from app.publication import routes, routes_charts
from app.publication.models import ResultVersion
from app.reports import routes as routes_reports
from app.slips.models import Batch
from app.tally.document import overall_of, parts_of
from tests.publication import counted, reading
from tests.tally.cast import Json, section_of

NewClient = Callable[[], TestClient]
OUTPUTS = (
    "/results/{round_id}",
    "/results/{round_id}/versions/{version}",
    "/results/{round_id}/units/{unit_id}",
    "/results/{round_id}/charts/overall",
    "/results/{round_id}/charts/overall.{form}",
    "/results/{round_id}/charts/returns",
    "/results/{round_id}/charts/returns.{form}",
    "/results/{round_id}/charts/items/{item}",
    "/results/{round_id}/charts/items/{item}.{form}",
    "/results/{round_id}/units/{unit_id}/chart",
    "/results/{round_id}/units/{unit_id}/chart.{form}",
    "/results/{round_id}/units/{unit_id}/groups/{place}",
    "/results/{round_id}/units/{unit_id}/groups/{place}.{form}",
    "/results/{round_id}/export.xlsx",
    "/results/{round_id}/result.json",
    "/results/{round_id}/reports",
    "/results/{round_id}/report.docx",
    "/results/{round_id}/scrutiny.docx",
    "/results/{round_id}/brief.pdf",
    "/results/{round_id}/letters.zip",
    "/results/{round_id}/units/{unit_id}/letter.docx",
)
ROLES = ("organiser", "scrutineer", "leader", "auditor")
READERS = {"organiser", "leader"}
HOSTILE = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}{% raw %}", '=HYPERLINK("http://x")',
    "@SUM(1)", "+1-1", "%s%(x)s%%", "县\u202e文化馆",
)  # fmt: skip


def path(route: str, round_id: str, unit_id: str = "u3") -> str:
    return route.format(round_id=round_id, unit_id=unit_id, place=0, version=1, item="overall", form="svg")


def document_of(database: Database, round_id: str) -> Json:
    with database.reading() as session:
        return counted.result_for(session, round_id).document


@pytest.fixture
def leader(client: TestClient, database: Database) -> TestClient:
    return counted.log_in(client, database, "leader")


@pytest.fixture
def organiser(new_client: NewClient, database: Database) -> TestClient:
    return counted.log_in(new_client(), database, "organiser")


def test_a_leader_reads_page_unit_charts_and_workbook(leader: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    assert f"/results/{round_id}" in leader.get("/results").text
    for route in OUTPUTS:
        answer = leader.get(path(route, round_id))
        assert answer.status_code == 200, route
    page = leader.get(f"/results/{round_id}").text
    parts = [page.index(f'id="{part}-title"') for part in ("overall", "units", "chain", "heard")]
    assert parts == sorted(parts)


def test_every_output_is_in_the_list_of_this_test() -> None:
    routers = (routes.router, routes_charts.router, routes_reports.router)
    paths = {route.path for one in routers for route in one.routes if "GET" in getattr(route, "methods", ())}  # type: ignore[attr-defined]
    assert {found for found in paths if found.startswith("/results/")} == set(OUTPUTS)


def test_it_refuses_every_output_to_every_role_before_the_publication(
    new_client: NewClient, database: Database
) -> None:
    round_id = counted.store_counted(database, counted.make_votes())
    with database.reading() as session:
        frozen = session.get_one(ResultVersion, (round_id, 1))
    for role in ROLES:
        browser = counted.log_in(new_client(), database, role)
        for route in OUTPUTS:
            answer = browser.get(path(route, round_id))
            assert answer.status_code == (404 if role in READERS else 403), (role, route)
            unknown = browser.get(path(route, "0" * len(round_id)))
            assert (answer.status_code, len(answer.text)) == (unknown.status_code, len(unknown.text)), (role, route)
        for other in (f"/rounds/{round_id}", f"/rounds/{round_id}/publish", "/results"):
            assert not reading.percents(frozen.document) & reading.percents(browser.get(other).text), (role, other)
            assert frozen.digest not in browser.get(other).text


def test_it_refuses_a_published_result_to_everyone_but_its_readers(new_client: NewClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    stranger = new_client()
    for role in ROLES:
        browser = counted.log_in(new_client(), database, role)
        for route in OUTPUTS:
            assert browser.get(path(route, round_id)).status_code == (200 if role in READERS else 403), (role, route)
            assert stranger.get(path(route, round_id)).status_code in {303, 401}


def test_it_refuses_unknown_units_and_bars(leader: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    for unknown in ("units/u99", "units/u99/chart.svg", "units/u1/groups/7.svg", "units/u1/groups/-1.svg"):
        assert leader.get(f"/results/{round_id}/{unknown}").status_code == 404, unknown
    for unknown in ("charts/overall.pdf", "charts/items/none", "charts/items/none.svg", "units/u1/groups/7"):
        assert leader.get(f"/results/{round_id}/{unknown}").status_code == 404, unknown
    for malformed in ("units/u1/groups/x.svg", f"units/u1/groups/{'9' * 5000}.svg"):
        assert leader.get(f"/results/{round_id}/{malformed}").status_code == 400


@pytest.mark.parametrize("form", ["t1", "t2", "t4"])
def test_the_pages_show_the_figures_of_the_document_and_no_others(
    leader: TestClient, database: Database, form: str
) -> None:
    round_id = counted.store_published(database, counted.make_votes(counted.make_paper(form=form)))
    document = document_of(database, round_id)
    scale = section_of(document)["scale"]
    page = leader.get(f"/results/{round_id}?shares=1").text
    allowed = set().union(*map(reading.percents, reading.texts_of(document)))
    assert reading.percents(page) <= allowed
    rows = reading.tables_of(page)[0][1:]
    for row, unit in zip(rows, section_of(document)["targets"], strict=True):
        figures = reading.shown_figures(overall_of(unit)["total"], scale)
        assert row == [str(unit["position"]), unit["name"], "", *figures, unit["verdict"]["label"]]
    unit = section_of(document)["targets"][5]
    page = leader.get(f"/results/{round_id}/units/{unit['id']}").text
    assert reading.percents(page) <= allowed
    _check_unit_page(reading.tables_of(page), unit, scale)


def _check_unit_page(tables: list[list[list[str]]], unit: Json, scale: Json) -> None:
    parts = parts_of(unit)
    for row, part in zip(tables[0][1:], parts, strict=True):
        assert row[:-1] == [part["label"], "", *reading.shown_figures(part["total"], scale)]
    with_groups = [item for item in unit["items"] if item["groups"]]
    for table, item in zip(tables[1:], with_groups, strict=True):
        graded = any(group["cell"].get("distribution") for group in item["groups"])
        for row, group in zip(table[1:], item["groups"], strict=True):
            figures = reading.shown_figures(group["cell"], scale)
            if group["cell"]["shown"] and not graded:
                figures = figures[len(scale["grades"]) :]
            assert row[0].startswith(group["name"])  # of hidden groups together their names follow
            assert row[1:] == figures


@pytest.mark.parametrize("valid", [4, 5, 6, 9, 10, 11, 29, 30])
def test_small_groups_and_units_show_what_the_document_shows(
    leader: TestClient, database: Database, valid: int
) -> None:
    groups = {"甲": valid, "乙": 12, "丙": 40}
    paper = counted.make_paper(("县文化馆", "县图书馆"), groups, "t1")
    paper = replace(paper, groups=(*paper.groups[:1], *(replace(g, left_out=("u1",)) for g in paper.groups[1:])))
    votes = counted.make_votes(paper, share=1.0, remarks=valid)
    round_id = counted.store_published(database, votes)
    document = document_of(database, round_id)
    small = section_of(document)["targets"][1]
    page = leader.get(f"/results/{round_id}?shares=1").text
    row = reading.tables_of(page)[0][2]
    figures = reading.shown_figures(overall_of(small)["total"], section_of(document)["scale"])
    assert row == ["2", "县图书馆", "", *figures, small["verdict"]["label"]]
    assert (len(row) == 5) == (valid < 10)
    assert any(words in page for words in counted.WORDS) == (valid >= 10)
    chain = reading.tables_of(page)[1][1]
    assert ("为保护匿名不显示" in chain) == (not document["chain"]["groups"][0]["shown"])


@pytest.mark.parametrize(
    ("show", "verdicts"),
    [("flagged", {"remedial", "attention"}), ("remedial", {"remedial"}), ("attention", {"attention"})],
)
def test_a_filter_keeps_the_official_order(
    leader: TestClient, database: Database, show: str, verdicts: set[str]
) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    expected = [
        unit for unit in section_of(document_of(database, round_id))["targets"] if unit["verdict"]["code"] in verdicts
    ]
    rows = reading.tables_of(leader.get(f"/results/{round_id}?show={show}").text)[0][1:]
    assert [(row[0], row[1]) for row in rows] == [(str(unit["position"]), unit["name"]) for unit in expected]
    assert 0 < len(rows) < len(counted.UNITS)


def test_each_number_stands_once_in_the_table(leader: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    page = leader.get(f"/results/{round_id}").text
    heads = [head.strip() for head in reading.tables_of(page)[0][0]]
    assert heads == ["序", "单位", "分布", "满意率", "不满意率", "有效（人）", "不了解率", "结论"]
    assert 'href="/results/' in page
    assert "?shares=1#units-title" in page
    more = reading.tables_of(leader.get(f"/results/{round_id}?shares=1").text)[0][0]
    assert [head.strip() for head in more][3:7] == ["满意", "比较满意", "基本满意", "不满意"]


def test_the_first_picture_counts_and_names_what_is_flagged(leader: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes(counted.make_paper(groups={"甲": 200}), 0.7))
    section = section_of(document_of(database, round_id))
    page = leader.get(f"/results/{round_id}").text
    picture = page[page.index('id="overall-title"') : page.index('id="units-title"')]
    assert "70.0%" in picture
    assert "收回 140 ÷ 应参加 200" in " ".join(picture.split())
    for code in ("remedial", "attention", "met"):
        assert f'?show={code}#units-title">{section["summary"][code]}</a>' in picture
    for unit in section["targets"]:
        named = f'units/{unit["id"]}">{unit["name"]}</a>' in picture
        assert named == (unit["verdict"]["code"] in {"remedial", "attention"})
    assert picture.count('class="slim-bar"') == len(section["targets"])
    assert not re.search(r"\d%</(?:text|span)>", picture.replace("补课线 60%", "").replace("提醒线 80%", ""))


def test_a_text_finds_units(leader: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    found = leader.get(f"/results/{round_id}", params={"q": "图书"}).text
    assert [row[1] for row in reading.tables_of(found)[0][1:]] == ["县图书馆"]
    assert 'value="图书"' in found
    nothing = leader.get(f"/results/{round_id}", params={"q": "没有", "show": "met"}).text
    assert "没有这样的单位" in nothing
    assert 'name="show" value="met"' in nothing


def test_a_chart_stands_on_a_page_with_its_numbers(leader: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    document = document_of(database, round_id)
    section = section_of(document)
    page = leader.get(f"/results/{round_id}/charts/overall").text
    for said in ("charts/overall.svg", "charts/overall.png", "补课线 60%", f'href="/results/{round_id}"'):
        assert said in page
    rows = reading.tables_of(page)[0][1:]
    for row, unit in zip(rows, section["targets"], strict=True):
        assert row == [unit["name"], *reading.shown_figures(overall_of(unit)["total"], section["scale"])]
    chain = reading.tables_of(leader.get(f"/results/{round_id}/charts/returns").text)[0]
    assert chain[-1][0] == "合计"
    assert leader.get(f"/results/{round_id}/charts/overall.png").headers["content-type"] == "image/png"
    menu = leader.get(f"/results/{round_id}").text
    assert menu.count(f'href="/results/{round_id}/charts/overall"') == 1
    assert "charts/items/overall" not in menu


def test_no_page_offers_to_rank(leader: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    for show in ("", "?show=rate", "?sort=rate&order=desc", "?show=&show=flagged"):
        rows = reading.tables_of(leader.get(f"/results/{round_id}{show}").text)[0][1:]
        places = [int(row[0]) for row in rows]
        assert places == sorted(places)
    page = leader.get(f"/results/{round_id}").text
    assert not re.search(r"（?<!不作）排名|名次|第一名|sort=", page)


def test_names_and_remarks_are_text_everywhere(leader: TestClient, database: Database) -> None:
    paper = replace(counted.make_paper(HOSTILE), title=HOSTILE[0], organisation=HOSTILE[1], campaign=HOSTILE[2])
    round_id = counted.store_published(database, counted.make_votes(paper))
    for route in OUTPUTS:
        for place in range(len(HOSTILE)):
            text = leader.get(path(route, round_id, f"u{place}")).content
            assert b"<script>alert" not in text
            assert b"<img src=x" not in text
    page = leader.get(f"/results/{round_id}").text
    assert "{{ 7*7 }}{% raw %}" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert leader.get("/results").text.count("<script") == page.count("<script")


def test_a_rehearsal_says_so(leader: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes(counted.make_paper(rehearsal=True)))
    for shown in (f"/results/{round_id}", f"/results/{round_id}/units/u1"):
        assert 'class="rehearsal-banner"' in leader.get(shown).text


def test_the_note_on_uniform_results_is_for_the_organiser(
    leader: TestClient, organiser: TestClient, database: Database
) -> None:
    votes = counted.make_votes(opinions=((100, 0, 0, 0, 0),))
    shown = f"/results/{counted.store_published(database, votes)}/units/u2"
    assert "结果高度一致" in organiser.get(shown).text
    assert "结果高度一致" not in leader.get(shown).text


def test_a_chart_is_kept_by_the_browser_of_its_reader_alone(leader: TestClient, database: Database) -> None:
    chart = f"/results/{counted.store_published(database, counted.make_votes())}/units/u0/groups/0.svg"
    first = leader.get(chart)
    assert first.headers["content-type"] == "image/svg+xml"
    assert "private" in first.headers["cache-control"]
    assert first.headers["vary"] == "cookie"
    again = leader.get(chart, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_organiser_publishes_on_the_confirmation_page(organiser: TestClient, database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes())
    confirm = f"/rounds/{round_id}/publish"
    assert "任何人都看不到结果" in organiser.get(confirm).text
    data = {"form_token": counted.form_token(organiser, confirm), "scope": "leaders"}
    answer = organiser.post(confirm, data=data)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{confirm}#ledger")
    assert organiser.get(f"/results/{round_id}").status_code == 200
    assert f"/results/{round_id}" in organiser.get(confirm).text


def test_it_asks_a_second_person_first(organiser: TestClient, new_client: NewClient, database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes(), two_person=True)
    confirm = f"/rounds/{round_id}/publish"
    data = {"form_token": counted.form_token(organiser, confirm), "scope": "leaders"}
    assert organiser.post(confirm, data=data).headers["location"] == f"/rounds/{round_id}"
    assert organiser.get(f"/results/{round_id}").status_code == 404
    assert organiser.post(confirm, data=data).status_code == 409
    with database.reading() as session:
        approval = session.scalars(sa.select(Consent)).one().id
    grant = f"/approvals/{approval}/grant"
    assert organiser.post(grant, data=data).status_code == 403
    second = counted.log_in(new_client(), database, "scrutineer")
    second.post(grant, data={"form_token": counted.form_token(second, f"/rounds/{round_id}")})
    assert organiser.get(f"/results/{round_id}").status_code == 200
    assert second.get(f"/results/{round_id}").status_code == 403


def test_it_refuses_to_publish_what_must_be_void(organiser: TestClient, database: Database) -> None:
    round_id = counted.store_sealed(database, counted.make_votes())
    with database.writing() as session:
        session.execute(sa.update(Batch).where(Batch.group_id == "g0").values(printed=3))
    counted.count(database, round_id)
    confirm = f"/rounds/{round_id}/publish"
    assert "应作废" in organiser.get(confirm).text
    data = {"form_token": counted.form_token(organiser, "/staff"), "scope": "leaders"}
    assert organiser.post(confirm, data=data).status_code == 409


def test_it_refuses_the_confirmation_page_too_early(organiser: TestClient, database: Database) -> None:
    round_id = counted.store_sealed(database, counted.make_votes())
    assert organiser.get(f"/rounds/{round_id}/publish").status_code == 409
    assert organiser.get("/rounds/nothing/publish").status_code == 404
    data = {"form_token": counted.form_token(organiser, "/staff"), "scope": "leaders"}
    assert organiser.post(f"/rounds/{round_id}/publish", data=data).status_code == 409
    assert organiser.post("/rounds/nothing/publish", data=data).status_code == 404


def test_an_empty_list_says_what_comes_next(leader: TestClient) -> None:
    assert "还没有已公布的结果" in leader.get("/results").text
