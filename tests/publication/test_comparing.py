"""What a release is compared with is read before its act begins, which keeps others from writing (SEC-45, SEC-72)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from app.core.acting import Acting, Principal
from app.core.db import READ_ONLY, Database
from app.main import PORTS
from app.publication.comparing import NOTHING, Examined, examine
from app.publication.domain import Scope, Wanted
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


def pair(database: Database) -> tuple[str, str]:
    """Release two rounds, of which the later one holds back what the earlier one's voters ask."""
    before, later = first(database), again(database, "县文化局")
    counted.release(database, later, "leaders")
    return before, later


def release(database: Database, round_id: str, scope: Scope, known: Examined) -> None:
    with database.writing() as session:
        publish(Acting(session, counted.AT, counted.ZHANG), round_id, {"scope": scope}, known)


def test_it_works(database: Database) -> None:
    before, later = pair(database)
    with documents_read() as read:
        known = examine(database, before, Scope.UNIT)
        assert read == [True, True]
        release(database, before, Scope.UNIT, known)
    assert read == [True, True]
    assert known.beside.keys() == {later}
    with documents_read() as read:
        release(database, before, Scope.ORGANISERS, NOTHING)
    assert read == [False, False], "who examines nothing reads both within the act"


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
    before, later = pair(database)
    known = examine(database, before, Scope.UNIT)
    assert known.near is not None
    basis = replace(known.near.basis, register=frozenset({("one", "registered")}))
    stale = replace(known, near=replace(known.near, basis=basis))
    with documents_read() as read:
        release(database, before, Scope.UNIT, stale)
    assert read == [False]


def test_a_version_that_was_made_meanwhile_is_read_within_the_act(database: Database) -> None:
    before = first(database)
    known = examine(database, before, Scope.UNIT)
    with documents_read() as read:
        release(database, before, Scope.UNIT, replace(known, digest="0" * 64))
    assert read == [False]


def sixty_eight() -> Paper:
    return counted.make_paper(("县文化馆",), {"党代表": 60, HIDDEN: 8})


def counted_unguarded(database: Database) -> tuple[str, str]:
    """Count two rounds that turn out to be near one another, the first of them not released yet."""
    before = counted.store_counted(database, counted.make_votes(sixty_eight(), 1.0, remarks=0))
    later = again(database, "县文化局", days=2 * APART.days)
    close(database, later, timedelta(days=7))
    return before, later
