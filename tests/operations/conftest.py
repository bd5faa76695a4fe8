"""A demo installation on each database, served by a real server in a thread."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import uvicorn

from app.core.clock import utc_now
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import create_app
from app.operations import demo
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
