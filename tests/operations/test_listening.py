"""How much memory the processes listening on a port take."""

import socket

from app.operations.listening import memory_of_listeners
from tests.postgresql import free_port


def test_it_works() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = memory_of_listeners(listener.getsockname()[1])
    assert found is not None
    assert 10 < found < 10_000


def test_where_nobody_listens_there_is_nothing_to_tell() -> None:
    assert memory_of_listeners(free_port()) is None
