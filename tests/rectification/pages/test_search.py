"""Boards and lists of 整改 are searched, narrowed and paged, and ask the database no more often for many campaigns."""

import re
from collections.abc import Callable
from datetime import date

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.lists import PAGE
from app.core.settings import Settings
from app.rectification.models import OrderAttempt, RemedialOrder, UnitPlan
from app.rounds.models import Round
from tests.cast import MORNING, Desk, make_cast
from tests.many import store_many
from tests.web.test_lists import counted_statements

BOARD, PLANS, CAMPAIGNS = "/rectification", "/rectification/plans", "/rectification/campaigns"
DAY = date(2026, 11, 23)
UNITS = 8


@pytest.fixture
def desk(settings: Settings, database: Database, new_client: Callable[[], TestClient]) -> Desk:
    with database.writing() as session:
        make_cast(session)
    return Desk(new_client(), database, KeyFolder(settings.data / "keys"), "zhangsan")


def store_orders(database: Database, campaigns: int, first: int = 0) -> None:
    """Store campaigns, with an order and its plan for every unit; every other order is closed."""
    store_many(database, campaigns, campaigns, UNITS, first)
    places = [(number, place) for number in range(first, first + campaigns) for place in range(UNITS)]
    with database.writing() as session:
        rounds = {row.campaign_id: row.id for row in session.execute(sa.select(Round.campaign_id, Round.id))}
        orders = [_order(*each) | {"round_id": rounds[f"c{each[0]}"]} for each in places]
        session.execute(sa.insert(RemedialOrder), orders)
        session.execute(sa.insert(OrderAttempt), [_attempt(*each) for each in places])
        session.execute(sa.insert(UnitPlan), [_plan(*each) for each in places])


def _order(number: int, place: int) -> dict[str, object]:
    about: dict[str, object] = {"campaign_id": f"c{number}", "unit_id": f"u{number}-{place}"}
    names = {"id": f"o{number}-{place}", "public_id": f"p{number}-{place}"}
    state = "closed" if place % 2 else "in_progress"
    return names | about | {"state": state, "attempt": 1, "created_at": MORNING}


def _attempt(number: int, place: int) -> dict[str, object]:
    days = dict.fromkeys(("ordered_on", "plan_due", "remedial_due", "retest_due"), DAY)
    words = {"document_number": "县委发〔2026〕8号", "reason": "低于补课线", "ordered_by": "张三"}
    return {"order_id": f"o{number}-{place}", "attempt": 1, **days, **words}


def _plan(number: int, place: int) -> dict[str, object]:
    about = {"campaign_id": f"c{number}", "unit_id": f"u{number}-{place}", "order_id": f"o{number}-{place}"}
    names = {"id": f"n{number}-{place}", "public_id": f"p{number}-{place}", "origin": "order", "attempt": 1}
    return names | about | {"due": DAY, "asked_on": DAY, "asked_by": "张三", "state": "announced"}


def units(page: str) -> list[str]:
    return re.findall(r'<a href="/rectification/orders/[^"]+">(被测评单位\d+)</a>', page)


def test_it_works(desk: Desk, database: Database) -> None:
    store_orders(database, 10)
    page = desk.get(BOARD).text
    assert len(units(page)) == PAGE
    assert "共 80 条" in page
    assert 'href="?part=2"' in page
    assert len(units(desk.get(f"{BOARD}?part=99").text)) == 80 - PAGE
    closed = desk.get(f"{BOARD}?q=单位２&state=closed").text
    assert units(closed) == ["被测评单位2"] * 10
    assert '<option value="closed" selected>' in closed
    assert "没有符合的" in desk.get(f"{BOARD}?q=没有").text


def test_plans_and_campaigns_are_looked_for(desk: Desk, database: Database) -> None:
    store_orders(database, 60)
    found = desk.get(f"{PLANS}?q=第 5９ 次 单位3&state=announced").text
    assert units(found) == ["被测评单位3"]
    assert "第 59 次活动" in found
    assert "没有符合的" in desk.get(f"{PLANS}?state=submitted").text
    assert "第 59 次活动" in desk.get(CAMPAIGNS).text
    assert "第 9 次活动" not in desk.get(CAMPAIGNS).text
    assert "第 9 次活动" in desk.get(f"{CAMPAIGNS}?part=2").text
    assert desk.get(f"{CAMPAIGNS}?q=第9次").text.count("次活动</td>") == 1


def test_the_number_of_statements_does_not_grow_with_the_campaigns(desk: Desk, database: Database) -> None:
    def counts() -> dict[str, int]:
        found = {}
        for path in (BOARD, PLANS, CAMPAIGNS):
            desk.get(path)
            with counted_statements() as seen:
                assert desk.get(path).status_code == 200
            found[path] = len(seen)
        return found

    store_orders(database, 2)
    few = counts()
    store_orders(database, 30, first=100)
    assert counts() == few
