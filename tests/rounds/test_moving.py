"""A campaign moves between offices, with all that is its own, and not away from who must open its box."""

import pytest
from sqlalchemy import select

from app.accounts.models import Staff
from app.audit.models import AuditEntry
from app.box.holders import held_over
from app.box.models import KeyHolder
from app.campaigns.models import Campaign
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.main import PORTS
from app.offices.models import Office
from app.rounds import approvals, moving
from app.rounds.models import Round
from app.rounds.reads import get_round
from tests import cast
from tests.cast import MORNING, Desks, refuses

ZHANG = Principal("idzhangsan", "张三", "organiser")


@pytest.fixture
def round_id(database: Database) -> str:
    """A frozen round of the root, beside which two offices stand; its key is held by 王五."""
    with database.writing() as session:
        cast.make_cast(session)
        for name in ("east", "west"):
            session.add(Office(id=name, parent_id="root", name=name, position=0, is_closed=False))
        made = cast.make_ready(Acting(session, MORNING, ZHANG), two_person=True)
        session.add(KeyHolder(round_id=made, number=1, part=None, name="王五", staff_id="idwangwu"))
        return made


def campaign_of(database: Database, round_id: str) -> Campaign:
    with database.reading() as session:
        return session.get_one(Campaign, get_round(session, round_id).campaign_id)


def test_it_works(new_desk: Desks, database: Database, round_id: str) -> None:
    campaign_id = campaign_of(database, round_id).id
    desk = new_desk("zhangsan")
    assert f"/campaigns/{campaign_id}/office" in desk.get(f"/campaigns/{campaign_id}").text
    page = desk.get(f"/campaigns/{campaign_id}/office").text
    assert "原机构的人不再看得到" in page
    assert desk.post(f"/campaigns/{campaign_id}/office", office="elsewhere").status_code == 422
    assert desk.post(f"/campaigns/{campaign_id}/office", office="root").status_code == 409
    moved = desk.post(f"/campaigns/{campaign_id}/office", office="east")
    assert moved.headers["location"] == f"/campaigns/{campaign_id}"
    assert campaign_of(database, round_id).office_id == "east"
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "campaign.move")).one()
        assert (entry.subject, entry.actor_id) == (campaign_id, "idzhangsan")


def test_it_refuses_where_a_holder_would_not_see_the_box(database: Database, round_id: str) -> None:
    campaign_id = campaign_of(database, round_id).id
    with database.writing() as session:
        session.get_one(Campaign, campaign_id).office_id = "east"
        session.get_one(Staff, "idwangwu").office_id = "east"
    with refuses("move_loses_holders"), database.writing() as session:
        moving.move(Acting(session, MORNING, ZHANG), campaign_id, "west", held_over)
    assert campaign_of(database, round_id).office_id == "east"
    with database.writing() as session:
        moving.move(Acting(session, MORNING, ZHANG), campaign_id, "root", lambda *_: {})
        session.get_one(Round, round_id).state = "counted"
    with database.writing() as session:
        moving.move(Acting(session, MORNING, ZHANG), campaign_id, "west", held_over)


def test_it_refuses_while_a_second_person_is_asked(database: Database, round_id: str) -> None:
    campaign_id = campaign_of(database, round_id).id
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        approvals.ask_or_act(acting, PORTS, round_id, "void", {"reason": "停电"})
        with refuses("move_asked"):
            moving.move(acting, campaign_id, "east", held_over)


def test_it_refuses_to_move_beyond_reach(database: Database, round_id: str) -> None:
    east = Principal("idzhangsan", "张三", "organiser", "east", ("east",))
    with refuses("field_not_a_choice"), database.writing() as session:
        moving.move(Acting(session, MORNING, east), campaign_of(database, round_id).id, "west", held_over)
