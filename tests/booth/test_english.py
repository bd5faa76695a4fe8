"""The paper in English on the phone and without scripts: names as frozen, and a note where one is missing."""

import pytest
from starlette.testclient import TestClient

from app.booth.domain import Option
from app.core.chinese import has_chinese
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.rounds.english import with_english
from tests.booth.test_routes import FormReader, open_paper, read
from tests.factories import OpenRound, make_open_round, make_paper
from tests.texts import Texts

NOTE = "Some names exist in Chinese only"


def open_round(database: Database, settings: Settings, *, complete: bool) -> OpenRound:
    paper = make_paper()
    own = {name: f"Name {place}" for place, name in enumerate(paper.names) if name not in {"满意", "提高思想认识"}}
    if not complete:
        del own[paper.units[1].name]
    return make_open_round(database, KeyFolder(settings.data / "keys"), with_english(paper, own))


@pytest.fixture
def place(database: Database, settings: Settings) -> OpenRound:
    return open_round(database, settings, complete=True)


def chinese(text: str) -> list[str]:
    reader = Texts()
    reader.feed(text)
    return [seen for seen, _ in reader.seen if has_chinese(seen) and seen != "中文"]


def test_it_works(client: TestClient, place: OpenRound) -> None:
    page = open_paper(client, place.codes["residents"][0], lang="en")
    assert ("Satisfied" in page.text, "Raising awareness" in page.text, NOTE in page.text) == (True, True, False)
    assert chinese(page.text) == []


def test_the_review_is_in_english_too(client: TestClient, place: OpenRound) -> None:
    paper = read(open_paper(client, place.codes["residents"][0], lang="en"))
    refused = client.post(paper.action, data=paper.fields)
    assert chinese(refused.text) == []
    review = client.post(paper.action, data={**paper.fields, **dict.fromkeys(paper.names, "0")})
    assert ("Please check" in review.text or "Check" in review.text, chinese(review.text)) == (True, [])
    done = client.post("/v/cast", data=cast_fields(review.text))
    assert (done.status_code, chinese(done.text)) == (200, [])


def cast_fields(text: str) -> dict[str, str]:
    reader = FormReader("/v/cast")
    reader.feed(text)
    return reader.fields


def test_a_missing_name_is_said_once_and_marked(client: TestClient, database: Database, settings: Settings) -> None:
    place = open_round(database, settings, complete=False)
    page = open_paper(client, place.codes["residents"][0], lang="en").text
    name = place.paper.units[1].name
    assert page.count(NOTE) == 1
    assert f'<bdi lang="zh">{name}</bdi>' in page
    assert NOTE not in open_paper(client, place.codes["residents"][0], lang="zh").text


def test_a_change_of_language_changes_the_names(client: TestClient, place: OpenRound) -> None:
    paper = read(open_paper(client, place.codes["residents"][0], lang="en"))
    switched = client.post(paper.action, data={**paper.fields, "switch": "1"}).text
    assert (place.paper.units[1].name in switched, "Raising awareness" in switched) == (True, False)


def test_a_latin_label_is_not_broken_in_two() -> None:
    assert Option(0, "比较满意", "g0", opinion=True).four
    assert not Option(0, "Average", "g0", opinion=True).four
