"""Starts opening processes and stays with each until it ends. Nothing secret passes: ids go in, nothing comes out."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from threading import Lock, Thread

from app.audit import service as audit
from app.box import jobs
from app.box.tidying import recover
from app.core.child import give_order
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder

LOG = logging.getLogger("manyidu")
PROGRAM = "app.operations.opening_process"


@dataclass(frozen=True, slots=True)
class Place:
    """Where boxes are opened; ``at``: when the process takes it to be, if not now (a demo tells of last week)."""

    database: Database
    folder: KeyFolder
    clock: Callable[[], datetime]
    at: datetime | None = None


class Openings:
    """The opening processes that this process started, one per attempt, each with a thread that waits for its end.

    The thread must live as long as its child: the kernel ends the child with the thread that started it.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._lock = Lock()
        self._threads: dict[str, Thread] = {}
        self._children: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    def start(self, round_id: str, job_id: str) -> None:
        """Start the process of an attempt whose row is committed now or soon."""
        thread = Thread(target=self.run, args=(round_id, job_id), name="opening", daemon=True)
        with self._lock:
            self._threads[round_id] = thread
        thread.start()

    def run(self, round_id: str, job_id: str) -> None:
        """Lead an attempt to its end, in a process of its own."""
        code = self._spawn({"round_id": round_id, "job_id": job_id, **self._address()})
        if code:
            LOG.error("an opening process ended with %d", code)
        with suppress(Exception):  # the next start tidies again, and the page judges by the process's name
            self._conclude(round_id, job_id)

    def _address(self) -> Mapping[str, str]:
        url = self._place.database.engine.url.render_as_string(hide_password=False)
        at = {"at": self._place.at.isoformat()} if self._place.at else {}
        return {"url": url, "keys": str(self._place.folder.path.absolute()), **at}

    def _spawn(self, order: Mapping[str, str]) -> int:
        """Run the child; its standard input is its lifeline: it ends when this process does."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MANYIDU_")}
        nowhere = subprocess.DEVNULL
        with subprocess.Popen(  # noqa: S603 - our own interpreter and module, nothing from outside
            [sys.executable, "-m", PROGRAM], stdin=subprocess.PIPE, stdout=nowhere, stderr=nowhere, env=environment
        ) as child:
            self._children.add(child)
            if self._closed:  # the service ends while this one was being started
                child.kill()
            give_order(child.stdin, order)  # type: ignore[arg-type]
            code = child.wait()
            self._children.discard(child)
        return code

    def _conclude(self, round_id: str, job_id: str) -> None:
        """Say that a process ended without saying how, and tidy what it may have left."""
        place, error = self._place, DomainError("opening_ended")
        with place.database.writing() as session:
            if jobs.conclude(session, round_id, job_id, error):
                audit.record(session, place.clock(), audit.SYSTEM, "box.open_failed", round_id, code=error.code)
        recover(place.database)

    def join(self, round_id: str) -> None:
        """Wait until this process's last attempt to open the round's box has ended."""
        if thread := self._threads.get(round_id):
            thread.join()

    def close(self) -> None:
        """End the children; boxes whose opening was under way stay sealed."""
        self._closed = True
        for child in list(self._children):
            child.kill()
        for thread in list(self._threads.values()):
            thread.join()
