"""A meeting that this process plays fills papers in with marks that can be, points among them."""

from dataclasses import replace
from math import sqrt

import pytest

from app.box.envelope import decode
from app.box.seal import envelope_info, unseal
from app.box.shares import combine
from app.campaigns.builtin import FORMS
from app.campaigns.domain import Item
from app.campaigns.score import Score
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.operations.meeting import QUALITIES, opinion, vote
from app.rounds.marks import are_wrong
from tests.ballots.stores import sealed_in
from tests.cast import MORNING
from tests.factories import make_open_round, make_paper

FAILING, LINE, MARKS, SURE = (3, 5), 0.6, 110, 3.0
"""By place the units that the demo orders; its line, the marks of each unit at least, and standard deviations."""
ITEMS = (Item("a", "总体印象"), Item("b", "工作实绩", score=Score(decimals=1)), Item("c", "群众口碑", score=Score(10)))


@pytest.mark.parametrize("unit", range(len(QUALITIES)))
def test_chance_orders_no_third_unit_and_lets_no_second_off(unit: int) -> None:
    """Of eight demos one had three units below the line, and every document of it speaks of two."""
    overall = next(place for place, item in enumerate(FORMS["t2"].items) if item.overall)
    good, fair, bad, worst, _ = opinion(unit, overall, 5)
    rate = (good + fair) / (good + fair + bad + worst)
    away = (rate - LINE) / sqrt(rate * (1 - rate) / MARKS)
    assert (away < -SURE) if unit in FAILING else (away > SURE)


def test_it_works(database: Database, settings: Settings) -> None:
    folder = KeyFolder(settings.data / "keys")
    paper = make_paper(2, 1)
    place = make_open_round(database, folder, replace(paper, parts=(replace(paper.parts[0], items=ITEMS),)))
    vote(database, folder, MORNING, place.codes["residents"])
    key = combine(place.shares[:2], folder.read_part(place.id), place.id)
    infos = [(envelope_info(place.id, place.paper_hash, one.group_id), one) for one in sealed_in(database, place.id)]
    marks = [decode(place.paper, place.paper_hash, unseal(key, info, one.sealed)).marks for info, one in infos]
    assert len(marks) == len(place.codes["residents"])
    (section,) = place.paper.sections
    assert not are_wrong(section, b"".join(marks))
    assert {mark[1] for mark in marks} != {101}
