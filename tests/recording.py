"""A proxy on loopback that writes down every byte of each connection, and the exchanges that were on it."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import NamedTuple

LENGTH = re.compile(rb"(?i)\r\ncontent-length: *([0-9]+)(?=\r\n|$)")


class Exchange(NamedTuple):
    """A request and its answer: what was asked for, and the bytes of either on the line, heads and all."""

    asked: str
    sent: int
    answered: int


@dataclass
class Line:
    """What passed on one connection, towards the server and back."""

    sent: bytearray = field(default_factory=bytearray)
    answered: bytearray = field(default_factory=bytearray)

    def exchanges(self) -> list[Exchange]:
        """Return the requests on it with their answers, in order."""
        pairs = zip(messages(bytes(self.sent)), messages(bytes(self.answered)), strict=True)
        return [Exchange(first, length, answer) for (first, length), (_, answer) in pairs]


def messages(passed: bytes) -> Iterator[tuple[str, int]]:
    """Yield the first line of each message without its version, and how many bytes the whole message has."""
    while passed:
        head, end, rest = passed.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        size = int(length[1]) if length else 0
        assert end, "a message was cut off"
        assert b"transfer-encoding" not in head.lower(), "its length stands in its head"
        assert len(rest) >= size, "a message was cut off"
        yield head.partition(b"\r\n")[0].decode().removesuffix(" HTTP/1.1"), len(head + end) + size
        passed = rest[size:]


@dataclass
class Recorder:
    """A proxy on loopback; ``lines`` are its connections so far."""

    port: int
    towards: int
    lines: list[Line] = field(default_factory=list)

    def run(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                phone, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", self.towards))
                line = Line()
                self.lines.append(line)
                Thread(target=self._pass_on, args=(phone, server, line.sent), daemon=True).start()
                Thread(target=self._pass_on, args=(server, phone, line.answered), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket, record: bytearray) -> None:
        with suppress(OSError), one, other:
            while piece := one.recv(1 << 16):
                record += piece
                other.sendall(piece)

    @property
    def sent(self) -> bytes:
        """What was sent to the server, line after line."""
        return b"".join(bytes(line.sent) for line in self.lines)

    def take(self) -> list[Exchange]:
        """Return what was exchanged on all lines, by what was asked for, and forget it."""
        lines, self.lines = self.lines, []
        return sorted(exchange for line in lines for exchange in line.exchanges())


@contextmanager
def recorder(port: int, towards: int) -> Iterator[Recorder]:
    """Run a recorder as long as the block lasts."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        found = Recorder(port, towards)
        thread = Thread(target=found.run, args=(listener,), daemon=True)
        thread.start()
        yield found
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)
