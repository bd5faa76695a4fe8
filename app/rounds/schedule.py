"""Opening and closing by schedule: a thread that asks the database once a second, by the server's clock (SEC-67)."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from app.audit.service import SYSTEM
from app.audit.service import record as audit
from app.core.acting import Acting
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.rounds import service
from app.rounds.ports import Ports

LOG = logging.getLogger("manyidu")
INTERVAL_SECONDS = 1.0


class Schedule:
    """Runs the due openings and closes of one application."""

    def __init__(self, database: Database, folder: KeyFolder, ports: Ports, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._folder = folder
        self._ports = ports
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="schedule", daemon=True)

    def start(self) -> None:
        """Begin to watch the clock."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait for what is under way."""
        self._stop.set()
        self._thread.join()

    def run_due(self) -> None:
        """Open and close what is due now, each in its own transaction."""
        now = self._clock()
        with self._database.reading() as session:
            opening, closing = service.due(session, now)
        for round_id in opening:
            self._open(round_id, now)
        for round_id in closing:
            with self._database.writing() as session:
                service.close_round(Acting(session, now, SYSTEM), round_id, {})

    def _open(self, round_id: str, now: datetime) -> None:
        try:
            with self._database.writing() as session:
                service.open_round(Acting(session, now, SYSTEM), self._folder, self._ports, round_id)
        except DomainError as error:
            # Not ready at the planned time: say so once and leave the decision to a person.
            with self._database.writing() as session:
                service.forget_schedule(session, round_id)
                audit(session, now, SYSTEM, "round.open.missed", round_id, why=error.code)

    def _loop(self) -> None:
        while not self._stop.wait(INTERVAL_SECONDS):
            try:
                self.run_due()
            except (SQLAlchemyError, DomainError) as error:
                LOG.error("the schedule could not run: %s", type(error).__name__)  # noqa: TRY400 - the text may quote values
