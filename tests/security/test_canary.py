"""Whatever a voter's phone says about itself or its ballot is written nowhere (SEC-04, SEC-08, SEC-60).

A real server takes requests that are full of marked words, good ones and such as force errors; afterwards every byte
that it, or its database, has written is searched for them.
"""

import http.client
import resource
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from app.booth.domain import marks_to_text
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.slips.codes import format_code
from tests.ballots.stores import by_hand, literal
from tests.factories import OpenRound, count_box, make_open_round, make_paper
from tests.phones import Filled, fill_in, send
from tests.security.linkage import read_files
from tests.servers import Server, served

MARK = "kanarie"
FORM = "application/x-www-form-urlencoded"
TELLTALES = {
    "user-agent": f"Phone/{MARK}-agent",
    "accept-language": f"zh-{MARK}-language",
    "x-forwarded-for": "203.0.113.77",
    "forwarded": f"for=203.0.113.77;by={MARK}",
    "x-real-ip": "203.0.113.77",
    "x-request-id": f"{MARK}-request",
    "referer": f"http://127.0.0.1/{MARK}-referer",
    "cookie": f"id={MARK}-cookie; manyidu={MARK}.1.{MARK}",
    "sec-ch-ua-model": f"{MARK}-model",
}


class Raw(NamedTuple):
    """A request that is not a good cast."""

    method: str
    path: str
    body: bytes = b""
    kind: str = FORM


@dataclass
class Scene:
    """A hall, its server, and where everything is written."""

    database: Database
    folder: KeyFolder
    hall: OpenRound
    server: Server
    ballots: Iterator[Filled]
    places: tuple[Path, ...]

    def next_ballot(self) -> Filled:
        """Return another voter's filled paper with a marked remark."""
        return replace(next(self.ballots), remarks={1: f"{MARK} 意见 {MARK}"})

    def cast(self, filled: Filled) -> int:
        """Cast and return the status."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        status, _ = send(connection, filled, **TELLTALES)
        connection.close()
        return status

    def look_up(self, filled: Filled) -> int:
        """Ask for the paper that the code is for, and return the status."""
        body = urlencode({"code": filled.code}).encode()
        return self.ask(Raw("POST", "/v/paper", body), **{"sec-fetch-site": "same-origin"})

    def ask(self, raw: Raw, **headers: str) -> int:
        """Send any request and return the status."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        connection.request(raw.method, raw.path, raw.body, {**TELLTALES, "content-type": raw.kind, **headers})
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.status


@pytest.fixture
def scene(database: Database, settings: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Scene]:
    folder = KeyFolder(settings.data / "keys")
    hall = make_open_round(database, folder, make_paper(units=4, items=12), 20)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    places: tuple[Path, ...] = (settings.data, scratch)
    if not database.is_sqlite:
        cluster = request.getfixturevalue("postgresql_server")[1]
        number = _one(database, "SELECT oid FROM pg_database WHERE datname = current_database()")
        places = (*places, cluster / "base" / number, cluster / "pg_wal", cluster / "pg_stat")
    with served(settings.data, settings.sqlalchemy_url, scratch) as server:
        yield Scene(database, folder, hall, server, fill_in(hall), places)


def _one(database: Database, query: str) -> str:
    with database.engine.connect() as connection:
        return str(connection.execute(sa.text(query)).scalar_one())


def written(scene: Scene) -> dict[str, bytes]:
    """Return everything that was written, the database's log included."""
    if not scene.database.is_sqlite:
        with scene.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CHECKPOINT")
    found = {f"{place.name}/{name}": data for place in scene.places for name, data in read_files(place).items()}
    log = scene.places[-1].parent.parent / "log"
    return found | ({"log": log.read_bytes()} if log.exists() else {})


def hits(scene: Scene, used: list[Filled]) -> dict[str, list[str]]:
    """Return the files in which something stands that must not."""
    needles = [MARK.encode(), MARK.upper().encode(), MARK.encode("utf-16-le"), b"203.0.113.77"]
    for filled in used:
        needles += [filled.code.encode(), format_code(filled.code).encode(), filled.marks]
        needles.append(marks_to_text(filled.marks).encode())
    files = written(scene)
    assert len(files) > 3
    return {name: [str(needle) for needle in needles if needle in data] for name, data in files.items()
            if any(needle in data for needle in needles)}  # fmt: skip


BAD = (
    Raw("GET", f"/v?code={MARK}"),
    Raw("GET", f"/v/{MARK}?{MARK}={MARK}"),
    Raw("GET", f"/{MARK}%00"),
    Raw("POST", "/v/paper", urlencode({"code": MARK}).encode()),
    Raw("POST", "/v/paper", f"code={MARK}&code={MARK}".encode()),
    Raw("POST", "/v/paper", f"code={MARK}%FF%00".encode()),
    Raw("POST", "/v/review", urlencode({MARK: MARK, "code": MARK, "round": MARK}).encode()),
    Raw("POST", "/v/cast", f'{{"code": "{MARK}"'.encode(), "application/json"),
    Raw("POST", "/v/cast", f'{{"code": "{MARK}", "code": "{MARK}"}}'.encode(), "application/json"),
    Raw("POST", "/v/cast", b'{"sealed": ' + b"[" * 5_000 + MARK.encode(), "application/json"),
    Raw("POST", "/v/cast", MARK.encode() * 60_000, "application/json"),
    Raw("POST", "/v/cast", MARK.encode(), f"text/{MARK}"),
    Raw("POST", "/v/cast", urlencode({"code": MARK, "sealed": MARK}).encode()),
    Raw("POST", "/login", urlencode({"login": MARK, "password": MARK}).encode()),
    Raw("DELETE", f"/v/{MARK}"),
)


