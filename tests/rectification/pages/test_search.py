"""Boards and lists of 整改 are searched, narrowed and paged, and ask the database no more often for many campaigns."""

import html
import re
from collections.abc import Iterable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from app.campaigns.models import Campaign
from app.core.db import Database
from app.core.lists import PAGE
from app.core.scope import ROOT
from app.offices.models import Office
from app.rectification.ledger import deadlines as daily
from app.rectification.models import (
    EnteredIssue,
    EnteredIssueUnit,
    OrderAttempt,
    RemedialAction,
    RemedialOrder,
    UnitPlan,
)
from app.rectification.pages.plans import FIELDS as PLAN_FIELDS
from app.rectification.rules.searched import searched
from app.rounds.models import Round
from tests.cast import MORNING, Desk, Desks, make_cast
from tests.form_fields import Fields, sent
from tests.found import some
from tests.many import store_many
from tests.rectification.pages.test_choosing import ticked
from tests.statements import statements

BOARD, PLANS, CAMPAIGNS = "/rectification", "/rectification/plans", "/rectification/campaigns"
ISSUES, SUPERVISION = "/rectification/campaigns/c0/issues", "/rectification/supervision"
SUPERVISED = (SUPERVISION, f"{SUPERVISION}?q=单位", f"{SUPERVISION}?show=all&part=2", f"{SUPERVISION}/run")
DAY = date(2026, 11, 23)
UNITS = 8


@pytest.fixture
def desk(new_desk: Desks, database: Database) -> Desk:
    with database.writing() as session:
        make_cast(session)
    return new_desk("zhangsan")


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


def store_issues(database: Database, count: int, first: int = 0) -> None:
    """Enter issues of the first campaign; each is one unit's, and the last is all units'."""
    places = range(first, first + count)
    with database.writing() as session:
        session.execute(sa.insert(EnteredIssue), [_issue(place) for place in places])
        pairs = [(place, place % UNITS) for place in places] + [(places[-1], unit) for unit in range(UNITS)]
        rows = [{"issue_id": f"i{place:04}", "unit_id": f"u0-{unit}"} for place, unit in dict.fromkeys(pairs)]
        session.execute(sa.insert(EnteredIssueUnit), rows)


def _issue(place: int) -> dict[str, object]:
    words = {"title": f"第 {place} 个问题", "basis": f"巡察反馈〔{place}〕号", "entered_by": "张三"}
    names = {"id": f"i{place:04}", "campaign_id": "c0", "origin": "inspection" if place % 2 else "audit"}
    return {**names, **words, "entered_at": MORNING + timedelta(seconds=place)}


def test_issues_are_looked_for(desk: Desk, database: Database) -> None:
    store_orders(database, 1)
    store_issues(database, PAGE + 12)
    page = desk.get(ISSUES).text
    assert f"{PAGE + 12} 个问题" in page
    assert (page.count("个问题</a>"), 'name="look" value="issues-2"' in page) == (PAGE, True)
    assert "第 61 个问题</a>" not in page
    assert "第 61 个问题</a>" in desk.get(f"{ISSUES}?issues-part=2").text
    assert titles(desk.get(f"{ISSUES}?issues-q=反馈〔７〕").text) == ["第 7 个问题"]
    assert titles(desk.get(f"{ISSUES}?issues-q=单位4&issues-state=audit").text) == []
    assert titles(desk.get(f"{ISSUES}?issues-q=单位4 第3").text) == ["第 3 个问题", "第 35 个问题"]
    assert "没有符合的" in desk.get(f"{ISSUES}?issues-q=没有").text


def titles(page: str) -> list[str]:
    return re.findall(r">(第 \d+ 个问题)</a>", page)


def test_choosing_units_for_an_issue_leaves_the_list_where_it_is(desk: Desk, database: Database) -> None:
    store_orders(database, 1)
    store_issues(database, PAGE + 12)
    page = desk.get(f"{ISSUES}?issues-q=个问题&issues-part=2").text
    typed: Fields = {"title": "窗口太少", "units[]": ["u0-1", "u0-2"]}
    found = desk.post(ISSUES, **sent(page, ISSUES, **typed, look="find", q="单位7")).text
    assert "第 61 个问题</a>" in found
    assert 'value="窗口太少"' in found
    assert found.count('type="hidden" name="units[]"') == 2


