"""Opening and closing by schedule: a thread that asks the database once a second, by the server's clock (SEC-67).

Several nodes may see the same round due: each act looks at the locked row again before it is done.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from app.audit.service import SYSTEM
from app.core.acting import Acting
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.watch import Pulse
from app.rounds import due, gone
from app.rounds.acts import settle, unsettled
from app.rounds.ports import Ports
from app.rounds.sealing import without_root, write_root

LOG = logging.getLogger("manyidu")
INTERVAL_SECONDS = 1.0


@contextmanager
def _unless_another_acts() -> Iterator[None]:
    """Leave a round to the node, or the person, that is doing the same at this moment."""
    try:
        yield
    except DomainError as error:
        if error.code not in {"act_under_way", "round_wrong_state"}:
            raise


class Schedule:
    """Runs the due openings and closes of one application."""

    def __init__(self, database: Database, folder: KeyFolder, ports: Ports, clock: Callable[[], datetime]) -> None:
        self.pulse = Pulse("schedule")
        self._database = database
        self._folder = folder
        self._ports = ports
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="schedule", daemon=True)

    def start(self) -> None:
        """Begin to watch the clock."""
        self.pulse.beat()
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for what is under way."""
        self._stop.set()
        self._thread.join()
        self.pulse.rest()

    def run_due(self) -> None:
        """Do what is due now, each in its own transaction; what fails for one round holds up no other.

        What a crash left half done comes first: until the desk says what the gate says, it cannot tell what is due.
        Then what voters wait for, openings and closes; what cannot be settled, or is only to be tidied, stops neither.
        """
        now = self._clock()
        failures = [
            *self._each(partial(unsettled, self._database), partial(settle, self._database), now),
            *self._each(partial(due.opening, self._database, now), self._open, now),
            *self._each(partial(due.closing, self._database, now), self._close, now),
            *self._each(partial(without_root, self._database), partial(write_root, self._database), now),
            *self._each(partial(gone.left, self._database), self._finish, now),
        ]
        if failures:
            self._failed(*failures)
        else:
            self.pulse.went_well()

    def _each(
        self, listed: Callable[[], Iterable[str]], act: Callable[[str, datetime], None], now: datetime
    ) -> list[BaseException]:
        failures: list[BaseException] = []
        try:
            for round_id in listed():
                try:
                    act(round_id, now)
                except Exception as error:  # noqa: BLE001 - one round's fault must not keep the others shut
                    failures.append(error)
        except Exception as error:  # noqa: BLE001 - nor what cannot even be listed
            failures.append(error)
        return failures

    def _open(self, round_id: str, now: datetime) -> None:
        try:
            self._act(now, partial(due.open_if_due, folder=self._folder, ports=self._ports, round_id=round_id))
        except DomainError as error:
            if error.code == "busy":
                raise  # the round is none the worse for it: the next turn tries again
            # Not ready at the planned time: say so once and leave the decision to a person.
            with self._database.writing() as session:
                due.miss_opening(Acting(session, now, SYSTEM), round_id, error.code)

    def _close(self, round_id: str, now: datetime) -> None:
        self._act(now, partial(due.close_if_due, round_id=round_id))

    def _act(self, now: datetime, act: Callable[[Acting], None]) -> None:
        with _unless_another_acts():
            self._database.acted(lambda session: act(Acting(session, now, SYSTEM)))

    def _finish(self, round_id: str, _now: datetime) -> None:
        gone.finish(self._database, round_id)

    def _loop(self) -> None:
        while not self._stop.wait(INTERVAL_SECONDS):
            try:
                self.run_due()
            except Exception as error:  # noqa: BLE001 - whatever happened, the next turn may go well
                self._failed(error)
            else:
                self.pulse.beat()

    def _failed(self, *errors: BaseException) -> None:
        if self.pulse.failed(*errors):
            LOG.error("the schedule could not run: %s", self.pulse.last_error)
