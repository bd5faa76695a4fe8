"""What a release is compared with is read before its act begins, which keeps others from writing (SEC-45, SEC-72)."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.acting import Acting, Principal
from app.core.at_hand import made_now
from app.core.db import READ_ONLY, Database
from app.main import PORTS
from app.publication.comparing import NOTHING, Examined, examine
from app.publication.domain import Release, Scope, Wanted
from app.publication.kin import APART
from app.publication.reads import ledger_of
from app.publication.service import ask_to_publish, publish
from app.rounds.domain import Paper
from app.rounds.reads import waiting_approvals
from tests.cast import Desks, make_cast, refuses
from tests.publication import counted
from tests.publication.test_kin import HIDDEN, again, close, first
from tests.statements import listening

LI = Principal("li", "李四", "scrutineer")


@contextmanager
def documents_read() -> Iterator[list[bool]]:
    """Collect for each document that is read whether that happened where nobody else is kept from writing."""
    found: list[bool] = []

    def note(connection: sa.Connection, statement: str, _values: object) -> None:
        if "result_version.document" in statement:
            found.append(bool(connection.get_execution_options().get(READ_ONLY)))

    with listening(sa.Engine, note):
        yield found


@contextmanager
def papers_read() -> Iterator[list[bool]]:
    """Collect the same for each reading of the papers of rounds beside another."""
    found: list[bool] = []

    def note(connection: sa.Connection, statement: str, _values: object) -> None:
        if re.search(r"round\.paper\b.* IN \(", statement, re.DOTALL):
            found.append(bool(connection.get_execution_options().get(READ_ONLY)))

    with listening(sa.Engine, note):
        yield found


def pair(database: Database) -> tuple[str, str]:
    """Release two rounds, of which the later one holds back what the earlier one's voters ask."""
    before, later = first(database), again(database, "县文化局")
    counted.release(database, later, "leaders")
    return before, later


def release(database: Database, round_id: str, scope: Scope, known: Examined) -> int:
    """Publish as a page does; return how often that was begun."""
    goes = []

    def act(session: Session) -> None:
        goes.append(session)
        publish(Acting(session, counted.AT, counted.ZHANG), round_id, {"scope": scope}, known)

    database.acted(act)
    return len(goes)


def test_it_works(database: Database) -> None:
    before, later = pair(database)
    with documents_read() as read:
        known = examine(database, before, Scope.UNIT)
        assert read == [True, True]
        release(database, before, Scope.UNIT, known)
    assert read == [True, True]
    assert known.beside.keys() == {later}
    with documents_read() as read:
        assert release(database, before, Scope.ORGANISERS, NOTHING) > 1
    assert read.count(False) >= 2, "who examines nothing reads both within the act, and begins again to parse them"


def test_a_round_that_holds_back_itself_reads_no_other(database: Database) -> None:
    before, later = pair(database)
    with documents_read() as read:
        known = examine(database, later, Scope.UNIT)
    assert read == [True]
    assert known.beside.keys() == {before}


def test_who_publishes_reads_no_document_within_the_act(new_desk: Desks, database: Database) -> None:
    before, _ = pair(database)
    with database.writing() as session:
        make_cast(session)
    with documents_read() as read:
        answer = new_desk("zhangsan").post(f"/rounds/{before}/publish", scope="unit")
    assert answer.status_code == 303
    assert read
    assert all(read)
    with database.reading() as session:
        assert [each.scope for each in ledger_of(session, before)] == ["leaders", "unit"]


