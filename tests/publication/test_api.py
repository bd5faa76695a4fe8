"""The interface for programs: the same figures as the pages, by token alone, described in OpenAPI."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
import schemathesis
from httpx import Response
from hypothesis import HealthCheck
from hypothesis import settings as bounds
from pydantic import TypeAdapter
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as ScopeOfCall

from app.accounts.models import Staff
from app.campaigns.domain import Denominator, Formula
from app.campaigns.models import Unit
from app.core.acting import Acting
from app.core.db import Database
from app.publication import api_v1, api_v2, service, tokens
from app.publication.api_shapes import FlatResult, Result, ResultLine, TargetResult, UnitResult
from app.publication.domain import ORGANISERS_ONLY, Scope, Viewer, unit_of
from app.publication.read_log import reads_of
from app.publication.reads import ledger_of
from app.publication.tokens import WantedToken
from app.rounds.reads import get_round
from app.tally.flat import flattened
from tests.conftest import BASE_URL, MORNING, TestClock
from tests.publication import counted
from tests.tally.cast import Json, section_of, with_units

PATH, FIRST = "/api/v2/results", "/api/v1/results"
TARGET = "/{round_id}/sections/{section}/targets/{target}"
UNIT = "/{round_id}/units/{unit_id}"
Case = schemathesis.Case[Any]
Interface = Any
"""What schemathesis makes of a description."""


@dataclass(frozen=True, slots=True)
class Program:
    """A program with a token of ours."""

    client: TestClient
    secret: str

    def ask(self, path: str = "", api: str = PATH) -> Response:
        """Ask with the token."""
        answer: Response = self.client.get(f"{api}{path}", headers={"authorization": f"Bearer {self.secret}"})
        return answer

    def read(self, path: str = "", api: str = PATH) -> Json:
        """Ask for what there must be."""
        answer = self.ask(path, api)
        assert answer.status_code == 200, answer.text
        return answer.json()


def program(client: TestClient, database: Database, scope: Scope, *units: str, leader: str = "") -> Program:
    with database.writing() as session:
        wanted = WantedToken(f"程序（{scope.value}）{leader}", scope, 90, frozenset(units), leader)
        return Program(client, tokens.create(Acting(session, MORNING, counted.ZHANG), wanted))


def name_units(database: Database, round_id: str, *unit_ids: str) -> None:
    """Enter units of a round's paper in its campaign."""
    with database.writing() as session:
        campaign_id = get_round(session, round_id).campaign_id
        for place, unit_id in enumerate(unit_ids):
            session.add(Unit(id=unit_id, campaign_id=campaign_id, position=place, name=unit_id))


def document_for(database: Database, round_id: str, viewer: Viewer) -> Json:
    with database.reading() as session:
        return counted.result_for(session, round_id, viewer).document


def every_path(round_id: str) -> list[str]:
    """Return all addresses of both versions about a round of one section."""
    paths = [PATH, f"{PATH}/{round_id}", f"{PATH}/{round_id}/sections/main/targets/u0"]
    return [*paths, FIRST, f"{FIRST}/{round_id}", f"{FIRST}/{round_id}/units/u0"]


checker: Callable[[object], TypeAdapter[Any]] = cache(TypeAdapter)
"""What checks a shape takes a while to be made: once, and only where it is asked."""


def mirrored(shape: object, body: Json) -> None:
    """Hold an answer against its shape: nothing is missing, nothing is more, nothing is of another kind."""
    written = checker(shape).dump_python(checker(shape).validate_python(body), mode="json")
    moments = {"published_at": written["published_at"]}  # written down in another of the two usual ways
    assert written == {**body, **moments}


def kinds() -> Iterator[counted.Votes]:
    """Yield rounds of every kind: large, small, weighted, uniform, too few back, other formulas, with intervals."""
    paper = counted.make_paper()
    parts = dict.fromkeys((group.id for group in paper.groups), Fraction(25, 2))
    yield counted.make_votes()
    yield counted.make_votes(counted.make_paper(form="t1"), 0.35)
    yield counted.make_votes(counted.make_paper(form="t4"), 0.6, remarks=30)
    yield counted.make_votes(counted.make_paper(("县文化馆", "广播站"), {"党代表": 7, "人大代表": 40, "社区代表": 6}))
    yield counted.make_votes(counted.make_paper(("县文化馆",), {"群众": 200}), 0.5, opinions=((100, 0, 0, 0, 0),))
    yield counted.make_votes(counted.make_paper(("县文化馆",), {"群众": 4}))
    yield counted.make_votes(replace(paper, scheme=replace(paper.scheme, weights=parts)))
    yield counted.make_votes(replace(paper, scheme=replace(paper.scheme, intervals=True)), 0.5)
    yield counted.make_votes(replace(paper, scheme=replace(paper.scheme, formula=Formula(3, Denominator.EXPECTED))))


