"""What the desk does to a box."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.ballots import reads, service
from app.ballots.domain import Count, GateState
from app.ballots.verification import verify
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from tests.ballots.stores import by_hand, make_store

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.fixture
def folder(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


def test_it_works(database: Database, folder: KeyFolder) -> None:
    round_id, _ = make_store(database, folder)
    later = NOON + timedelta(hours=1)
    assert service.change(database, folder, round_id, service.Change("i2", "i1", closes_at=later))
    gate = reads.gate(database, round_id)
    assert (gate.state, gate.closes_at, gate.intent, gate.public_key) == (GateState.OPEN, later, "i2", bytes(32))
    assert gate.refusal(NOON) == ""
    assert gate.refusal(later) == "round_closed"
    assert service.change(database, folder, round_id, service.Change("i3", "i2", GateState.CLOSED))
    assert reads.gate(database, round_id).refusal(NOON) == "round_closed"


def test_it_refuses_an_act_that_was_decided_before_another(database: Database, folder: KeyFolder) -> None:
    round_id, _ = make_store(database, folder)
    assert service.change(database, folder, round_id, service.Change("i2", "i1", GateState.CLOSED))
    before = reads.gate(database, round_id)
    assert not service.change(database, folder, round_id, service.Change("i3", "i1", GateState.OPEN))
    assert reads.gate(database, round_id) == before


def test_voiding_a_batch_spares_its_spent_codes(database: Database, folder: KeyFolder) -> None:
    round_id, _ = make_store(database, folder)
    assert service.void(database, folder, round_id, ["b-staff"]) == {"b-staff": 5}
    assert service.void(database, folder, round_id, ["b-staff"]) == {"b-staff": 5}
    assert service.void(database, folder, round_id, ["b-nothing"]) == {"b-nothing": 0}
    assert reads.counts(database, round_id) == {
        "residents": Count(printed=5),
        "staff": Count(printed=5, voided=5),
    }
    assert verify(database, folder, round_id).is_right


def test_a_wrongly_tagged_code_is_not_voided_either(database: Database, folder: KeyFolder) -> None:
    round_id, _ = make_store(database, folder, 2)
    by_hand(database, round_id, "UPDATE code SET batch_id = 'b-staff'")
    assert service.void(database, folder, round_id, ["b-staff"]) == {"b-staff": 2}
    verdict = verify(database, folder, round_id)
    assert verdict.groups["residents"].bad_codes == 2
    assert set(verdict.wrong) == {"residents"}


def test_an_act_that_was_decided_before_another_one_changes_nothing(database: Database, folder: KeyFolder) -> None:
    round_id, _ = make_store(database, folder)
    late = service.Change("i9", "", closes_at=NOON)
    assert not service.change(database, folder, round_id, late)
    assert not service.change(database, folder, round_id, service.Change("i9", "i1x", GateState.CLOSED))
    found = reads.gate(database, round_id)
    assert (found.intent, found.state, found.closes_at) == ("i1", GateState.OPEN, None)


def test_what_an_act_does_not_name_stays(database: Database, folder: KeyFolder) -> None:
    round_id, _ = make_store(database, folder)
    assert service.change(database, folder, round_id, service.Change("i2", "i1", closes_at=NOON))
    before = reads.gate(database, round_id)
    assert service.change(database, folder, round_id, service.Change("i3", "i2", GateState.CLOSED))
    assert reads.gate(database, round_id) == replace(before, intent="i3", state=GateState.CLOSED)
