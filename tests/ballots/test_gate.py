"""Who has only SQL can neither open a closed box again, nor move its end, nor swap its key or paper (SEC-75)."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from app.ballots import reads, service
from app.ballots.domain import GateState
from app.ballots.finder import Finder
from app.ballots.slot import Slot
from app.ballots.verification import verify
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from tests.ballots.stores import NOON, by_hand, change_counts, fill, literal, make_casts, make_store
from tests.cast import refuses

Attack = Callable[[Database, str], None]
CLOSE = service.Change("i2", "i1", GateState.CLOSED)


@pytest.fixture
def folder(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


class Box:
    """An open box with two envelopes of each group, its slot and its finder."""

    def __init__(self, database: Database, folder: KeyFolder) -> None:
        self.database, self.folder = database, folder
        self.id, self.hashes = make_store(database, folder)
        fill(database, folder, self.id, self.hashes)
        self.slot = Slot(database, folder.tag_secret(), self.id)
        self.finder = Finder(database, folder.tag_secret())

    def cast(self, at: int = 2) -> str:
        (answer,) = self.slot.drop(make_casts("staff", self.hashes["staff"][at : at + 1]), NOON)
        return answer

    def find(self, at: int = 2) -> str:
        (found,) = self.finder.find(self.hashes["staff"][at : at + 1]).values()
        return found.refusal(NOON)

    def close(self) -> None:
        assert service.change(self.database, self.folder, self.id, CLOSE)

    @property
    def gate_is_right(self) -> bool:
        return verify(self.database, self.folder, self.id).gate_is_right


@pytest.fixture
def box(database: Database, folder: KeyFolder) -> Iterator[Box]:
    made = Box(database, folder)
    yield made
    made.slot.close()
    made.finder.close()


def test_it_works(box: Box) -> None:
    assert (box.find(), box.cast()) == ("", "")
    assert box.gate_is_right
    assert service.change(box.database, box.folder, box.id, service.Change("i2", "i1", closes_at=NOON + timedelta(1)))
    assert (box.find(3), box.cast(3)) == ("", "")
    assert box.gate_is_right
    assert service.change(box.database, box.folder, box.id, service.Change("i3", "i2", GateState.CLOSED))
    assert (box.find(4), box.cast(4)) == ("round_closed", "round_closed")
    assert box.gate_is_right


def move_the_end(database: Database, round_id: str) -> None:
    by_hand(database, round_id, "UPDATE gate SET closes_at = '2027-01-01T00:00:00+00:00'")


def swap_the_key(database: Database, round_id: str) -> None:
    by_hand(database, round_id, f"UPDATE gate SET public_key = {literal(database, b'k' * 32)}")


def swap_the_paper(database: Database, round_id: str) -> None:
    by_hand(database, round_id, "UPDATE gate SET paper_hash = 'ab'")


def set_an_act(database: Database, round_id: str) -> None:
    by_hand(database, round_id, "UPDATE gate SET intent = 'mine'")


def set_an_impossible_state(database: Database, round_id: str) -> None:
    by_hand(database, round_id, "UPDATE gate SET state = 9")


@pytest.mark.parametrize("attack", [move_the_end, swap_the_key, swap_the_paper, set_an_act, set_an_impossible_state])
def test_a_gate_that_somebody_else_set_takes_no_ballot(box: Box, attack: Attack) -> None:
    assert box.cast() == ""
    attack(box.database, box.id)
    assert (box.find(3), box.cast(3)) == ("gate_tampered", "gate_tampered")
    assert not box.gate_is_right
    with refuses("gate_tampered"):
        reads.gate(box.database, box.id)
    with refuses("gate_tampered"):
        service.issue(box.database, box.folder, box.id, [service.Batch("b", "staff", [bytes(32)])])


def test_a_swapped_text_of_the_paper_is_seen_by_who_reads_it(box: Box) -> None:
    by_hand(box.database, box.id, "UPDATE gate SET paper = '{}'")
    with refuses("gate_tampered"):
        reads.gate(box.database, box.id)
    assert not box.gate_is_right


def test_it_is_not_made_right_again_by_what_we_do(box: Box) -> None:
    swap_the_key(box.database, box.id)
    service.void(box.database, box.folder, box.id, ["b-residents"])
    box.close()
    assert (box.find(), box.cast()) == ("gate_tampered", "gate_tampered")
    assert not box.gate_is_right


def test_a_closed_box_cannot_be_opened_again(box: Box) -> None:
    box.close()
    by_hand(box.database, box.id, "UPDATE gate SET state = 3")
    assert (box.find(), box.cast()) == ("gate_tampered", "gate_tampered")
    assert not box.gate_is_right


def test_nor_by_a_desk_that_was_told_to_open_it(box: Box) -> None:
    """Who has SQL can set the round back and let the schedule open it: the gate opens once."""
    box.close()
    assert not service.change(box.database, box.folder, box.id, service.Change("i3", "i2", GateState.OPEN))
    assert (box.cast(), box.gate_is_right) == ("round_closed", True)


def test_what_was_right_once_and_is_put_back_is_found(box: Box) -> None:
    """The gate of the open box comes back, a ballot is cast, and the gate of the closed one comes back."""
    fields = ("state", "intent", "tag", "counts")
    before = row_of(box.database, box.id)
    box.close()
    closed = row_of(box.database, box.id)
    put_back(box.database, box.id, {name: before[name] for name in fields})
    assert box.cast() == ""
    put_back(box.database, box.id, {name: closed[name] for name in fields})
    assert box.cast(3) == "round_closed"
    assert not box.gate_is_right


def row_of(database: Database, round_id: str) -> dict[str, object]:
    return dict(reads._row(database, round_id)._mapping)


def put_back(database: Database, round_id: str, values: dict[str, object]) -> None:
    for name, value in values.items():
        text = literal(database, value) if isinstance(value, bytes) else f"'{value}'"
        by_hand(database, round_id, f"UPDATE gate SET {name} = {text}")


def test_counts_of_a_closed_box_are_proved(box: Box) -> None:
    box.close()
    change_counts(box.database, box.id, "staff", proved=False, spent=1)
    assert not box.gate_is_right


def test_a_deleted_ballot_whose_code_is_unspent_again_is_found(box: Box) -> None:
    """Code and tag are put back as they were before the cast, and the envelope is taken away."""
    digest = literal(box.database, box.hashes["staff"][2])
    with_code = f"FROM code WHERE hash = {digest}"
    by_hand(box.database, box.id, f"CREATE TABLE kept AS SELECT state, tag {with_code}")
    known = ids_of(box.database, box.id)
    assert box.cast() == ""
    box.close()
    (new,) = ids_of(box.database, box.id) - known
    for name in ("state", "tag"):
        by_hand(box.database, box.id, f"UPDATE code SET {name} = (SELECT {name} FROM kept) WHERE hash = {digest}")
    by_hand(box.database, box.id, f"DELETE FROM envelope WHERE id = {literal(box.database, new)}")
    found = verify(box.database, box.folder, box.id)
    assert (found.wrong, found.gate_is_right) == ({}, False)


def ids_of(database: Database, round_id: str) -> set[bytes]:
    return {envelope.id for page in reads.envelopes(database, round_id) for envelope in page}
