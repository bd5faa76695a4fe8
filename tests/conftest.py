"""Databases, the application and its clients for every test."""

import gc
import inspect
import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zlib import crc32

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import settings as settings_of_hypothesis
from sqlalchemy import event
from starlette.testclient import TestClient
from xdist.remote import Producer

from app.accounts import passwords
from app.box import openings
from app.core import migrate
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.memory import collect_seldom
from app.core.settings import Settings
from app.main import build_api, wrap
from app.office import children
from app.office.workshop import Workshop
from app.operations import demo
from app.rounds import players
from tests import by_hand, cast, forked, postgresql
from tests.forked import STARTING, close_nests
from tests.groups import Groups
from tests.lent import KeptConnection, Lender
from tests.one_hop import OneHop

by_hand.find_nothing_kept()
forked.allow()
settings_of_hypothesis.register_profile("untimed", deadline=None)  # a busy machine is no fault
settings_of_hypothesis.load_profile("untimed")
BASE_URL = "http://127.0.0.1:8000"
MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
COMPILED: dict[str, dict[object, object]] = {}


@contextmanager
def compiled_once() -> Iterator[None]:
    """Let all engines share what they compile: each would write the same thousand statements anew."""
    first: dict[str, sa.Dialect] = {}

    def create(url: str, **options: object) -> sa.Engine:
        engine = sa.create_engine(url, **options)
        compiled = COMPILED.setdefault(engine.dialect.name, {})
        event.listen(engine, "connect", lambda *_: first.setdefault(engine.dialect.name, engine.dialect))
        engine.dialect = first.get(engine.dialect.name, engine.dialect)
        engine.update_execution_options(compiled_cache=compiled)
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("app.core.db.create_engine", create)
        patch.setattr(psycopg, "connect", KeptConnection.connect)
        yield


@pytest.fixture(scope="session", autouse=True)
def _statements_compiled_once() -> Iterator[None]:
    """Compile each statement once for all tests."""
    with compiled_once():
        yield


@pytest.fixture(scope="session", autouse=True)
def _programs_forked() -> Iterator[None]:
    """Fork the programs that the application starts, in place of loading them anew for each test."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (openings, players):
            patch.setattr(module, "subprocess", STARTING)
        yield
    close_nests()


@pytest.fixture
def started_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start programs as the service does, where it is the start that is looked at."""
    for module in (openings, players):
        monkeypatch.setattr(module, "subprocess", subprocess)


@pytest.fixture
def children_forked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fork children of workshops that are asked to do what tests plant; others are started anew."""
    if "started_anew" not in request.fixturenames:
        monkeypatch.setattr(children, "subprocess", STARTING)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file."""
    path = tmp_path_factory.mktemp("template") / "empty.sqlite3"
    engine = make_engine(f"sqlite:///{path}")
    migrate.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[tuple[str, Path]]:
    """A running server with a migrated database named ``template_manyidu``."""
    with postgresql.server() as (prefix, data), administered(prefix) as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {TEMPLATE}")
        engine = make_engine(prefix + TEMPLATE)
        migrate.upgrade(engine)
        engine.dispose()
        _LENDERS[prefix] = Lender(prefix, connection, TEMPLATE)
        yield prefix, data


TEMPLATE = "template_manyidu"
_LENDERS: dict[str, Lender] = {}


