"""A result for who reads English: names as frozen, sentences in English, the signed file as it is stored."""

import json
import re

import pytest
from starlette.testclient import TestClient

from app.core.chinese import has_chinese
from app.core.db import Database
from app.publication.composites import composites_beside, composites_told
from app.publication.concluded import judged_scores
from app.publication.own_scores import composites_to_units
from app.publication.previous import previous_seen, previous_told
from app.publication.signing import seen
from app.publication.spoken import in_language
from app.rounds.english import with_english
from app.rounds.reads import frozen_paper
from app.web.i18n import COOKIE
from tests.publication import counted
from tests.texts import Texts

UNIT, GROUP, TITLE = "Performing Troupe", "Users of services", "Public satisfaction"
WORDS_OF_VOTERS = set(counted.WORDS)


@pytest.fixture
def leader(client: TestClient, database: Database) -> TestClient:
    browser = counted.log_in(client, database, "leader")
    browser.cookies.set(COOKIE, "en")
    return browser


@pytest.fixture
def round_id(database: Database) -> str:
    paper = counted.make_paper()
    own = {name: f"Name {place}" for place, name in enumerate(paper.names)}
    for label in (*(item.label for item in paper.section.items), *paper.scheme.scale.options):
        del own[label]
    own |= {paper.units[3].name: UNIT, "服务对象": GROUP, paper.title: TITLE}
    return counted.store_published(database, counted.make_votes(with_english(paper, own)), "leaders", "public")


def chinese(html: str) -> set[str]:
    reader = Texts()
    reader.feed(html)
    return {text.strip() for text, _ in reader.seen if has_chinese(text)} - WORDS_OF_VOTERS - {"中文"}


@pytest.mark.parametrize("path", ["", "/units/u3", "/units/u0"])
def test_it_works(leader: TestClient, round_id: str, path: str) -> None:
    page = leader.get(f"/results/{round_id}{path}").text
    assert (TITLE in page, "Satisfied rate = (Satisfied + Fairly satisfied) ÷ Valid marks" in page) == (True, True)
    assert {text for text in chinese(page) if text not in WORDS_OF_VOTERS} <= {"赵六"}
    assert "Users of services" in leader.get(f"/results/{round_id}/units/u0").text


def test_rounds_side_by_side_are_in_english(leader: TestClient, round_id: str) -> None:
    page = leader.get("/results")
    campaign = page.text.split("/results/campaigns/")[1].split('"')[0]
    assert UNIT in leader.get(f"/results/campaigns/{campaign}").text
    assert "Raising awareness" in leader.get(f"/results/campaigns/{campaign}/units/u3").text
    del round_id


def test_a_public_notice_is_in_english(client: TestClient, database: Database, round_id: str) -> None:
    del database
    client.cookies.set(COOKIE, "en")
    page = client.get(f"/notices/{round_id}").text
    assert (UNIT in page, chinese(page)) == (True, set())


@pytest.mark.parametrize(
    "chart",
    ["charts/overall", "charts/returns", "charts/items/awareness", "units/u3/chart", "units/u0/groups/0"],
)
def test_charts_and_their_pages_are_in_english(leader: TestClient, round_id: str, chart: str) -> None:
    assert chinese(leader.get(f"/results/{round_id}/{chart}").text) <= {"赵六"}
    drawn = leader.get(f"/results/{round_id}/{chart}.svg")
    assert (drawn.status_code, re.findall("[^<>]*[\u4e00-\u9fff][^<>]*", drawn.text)) == (200, [])


def test_the_signed_file_is_what_is_stored(leader: TestClient, round_id: str) -> None:
    signed = json.loads(leader.get(f"/results/{round_id}/result.json").text)
    assert UNIT not in json.dumps(signed, ensure_ascii=False)
    assert "县文工团" in json.dumps(signed, ensure_ascii=False)


def test_what_rests_on_stored_words_refuses_a_result_that_is_spoken(database: Database, round_id: str) -> None:
    """Rules know their words in no other language: a score came out wrong, or not at all, by the order of two lines."""
    with database.reading() as session:
        paper, _ = frozen_paper(session, round_id)
        stored, bands = counted.result_for(session, round_id), counted.bands_for(session, round_id)
        result, told = in_language("en", stored, paper), in_language("en", bands, paper)
        assert in_language("zh", stored, paper) is stored
        for work in (
            lambda: composites_beside(session, result, counted.READER, counted.AT),
            lambda: composites_to_units(session, result, counted.READER, counted.AT),
            lambda: judged_scores(session, result, counted.READER, counted.AT),
            lambda: previous_seen(session, counted.READER, counted.AT, result),
            lambda: composites_told(session, told, counted.AT),
            lambda: previous_told(session, counted.AT, told),
            lambda: seen(result.part("")),
            lambda: seen(told),
        ):
            with pytest.raises(RuntimeError, match="out of a result that is spoken in 'en'"):
                work()
