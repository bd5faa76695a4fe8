"""Nodes x roles x routes: nobody of one office reaches anything of another (SEC-42).

Everything there is belongs to 东县; it is asked for from its sibling, from below it, and from above it where it is
closed to those above.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from fastapi import APIRouter, Request
from httpx import Response

from app.accounts.models import Staff, StaffUnit
from app.core.acting import Acting
from app.core.db import Base
from app.core.scope import OfCampaign, OfOffice, OfRound
from app.offices.models import Office, RegisteredUnit
from app.offices.ways import ANCHORS, check_parameters
from app.publication import tokens
from app.publication.domain import Scope
from app.publication.tokens import WantedToken
from app.rounds.domain import RoundState
from app.web.auth import RoleGuard
from app.web.forms import TOKEN_FIELD
from tests.cast import MORNING, Desk
from tests.conftest import another_client
from tests.publication.counted import ZHANG
from tests.security.access import ACCESS, EVERYONE
from tests.security.test_matrix import JSON, served
from tests.security.world import World

EAST, WEST, TOWN, ROOT = "east", "west", "town", "root"
PARENTS = {EAST: ROOT, WEST: ROOT, TOWN: EAST}
ROLES = sorted(EVERYONE - {"nobody"})
HELPER = "scrutineer liaison"
"""Who has both roles; in each office one of them speaks for a unit of 东县, where he is no scrutineer for that."""
SEEN = 60
"""Pages with ids that an organiser or supervisor can open, at least."""
WHOLE_INSTALLATION = {"Holiday"}
"""Models whose rows hold everywhere."""


@dataclass
class Nodes:
    """An installation of four offices, with a browser for each role of each."""

    world: World
    desks: Mapping[tuple[str, str], Desk]
    names: frozenset[str]
    """What stands on pages of 东县 and nowhere else: ids, and names of its people."""

    def close(self, *, closed: bool) -> None:
        """Close 东县 to those above, or open it to them."""
        with self.world.database.writing() as session:
            session.execute(sa.update(Office).where(Office.id == EAST).values(is_closed=closed))


@pytest.fixture(scope="module")
def world(lived_in: World) -> World:
    """The installation that is furnished."""
    return lived_in


@pytest.fixture(scope="module")
def nodes(world: World) -> Nodes:
    """All that the world has, moved to 东县."""
    made = world.furnished
    assert made
    world.places |= {
        "order_id": made.order_id, "action_id": made.action_id, "extension_id": made.extension_id,
        "file_id": made.file_id, "notice_id": made.notice_id,
    }  # fmt: skip
    with world.database.writing() as session:
        for place, (office, parent) in enumerate(PARENTS.items()):
            session.add(Office(id=office, parent_id=parent, name=f"机构{office}", position=place, is_closed=False))
            session.flush()
        tokens.create(Acting(session, MORNING, ZHANG), WantedToken("程序", Scope.LEADERS, 90))
        for model in OfOffice.__subclasses__():
            session.execute(sa.update(model).values(office_id=EAST))
        session.add(RegisteredUnit(id="kept", office_id=EAST, position=0, name="文化馆", code=""))
        world.places |= {"office_id": EAST, "registered_id": "kept"}
        names = _names(session)
        for office in (ROOT, *PARENTS):
            session.add_all(_newcomer(role, office) for role in (*ROLES, HELPER))
            session.flush()
            session.add(StaffUnit(staff_id=f"id{_login(HELPER, office)}", unit_id=world.places["unit_id"]))
        world.places |= {"consent_id": session.scalars(sa.text("SELECT id FROM consent")).first() or ""}
        world.places |= {"token_id": session.scalars(sa.text("SELECT id FROM reader_token")).one()}
    pairs = [(office, role) for office in (ROOT, *PARENTS) for role in (*ROLES, HELPER)]
    return Nodes(world, {pair: _desk(world, *pair) for pair in pairs}, names)


def _desk(world: World, office: str, role: str) -> Desk:
    return Desk(another_client(world.desks["nobody"].client), world.database, world.folder, _login(role, office))


def _login(role: str, office: str) -> str:
    return f"{role.replace(' ', '-')}-{office}"


def _asking(allowed: frozenset[str]) -> list[str]:
    """Return who asks for a route that lets these in: who is bound as liaison only where that does not let him in."""
    return [*sorted(allowed), *([HELPER] if "scrutineer" in allowed and "liaison" not in allowed else [])]


def _newcomer(role: str, office: str) -> Staff:
    login = _login(role, office)
    return Staff(
        id=f"id{login}", login=login, name="外人", roles=set(role.split()), office_id=office, created_at=MORNING
    )


def _names(session: sa.orm.Session) -> frozenset[str]:
    columns = ("campaign.id", "round.id", "staff.name", "reader_token.id", "consent.id", "remedial_order.id")
    return frozenset(
        str(value)
        for table, column in (name.split(".") for name in columns)
        for value in session.execute(sa.select(Base.metadata.tables[table].c[column])).scalars()
    )


def outsiders(nodes: Nodes, office: str, routes: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, Response]]:
    """Ask for every route that leads to something of 东县 from another office, as every role that the table lets in."""
    for route, allowed in routes.items():
        method, path = route.split(" ")
        if "nobody" in allowed or not any(f"{{{name}}}" in path for name in ANCHORS):
            continue
        address = nodes.world.address(path, RoundState.PUBLISHED)
        for role in _asking(allowed):
            desk = nodes.desks[office, role]
            data = {TOKEN_FIELD: desk.form_token} if method == "POST" else None
            yield f"{office} {role} {route}", desk.client.request(method, address, headers=JSON, data=data)


def reached(nodes: Nodes, office: str, routes: Mapping[str, frozenset[str]] = ACCESS) -> dict[str, object]:
    """Return what was answered otherwise than by 404."""
    return {
        name: (answer.status_code, answer.text[:80])
        for name, answer in outsiders(nodes, office, routes)
        if answer.status_code != 404 or answer.json().get("error") != "not_found"
    }


@pytest.mark.parametrize("office", [WEST, TOWN])
def test_others_get_404_from_every_route(nodes: Nodes, office: str) -> None:
    before = nodes.world.dump()
    assert reached(nodes, office) == {}
    assert nodes.world.dump() == before


def test_so_do_those_above_a_closed_office(nodes: Nodes) -> None:
    nodes.close(closed=True)
    try:
        assert reached(nodes, ROOT) == {}
        assert shown(nodes, ROOT) == {}
    finally:
        nodes.close(closed=False)


LISTS = [route for route in ACCESS if route.startswith("GET ") and "{" not in route and "nobody" not in ACCESS[route]]


def shown(nodes: Nodes, office: str) -> dict[str, list[str]]:
    """Return which pages without an id show anything of 东县 to another office."""
    found: dict[str, list[str]] = {}
    for route in LISTS:
        for role in _asking(ACCESS[route]):
            answer = nodes.desks[office, role].get(route.removeprefix("GET "))
            if told := sorted(name for name in nodes.names if name in answer.text):
                found[f"{office} {role} {route}"] = told[:3]
    return found


@pytest.mark.parametrize("office", [WEST, TOWN])
def test_lists_show_nothing_of_other_offices(nodes: Nodes, office: str) -> None:
    assert shown(nodes, office) == {}


@pytest.mark.parametrize("office", [EAST, ROOT])
def test_its_own_people_and_those_above_see_it(nodes: Nodes, office: str) -> None:
    """Else the pages above would be empty for any reason."""
    pages = {route: ACCESS[route] & {"organiser", "supervisor"} for route in ACCESS if route.startswith("GET")}
    answers = [answer.status_code for _, answer in outsiders(nodes, office, pages)]
    assert answers.count(200) > SEEN, answers
    lists = shown(nodes, office)
    for route in ("GET /rounds", "GET /campaigns", "GET /results", "GET /rectification", "GET /staff", "GET /tokens"):
        assert f"{office} organiser {route}" in lists
    assert f"{office} auditor GET /audit" in lists


@pytest.mark.parametrize("office", [WEST, TOWN])
def test_who_speaks_for_a_unit_of_another_office_reads_there_as_its_liaison(nodes: Nodes, office: str) -> None:
    desk, places = nodes.desks[office, HELPER], nodes.world.places
    listed = desk.get("/results").text
    assert nodes.world.rounds[RoundState.PUBLISHED] in listed
    assert desk.get(f"/campaigns/{places['campaign_id']}/board").status_code == 200
    assert desk.get(f"/rounds/{nodes.world.rounds[RoundState.PUBLISHED]}").status_code == 404


def test_a_token_reads_only_its_office(nodes: Nodes) -> None:
    world = nodes.world
    with world.database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        wanted = {
            office: WantedToken(f"程序{office}", Scope.LEADERS, 90, office_id=office) for office in (EAST, WEST, ROOT)
        }
        secrets = {office: tokens.create(acting, each) for office, each in wanted.items()}
    published = world.rounds[RoundState.PUBLISHED]
    for office, secret in secrets.items():
        headers = {"authorization": f"Bearer {secret}"}
        listed = world.desks["nobody"].client.get("/api/v2/results", headers=headers).json()["results"]
        one = world.desks["nobody"].client.get(f"/api/v2/results/{published}", headers=headers)
        assert (bool(listed), one.status_code) == ((False, 404) if office == WEST else (True, 200)), office


def _braced(path: str) -> list[str]:
    return [f"{{{part.split('}')[0]}}}" for part in path.split("{")[1:]]


def test_every_address_says_whose_it_is(world: World) -> None:
    for route in sorted(served(world)):
        if "nobody" not in ACCESS[route]:
            check_parameters(dict.fromkeys(part[1:-1] for part in _braced(route)))


def test_an_address_of_nobody_is_refused() -> None:
    with pytest.raises(RuntimeError, match="whose is this"):
        check_parameters({"thing_id": "x"})
    with pytest.raises(RuntimeError, match="whose is this"):
        check_parameters({"unit_id": "x"})


def test_a_route_that_reads_past_its_desk_is_found(nodes: Nodes) -> None:
    """The walk must be able to fail."""
    planted = APIRouter()

    @planted.get("/planted/{round_id}")
    def _past_the_desk(request: Request, round_id: str) -> str:
        RoleGuard(frozenset(ROLES))(request)
        with request.app.state.database.reading() as session:
            return str(session.scalar(sa.text("SELECT title FROM round WHERE id = :id"), {"id": round_id}))

    routes = nodes.world.api.router.routes
    kept = list(routes)
    routes[:0] = planted.routes
    try:
        assert reached(nodes, WEST, {"GET /planted/{round_id}": frozenset({"organiser"})})
    finally:
        routes[:] = kept


def test_every_model_says_to_whom_its_rows_belong() -> None:
    """A column that leads to an office, a campaign or a round makes its model one that sessions of staff cut."""
    marks = {"office_id": OfOffice, "campaign_id": OfCampaign, "round_id": OfRound}
    bare = {
        f"{mapper.class_.__name__}.{name}"
        for mapper in Base.registry.mappers
        for name in marks
        if mapper.class_.__name__ not in WHOLE_INSTALLATION
        and name in mapper.local_table.c
        and not issubclass(mapper.class_, tuple(marks.values()))
    }
    assert bare == set()


@pytest.mark.parametrize("target", [WEST, ROOT, "nowhere"])
def test_nothing_of_an_office_is_moved_to_one_beyond_its_reach(nodes: Nodes, target: str) -> None:
    """The organiser of 东县 is told that there is no such choice, and all other roles have no such page."""
    places, before = nodes.world.places, nodes.world.dump()
    for role in ROLES:
        desk = nodes.desks[EAST, role]
        for address in (f"/campaigns/{places['campaign_id']}/office", f"/staff/{places['staff_id']}/office"):
            answer = desk.post_once(address, office=target)
            assert answer.status_code == (422 if role == "organiser" else 403), (role, address)
    assert nodes.world.dump() == before
