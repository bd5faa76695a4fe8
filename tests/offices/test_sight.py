"""No change of the tree takes a box out of the sight of who opens it, on both databases."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import delete

from app.accounts import moving as accounts_moving
from app.accounts.models import Staff
from app.box.holders import held_over, keys_in, keys_of, name_holders
from app.box.models import KeyHolder
from app.campaigns.models import Campaign
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.errors import DomainError
from app.offices import reads, service
from app.offices.models import Office
from app.rounds import moving as campaigns_moving
from app.rounds.models import Round
from app.rounds.reads import get_round
from tests import cast
from tests.cast import MORNING, Desks, refuses
from tests.waiting import held_up

ZHANG = Principal("idzhangsan", "张三", "organiser")
OF_EAST = Principal("idzhangsan", "张三", "organiser", "east", ("east", "river"))
OF_RIVER = Principal("idzhangsan", "张三", "organiser", "river", ("river",))


POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def round_id(database: Database) -> str:
    """A frozen round of the river, which stands below the east; 王五 of the east holds its key."""
    with database.writing() as session:
        cast.make_cast(session)
        for place, (name, parent) in enumerate((("east", "root"), ("west", "root"), ("river", "east"))):
            session.add(Office(id=name, parent_id=parent, name=name, position=place, is_closed=False))
            session.flush()
        made = cast.make_ready(Acting(session, MORNING, ZHANG), two_person=True)
        session.add(KeyHolder(round_id=made, number=1, part=None, name="王五", staff_id="idwangwu"))
        session.get_one(Campaign, get_round(session, made).campaign_id).office_id = "river"
        session.get_one(Staff, "idwangwu").office_id = "east"
        return made


def edit(database: Database, office_id: str, parent_id: str) -> None:
    with database.writing() as session:
        service.edit(Acting(session, MORNING, ZHANG), office_id, office_id, parent_id, keys_in)


def close(database: Database, actor: Principal, *, closed: bool = True) -> None:
    with database.writing() as session:
        service.set_closed(Acting(session, MORNING, actor), actor.office_id, keys_in, closed=closed)


@pytest.mark.usefixtures("round_id")
def test_it_works(database: Database) -> None:
    """What leaves every holder his sight is done: the whole branch moves, or is closed above its holders."""
    edit(database, "east", "west")
    close(database, OF_EAST)
    edit(database, "east", "root")
    close(database, OF_EAST, closed=False)
    with database.reading() as session:
        assert reads.watchers_of(session, "river") == {"river", "east", "root"}


def test_it_refuses_to_put_a_box_below_an_office_from_which_its_holder_does_not_see_it(
    database: Database, round_id: str
) -> None:
    with refuses("office_loses_holders"):
        edit(database, "river", "west")
    with database.writing() as session:
        assert session.get_one(Office, "river").parent_id == "east"
        session.get_one(Round, round_id).state = "counted"
    edit(database, "river", "west")


def test_it_refuses_to_close_an_office_to_who_holds_its_key(database: Database, round_id: str) -> None:
    with refuses("office_loses_holders"):
        close(database, OF_RIVER)
    with database.writing() as session:
        session.get_one(Staff, "idwangwu").office_id = "root"
    with refuses("office_loses_holders"):
        close(database, OF_EAST)
    for state in ("open", "sealed"):
        with database.writing() as session:
            session.get_one(Round, round_id).state = state
        with refuses("office_loses_holders"):
            close(database, OF_EAST)
    with database.writing() as session:
        session.get_one(Staff, "idwangwu").office_id = "river"
    close(database, OF_RIVER)


def close_to_the_east(acting: Acting, _: str) -> None:
    service.set_closed(replace(acting, actor=OF_RIVER), "river", keys_in, closed=True)


def move_the_river(acting: Acting, _: str) -> None:
    service.edit(acting, "river", "river", "west", keys_in)


def move_the_account(acting: Acting, _: str) -> None:
    accounts_moving.move(acting, "idwangwu", "west", keys_of)


def move_the_campaign(acting: Acting, round_id: str) -> None:
    campaigns_moving.move(acting, get_round(acting.session, round_id).campaign_id, "west", held_over)


CHANGES = {
    "closed": (close_to_the_east, "office_loses_holders"),
    "office moved": (move_the_river, "office_loses_holders"),
    "account moved": (move_the_account, "move_holds_key"),
    "campaign moved": (move_the_campaign, "move_loses_holders"),
}
"""What would take the round out of 王五's sight, and how it is refused where he holds its key."""


def name_wang(acting: Acting, round_id: str) -> None:
    name_holders(acting, round_id, ["idwangwu"])


@pytest.fixture
def unnamed(database: Database, round_id: str) -> str:
    with database.writing() as session:
        session.execute(delete(KeyHolder))
    return round_id


def attempt(database: Database, act: Callable[[Acting, str], None], round_id: str) -> str:
    try:
        with database.writing() as session:
            act(Acting(session, MORNING, ZHANG), round_id)
    except DomainError as error:
        return error.code
    return ""


@POSTGRESQL
@pytest.mark.parametrize("change", CHANGES)
def test_who_names_a_holder_waits_for_who_changes_what_he_sees(database: Database, unnamed: str, change: str) -> None:
    act, found = CHANGES[change][0], list[str]()
    with database.writing() as session:
        act(Acting(session, MORNING, ZHANG), unnamed)
        thread = held_up(database, lambda: found.append(attempt(database, name_wang, unnamed)))
    thread.join(30)
    assert found == ["field_not_a_choice"]


@POSTGRESQL
@pytest.mark.parametrize("change", CHANGES)
def test_who_changes_what_is_seen_waits_for_who_names_a_holder(database: Database, unnamed: str, change: str) -> None:
    (act, code), found = CHANGES[change], list[str]()
    with database.writing() as session:
        name_wang(Acting(session, MORNING, ZHANG), unnamed)
        thread = held_up(database, lambda: found.append(attempt(database, act, unnamed)))
    thread.join(30)
    assert found == [code]


@pytest.mark.usefixtures("round_id")
def test_the_page_names_the_round(new_desk: Desks, database: Database) -> None:
    desk = new_desk("zhangsan")
    answer = desk.post("/offices/river/edit", name="river", parent="west")
    assert answer.status_code == 409
    assert "有的钥匙持有人看不到这一轮" in answer.text
    with database.writing() as session:
        session.get_one(Staff, "idzhangsan").office_id = "river"
    answer = desk.post("/offices/river/close")
    assert answer.status_code == 409
    assert "有的钥匙持有人看不到这一轮" in answer.text
