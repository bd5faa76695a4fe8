"""A line to a server that can be cut without a word, as where the server loses its power."""

import socket
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from threading import Thread

AT_ONCE = struct.pack("ii", 1, 0)
"""Close with a reset, as a server does that has started again and knows nothing of the connection."""


class Cable:
    """What stands between; ``port`` is where it is reached."""

    def __init__(self, listener: socket.socket, towards: tuple[str, int]) -> None:
        self.port = int(listener.getsockname()[1])
        self._listener, self._towards = listener, towards
        self._cut: set[socket.socket] = set()
        self._whole: list[socket.socket] = []
        Thread(target=self._run, daemon=True).start()

    def cut(self) -> None:
        """Let all lines that are there fall silent; whoever says something on one finds it gone."""
        self._cut.update(self._whole)

    def _run(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._listener.accept()
                there = socket.create_connection(self._towards)
                self._whole.append(here)
                Thread(target=self._ask, args=(here, there), daemon=True).start()
                Thread(target=self._answer, args=(here, there), daemon=True).start()

    def _ask(self, here: socket.socket, there: socket.socket) -> None:
        with closing(there), closing(here), suppress(OSError):
            while data := here.recv(65536):
                if here in self._cut:
                    here.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
                    return
                there.sendall(data)

    def _answer(self, here: socket.socket, there: socket.socket) -> None:
        with suppress(OSError):
            while data := there.recv(65536):
                here.sendall(data)


@contextmanager
def cable(host: str, port: int) -> Iterator[Cable]:
    """Yield a cable to a server."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield Cable(listener, (host, port))
        listener.shutdown(socket.SHUT_RDWR)
