"""Everything a reader can open is cut to what was released to him, and shuts when that ends (SEC-42, SEC-57)."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.accounts.models import Staff, StaffUnit
from app.campaigns.models import Unit
from app.core.acting import Acting
from app.core.db import Database
from app.publication import reads, service, tokens
from app.publication.domain import Scope
from app.publication.stored import stored_document
from app.publication.tokens import WantedToken
from app.rounds.models import Round
from tests.conftest import MORNING, TestClock
from tests.publication import counted, reading
from tests.publication.test_numbers import text_of
from tests.publication.test_routes import OUTPUTS
from tests.tally.cast import Json, section_of, with_units

NewClient = Callable[[], TestClient]
OWN = ("u1", "u3")
MINE = (counted.UNITS[1], counted.UNITS[3])
TRENDS = ("", "/units/{unit_id}", "/compare", "/compare.svg?before={first}&after={second}")


def two_rounds(database: Database) -> tuple[str, str, str]:
    """Store two counted rounds of one campaign; return the campaign's id and theirs."""
    ids = [counted.store_counted(database, counted.make_votes(counted.make_paper(title=f"第{n}次"))) for n in "一二"]
    with database.writing() as session:
        campaign = session.get_one(Round, ids[0]).campaign_id
        session.get_one(Round, ids[1]).campaign_id = campaign
        session.get_one(Round, ids[1]).created_at = counted.AT + timedelta(hours=1)
        for place, name in enumerate(counted.UNITS):
            session.add(Unit(id=f"u{place}", campaign_id=campaign, name=name, position=place))
    return campaign, ids[0], ids[1]


def restricted_leader(new_client: NewClient, database: Database, *rounds: str) -> TestClient:
    """Log in a leader to whom two units of the rounds were released, by name."""
    browser = counted.log_in(new_client(), database, "leader")
    with database.reading() as session:
        reader = session.scalars(sa.select(Staff.id).where(Staff.login == "leader")).one()
    for round_id in rounds:
        counted.release(database, round_id, "leaders", units=list(OWN), readers=[reader])
    return browser


def liaison(new_client: NewClient, database: Database, *rounds: str) -> TestClient:
    """Log in the liaison of the same two units after a release to units."""
    browser = counted.log_in(new_client(), database, "liaison")
    with database.writing() as session:
        staff = session.scalars(sa.select(Staff.id).where(Staff.login == "liaison")).one()
        session.add_all(StaffUnit(staff_id=staff, unit_id=unit) for unit in OWN)
    for round_id in rounds:
        counted.release(database, round_id, "unit")
    return browser


def addresses(campaign: str, rounds: tuple[str, str], unit_id: str) -> Iterator[str]:
    """Yield every address that shows something of a result, for one unit."""
    for round_id in rounds:
        for route in OUTPUTS:
            yield route.format(round_id=round_id, unit_id=unit_id, place=1, version=1, item="overall", form="svg")
    for route in TRENDS:
        yield f"/results/campaigns/{campaign}" + route.format(unit_id=unit_id, first=rounds[0], second=rounds[1])


def foreign_figures(document: Json) -> set[str]:
    """Return the percentages of the other units that stand nowhere in the reader's part."""
    rest = with_units(document, [])
    mine = [unit for unit in section_of(document)["targets"] if unit["id"] in OWN]
    others = [unit for unit in section_of(document)["targets"] if unit["id"] not in OWN]
    told = set().union(*map(reading.percents, reading.texts_of([rest, mine])))
    figures = set().union(*map(reading.percents, reading.texts_of(others)))
    return {text for text in figures - told if "." in text}


UNNAMED = ("charts/returns", "charts/returns.svg", "/scrutiny.docx", "/reports")
"""What tells of the round and names no unit."""


@pytest.mark.parametrize("make", [restricted_leader, liaison])
def test_a_part_is_a_part_on_every_way_out(
    new_client: NewClient, database: Database, make: Callable[..., TestClient]
) -> None:
    campaign, first, second = two_rounds(database)
    browser = make(new_client, database, first, second)
    with database.reading() as session:
        documents = [stored_document(session, one, 1) for one in (first, second)]
    # Figures of two rounds stand side by side in trends: what either tells of the reader's own units is his.
    foreign = set.intersection(*map(foreign_figures, documents))
    assert len(foreign) > 100
    for address in addresses(campaign, (first, second), OWN[1]):
        answer = browser.get(address)
        assert answer.status_code == 200, address
        text = text_of(answer.content, address.split("?")[0])
        assert not foreign & reading.percents(text), address
        assert not [name for name in counted.UNITS if name in text and name not in MINE], address
        assert MINE[1] in text or address.endswith(UNNAMED), address


