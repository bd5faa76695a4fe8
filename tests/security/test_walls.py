"""Staff work does not stop a cast (SEC-72): each route is held where it computes, and a write beside it commits.

Everybody clicks through everything for it; that this reaches every page is seen here too.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial

import psycopg
import pytest
import sqlalchemy as sa
from httpx import Response
from sqlalchemy.engine import make_url

from app.accounts import service as accounts
from app.audit.models import AuditEntry
from app.core import holding
from app.core.acting import Acting
from app.office.workshop import Craft, Order, Ticket
from app.publication import tokens
from app.publication.domain import Scope
from app.publication.tokens import WantedToken
from app.rounds.domain import RoundState
from app.rounds.reads import frozen_paper
from tests.booth.phones import SAME_SITE
from tests.booth.test_routes import FormReader, read
from tests.cast import MORNING, PASSWORD, Desk
from tests.publication.counted import ZHANG
from tests.security.access import ACCESS
from tests.security.clicking import crawl, route_of, unreached
from tests.security.test_matrix import served, states_for
from tests.security.world import LOGINS, World
from tests.waiting import wait_until

PATIENCE_SECONDS = 20
COMPUTES_NOTHING = {
    "GET /": "leads on",
    "GET /static": "files",
    "GET /healthz": "a line",
    "GET /language": "leads back",
    "GET /jobs/{job_id}/file": "hands out what was made",
    "GET /verify/verify.py": "a file",
    "GET /api/v1/openapi.json": "made once in a process",
    "GET /api/v2/openapi.json": "made once in a process",
}


@dataclass
class Beside:
    """Writes to a database from outside whenever a handler says that it is about to compute something."""

    url: str
    patience: float = PATIENCE_SECONDS
    works: int = 0
    blocked: list[str] = field(default_factory=list)
    line: psycopg.Connection | None = None
    """To a PostgreSQL server, which would start a process for each of the thousand writes of a walk."""

    def write(self) -> str:
        """Commit a write that waits for every open transaction; return what stands in its way, if anything does."""
        try:
            if self.url.startswith("sqlite"):
                self._write_sqlite()
            else:
                self._write_postgresql()
        except (sqlite3.OperationalError, AssertionError) as error:
            return f"{type(error).__name__}: {error}"
        return ""

    def _write_sqlite(self) -> None:
        """Any reader keeps this commit waiting, for it has to change the file itself."""
        path = make_url(self.url).database or ""
        with closing(sqlite3.connect(path, timeout=self.patience, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("UPDATE alembic_version SET version_num = version_num")
            connection.execute("COMMIT")

    def _write_postgresql(self) -> None:
        """Readers stop nobody here, but keep a connection and old rows: nobody else may be in a transaction."""
        if self.line is None:
            address = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
            self.line = psycopg.connect(address, autocommit=True)
        line = self.line
        wait_until(lambda: line.execute(_OTHERS).fetchone() == (0,), self.patience)
        line.execute("UPDATE alembic_version SET version_num = version_num")

    def held_here(self) -> int:
        """Stand in the place of ``holding.held_here``: write, then say what it says."""
        self.works += 1
        if told := self.write():
            self.blocked.append(told)
        return REALLY_HELD()


_OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
    AND backend_type = 'client backend'
"""
REALLY_HELD = holding.held_here


@contextmanager
def written_beside(world: World) -> Iterator[Beside]:
    """Write beside whatever computes while the block lasts."""
    made = Beside(world.settings.sqlalchemy_url)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(holding, "held_here", made.held_here)
        yield made
    if made.line is not None:
        made.line.close()


@pytest.fixture
def beside(lived_in: World) -> Iterator[Beside]:
    with written_beside(lived_in) as made:
        yield made


