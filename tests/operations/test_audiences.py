"""Booth and desk apart: what stands in one process is unknown to the other, and the booth cannot write to the desk."""

import http.client
import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from app.core.audiences import Audience
from app.core.clock import utc_now
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import build_api, wrap
from tests.conftest import BASE_URL
from tests.factories import count_box, make_open_round
from tests.forked import run
from tests.phones import fill_in, send
from tests.postgresql import free_port
from tests.publication import counted
from tests.security.access import ACCESS, EVERYONE
from tests.servers import ROOT, Server, served
from tests.waiting import wait_until

OF_STAFF_BUT_OPEN = {"GET /login", "POST /login", "GET /welcome/{token}", "POST /welcome/{token}"}
SHARED = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
EMBEDDED = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def routes(settings: Settings, audience: Audience) -> set[str]:
    api = build_api(settings, utc_now, audiences={audience})
    found = {
        f"{method} {context.path}"
        for context in iter_route_contexts(api.routes)
        for method in (context.methods or {"GET"}) - {"HEAD", "OPTIONS"}
    }
    api.state.database.engine.dispose()
    return found


@EMBEDDED
def test_it_works(settings: Settings, database: Database) -> None:
    booth, desk = routes(settings, Audience.BOOTH), routes(settings, Audience.DESK)
    assert database.is_sqlite
    assert booth | desk == set(ACCESS) | {"GET /"}
    assert booth & desk == {"GET /healthz", "GET /language", "GET /static", "GET /"}
    for_staff = {route for route, allowed in ACCESS.items() if allowed != EVERYONE} | OF_STAFF_BUT_OPEN
    assert not (booth & for_staff) - {"GET /"}, "a route of staff stands in the booth's process"


def test_the_booth_answers_voters_and_cannot_write_to_the_desk(settings: Settings, database: Database) -> None:
    hall = make_open_round(database, KeyFolder(settings.data / "keys"), codes_each=2)
    api = build_api(settings, utc_now, audiences={Audience.BOOTH})
    with TestClient(wrap(api, settings), base_url=BASE_URL, follow_redirects=False) as phone:
        assert phone.get("/").headers["location"] == "/v"
        for page in ("/v", "/notices", "/verify", "/healthz"):
            assert phone.get(page).status_code == 200, page
        for page in ("/login", "/rounds", "/audit", "/staff"):
            assert phone.get(page).status_code == 404, page
        headers = {"content-type": "application/json", "x-manyidu": "1"}
        for filled in fill_in(hall):
            assert phone.post("/v/cast", content=filled.body(), headers=headers).status_code == 200
        with pytest.raises(DBAPIError, match=r"(?i)read.?only"), api.state.database.writing() as session:
            session.execute(sa.text("DELETE FROM campaign"))
    assert count_box(database, hall.id) == (4, 4)


def test_the_booth_makes_the_notice_of_a_public_result(settings: Settings, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes(), "public")
    api = build_api(settings, utc_now, audiences={Audience.BOOTH})
    with TestClient(wrap(api, settings), base_url=BASE_URL) as phone:
        answer = phone.get(f"/notices/{round_id}/notice.pdf")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-")


def get(server: Server, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def test_two_processes_serve_one_installation(settings: Settings, database: Database, tmp_path: Path) -> None:
    hall = make_open_round(database, KeyFolder(settings.data / "keys"), codes_each=1)
    booth_place, desk_place = tmp_path / "booth", tmp_path / "desk"
    booth_place.mkdir()
    desk_place.mkdir()
    with (
        served(settings.data, settings.database_url, desk_place, "serve --only desk") as desk,
        served(settings.data, settings.database_url, booth_place, "serve --only booth") as booth,
    ):
        assert (get(desk, "/login"), get(desk, "/v")) == (200, 404)
        assert (get(booth, "/login"), get(booth, "/v")) == (404, 200)
        for filled in fill_in(hall):
            phone = http.client.HTTPConnection("127.0.0.1", booth.port, timeout=30)
            assert send(phone, filled)[0] == 200
            phone.close()
        assert "welcome" not in booth.log.read_text("utf-8"), "the first link is the desk's to give"
    assert count_box(database, hall.id) == (2, 2)


@SHARED
def test_several_workers_share_a_port(settings: Settings, database: Database, tmp_path: Path) -> None:
    hall = make_open_round(database, KeyFolder(settings.data / "keys"), codes_each=10)
    with served(settings.data, settings.database_url, tmp_path, "serve --workers 2") as server:
        children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text("utf-8").split()
        assert len(children) >= 2
        for filled in fill_in(hall):
            phone = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            assert send(phone, filled)[0] == 200
            phone.close()
    assert count_box(database, hall.id) == (20, 20)
    wait_until(lambda: not [child for child in children if Path(f"/proc/{child}/exe").exists()])  # none outlives it


@EMBEDDED
def test_it_refuses_several_workers_on_an_embedded_database(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MANYIDU_DATABASE_URL", settings.database_url)
    line = [sys.executable, "-m", "app", "serve", "--workers", "2", "--data", str(settings.data)]
    end, _, complained = run([*line, "--port", str(free_port())], cwd=ROOT)
    assert end == 1
    assert complained.splitlines()[-1].startswith("manyidu: --workers=2: several processes need PostgreSQL")
    assert "Traceback" not in complained


def is_healthy(port: int, **settings: str) -> bool:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MANYIDU_")} | settings
    command = [sys.executable, "-m", "app", "healthy", "--port", str(port)]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


@EMBEDDED
@pytest.mark.usefixtures("database")
def test_who_serves_says_so_by_whatever_address_it_is_reached(settings: Settings, tmp_path: Path) -> None:
    """A desk with an address of its own, and a service on another port than usual, were never healthy."""
    apart = {"MANYIDU_BASE_URL": "https://vote.example.cn", "MANYIDU_DESK_URL": "https://desk.example.cn"}
    for audience in Audience:
        command = f"serve --only {audience}"
        with served(settings.data, settings.database_url, tmp_path, command, None, "app", **apart) as server:
            assert is_healthy(server.port, **apart), audience
        assert not is_healthy(server.port, **apart), audience
    with served(settings.data, settings.database_url, tmp_path) as server:
        assert is_healthy(server.port)
