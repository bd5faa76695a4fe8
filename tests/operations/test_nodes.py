"""Two nodes on one PostgreSQL database, as real processes: what is done on one holds on the other at once."""

import http.client
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import cast as cast_to

import pytest
import sqlalchemy as sa
from httpx import Client
from starlette.testclient import TestClient

from app.accounts.domain import FIRST_SLOWED
from app.accounts.models import LoginTry
from app.audit.models import AuditEntry
from app.ballots import reads as ballots
from app.ballots.domain import GateState
from app.box.reads import key_of
from app.core.acting import Acting, Principal
from app.core.clock import utc_now
from app.core.db import Database
from app.core.settings import Settings
from app.rounds import service as rounds
from app.rounds.domain import RoundState
from app.rounds.reads import frozen_paper, get_round
from app.rounds.service import RoundDraft
from app.slips import service as slips
from tests import cast
from tests.cast import Desk
from tests.crashing import ZHANG
from tests.factories import OpenRound
from tests.phones import fill_in, send
from tests.servers import served
from tests.waiting import wait_until

SHARED = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
DRAFT = RoundDraft("第一轮", "t2", remarks=True, key_needed=2, key_holders=3)
MANY = 20
"""Failed log-ins after which the next must wait for minutes."""
LISI = Principal("idlisi", "李四", "scrutineer")


@pytest.fixture
def ports(settings: Settings, database: Database, tmp_path: Path) -> Iterator[tuple[int, int]]:
    """The ports of two nodes that share the data folder, as the deploy guide asks of nodes with a desk."""
    scratches = [tmp_path / name for name in ("one", "two")]
    for scratch in scratches:
        scratch.mkdir()
    with database.writing() as session:
        cast.make_cast(session)
    with (
        served(settings.data, settings.database_url, scratches[0]) as one,
        served(settings.data, settings.database_url, scratches[1]) as two,
    ):
        yield one.port, two.port
    for scratch in scratches:
        assert "Traceback" not in (scratch / "server.log").read_text("utf-8")


@pytest.fixture
def clients(ports: tuple[int, int]) -> Iterator[tuple[TestClient, TestClient]]:
    """A browser at each node."""
    one, two = (Client(base_url=f"http://127.0.0.1:{port}", timeout=60) for port in ports)
    with one, two:
        yield cast_to("TestClient", one), cast_to("TestClient", two)


@pytest.fixture
def desks(clients: tuple[TestClient, TestClient], database: Database) -> tuple[Desk, Desk]:
    """An organiser who logged in once."""
    first = Desk(clients[0], database, database.keys, "zhangsan", utc_now())
    return first, first.at(clients[1])


def state(database: Database, round_id: str) -> RoundState:
    with database.reading() as session:
        return get_round(session, round_id).state


def told(database: Database, action: str) -> int:
    with database.reading() as session:
        entries = sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.action == action)
        return session.scalar(entries) or 0


def made_ready(database: Database) -> OpenRound:
    """Make a round with slips and key, and return it with what its holders and voters have in hand."""
    with database.writing() as session:
        round_id = cast.make_ready(Acting(session, utc_now(), ZHANG), two_person=False, draft=DRAFT)
    with database.writing() as session:
        acting = Acting(session, utc_now(), ZHANG)
        shares, codes = cast.prepare(acting, database.keys, round_id)
        key = key_of(session, round_id)
        assert key is not None
        return OpenRound(round_id, *frozen_paper(session, round_id), key.public_key, codes, shares)


def votes(hall: OpenRound, ports: tuple[int, int]) -> None:
    """Let every other voter come to the other node, and each try the first one's again."""
    for at, filled in enumerate(fill_in(hall)):
        for port in (ports[at % 2], ports[1 - at % 2]):
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as phone:
                assert send(phone, filled) == (200, {"receipt": filled.receipt})


