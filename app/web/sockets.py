"""How many sockets may be open, for what, and for how long (SEC-80). Never a limit per address: a hall shares one.

Three kinds: *silent* (no whole head of a request yet), *voter* and *staff* (by what was asked for last). Where a kind
is full the socket that has idled longest gives way; a voter is only turned away when every voter's socket is at work.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Final, Protocol

LOG = logging.getLogger("manyidu")
HEAD_SECONDS: Final = 10.0
VOTER_BODY_SECONDS: Final = 20.0
STAFF_BODY_SECONDS: Final = 120.0
IDLE_SECONDS: Final = 75.0
"""Longer than a voter thinks: who opens a new connection for the cast waits behind all others who do."""
UNREAD_SECONDS: Final = 300.0
"""How long a client may take to fetch an answer."""
WARN_EVERY_SECONDS: Final = 60.0
MOST_FILES: Final = 32_768
"""More open files than this are not reckoned with: each socket costs memory too."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many sockets of each kind one process holds."""

    silent: int
    voters: int
    staff: int

    @classmethod
    def of(cls, files: int) -> "Limits":
        """Share out ``files`` open files: a quarter silent, up to 1,024 staff, some kept for databases and children."""
        files = min(files, MOST_FILES)
        silent, staff, kept = files // 4, min(files // 8, 1_024), min(files // 8, 512)
        return cls(silent, files - silent - staff - kept, staff)


class Line:
    """Sockets that wait for the same thing, longest first; each may for ``seconds``."""

    __slots__ = ("ends", "seconds")

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.ends: dict[Socket, float] = {}


class Room:
    """The sockets of voters, or of staff: how many, how many at most, and those among them that idle or send a body."""

    __slots__ = ("body", "idle", "limit", "name", "taken")

    def __init__(self, name: str, limit: int, body_seconds: float) -> None:
        self.name = name
        self.limit = limit
        self.taken = 0
        self.idle = Line(IDLE_SECONDS)
        self.body = Line(body_seconds)


class Socket(Protocol):
    """One connection, as far as its place matters."""

    line: Line | None
    room: Room | None

    def unsent(self) -> int:
        """Return how many bytes of the answer the client has not fetched."""

    def abort(self) -> None:
        """Close at once."""


class Sockets:
    """All sockets of one process."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._most_silent = limits.silent
        self.silent = Line(HEAD_SECONDS)
        self.head = Line(HEAD_SECONDS)
        self.working = Line(float("inf"))
        self.unread = Line(UNREAD_SECONDS)
        self.voters = Room("voter", limits.voters, VOTER_BODY_SECONDS)
        self.staff = Room("staff", limits.staff, STAFF_BODY_SECONDS)
        self._lines = (self.silent, self.head, self.voters.body, self.staff.body, self.unread)
        self._told: Counter[str] = Counter()
        self._next_warning = 0.0

    def open(self, socket: Socket) -> None:
        """Take in a new socket; where too many are silent the oldest of them goes."""
        self.move(socket, self.silent)
        if len(self.silent.ends) > self._most_silent:
            self._told["silent sockets closed to make room"] += 1
            self._close(next(iter(self.silent.ends)))

    def enter(self, socket: Socket, room: Room) -> bool:
        """Count a socket that has asked for something under ``room``; return whether it may be answered."""
        if socket.room is room:
            return True
        if socket.room is not None:
            socket.room.taken -= 1
        socket.room = room
        room.taken += 1
        return room.taken <= room.limit or self._give_way(room)

    def move(self, socket: Socket, line: Line) -> None:
        """Let a socket wait in ``line``; who stands there already keeps its time."""
        if socket.line is line:
            return
        if socket.line is not None:
            socket.line.ends.pop(socket, None)
        socket.line = line
        line.ends[socket] = self._clock() + line.seconds

    def leave(self, socket: Socket) -> None:
        """Forget a socket that is closed."""
        if socket.line is not None:
            socket.line.ends.pop(socket, None)
            socket.line = None
        if socket.room is not None:
            socket.room.taken -= 1
            socket.room = None

    async def sweep(self) -> None:
        """Close what has waited too long; called every second or so."""
        now = self._clock()
        for line in self._lines:
            for socket in _over(line, now):
                self._close(socket)
        for room in (self.voters, self.staff):
            for socket in _over(room.idle, now):
                if socket.unsent():
                    self.move(socket, self.unread)
                else:
                    self._close(socket)
        self._warn(now)

    def _give_way(self, room: Room) -> bool:
        for socket in room.idle.ends:
            self._told[f"idle {room.name} sockets closed to make room"] += 1
            self._close(socket)
            return True
        self._told[f"requests turned away, every {room.name} socket being at work"] += 1
        return False

    def _close(self, socket: Socket) -> None:
        self.leave(socket)
        socket.abort()

    def _warn(self, now: float) -> None:
        """Say what had to give way: numbers alone, never who (SEC-04)."""
        if self._told and now >= self._next_warning:
            LOG.warning("sockets are short: %s", "; ".join(f"{count} {what}" for what, count in self._told.items()))
            self._told.clear()
            self._next_warning = now + WARN_EVERY_SECONDS


def _over(line: Line, now: float) -> list[Socket]:
    over = []
    for socket, end in line.ends.items():
        if end > now:
            break
        over.append(socket)
    return over
