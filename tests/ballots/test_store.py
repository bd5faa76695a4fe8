"""A box store on both databases: made whole, opened by its round's id, destroyed whole."""

import fcntl
import os
import sqlite3
import stat
import threading
from collections.abc import Mapping
from contextlib import closing
from functools import partial
from itertools import repeat

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app.ballots import reads, service, store
from app.ballots.domain import Count, GateState, envelope_id
from app.ballots.finder import Finder
from app.ballots.models import GATE, METADATA
from app.ballots.slot import Cast, Slot
from app.ballots.verification import verify
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.secrets import token_bytes
from app.core.settings import Settings
from tests.ballots.stores import GROUPS, NOON, PAPER, by_hand, make_casts, make_store
from tests.cast import refuses
from tests.security.schema_lint import live_problems, model_problems
from tests.together import at_once
from tests.waiting import wait_until, waits_for_a_lock

EMBEDDED = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SHARED = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
NAMED_ALLOWED = {"gate.closes_at: name"}
"""The gate is one row for all voters: when it closes tells nothing of anybody."""


@pytest.fixture
def folder(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


def test_it_works(database: Database, folder: KeyFolder) -> None:
    service.create(database, folder, "r1", PAPER, GROUPS)
    gate = reads.gate(database, "r1")
    assert (gate.state, gate.closes_at, gate.intent, gate.public_key) == (GateState.NOT_YET, None, "", b"")
    assert (gate.paper, gate.paper_hash) == PAPER
    assert gate.counts == {"residents": Count(), "staff": Count()}
    assert gate.refusal(NOON) == "round_not_open"
    batch = service.Batch("b1", "staff", [b"1" * 32, b"2" * 32])
    service.issue(database, folder, "r1", [batch])
    assert reads.counts(database, "r1") == {"residents": Count(), "staff": Count(printed=2)}
    assert reads.round_ids(database) == {"r1"}
    assert verify(database, folder, "r1").is_right


def test_a_second_making_changes_nothing(database: Database, folder: KeyFolder) -> None:
    round_id, _ = make_store(database, folder)
    before = reads.gate(database, round_id)
    service.create(database, folder, round_id, ("{}", "cd" * 32), ["others"])
    assert reads.gate(database, round_id) == before


def test_many_may_make_it_at_once(database: Database, folder: KeyFolder) -> None:
    at_once(6, partial(service.create, database, folder, "r1", PAPER, GROUPS))
    assert reads.gate(database, "r1").paper_hash == PAPER[1]
    assert reads.round_ids(database) == {"r1"}


def test_it_refuses_a_box_that_is_not_there(database: Database, folder: KeyFolder) -> None:
    with refuses("box_missing"):
        reads.gate(database, "nowhere")
    with refuses("box_missing"):
        service.issue(database, folder, "nowhere", [])
    with refuses("box_missing"):
        service.change(database, folder, "nowhere", service.Change("i1", ""))
    assert reads.find_gate(database, "nowhere") is None
    assert reads.counts(database, "nowhere") == {}
    assert not reads.has_receipt(database, "nowhere", bytes(10))
    assert reads.round_ids(database) == frozenset()


@pytest.mark.parametrize("round_id", ["", "../r1", "r1; DROP", "R1", "a" * 41])
def test_it_refuses_what_is_no_id(database: Database, folder: KeyFolder, round_id: str) -> None:
    with pytest.raises(ValueError, match="round id"):
        service.create(database, folder, round_id, PAPER, GROUPS)


def test_it_refuses_another_format(database: Database, folder: KeyFolder) -> None:
    round_id, _ = make_store(database, folder)
    by_hand(database, round_id, "UPDATE gate SET format = 1")
    with refuses("box_other_format"):
        reads.gate(database, round_id)


def test_destroying_removes_it_whole(database: Database, folder: KeyFolder) -> None:
    round_id, hashes = make_store(database, folder)
    other, _ = make_store(database, folder)
    kept = sqlite3.connect(store.file_of(database, round_id)) if database.is_sqlite else None
    service.destroy(database, round_id)
    assert reads.round_ids(database) == {other}
    service.destroy(database, round_id)
    assert reads.gate(database, other).state is GateState.OPEN
    if kept is not None:
        with closing(kept), pytest.raises(sqlite3.DatabaseError):
            kept.execute("SELECT * FROM gate").fetchall()
        left = b"".join(file.read_bytes() for file in store.folder_of(database).iterdir())
        assert not any(digest in left for digest in hashes["staff"])


@EMBEDDED
def test_tidying_finishes_what_a_crash_left(database: Database, folder: KeyFolder) -> None:
    round_id, _ = make_store(database, folder)
    place = store.folder_of(database)
    store.file_of(database, round_id).rename(place / f".gone-{round_id}")
    (place / ".new-x").write_bytes(b"half")
    assert reads.round_ids(database) == frozenset()
    service.tidy(database)
    assert list(place.iterdir()) == []


def test_whoever_tidies_takes_no_draft_that_is_being_filled(
    database: Database, folder: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An opening that ends tidies while somebody prints the first slips of another round."""
    fill, flock, waits_or_is_over = store._fill, fcntl.flock, threading.Event()

    def tidy() -> None:
        try:
            service.tidy(database)
        finally:
            waits_or_is_over.set()

    def wait_in_sight(handle: int, how: int) -> None:
        try:
            flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError:
            waits_or_is_over.set()
            flock(handle, how)

    beside = threading.Thread(target=tidy)

    def fill_while_another_tidies(connection: sa.Connection, row: Mapping[str, object]) -> None:
        beside.start()
        waits_or_is_over.wait()
        fill(connection, row)

    monkeypatch.setattr(store, "_fill", fill_while_another_tidies)
    monkeypatch.setattr(fcntl, "flock", wait_in_sight)
    service.create(database, folder, "r1", PAPER, GROUPS)
    beside.join()
    assert reads.gate(database, "r1").paper_hash == PAPER[1]
    service.issue(database, folder, "r1", [service.Batch("b1", "staff", [b"1" * 32])])
    assert verify(database, folder, "r1").is_right


def test_whoever_destroys_second_finds_it_gone(
    database: Database, folder: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The opening that has counted and the schedule of the desk do it at the same moment."""
    round_id, _ = make_store(database, folder)
    shut, first = store._shut, [True]

    def shut_after_another(database: Database, round_id: str) -> None:
        if first.pop():
            first.append(False)
            service.destroy(database, round_id)
        shut(database, round_id)

    monkeypatch.setattr(store, "_shut", shut_after_another)
    service.destroy(database, round_id)
    assert reads.round_ids(database) == set()


def test_many_may_destroy_it_at_once(database: Database, folder: KeyFolder) -> None:
    for _ in range(10):
        round_id, _ = make_store(database, folder)
        at_once(4, partial(service.destroy, database, round_id))
    assert reads.round_ids(database) == set()


@EMBEDDED
def test_files_are_private_and_durable(database: Database, folder: KeyFolder) -> None:
    before = os.umask(0)
    try:
        round_id, _ = make_store(database, folder)
    finally:
        os.umask(before)
    file = store.file_of(database, round_id)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert file.parent == folder.path.parent / "boxes"
    wanted = {"journal_mode": "delete", "synchronous": 3, "secure_delete": 1, "page_size": 1_024}
    with store.reading(database, round_id) as connection:
        assert {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted} == wanted


@pytest.mark.parametrize("size", [100, 900, 6_000])
def test_slips_take_the_room_of_their_ballots(database: Database, folder: KeyFolder, size: int) -> None:
    """Were it not there, the file would grow with every other cast; each print adds what its own ballots need."""
    round_id, hashes = make_store(database, folder, codes=2)
    more = {group: [token_bytes(32) for _ in range(300)] for group in GROUPS}
    for group, printed in more.items():
        for start in (0, 100, 200):
            batch = service.Batch(f"c-{group}-{start}", group, printed[start : start + 100])
            service.issue(database, folder, round_id, [batch], size)
    before = store.file_of(database, round_id).stat().st_size if database.is_sqlite else 0
    slot = Slot(database, folder.tag_secret(), round_id)
    for group in GROUPS:
        sealed = [token_bytes(size + 48) for _ in hashes[group] + more[group]]
        casts = map(Cast, hashes[group] + more[group], repeat(group), map(envelope_id, sealed), sealed)
        assert [slot.drop([cast], NOON) for cast in casts] == [[""]] * 302
    slot.close()
    assert verify(database, folder, round_id).is_right
    if database.is_sqlite:
        assert store.file_of(database, round_id).stat().st_size == before


def test_the_tables_tell_nothing(database: Database, folder: KeyFolder) -> None:
    round_id, _ = make_store(database, folder)
    found = {problem for table in METADATA.tables.values() for problem in model_problems(table)}
    assert found == NAMED_ALLOWED
    with store.reading(database, round_id) as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql(f"SET LOCAL search_path = {store.schema_of(round_id)}")
        live = {problem for table in METADATA.tables.values() for problem in live_problems(connection, table.name)}
        assert live - NAMED_ALLOWED == set()
        if not database.is_sqlite:
            assert sa.inspect(connection).get_sequence_names(store.schema_of(round_id)) == []
            assert connection.exec_driver_sql("SELECT current_schema()").scalar() == store.schema_of(round_id)


def test_a_reader_cannot_write(database: Database, folder: KeyFolder) -> None:
    round_id, _ = make_store(database, folder)
    with store.reading(database, round_id) as connection, pytest.raises(sa.exc.DBAPIError):
        connection.execute(sa.update(GATE).values(intent="other"))


@SHARED
def test_a_box_that_somebody_reads_holds_up_no_code_of_another_when_it_goes(
    database: Database, folder: KeyFolder
) -> None:
    """A dump that reads all boxes, say: who removes one waited behind it, and every phone in the hall behind him."""
    read, _ = make_store(database, folder)
    _, hashes = make_store(database, folder)
    finder, tried = Finder(database, folder.tag_secret()), threading.Event()
    finder.find([bytes(32)])

    def destroy() -> None:
        with pytest.raises(OperationalError):
            service.destroy(database, read)
        tried.set()

    with store.reading(database, read) as dump:
        dump.execute(sa.select(GATE.c.state)).all()
        beside = [threading.Thread(target=destroy, daemon=True)]
        beside[0].start()
        wait_until(lambda: tried.is_set() or waits_for_a_lock(database))
        beside.append(threading.Thread(target=finder.find, args=([bytes(32), hashes["staff"][0]],), daemon=True))
        beside[1].start()
        for thread in beside:
            thread.join(30)
        assert not [thread for thread in beside if thread.is_alive()]
    assert tried.is_set()
    assert read in reads.round_ids(database)
    service.destroy(database, read)
    assert read not in reads.round_ids(database)
    finder.close()


@SHARED
def test_while_a_box_is_made_or_goes_the_others_take_votes(database: Database, folder: KeyFolder) -> None:
    """Were they parts of one table, each would lock the others out until its end."""
    open_one, hashes = make_store(database, folder)
    slot, digests, outcomes = Slot(database, folder.tag_secret(), open_one), hashes["staff"], list[str]()

    def cast_before_the_commit(_connection: sa.Connection) -> None:
        casts = make_casts("staff", [digests.pop()])
        voter = threading.Thread(target=lambda: outcomes.extend(slot.drop(casts, NOON)), daemon=True)
        voter.start()
        voter.join(30)
        assert not voter.is_alive(), "a voter waits for the box of another round"

    sa.event.listen(database.aside, "commit", cast_before_the_commit)
    service.create(database, folder, "r2", PAPER, GROUPS)
    service.destroy(database, "r2")
    sa.event.remove(database.aside, "commit", cast_before_the_commit)
    slot.close()
    assert outcomes == ["", ""]
    assert reads.counts(database, open_one)["staff"].spent == 2