def test_it_works(client: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    reader = program(client, database, Scope.LEADERS)
    [line] = reader.read()["results"]
    assert (line["round_id"], line["scope"], line["version"], line["reason"]) == (round_id, "leaders", 1, "")
    assert (line["title"], line["organisation"]) == ("群众满意度测评", "县文化局")
    found = reader.read(f"/{round_id}")
    assert {key: found[key] for key in ("digest", "code", "version")} == {
        key: line[key] for key in ("digest", "code", "version")
    }
    unit = section_of(found["document"])["targets"][3]
    assert reader.read(f"/{round_id}/sections/main/targets/{unit['id']}")["target"] == unit
    [flat] = [each for each in flattened(found["document"])["units"] if each["id"] == unit["id"]]
    assert reader.read(f"/{round_id}/units/{unit['id']}", FIRST)["unit"] == flat


@pytest.mark.parametrize("kind", range(9))
def test_answers_have_the_shape_that_is_described(client: TestClient, database: Database, kind: int) -> None:
    round_id = counted.store_published(database, list(kinds())[kind], "leaders")
    reader = program(client, database, Scope.LEADERS)
    [line] = reader.read()["results"]
    mirrored(ResultLine, line)
    mirrored(Result, reader.read(f"/{round_id}"))
    mirrored(TargetResult, reader.read(f"/{round_id}/sections/main/targets/u0"))
    assert reader.read(api=FIRST)["results"] == [line]
    mirrored(FlatResult, reader.read(f"/{round_id}", FIRST))
    mirrored(UnitResult, reader.read(f"/{round_id}/units/u0", FIRST))


@pytest.mark.parametrize("kind", range(9))
def test_its_figures_are_those_of_the_pages(client: TestClient, database: Database, kind: int) -> None:
    round_id = counted.store_published(database, list(kinds())[kind])
    found = program(client, database, Scope.LEADERS).read(f"/{round_id}")["document"]
    own = document_for(database, round_id, counted.READER)
    for unit in section_of(own)["targets"]:
        told = [note for note in unit["notes"] if note["code"] not in ORGANISERS_ONLY]
        assert unit_of(section_of(found)["targets"], unit["id"]) == {**unit, "notes": told}
    assert with_units(found, []) == with_units(own, [])


def test_a_unit_s_token_reads_that_unit_alone(client: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes(), "unit")
    name_units(database, round_id, "u2", "u5")
    reader = program(client, database, Scope.UNIT, "u2")
    found = reader.read(f"/{round_id}")
    mirrored(Result, found)
    assert [unit["id"] for unit in section_of(found["document"])["targets"]] == ["u2"]
    assert found["digest"] is None
    assert [line["digest"] for line in reader.read()["results"]] == [None]
    for unit_id, status in (("u2", 200), ("u5", 404), ("nowhere", 404)):
        assert reader.ask(f"/{round_id}/sections/main/targets/{unit_id}").status_code == status
        assert reader.ask(f"/{round_id}/units/{unit_id}", FIRST).status_code == status
    assert reader.ask(f"/{round_id}/sections/other/targets/u2").status_code == 404


@pytest.mark.parametrize(("scope", "released"), [(Scope.PARTICIPANTS, "participants"), (Scope.PUBLIC, "public")])
def test_the_wider_circle_reads_bands(client: TestClient, database: Database, scope: Scope, released: str) -> None:
    round_id = counted.store_published(database, counted.make_votes(), "leaders", released)
    reader = program(client, database, scope)
    found = reader.read(f"/{round_id}")
    mirrored(Result, found)
    with database.reading() as session:
        assert found["document"] == counted.bands_for(session, round_id, Viewer(scope)).document
    assert {key for unit in section_of(found["document"])["targets"] for key in unit} == {
        "id",
        "name",
        "position",
        "band",
    }
    assert (found["digest"], found["reason"]) == (None, "")
    mirrored(FlatResult, reader.read(f"/{round_id}", FIRST))
    mirrored(UnitResult, reader.read(f"/{round_id}/units/u1", FIRST))
    unit = reader.read(f"/{round_id}/sections/main/targets/u1")
    mirrored(TargetResult, unit)
    assert set(unit["target"]) == {"id", "name", "position", "band"}


def test_a_token_reads_in_its_scope_only(client: TestClient, database: Database) -> None:
    """What is released to one scope opens to no other; participants alone also read what is public."""
    opened = {
        Scope.LEADERS: {"leaders"},
        Scope.UNIT: {"unit"},
        Scope.PARTICIPANTS: {"participants", "public"},
        Scope.PUBLIC: {"public"},
    }
    rounds = {
        released: counted.store_published(database, counted.make_votes(), released)
        for released in ("organisers", "leaders", "unit", "participants", "public")
    }
    name_units(database, rounds["unit"], "u0")
    for scope, seen in opened.items():
        reader = program(client, database, scope, *(["u0"] if scope is Scope.UNIT else []))
        assert {line["round_id"] for line in reader.read()["results"]} == {rounds[name] for name in seen}
        answers = {name: reader.ask(f"/{round_id}") for name, round_id in rounds.items()}
        assert {name for name, answer in answers.items() if answer.status_code == 200} == seen
        hidden = {answer.content for name, answer in answers.items() if name not in seen}
        assert hidden == {reader.ask("/nowhere").content}, "an unreleased result looks like none"


def test_what_named_leaders_read_only_their_tokens_read(client: TestClient, database: Database) -> None:
    round_id = counted.store_counted(database, counted.make_votes())
    chen, wang = counted.new_leader(database), counted.new_leader(database, "wang")
    counted.release(database, round_id, "leaders", readers=[chen], units=["u2"])
    for_all, for_chen, for_wang = (program(client, database, Scope.LEADERS, leader=who) for who in ("", chen, wang))
    assert [reader.ask(f"/{round_id}").status_code for reader in (for_all, for_chen, for_wang)] == [404, 200, 404]
    found = for_chen.read(f"/{round_id}")
    mirrored(Result, found)
    assert [unit["id"] for unit in section_of(found["document"])["targets"]] == ["u2"]
    assert found["digest"] is None
    assert for_chen.ask(f"/{round_id}/sections/main/targets/u3").status_code == 404
    with database.writing() as session:
        session.get_one(Staff, chen).disabled = True
    assert for_chen.ask(f"/{round_id}").status_code == 401


def test_it_refuses_a_withdrawn_result(client: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    reader = program(client, database, Scope.LEADERS)
    assert reader.ask(f"/{round_id}").status_code == 200
    with database.writing() as session:
        acting = Acting(session, MORNING, counted.ZHANG)
        service.withdraw(acting, round_id, ledger_of(session, round_id)[0].id, "有误")
    assert reader.ask(f"/{round_id}").json()["error"] == "result_not_published"
    assert reader.read() == {"results": []}


def test_it_refuses_a_token_that_has_ended(client: TestClient, database: Database, clock: TestClock) -> None:
    counted.store_published(database, counted.make_votes())
    late, gone = program(client, database, Scope.LEADERS), program(client, database, Scope.PUBLIC)
    with database.writing() as session:
        [token] = [token for token in tokens.all_tokens(session) if token.scope is Scope.PUBLIC]
        tokens.revoke(Acting(session, MORNING, counted.ZHANG), token.id)
    assert (late.ask().status_code, gone.ask().status_code) == (200, 401)
    clock.now = MORNING + timedelta(days=90)
    assert late.ask().status_code == 401


def test_it_refuses_every_other_way_to_show_a_token(client: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    secret = program(client, database, Scope.LEADERS).secret
    schemes = ("{}", "Basic {}", "Token {}", "Bearer  {}", "Bearer {},", "Bearer {} {}", 'Bearer "{}"')
    values = ["", "Bearer", "Bearer ", "Bearer " + "A" * 9_000, *(text.replace("{}", secret) for text in schemes)]
    for value in values:
        for path in every_path(round_id):
            answer = client.get(path, headers={"authorization": value})
            assert (answer.status_code, answer.json()["error"]) == (401, "token_refused"), value[:40]
            assert answer.headers["www-authenticate"] == "Bearer"
    twice = [("authorization", f"Bearer {secret}"), ("authorization", f"Bearer {secret}")]
    assert client.get(PATH, headers=twice).status_code == 401
    assert client.get(PATH, params={"access_token": secret}).status_code == 401
    assert client.get(PATH, headers={"authorization": f"bearer {secret}"}).status_code == 200


@pytest.mark.parametrize("role", ["organiser", "leader"])
def test_it_refuses_a_log_in(client: TestClient, database: Database, role: str) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    browser = counted.log_in(client, database, role)
    assert browser.get(f"/results/{round_id}").status_code == 200
    for path in every_path(round_id):
        answer = browser.get(path)
        assert (answer.status_code, answer.json()["error"]) == (401, "token_refused")


def test_a_token_opens_no_page(client: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    headers = {"authorization": f"Bearer {program(client, database, Scope.LEADERS).secret}"}
    assert client.get(f"/results/{round_id}", headers=headers).headers["location"] == "/login"


def test_every_refusal_is_json(client: TestClient) -> None:
    for method, path, status in (("GET", "/api/v2/nowhere", 404), ("POST", PATH, 405), ("GET", f"{PATH}?a=%00", 400)):
        answer = client.request(method, path, headers={"accept": "text/html"})
        assert answer.status_code == status
        assert set(answer.json()) == {"error", "message"}


def test_reading_is_noted(client: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes())
    reader = program(client, database, Scope.LEADERS)
    reader.read()
    reader.read(f"/{round_id}")
    reader.read(f"/{round_id}/units/u0", FIRST)
    with database.reading() as session:
        [note] = reads_of(session, round_id)
        [token] = tokens.all_tokens(session)
    assert (note.staff_id, note.staff_name, note.what) == (f"token:{token.id}", "程序（leaders）", "api")


@pytest.mark.parametrize(("path", "last"), [(PATH, TARGET), (FIRST, UNIT)])
def test_the_description_is_open_and_names_every_operation(client: TestClient, path: str, last: str) -> None:
    answer = client.get(path.replace("results", "openapi.json"))
    assert answer.status_code == 200
    described = answer.json()
    assert described["openapi"].startswith("3.1")
    signed = {} if path == FIRST else {path + "/{round_id}/signed": ["get"]}
    assert {named: list(methods) for named, methods in described["paths"].items()} == {
        **signed,
        path: ["get"],
        path + "/{round_id}": ["get"],
        path + last: ["get"],
    }
    for methods in described["paths"].values():
        assert methods["get"]["security"] == [{"token": []}]
        assert set(methods["get"]["responses"]) - {"409"} == {"200", "400", "401", "404", "503"}
    assert ("409" in described["paths"][path + last]["get"]["responses"]) == (path == FIRST)


class Stage:
    """ASGI: the application that a test has set up; schemathesis wants one before there are tests."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None

    async def __call__(self, scope: ScopeOfCall, receive: Receive, send: Send) -> None:
        """Pass on; that the application starts and ends is seen to by its own fixture."""
        if self.app is None or scope["type"] != "http":
            raise NotImplementedError(scope["type"])
        await self.app(scope, receive, send)


STAGE = Stage()
INTERFACE = schemathesis.openapi.from_dict(json.loads(bytes(api_v2.description().body)))
FIRST_INTERFACE = schemathesis.openapi.from_dict(json.loads(bytes(api_v1.description().body)))
INTERFACE.app = FIRST_INTERFACE.app = STAGE
FEW = bounds(
    max_examples=25, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # what is asked for changes nothing
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """One published result on the stage, and how to ask for it."""

    round_id: str
    secret: str

    def check(self, case: Case) -> int:
        """Ask, hold the answer against everything that schemathesis checks, and return its status."""
        headers = {"Authorization": f"Bearer {self.secret}"}
        answer = case.call_and_validate(base_url=BASE_URL, headers=headers)
        return answer.status_code


@pytest.fixture(params=[Scope.LEADERS, Scope.PUBLIC], ids=str)
def asked(client: TestClient, database: Database, request: pytest.FixtureRequest) -> Iterator[Asked]:
    """Set the stage."""
    round_id = counted.store_published(database, counted.make_votes(), request.param.value)
    STAGE.app = client.app
    yield Asked(round_id, program(client, database, request.param).secret)
    STAGE.app = None


@INTERFACE.parametrize()
@FEW
def test_whatever_is_asked_is_answered_as_described(case: Case, asked: Asked) -> None:
    assert asked.check(case) in {200, 400, 401, 404, 405}


@FIRST_INTERFACE.parametrize()
@FEW
def test_whatever_the_first_version_is_asked_is_answered_as_described(case: Case, asked: Asked) -> None:
    assert asked.check(case) in {200, 400, 401, 404, 405}


@pytest.mark.parametrize(("interface", "path", "last"), [(INTERFACE, PATH, TARGET), (FIRST_INTERFACE, FIRST, UNIT)])
def test_what_there_is_is_answered_as_described(asked: Asked, interface: Interface, path: str, last: str) -> None:
    place = {"round_id": asked.round_id}
    one = {"section": "main", "target": "u3"} if last == TARGET else {"unit_id": "u3"}
    for named, parameters in ((path, {}), (path + "/{round_id}", place), (path + last, place | one)):
        assert asked.check(interface[named]["GET"].Case(path_parameters=parameters)) == 200
