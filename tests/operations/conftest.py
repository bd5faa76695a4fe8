"""A demo installation on each database, served by a real server in a thread."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn

from app.core.acting import Acting
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


@pytest.fixture
def made_demo(settings: Settings, database: Database) -> demo.Demo:
    settings.data.mkdir(exist_ok=True)
    return demo.make(database, KeyFolder(settings.data / "keys"), settings.data, utc_now())


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
def ready(database: Database, settings: Settings) -> str:
    """A frozen round with slips and keys, and staff with passwords."""
    folder = KeyFolder(settings.data / "keys")
    with database.writing() as session:
        people = cast.make_cast(session)
        acting = Acting(session, cast.MORNING, people["zhangsan"])
        round_id = cast.make_ready(acting)
        cast.prepare(acting, folder, round_id)
    return round_id


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


def installed(data: Path, url: str) -> Iterator[Elsewhere]:
    place = Settings(data=data, MANYIDU_DATABASE_URL=url, base_url=BASE_URL)
    database = Database(make_engine(place.sqlalchemy_url), KeyFolder(data / "keys"))
    yield Elsewhere(place, database)
    database.engine.dispose()
