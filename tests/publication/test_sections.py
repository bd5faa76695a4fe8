"""A round of several sections: its document, pages, files and interfaces, and what one reader sees of it."""

import html
import io
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace

import openpyxl
import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from app.box.models import Stack
from app.campaigns.rule import Meaning, Rule, Step, Word
from app.campaigns.sentences import rule_text
from app.core.db import Database
from app.core.secrets import new_id
from app.publication.domain import Scope
from app.publication.previous import Before, Outcome
from app.reports.brief import brief
from app.rounds.domain import Paper, Section
from tests.campaigns.test_rule import last
from tests.papers import sitting
from tests.publication import counted
from tests.publication.test_api import program
from tests.publication.test_numbers import text_of
from tests.publication.test_routes import OUTPUTS
from tests.tally.cast import Json

NewClient = Callable[[], TestClient]
NOUNS = ["领导班子", "班子成员", "工作报告"]


@pytest.fixture
def round_id(database: Database) -> str:
    return counted.store_published(database, counted.make_votes(sitting()), "leaders", "public")


@pytest.fixture
def leader(client: TestClient, database: Database) -> TestClient:
    return counted.log_in(client, database, "leader")


def document_of(database: Database, round_id: str) -> Json:
    with database.reading() as session:
        return counted.result_for(session, round_id).document


def test_it_works(database: Database, round_id: str) -> None:
    document = document_of(database, round_id)
    told = [(one["noun"], one["objects"], len(one["targets"]), len(one["items"])) for one in document["sections"]]
    assert told == [("领导班子", "unit", 1, 8), ("班子成员", "person", 7, 6), ("工作报告", "document", 1, 1)]
    assert [one["scale"]["key"] for one in document["sections"]] == ["satisfaction", "satisfaction", "yes_no"]
    assert [unit["position"] for unit in document["sections"][1]["targets"]] == list(range(1, 8))
    assert sum(sum(one["summary"].values()) for one in document["sections"]) == 9
    assert document["chain"]["total"]["valid"] == 90


PAGES = [route for route in OUTPUTS if not route.endswith(("docx", "pdf", "zip", "xlsx", "{form}"))]


def test_every_page_is_there(leader: TestClient, database: Database, round_id: str) -> None:
    for section, unit in (("body", "body"), ("people", "m3"), ("report", "doc")):
        item = next(one for one in document_of(database, round_id)["sections"] if one["key"] == section)["items"][0]
        for route in PAGES:
            where = {"unit_id": unit, "place": 0, "version": 1, "item": item["key"]}
            query = f"?section={section}" if "/charts/overall" in route or "/charts/items" in route else ""
            answer = leader.get(route.format(round_id=round_id, **where) + query)
            assert answer.status_code == 200, route
    assert leader.get(f"/results/{round_id}/charts/overall.svg?section=people").status_code == 200
    assert leader.get(f"/results/{round_id}/units/m3/chart.svg").status_code == 200
    page = leader.get(f"/results/{round_id}").text
    assert [page.index(f'id="units-{key}"') for key in ("body", "people", "report")] == sorted(
        page.index(f'id="units-{key}"') for key in ("body", "people", "report")
    )
    assert all(f"/results/{round_id}/units/{unit}" in page for unit in ("body", "m0", "m6", "doc"))
    assert leader.get(f"/results/{round_id}/charts/overall").status_code == 409
    assert leader.get(f"/results/{round_id}/charts/overall?section=nosuch").status_code == 404


def test_the_files_hold_every_section(leader: TestClient, round_id: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(leader.get(f"/results/{round_id}/export.xlsx").content))
    rated = ("各单位", "各位同志", "各报告")
    wanted = [f"{number} {noun} {each}" for number, (noun, each) in enumerate(zip(NOUNS, rated, strict=True), start=1)]
    assert [name for name in wanted if name not in book.sheetnames] == []
    assert book["2 班子成员 各位同志"].max_row == 8
    assert [book[name]["B1"].value for name in wanted] == ["单位", "同志", "报告"]
    with zipfile.ZipFile(io.BytesIO(leader.get(f"/results/{round_id}/letters.zip").content)) as letters:
        names = letters.namelist()
    assert len(names) == len(set(names)) == 9
    with zipfile.ZipFile(io.BytesIO(leader.get(f"/results/{round_id}/report.docx").content)) as word:
        text = word.read("word/document.xml").decode()
    for noun in (*NOUNS, "领导班子测评表", "班子成员测评表", "工作报告评议表", "成员丁"):
        assert noun in text
    brief = PdfReader(io.BytesIO(leader.get(f"/results/{round_id}/brief.pdf").content))
    assert len(brief.pages) == 3
    assert json.loads(leader.get(f"/results/{round_id}/result.json").text)


