"""uvicorn's HTTP protocol with our limits: it has no time-out before the first request, nor for a slow body.

Nor has it a limit on what comes with no body: a head, or what follows the last piece of a body, grows in memory and is
copied whole with each piece that comes, while nobody else is answered.
"""

import asyncio
from functools import partial
from typing import Any, Final, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.web.sockets import Line, Room, Sockets

GO_ON: Final = b"HTTP/1.1 100 "
"""How the answer begins that asks for the body of a request."""
MOST_HEAD: Final = 65_536
"""Bytes of a request beside its body, give or take what is read at once. Browsers and proxies stay far below."""


class OneWrite:
    """The transport of one answer: its head waits for the first of its body, so that both leave in one system call.

    For a small answer, such as a receipt, that call costs as much as a third of all the rest.
    """

    __slots__ = ("_head", "_transport", "_waits")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""
        self._waits = True

    def write(self, data: bytes) -> None:
        """Keep the head, send it with what comes next, and all further at once."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.writelines([head, data])
        elif self._waits and not data.startswith(GO_ON):
            self._head, self._waits = data, False
        else:
            self._transport.write(data)

    def close(self) -> None:
        """Send what still waits, and end the connection."""
        if self._head:
            self._transport.write(self._head)
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether nothing more can be sent."""
        return self._transport.is_closing()


class BoundedProtocol(HttpToolsProtocol):
    """One connection that knows its place among ``sockets``; ``voter_paths`` are first segments, such as ``b"v"``."""

    def __init__(self, sockets: Sockets, voter_paths: frozenset[bytes], **given: Any) -> None:  # noqa: ANN401 - uvicorn's
        super().__init__(**given)
        self._sockets = sockets
        self._voter_paths = voter_paths
        self.line: Line | None = None
        self.room: Room | None = None
        self._pending = 0
        """Bytes that came since a head was complete or a piece of a body was there."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        """Begin silent."""
        super().connection_made(transport)
        self._sockets.open(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back."""
        self._sockets.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on. What is no HTTP, or has no end, is refused without a line in the log: anybody could fill it."""
        self._pending += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # nothing here speaks another protocol: the request is answered as it stands
        except httptools.HttpParserError:
            self.send_400_response("Invalid HTTP request received.")
            return
        if self._pending > MOST_HEAD:
            self.send_400_response("The head of the request is too long.")
            return
        self._settle(self._sockets.head)

    def on_headers_complete(self) -> None:
        """Find out for whom this is; where there is no room the edge refuses it and the connection ends."""
        self._pending = 0
        segment = self.url[1:].split(b"/", 1)[0].split(b"?", 1)[0]
        room = self._sockets.voters if segment in self._voter_paths else self._sockets.staff
        may_stay = self._sockets.enter(self, room)
        if not may_stay:
            self.scope["state"]["crowded"] = True
        super().on_headers_complete()
        if self.scope["method"] != "HEAD":  # whose head no body follows
            self.cycle.transport = cast("asyncio.Transport", OneWrite(self.transport))
        if not may_stay:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body; how many there may be is the edge's to say."""
        self._pending = 0
        super().on_body(body)

    def on_response_complete(self) -> None:
        """Go on with what was sent ahead, or idle."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        if self.room is not None:
            self._settle(self.room.idle)

    def pause_writing(self) -> None:
        """Wait until the client fetches its answer, but not for ever."""
        super().pause_writing()
        self._sockets.move(self, self._sockets.unread)

    def resume_writing(self) -> None:
        """Be at work again."""
        super().resume_writing()
        if self.room is not None and self.line is not None:
            self._settle(self.room.idle)

    def unsent(self) -> int:
        """Return how many bytes of the answer the client has not fetched."""
        return self.transport.get_write_buffer_size()

    def abort(self) -> None:
        """Close at once."""
        self.transport.abort()

    def _settle(self, between: Line) -> None:
        """Stand where the last request has come to; ``between`` two requests in that line."""
        cycle, room = self.cycle, self.room
        if cycle is None or room is None or self.line is None:
            return
        if cycle.response_complete:
            self._sockets.move(self, between)
        else:
            self._sockets.move(self, room.body if cycle.more_body else self._sockets.working)


def bounded(sockets: Sockets, voter_paths: frozenset[bytes]) -> "partial[BoundedProtocol]":
    """Return what uvicorn makes its connections with."""
    return partial(BoundedProtocol, sockets, voter_paths)
