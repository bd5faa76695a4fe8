"""Starts the process that plays an example: ids go in, and nothing comes out but why it failed, for the log.

The round's own state says how far it is.
"""

import logging
import os
import subprocess
import sys
from pathlib import Path
from threading import Lock, Thread

from app.core.acting import Principal
from app.core.child import give_order, last_words
from app.core.errors import DomainError

LOG = logging.getLogger("manyidu")
PROGRAM = "app.operations.example_process"


class Players:
    """At most one example is played at a time, by a process with a thread that waits for its end.

    The thread must live as long as its child: the kernel ends the child with the thread that started it.
    """

    def __init__(self, url: str, keys: Path) -> None:
        self._place = {"url": url, "keys": str(keys.absolute())}
        self._lock = Lock()
        self._thread: Thread | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    @property
    def busy(self) -> bool:
        """Whether an example is being played."""
        return self._thread is not None and self._thread.is_alive()

    def refuse_second(self) -> None:
        """Refuse while an example is being played: DomainError ``example_busy``."""
        if self.busy:
            raise DomainError("example_busy")

    def play(self, round_id: str, staff: Principal) -> None:
        """Have a rehearsal that is committed played; one that cannot be started now stays as it is."""
        order = {**self._place, "round_id": round_id, "staff": [staff.id, staff.name, staff.written_roles]}
        with self._lock:
            if self.busy or self._closed:
                return
            self._thread = Thread(target=self._run, args=(order,), name="example", daemon=True)
            self._thread.start()

    def _run(self, order: dict[str, object]) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MANYIDU_")}
        pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
        with subprocess.Popen(  # noqa: S603 - our own interpreter and module, nothing from outside
            [sys.executable, "-m", PROGRAM], stdin=pipe, stdout=nowhere, stderr=pipe, env=environment
        ) as child:
            self._child = child
            if self._closed:  # the service ends while this one was being started
                child.kill()
            give_order(child.stdin, order)  # type: ignore[arg-type]
            said = last_words(child.stderr)  # type: ignore[arg-type]
            if code := child.wait():
                LOG.error("an example's process ended with %d: %s", code, said)

    def join(self) -> None:
        """Wait until the example is played."""
        if self._thread is not None:
            self._thread.join()

    def close(self) -> None:
        """End the child; the example stays as far as it was."""
        self._closed = True
        if self._child is not None:
            self._child.kill()
        self.join()
