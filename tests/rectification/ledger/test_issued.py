"""督办单 that were issued: of thousands a page asks for those that its reader wants, and for columns alone."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.core.acting import Principal
from app.core.db import Database
from app.core.lists import ANYTHING, Listed, Wish
from app.rectification.ledger import issued
from app.rectification.ledger.deadlines import watched
from app.rectification.ledger.issued import NoticeView, issued_notices
from app.rectification.models import RemedialOrder, SupervisionNotice
from app.rectification.rules.supervision import Level
from tests.cast import MORNING, make_cast
from tests.found import some
from tests.rectification.flagged import WU, ZHANG
from tests.rectification.pages.test_search import store_notices, store_orders
from tests.statements import listening

CAMPAIGNS, RUNNING = 10, 4
"""Of each campaign's eight orders every other one runs."""


@pytest.fixture
def noticed(database: Database) -> Database:
    """Every running order is overdue; then all but those of the first campaign are closed, and 吴九 has one unit."""
    with database.writing() as session:
        make_cast(session)
    store_orders(database, CAMPAIGNS)
    store_notices(database)
    with database.writing() as session:
        session.execute(sa.update(RemedialOrder).where(RemedialOrder.campaign_id != "c0").values(state="closed"))
        accounts.set_liaisons(session, MORNING, ZHANG, "u7-0", [WU.id])
    return database


@contextmanager
def read_of(session: Session) -> Iterator[list[int]]:
    """Yield how many notices each statement fetches meanwhile: it is sent a second time and its rows are counted."""
    counts: list[int] = []
    with sent_of(session) as sent:
        yield counts
    counts += [len(session.connection().exec_driver_sql(*each).all()) for each in sent]


@contextmanager
def sent_of(session: Session) -> Iterator[list[tuple[str, Any]]]:
    """Yield the statements over notices that are sent meanwhile, with their parameters."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: object, statement: str, values: object) -> None:
        if "FROM supervision_notice" in statement:
            sent.append((statement, values))

    with listening(session.connection(), note):
        yield sent


def listed(session: Session, reader: Principal, wish: Wish = ANYTHING, *, only_open: bool) -> Listed[NoticeView]:
    return issued_notices(session, watched(session, reader), wish, only_open=only_open)


def test_it_works(noticed: Database) -> None:
    with noticed.reading() as session:
        every, running = (listed(session, ZHANG, only_open=only_open) for only_open in (False, True))
    assert (every.total, running.total) == (CAMPAIGNS * RUNNING, RUNNING)
    assert {notice.campaign_id for notice in running.rows} == {"c0"}
    assert [notice for notice in every.rows if notice.is_open] == list(running.rows)
    assert {(notice.level, notice.title) for notice in every.rows} == {(Level.RED, "完成补课")}


@pytest.mark.parametrize(
    ("reader", "only_open", "count"),
    [(ZHANG, True, RUNNING), (ZHANG, False, CAMPAIGNS * RUNNING), (WU, True, 0), (WU, False, 1)],
)
def test_no_other_notice_is_fetched(noticed: Database, reader: Principal, only_open: bool, count: int) -> None:
    with noticed.reading() as session:
        with read_of(session) as counts:
            assert listed(session, reader, only_open=only_open).total == count
        assert sum(counts) == count


def plans_of(session: Session, sent: Sequence[tuple[str, Any]]) -> list[str]:
    """Return how the database means to answer each statement; PostgreSQL, as it does where there are many notices."""
    explain = "EXPLAIN QUERY PLAN"
    if session.connection().dialect.name == "postgresql":
        session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        explain = "EXPLAIN"
    told = (session.connection().exec_driver_sql(f"{explain} {text}", values).all() for text, values in sent)
    return ["\n".join(str(row[-1]) for row in rows) for rows in told]


@pytest.mark.parametrize(("only_open", "index"), [(True, "subject_id"), (False, "unit_id")])
def test_no_statement_goes_through_all_notices(noticed: Database, only_open: bool, index: str) -> None:
    with noticed.reading() as session:
        with sent_of(session) as sent:
            listed(session, ZHANG, only_open=only_open)
        of_others, *of_actions = plans_of(session, sent)
    assert f"ix_supervision_notice_{index}" in of_others
    assert all("ix_supervision_notice_" in told for told in some(of_actions)), of_actions


def test_no_row_is_made_an_object(noticed: Database) -> None:
    made: list[object] = []

    def note(target: object, _context: object) -> None:
        made.append(target)

    sa.event.listen(SupervisionNotice, "load", note)
    try:
        with noticed.reading() as session:
            first = listed(session, ZHANG, only_open=False).rows[0]
            assert issued.get_notice(session, ZHANG, first.id) == first
    finally:
        sa.event.remove(SupervisionNotice, "load", note)
    assert made == []


@pytest.mark.parametrize("only_open", [True, False])
def test_more_than_one_statement_can_hold_are_asked_for_in_several(
    noticed: Database, only_open: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    wishes = (ANYTHING, Wish("单位3 补课"), Wish(state="blue"), Wish(state="red", part=99))
    with noticed.reading() as session:
        at_once = [listed(session, ZHANG, wish, only_open=only_open) for wish in wishes]
        monkeypatch.setattr(issued, "ASKED_AT_ONCE", 3)
        with read_of(session) as counts:
            assert [listed(session, ZHANG, wish, only_open=only_open) for wish in wishes] == at_once
        assert 0 < max(counts) <= 3
    assert [bool(found.total) for found in at_once] == [True, True, False, True]
