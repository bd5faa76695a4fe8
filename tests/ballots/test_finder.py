"""Finding the box of a code, among many that come and go."""

import threading
from collections.abc import Iterable, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import CompoundSelect
from sqlalchemy.sql import Executable

from app.ballots import service, store
from app.ballots.domain import CodeState, GateState
from app.ballots.finder import Finder, UnreadBoxError
from app.ballots.lines import FileLine, Line, Parameters, Row
from app.ballots.schema_lines import SchemaLine
from app.ballots.slot import Slot
from app.booth.service import Admission, Door, admit
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.secrets import token_bytes
from app.core.settings import Settings
from tests.ballots.stores import GROUPS, NOON, PAPER, by_hand, literal, make_casts, make_store


@pytest.fixture
def folder(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


def test_it_works(database: Database, folder: KeyFolder) -> None:
    boxes = [make_store(database, folder, 2) for _ in range(3)]
    finder = Finder(database, folder.tag_secret())
    for round_id, hashes in boxes:
        for group in GROUPS:
            for digest in hashes[group]:
                found = finder.find([digest])[digest]
                assert (found.round_id, found.group_id, found.state) == (round_id, group, CodeState.LIVE)
                assert (found.gate, found.paper_hash, found.refusal(NOON)) == (GateState.OPEN, PAPER[1], "")
    everything = [digest for _, hashes in boxes for found in hashes.values() for digest in found]
    assert set(finder.find([*everything, bytes(32)])) == set(everything)
    assert finder.find([bytes(32)]) == {}
    assert finder.find([]) == {}
    finder.close()


def test_it_says_what_has_become_of_a_code(database: Database, folder: KeyFolder) -> None:
    round_id, hashes = make_store(database, folder)
    finder, slot = Finder(database, folder.tag_secret()), Slot(database, folder.tag_secret(), round_id)
    one, two = hashes["staff"][:2]
    slot.drop(make_casts("staff", [one]), NOON)
    assert finder.find([one])[one].refusal(NOON) == "code_used"
    service.void(database, folder, round_id, ["b-staff"])
    assert finder.find([two])[two].refusal(NOON) == "code_voided"
    assert service.change(database, folder, round_id, service.Change("i2", "i1", closes_at=NOON + timedelta(seconds=1)))
    other = hashes["residents"][0]
    assert finder.find([other])[other].refusal(NOON) == ""
    assert finder.find([other])[other].refusal(NOON + timedelta(seconds=1)) == "round_closed"
    slot.close()
    finder.close()


def test_boxes_come_go_and_are_made_anew(database: Database, folder: KeyFolder) -> None:
    finder = Finder(database, folder.tag_secret())
    assert finder.find([bytes(32)]) == {}
    first, hashes = make_store(database, folder)
    digest = hashes["staff"][0]
    assert finder.find([digest])[digest].round_id == first
    second, others = make_store(database, folder)
    assert finder.find([others["staff"][0]])[others["staff"][0]].round_id == second
    service.destroy(database, first)
    assert finder.find([digest]) == {}
    assert set(finder.find([digest, others["staff"][0]])) == {others["staff"][0]}
    service.create(database, folder, first, PAPER, GROUPS)
    service.issue(database, folder, first, [service.Batch("b1", "residents", [digest])])
    assert finder.find([digest])[digest].refusal(NOON) == "round_not_open"
    service.destroy(database, second)
    service.destroy(database, first)
    assert finder.find([digest, others["staff"][0]]) == {}
    finder.close()


def test_a_wrongly_tagged_code_is_no_code(database: Database, folder: KeyFolder) -> None:
    round_id, hashes = make_store(database, folder)
    digest = hashes["staff"][0]
    by_hand(database, round_id, f"UPDATE code SET state = 3 WHERE hash = {literal(database, digest)}")  # noqa: S608 - an attacker's
    finder = Finder(database, folder.tag_secret())
    assert finder.find([digest]) == {}
    finder.close()


def test_more_boxes_than_one_statement_takes(
    database: Database, folder: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.ballots.finder.PER_STATEMENT", 2)
    monkeypatch.setattr("app.ballots.finder.MOST_KEPT", 3)
    boxes = [make_store(database, folder, 1) for _ in range(5)]
    finder = Finder(database, folder.tag_secret())
    for round_id, hashes in boxes * 2:
        digest = hashes["staff"][0]
        assert finder.find([digest])[digest].round_id == round_id
    finder.close()


def test_a_box_that_goes_while_all_are_asked_hides_no_other(
    database: Database, folder: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    going, (_, hashes) = [make_store(database, folder, 1)[0] for _ in range(4)], make_store(database, folder, 1)
    finder, listed = Finder(database, folder.tag_secret()), store.ids_of

    def one_goes(names: Iterable[str]) -> frozenset[str]:
        there = listed(names)
        if going:
            service.destroy(database, going.pop())
        return there

    monkeypatch.setattr("app.ballots.finder.store.ids_of", one_goes)
    assert set(finder.find([bytes(32), hashes["staff"][0]])) == {hashes["staff"][0]}
    finder.close()


def test_many_may_ask_while_boxes_go(database: Database, folder: KeyFolder) -> None:
    kept, hashes = make_store(database, folder)
    going = [make_store(database, folder, 1)[0] for _ in range(16)]
    finder, wrong, done = Finder(database, folder.tag_secret()), [], threading.Event()

    def ask() -> None:
        while not done.is_set():
            if set(finder.find([hashes["staff"][0], token_bytes(32)])) != {hashes["staff"][0]}:
                wrong.append(1)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for round_id in going:
        service.destroy(database, round_id)
    done.set()
    for thread in threads:
        thread.join()
    finder.close()
    assert wrong == []
    assert kept


def test_a_box_that_cannot_be_read_holds_up_no_code_of_another(database: Database, folder: KeyFolder) -> None:
    """Before, nobody else's code was found any more, wherever it was asked after the damaged one."""
    boxes = [make_store(database, folder, 1) for _ in range(5)]
    damaged, lost = boxes.pop(2)
    by_hand(database, damaged, "ALTER TABLE code RENAME COLUMN tag TO other")
    finder = Finder(database, folder.tag_secret())
    for round_id, hashes in boxes * 2:
        digest = hashes["staff"][0]
        assert finder.find([digest])[digest].round_id == round_id
    right = boxes[0][1]["staff"][0]
    for other in (bytes(32), lost["staff"][0]):
        with pytest.raises(UnreadBoxError) as told:
            finder.find([right, other])
        assert set(told.value.found) == {right}
    unknown: list[int] = []
    door = Door(finder, b"", lambda: unknown.append(1))
    opened, refused = admit(door, [right, lost["staff"][0]], NOON)
    assert isinstance(opened, Admission)
    assert isinstance(refused, DomainError)
    assert (refused.code, unknown) == ("busy", [])
    by_hand(database, damaged, "ALTER TABLE code RENAME COLUMN other TO tag")
    assert set(finder.find([right, lost["staff"][0], bytes(32)])) == {right, lost["staff"][0]}
    finder.close()


def test_the_box_that_was_hit_last_is_asked_alone(
    database: Database, folder: KeyFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hall's codes are all of one box: whatever others lie there, each costs one question to that one."""
    boxes = [make_store(database, folder, 3) for _ in range(4)]
    finder, asked = Finder(database, folder.tag_secret()), list[int]()
    kind: type[Line] = FileLine if database.is_sqlite else SchemaLine
    ask = kind.first_of_each

    def note(line: Line, statement: Executable, many: Sequence[Parameters]) -> list[Row | None]:
        asked.append(len(statement.selects) if isinstance(statement, CompoundSelect) else 1)
        return ask(line, statement, many)

    monkeypatch.setattr(kind, "first_of_each", note)
    for _, hashes in boxes:
        first, *others = hashes["staff"]
        finder.find([first])
        for digest in others:
            asked.clear()
            assert finder.find([digest])
            assert asked == [1]
    finder.close()
