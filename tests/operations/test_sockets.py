"""The real service under sockets that mean no good: voters vote on, and nothing of it reaches the log but a number."""

import http.client
import resource
import select
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.web.sockets import Limits
from tests.factories import count_box, make_open_round, make_paper
from tests.phones import Filled, fill_in, send
from tests.servers import Server, served

FILES = 1_024
LIMITS = Limits.of(FILES)
PHONES = 60
HEAD = b"GET /login HTTP/1.1\r\nhost: 127.0.0.1:%d\r\n\r\n"
SCRIPT = b"content-type: application/json\r\nx-manyidu: 1"
FORM = b"content-type: application/x-www-form-urlencoded"
PARTS = b"content-type: multipart/form-data; boundary=x"
CHUNKED = b"transfer-encoding: chunked"


def posted(path: bytes, *headers: bytes, body: bytes) -> bytes:
    return b"\r\n".join((b"POST %b HTTP/1.1" % path, b"host: 127.0.0.1:%d", *headers, b"", body))


BAD = (
    posted(b"/v/cast", SCRIPT, CHUNKED, body=b"zz\r\n"),
    posted(b"/v/cast", SCRIPT, b"content-length: 3", body=b"\xff{]"),
    posted(b"/v/paper", FORM, CHUNKED, body=b"5\r\ncode=\r\nzz\r\n"),
    posted(b"/login", PARTS, b"content-length: 9", body=b"--y\r\n\r\n\xff\xff"),
    posted(b"/login", CHUNKED, body=b"zz\r\n"),
    b"GET /v HTTP/1.1\r\nhost: 127.0.0.1:%d\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n",
    b"nonsense %d\r\n\r\n",
)


@pytest.fixture(autouse=True)
def many_files() -> Iterator[None]:
    """Let the test itself hold as many sockets as it takes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def phones(database: Database, settings: Settings) -> list[Filled]:
    hall = make_open_round(database, KeyFolder(settings.data / "keys"), make_paper(), codes_each=PHONES // 2)
    return list(fill_in(hall))


@pytest.fixture
def server(settings: Settings, tmp_path: Path) -> Iterator[Server]:
    with served(settings.data, settings.database_url, tmp_path, files=FILES) as running:
        yield running


def connect(server: Server) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=30)


@contextmanager
def crowd(server: Server, count: int, request: bytes = b"") -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        sockets = []
        for _ in range(count):
            sockets.append(stack.enter_context(connect(server)))
            sockets[-1].sendall(request)
        yield sockets


def vote(server: Server, filled: Filled) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    status, _ = send(connection, filled)
    connection.close()
    return status


def all_vote(server: Server, phones: list[Filled]) -> None:
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda filled: vote(server, filled), phones)) == [200] * len(phones)


def told(server: Server, what: str) -> str:
    """Return what the service has said, once ``what`` is part of it."""
    with connect(server) as clock:
        for _ in range(50):
            said = server.log.read_text("utf-8")
            if what in said:
                return said
            select.select([clock], [], [], 0.1)
    pytest.fail(f"the log does not tell: {what}")


def still_open(sockets: list[socket.socket]) -> int:
    """Return how many the server has not closed; what it has answered is read first."""
    count = 0
    for each in sockets:
        each.setblocking(False)  # noqa: FBT003 - the library's own signature
        try:
            while each.recv(65_536):
                pass
        except BlockingIOError:
            count += 1
        except ConnectionResetError:
            pass
    return count


def test_it_works(server: Server, database: Database, phones: list[Filled]) -> None:
    with crowd(server, 1_500) as silent:
        all_vote(server, phones)
        assert 0 < still_open(silent) <= LIMITS.silent
    assert count_box(database, phones[0].hall.id) == (PHONES, PHONES)
    said = told(server, "silent sockets closed to make room")
    assert not [line for line in said.splitlines() if "127.0.0.1" in line and str(server.port) not in line]


def test_a_flood_of_staff_shuts_no_voter_out(server: Server, phones: list[Filled]) -> None:
    with crowd(server, 600, HEAD % server.port) as staff:
        all_vote(server, phones)
        select.select(staff[-1:], [], [], 30)
        assert 0 < still_open(staff) <= LIMITS.staff
    assert told(server, "idle staff sockets closed to make room")


def drip(sockets: dict[str, socket.socket]) -> dict[str, int]:
    """Send a byte on each every half second until the server closes it; return after how many."""
    sent, waiting = dict.fromkeys(sockets, 0), dict(sockets)
    for _ in range(80):
        closed, _, _ = select.select(waiting.values(), [], [], 0.5)
        waiting = {name: each for name, each in waiting.items() if each not in closed}
        for name, each in waiting.items():
            each.send(b"a")
            sent[name] += 1
        if not waiting:
            break
    return sent


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_sends_slowly_is_closed_and_who_thinks_long_is_not(server: Server, phones: list[Filled]) -> None:
    thinking = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    assert send(thinking, phones[0])[0] == 200
    line = thinking.sock
    slow = {name: connect(server) for name in ("nothing", "head", "second head", "body")}
    slow["second head"].sendall(HEAD % server.port)
    while b"</html>" not in slow["second head"].recv(65_536):
        pass
    slow["head"].sendall(b"GET /v HTTP/1.1\r\nx-slow: ")
    slow["second head"].sendall(b"GET /v HTTP/1.1\r\nx-slow: ")
    slow["body"].sendall(BAD[1].replace(b"content-length: 3", b"content-length: 3000") % server.port)
    silent = slow.pop("nothing")
    sent = drip(slow)
    assert max(sent["head"], sent["second head"]) < sent["body"] < 80
    assert still_open([silent]) == 0
    assert send(thinking, phones[1])[0] == 200
    assert thinking.sock is line, "the connection did not last"
    for each in (*slow.values(), silent):
        each.close()
    thinking.close()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_malformed_leaves_no_line_in_the_log(server: Server, phones: list[Filled]) -> None:
    assert vote(server, phones[0]) == 200
    before = server.log.read_text("utf-8")
    for bad in BAD:
        with connect(server) as line:
            line.sendall(bad % server.port)
            assert line.recv(65_536).startswith(b"HTTP/1.1 ")
        with connect(server) as line:
            line.sendall((bad % server.port)[:-1])
    with connect(server) as line:
        line.sendall(BAD[1].replace(b"content-length: 3", b"content-length: 3000") % server.port)
    assert vote(server, phones[1]) == 200
    assert server.log.read_text("utf-8") == before