@dataclass
class Walk:
    """What was asked for: which routes computed something, and where a write beside them did not get through."""

    beside: Beside
    computed: set[str] = field(default_factory=set)
    wrong: dict[str, object] = field(default_factory=dict)
    answers: dict[str, dict[str, Response]] = field(default_factory=dict)
    """What was clicked to, by role and address."""

    def note(self, route: str, name: str, ask: Callable[[], Response]) -> Response:
        """Ask, and note what was seen meanwhile."""
        before, blocked = self.beside.works, len(self.beside.blocked)
        answer = ask()
        if self.beside.works > before and answer.status_code == 200:
            self.computed.add(route)
        if self.beside.blocked[blocked:]:
            self.wrong[f"{name} {route}"] = self.beside.blocked[blocked:]
        if answer.status_code >= 500:
            self.wrong[f"{name} {route}"] = answer.status_code
        return answer


def by_address(world: World, walk: Walk) -> None:
    """Ask for each page in each state by its address, as one who may: also those that no click leads to."""
    for route in sorted(served(world) - {"GET /static"}):
        method, path = route.split(" ")
        role = max(ACCESS[route], key=lambda each: (each == "organiser", each))
        for state in states_for(route) if method == "GET" else ():
            ask = partial(world.desks[role].get, world.address(path, state))
            walk.note(route, f"{role} {state}", ask)


def by_clicking(world: World, walk: Walk) -> None:
    """Click through everything, as everybody."""
    for role, desk in world.desks.items():
        walk.answers[role] = crawl(partial(_click, walk, role, desk))


def _click(walk: Walk, role: str, desk: Desk, address: str) -> Response:
    return walk.note(route_of(address), role, partial(desk.get, address))


def by_programs(world: World, walk: Walk) -> None:
    """Read results with a token."""
    with world.database.writing() as session:
        secret = tokens.create(Acting(session, MORNING, ZHANG), WantedToken("程序", Scope.LEADERS, 90))
    for route in (route for route in served(world) if "/api/" in route):
        address = world.address(route.removeprefix("GET "), RoundState.PUBLISHED)
        ask = partial(world.desks["nobody"].client.get, address, headers={"authorization": f"Bearer {secret}"})
        walk.note(route, "program", ask)


def by_waiting(world: World, walk: Walk) -> None:
    """Look at the page of a file that is being made."""
    job = Ticket(Order("job1", Craft("app.reports.making:workbook"), {"arguments": {}}))
    world.api.state.shelf.enter(job, "idzhangsan", "/jobs/job1/file")
    walk.note("GET /jobs/{job_id}", "organiser", lambda: world.desks["organiser"].get("/jobs/job1"))


def on(kind: str) -> pytest.MarkDecorator:
    """On SQLite whoever reads stops whoever writes, so that all is tried there; on PostgreSQL a page in each state."""
    return pytest.mark.parametrize("lived_in", [kind], indirect=True)


@pytest.fixture(scope="module")
def clicked(lived_in: World) -> Walk:
    """What everybody clicked through, before anything else was asked for."""
    with written_beside(lived_in) as beside:
        walk = Walk(beside)
        by_clicking(lived_in, walk)
        return walk


@on("sqlite")
def test_every_page_is_reached_by_clicking(clicked: Walk) -> None:
    wrong = {role: unreached(role, clicked.answers[role]) for role in LOGINS}
    assert wrong == {role: {} for role in LOGINS}


@on("sqlite")
def test_no_page_holds_a_transaction_while_it_is_made(lived_in: World, clicked: Walk, beside: Beside) -> None:
    walk = Walk(beside, set(clicked.computed), dict(clicked.wrong))
    for way in (by_address, by_programs, by_waiting):
        way(lived_in, walk)
    assert walk.wrong == {}
    wanted = {route for route in served(lived_in) if route.startswith("GET")} - COMPUTES_NOTHING.keys()
    assert wanted - walk.computed == set(), "never seen to compute: lead the walk there, or say why it does not"


@on("postgresql")
def test_no_page_of_a_round_in_any_state_does(lived_in: World, beside: Beside) -> None:
    walk = Walk(beside)
    by_address(lived_in, walk)
    assert walk.wrong == {}


