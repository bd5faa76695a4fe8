"""Unknown slip codes of all nodes, where several share a PostgreSQL database: a number a minute and nothing else.

The table has as many rows as an hour has minutes, and a few: a later hour writes over an earlier one, so that a role
that may delete nothing keeps it small. Whoever counts writes at most once in ``PAUSE_SECONDS``, from a thread.
"""

import threading
from collections import Counter
from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from app.core.db import Base, Database
from app.core.watch import Pulse

PAUSE_SECONDS: Final = 5.0
SLOTS: Final = 64
MOST: Final = 1_000_000
"""A minute in which more were tried is not counted further."""

UNKNOWN_CODES: Final = sa.Table(
    "unknown_code_count",
    Base.metadata,
    sa.Column("slot", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("minute", sa.BigInteger(), nullable=False),
    sa.Column("count", sa.Integer(), nullable=False),
)
"""``minute`` counts from 1970; its slot is what is left of it by ``SLOTS``."""


class SharedCounts:
    """What this process tells the other nodes, and what all of them told."""

    def __init__(self, database: Database) -> None:
        self.pulse = Pulse("unknown codes")
        self._database = database
        self._untold: Counter[int] = Counter()
        self._lock = threading.Lock()
        self._wanted = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, minute: int) -> None:
        """Count one more; the thread that tells of it starts with the first."""
        with self._lock:
            self._untold[minute] += 1
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="unknown codes", daemon=True)
                self._thread.start()
        self._wanted.set()

    def counted(self) -> dict[int, int]:
        """Return how many each minute had that is still known, of all nodes and of this process."""
        with self._database.aside.connect() as connection:
            told = {minute: count for _, minute, count in connection.execute(sa.select(UNKNOWN_CODES))}
        with self._lock:
            return dict(Counter(told) + self._untold)

    def tell(self) -> None:
        """Write what was not told yet; it is kept where the database does not take it."""
        with self._lock:
            untold, self._untold = self._untold, Counter()
        if not untold:
            return
        try:
            self._write(untold)
        except BaseException:
            with self._lock:
                self._untold += untold
            raise

    def close(self) -> None:
        """Tell what is left, if the database takes it at once, and end the thread."""
        self._ended.set()
        self._wanted.set()
        thread = self._thread
        if thread is not None:
            thread.join(PAUSE_SECONDS)

    def _write(self, untold: Mapping[int, int]) -> None:
        """Add to the rows in the order of their slots, so that no two nodes wait for each other in a circle."""
        rows = [
            {"slot": minute % SLOTS, "minute": minute, "count": min(count, MOST)} for minute, count in untold.items()
        ]
        adding = insert(UNKNOWN_CODES)
        new = adding.excluded
        same = UNKNOWN_CODES.c.minute == new.minute
        more = sa.func.least(UNKNOWN_CODES.c.count + new.count, MOST)
        adding = adding.on_conflict_do_update(
            index_elements=[UNKNOWN_CODES.c.slot],
            set_={"minute": new.minute, "count": sa.case((same, more), else_=new.count)},
        )
        with self._database.aside.begin() as connection:
            for row in sorted(rows, key=lambda each: each["slot"]):
                connection.execute(adding, row)

    def _loop(self) -> None:
        while not self._ended.is_set():
            self._wanted.wait()
            self._wanted.clear()
            self._turn()
            self._ended.wait(PAUSE_SECONDS)
        self._turn()

    def _turn(self) -> None:
        try:
            with self.pulse.working():
                self.tell()
        except Exception as error:  # noqa: BLE001 - whatever happened, the next turn may go well
            self.pulse.failed(error)
            self._wanted.set()
        else:
            self.pulse.went_well()
