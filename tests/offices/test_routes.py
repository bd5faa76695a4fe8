"""The pages of offices, and what other pages say of them: nothing where there is one."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.accounts.models import Staff
from app.campaigns.models import Unit
from app.core.acting import Acting
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.offices.reads import the_tree
from app.rounds.reads import get_round
from tests.cast import MORNING, Desk, make_cast, make_draft
from tests.offices.test_service import ZHANG


@pytest.fixture
def organiser(settings: Settings, database: Database, new_client: Callable[[], TestClient]) -> Desk:
    with database.writing() as session:
        make_cast(session)
    return Desk(new_client(), database, KeyFolder(settings.data / "keys"), "zhangsan")


def office_called(database: Database, name: str) -> str:
    with database.reading() as session:
        return next(node.id for node in the_tree(session).nodes.values() if node.name == name)


def test_it_works(organiser: Desk, database: Database) -> None:
    answer = organiser.post("/offices/import", lines="东县\t\n河乡\t东县")
    assert answer.headers["location"] == "/offices"
    page = organiser.get("/offices").text
    assert "东县" in page
    assert "河乡" in page
    east = office_called(database, "东县")
    moved = organiser.post(f"/offices/{east}/edit", name="东山县", parent="root")
    assert moved.status_code == 303
    refused = organiser.post(f"/offices/{east}/delete")
    assert refused.status_code == 409
    assert "下级 1" in refused.text
    assert organiser.post(f"/offices/{office_called(database, '河乡')}/delete").status_code == 303
    assert organiser.post(f"/offices/{east}/delete").status_code == 303


def test_an_installation_with_one_office_shows_nothing_of_it(organiser: Desk, database: Database) -> None:
    pages = ("/staff", "/tokens", "/campaigns/new?kind=campaign")
    for page in pages:
        assert "所属机构" not in organiser.get(page).text
        assert "本级" not in organiser.get(page).text
    organiser.post("/offices/add", name="东县")
    for page in pages:
        assert "所属机构" in organiser.get(page).text
    east = office_called(database, "东县")
    organiser.post("/staff", name="东", login="dong", office=east, **{"role[]": "leader"})
    with database.reading() as session:
        assert session.query(Staff).filter_by(login="dong").one().office_id == east


def test_nobody_puts_anything_into_an_office_that_he_does_not_reach(organiser: Desk) -> None:
    refused = organiser.post("/staff", name="东", login="dong", office="elsewhere", **{"role[]": "leader"})
    assert refused.status_code == 422
    assert "机构" in refused.text


def test_objects_are_picked_from_the_register(organiser: Desk, database: Database) -> None:
    with database.writing() as session:
        campaign_id = get_round(session, make_draft(Acting(session, MORNING, ZHANG))).campaign_id
    units = f"/campaigns/{campaign_id}/units"
    assert "名录" not in organiser.get(units).text
    organiser.post("/offices/root/units/add", lines="甲馆\t1\n乙馆\t2")
    page = organiser.get(units).text
    picked = page.split('name="registered[]" value="')[1].split('"')[0]
    organiser.post(f"{units}/pick", **{"registered[]": picked})
    organiser.post(f"{units}/add", names="丙馆", register="1")
    with database.reading() as session:
        found = {unit.name: unit.register_id for unit in session.query(Unit).filter_by(campaign_id=campaign_id)}
    assert found["甲馆"] == picked
    assert found["丙馆"]
    assert "丙馆" in organiser.get("/offices/root?q=丙").text
