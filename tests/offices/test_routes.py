"""The pages of offices, and what other pages say of them: nothing where there is one."""

import pytest

from app.accounts.models import Staff
from app.campaigns.models import Unit
from app.core.acting import Acting
from app.core.db import Database
from app.core.lists import PAGE
from app.offices.models import Office, RegisteredUnit
from app.offices.reads import the_tree
from app.rounds.reads import get_round
from tests.cast import MORNING, Desk, Desks, make_cast, make_draft
from tests.form_fields import sent
from tests.offices.test_service import ZHANG


@pytest.fixture
def organiser(new_desk: Desks, database: Database) -> Desk:
    with database.writing() as session:
        make_cast(session)
    return new_desk("zhangsan")


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
    pages = ("/staff/new", "/tokens", "/campaigns/new?kind=campaign")
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
    assert "名录" not in organiser.get(f"{units}/add").text
    organiser.post("/offices/root/units/add", lines="甲馆\t1\n乙馆\t2")
    page = organiser.get(f"{units}/add").text
    picked = page.split('name="registered[]" value="')[1].split('"')[0]
    assert organiser.post(f"{units}/add", names=" ").status_code == 422
    organiser.post(f"{units}/add", names="丙馆", register="1", **{"registered[]": picked})
    with database.reading() as session:
        found = {unit.name: unit.register_id for unit in session.query(Unit).filter_by(campaign_id=campaign_id)}
    assert found["甲馆"] == picked
    assert "乙馆" not in found
    assert found["丙馆"]
    assert "丙馆" in organiser.get("/offices/root?q=丙").text


def test_a_long_register_is_looked_through_while_units_are_typed(organiser: Desk, database: Database) -> None:
    """A register of two thousand came as one page of as many boxes; no more than a page of it is shown."""
    with database.writing() as session:
        campaign_id = get_round(session, make_draft(Acting(session, MORNING, ZHANG))).campaign_id
        session.add_all(
            RegisteredUnit(id=f"r{n:04}", office_id="root", position=n, name=f"单位{n:04}", code="")
            for n in range(2_000)
        )
    add = f"/campaigns/{campaign_id}/units/add"
    page = organiser.get(add).text
    assert page.count('name="registered[]"') == PAGE
    page = organiser.post(
        add, **sent(page, add, names="丙馆", q="1234", look="find", **{"registered[]": ["r0003"]})
    ).text
    assert page.count('type="checkbox" name="registered[]"') == 1
    organiser.post(add, **sent(page, add, **{"registered[]": ["r0003", "r1234"]}))
    with database.reading() as session:
        found = {unit.name: unit.register_id for unit in session.query(Unit).filter_by(campaign_id=campaign_id)}
    assert {"丙馆": None, "单位0003": "r0003", "单位1234": "r1234"}.items() <= found.items()


def test_what_was_typed_for_a_unit_far_down_the_register_is_kept(organiser: Desk) -> None:
    """The unit has a page of its own, which says why not, and leads back to where it was found in the register."""
    organiser.post("/offices/root/units/add", lines="\n".join(f"单位{number:03}" for number in range(60)))
    far = organiser.get("/offices/root?q=单位059").text.split("/units/")[2].split("?")[0]
    first, second = (organiser.get(f"/offices/root?part={part}").text for part in (1, 2))
    assert "单位059" not in first
    assert "单位059" in second
    refused = organiser.post(f"/offices/root/units/{far}", name="单位000", code="改过的")
    assert refused.status_code == 409
    assert 'value="改过的"' in refused.text
    assert f'/units/{far}?q=059"' in organiser.get("/offices/root?q=059").text
    opened = organiser.get(f"/offices/root/units/{far}?q=059").text
    assert 'href="/offices/root?q=059"' in opened
    seen = opened.split('name="seen" value="')[1].split('"')[0]
    kept = organiser.post(f"/offices/root/units/{far}?q=059", name="末位", code="", seen=seen)
    assert kept.headers["location"] == "/offices/root?q=059"


def test_offices_are_chosen_by_their_ways(organiser: Desk, database: Database) -> None:
    organiser.post("/offices/import", lines="东县\t\n西县\t\n城关镇\t东县\n城关镇\t西县")
    east = office_called(database, "东县")
    for page in ("/staff/new", "/tokens", "/campaigns/new?kind=campaign", "/offices/new", f"/offices/{east}/edit"):
        assert "西县 / 城关镇</option>" in organiser.get(page).text, page
    with database.writing() as session:
        session.query(Office).filter_by(id=east).update({"is_closed": True})
    page = organiser.get("/offices").text + organiser.get("/offices/new").text
    assert page.count("城关镇") == 2, "in the tree and among the parents; nothing of what is below the closed one"
    assert "东县" in page