def refuse_all(scene: Scene) -> None:
    for raw in BAD:
        assert 300 <= scene.ask(raw, **{"x-manyidu": "1"}) < 500 or raw.path.startswith("/v?"), raw
    assert scene.ask(Raw("GET", "/v"), host=f"{MARK}.example") == 400
    assert scene.ask(Raw("POST", "/v/paper"), origin=f"http://{MARK}.example") == 403


def hang_up(scene: Scene, filled: Filled) -> None:
    """Send half a cast and leave, then a whole one and leave before the answer."""
    body = filled.body()
    head = (
        f"POST /v/cast HTTP/1.1\r\nHost: 127.0.0.1:{scene.server.port}\r\nContent-Type: application/json\r\n"
        f"X-Manyidu: 1\r\nUser-Agent: {MARK}\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    for part in (head[:60], head + body[: len(body) // 2], head + body):
        with socket.create_connection(("127.0.0.1", scene.server.port), timeout=30) as line:
            line.sendall(part)


def with_table_away(scene: Scene, table: str) -> list[Filled]:
    """Let casts and look-ups meet a box that lacks a table."""
    filled = scene.next_ballot()
    by_hand(scene.database, scene.hall.id, f"ALTER TABLE {table} RENAME TO away")
    statuses = (scene.cast(filled), scene.look_up(filled))
    by_hand(scene.database, scene.hall.id, f"ALTER TABLE away RENAME TO {table}")
    # To PostgreSQL a box without its tables is a box that has been destroyed.
    assert statuses in {(503, 200 if table == "envelope" else 503), (410, 404)}
    assert scene.cast(filled) == 200
    return [filled]


def with_a_taken_id(scene: Scene) -> list[Filled]:
    """Let an envelope meet another one of the same id."""
    filled, other = scene.next_ballot(), scene.next_ballot()
    taken = literal(scene.database, filled.envelope_id)
    nothing = literal(scene.database, b"x")
    insert = (
        f"INSERT INTO envelope (id, group_id, tag, sealed) VALUES ({taken}, '{filled.group}', {nothing}, {nothing})"  # noqa: S608
    )
    before = count_box(scene.database, scene.hall.id)
    by_hand(scene.database, scene.hall.id, insert)
    assert scene.cast(filled) in {409, 500, 503}
    assert scene.cast(other) == 200
    by_hand(scene.database, scene.hall.id, f"DELETE FROM envelope WHERE sealed = {nothing}")  # noqa: S608
    spent, envelopes = count_box(scene.database, scene.hall.id)
    assert (spent, envelopes) == (before[0] + 1, before[1] + 1)
    assert scene.cast(filled) == 200
    return [filled, other]


def with_a_full_disk(scene: Scene) -> list[Filled]:
    """Let the server's files hit a size limit, as on a full disk; nothing is spent, and the same cast works later."""
    filled = scene.next_ballot()
    before = count_box(scene.database, scene.hall.id)
    limits = resource.prlimit(scene.server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(scene.server.process.pid, resource.RLIMIT_FSIZE, (600, limits[1]))
    status = scene.cast(filled)
    resource.prlimit(scene.server.process.pid, resource.RLIMIT_FSIZE, limits)
    if scene.database.is_sqlite:
        assert status == 503
        assert count_box(scene.database, scene.hall.id) == before
    assert scene.cast(filled) == 200
    return [filled]


def with_broken_lines(scene: Scene) -> list[Filled]:
    """Let PostgreSQL hang up on the server."""
    filled = scene.next_ballot()
    if not scene.database.is_sqlite:
        with scene.database.engine.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
    scene.cast(filled)
    assert scene.cast(filled) == 200
    return [filled]


def test_it_works(scene: Scene) -> None:
    used = [scene.next_ballot() for _ in range(3)]
    for filled in used:
        assert scene.look_up(filled) == 200
        assert scene.cast(filled) == 200
        assert scene.cast(filled) == 200
        assert scene.cast(replace(filled, remarks={})) == 409
    refuse_all(scene)
    gone = scene.next_ballot()
    hang_up(scene, gone)
    used.append(gone)
    for table in ("envelope", "code", "gate"):
        used += with_table_away(scene, table)
    used += with_a_taken_id(scene)
    used += with_a_full_disk(scene)
    used += with_broken_lines(scene)
    assert scene.cast(gone) == 200
    assert count_box(scene.database, scene.hall.id) == (len(used), len(used))
    assert hits(scene, used) == {}
    assert scene.server.process.poll() is None


def test_it_finds_what_is_written(scene: Scene) -> None:
    filled = scene.next_ballot()
    (scene.places[1] / "access.log").write_text(f"203.0.113.77 {filled.code} {MARK}", "utf-8")
    with scene.database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE slip_batch SET void_reason = :text"), {"text": f"{MARK} {filled.code}"})
    assert len(hits(scene, [filled])) >= 2