def test_looking_for_issues_leaves_what_is_typed_of_a_new_one(desk: Desk, database: Database) -> None:
    store_orders(database, 1)
    store_issues(database, PAGE + 12)
    typed: Fields = {"title": "窗口太少", "origin": "audit", "units[]": ["u0-1", "u0-2"]}
    page = desk.post(ISSUES, **sent(desk.get(ISSUES).text, ISSUES, **typed, look="issues-2")).text
    assert (titles(page)[0], len(titles(page))) == ("第 50 个问题", 12)
    page = desk.post(
        ISSUES, **sent(page, ISSUES, look="enter", **{"issues-q": "单位4", "issues-state": "inspection"})
    ).text
    assert (titles(page), 'value="窗口太少"' in page, ticked(page)) == (
        [f"第 {place} 个问题" for place in (*range(3, PAGE + 12, UNITS), PAGE + 11)],
        True,
        ["u0-1", "u0-2"],
    )
    assert '<option value="inspection" selected>' in page
    assert desk.post(ISSUES, **sent(page, ISSUES)).status_code == 303


def test_an_issue_of_very_many_units_tells_some_and_counts_them(desk: Desk, database: Database) -> None:
    store_many(database, 1, 1, 30)
    with database.writing() as session:
        session.execute(sa.insert(EnteredIssue), [_issue(0)])
        pairs = [{"issue_id": "i0000", "unit_id": f"u0-{unit}"} for unit in range(30)]
        session.execute(sa.insert(EnteredIssueUnit), pairs)
    line = re.findall(r"<td data-label=\"单位\">(.*?)</td>", desk.get(ISSUES).text)[0]
    assert (line.count("被测评单位"), line.endswith("等 30 个")) == (10, True)


def store_notices(database: Database) -> None:
    with database.writing() as session:
        daily.run_daily(session, MORNING + timedelta(days=40))


def test_supervision_is_looked_for(desk: Desk, database: Database) -> None:
    store_orders(database, 30)
    store_notices(database)
    page = desk.get(SUPERVISION).text
    assert (page.count("查看和打印"), "共 120 条" in page) == (PAGE, True)
    assert desk.get(f"{SUPERVISION}?part=3").text.count("查看和打印") == 20
    found = desk.get(f"{SUPERVISION}?q=单位３").text
    assert (found.count("查看和打印"), "被测评单位3" in found, "被测评单位5" in found) == (30, True, False)
    assert 'value="单位３"' in found
    assert "没有符合的" in desk.get(f"{SUPERVISION}?state=blue").text
    assert desk.get(f"{SUPERVISION}?state=red&show=all&part=2").text.count("查看和打印") == PAGE
    assert "show=all&amp;state=red" in desk.get(f"{SUPERVISION}?state=red&show=all&part=2").text
    assert desk.get(f"{SUPERVISION}?q=没有&state=red").text.count("没有符合的") == 3


def test_what_is_due_and_how_orders_are_supervised_is_reached_whole(desk: Desk, database: Database) -> None:
    store_orders(database, 30)
    page = desk.get(f"{SUPERVISION}?q=单位").text
    for key in ("coming", "modes"):
        (there,) = re.findall(rf'href="([^"]*show={key}&amp;q=[^"]*)"', page)
        alone = [desk.get(f"{html.unescape(there)}&part={part}").text for part in (1, 2, 3)]
        assert [one.count('<td data-label="单位">') for one in alone] == [PAGE, PAGE, 20], key
        assert "督办单</h2>" not in alone[0]
    assert len(units(desk.get(f"{SUPERVISION}?show=modes&q=单位1&state=in_progress").text)) == 30
    assert units(desk.get(f"{SUPERVISION}?show=modes&state=ordered").text) == []


def test_everything_that_would_be_sent_can_be_seen_before(desk: Desk, database: Database) -> None:
    store_orders(database, 30)
    with database.writing() as session:
        session.execute(sa.update(OrderAttempt).values(remedial_due=MORNING.date() - timedelta(days=1)))
    pages = [desk.get(f"{SUPERVISION}/run?part={part}").text for part in (1, 2, 3)]
    assert [page.count('data-label="提醒谁"') for page in pages] == [PAGE, PAGE, 20]
    assert all("发出 120 份督办单" in page for page in some(pages))
    found = desk.get(f"{SUPERVISION}/run?q=单位3&state=red").text
    assert (found.count('data-label="提醒谁"'), "发出 120 份督办单" in found) == (30, True)


def test_the_number_of_statements_does_not_grow_with_the_campaigns(desk: Desk, database: Database) -> None:
    def counts() -> dict[str, int]:
        found = {}
        for path in (BOARD, PLANS, CAMPAIGNS, ISSUES, f"{ISSUES}?q=单位", *SUPERVISED):
            desk.get(path)
            with statements() as seen:
                assert desk.get(path).status_code == 200
            found[path] = len(seen)
        return found

    store_orders(database, 2)
    store_issues(database, 2)
    store_notices(database)
    store_due(database, range(2))
    few = counts()
    store_orders(database, 30, first=100)
    store_issues(database, 100, first=100)
    store_notices(database)
    store_due(database, range(100, 130))
    assert counts() == few


