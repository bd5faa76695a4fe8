"""Acts on the gate in three steps: ``kill -9`` between any two of them leaves one truth, which every node finds."""

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from app.audit.models import AuditEntry
from app.ballots import reads as ballots
from app.ballots import service as gates
from app.ballots.domain import GateState
from app.ballots.slot import Cast, Slot
from app.core.acting import Acting, Principal
from app.core.db import Database, make_engine
from app.core.key_folder import KeyFolder
from app.main import PORTS
from app.rounds import acts, gone, service
from app.rounds.acts import GRACE, settle
from app.rounds.domain import RoundState
from app.rounds.models import Intent
from app.rounds.reads import get_round
from app.slips.codes import code_hash
from tests.cast import MORNING, make_cast, make_ready, prepare, refuses
from tests.forks import see_killed
from tests.rounds.test_gone import stands_in_the_way

ZHANG = Principal("idzhangsan", "张三", "organiser")
LATER = MORNING + timedelta(hours=3)
DO: dict[str, Callable[[Acting, KeyFolder, str], None]] = {
    "open": lambda acting, folder, round_id: service.open_round(acting, folder, PORTS, round_id),
    "close": lambda acting, _, round_id: service.close_round(acting, round_id, {}),
    "extend": lambda acting, _, round_id: service.extend_round(acting, round_id, {"closes_at": LATER.isoformat()}),
    "void": lambda acting, _, round_id: service.void_round(acting, round_id, {"reason": "停电"}),
}
DONE = {"open": RoundState.OPEN, "close": RoundState.SEALED, "extend": RoundState.OPEN, "void": RoundState.VOID}
STEPS = ("before the intent", "before the gate", "before the desk", "after the desk")


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "data" / "keys")


@pytest.fixture
def ready(database: Database, folder: KeyFolder) -> tuple[str, list[str]]:
    """A round with slips and key; return its id and the codes of one group."""
    with database.writing() as session:
        acting = Acting(session, MORNING, make_cast(session)["zhangsan"])
        round_id = make_ready(acting)
        _, codes = prepare(acting, folder, round_id)
    return round_id, next(iter(codes.values()))


def prepared_for(database: Database, folder: KeyFolder, round_id: str, act: str) -> None:
    if act != "open":
        do(database, folder, round_id, "open")


def do(database: Database, folder: KeyFolder, round_id: str, act: str) -> None:
    with database.writing() as session:
        DO[act](Acting(session, MORNING, ZHANG), folder, round_id)


def _die(*_anything: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def act_and_die(url: str, keys: Path, round_id: str, act: str, step: str) -> None:
    """Act in a process that is killed at one step."""
    folder = KeyFolder(keys)
    database = Database(make_engine(url, pool_size=2), folder)
    vars(acts).update({"before the gate": {"_carry_out": _die}, "before the desk": {"_finish": _die}}.get(step, {}))
    with database.writing() as session:
        DO[act](Acting(session, MORNING, ZHANG), folder, round_id)
        if step == "before the intent":
            _die()
        if step == "after the desk":
            vars(gates).update({"destroy": _die})
    _die()


def crash(database: Database, folder: KeyFolder, round_id: str, act: str, step: str) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    see_killed(act_and_die, url, folder.path, round_id, act, step)


def state(database: Database, round_id: str) -> tuple[RoundState, GateState | None, int]:
    """Return what the desk says, what the gate says, and how many intents wait."""
    gate = ballots.find_gate(database, round_id)
    with database.reading() as session:
        waiting = session.scalar(sa.select(sa.func.count()).select_from(Intent)) or 0
        return get_round(session, round_id).state, gate.state if gate else None, waiting


def log(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.number)))


def cast(database: Database, folder: KeyFolder, round_id: str, code: str) -> str:
    gate = ballots.find_gate(database, round_id)
    group = next(iter(gate.counts)) if gate else ""
    slot = Slot(database, folder.tag_secret(), round_id)
    [outcome] = slot.drop([Cast(code_hash(folder.pepper(), code), group, os.urandom(16), b"sealed")], MORNING)
    slot.close()
    return outcome