@SHARED
def test_a_whole_round_over_two_nodes(database: Database, ports: tuple[int, int], desks: tuple[Desk, Desk]) -> None:
    hall = made_ready(database)
    here, there = desks
    page = f"/rounds/{hall.id}"
    assert here.post(f"{page}/open").status_code == 303
    assert f'action="{page}/close"' in there.get(page).text
    votes(hall, ports)
    ends = utc_now() + timedelta(seconds=2)
    with database.writing() as session:
        rounds.extend_round(Acting(session, utc_now(), ZHANG), hall.id, {"closes_at": ends.isoformat()})
    wait_until(lambda: told(database, "round.root"))
    gate = ballots.gate(database, hall.id)
    assert gate.state is GateState.CLOSED
    assert sum(count.envelopes for count in gate.counts.values()) == len(hall.all_codes)
    assert [told(database, f"round.{act}") for act in ("close", "close.dropped", "root")] == [1, 0, 1]
    opened_over_both(database, hall, desks)
    assert there.post(f"{page}/publish", scope="leaders").status_code == 303
    assert state(database, hall.id) is RoundState.PUBLISHED
    assert "结果已公布" in there.get(page).text
    results = [read_result(desk, hall.id) for desk in desks]
    assert DRAFT.title in results[0]
    assert results[0] == results[1]


def read_result(desk: Desk, round_id: str) -> str:
    """Return the page of a result without what differs each time it is asked for."""
    answer = desk.get(f"/results/{round_id}")
    assert answer.status_code == 200, answer.text
    return re.sub(r"nonce-\S+|token\" value=\"[^\"]+", "", answer.text)


def opened_over_both(database: Database, hall: OpenRound, desks: tuple[Desk, Desk]) -> None:
    """Begin on one node, give a share at each, and the word on the other; both see how far it is."""
    here, there = desks
    page = f"/rounds/{hall.id}"
    for who in (ZHANG, LISI):
        with database.writing() as session:
            slips.set_counts(
                Acting(session, utc_now(), who), hall.id, {group.id: (0, 0) for group in hall.paper.groups}
            )
    assert here.post(f"{page}/opening/begin").status_code == 303

    def phases() -> set[str]:
        return {desk.get(f"{page}/opening/progress").json()["phase"] for desk in desks}

    wait_until(lambda: phases() == {"waiting"})
    assert there.post(f"{page}/opening/begin").status_code == 303, "one process is enough"
    assert here.post(f"{page}/opening/share", words=hall.shares[0]).status_code == 200
    assert "钥匙已齐" in there.post(f"{page}/opening/share", words=hall.shares[2]).text
    assert there.post(f"{page}/opening/start", **{"present[]": ["张三"]}).status_code == 303
    wait_until(lambda: phases() == {"done"})
    assert state(database, hall.id) is RoundState.COUNTED
    assert told(database, "round.count") == 1
    wait_until(lambda: hall.id not in ballots.round_ids(database) and not database.keys.parts())


@SHARED
def test_what_one_node_stores_the_other_shows(database: Database, desks: tuple[Desk, Desk]) -> None:
    with database.writing() as session:
        campaign_id = cast.make_campaign(session, ZHANG, two_person=False)
    here, there = desks
    page = f"/campaigns/{campaign_id}"
    for desk, other, title in ((here, there, "甲的满意度测评"), (there, here, "乙的满意度测评")):
        saved = desk.post(f"{page}/edit", title=title, organisation="某县文化局")
        assert saved.status_code == 303, saved.text
        assert title in other.get(page).text
        assert title in other.get("/campaigns").text
    assert here.post("/logout").status_code == 303
    assert there.get(page).status_code == 303, "who logs out does so everywhere"


@SHARED
def test_failed_log_ins_count_on_all_nodes(database: Database, clients: tuple[TestClient, TestClient]) -> None:
    """Else a guesser has as many tries as there are nodes."""
    desks = [Desk(client, database, database.keys) for client in clients]
    for desk in (*desks, *desks):
        assert desk.post_once("/login", login="lisi", password="Wrong-Horse-1").status_code == 401
    with database.writing() as session:
        (counted,) = session.scalars(sa.select(LoginTry))
        assert (counted.account, counted.failures) == ("idlisi", FIRST_SLOWED)
        counted.failures, counted.failed_at = MANY, utc_now()
    right = [desk.post_once("/login", login="lisi", password=cast.PASSWORD) for desk in desks]
    assert [answer.status_code for answer in right] == [429, 429], "both nodes ask to wait"
