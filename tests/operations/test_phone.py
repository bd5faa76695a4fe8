"""A played phone reads a paper's page as a browser does, and gives points that can be."""

from dataclasses import replace

from starlette.testclient import TestClient

from app.campaigns.domain import Item
from app.campaigns.score import Score
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.operations.phone import PointsField, read_page
from app.rounds.marks import is_wrong
from tests.booth.phones import SAME_SITE
from tests.factories import make_open_round, make_paper

ITEMS = (Item("a", "总体印象"), Item("b", "工作实绩", score=Score(decimals=1)), Item("c", "群众口碑", score=Score(10)))


def test_it_works(client: TestClient, database: Database, settings: Settings) -> None:
    paper = make_paper(2, 1)
    paper = replace(paper, parts=(replace(paper.parts[0], items=ITEMS),))
    place = make_open_round(database, KeyFolder(settings.data / "keys"), paper)
    answer = client.post("/v/paper", data={"code": place.codes["residents"][0], "lang": "zh"}, headers=SAME_SITE)
    page = read_page(answer.text)
    assert page.choices == {(0, 0): 5, (1, 0): 5}
    tenths, whole = PointsField(100, tenths=True, others=[101]), PointsField(10, tenths=False, others=[11])
    assert page.points == {(unit, at): asked for unit in range(2) for at, asked in ((1, tenths), (3, whole))}
    assert page.shape == [4, 4]
    (section,) = paper.sections
    marks = [bytes([0]) + tenths.answer() + whole.answer() for _ in range(500)]
    assert not any(is_wrong(section, item, b"".join(marks)) for item in range(3))
    assert {mark[1] <= 100 for mark in marks} == {mark[3] <= 10 for mark in marks} == {True, False}
