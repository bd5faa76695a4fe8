"""Walls stand between booth and desk: whoever holds all of the desk's tables holds up no voter."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from app.core.db import Base, Database, connect_file
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from tests.booth.phones import SAME_SITE
from tests.factories import OpenRound, count_box, make_open_round
from tests.phones import HEADERS, fill_in

PATIENCE_SECONDS = 60


@pytest.fixture
def place(database: Database, settings: Settings) -> OpenRound:
    return make_open_round(database, KeyFolder(settings.data / "keys"), codes_each=3)


@contextmanager
def desk_held(database: Database) -> Iterator[None]:
    """Hold all of the desk's tables, so that nobody reads or writes a row of them."""
    if database.is_sqlite:
        with closing(connect_file(Path(str(database.engine.url.database)))) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            yield
        return
    tables = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
    with database.engine.connect() as connection:
        connection.exec_driver_sql(f"LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")
        yield


def test_it_works(client: TestClient, database: Database, place: OpenRound) -> None:
    """Entry, paper and cast, from the first on; the desk answers nobody meanwhile."""
    answers: list[int] = []

    def vote() -> None:
        for filled in fill_in(place):
            paper = client.post("/v/paper", data={"code": filled.code, "lang": "zh"}, headers=SAME_SITE)
            cast = client.post("/v/cast", content=filled.body(), headers=HEADERS)
            answers.extend((client.get("/v").status_code, paper.status_code, cast.status_code))

    with desk_held(database):
        voters = threading.Thread(target=vote, daemon=True)
        voters.start()
        voters.join(PATIENCE_SECONDS)
        assert not voters.is_alive(), "a voter waits for the desk"
        assert not _is_read(database)
    assert _is_read(database)
    assert answers == [200] * 3 * len(list(fill_in(place)))
    assert count_box(database, place.id) == (6, 6)


def _is_read(database: Database) -> bool:
    """Whether the desk answers at once."""
    soon = "PRAGMA busy_timeout=10" if database.is_sqlite else "SET LOCAL lock_timeout=10"
    try:
        with database.reading() as session:
            session.execute(sa.text(soon))
            session.execute(sa.text("SELECT count(*) FROM round"))
    except OperationalError:
        return False
    return True
