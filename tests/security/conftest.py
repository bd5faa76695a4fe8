"""Installations that several tests look at and none may change: made once for each kind of database, and copied."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.office.workshop import Workshop
from tests.conftest import fresh_postgresql
from tests.kept import forget_results
from tests.security.world import Made, World, enter_world, furnished, populated

FILE = "manyidu.sqlite3"


@pytest.fixture(scope="session")
def made_sqlite(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Made:
    """One round in every state."""
    data = tmp_path_factory.mktemp("made")
    shutil.copyfile(sqlite_template, data / FILE)
    return populated(f"sqlite:///{data / FILE}", data)


@pytest.fixture(scope="session")
def made_postgresql(tmp_path_factory: pytest.TempPathFactory, postgresql_server: tuple[str, Path]) -> Iterator[Made]:
    """The same on a server."""
    with fresh_postgresql(postgresql_server[0]) as url:
        yield populated(url, tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="session")
def furnished_sqlite(tmp_path_factory: pytest.TempPathFactory, made_sqlite: Made) -> Iterator[Made]:
    """A copy with all that hangs on an order."""
    data = tmp_path_factory.mktemp("furnished") / "data"
    with copied(made_sqlite, data) as url:
        yield furnished(url, data, made_sqlite)


@pytest.fixture(scope="session")
def furnished_postgresql(tmp_path_factory: pytest.TempPathFactory, made_postgresql: Made) -> Iterator[Made]:
    """The same on a server."""
    data = tmp_path_factory.mktemp("furnished") / "data"
    with copied(made_postgresql, data) as url:
        yield furnished(url, data, made_postgresql)


@contextmanager
def copied(made: Made, data: Path) -> Iterator[str]:
    """Yield the address of a copy in the folder ``data``."""
    shutil.copytree(made.data, data)
    if (data / FILE).exists():
        yield f"sqlite:///{data / FILE}"
        return
    prefix, slash, name = made.url.rpartition("/")
    with fresh_postgresql(prefix + slash, name) as url:
        yield url


@contextmanager
def entered(made: Made, folder: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """Yield a copy with everybody at his browser; nothing is kept of what others of its copies showed."""
    workshop: Workshop = request.getfixturevalue("workshop")
    forget_results()
    with copied(made, folder / "data") as url, enter_world(url, folder / "data", workshop, made) as world:
        world.thorough = request.config.getoption("--all-databases")
        yield world


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One round in every state, for the tests of one module."""
    with entered(request.getfixturevalue(f"made_{request.param}"), tmp_path_factory.mktemp("world"), request) as found:
        yield found


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def lived_in(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The same with all that can hang on an order."""
    made = request.getfixturevalue(f"furnished_{request.param}")
    with entered(made, tmp_path_factory.mktemp("world"), request) as found:
        yield found
