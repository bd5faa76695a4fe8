"""The slot: a code lets one envelope in, whoever comes when, and counts change with it."""

import threading
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy.sql import Executable

from app.ballots import reads, service, store
from app.ballots.domain import Count, GateState, envelope_id
from app.ballots.lines import FileLine, Line, Parameters, RefusedRowError
from app.ballots.schema_lines import SchemaLine
from app.ballots.slot import Cast, Slot
from app.ballots.verification import verify
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.secrets import token_bytes
from app.core.settings import Settings
from tests.ballots.stores import GROUPS, NOON, PAPER, by_hand, literal, make_casts, make_store


@pytest.fixture
def folder(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


def test_it_works(database: Database, folder: KeyFolder) -> None:
    round_id, hashes = make_store(database, folder)
    slot = Slot(database, folder.tag_secret(), round_id)
    casts = make_casts("staff", hashes["staff"][:3])
    assert slot.drop(casts, NOON) == ["", "", ""]
    assert reads.counts(database, round_id)["staff"] == Count(printed=5, spent=3, envelopes=3)
    assert verify(database, folder, round_id).is_right
    kept = {envelope.id: envelope for rows in reads.envelopes(database, round_id) for envelope in rows}
    assert {(cast.envelope_id, cast.sealed) for cast in casts} == {(one.id, one.sealed) for one in kept.values()}
    again = [casts[0], casts[0]._replace(envelope_id=token_bytes(16)), casts[1]]
    assert slot.drop(again, NOON) == ["", "code_used", ""]
    assert reads.counts(database, round_id)["staff"] == Count(printed=5, spent=3, envelopes=3)
    slot.close()


def test_a_receipt_waits_until_its_journal_is_cut_on_the_disk(database: Database, folder: KeyFolder) -> None:
    """SQLite waits for that, and not for a deletion, which a power failure could undo together with the ballot."""
    round_id, hashes = make_store(database, folder)
    slot = Slot(database, folder.tag_secret(), round_id)
    assert slot.drop(make_casts("staff", hashes["staff"][:1]), NOON) == [""]
    slot.close()
    if not database.is_sqlite:
        return
    file = store.file_of(database, round_id)
    journal = file.with_name(f"{file.name}-journal")
    assert journal.stat().st_size == 0
    assert service.change(database, folder, round_id, service.Change("i2", "i1", GateState.CLOSED))
    assert not journal.exists()
    store.destroy(database, round_id)
    assert list(file.parent.iterdir()) == []


def test_what_is_written_together_lies_in_the_order_of_random_keys(
    database: Database, folder: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the order of arrival, rows of codes would stand as rows of envelopes do: the n-th beside the n-th (SEC-87)."""
    round_id, hashes = make_store(database, folder)
    kind, written = (FileLine if database.is_sqlite else SchemaLine), []
    change = kind.change

    def note(line: Line, statement: Executable, many: Sequence[Parameters]) -> int:
        written.append([dict(each) for each in many])
        return change(line, statement, many)  # type: ignore[arg-type]

    monkeypatch.setattr(kind, "change", note)
    codes = sorted(hashes["staff"], reverse=True)
    sealed = sorted((token_bytes(100) for _ in codes), key=envelope_id, reverse=True)
    arrived = [Cast(code, "staff", envelope_id(one), one) for code, one in zip(codes, sealed, strict=True)]
    slot = Slot(database, folder.tag_secret(), round_id)
    assert slot.drop(arrived, NOON) == [""] * len(arrived)
    slot.close()
    spent = [row["code"] for rows in written for row in rows if "code" in row]
    stored = [row["id"] for rows in written for row in rows if "id" in row]
    assert (len(spent), spent) == (len(arrived), codes[::-1])
    assert stored == sorted(envelope_id(one) for one in sealed)


def test_only_the_very_bytes_with_a_spent_code_are_a_retry(database: Database, folder: KeyFolder) -> None:
    """Whoever saw an envelope pass by learns nothing with it, and spends no code of his own."""
    round_id, hashes = make_store(database, folder)
    slot = Slot(database, folder.tag_secret(), round_id)
    (cast,) = make_casts("staff", hashes["staff"][:1])
    assert slot.drop([cast], NOON) == [""]
    assert slot.drop([cast._replace(code_hash=b"n" * 32)], NOON) == ["code_unknown"]
    with pytest.raises(RefusedRowError):
        slot.drop([cast._replace(code_hash=hashes["staff"][1])], NOON)
    assert reads.counts(database, round_id)["staff"] == Count(printed=5, spent=1, envelopes=1)
    assert slot.drop([cast], NOON) == [""]
    live = cast._replace(code_hash=hashes["residents"][0])
    assert slot.drop([live], NOON) == ["code_foreign"], "these bytes are in the box, but not by this code"
    assert service.change(database, folder, round_id, service.Change("i2", "i1", GateState.CLOSED))
    assert slot.drop([cast, live, cast._replace(code_hash=hashes["staff"][1])], NOON) == ["", *["round_closed"] * 2]
    slot.close()


def test_a_box_without_its_gate_takes_nothing(database: Database, folder: KeyFolder) -> None:
    round_id, hashes = make_store(database, folder)
    slot = Slot(database, folder.tag_secret(), round_id)
    casts = make_casts("staff", hashes["staff"])
    assert slot.drop(casts[:1], NOON) == [""]
    by_hand(database, round_id, "DELETE FROM gate")
    assert slot.drop(casts[1:], NOON) == ["round_closed"] * 4
    slot.close()


def test_a_line_that_broke_is_let_go_and_another_one_taken(database: Database, folder: KeyFolder) -> None:
    round_id, hashes = make_store(database, folder)
    slot = Slot(database, folder.tag_secret(), round_id)
    casts = make_casts("staff", hashes["staff"])
    assert slot.drop(casts[:1], NOON) == [""]
    assert slot._line is not None
    slot._line.close()
    if database.is_sqlite:  # PostgreSQL's tells that it is closed before it is used
        with pytest.raises(FileLine.broken):
            slot.drop(casts[1:2], NOON)
    assert slot.drop(casts[1:2], NOON) == [""]
    line = slot._line
    slot.close()
    with pytest.raises(line.broken), line.writing():
        pass


def test_it_refuses(database: Database, folder: KeyFolder) -> None:
    round_id, hashes = make_store(database, folder)
    service.issue(database, folder, round_id, [service.Batch("b2", "staff", [b"v" * 32])])
    service.void(database, folder, round_id, ["b2"])
    slot = Slot(database, folder.tag_secret(), round_id)
    first, second = make_casts("staff", hashes["staff"][:1] * 2)
    casts = [
        first,
        second,
        *make_casts("staff", [b"v" * 32, b"n" * 32]),
        *make_casts("residents", hashes["staff"][1:2]),
    ]
    assert slot.drop(casts, NOON) == ["", "code_used", "code_voided", "code_unknown", "code_foreign"]
    assert verify(database, folder, round_id).is_right
    slot.close()


def test_the_gate_alone_decides(database: Database, folder: KeyFolder) -> None:
    round_id, hashes = make_store(database, folder)
    slot = Slot(database, folder.tag_secret(), round_id)
    casts = make_casts("staff", hashes["staff"])
    later = NOON + timedelta(seconds=1)
    assert slot.drop(casts[:1], NOON) == [""]
    assert service.change(database, folder, round_id, service.Change("i2", "i1", closes_at=later))
    assert slot.drop(casts[1:2], NOON) == [""]
    assert slot.drop(casts[2:3], later) == ["round_closed"]
    assert slot.drop(casts[:1], later) == [""]
    assert service.change(database, folder, round_id, service.Change("i3", "i2", GateState.CLOSED))
    assert slot.drop(casts[3:], NOON) == ["round_closed"] * 2
    service.create(database, folder, "r2", PAPER, GROUPS)
    other = Slot(database, folder.tag_secret(), "r2")
    assert other.drop(casts[:1], NOON) == ["round_not_open"]
    other.close()
    slot.close()


def test_a_wrongly_tagged_code_is_no_code(database: Database, folder: KeyFolder) -> None:
    round_id, hashes = make_store(database, folder, 2)
    moved = literal(database, hashes["staff"][0])
    by_hand(database, round_id, f"UPDATE code SET group_id = 'residents' WHERE hash = {moved}")  # noqa: S608 - an attacker's
    slot = Slot(database, folder.tag_secret(), round_id)
    casts = make_casts("residents", hashes["staff"][:1]) + make_casts("staff", hashes["staff"][:1])
    assert slot.drop(casts, NOON) == ["code_unknown", "code_unknown"]
    strange = literal(database, hashes["staff"][1])
    by_hand(database, round_id, f"UPDATE code SET state = 9 WHERE hash = {strange}")  # noqa: S608 - an attacker's
    (cast,) = make_casts("staff", hashes["staff"][1:])
    assert slot.drop([cast], NOON) == ["code_unknown"], "and keeps nobody else from voting"
    slot.close()


def test_an_impossible_envelope_leaves_everything_as_it_was(database: Database, folder: KeyFolder) -> None:
    round_id, hashes = make_store(database, folder)
    slot = Slot(database, folder.tag_secret(), round_id)
    one, two = make_casts("staff", hashes["staff"][:2])
    with pytest.raises(RefusedRowError):
        slot.drop([one, two._replace(envelope_id=one.envelope_id)], NOON)
    assert reads.counts(database, round_id)["staff"] == Count(printed=5)
    assert slot.drop([one, two], NOON) == ["", ""]
    slot.close()


def test_a_destroyed_box_takes_nothing(database: Database, folder: KeyFolder) -> None:
    round_id, hashes = make_store(database, folder)
    slot = Slot(database, folder.tag_secret(), round_id)
    casts = make_casts("staff", hashes["staff"])
    assert slot.drop(casts[:1], NOON) == [""]
    service.destroy(database, round_id)
    assert slot.drop(casts, NOON) == ["round_closed"] * 5
    slot.close()


def test_a_box_made_anew_is_another_one(database: Database, folder: KeyFolder) -> None:
    round_id, hashes = make_store(database, folder)
    slot = Slot(database, folder.tag_secret(), round_id)
    casts = make_casts("staff", hashes["staff"])
    assert slot.drop(casts[:1], NOON) == [""]
    service.destroy(database, round_id)
    service.create(database, folder, round_id, PAPER, GROUPS)
    assert slot.drop(casts[1:2], NOON) == ["round_not_open"]
    assert store.round_ids(database) == {round_id}
    slot.close()


def test_forty_codes_sixteen_times_at_once_are_forty_envelopes(database: Database, folder: KeyFolder) -> None:
    """Four writers on one box, as four processes would be; different ballots for each code."""
    round_id, hashes = make_store(database, folder, 40)
    outcomes: list[str] = []

    def hall() -> None:
        slot = Slot(database, folder.tag_secret(), round_id)
        for start in range(0, 40, 5):
            some = [cast for _ in range(4) for cast in make_casts("staff", hashes["staff"][start : start + 5])]
            outcomes.extend(slot.drop(some, NOON))
        slot.close()

    threads = [threading.Thread(target=hall) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(outcomes) == {"": 40, "code_used": 600}
    assert reads.counts(database, round_id)["staff"] == Count(printed=40, spent=40, envelopes=40)
    assert verify(database, folder, round_id).is_right


def test_a_close_waits_for_the_casts_before_it(database: Database, folder: KeyFolder) -> None:
    round_id, hashes = make_store(database, folder)
    slot = Slot(database, folder.tag_secret(), round_id)
    casts, closed = make_casts("staff", hashes["staff"]), threading.Event()

    def close() -> None:
        service.change(database, folder, round_id, service.Change("i2", "i1", GateState.CLOSED))
        closed.set()

    closer = threading.Thread(target=close)
    line = slot._connected()
    with line.writing():
        assert slot._drop(line, casts[:1], NOON) == [""]
        closer.start()
        assert not closed.wait(0.2)
    closer.join()
    assert slot.drop(casts[1:2], NOON) == ["round_closed"]
    assert reads.counts(database, round_id)["staff"] == Count(printed=5, spent=1, envelopes=1)
    slot.close()


def test_it_refuses_another_format(database: Database, folder: KeyFolder) -> None:
    round_id, hashes = make_store(database, folder)
    by_hand(database, round_id, "UPDATE gate SET format = 1")
    slot = Slot(database, folder.tag_secret(), round_id)
    with pytest.raises(Exception, match="box_other_format"):
        slot.drop([Cast(hashes["staff"][0], "staff", bytes(16), b"")], NOON)
    slot.close()
