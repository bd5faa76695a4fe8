"""Measure pages of 整改 with 700 units, 10,000 actions, 1,000 issues and 6,100 notices; then the ledger out and in."""

import html
import io
import re
import time
from collections.abc import Iterator
from datetime import date, timedelta

import httpx
import openpyxl
import sqlalchemy as sa

from app.campaigns.models import Unit
from app.core.db import Database
from app.core.secrets import new_id
from app.rectification.ledger.workbook import NEW_PROGRESS, RATING
from app.rectification.models import (
    EnteredIssue,
    EnteredIssueUnit,
    OrderAttempt,
    RemedialAction,
    RemedialOrder,
    SupervisionNotice,
    UnitPlan,
)
from app.rectification.rules.ledger import ActionState
from app.rectification.rules.searched import searched
from app.rectification.rules.supervision import Level, SubjectKind
from app.rectification.rules.wording import ACTION_STATES
from app.rounds.models import Round
from bench.serving import BASE, form_token, made, p95, served, tell, timed
from tests.publication import counted

UNITS, ACTIONS, REQUESTS = 700, 10_000, 60
ISSUES = 1_000
NOTICES: dict[SubjectKind, tuple[int, str]] = {
    SubjectKind.ACTION: (4_000, "a{:06}"),
    SubjectKind.REMEDIAL: (2 * UNITS, "o{:05}"),
    SubjectKind.ASKED_PLAN: (UNITS, "q{:05}"),
}
"""How many there are of each kind, and how the ids of its subjects are written; those of orders come in two colours."""
DAYS = {SubjectKind.ACTION: 0, SubjectKind.REMEDIAL: 60, SubjectKind.ASKED_PLAN: 15}
"""Days until what orders and plans wait for; 0: they differ."""
STATES = (ActionState.ANNOUNCED, ActionState.IN_PROGRESS, ActionState.COMPLETED, ActionState.CLOSED_OUT)
UNDER_WAY = {ACTION_STATES[state] for state in STATES[:2]}
PAGES = (
    "/rectification",
    "/rectification?part=14",
    "/rectification/ledger",
    "/rectification/ledger?show=late",
    "/rectification/ledger?part=90",
    "/rectification/supervision",
    "/rectification/supervision?q=%E7%AD%89%E5%80%99&part=9",
    "/rectification/supervision?show=coming&part=9",
    "{issues}",
    "{issues}?issues-q=%E5%8D%95%E4%BD%8D1&issues-part=2",
)


def store(database: Database) -> str:
    """Store a published round, an order with its accepted plan and a plan that was asked for of each of 700 units."""
    names = tuple(f"被测评单位{place + 1}" for place in range(UNITS))
    paper = counted.make_paper(names, {"服务对象": 60})
    round_id = counted.store_published(database, counted.make_votes(paper, remarks=0))
    day = date(2026, 11, 20)
    with database.writing() as session:
        campaign_id = session.get_one(Round, round_id).campaign_id
        units = [
            {"id": f"u{place}", "campaign_id": campaign_id, "position": place + 1, "name": name}
            for place, name in enumerate(names)
        ]
        session.execute(sa.insert(Unit), units)
        orders = [_order(campaign_id, round_id, place) for place in range(UNITS)]
        session.execute(sa.insert(RemedialOrder), orders)
        session.execute(sa.insert(OrderAttempt), [_attempt(order["id"], day) for order in orders])
        session.execute(sa.insert(UnitPlan), [_plan(order, day) for order in orders])
        session.execute(sa.insert(UnitPlan), [_asked(campaign_id, place, day) for place in range(UNITS)])
        session.execute(sa.insert(RemedialAction), [_action(orders, place, day) for place in range(ACTIONS)])
        session.execute(sa.insert(SupervisionNotice), [*_notices(campaign_id, day)])
        session.execute(sa.insert(EnteredIssue), [_issue(campaign_id, place) for place in range(ISSUES)])
        pairs = [{"issue_id": f"i{place}", "unit_id": f"u{place % UNITS}"} for place in range(ISSUES)]
        session.execute(sa.insert(EnteredIssueUnit), pairs)
    return f"/rectification/campaigns/{campaign_id}/issues"


