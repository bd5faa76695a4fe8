"""``kill -9`` at random while phones cast: acknowledged = counted, and codes spent = envelopes, always."""

import http.client
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, SimpleQueue

import pytest
import sqlalchemy as sa

from app.ballots import store
from app.ballots.domain import CodeState
from app.ballots.models import CODE, ENVELOPE, GATE
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.slips.codes import code_hash
from tests.factories import make_open_round, make_paper
from tests.nursery import Nursery, nursery
from tests.phones import Filled, fill_in, send

CYCLES = 65
PHONES = 6
MOST_ACKNOWLEDGED = 20
LONGEST_SPIN_MS = 4


class Load:
    """Phones that cast until their server dies."""

    def __init__(self, port: int, waiting: list[Filled]) -> None:
        self._port = port
        self._waiting: SimpleQueue[Filled] = SimpleQueue()
        for filled in waiting:
            self._waiting.put(filled)
        self.acknowledged: list[tuple[Filled, str]] = []
        self.refused: list[tuple[int, dict[str, str]]] = []
        self.enough = threading.Semaphore(0)

    def phone(self) -> None:
        """Cast one paper after the other over one line; whatever was not answered stays unacknowledged."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        with suppress(OSError, http.client.HTTPException, Empty):
            while True:
                filled = self._waiting.get_nowait()
                status, answer = send(connection, filled)
                if status == 200:
                    self.acknowledged.append((filled, answer["receipt"]))
                else:
                    self.refused.append((status, answer))
                self.enough.release()
        connection.close()


def spin(milliseconds: float) -> None:
    """Wait for so short a time that only the moment of the kill changes."""
    end = time.perf_counter() + milliseconds / 1000
    while time.perf_counter() < end:
        pass


def kill_under_load(servers: Nursery, waiting: list[Filled], drawn: bytes) -> Load:
    """Start a server, let phones cast, and kill it after a number of casts and a moment drawn at random."""
    pid, port = servers.start()
    load = Load(port, waiting)
    with ThreadPoolExecutor(PHONES) as pool:
        for _ in range(PHONES):
            pool.submit(load.phone)
        for _ in range(1 + drawn[0] % MOST_ACKNOWLEDGED):
            assert load.enough.acquire(timeout=30)
        spin(drawn[1] / 255 * LONGEST_SPIN_MS)
        os.kill(pid, signal.SIGKILL)
    servers.reap(pid)
    return load


def box(database: Database, round_id: str) -> tuple[set[bytes], set[bytes]]:
    """Return the hashes of spent codes and the ids of envelopes, once every transaction is over."""
    with store.writing(database, round_id) as connection:
        # The killed server's backend may still be at work on PostgreSQL: the gate waits for it.
        connection.execute(sa.select(GATE.c.state).with_for_update()).one()
        spent = set(connection.scalars(sa.select(CODE.c.hash).where(CODE.c.state == int(CodeState.SPENT))))
        return spent, set(connection.scalars(sa.select(ENVELOPE.c.id)))


@pytest.fixture
def servers(settings: Settings) -> Iterator[Nursery]:
    with nursery(settings.data, settings.sqlalchemy_url) as started:
        yield started


def test_it_works(database: Database, settings: Settings, servers: Nursery) -> None:
    folder = KeyFolder(settings.data / "keys")
    hall = make_open_round(database, folder, make_paper(units=2, items=2, remarks=False, remark_bytes=0), 1000)
    waiting = list(fill_in(hall))
    hash_of = {filled.code: code_hash(folder.pepper(), filled.code) for filled in waiting}
    id_of = {filled.code: filled.envelope_id for filled in waiting}
    acknowledged: set[str] = set()
    lost_answers = 0
    for _ in range(CYCLES):
        load = kill_under_load(servers, waiting, os.urandom(2))
        assert load.refused == []
        for filled, receipt in load.acknowledged:
            assert receipt == filled.receipt
            acknowledged.add(filled.code)
        spent, envelopes = box(database, hall.id)
        assert {hash_of[code] for code in acknowledged} <= spent
        assert {id_of[code] for code in acknowledged} <= envelopes
        assert envelopes == {id_of[code] for code, digest in hash_of.items() if digest in spent}
        lost_answers += len(spent) - len(acknowledged)
        waiting = [filled for filled in waiting if filled.code not in acknowledged]
    assert len(acknowledged) > CYCLES
    assert lost_answers > 0, "no kill fell between the commit and the answer: the test has lost its edge"


def test_whoever_was_not_answered_tries_again_and_is_counted_once(
    database: Database, settings: Settings, servers: Nursery
) -> None:
    folder = KeyFolder(settings.data / "keys")
    hall = make_open_round(database, folder, make_paper(units=2, items=2, remarks=False, remark_bytes=0), 30)
    everyone = list(fill_in(hall))
    receipts: dict[str, str] = {}
    for cycle in range(40):
        waiting = [filled for filled in everyone if filled.code not in receipts]
        if not waiting:
            break
        load = kill_under_load(servers, waiting, bytes((min(cycle, len(waiting) - 1) % 4, cycle)))
        assert load.refused == []
        receipts.update((filled.code, receipt) for filled, receipt in load.acknowledged)
    assert receipts == {filled.code: filled.receipt for filled in everyone}
    spent, envelopes = box(database, hall.id)
    assert len(spent) == len(envelopes) == len(everyone)
