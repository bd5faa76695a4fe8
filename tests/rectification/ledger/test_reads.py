"""A page of the ledger against the whole of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.acting import Acting
from app.core.db import Database
from app.core.lists import Wish
from app.rectification.ledger import reads as ledger_pages
from app.rectification.ledger import service as ledger_acts
from app.rectification.ledger.reads import EVERYTHING, ledger_page, picked_rows
from app.rectification.models import RemedialAction
from app.rectification.plans.reads import plan_heads
from app.rectification.rules.ledger import ActionEvent, ActionState
from app.rectification.rules.picks import Pick, Show
from tests.cast import MORNING
from tests.rectification.flagged import WU, ZHANG, ZHAO, later, make_action, make_ledger


def test_it_works(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    actions = [make_action(problem=f"第{number}个问题", due=later(10 + number)) for number in range(7)]
    _, order_id, ids = make_ledger(database, *actions)
    monkeypatch.setattr(ledger_pages, "PAGE", 3)
    with database.reading() as session:
        pages = [ledger_page(session, ZHANG, MORNING.date(), wish=Wish(part=part)) for part in (1, 2, 3)]
        assert [[row.row.id for row in page.rows] for page in pages] == [ids[:3], ids[3:6], ids[6:]]
        assert {(page.total, page.listed.parts) for page in pages} == {(7, 3)}
        whole = picked_rows(session, ZHANG, MORNING.date(), EVERYTHING)
        assert [row for page in pages for row in page.rows] == list(whole)
        assert ledger_page(session, ZHANG, MORNING.date(), wish=Wish(part=99)).listed.wish.part == 3
        assert ledger_page(session, ZHANG, MORNING.date(), Pick(order=order_id)).total == 7
        assert ledger_page(session, ZHANG, MORNING.date(), Pick(order="nowhere")).total == 0


def test_what_is_late_is_what_the_rules_call_late(database: Database) -> None:
    actions = [make_action(problem=f"第{number}个问题", due=later(10 + number)) for number in range(5)]
    _, _, ids = make_ledger(database, *actions)
    with database.writing() as session:
        ledger_acts.act(Acting(session, MORNING, WU), ids[0], ActionEvent.EXPLAIN, "场地正在改造")
        ledger_acts.request_extension(Acting(session, MORNING, WU), ids[1], later(42), "设备未到")
        (asked,) = ledger_acts.extensions_of(session, ids[1])
        ledger_acts.decide(Acting(session, MORNING, ZHANG), ids[1], asked.id, granted=True)
        session.flush()
        for days in (9, 10, 11, 13, 14, 15, 42, 43):
            today = MORNING.date() + timedelta(days=days)
            late = [row.row.id for row in picked_rows(session, ZHANG, today, EVERYTHING) if row.is_overdue]
            assert [row.row.id for row in picked_rows(session, ZHANG, today, Pick(Show.LATE))] == late


def test_it_shows_no_more_than_is_within_reach(database: Database) -> None:
    make_ledger(database)
    with database.reading() as session:
        stranger = type(WU)("idnobody", "无人", "liaison")
        totals = [ledger_page(session, who, MORNING.date()).total for who in (ZHANG, ZHAO, WU, stranger)]
        assert totals == [1, 1, 1, 0]


def test_conditions_pick_by_unit_state_lead_days_and_words(database: Database) -> None:
    actions = [
        make_action(problem="开放时间太短", sponsor="钱副局长", due=later(1)),
        make_action(problem="停车100%不够", owner="周主任", due=later(8), measures="增设车位"),
        make_action(problem="厕所不干净，Bus 站牌旧", sponsor="郑局长、阿依古丽·买买提", due=later(30)),
    ]
    _, _, ids = make_ledger(database, *actions)
    with database.writing() as session:
        ledger_acts.act(Acting(session, MORNING, WU), ids[2], ActionEvent.PROGRESS, "已经请了保洁员")
        session.flush()
        cases = {
            Pick(unit="文工团"): [0, 1, 2],
            Pick(unit="财政局"): [],
            Pick(state=ActionState.IN_PROGRESS): [2],
            Pick(lead="周主任"): [1],
            Pick(lead="局长"): [0, 1, 2],
            Pick(lead="郑局"): [2],
            Pick(text="保洁"): [2],
            Pick(text="ＢＵＳ·站牌"): [2],
            Pick(text="阿依古丽买买提"): [2],
            Pick(lead="阿依古丽・买买提"): [2],
            Pick(text="文工团 车位"): [1],
            Pick(text="财政局 车位"): [],
            Pick(text="车位 停车"): [1],
            Pick(text="车位 厕所"): [],
            Pick(text="100%"): [1],
            Pick(text="%"): [1],
            Pick(since=later(8)): [1, 2],
            Pick(until=later(8)): [0, 1],
            Pick(since=later(2), until=later(9)): [1],
            Pick(Show.WEEK): [0],
        }
        for pick, places in cases.items():
            found = ledger_page(session, ZHANG, MORNING.date(), pick)
            assert [row.row.id for row in found.rows] == [ids[place] for place in places], pick
            assert found.rows == picked_rows(session, ZHANG, MORNING.date(), pick)
            assert found.total == len(places)


def test_many_words_over_many_plans_stay_one_statement(database: Database) -> None:
    """PostgreSQL takes 65,535 values at most, SQLite may take 32,766: words and plans are no value each."""
    make_ledger(database)
    with database.reading() as session:
        (head,) = plan_heads(session, ZHANG)
        heads = [replace(head, id=str(place), unit_name=f"第{place % 700}局") for place in range(2_800)]
        words = Pick(text=" ".join(["局", "第", *"0123456789", *map(str, range(10, 25))]))
        (*_, searched) = ledger_pages._picked(words, MORNING.date(), heads)
        values = searched.compile().params.values()
        assert sum(len(value) if isinstance(value, list) else 1 for value in values) < 32_766
        assert session.scalars(select(RemedialAction.id).where(searched)).all() == []


def test_the_head_counts_all_pages(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    make_ledger(database, *(make_action(due=later(10 + number)) for number in range(7)))
    monkeypatch.setattr(ledger_pages, "PAGE", 3)
    with database.reading() as session:
        found = ledger_page(session, ZHANG, later(13), Pick(), Wish(part=2))
        assert (found.total, found.running, found.late, found.listed.parts) == (7, 7, 3, 3)
        found = ledger_page(session, ZHANG, later(13), Pick(Show.LATE))
        assert (found.total, found.running, found.late) == (3, 3, 3)
