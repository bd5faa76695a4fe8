"""The one-page brief and the notice, read back with pdftotext."""

import io
import re
import subprocess

import pypdf
import pytest
from starlette.testclient import TestClient

from app.core.db import Database
from app.reports.brief import brief
from app.reports.notice import notice
from tests import pdf_pages
from tests.publication import counted, reading
from tests.tally.cast import Json, section_of

HOSTILE = (
    "<script>alert(1)</script>",
    '#image("/etc/passwd")',
    "*粗体* _斜_ $x$",
    ']#eval("1")[',
    "@ref <label>",
    "\\n{{ 7*7 }}",
)


def text_of(pdf: bytes) -> str:
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode()


@pytest.mark.parametrize("units", [1, 8, 20, 21, 100])
def test_the_brief_is_one_page_with_chain_verdicts_and_code(database: Database, units: int) -> None:
    paper = counted.make_paper(tuple(f"被测评单位{place + 1}" for place in range(units)))
    round_id = counted.store_published(database, counted.make_votes(paper))
    with database.reading() as session:
        result = counted.result_for(session, round_id)
    made = brief(result)
    assert len(pypdf.PdfReader(io.BytesIO(made)).pages) == 1
    text = text_of(made)
    total: Json = result.document["chain"]["total"]
    for words in (result.code, "回收率", str(total["returned"]), "不作排名"):
        assert words in text
    allowed = set().union(*map(reading.percents, reading.texts_of(result.document)))
    assert reading.percents(text) <= allowed | {"0%", "25%", "50%", "75%", "100%"}


def test_the_brief_stays_one_page_whatever_the_names(database: Database) -> None:
    paper = counted.make_paper(tuple(f"{'名称很长的单位' * 15}{place}" for place in range(20)))
    round_id = counted.store_published(database, counted.make_votes(paper))
    with database.reading() as session:
        result = counted.result_for(session, round_id)
    made = brief(result)
    assert len(pypdf.PdfReader(io.BytesIO(made)).pages) == 1
    assert "名称很长的单位19" in "".join(text_of(made).split())


def test_a_single_unit_is_told_by_its_items(database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes(counted.make_paper(("县文工团",))))
    with database.reading() as session:
        result = counted.result_for(session, round_id)
    text = text_of(brief(result))
    for item in section_of(result.document)["targets"][0]["items"]:
        assert item["label"] in text.replace("\n", "")
        assert item["total"]["satisfied_rate"]["text"] in text


def test_the_notice_holds_bands_and_a_way_to_check_it(client: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes(), "public")
    answer = client.get(f"/notices/{round_id}/notice.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    text = text_of(answer.content)
    with database.reading() as session:
        result = counted.bands_for(session, round_id)
    assert f"/verify?code={result.code}" in text.replace("\n", "")
    for unit in section_of(result.document)["targets"]:
        assert f"{unit['name']}{unit['band']['label']}".replace(" ", "") in "".join(text.split())
    assert client.get("/notices/nothing/notice.pdf").status_code == 404


def test_signs_that_no_font_has_are_named_on_the_page_itself(client: TestClient, database: Database) -> None:
    papers = counted.make_paper(("县𠀀馆", "䶮𬭎馆")), counted.make_paper(("䶮𬭎馆", "县𠀀馆"))
    read, posted = (
        counted.store_published(database, counted.make_votes(paper), *to)
        for paper, to in zip(papers, ((), ("public",)), strict=True)
    )
    with database.reading() as session:
        result = counted.result_for(session, read)
    for made in (brief(result), client.get(f"/notices/{posted}/notice.pdf").content):
        text = "".join(text_of(made).split())
        assert "䶮𬭎馆" in text
        assert re.search(r"〓代替任何字库都没有的字：(1\.)?县〓馆（U\+20000）(?!、)", text)
        assert 0 not in pdf_pages.glyphs(made)
    plain = counted.store_published(database, counted.make_votes(counted.make_paper(("县文化馆",))), "public")
    assert "〓" not in text_of(client.get(f"/notices/{plain}/notice.pdf").content)


def test_hostile_words_stay_words(database: Database) -> None:
    paper = counted.make_paper(HOSTILE)
    round_id = counted.store_published(database, counted.make_votes(paper), "leaders", "public")
    with database.reading() as session:
        result, bands = counted.result_for(session, round_id), counted.bands_for(session, round_id)
    made, board = brief(result), notice(bands, "http://127.0.0.1:8000")
    assert made.startswith(b"%PDF")
    assert board.startswith(b"%PDF")
    assert b"/JavaScript" not in made + board


@pytest.mark.parametrize("signs", [1, 12])
def test_every_flagged_unit_is_named(database: Database, signs: int) -> None:
    names = tuple(f"{'市某某委员会' * signs}第{place}单位" for place in range(63))
    paper = counted.make_paper(names)
    round_id = counted.store_published(database, counted.make_votes(paper, opinions=((20, 30, 30, 20, 2),)))
    with database.reading() as session:
        result = counted.result_for(session, round_id)
    flagged = [unit for unit in result.section["targets"] if unit["verdict"]["code"] in {"remedial", "attention"}]
    made = brief(result)
    text = "".join(text_of(made).split())
    assert len(flagged) == 63
    assert all(f"第{place}单位" in text for place in range(63))
    pages = len(pypdf.PdfReader(io.BytesIO(made)).pages)
    assert pages == 1 if signs == 1 else pages > 1