def _forms(world: World) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield role, address and fields of forms after which something is computed, hashed, typeset or packed."""
    paper, (group, *_) = read_paper(world), world.codes[RoundState.OPEN]
    marks = {**paper.fields, **dict.fromkeys(paper.names, "1")}
    with world.database.writing() as session:
        token = accounts.create_account(session, MORNING, ZHANG, ("guanjia", "管家", "leader"))
    chosen = {"login": "guanjia", "password": PASSWORD, "again": PASSWORD}
    ready = world.rounds[RoundState.READY]
    yield "nobody", "/login", {"login": "zhangsan", "password": "wrong"}
    yield "nobody", "/login", {"login": "nosuch", "password": "wrong"}
    yield "nobody", f"/welcome/{token}", chosen
    yield "nobody", "/v/paper", {"code": world.codes[RoundState.OPEN][group][-1], "lang": "en"}
    yield "nobody", "/v/review", marks
    yield "nobody", "/v/review", {**marks, "back": "1"}
    yield "nobody", "/v/review", paper.fields
    reviewed = world.desks["nobody"].client.post("/v/review", data=marks, headers=SAME_SITE)
    yield "nobody", "/v/cast", read(reviewed, "/v/cast").fields
    yield (
        "organiser",
        f"/rounds/{ready}/slips/print",
        {f"n-{group_of(world, ready)}": "3", "backs": "1", "here_only": "1", "again": "1"},
    )
    yield "organiser", f"/rounds/{ready}/key", {"holder[]": "持有人1"}


def read_paper(world: World) -> FormReader:
    """Return the form of a paper of the open round."""
    code = next(iter(world.codes[RoundState.OPEN].values()))[-1]
    return read(world.desks["nobody"].client.post("/v/paper", data={"code": code, "lang": "zh"}, headers=SAME_SITE))


def group_of(world: World, round_id: str) -> str:
    with world.database.reading() as session:
        return frozen_paper(session, round_id)[0].groups[0].id


def test_no_form_that_is_accepted_does(lived_in: World, beside: Beside) -> None:
    walk = Walk(beside)
    for role, address, fields in _forms(lived_in):
        before = beside.works
        answer = walk.note(address, role, partial(lived_in.desks[role].post, address, **fields))
        assert beside.works > before, address
        assert answer.status_code in {200, 303, 401, 422}, address
    assert walk.wrong == {}


def test_nothing_that_is_posted_does(lived_in: World, beside: Beside) -> None:
    """Forms that are refused, so that their page is shown again with what is wrong with them."""
    walk = Walk(beside)
    for route in sorted(served(lived_in) - {"POST /logout"}):
        method, path = route.split(" ")
        role = max(ACCESS[route], key=lambda each: (each == "organiser", each))
        for state in states_for(route) if method == "POST" else ():
            ask = partial(lived_in.desks[role].post, lived_in.address(path, state))
            walk.note(route, f"{role} {state}", ask)
    assert walk.wrong == {}


def test_the_walk_finds_an_act_that_parses_within_its_transaction(
    lived_in: World, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old way, of a session that cannot begin again; nothing that was parsed before is kept for an act here."""
    monkeypatch.setattr(beside, "patience", 0.2)
    ready = lived_in.rounds[RoundState.READY]
    fields = {f"n-{group_of(lived_in, ready)}": "3", "here_only": "1", "again": "1"}
    ask = partial(lived_in.desks["organiser"].post, f"/rounds/{ready}/slips/print", **fields)
    walk = Walk(beside)
    with monkeypatch.context() as patch:
        patch.setattr("app.core.db.DeskSession.at_hand", property(lambda _: None, lambda *_: None), raising=False)
        walk.note("POST", "within", ask)
    assert walk.wrong.keys() == {"within POST"}
    walk.note("POST", "apart", ask)
    assert walk.wrong.keys() == {"within POST"}


def test_the_walk_finds_a_page_that_is_made_within_a_transaction(
    lived_in: World, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where one thread reads and another renders, which the guard cannot see; what it can see it refuses."""
    monkeypatch.setattr(beside, "patience", 0.2)
    with lived_in.database.reading() as session:
        session.scalars(sa.select(AuditEntry)).first()
        answer = lived_in.desks["nobody"].get("/login")
        assert answer.status_code == 200
        assert len(beside.blocked) == 1
        with pytest.raises(RuntimeError, match="while a transaction is held"):
            holding.hold_nothing("drawing")
    holding.hold_nothing("drawing")
