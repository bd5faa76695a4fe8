"""Whether the printed address answers: asked of real servers, with a bound."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from app.slips.reach import answers
from tests.postgresql import free_port


@contextmanager
def server(status: int) -> Iterator[str]:
    """Run a server that answers everything so, and yield its address."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    running = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}"
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


def test_it_works() -> None:
    with server(200) as address:
        assert answers(address)


@pytest.mark.parametrize("status", [302, 404])
def test_a_stranger_s_server_is_none_of_ours(status: int) -> None:
    with server(status) as address:
        assert not answers(address)


def test_nobody_there() -> None:
    assert not answers(f"http://127.0.0.1:{free_port()}")


def test_who_never_answers_is_not_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert not answers(f"http://127.0.0.1:{silent.getsockname()[1]}", patience=0.2)
