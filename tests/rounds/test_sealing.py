"""The root over a closed box: written once, whatever was cut off, and found by everybody before a key is brought."""

import json
import os
import signal
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from app.audit import service as audit
from app.audit.models import AuditEntry
from app.ballots import reads as ballots
from app.ballots import store
from app.ballots.domain import CodeState, envelope_id
from app.ballots.models import CODE, ENVELOPE
from app.ballots.slot import Cast, Slot
from app.ballots.tags import tags_of
from app.ballots.verification import verify
from app.core.acting import Acting, Principal
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.core.merkle import tree_of
from app.core.secrets import token_bytes
from app.main import PORTS
from app.rounds import acts, sealing, service
from app.rounds.domain import RoundState
from app.rounds.models import BoxRoot
from app.rounds.reads import get_round
from app.rounds.receipt_reads import RootView, receipts_of, root_of, split
from app.rounds.schedule import Schedule
from app.rounds.sealing import write_root
from app.slips.codes import code_hash
from tests.ballots.stores import change_counts
from tests.cast import MORNING, make_cast, make_ready, prepare
from tests.forks import see_killed
from tests.together import at_once

ZHANG = Principal("idzhangsan", "张三", "organiser")
VOTES = 6
PLANNED = MORNING + timedelta(hours=1)


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "data" / "keys")


@pytest.fixture
def round_id(database: Database, folder: KeyFolder) -> str:
    """A round that is open, with envelopes in its box."""
    with database.writing() as session:
        acting = Acting(session, MORNING, make_cast(session)["zhangsan"])
        made = make_ready(acting)
        service.set_schedule(acting, made, None, PLANNED)
        _, codes = prepare(acting, folder, made)
        service.open_round(acting, folder, PORTS, made)
    group, some = next(iter(codes.items()))
    slot = Slot(database, folder.tag_secret(), made)
    sealed = [token_bytes(50) for _ in range(VOTES)]
    casts = [
        Cast(code_hash(folder.pepper(), code), group, envelope_id(it), it)
        for code, it in zip(some, sealed, strict=False)
    ]
    assert slot.drop(casts, MORNING) == [""] * VOTES
    slot.close()
    return made


def close(database: Database, round_id: str) -> None:
    with database.writing() as session:
        service.close_round(Acting(session, MORNING, ZHANG), round_id, {})


def by_schedule(database: Database, folder: KeyFolder) -> None:
    Schedule(database, folder, PORTS, lambda: PLANNED).run_due()


def found(database: Database, round_id: str) -> tuple[RoundState, RootView | None]:
    with database.reading() as session:
        return get_round(session, round_id).state, root_of(session, round_id)


def told(database: Database) -> list[Any]:
    query = sa.select(AuditEntry.detail).where(AuditEntry.action == "round.root")
    with database.reading() as session:
        return [json.loads(detail) for detail in session.scalars(query)]


def check(database: Database, round_id: str) -> None:
    """Check that the one root that is written down is that of the box."""
    ids = ballots.ids(database, round_id)
    root = RootView(tree_of(ids).root, VOTES)
    assert found(database, round_id) == (RoundState.SEALED, root)
    with database.reading() as session:
        assert split(receipts_of(session, round_id)) == ids
    assert told(database) == [{"root": root.hex, "signs": root.signs, "envelopes": VOTES}]


def test_it_works(database: Database, round_id: str) -> None:
    assert found(database, round_id) == (RoundState.OPEN, None)
    close(database, round_id)
    check(database, round_id)


def test_it_works_by_schedule(database: Database, folder: KeyFolder, round_id: str) -> None:
    by_schedule(database, folder)
    check(database, round_id)


def test_an_open_box_has_no_root(database: Database, round_id: str) -> None:
    write_root(database, round_id, MORNING)
    assert found(database, round_id) == (RoundState.OPEN, None)


def test_a_box_without_envelopes_has_the_root_of_nothing(database: Database, folder: KeyFolder) -> None:
    with database.writing() as session:
        acting = Acting(session, MORNING, make_cast(session)["zhangsan"])
        made = make_ready(acting)
        prepare(acting, folder, made)
        service.open_round(acting, folder, PORTS, made)
    close(database, made)
    assert found(database, made) == (RoundState.SEALED, RootView(tree_of([]).root, 0))


def _die(*_anything: object, **_named: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


CUTS: dict[str, Callable[[], None]] = {
    "before the desk knows of the close": lambda: vars(acts).update(_finish=_die),
    "before the root": lambda: vars(acts).update(write_root_soon=_die),
    "while it is computed": lambda: vars(sealing).update(tree_of=_die),
    "before its commit": lambda: vars(audit).update(record=_die),
}


def close_and_die(url: str, keys: Path, round_id: str, cut: str) -> None:
    """Close a round in a process that is killed at one step."""
    database = Database(make_engine(url, pool_size=2), KeyFolder(keys))
    with database.writing() as session:
        service.close_round(Acting(session, MORNING, ZHANG), round_id, {})
        CUTS[cut]()


@pytest.mark.parametrize("cut", CUTS)
def test_the_schedule_finishes_what_a_crash_cut_off(
    database: Database, folder: KeyFolder, round_id: str, cut: str
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    see_killed(close_and_die, url, database.keys.path, round_id, cut)
    assert found(database, round_id)[1] is None
    by_schedule(database, folder)
    check(database, round_id)
    by_schedule(database, folder)
    check(database, round_id)


def test_a_fault_does_not_undo_the_close(
    database: Database, folder: KeyFolder, round_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_anything: object) -> None:
        raise OperationalError("locked", None, Exception())

    with monkeypatch.context() as patched:
        patched.setattr(sealing, "tree_of", fails)
        close(database, round_id)
    assert found(database, round_id) == (RoundState.SEALED, None)
    by_schedule(database, folder)
    check(database, round_id)


def test_two_nodes_write_one_root(database: Database, round_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(acts, "write_root_soon", lambda *_anything: None)
        close(database, round_id)
    at_once(4, partial(write_root, database, round_id, MORNING))
    check(database, round_id)


def test_a_ballot_that_was_taken_out_before_the_close_is_missing_from_the_receipts(
    database: Database, folder: KeyFolder, round_id: str
) -> None:
    """Who has SQL alone and a copy of a code's row from before the cast leaves a box in order, but one receipt less."""
    gone = next(envelope for page in ballots.envelopes(database, round_id) for envelope in page)
    tags, group = tags_of(folder, round_id), gone.group_id
    with store.writing(database, round_id) as connection:
        connection.execute(ENVELOPE.delete().where(ENVELOPE.c.id == gone.id))
        spent = sa.select(CODE.c.hash, CODE.c.batch_id).where(CODE.c.state == CodeState.SPENT).limit(1)
        digest, batch = connection.execute(spent).one()
        before = {"state": int(CodeState.LIVE), "tag": tags.code(digest, group, batch, CodeState.LIVE)}
        connection.execute(CODE.update().where(CODE.c.hash == digest).values(before))
    change_counts(database, round_id, group, proved=False, spent=-1, envelopes=-1)
    assert verify(database, folder, round_id).is_right
    close(database, round_id)
    with database.reading() as session:
        receipts = split(receipts_of(session, round_id))
    assert gone.id not in receipts
    assert len(receipts) == VOTES - 1


def test_a_purge_takes_the_root_along(database: Database, folder: KeyFolder, round_id: str) -> None:
    close(database, round_id)
    with database.writing() as session:
        service.purge_round(Acting(session, MORNING, ZHANG), folder, PORTS, round_id)
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(BoxRoot)) == 0