GATES: dict[RoundState, tuple[GateState | None, str]] = {
    RoundState.READY: (GateState.NOT_YET, "round_not_open"),
    RoundState.OPEN: (GateState.OPEN, ""),
    RoundState.SEALED: (GateState.CLOSED, "round_closed"),
    RoundState.VOID: (None, "round_closed"),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("act", DO)
def test_a_crash_leaves_one_truth(
    database: Database, folder: KeyFolder, ready: tuple[str, list[str]], act: str, step: str
) -> None:
    round_id, codes = ready
    prepared_for(database, folder, round_id, act)
    before = state(database, round_id)[0]
    crash(database, folder, round_id, act, step)
    settle(database, round_id, MORNING)
    if step == "before the gate":
        assert state(database, round_id) == (before, GATES[before][0], 1)
        with refuses("act_under_way"):
            do(database, folder, round_id, act)
    settle(database, round_id, MORNING + GRACE)
    for over in gone.left(database):
        gone.finish(database, over)
    is_done = step in {"before the desk", "after the desk"}
    expected = DONE[act] if is_done else before
    assert state(database, round_id) == (expected, GATES[expected][0], 0)
    assert cast(database, folder, round_id, codes[0]) == GATES[expected][1]
    told = [entry for entry in log(database) if entry.startswith(f"round.{act}")]
    acted, dropped = [f"round.{act}"], [f"round.{act}.dropped"]
    assert told == {"before the intent": [], "before the gate": acted + dropped}.get(step, acted)
    with database.reading() as session:
        row = get_round(session, round_id)
    if act == "extend":
        gate = ballots.gate(database, round_id)
        assert row.closes_at == gate.closes_at == (LATER if is_done else None)
    if not is_done:
        do(database, folder, round_id, act)
        assert state(database, round_id) == (DONE[act], GATES[DONE[act]][0], 0)


def test_it_works(database: Database, folder: KeyFolder, ready: tuple[str, list[str]]) -> None:
    round_id, codes = ready
    do(database, folder, round_id, "open")
    assert state(database, round_id) == (RoundState.OPEN, GateState.OPEN, 0)
    assert ballots.gate(database, round_id).public_key
    assert cast(database, folder, round_id, codes[0]) == ""
    do(database, folder, round_id, "extend")
    assert ballots.gate(database, round_id).closes_at == LATER
    do(database, folder, round_id, "close")
    assert cast(database, folder, round_id, codes[1]) == "round_closed"
    do(database, folder, round_id, "void")
    assert state(database, round_id) == (RoundState.VOID, None, 0)


def test_one_who_wakes_too_late_finds_the_gate_marked(
    database: Database, folder: KeyFolder, ready: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node that stood still between intent and gate, while another one gave its act up, changes nothing any more."""
    round_id, _ = ready
    slept: list[Any] = []
    with monkeypatch.context() as patched:
        patched.setattr(acts, "_carry_out", lambda *what: slept.append(what))
        do(database, folder, round_id, "open")
    settle(database, round_id, MORNING + GRACE)
    assert state(database, round_id) == (RoundState.READY, GateState.NOT_YET, 0)
    with refuses("round_wrong_state"):
        acts._carry_out(*slept[0])
    assert state(database, round_id) == (RoundState.READY, GateState.NOT_YET, 0)
    do(database, folder, round_id, "open")
    assert state(database, round_id) == (RoundState.OPEN, GateState.OPEN, 0)


def test_the_desk_s_columns_let_no_ballot_in(
    database: Database, folder: KeyFolder, ready: tuple[str, list[str]]
) -> None:
    round_id, codes = ready
    do(database, folder, round_id, "open")
    do(database, folder, round_id, "close")
    with database.writing() as session:
        session.execute(sa.text("UPDATE round SET state = 'open', closes_at = NULL"))
    assert cast(database, folder, round_id, codes[0]) == "round_closed"


def test_a_round_set_back_at_the_desk_does_not_open_its_box_again(
    database: Database, folder: KeyFolder, ready: tuple[str, list[str]]
) -> None:
    """Who has only SQL can let the service open a round twice; the gate opens once (SEC-75)."""
    round_id, codes = ready
    do(database, folder, round_id, "open")
    do(database, folder, round_id, "close")
    with database.writing() as session:
        session.execute(sa.text("UPDATE round SET state = 'ready'"))
    with refuses("round_wrong_state"):
        do(database, folder, round_id, "open")
    assert cast(database, folder, round_id, codes[0]) == "round_closed"
    assert state(database, round_id)[1] is GateState.CLOSED


def test_a_round_does_not_open_to_a_key_that_was_swapped(
    database: Database, folder: KeyFolder, ready: tuple[str, list[str]]
) -> None:
    """Who has the database alone would read each ballot, beside the code that it came with, as it falls in."""
    round_id, codes = ready
    own = X25519PrivateKey.generate().public_key().public_bytes_raw()
    with database.writing() as session:
        session.execute(sa.text("UPDATE round_key SET public_key = :own"), {"own": own})
    with refuses("key_swapped"):
        do(database, folder, round_id, "open")
    assert state(database, round_id)[:2] == (RoundState.READY, GateState.NOT_YET)
    assert ballots.gate(database, round_id).public_key == b""
    assert cast(database, folder, round_id, codes[0]) == "round_not_open"


def test_a_voiding_stands_though_the_key_part_cannot_go(
    database: Database, folder: KeyFolder, ready: tuple[str, list[str]]
) -> None:
    """It is committed: who voids is not told of a fault, and the schedule goes on trying."""
    round_id, _ = ready
    stands_in_the_way(folder, round_id)
    do(database, folder, round_id, "void")
    assert state(database, round_id) == (RoundState.VOID, None, 0)
    assert gone.left(database) == [round_id]