def test_programs_ask_the_second_version(client: TestClient, database: Database, round_id: str) -> None:
    told = program(client, database, Scope.LEADERS)
    refused = told.ask(f"/{round_id}", "/api/v1/results")
    assert (refused.status_code, refused.json()["error"]) == (409, "needs_v2")
    found = told.read(f"/{round_id}", "/api/v2/results")
    assert [one["noun"] for one in found["document"]["sections"]] == NOUNS
    assert told.read(f"/{round_id}/sections/people/targets/m3", "/api/v2/results")["target"]["name"] == "成员丁"


def test_who_sees_one_section_sees_nothing_of_others(new_client: NewClient, database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes(sitting()))
    counted.release(database, round_id, "leaders", units=["m0", "m1"])
    leader = counted.log_in(new_client(), database, "leader")
    page = leader.get(f"/results/{round_id}").text
    assert "成员甲" in page
    assert "年度工作报告" not in page
    assert leader.get(f"/results/{round_id}/charts/overall").status_code == 200
    assert leader.get(f"/results/{round_id}/units/doc").status_code == 404


def test_the_notice_tells_bands_by_section(client: TestClient, round_id: str) -> None:
    page = client.get(f"/notices/{round_id}").text
    for noun in NOUNS:
        assert noun in page
    assert client.get(f"/notices/{round_id}/notice.pdf").status_code == 200


def test_a_void_section_is_counted_without_its_ballots(database: Database) -> None:
    votes = counted.make_votes(sitting())
    round_id = counted.store_sealed(database, votes)
    with database.writing() as session:
        for unit in (f"m{at}" for at in range(7)):
            stack = session.get_one(Stack, (round_id, unit, "residents"))
            stack.marks = stack.marks[6:]
    counted.count(database, round_id)
    counted.release(database, round_id, "leaders")
    document = document_of(database, round_id)
    units: list[Json] = [unit for section in document["sections"] for unit in section["targets"]]
    answered = [unit["items"][0]["total"]["answered"]["text"] for unit in units]
    assert document["chain"]["total"]["valid"] == 90
    assert answered[-1] == "90"
    assert {answered[at] for at in range(2, 8)} == {"89"}


SPOILT = "“班子成员”：收回 90 份，有效 89 份，无效 1 份"
WHOLE = "“领导班子”：收回 90 份，有效 90 份，无效 0 份"


def store_spoilt(database: Database, paper: Paper, *scopes: str) -> str:
    """Store a result of several sections, in one of which a ballot of the first group is 无效."""
    round_id = counted.store_sealed(database, counted.make_votes(paper))
    with database.writing() as session:
        for unit in (f"m{at}" for at in range(7)):
            stack = session.get_one(Stack, (round_id, unit, paper.groups[0].id))
            stack.marks = stack.marks[6:]
    counted.count(database, round_id)
    for scope in scopes:
        counted.release(database, round_id, scope)
    return round_id


def test_every_output_tells_valid_and_invalid_by_section(client: TestClient, database: Database) -> None:
    round_id = store_spoilt(database, sitting(), "leaders", "public")
    leader = counted.log_in(client, database, "leader")
    for path in (f"/results/{round_id}", f"/results/{round_id}/charts/returns", f"/notices/{round_id}"):
        page = html.unescape(leader.get(path).text)
        assert SPOILT in page, path
        assert WHOLE in page, path
    for name in ("report.docx", "scrutiny.docx", "brief.pdf"):
        assert SPOILT in text_of(leader.get(f"/results/{round_id}/{name}").content, name).replace("\n", ""), name
    notice = text_of(leader.get(f"/notices/{round_id}/notice.pdf").content, "notice.pdf")
    assert SPOILT.replace(" ", "") in "".join(notice.split())
    letter = leader.get(f"/results/{round_id}/units/m3/letter.docx").content
    assert SPOILT in text_of(letter, "letter.docx")
    assert WHOLE not in text_of(letter, "letter.docx")
    sheet = openpyxl.load_workbook(io.BytesIO(leader.get(f"/results/{round_id}/export.xlsx").content))["计票链"]
    rows = {row[0].value: [cell.value for cell in row[6:9]] for row in sheet.iter_rows()}
    assert (rows["分表“班子成员”"], rows["分表“领导班子”"]) == ([90, 89, 1], [90, 90, 0])
    told = program(client, database, Scope.PUBLIC).read(f"/{round_id}", "/api/v2/results")["document"]["chain"]
    assert [(row["valid"], row["invalid"]) for row in told["sections"]] == [(90, 0), (89, 1), (90, 0)]


