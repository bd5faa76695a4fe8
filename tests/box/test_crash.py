"""``kill -9`` in the middle of an opening leaves the sealed box or the finished stacks, and nothing in between."""

import multiprocessing
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from time import perf_counter

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from app.box import ceremony, reads, unlocking
from app.box.opening import Attempt, Progress, Room, open_box
from app.box.tidying import recover
from app.core.acting import Principal
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.secrets import jitter
from app.rounds.domain import RoundState
from app.rounds.reads import frozen_paper, get_round
from tests.ballots.stores import sealed_in
from tests.box.boxes import NOON, Box, cast_contents, counted_contents, hall_paper, laid_out, make_box, make_staff
from tests.conftest import compiled_once
from tests.forks import FORKS

COUNTS = {"residents": 60, "staff": 40}
CYCLES = {"sqlite": 60, "postgresql": 30}
HARMLESS_SECONDS = 60
FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sealed box to be copied for each cycle: its database and its key folder."""

    url: str
    keys: Path
    box: Box
    private_key: bytes
    actor: Principal

    def copy(self, url: str, keys: Path) -> None:
        """Put a copy of the key folder, and on SQLite of the database, where a cycle may spoil it."""
        if self.url.startswith("sqlite"):
            shutil.copytree(_file(self.url).parent, _file(url).parent)
        shutil.copytree(self.keys, keys)


def _file(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@contextmanager
def opened(url: str, keys: Path) -> Iterator[Database]:
    database = Database(make_engine(url, pool_size=2), KeyFolder(keys))
    yield database
    database.engine.dispose()


@pytest.fixture
def prepared(database_url: str, tmp_path: Path) -> Prepared:
    """A sealed box of a hundred envelopes, some with remarks."""
    folder = KeyFolder(tmp_path / "prepared-keys")
    with opened(database_url, folder.path) as database:
        with database.writing() as session:
            actor = make_staff(session)
        box = make_box(database, folder, actor, hall_paper(), COUNTS)
        with database.reading() as session:
            key = unlocking.unlock(laid_out(session, box.shares[:2]), folder)
    return Prepared(database_url, folder.path, box, key.private_bytes_raw(), actor)


def open_one(url: str, keys: Path, attempt: tuple[bytes, Principal], line: Connection) -> None:
    """Open the box; the parent is told which process begins."""
    private_key, actor = attempt
    with opened(url, keys) as database:
        room = Room(database, KeyFolder(keys), lambda: NOON)
        with database.reading() as session:  # what only takes time at the first use is not worth a kill
            ceremony.check_counts(session, frozen_paper(session, "r1")[0])
        line.send(os.getpid())
        open_box(
            room, Attempt("r1", X25519PrivateKey.from_private_bytes(private_key), actor, ("张三",), (1, 2)), Progress()
        )


def open_many(attempt: tuple[bytes, Principal], line: Connection) -> None:
    """Open the first box, and let a process of its own open each of the others; say when each is over.

    Forked from one that has opened a box, they open: of a new one's time six parts of seven went by before that, with
    statements that are written at their first use, and there most of the kills fell.
    """
    with compiled_once():
        url, keys = line.recv()
        open_one(url, keys, attempt, line)
        line.send("over")
        for url, keys in iter(line.recv, None):
            child = FORK.Process(target=open_one, args=(url, keys, attempt, line))
            child.start()
            child.join()
            line.send("over")


@contextmanager
def opener(prepared: Prepared) -> Iterator[Connection]:
    """Yield the line to a process that opens boxes."""
    mine, its = FORKS.Pipe()
    process = FORKS.Process(target=open_many, args=((prepared.private_key, prepared.actor), its))
    process.start()
    its.close()
    try:
        yield mine
    finally:
        mine.send(None)
        process.join()


def run_and_kill(line: Connection, url: str, keys: Path, after: float) -> float:
    """Let the box be opened, kill who does ``after`` seconds later, return how long he ran."""
    line.send((url, keys))
    pid = line.recv()
    began = perf_counter()
    with suppress(ProcessLookupError):  # it may be over, and waited for, at this very moment
        child = os.pidfd_open(pid)
        try:
            if not line.poll(after):
                signal.pidfd_send_signal(child, signal.SIGKILL)
        finally:
            os.close(child)
    assert line.recv() == "over"
    return perf_counter() - began


@contextmanager
def fresh_url(prepared: Prepared, tmp_path: Path, cycle: int) -> Iterator[str]:
    """Yield the address of a copy of the prepared database; on PostgreSQL a copy made by the server."""
    if prepared.url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / f'cycle-{cycle}' / _file(prepared.url).name}"
        return
    name = f"{prepared.url.rsplit('/', 1)[1]}_{cycle}"
    admin = sa.create_engine(prepared.url.rsplit("/", 1)[0] + "/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {prepared.url.rsplit('/', 1)[1]}")
        try:
            yield f"{prepared.url.rsplit('/', 1)[0]}/{name}"
        finally:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


def end_orphans(database: Database) -> None:
    """Wait until the server has ended what the killed process had begun: it notices only by and by."""
    if database.is_sqlite:
        return
    query = (
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    with database.engine.connect() as connection:
        connection.exec_driver_sql(query).all()


def check_whole(database: Database, folder: KeyFolder, box: Box, *, tidied: bool = True) -> bool:
    """Check that it is the sealed box or the finished stacks; return whether it is the stacks.

    Beside finished stacks the whole box may lie until the crash has been ``tidied``: it is destroyed after the commit.
    """
    with database.reading() as session:
        envelopes = reads.envelopes_by_group(session, "r1")
        if get_round(session, "r1").state is RoundState.SEALED:
            assert envelopes == COUNTS
            assert counted_contents(session, box.paper) == ({}, {})
            assert reads.opening_of(session, "r1") is None
            assert folder.parts() == {"r1"}
            return False
        assert envelopes == {} or (envelopes == COUNTS and not tidied)
        assert counted_contents(session, box.paper) == cast_contents(box)
        return True


def finish(database: Database, folder: KeyFolder, prepared: Prepared) -> None:
    """Start again after the crash, as the server does, and open what is still sealed."""
    recover(database)
    if not check_whole(database, folder, prepared.box):
        key = X25519PrivateKey.from_private_bytes(prepared.private_key)
        attempt = Attempt("r1", key, prepared.actor, ("张三",), (1, 2))
        open_box(Room(database, folder, lambda: NOON), attempt, Progress())
    assert check_whole(database, folder, prepared.box)
    assert folder.parts() == set()


def check_cycle(prepared: Prepared, url: str, keys: Path, *, disturbed: bool) -> None:
    """Check what a kill left, and finish it."""
    with opened(url, keys) as database:
        end_orphans(database)
        assert check_whole(database, KeyFolder(keys), prepared.box, tidied=not disturbed) or disturbed
        finish(database, KeyFolder(keys), prepared)


def test_a_killed_opening_can_be_finished(prepared: Prepared, tmp_path: Path) -> None:
    with opened(prepared.url, prepared.keys) as database:
        sealed = [envelope.sealed[-24:] for envelope in sealed_in(database, "r1")]
        kind = database.engine.dialect.name
    cycles, usual = CYCLES[kind], 0.0
    with opener(prepared) as line:
        for cycle in range(cycles + 1):
            # The first runs undisturbed and tells how long it takes; the others are killed all along that time.
            after = usual * 1.2 * (cycle - 1 + jitter(1)) / cycles if cycle else HARMLESS_SECONDS
            with fresh_url(prepared, tmp_path, cycle) as url:
                keys = tmp_path / f"keys-{cycle}"
                prepared.copy(url, keys)
                ran = run_and_kill(line, url, keys, after)
                usual = ran if ran < after else usual
                check_cycle(prepared, url, keys, disturbed=bool(cycle))
                if kind == "sqlite":
                    left = [path for path in _file(url).parent.rglob("*") if path.is_file()]
                    assert left == [_file(url)]
                    assert not any(piece in left[0].read_bytes() for piece in sealed)
