"""Phones that visit over kept connections as fast as they are answered: the client of ``bench.visits``.

``python -m bench.visitors ADDRESS KIND BODIES CONNECTIONS SECONDS`` prints one JSON line. KIND is ``visit`` (paper,
then cast) or ``pair`` (GET, then echo). A line of BODIES is what one phone sends: ``paper TAB cast``; pairs go round
and round, visits take each once. The first thing that goes wrong ends it and is told: an answer that is none, bodies
that ran out.
"""

import asyncio
import json
import resource
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from typing import Final, NamedTuple, cast
from urllib.parse import urlsplit

import uvloop

END: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length: "
LOOKED_INTO: Final = 64
"""Of so many papers one is unpacked and looked into: more would cap what the client can do."""
HEAD: Final = (
    "{method} {path} HTTP/1.1\r\nhost: {host}\r\naccept-encoding: gzip\r\nsec-fetch-site: same-origin\r\n{more}\r\n"
)
JSON: Final = "content-type: application/json\r\naccept: application/json\r\nx-manyidu: 1\r\n"
FORM: Final = "content-type: application/x-www-form-urlencoded\r\n"


class Turn(NamedTuple):
    """What one phone sends, and by what it knows its paper: its code."""

    first: bytes
    second: bytes
    known_by: bytes


class Hall:
    """All phones of a run and what became of them."""

    def __init__(self, turns: Iterator[Turn], kind: str, seconds: float) -> None:
        self.turns = turns
        self.is_visit = kind == "visit"
        self.ends_at = time.perf_counter() + seconds
        self.done = 0
        self.wrong = ""
        self.over = asyncio.Event()

    def fail(self, why: str) -> None:
        """Note the first thing that went wrong and stop."""
        self.wrong = self.wrong or why
        self.over.set()

    def next_turn(self) -> Turn | None:
        """Return what the next phone sends, or None when nobody comes any more."""
        if self.over.is_set() or time.perf_counter() >= self.ends_at:
            self.over.set()
            return None
        turn = next(self.turns, None)
        if turn is None:
            self.fail("the bodies ran out (raise --fastest)")
        return turn

    def check(self, turn: Turn, answer: bytes, body: int, *, is_second: bool) -> bool:
        """Whether an answer is what a phone must get; ``body``: where its body begins."""
        if not answer.startswith(b"HTTP/1.1 200 "):
            self.fail(f"refused: {answer[:200]!r} {answer[body : body + 200]!r}")
        elif self.is_visit and is_second and b'"receipt"' not in answer[body:]:
            self.fail(f"no receipt: {answer[body : body + 200]!r}")
        elif self.is_visit and not is_second and self.done % LOOKED_INTO == 0:
            page = zlib.decompress(answer[body:], 16 + zlib.MAX_WBITS)
            if turn.known_by not in page:
                self.fail("a paper that is not this phone's")
        elif not self.is_visit and is_second and answer[body:] != turn.second.partition(END)[2]:
            self.fail("an echo of something else")
        return not self.wrong


class Line(asyncio.Protocol):
    """A connection, used by one phone after the other."""

    def __init__(self, hall: Hall) -> None:
        self._hall = hall
        self._transport: asyncio.WriteTransport | None = None
        self._turn: Turn | None = None
        self._is_second = False
        self._seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.WriteTransport", transport)
        self._begin()

    def _begin(self) -> None:
        self._turn, self._is_second = self._hall.next_turn(), False
        if self._turn is not None and self._transport is not None:
            self._transport.write(self._turn.first)

    def data_received(self, data: bytes) -> None:
        """Go on once an answer is whole."""
        self._seen = self._seen + data if self._seen else data
        end = self._seen.find(END)
        if end < 0 or self._turn is None:
            return
        at = self._seen.lower().find(LENGTH, 0, end)
        if at < 0:
            self._hall.fail(f"an answer without a length: {self._seen[:200]!r}")
            return
        length = int(self._seen[at + len(LENGTH) : self._seen.find(b"\r", at)])
        if len(self._seen) >= end + len(END) + length:
            answer, self._seen = self._seen, b""
            if self._hall.check(self._turn, answer, end + len(END), is_second=self._is_second):
                self._go_on(self._turn)

    def _go_on(self, turn: Turn) -> None:
        if self._is_second:
            self._hall.done += 1
            self._begin()
        elif self._transport is not None:
            self._is_second = True
            self._transport.write(turn.second)

    def connection_lost(self, exc: Exception | None) -> None:
        """Say so where somebody still waits."""
        if not self._hall.over.is_set():
            self._hall.fail(f"a connection was lost: {exc}")


def turns(address: str, kind: str, bodies: Path) -> list[Turn]:
    """Return what each phone sends."""
    host = urlsplit(address).netloc

    def whole(method: str, path: str, more: str, body: str) -> bytes:
        raw = body.encode()
        length = f"content-length: {len(raw)}\r\n" if method == "POST" else ""
        return HEAD.format(method=method, path=path, host=host, more=more + length).encode() + raw

    found = []
    for line in bodies.read_text("utf-8").splitlines():
        paper, ballot = line.split("\t")
        known_by = paper.partition("code=")[2].partition("&")[0].encode()
        if kind == "visit":
            found.append(Turn(whole("POST", "/v/paper", FORM, paper), whole("POST", "/v/cast", JSON, ballot), known_by))
        else:
            found.append(Turn(whole("GET", "/page", "", ""), whole("POST", "/echo", JSON, ballot), known_by))
    return found


async def run(address: str, kind: str, sent: list[Turn], how: tuple[int, float]) -> dict[str, object]:
    """Play; ``how``: connections and seconds."""
    connections, seconds = how
    url = urlsplit(address)
    used, started = _processor(), time.perf_counter()
    hall = Hall(iter(sent) if kind == "visit" else cycle(sent), kind, seconds)
    make: Callable[[], Line] = lambda: Line(hall)  # noqa: E731 - a factory, as asyncio wants it
    loop = asyncio.get_running_loop()
    host, port = url.hostname or "", url.port or 80
    lines = [await loop.create_connection(make, host, port) for _ in range(connections)]
    try:
        await asyncio.wait_for(hall.over.wait(), seconds + 30)
    except TimeoutError:
        hall.fail("no answer for half a minute")
    lasted = time.perf_counter() - started
    for transport, _ in lines:
        transport.close()
    share = (_processor() - used) / lasted
    return {"done": hall.done, "seconds": lasted, "share": share, "wrong": hall.wrong}


def _processor() -> float:
    found = resource.getrusage(resource.RUSAGE_SELF)
    return found.ru_utime + found.ru_stime


def main() -> None:
    """Read what to do from the command line."""
    address, kind, bodies, connections, seconds = sys.argv[1:]
    sent = turns(address, kind, Path(bodies))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(run(address, kind, sent, (int(connections), float(seconds))))))


if __name__ == "__main__":
    main()