def test_a_page_of_the_brief_tells_of_its_own_section_alone(database: Database) -> None:
    """A page that is about no section, as that of last time, tells of none; the notice is about all."""
    round_id = store_spoilt(database, sitting(), "leaders")
    with database.reading() as session:
        result = counted.result_for(session, round_id)
    cells = Outcome("达标", "met", "90.0%"), Outcome("提醒", "attention", "76.0%")
    last = Before("m3", "成员丁", *cells, "before", "上次活动", "上次测评", counted.AT)
    pages = PdfReader(io.BytesIO(brief(result, None, [last]))).pages
    told = [re.findall("“([^”]+)”：收回", "".join(page.extract_text().split())) for page in pages]
    assert told == [*([noun] for noun in NOUNS), []]


def test_the_hall_screen_tells_it_too(client: TestClient, database: Database) -> None:
    round_id = store_spoilt(database, sitting(), "leaders", "public")
    organiser, path = counted.log_in(client, database, "organiser"), f"/rounds/{round_id}/announce"
    organiser.post(path, data={"to": "0", "form_token": counted.form_token(organiser, path)})
    assert SPOILT in html.unescape(organiser.get(f"{path}/screen").text)


def test_a_round_of_one_section_says_it_as_before(client: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes(), "leaders")
    assert "sections" not in document_of(database, round_id)["chain"]
    assert "”：收回" not in counted.log_in(client, database, "leader").get(f"/results/{round_id}").text


def test_the_count_of_a_section_tells_of_no_small_group(database: Database) -> None:
    staff = 10
    paper = sitting()
    paper = replace(paper, groups=(paper.groups[0], replace(paper.groups[1], expected=staff)))
    votes = counted.make_votes(paper, share=1.0)
    document = document_of(database, counted.store_published(database, votes, "leaders"))
    rows = {row["key"]: row["shown"] for row in document["chain"]["sections"]}
    assert rows == {"body": True, "people": True, "report": True}
    left = replace(paper, round_id=new_id(), groups=(paper.groups[0], replace(paper.groups[1], left_out=("doc",))))
    votes = counted.make_votes(left, share=0.9)  # nine of the staff: 收回 of the report would give them away
    document = document_of(database, counted.store_published(database, votes, "leaders"))
    rows = {row["key"]: row["shown"] for row in document["chain"]["sections"]}
    assert rows == {"body": True, "people": True, "report": False}


MEETS = Rule(
    (Step((last(1, "<", "1/2"),), Word("认可", Meaning.MET, "转入下一年")), Step((), Word("不认可", Meaning.FAILED)))
)
PASSES = Rule(
    (Step((last(1, "<", "1/2"),), Word("通过", Meaning.MET, "印发执行")), Step((), Word("退回", Meaning.FAILED)))
)


def two_rules() -> Paper:
    """The paper of three sections, of which the members and the report have rules of their own."""
    paper = sitting()
    body, people, report = paper.parts
    assert report.own is not None
    people = replace(people, own=replace(paper.scheme, rule=MEETS))
    return replace(paper, parts=(body, people, replace(report, own=replace(report.own, rule=PASSES))))


def test_each_section_is_judged_by_its_own_rule(new_client: NewClient, database: Database) -> None:
    paper = two_rules()
    round_id = counted.store_published(database, counted.make_votes(paper), "leaders")
    words = [
        {target["verdict"]["label"] for target in section["targets"]}
        for section in document_of(database, round_id)["sections"]
    ]
    assert words[0] <= {"达标", "提醒", "需补课"}
    assert words[1] <= {"认可", "不认可"}
    assert words[2] <= {"通过", "退回"}
    assert all(words)
    leader = counted.log_in(new_client(), database, "leader")
    for output in ("", "/export.xlsx", "/report.docx", "/brief.pdf"):
        path = f"/results/{round_id}{output}"
        told = re.sub(r"\s+", "", html.unescape(text_of(leader.get(path).content, path)))
        for section, given in zip(paper.sections, words, strict=True):
            assert re.sub(r"\s+", "", rule_text(section.scheme)) in told, (output, section.noun)
            assert any(word in told for word in given), (output, section.noun)
    found = program(new_client(), database, Scope.LEADERS).read(f"/{round_id}", "/api/v2/results")
    for section, told in zip(paper.sections, found["document"]["sections"], strict=True):
        assert rule_text(section.scheme) in "".join(told["formula"]["rule"]["texts"])
        assert {target["verdict"]["label"] for target in told["targets"]} <= {word.text for word in _words(section)}


def _words(section: Section) -> tuple[Word, ...]:
    return section.scheme.judged_by.words