@pytest.mark.parametrize("make", [restricted_leader, liaison])
def test_it_refuses_other_units_other_rounds_and_other_campaigns(
    new_client: NewClient, database: Database, make: Callable[..., TestClient]
) -> None:
    campaign, first, second = two_rounds(database)
    elsewhere, hidden, _ = counted_elsewhere(database)
    browser = make(new_client, database, first)
    asked = [address for address in addresses(campaign, (first, first), "u2") if "/units/" in address]
    asked += list(addresses(elsewhere, (hidden, second), OWN[0]))
    assert {address: browser.get(address).status_code for address in asked} == dict.fromkeys(asked, 404)
    wrong = f"/results/campaigns/{elsewhere}/compare.svg?before={first}&after={hidden}"
    assert browser.get(wrong).status_code == 404


def counted_elsewhere(database: Database) -> tuple[str, str, str]:
    """Store a published round of another campaign, released to other leaders and to everybody."""
    round_id = counted.store_counted(database, counted.make_votes())
    counted.release(database, round_id, "leaders", readers=[counted.new_leader(database)])
    with database.reading() as session:
        return session.get_one(Round, round_id).campaign_id, round_id, round_id


def withdraw_all(database: Database, clock: TestClock, rounds: tuple[str, ...]) -> None:
    with database.writing() as session:
        for round_id in rounds:
            for release in reads.ledger_of(session, round_id):
                service.withdraw(Acting(session, clock.now, counted.ZHANG), round_id, release.id, "有误")


def let_expire(_database: Database, clock: TestClock, _rounds: tuple[str, ...]) -> None:
    clock.now += timedelta(minutes=20)


@pytest.mark.parametrize("end", [withdraw_all, let_expire])
def test_everything_shuts_when_the_release_ends(
    new_client: NewClient, database: Database, clock: TestClock, end: Callable[..., None]
) -> None:
    campaign, first, second = two_rounds(database)
    leader, anyone = counted.log_in(new_client(), database, "leader"), new_client()
    until = {"expires_at": (MORNING + timedelta(minutes=10)).isoformat()}
    for round_id in (first, second):
        for scope in ("leaders", "unit", "public"):
            counted.release(database, round_id, scope, **until)
    with database.writing() as session:
        acting = Acting(session, MORNING, counted.ZHANG)
        secret = tokens.create(acting, WantedToken("程序", Scope.LEADERS, 90))
        code = reads.versions_of(session, first)[0].code
    bearer = {"authorization": f"Bearer {secret}"}
    own = list(addresses(campaign, (first, second), "u1"))
    public = [f"/notices/{first}", f"/notices/{first}/notice.pdf", f"/notices/{first}/result.json"]
    api = [f"/api/v1/results/{first}", f"/api/v1/results/{first}/units/u1", f"/api/v2/results/{first}"]
    api += [f"/api/v2/results/{first}/sections/main/targets/u1", f"/api/v2/results/{first}/signed"]
    kept = {address: leader.get(address) for address in own}
    assert {answer.status_code for answer in kept.values()} == {200}
    assert {anyone.get(address).status_code for address in public} == {200}
    assert {anyone.get(address, headers=bearer).status_code for address in api} == {200}
    assert "现行有效" in anyone.get("/verify", params={"code": code}).text
    for answer in kept.values():
        assert answer.headers["cache-control"] in {"no-store", "private, no-cache"}
    end(database, clock, (first, second))
    again = counted.log_in(new_client(), database, "leader", "leader2")
    for address, before in kept.items():
        tag = {"if-none-match": before.headers.get("etag", "*")}
        assert (leader.get(address).status_code, again.get(address, headers=tag).status_code) == (404, 404), address
    assert {anyone.get(address).status_code for address in public} == {404}
    assert {anyone.get(address, headers=bearer).status_code for address in api} == {404}
    assert anyone.get("/api/v1/results", headers=bearer).json() == {"results": []}
    assert first not in anyone.get("/notices").text
    assert first not in leader.get("/results").text
    assert "撤回或到期" in anyone.get("/verify", params={"code": code}).text


def test_a_picture_kept_by_one_reader_says_nothing_to_another(new_client: NewClient, database: Database) -> None:
    _, first, _ = two_rounds(database)
    counted.release(database, first)
    browser = counted.log_in(new_client(), database, "leader", "other")
    address = f"/results/{first}/charts/overall.svg"
    answer = browser.get(address)
    assert browser.get(address, headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    narrow = liaison(new_client, database, first).get(address)
    assert narrow.status_code == 200
    assert narrow.headers["etag"] != answer.headers["etag"]
    assert "cookie" in answer.headers["vary"].lower()