def _notices(campaign_id: str, day: date) -> Iterator[dict[str, object]]:
    for kind, (count, subject) in NOTICES.items():
        for place in range(count):
            of_unit, about = place % UNITS, place if kind is SubjectKind.ACTION else place % UNITS
            yield {
                "id": f"n-{kind.value}-{place}", "campaign_id": campaign_id, "unit_id": f"u{of_unit}",
                "kind": kind.value, "subject_id": subject.format(about), "issued_on": day,
                "level": (Level.BLUE, Level.YELLOW, Level.RED)[(place + place // UNITS) % 3].value,
                "due": day + timedelta(days=DAYS[kind] or place % 60 - 10),
            }  # fmt: skip


def _issue(campaign_id: str, place: int) -> dict[str, object]:
    words = {"title": f"第 {place} 个问题", "basis": f"巡察反馈〔{place}〕号", "entered_by": "张三"}
    return {"id": f"i{place}", "campaign_id": campaign_id, "origin": "inspection", **words, "entered_at": counted.AT}


def _order(campaign_id: str, round_id: str, place: int) -> dict[str, object]:
    return {
        "id": f"o{place:05}", "public_id": new_id(), "campaign_id": campaign_id, "round_id": round_id,
        "unit_id": f"u{place}", "state": "in_progress", "attempt": 1, "created_at": counted.AT,
    }  # fmt: skip


def _attempt(order_id: object, day: date) -> dict[str, object]:
    return {
        "order_id": order_id, "attempt": 1, "document_number": "县委发〔2026〕8号", "reason": "满意率低于补课线",
        "ordered_on": day, "ordered_by": "张三", "plan_due": day,
        "remedial_due": day + timedelta(days=DAYS[SubjectKind.REMEDIAL]), "retest_due": day + timedelta(days=90),
    }  # fmt: skip


def _plan(order: dict[str, object], day: date) -> dict[str, object]:
    same = {name: order[name] for name in ("public_id", "campaign_id", "unit_id")}
    of_order = {"id": f"p{order['id']}", "origin": "order", "order_id": order["id"], "attempt": 1}
    return same | of_order | {"due": day, "asked_on": day, "asked_by": "张三", "state": "announced"}


def _asked(campaign_id: str, place: int, day: date) -> dict[str, object]:
    same = {"campaign_id": campaign_id, "unit_id": f"u{place}", "public_id": new_id()}
    asked = {"id": f"q{place:05}", "origin": "asked", "asked_on": day, "asked_by": "张三", "state": "draft"}
    return same | asked | {"due": day + timedelta(days=DAYS[SubjectKind.ASKED_PLAN])}


def _action(orders: list[dict[str, object]], place: int, day: date) -> dict[str, object]:
    state = STATES[place % len(STATES)]
    action = {
        "id": f"a{place:06}",
        "plan_id": f"p{orders[place % UNITS]['id']}",
        "position": place // UNITS + 1,
        "problem": f"群众反映的第 {place + 1} 个问题：办事等候时间长",
        "source": "测评留言",
        "goal": "等候不超过二十分钟",
        "measures": "增设窗口，错峰排班，公布等候时间",
        "sponsor": "钱副局长",
        "lead_unit": "办公室",
        "co_units": "服务科",
        "owner": "孙科长",
        "horizon": "short",
        "due": day + timedelta(days=place % 60 - 10),
        "commitment": "当日事当日毕",
        "state": state.value,
        "announced_on": day,
        "issue_id": f"i{place % ISSUES}",
    }
    return action | searched(lambda name: str(action.get(name, "")))


def measure(client: httpx.Client, issues: str) -> None:
    """Ask for board and ledger, then take the ledger out, change a column of every row, and bring it in again."""
    slowest = 0.0
    for path in (page.format(issues=issues) for page in PAGES):
        timed(client, path)
        value = p95([timed(client, path) for _ in range(REQUESTS)])
        slowest = max(slowest, value)
        tell(f"ledger_p95_ms{path.replace(issues, '/issues').removeprefix('/rectification') or '/board'}", value)
    tell("ledger_p95_ms", slowest)
    started = time.perf_counter()
    content = made(client, "/rectification/ledger.xlsx")
    out = time.perf_counter() - started
    edited = _edited(content)
    token = form_token(client, "/rectification/import")
    started = time.perf_counter()
    answer = client.post(
        "/rectification/import",
        data={"form_token": token},
        files={"workbook": ("台账.xlsx", edited)},
        headers={"origin": BASE},
    )
    carried = [html.unescape(part) for part in re.findall(r'name="rows\[\]" value="([^"]*)"', answer.text)]
    answer = client.post(
        "/rectification/import/confirm",
        files=[("form_token", (None, token)), *(("rows[]", (None, part)) for part in carried)],
        headers={"origin": BASE},
    )
    back = time.perf_counter() - started
    if answer.status_code != httpx.codes.OK or f"更新了 {ACTIONS} 项" not in answer.text:
        raise SystemExit("the ledger did not come back whole")
    tell("ledger_round_trip_s", out + back, "s")


def _edited(content: bytes) -> bytes:
    """Write 群众评价 into every row and progress into those under way, as a person does in Excel; not timed."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in next(sheet.iter_rows(min_row=1, max_row=1))]
    progress, rating, state = (heads.index(head) + 1 for head in (NEW_PROGRESS, RATING, "状态"))
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, rating).value = "群众表示满意"
        if sheet.cell(row, state).value in UNDER_WAY:
            sheet.cell(row, progress).value = f"第 {row} 项已经完成排班，窗口增加到六个"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def main() -> None:
    """Serve a fresh installation and measure it."""
    with served(store, "organiser") as (client, issues):
        measure(client, issues)


if __name__ == "__main__":
    main()
