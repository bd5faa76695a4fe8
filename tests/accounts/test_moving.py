"""An account moves between offices: by consent where it is of weight, and not away from a key that it holds."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import asking
from app.accounts.asking import KIND
from app.accounts.models import Staff, StaffSession
from app.accounts.moving import holds_none
from app.audit import service as audit
from app.audit.models import AuditEntry
from app.box.holders import keys_of
from app.box.models import KeyHolder
from app.campaigns.models import Campaign
from app.consents.reads import waiting
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.offices.models import Office
from app.offices.sight import keep_sights
from app.rounds.models import Round
from tests import cast
from tests.cast import MORNING, Desks, refuses
from tests.waiting import held_up

ZHANG = Principal("idzhangsan", "张三", "organiser")
SECOND = Principal("idlisi", "李四", "scrutineer")


@pytest.fixture
def offices(database: Database) -> None:
    with database.writing() as session:
        cast.make_cast(session)
        for name in ("east", "west"):
            session.add(Office(id=name, parent_id="root", name=name, position=0, is_closed=False))


def office_of(database: Database, staff_id: str) -> str:
    with database.reading() as session:
        return session.get_one(Staff, staff_id).office_id


@pytest.mark.usefixtures("offices")
def test_it_works(new_desk: Desks, database: Database) -> None:
    """A leader moves at once, with sentences of what follows; his log-ins end, and the log tells from where."""
    desk = new_desk("zhangsan")
    leader = new_desk("zhaoliu")
    assert "/staff/idzhaoliu/office" in desk.get("/staff").text
    page = desk.get("/staff/idzhaoliu/office").text
    assert "从此只看得到新机构和它下级的活动" in page
    assert desk.post("/staff/idzhaoliu/office", office="elsewhere").status_code == 422
    assert desk.post("/staff/idzhangsan/office", office="east").status_code == 409
    assert desk.post("/staff/idzhaoliu/office", office="east").headers["location"] == "/staff"
    assert office_of(database, "idzhaoliu") == "east"
    assert desk.post("/staff/idzhaoliu/office", office="east").status_code == 409
    assert "/login" in leader.get("/results").headers.get("location", "")
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "account.move")).one()
        assert entry.subject == "idzhaoliu"
        assert '"before":"root"' in entry.detail.replace(" ", "")


@pytest.mark.usefixtures("offices")
def test_an_account_of_weight_moves_when_another_agrees(database: Database) -> None:
    with database.writing() as session:
        outcome = asking.move(Acting(session, MORNING, ZHANG), "idwangwu", "east", holds_none, three_roles=False)
        assert not outcome.is_done
        [asked] = waiting(session, KIND)
        assert "to_name" in asked.request
    assert office_of(database, "idwangwu") == "root"
    with database.writing() as session:
        decided = asking.decide(Acting(session, MORNING, SECOND), asked.id, holds_none, granted=True, three_roles=False)
        assert decided.is_done
        assert session.scalar(select(func.count()).where(StaffSession.staff_id == "idwangwu")) == 0
        assert session.get_one(Staff, "idwangwu").renewed_at == MORNING
    assert office_of(database, "idwangwu") == "east"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.usefixtures("offices")
def test_who_agrees_to_a_move_and_who_names_a_holder_do_not_wait_for_each_other(database: Database) -> None:
    """Both hold the root of the tree before they write to the log, of which one row is written at a time."""
    with database.writing() as session:
        asking.move(Acting(session, MORNING, ZHANG), "idwangwu", "east", holds_none, three_roles=False)
        [asked] = waiting(session, KIND)

    def agree() -> None:
        with database.writing() as session:
            asking.decide(Acting(session, MORNING, SECOND), asked.id, holds_none, granted=True, three_roles=False)

    with database.writing() as session:
        keep_sights(session)
        thread = held_up(database, agree)
        audit.record(session, MORNING, ZHANG, "box.holders", "r1")
    thread.join(30)
    assert office_of(database, "idwangwu") == "east"


def hold_a_key(session: Session, staff_id: str) -> None:
    """Make a ready round of 东县 whose key the account holds."""
    round_id = cast.make_ready(Acting(session, MORNING, ZHANG))
    campaign = session.get_one(Campaign, session.get_one(Round, round_id).campaign_id)
    campaign.office_id = "east"
    session.add(KeyHolder(round_id=round_id, number=1, part=None, name=staff_id, staff_id=staff_id))


@pytest.mark.usefixtures("offices")
def test_nobody_moves_away_from_a_key_that_he_holds(new_desk: Desks, database: Database) -> None:
    """From 东县 he still sees a round of 东县, from 西县 he does not: its box could not be opened."""
    desk = new_desk("zhangsan")
    with database.writing() as session:
        hold_a_key(session, "idzhaoliu")
    assert desk.post("/staff/idzhaoliu/office", office="west").status_code == 409
    assert office_of(database, "idzhaoliu") == "root"
    assert desk.post("/staff/idzhaoliu/office", office="east").headers["location"] == "/staff"
    assert office_of(database, "idzhaoliu") == "east"


@pytest.mark.usefixtures("offices")
def test_a_key_that_was_given_since_is_seen_when_the_other_agrees(new_desk: Desks, database: Database) -> None:
    with database.writing() as session:
        asking.move(Acting(session, MORNING, ZHANG), "idwangwu", "west", keys_of, three_roles=False)
        hold_a_key(session, "idwangwu")
        [asked] = waiting(session, KIND)
    second = new_desk("lisi")
    assert "调到其他机构“west”" in second.get("/staff").text
    answer = second.post(f"/consents/{asked.id}/grant")
    assert (answer.status_code, office_of(database, "idwangwu")) == (409, "root")
    with database.writing() as session, refuses("move_holds_key"):
        asking.move(Acting(session, MORNING, ZHANG), "idwangwu", "west", keys_of, three_roles=False)