def store_due(database: Database, campaigns: Iterable[int]) -> None:
    """Store an overdue action of each campaign, and put each into an office of its own."""
    rows = [_action(number) for number in campaigns]
    with database.writing() as session:
        session.execute(sa.insert(Office), [_office(number) for number in campaigns])
        for number in campaigns:
            session.execute(sa.update(Campaign).where(Campaign.id == f"c{number}").values(office_id=f"f{number}"))
        session.execute(sa.insert(RemedialAction), rows)


def _office(number: int) -> dict[str, object]:
    return {"id": f"f{number}", "parent_id": ROOT, "name": f"第{number}局", "position": number, "created_at": MORNING}


def _action(number: int) -> dict[str, object]:
    words = {"problem": f"第 {number} 个窗口排队", "owner": f"负责人{number}号", "goal": "不再排队"}
    action = {"id": f"a{number}", "plan_id": f"n{number}-0", "position": 1, "state": "in_progress", "due": DAY, **words}
    return action | searched(lambda name: str(action.get(name, "")))


def test_supervision_finds_actions_by_who_answers_for_them(desk: Desk, database: Database) -> None:
    store_orders(database, 30)
    store_due(database, range(30))
    store_notices(database)
    for text, unit in (("负责人７号 单位1", "被测评单位1"), ("第7个窗口", "被测评单位1")):
        page = desk.get(f"{SUPERVISION}?q={text}").text
        assert (page.count("查看和打印"), page.count("第 7 个窗口排队”")) == (1, 3), text
        assert f">{unit}</td>" in page
    assert desk.get(f"{SUPERVISION}?q=负责人7号 单位2").text.count("没有符合的") == 3


def test_actions_stand_among_the_notices_of_their_unit(desk: Desk, database: Database) -> None:
    """Notices of actions are counted, those of orders read: one list comes out, page by page."""
    store_orders(database, 30)
    store_due(database, range(30))
    store_notices(database)
    pages = [desk.get(f"{SUPERVISION}?show=all&part={part}").text for part in (1, 2, 3)]
    shown = [each for page in pages for each in re.findall(r"/notices/([a-z]+)%3A([ano][\d-]+)%3A", page)]
    assert len(shown) == len(set(shown)) == 30 * (UNITS // 2 + 1)
    campaigns = [re.sub(r"\D.*", "", subject[1:]) for _, subject in shown]
    assert campaigns == sorted(campaigns, key=lambda number: f"c{number}")
    assert {kind for kind, _ in shown} == {"remedial", "action"}


def test_a_plan_chooses_among_many_issues(desk: Desk, database: Database) -> None:
    """Each action offers a page of them; looking for others loses nothing typed, and what is chosen stays chosen."""
    store_many(database, 1, 1, UNITS)
    store_issues(database, 1)
    with database.writing() as session:
        session.execute(sa.insert(EnteredIssue), [_issue(place) for place in range(1, 300)])
        pairs = [{"issue_id": f"i{place:04}", "unit_id": "u0-0"} for place in range(1, 300)]
        session.execute(sa.insert(EnteredIssueUnit), pairs)
        session.execute(sa.insert(UnitPlan), [_plan(0, 0) | {"state": "draft", "order_id": None, "attempt": None}])
    path = "/rectification/plans/n0-0/edit"
    page = desk.get(path).text
    assert (page.count('<option value="i0'), "300 条" in page, "共 300 个" in page) == (PAGE, True, True)
    row = {f"{name}[]": "" for name in PLAN_FIELDS} | {"goal[]": "不再排队", "issue_id[]": "i0003"}
    version = re.findall(r'name="version" value="([^"]*)"', page)[0]
    found = desk.post(path, **row, version=version, look="find", q="反馈〔２９9〕").text
    assert re.findall(r'<option value="(i\d+)"', found.split("plan-row")[1]) == ["i0299", "i0003"]
    assert ("不再排队</textarea>" in found, 'value="i0003" selected' in found) == (True, True)
    assert f'name="version" value="{version}"' in found
    kept = desk.post(path, **row | {"issue_id[]": "i0299"}, version=version, q="反馈〔２９9〕", looked="反馈〔２９9〕")
    assert kept.status_code == 303
    with database.reading() as session:
        assert session.scalars(sa.select(RemedialAction.issue_id)).all() == ["i0299"]
