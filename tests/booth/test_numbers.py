"""No number that is posted to the booth, however long or odd, brings more than a refusal."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from app.campaigns.domain import Item
from app.campaigns.score import Score
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from tests.booth.phones import SAME_SITE, SCRIPT
from tests.booth.test_routes import read
from tests.factories import OpenRound, count_box, make_open_round, make_paper

ODD = ("9" * 5_000, "9" * 30, "255", "-1", "1e9", "²", "٣", "①", "½")
"""More digits than Python turns into a number, than a byte holds, and signs that only look like digits."""
ITEMS = (Item("a", "总体印象"), Item("b", "工作实绩", score=Score(decimals=1)), Item("c", "群众口碑", score=Score(10)))


@pytest.fixture
def place(database: Database, settings: Settings) -> OpenRound:
    paper = make_paper(2, 1)
    paper = replace(paper, parts=(replace(paper.parts[0], items=ITEMS),))
    return make_open_round(database, KeyFolder(settings.data / "keys"), paper)


def filled(client: TestClient, place: OpenRound) -> dict[str, str]:
    """Return what a phone without scripts posts of a filled paper."""
    reader = read(client.post("/v/paper", data={"code": place.codes["residents"][0], "lang": "zh"}, headers=SAME_SITE))
    marks = {f"m{unit}-{at}": mark for unit in range(2) for at, mark in ((0, "1"), (1, "101"), (3, "11"))}
    points = {f"p{unit}-{at}": "" for unit in range(2) for at in (1, 3)}
    return {**reader.fields, **marks, **points}


def bodies(fields: dict[str, str]) -> Iterator[dict[str, str]]:
    """Yield what is posted with each field, and one of marks, turned into each odd number."""
    for name in (*fields, "marks", "m0-2", "r0", "sealed"):
        yield from ({**fields, name: odd} for odd in ODD)


def test_it_works(client: TestClient, place: OpenRound) -> None:
    answer = client.post("/v/review", data=filled(client, place), headers=SAME_SITE)
    assert (answer.status_code, "请核对" in answer.text) == (200, True)


def test_it_refuses_and_breaks_nowhere(client: TestClient, database: Database, place: OpenRound) -> None:
    fields = filled(client, place)
    head = {name: fields[name] for name in ("code", "round", "paper", "group")}
    sent = {
        "/v/paper": {"code": fields["code"], "lang": "zh", "large": "1"},
        "/v/document": {"code": fields["code"], "lang": "zh"},
        "/v/document?rules": {"code": fields["code"], "lang": "zh"},
        "/v/review": fields,
        "/v/cast": {**head, "sealed": "AAAA"},
    }
    broken = []
    for path, base in sent.items():
        for body in bodies(base):
            status = client.post(path, data=body, headers=SAME_SITE).status_code
            broken += [(path, status)] if status >= 500 else []
    assert broken == []
    assert count_box(database, place.id) == (0, 0)


@pytest.mark.parametrize("odd", ['"' + "9" * 5_000 + '"', "9" * 5_000, "9" * 30, "-1", "1.5", "1e999"])
def test_a_script_sends_no_number(client: TestClient, place: OpenRound, odd: str) -> None:
    fields = {"code": "", "round": place.id, "paper": place.paper_hash, "group": "residents", "sealed": "AAAA"}
    for name in fields:
        body = json.dumps({**fields, name: "odd"}).replace('"odd"', odd)
        assert 400 <= client.post("/v/cast", content=body, headers=SCRIPT).status_code < 500
