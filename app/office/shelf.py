"""Files that took longer than their request, until the one who asked takes them: a row each, and a file in DATA/jobs.

The shelf writes in transactions of its own, also while a GET is answered: its rows say what the workshop is doing,
nothing of the desk. They last an hour at most, and no longer than the process that had the file made; whatever is lost
is made again when asked. Several processes may share rows and folder: each clears away what is its own, or nobody's,
and tells of what it has made, for those on other machines that cannot ask whether it runs.
"""

import json
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final
from weakref import WeakSet

from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.core.child import is_running, own_name
from app.core.db import Database, after_commit
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.watch import Pulse
from app.office.bench import Made
from app.office.models import Job
from app.office.workshop import Ticket

LOG = logging.getLogger("manyidu")
FOLDER: Final = "jobs"
LIFE: Final = timedelta(hours=1)
SWEEP_SECONDS: Final = 60.0
SILENT: Final = timedelta(seconds=3 * SWEEP_SECONDS)
"""Of a process that cannot be asked whether it runs: so long after it last told of a job, the job is lost."""


def purge(session: Session, keys: KeyFolder, about: str) -> None:
    """Forget every file that was ordered below the address of a round or a campaign, by anybody."""
    job_ids = list(session.scalars(select(Job.id).where(Job.path.contains(f"/{about}/"))))
    session.execute(delete(Job).where(Job.id.in_(job_ids)))
    after_commit(session, partial(_unlink, keys.path.parent / FOLDER, job_ids))


def _unlink(folder: Path, job_ids: Sequence[str]) -> None:
    for job_id in job_ids:
        (folder / job_id).unlink(missing_ok=True)


class JobState(StrEnum):
    """Where a job on the shelf stands."""

    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as its page shows it."""

    id: str
    state: JobState
    path: str
    file_name: str
    created_at: datetime
    error: DomainError | None = None
    is_left: bool = False
    """Whether no other process is at work on it."""


class Shelf:
    """The rows and files of one data folder."""

    def __init__(self, database: Database, data: Path, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._folder = data / FOLDER
        self._clock = clock
        self._watched: WeakSet[Ticket] = WeakSet()
        self._lock = threading.Lock()
        self.pulse = Pulse("shelf", 3 * SWEEP_SECONDS)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sweep_often, name="shelf", daemon=True)

    def start(self) -> None:
        """Clear what an earlier run left, and begin to watch the hour."""
        self.clear()
        self._thread.start()

    def stop(self) -> None:
        """End the watch."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()
        self.pulse.rest()

    def clear(self) -> None:
        """Forget the jobs of processes that are over, among them whatever bore this one's name before it began.

        At an embedded database no other serves staff (``operations.one_server``), so that all are over.
        """
        alone = self._database.is_sqlite
        with self._database.reading() as session:
            left = [job.id for job in session.scalars(select(Job)) if alone or self._is_left(job)]
        self._forget(left)
        self.sweep()

    def sweep(self) -> None:
        """Tell of what is made here; forget jobs older than an hour, and files that no job tells of any more."""
        self._tell()
        files = {path.name for path in self._folder.glob("*")}
        self._forget(self._all(self._clock() - LIFE))
        _unlink(self._folder, sorted(files - set(self._all())))

    def enter(self, ticket: Ticket, staff_id: str, path: str) -> None:
        """Keep a job whose file took longer than its request; one that is kept already stays as it is."""
        with self._lock:
            if ticket in self._watched:
                return
            self._watched.add(ticket)
        order, now = ticket.order, self._clock()
        job = Job(
            id=order.id,
            kind=order.craft.maker,
            arguments=json.dumps(order.head["arguments"], ensure_ascii=False),
            path=path,
            staff_id=staff_id,
            state=JobState.WORKING.value,
            created_at=now,
            told_at=now,
            process=own_name(),
        )
        with self._database.writing() as session:
            session.merge(job)
        ticket.future.add_done_callback(lambda _: self._finish(ticket))

    def find(self, job_id: str, staff_id: str) -> JobView | None:
        """Return a job of somebody, or None; those of others are none of his."""
        with self._database.reading() as session:
            job = session.get(Job, job_id)
            if job is None or job.staff_id != staff_id or job.created_at < self._clock() - LIFE:
                return None
            error = DomainError(job.error_code, **json.loads(job.error_params)) if job.error_code else None
            state, is_left = JobState(job.state), self._is_left(job)
            return JobView(job.id, state, job.path, job.file_name, job.created_at, error, is_left)

    def take(self, job: JobView) -> Made | None:
        """Hand a finished file out and forget it; None where it is gone, the job's DomainError where it failed."""
        if job.state is JobState.WORKING:
            return None
        path = self._folder / job.id
        try:
            made = Made(path.read_bytes(), job.file_name) if job.error is None else None
        except FileNotFoundError:
            made = None
        self._forget([job.id])
        if job.error is not None:
            raise job.error
        return made

    def forget(self, job_id: str) -> None:
        """Forget a job that nobody wants any more."""
        self._forget([job_id])

    def _is_left(self, job: Job) -> bool:
        """Whether no other process is at work on a job, or keeps its file."""
        if job.process in {"", own_name()}:
            return True
        runs = is_running(job.process)
        if runs is None:
            is_silent = (job.told_at or job.created_at) < self._clock() - SILENT
            return job.state == JobState.WORKING.value and is_silent
        return not runs

    def _tell(self) -> None:
        """Say of the jobs that are made here that they still are."""
        with self._lock:
            here = [ticket.order.id for ticket in self._watched if not ticket.future.done()]
        if here:
            mine = (Job.id.in_(here), Job.process == own_name(), Job.state == JobState.WORKING.value)
            with self._database.writing() as session:
                session.execute(update(Job).where(*mine).values(told_at=self._clock()))

    def _finish(self, ticket: Ticket) -> None:
        error = ticket.future.exception()
        try:
            with self._database.writing() as session:
                job = session.get(Job, ticket.order.id)
                if job is None:
                    return
                job.told_at = self._clock()
                if isinstance(error, DomainError):
                    job.state, job.error_code = JobState.FAILED.value, error.code
                    job.error_params = json.dumps(error.params, ensure_ascii=False, default=str)
                else:
                    made = ticket.future.result()
                    self._store(job.id, made.content)
                    job.state, job.file_name = JobState.DONE.value, made.name
        except (SQLAlchemyError, OSError) as failure:
            LOG.error("a finished file could not be kept: %s", type(failure).__name__)  # noqa: TRY400 - may quote values

    def _store(self, job_id: str, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / job_id
        path.touch(mode=0o600)
        path.write_bytes(content)

    def _all(self, before: datetime | None = None) -> list[str]:
        """Return the ids of all jobs, or of those that were begun before then."""
        older = [Job.created_at < before] if before else []
        with self._database.reading() as session:
            return list(session.scalars(select(Job.id).where(*older)))

    def _forget(self, job_ids: list[str]) -> None:
        if not job_ids:
            return
        with self._database.writing() as session:
            session.execute(delete(Job).where(Job.id.in_(job_ids)))
        _unlink(self._folder, job_ids)

    def _sweep_often(self) -> None:
        self.pulse.beat()
        while not self._stop.wait(SWEEP_SECONDS):
            self.pulse.beat()
            try:
                self.sweep()
                self.pulse.went_well()
            except Exception as error:  # noqa: BLE001 -- see below
                # A thread that matters goes on whatever happens (SEC-81); the text may quote values.
                self.pulse.failed(error)
                LOG.error("the shelf could not be swept: %s", type(error).__name__)  # noqa: TRY400
