"""The page of a round says what the gate of its box says, whatever stands in the desk's database."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.ballots import service as gates
from app.core.acting import Acting
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.main import PORTS
from app.rounds import acts, service
from app.rounds.acts import settle
from tests.ballots.stores import by_hand
from tests.cast import MORNING, Desk, make_prepared
from tests.crashing import ZHANG

PARTED = ("闸门", "票箱不在这里")
END = MORNING + timedelta(hours=2)


@pytest.fixture
def round_id(database: Database) -> str:
    """A round with slips and key."""
    return make_prepared(database)


@pytest.fixture
def page(new_client: Callable[[], TestClient], database: Database, round_id: str) -> Callable[[], str]:
    desk = Desk(new_client(), database, database.keys, "zhangsan")
    return lambda: desk.get(f"/rounds/{round_id}").text


def act(database: Database, round_id: str, name: str) -> None:
    do: dict[str, Callable[[Acting, KeyFolder], None]] = {
        "open": lambda acting, folder: service.open_round(acting, folder, PORTS, round_id),
        "close": lambda acting, _: service.close_round(acting, round_id, {}),
        "extend": lambda acting, _: service.extend_round(acting, round_id, {"closes_at": END.isoformat()}),
    }
    with database.writing() as session:
        do[name](Acting(session, MORNING, ZHANG), database.keys)


def at_desk(database: Database, statement: str) -> None:
    with database.writing() as session:
        session.execute(sa.text(statement))


def test_it_works(database: Database, round_id: str, page: Callable[[], str]) -> None:
    """Where they agree, nothing is said: before the vote, in it, with another end, after it."""
    for name in ("", "open", "extend", "close"):
        if name:
            act(database, round_id, name)
        assert not [word for word in PARTED if word in page()], name


ATTACKS = {
    "close": ("UPDATE round SET state = 'open'", "闸门已经关闭，手机投不进票"),
    "open": ("UPDATE round SET state = 'sealed'", "闸门还开着，手机仍能投票"),
    "": ("UPDATE round SET state = 'open'", "闸门还没有开，手机投不进票"),
    "extend": ("UPDATE round SET closes_at = NULL", "闸门定于2026年11月23日11:00关闭"),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_it_tells_of_a_desk_that_shows_something_else(
    database: Database, round_id: str, page: Callable[[], str], name: str
) -> None:
    for before in ("open", name) if name in {"close", "extend"} else (name,):
        if before:
            act(database, round_id, before)
    statement, said = ATTACKS[name]
    assert said not in page()
    at_desk(database, statement)
    assert said in page().replace(" ", "")


def test_it_tells_of_an_end_that_the_gate_does_not_know(
    database: Database, round_id: str, page: Callable[[], str]
) -> None:
    act(database, round_id, "open")
    at_desk(database, "UPDATE round SET closes_at = '2026-11-24 01:00:00'")
    assert "闸门没有定截止时间" in page()
    act(database, round_id, "extend")
    assert "闸门" not in page()


def test_it_tells_of_a_box_that_is_gone_or_was_changed(
    database: Database, round_id: str, page: Callable[[], str]
) -> None:
    act(database, round_id, "open")
    by_hand(database, round_id, "UPDATE gate SET closes_at = '2027-01-01T00:00:00+00:00'")
    assert "票箱的闸门被人绕过本系统改动过" in page()
    gates.destroy(database, round_id)
    assert "本轮的票箱不在这里" in page()


def test_it_says_nothing_while_an_act_is_under_way(
    database: Database, round_id: str, page: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that was killed between gate and desk: the next turn of any schedule finishes it."""
    with monkeypatch.context() as patched:
        patched.setattr(acts, "_finish", lambda *_: None)
        act(database, round_id, "open")
    assert "闸门" not in page()
    settle(database, round_id, MORNING)
    assert "闸门" not in page()
