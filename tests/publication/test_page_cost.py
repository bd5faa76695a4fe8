"""What a page of a result of sixty units asks the database for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from starlette.testclient import TestClient

from app.core.db import Database
from app.rounds.reads import get_round
from tests.publication import counted

MOST = 30
OTHERS = {"schedule", "shelf"}
"""Threads that ask for themselves, whoever reads a page meanwhile."""
FLAGGED = 2
"""Of the first nine units, those below the line."""
SIXTY = tuple(f"被测评单位{place + 1}" for place in range(60))


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect what is asked of any database for the sake of requests."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        if threading.current_thread().name not in OTHERS:
            asked.append(statement)

    event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(sa.Engine, "before_cursor_execute", note)


def test_it_asks_few_statements_whatever_the_number_of_units(client: TestClient, database: Database) -> None:
    few = counted.store_published(database, counted.make_votes(counted.make_paper(SIXTY[:2])))
    many = counted.store_published(database, counted.make_votes(counted.make_paper(SIXTY, organisation="邻县")))
    counted.log_in(client, database, "organiser")
    costs = {}
    for round_id in (few, many):
        for turn in ("first", "again"):
            with statements() as asked:
                page = client.get(f"/results/{round_id}").raise_for_status().text
            assert len(asked) <= MOST, asked
            costs[round_id, turn] = len(asked)
    assert page.count('<svg class="grade-bar"') == len(SIXTY)
    assert costs[few, "again"] == costs[many, "again"]


def test_the_board_asks_no_more_for_more_results(client: TestClient, database: Database) -> None:
    counted.log_in(client, database, "organiser")
    costs = []
    for _ in range(3):
        counted.store_published(database, counted.make_votes(counted.make_paper(SIXTY[:9])))
        with statements() as asked:
            page = client.get("/rectification").raise_for_status().text
        costs.append(len(asked))
    assert page.count("责令补课或说明") == len(costs) * FLAGGED
    assert len(set(costs)) == 1


def test_the_page_of_units_reads_the_register_once(client: TestClient, database: Database) -> None:
    round_id = counted.store_published(database, counted.make_votes(counted.make_paper(SIXTY[:2])))
    with database.reading() as session:
        campaign_id = get_round(session, round_id).campaign_id
    counted.log_in(client, database, "organiser")
    with statements() as asked:
        client.get(f"/campaigns/{campaign_id}/units").raise_for_status()
    assert len([statement for statement in asked if "FROM unit_register" in statement]) == 1