def test_who_agrees_reads_no_document_within_the_act(database: Database) -> None:
    before = counted.store_counted(database, counted.make_votes(sixty_eight(), 1.0, remarks=0), two_person=True)
    counted.release(database, again(database, "县文化局"), "leaders")
    for person in (counted.ZHANG, LI):
        counted.store_account(database, person)
    with documents_read() as read:
        known = examine(database, before, Scope.UNIT)
        with database.writing() as session:
            acting = Acting(session, counted.AT, counted.ZHANG)
            assert not ask_to_publish(acting, PORTS, before, Wanted(Scope.UNIT), known)
        with database.reading() as session:
            [waiting] = waiting_approvals(session, before)
        counted.agree(database, waiting.id, LI)
    assert read
    assert all(read)
    with database.reading() as session:
        assert [each.scope for each in ledger_of(session, before)] == ["unit"]


def test_what_was_released_meanwhile_is_compared_within_the_act(database: Database) -> None:
    before, later = counted_unguarded(database)
    known = examine(database, later, Scope.LEADERS)
    assert not known.beside
    counted.release(database, before, "leaders")
    with refuses("release_near_round"):
        release(database, later, Scope.LEADERS, known)


def test_what_was_found_of_papers_as_they_were_seen_before_is_found_anew(database: Database) -> None:
    """Whose object is whose may be corrected meanwhile, in the register or by a copy."""
    before, _ = pair(database)
    known = examine(database, before, Scope.UNIT)
    assert known.near is not None
    basis = replace(known.near.basis, register=frozenset({("one", "registered")}))
    stale = replace(known, near=replace(known.near, basis=basis))
    with documents_read() as read, papers_read() as papers:
        assert release(database, before, Scope.UNIT, stale) > 1
    assert False in read
    assert papers == [False], "they are read within the act, and parsed apart from it"


def test_who_examined_reads_and_parses_no_paper_of_another_round_within_the_act(database: Database) -> None:
    before, _ = pair(database)
    with papers_read() as read:
        known = examine(database, before, Scope.UNIT)
        assert read == [True]
        # His own paper, and nothing else: it was shown to him just now, and is kept from there as a rule.
        assert release(database, before, Scope.UNIT, known) == 2
    assert read == [True]


def test_an_act_that_reads_papers_as_they_were_read_before_is_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old way: whatever is lacking is made within the transaction."""
    before, _ = pair(database)
    known = examine(database, before, Scope.UNIT)

    def within(_session: object, work: str, makes: Mapping[str, Callable[[], Paper]], known: object) -> object:
        assert known is not None
        return made_now(work, makes)

    monkeypatch.setattr("app.rounds.papers.made_apart", within)
    with pytest.raises(RuntimeError, match="reading a paper while a transaction is held"):
        release(database, before, Scope.UNIT, known)


def test_a_version_that_was_made_meanwhile_is_read_within_the_act(database: Database) -> None:
    before = first(database)
    known = examine(database, before, Scope.UNIT)
    with documents_read() as read:
        assert release(database, before, Scope.UNIT, replace(known, digest="0" * 64)) > 1
    assert False in read


def test_a_round_that_turns_out_to_be_near_meanwhile_is_compared_within_the_act(database: Database) -> None:
    before, later = counted_unguarded(database)
    counted.release(database, before, "leaders")
    close(database, later, 2 * APART)
    known = examine(database, later, Scope.LEADERS)
    assert known.near is not None
    assert not known.near.rounds
    close(database, later, timedelta(days=7))
    with refuses("release_near_round"):
        release(database, later, Scope.LEADERS, known)
    assert not database_ledger(database, later)


def database_ledger(database: Database, round_id: str) -> Sequence[Release]:
    with database.reading() as session:
        return ledger_of(session, round_id)


def sixty_eight() -> Paper:
    return counted.make_paper(("县文化馆",), {"党代表": 60, HIDDEN: 8})


def counted_unguarded(database: Database) -> tuple[str, str]:
    """Count two rounds that turn out to be near one another, the first of them not released yet."""
    before = counted.store_counted(database, counted.make_votes(sixty_eight(), 1.0, remarks=0))
    later = again(database, "县文化局", days=2 * APART.days)
    close(database, later, timedelta(days=7))
    return before, later