@contextmanager
def administered(prefix: str) -> Iterator[sa.Connection]:
    """Keep one connection that makes and drops the databases of all tests: each would cost more than the copy."""
    engine = sa.create_engine(prefix + "postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def fresh_postgresql(prefix: str, template: str = TEMPLATE) -> AbstractContextManager[str]:
    """Give the address of a database that nobody had before; it is dropped afterwards."""
    return _LENDERS[prefix].own(template)


WHOLE = ("tests/operations/", "tests/box/test_crash.py", "tests/security/test_canary.py", "tests/test_migrations.py")
"""Tests that copy, remake or read a database as a whole, or end whoever is connected to it: theirs is lent to none."""


@contextmanager
def fresh_database(request: pytest.FixtureRequest, data: Path) -> Iterator[str]:
    """Yield the address of a migrated database of its own, of the kind that a fixture is asked for.

    An SQLite file lies in the folder ``data``.
    """
    if request.param == "sqlite":
        path = data / "manyidu.sqlite3"
        data.mkdir(exist_ok=True)
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    prefix, _ = request.getfixturevalue("postgresql_server")
    begun = fresh_postgresql(prefix) if request.node.nodeid.startswith(WHOLE) else _LENDERS[prefix].lent()
    with begun as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated database; a test runs on both kinds, or on one (``both_or_one``)."""
    with fresh_database(request, tmp_path / "data") as url:
        yield url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a throw-away installation."""
    return Settings(data=tmp_path / "data", MANYIDU_DATABASE_URL=database_url, base_url=BASE_URL, pool_size=20)


class TestClock:
    """A clock that stands still until a test moves it."""

    __test__ = False

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> TestClock:
    """The application's clock."""
    return TestClock()


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    """The database, without the application."""
    keys = KeyFolder(settings.data / "keys")
    database = Database(make_engine(settings.sqlalchemy_url, settings.pool_size), keys)
    yield database
    database.engine.dispose()


COSTS = "tests/accounts/"
"""Tests of what a password's hash costs."""


@pytest.fixture(autouse=True)
def _cheap_hashing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with little memory, but where the cost is tested: each log-in would renew the cheap hash of its account."""
    if not request.node.nodeid.startswith(COSTS):
        monkeypatch.setattr(passwords, "HASHER", cast.CHEAP)
        monkeypatch.setattr(demo, "HASHER", cast.CHEAP)


@pytest.fixture(scope="session")
def workshop() -> Iterator[Workshop]:
    """The workshop of all tests: its child takes seconds to start, and is told with each job which database to read."""
    shared = Workshop(seats=1, patience_seconds=120)
    yield shared
    shared.close()


def another_client(first: TestClient) -> TestClient:
    """Return one more browser of an application that ``first`` has started, with cookies of its own.

    Its requests go to the one event loop and its threads, as a server's do: by itself each request would start both.
    """
    assert first.portal
    client = TestClient(first.app, base_url=BASE_URL, follow_redirects=False)
    client.portal = first.portal
    client._transport = OneHop(first.app, first.portal)
    return client


@pytest.fixture
def new_client(settings: Settings, clock: TestClock, workshop: Workshop) -> Iterator[Callable[[], TestClient]]:
    """Make browsers (each with its own cookies) of one application."""
    with warnings.catch_warnings():
        api = build_api(settings, clock, workshop=workshop)
    app = wrap(api, settings)
    with TestClient(app, base_url=BASE_URL, follow_redirects=False) as first:
        yield lambda: another_client(first)
        first.close()


@pytest.fixture
def new_desk(new_client: Callable[[], TestClient], database: Database, settings: Settings) -> cast.Desks:
    """Log one of the cast in, in a browser of his own."""
    return lambda login: cast.Desk(new_client(), database, KeyFolder(settings.data / "keys"), login)


@pytest.fixture
def client(new_client: Callable[[], TestClient]) -> TestClient:
    """One browser without a log-in."""
    return new_client()


REAL_PARTS = {"sqlite_template", "postgresql_server", "browser", "installed"}
"""Fixtures that start a database, a browser or a server."""
STARTERS = REAL_PARTS | {
    "getfixturevalue",
    "fresh_database",
    "fresh_postgresql",
    "served",
    "running",
    "Workshop",
}
"""What a fixture, or a test, calls that starts one: most ask for theirs by the kind of database."""
LABOUR = (
    "tests/disclosure/", "tests/office/test_workbook", "tests/campaigns/test_workbook_import", "tests/slips/test_codes",
    "tests/office/test_typesetting.py::test_all_of_level_2", "tests/charts/test_sheet.py::test_all_of_level_2",
    "tests/reports/test_word", "tests/reports/test_english_files", "tests/reports/test_ruled",
    "tests/slips/test_printing", "tests/rectification/rules/test_origins",
    "tests/tally/test_monotone", "tests/tally/test_points", "tests/tally/test_totals", "tests/tally/test_composite.py",
    "tests/core/test_guesses.py::test_all_processes", "tests/operations/test_server",
)  # fmt: skip
"""Tests that ask for no real part but compute for long; ``make quick`` leaves them to ``make test``."""


def starts_real_parts(item: pytest.Item) -> bool:
    """Whether a test, or a fixture that it asks for, starts a database, a browser, a server or a child."""
    fixtures = getattr(item, "_fixtureinfo", None)
    found = [one for each in fixtures.name2fixturedefs.values() for one in each] if fixtures else []
    functions = [getattr(item, "function", None), *(one.func for one in found)]
    called = {name for function in functions for name in called_by(function)}
    return bool(STARTERS & {*called, *getattr(item, "fixturenames", ())})


@cache
def called_by(function: object) -> frozenset[str]:
    """Return the names that a function of Python calls or reads."""
    code = getattr(inspect.unwrap(function), "__code__", None) if callable(function) else None
    return frozenset(code.co_names if code else ())


RENDERING = re.compile(
    r"tests/(reports|charts|web)/|tests/rectification/(pages|documents|board)/"
    r"|test_(routes\w*|reads|charts|trends|tryout|numbers|api|merged|matrix|english_pages|liaison|called)\.py"
    r"|test_(spoken|rule_said|scope|golden)\.py"
    r"|tests/publication/test_(previous|years|sections|golden_totals|unseen|own_scores|sums|api_v1)\.py"
    r"|tests/publication/test_concluded\.py::(?!test_scores_are_made_of_what)"
    r"|tests/publication/test_composite_words\.py::(?!TestPages::test_(a_rule|whatever))"
    r"|tests/publication/test_announcing\.py::test_(programs|sections)"
    r"|tests/campaigns/test_(bad_input|rule_page)\.py|tests/rounds/test_hall_check\.py"
    r"|tests/archive/test_making\.py|tests/operations/test_verify_archive\.py"
    r"|tests/security/test_office(s|_forms)\.py"
)
"""Tests of what only reads, renders or refuses. All others write, lock, count, bound what is asked of the database,
open, back up or migrate: these run on both databases; a test of this list runs on the one that its name draws, so that
half of them run on each. Where the tests of a module look at one installation, the module's name draws."""
ONE_WORLD = "tests/operations/test_verify_archive.py"
ON_SQLITE = "tests/security/"
"""Of that list, what asks one installation for thousands of pages: on a server each costs twice as much. There
``test_walls.py`` asks for every page, and sends every form, in every state."""


MEMORY = Path("/dev/shm")  # noqa: S108
ROOM_BYTES = 2 * 1024**3


def in_memory(folder: Path) -> bool:
    """Whether files of tests can live in ``folder``: it is there, has room for them, and programs may run from it."""
    if not folder.is_dir():
        return False
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize > ROOM_BYTES and not found.f_flag & os.ST_NOEXEC


LONGEST = (
    "tests/browser/", "tests/security/test_walls", "tests/security/test_statements", "tests/security/test_memory",
    "tests/operations/test_hall", "tests/operations/test_s", "tests/test_wheel", "tests/test_crash_casting",
    "tests/box/test_openings", "tests/box/test_crash", "tests/operations/test_restore",
)  # fmt: skip
"""Tests of many seconds: they begin, lest one worker be left with them while the other has nothing to do."""


def pytest_configure() -> None:
    """Put what tests write into memory where there is room: settings stay durable, and nobody waits for a disk.

    Keep bytecode: tests start some hundred interpreters, each of which would compile the whole product.
    """
    os.environ["PYTHONDONTWRITEBYTECODE"], sys.dont_write_bytecode = "", False
    if "TMPDIR" not in os.environ and in_memory(MEMORY):
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for no garbage while tests are loaded: it took a third of that time, in every worker."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """Let the collector of cycles pass over what was imported and collected: it stays until the end.

    What tests make, application by application, is looked through seldom: it took a twelfth of their time.
    """
    gc.freeze()  # without looking for the little garbage of loading first, which took each worker a second
    collect_seldom()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Groups | None:
    """Hand groups of tests out to the workers."""
    return None if config.getvalue("dist") == "each" else Groups(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what ``make test-all`` asks for."""
    parser.addoption("--all-databases", action="store_true", help="run every test on both databases")


def runs(nodeid: str) -> bool:
    """Whether a test runs: on both databases if it writes, else on the one that its name draws."""
    found = re.search(r"\b(sqlite|postgresql)\b", nodeid.partition("[")[2])
    if found is None or not RENDERING.search(nodeid):
        return True
    if nodeid.startswith(ON_SQLITE):
        return found[1] == "sqlite"
    name = nodeid.partition("::")[0] if nodeid.startswith(ONE_WORLD) else nodeid.replace(found[1], "either")
    drawn = crc32(name.encode()) % 2
    return ("sqlite", "postgresql")[drawn] == found[1]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the second database where one is enough; the longest first; mark the tests of ``make quick``."""
    if not config.getoption("--all-databases"):
        left_out = [item for item in items if not runs(item.nodeid)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if runs(item.nodeid)]
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))
    for item in items:
        if not starts_real_parts(item) and not item.nodeid.startswith(LABOUR):
            item.add_marker("pure")
