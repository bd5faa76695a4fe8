"""A demo installation on each database, served by a real server in a thread."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
import uvicorn
from sqlalchemy.engine import make_url

from app.core.clock import utc_now
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import create_app
from app.operations import demo
from tests import cast
from tests.conftest import BASE_URL, fresh_postgresql
from tests.postgresql import free_port


@dataclass(frozen=True)
class Running:
    """A served demo."""

    settings: Settings
    url: str
    demo: demo.Demo


KEPT = "template_demo"


class Demos:
    """The demo: made once for each kind of database, for it holds three votes, and then copied."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[str, demo.Demo] = {}

    def put(self, settings: Settings) -> demo.Demo:
        """Put the demo into an empty installation that nobody is connected to yet."""
        url = make_url(settings.database_url)
        kind, own = url.get_backend_name(), str(url.database)
        if kind in self._made:
            shutil.copytree(self._folder / kind, settings.data, dirs_exist_ok=True)
            _copy(url, KEPT, own)
        else:
            self._made[kind] = _make_demo(settings)
            shutil.copytree(settings.data, self._folder / kind)
            _copy(url, own, KEPT)
        return self._made[kind]


def _make_demo(settings: Settings) -> demo.Demo:
    settings.data.mkdir(exist_ok=True)
    keys = KeyFolder(settings.data / "keys")
    database = Database(make_engine(settings.database_url), keys)
    made = demo.make(database, keys, settings.data, utc_now())
    database.engine.dispose()
    return made


def _copy(url: sa.URL, source: str, target: str) -> None:
    """Copy a PostgreSQL database over another; an SQLite file lies in the folder that is copied."""
    if url.get_backend_name() == "sqlite":
        return
    admin = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {target} TEMPLATE {source}")
    admin.dispose()


@pytest.fixture(scope="session")
def demos(tmp_path_factory: pytest.TempPathFactory) -> Demos:
    return Demos(tmp_path_factory.mktemp("demos"))


@pytest.fixture
def made_demo(settings: Settings, demos: Demos) -> demo.Demo:
    return demos.put(settings)


@pytest.fixture
def running(settings: Settings, made_demo: demo.Demo) -> Iterator[Running]:
    port = free_port()
    here = Settings(data=settings.data, MANYIDU_DATABASE_URL=settings.database_url, base_url=f"http://127.0.0.1:{port}")
    server = uvicorn.Server(uvicorn.Config(create_app(here), port=port, log_level="critical", access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.02)
    yield Running(here, here.base_url, made_demo)
    server.should_exit = True
    thread.join()


@pytest.fixture
def ready(database: Database) -> str:
    """A frozen round with slips and keys, and staff with passwords."""
    return cast.make_prepared(database)


@dataclass(frozen=True)
class Elsewhere:
    """An empty installation, to restore a backup into: on a database of the same kind, with a folder of its own."""

    settings: Settings
    database: Database

    @property
    def keys(self) -> KeyFolder:
        """Its key folder."""
        return KeyFolder(self.settings.data / "keys")


@pytest.fixture
def elsewhere(
    request: pytest.FixtureRequest, settings: Settings, tmp_path: Path, sqlite_template: Path
) -> Iterator[Elsewhere]:
    data = tmp_path / "elsewhere"
    data.mkdir()
    if settings.is_sqlite:
        shutil.copyfile(sqlite_template, data / "manyidu.sqlite3")
        yield from installed(data, f"sqlite:///{data / 'manyidu.sqlite3'}")
        return
    prefix, _ = request.getfixturevalue("postgresql_server")
    with fresh_postgresql(prefix) as url:
        yield from installed(data, url)


@pytest.fixture
def untouched(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> Iterator[Elsewhere]:
    """An installation whose database has not even a schema, as a restore mostly finds it."""
    data = tmp_path / "untouched"
    data.mkdir()
    if settings.is_sqlite:
        yield from installed(data, f"sqlite:///{data / 'manyidu.sqlite3'}")
        return
    prefix, _ = request.getfixturevalue("postgresql_server")
    with fresh_postgresql(prefix, "template0") as url:
        yield from installed(data, url)


def installed(data: Path, url: str) -> Iterator[Elsewhere]:
    place = Settings(data=data, MANYIDU_DATABASE_URL=url, base_url=BASE_URL)
    database = Database(make_engine(place.sqlalchemy_url), KeyFolder(data / "keys"))
    yield Elsewhere(place, database)
    database.engine.dispose()
