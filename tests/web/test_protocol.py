"""What leaves the process in one piece: an answer's head with the first of its body."""

import http.client
import socket
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.core.settings import Settings
from tests.servers import Server, served

SEGMENTS_AT = 152
"""Where Linux says how many segments with data a socket was sent."""


@pytest.fixture
def server(settings: Settings, tmp_path: Path) -> Iterator[Server]:
    with served(settings.data, settings.database_url, tmp_path) as running:
        yield running


def segments(connection: http.client.HTTPConnection) -> int:
    told = connection.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 192)
    return int(struct.unpack_from("I", told, SEGMENTS_AT)[0])


def ask(connection: http.client.HTTPConnection, method: str, path: str, **headers: str) -> tuple[int, bytes]:
    body = headers.pop("body", None)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_it_works(server: Server) -> None:
    """A refused cast is as small as a receipt; its head once left by itself."""
    told = {"content-type": "application/json", "x-manyidu": "1"}
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        for turn in range(1, 6):
            status, body = ask(connection, "POST", "/v/cast", body="{}", **told)
            assert (status, b"cast_malformed" in body) == (400, True)
            assert segments(connection) == turn


def test_an_answer_without_a_body_arrives_and_one_follows_it(server: Server) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        status, body = ask(connection, "GET", "/healthz")
        assert status == 200
        assert body
        assert ask(connection, "HEAD", "/healthz")[1] == b""
        assert ask(connection, "GET", "/healthz") == (200, body)


def test_whoever_asks_first_is_told_to_go_on(server: Server) -> None:
    """The body of a request is sent only after ``100 Continue``, which waits for nothing."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        head = f"POST /v/cast HTTP/1.1\r\nhost: 127.0.0.1:{server.port}\r\ncontent-length: 2\r\nx-manyidu: 1\r\n"
        line.sendall(f"{head}content-type: application/json\r\nexpect: 100-continue\r\n\r\n".encode())
        assert line.recv(1_000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(b"{}")
        assert line.recv(10_000).startswith(b"HTTP/1.1 400 ")


PIECE = b"a" * 65_536
ENDLESS = {
    "head": b"GET /v HTTP/1.1\r\nhost: 127.0.0.1\r\nx-long: ",
    "address": b"GET /v?",
    "second head": b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\nGET /v HTTP/1.1\r\nx-long: ",
    "after the body": b"POST /v/cast HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx-long: ",
}


@pytest.mark.parametrize("begun", ENDLESS)
def test_what_has_no_end_is_refused(server: Server, begun: str) -> None:
    """Before, all of it was kept and copied with every piece: two such clients held voters up for seconds."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        line.sendall(ENDLESS[begun])
        with pytest.raises(ConnectionError):  # noqa: PT012 - whichever piece it is
            for _ in range(400):
                line.sendall(PIECE)
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        assert ask(connection, "GET", "/healthz")[0] == 200
    assert "too long" not in server.log.read_text("utf-8")


def test_a_long_body_in_small_pieces_is_none(server: Server) -> None:
    """Each piece of a body that comes chunked has a head of its own: together these are longer than a head may be."""
    head = (
        f"POST /v/cast HTTP/1.1\r\nhost: 127.0.0.1:{server.port}\r\nx-manyidu: 1\r\ncontent-type: application/json\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        line.sendall(head.encode() + b"transfer-encoding: chunked\r\n\r\n")
        for _ in range(30):
            line.sendall(b"1\r\n \r\n" * 1_000)
        line.sendall(b"2\r\n{}\r\n0\r\n\r\n")
        assert b"cast_malformed" in line.recv(10_000)
