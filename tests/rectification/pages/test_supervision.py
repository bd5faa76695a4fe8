"""The pages of supervision, inbox and holidays, without scripts."""

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from httpx import Response
from starlette.testclient import TestClient

from app.audit.models import AuditEntry
from app.core.acting import Acting
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.inbox import service as inbox
from app.inbox.models import InboxItem
from app.main import build_api, wrap
from app.rectification.ledger import deadlines as daily
from app.rectification.ledger import issued
from app.rectification.models import Holiday, OrderAttempt
from app.rectification.orders import service as ordering
from app.rectification.orders.reads import flags
from app.web.forms import TOKEN_FIELD
from tests.cast import MORNING, PASSWORD, Desk, Desks
from tests.conftest import BASE_URL, TestClock
from tests.inbox.test_mail import Postbox, mail_server
from tests.publication.counted import form_token
from tests.rectification.flagged import FLAGGED, WU, ZHANG, asked, make_ledger, make_order

LATE = timedelta(days=40)


def order_two(database: Database) -> tuple[str, str]:
    """Order two units, and issue what is overdue; return the id of the liaison's order and of the foreign one."""
    found, order_id = make_order(database)
    with database.writing() as session:
        other = next(flag.unit.target_id for flag in flags(session, ZHANG, MORNING))
        foreign = ordering.confirm(Acting(session, MORNING, ZHANG), found.round_id, other, asked(session, found))
    with database.writing() as session:
        daily.run_daily(session, MORNING + LATE)
    return order_id, foreign


def test_it_works(database: Database, new_desk: Desks) -> None:
    make_ledger(database)
    with database.writing() as session:
        daily.run_daily(session, MORNING + LATE)
    desk = new_desk("zhengshi")
    text = desk.get("/rectification/supervision").text
    assert "红色（已经逾期）" in text
    assert "县文工团" in text
    assert "整改事项“开放时间太短”" in text
    href = re.findall(r'href="(/rectification/supervision/notices/[^"]+)"', text)[0]
    slip = desk.get(href)
    assert slip.status_code == 200
    assert "整改督办单" in slip.text
    assert "你单位的下列事项已经逾期" in slip.text
    assert "尚在办理" in slip.text


def test_pages_that_count_working_days_warn_of_a_year_without_holidays(
    database: Database, new_client: Callable[[], TestClient], clock: TestClock
) -> None:
    found, _ = make_order(database)
    with database.reading() as session:
        other = next(flag.unit.target_id for flag in flags(session, ZHANG, MORNING))
    pages = (f"/rectification/flags/{found.round_id}/{other}", "/rectification/supervision")
    warning, way_out = "2027 年的调休安排还没有登记", "/holidays"
    # The dates that are proposed for an order reach the next year two months before today's working days do.
    for clock.now, warned in ((MORNING, False), (datetime(2026, 12, 30, 1, 0, tzinfo=UTC), True)):
        organiser, supervisor = (logged_in(new_client(), login) for login in ("zhangsan", "zhengshi"))
        for page, expected in zip(pages, (True, warned), strict=True):
            text = organiser.get(page).text
            assert (warning in text, way_out in text) == (expected, expected)
        text = supervisor.get(pages[1]).text
        assert (warning in text, way_out in text) == (warned, False)


def logged_in(client: TestClient, login: str) -> TestClient:
    """Log one of the cast in at the time of the clock."""
    fields = {"login": login, "password": PASSWORD, TOKEN_FIELD: form_token(client, "/login")}
    assert client.post("/login", data=fields).status_code == 303
    return client


def make_due(database: Database) -> None:
    """Order a unit, whose plan is due today."""
    make_order(database)
    with database.writing() as session:
        session.execute(sa.update(OrderAttempt).values(plan_due=MORNING.date()))


def send(desk: Desk) -> Response:
    """Look at what would be sent, and send it."""
    seen = re.findall(r'name="seen" value="([^"]+)"', desk.get("/rectification/supervision/run").text)[0]
    return desk.post("/rectification/supervision/run", seen=seen)


def test_the_button_issues_what_is_due_once_and_says_how_many(database: Database, new_desk: Desks) -> None:
    make_due(database)
    desk = new_desk("zhengshi")
    first = send(desk)
    assert (first.status_code, first.headers["location"]) == (303, "/rectification/supervision?issued=1")
    text = desk.get(first.headers["location"]).text
    assert "新发督办单 1 份" in text
    assert "黄色（进度滞后）" in text
    assert "现在没有要发的督办单" in desk.get("/rectification/supervision/run").text
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count(InboxItem.notice_id))) == 4
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "supervision.run")).one()
        assert entry.actor_name == "郑十"


def test_what_would_be_sent_and_to_whom_is_shown_first(database: Database, new_desk: Desks) -> None:
    make_due(database)
    desk = new_desk("zhengshi")
    assert "/rectification/supervision/run" in desk.get("/rectification/supervision").text
    page = desk.get("/rectification/supervision/run").text
    assert "现在要发出的督办单（1 份）" in page
    assert "黄色（进度滞后）" in page
    assert re.search(r"吴九、[^<]*郑十", page)
    with database.reading() as session:
        assert not session.scalar(sa.select(sa.func.count(InboxItem.notice_id)))
    seen = re.findall(r'name="seen" value="([^"]+)"', page)[0]
    with database.writing() as session:
        session.execute(sa.update(OrderAttempt).values(plan_due=(MORNING - timedelta(days=9)).date()))
    refused = desk.post("/rectification/supervision/run", seen=seen)
    assert refused.status_code == 409
    assert "红色" in refused.text
    seen = re.findall(r'name="seen" value="([^"]+)"', refused.text)[0]
    assert desk.post("/rectification/supervision/run", seen=seen).headers["location"].endswith("issued=1")
    assert "现在没有要发的督办单" in desk.get("/rectification/supervision/run").text


def test_a_liaison_sees_his_own_unit_alone(database: Database, new_desk: Desks) -> None:
    _, foreign = order_two(database)
    desk = new_desk("wujiu")
    text = desk.get("/rectification/supervision").text
    assert "县文工团" in text
    assert foreign not in text
    assert "/rectification/supervision/run" not in text
    with database.reading() as session:
        notices = issued.issued_notices(session, daily.watched(session, ZHANG)).rows
    for notice in notices:
        wanted = 200 if notice.unit_id == FLAGGED else 404
        assert desk.get(f"/rectification/supervision/notices/{notice.id}").status_code == wanted
    assert desk.post("/rectification/supervision/run").status_code == 403
    assert "现在计算" not in new_desk("zhaoliu").get("/rectification/supervision").text


def test_units_stand_in_official_order(database: Database, new_desk: Desks) -> None:
    order_two(database)
    with database.reading() as session:
        wanted = [notice.unit_name for notice in issued.issued_notices(session, daily.watched(session, ZHANG)).rows]
        units = [notice.unit_id for notice in issued.issued_notices(session, daily.watched(session, ZHANG)).rows]
    assert units == sorted(units)
    text = new_desk("zhangsan").get("/rectification/supervision").text
    assert re.findall(r'<td data-label="单位">([^<]+)</td>', text)[: len(wanted)] == wanted


def test_the_mode_of_an_order_is_changed(database: Database, new_desk: Desks) -> None:
    _, order_id = make_order(database)
    desk = new_desk("zhengshi")
    address = f"/rectification/orders/{order_id}/mode"
    assert address in desk.get("/rectification/supervision").text
    assert "一般督促" in desk.get(address).text
    answer = desk.post(address, mode="on_site", reason="涉及三个单位，需要会商<1>")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/rectification/orders/{order_id}?done=mode")
    text = desk.get(f"/rectification/orders/{order_id}").text
    assert "由“一般督促”改为“现场会办”：涉及三个单位，需要会商&lt;1&gt;" in text
    assert new_desk("wujiu").get(address).status_code == 403


@pytest.mark.parametrize(
    ("mode", "reason", "words"),
    [
        ("listed", "", "没有写明理由"),
        ("listed", "长" * 501, "500"),
        ("loud", "大声", "选项无效"),
        ("", "照旧", "本来就是“一般督促”"),
    ],
)
def test_it_refuses_a_mode_and_keeps_what_was_typed(
    database: Database, new_desk: Desks, mode: str, reason: str, words: str
) -> None:
    _, order_id = make_order(database)
    answer = new_desk("zhangsan").post(f"/rectification/orders/{order_id}/mode", mode=mode, reason=reason)
    assert 400 <= answer.status_code < 500
    assert words in answer.text
    assert f">{reason}</textarea>" in answer.text
    assert mode == "loud" or f'value="{mode}" checked' in answer.text


def test_the_inbox_leads_to_where_things_are_dealt_with(database: Database, new_desk: Desks) -> None:
    order_id, _ = order_two(database)
    desk = new_desk("wujiu")
    assert "收件箱中有 2 条未读提醒" in desk.get(desk.get("/").headers["location"]).text
    text = desk.get("/inbox").text
    assert "未读 2 条" in text
    assert "县文工团被责令补课" in text
    assert text.count(f'href="/rectification/orders/{order_id}"') == 2
    for item, left in zip(
        re.findall(r'name="item" value="([^"]+)"', text), ("未读 1 条", "没有未读的提醒"), strict=True
    ):
        assert desk.post("/inbox/read", item=item).headers["location"] == "/inbox"
        text = desk.get("/inbox").text
        assert left in text
    assert "已读" in text
    assert new_desk("zhangsan").post("/inbox/read", item=item).status_code == 404
    organiser = new_desk("zhangsan")
    assert "未读 2 条" in organiser.get("/inbox").text
    assert organiser.post("/inbox/read", all="1").status_code == 303
    assert "没有未读的提醒" in organiser.get("/inbox").text
    assert "还没有提醒" not in organiser.get("/inbox").text


def test_without_mail_there_is_no_address_to_give(database: Database, new_desk: Desks) -> None:
    make_order(database)
    desk = new_desk("wujiu")
    assert "没有开通邮件提醒" in desk.get("/inbox/address").text
    assert desk.post("/inbox/address", address="wu@example.cn").status_code == 409
    with database.reading() as session:
        assert inbox.address_of(session, WU) == ""


@pytest.fixture
def mailing(database: Database, settings: Settings, clock: TestClock) -> "tuple[Postbox, Callable[[int], TestClient]]":
    """A mail server's box, and an application that uses the server at a port."""

    def start(port: int) -> TestClient:
        mail = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_from": "a@example.cn", "smtp_security": "none"}
        known = {"data": settings.data, "MANYIDU_DATABASE_URL": settings.database_url, "base_url": BASE_URL}
        with_mail = Settings(**known, **mail)  # type: ignore[arg-type]
        return TestClient(wrap(build_api(with_mail, clock), with_mail), base_url=BASE_URL, follow_redirects=False)

    assert database
    return Postbox(), start


def test_the_button_mails_after_the_commit(
    database: Database, settings: Settings, mailing: tuple[Postbox, Callable[[int], TestClient]]
) -> None:
    box, start = mailing
    make_due(database)
    with mail_server(box) as port, start(port) as client:
        desk = Desk(client, database, KeyFolder(settings.data / "keys"), "zhengshi")
        wrong = desk.post("/inbox/address", address="郑十@example.cn")
        assert wrong.status_code == 422
        assert 'value="郑十@example.cn"' in wrong.text
        assert desk.post("/inbox/address", address="zheng@example.cn").status_code == 303
        assert 'value="zheng@example.cn"' in desk.get("/inbox/address").text
        assert send(desk).headers["location"].endswith("issued=1")
    assert [address for address, _ in box.taken] == ["zheng@example.cn"]
    with database.reading() as session:
        mailed = session.scalars(sa.select(InboxItem.staff_id).where(InboxItem.mailed_at.is_not(None)))
        assert list(mailed) == ["idzhengshi"]


def test_a_mail_server_that_is_away_is_nobody_s_error(
    database: Database, settings: Settings, mailing: tuple[Postbox, Callable[[int], TestClient]]
) -> None:
    make_due(database)
    with mailing[1](1) as client:
        desk = Desk(client, database, KeyFolder(settings.data / "keys"), "zhengshi")
        desk.post("/inbox/address", address="zheng@example.cn")
        assert send(desk).status_code == 303
        assert "未读 1 条" in desk.get("/inbox").text


@pytest.fixture
def holidays(database: Database) -> str:
    """The address of the holiday table, once there is an order."""
    make_order(database)
    return "/holidays"


def test_holidays_are_pasted_changed_and_taken_back(database: Database, new_desk: Desks, holidays: str) -> None:
    desk = new_desk("zhangsan")
    text = desk.get(holidays).text
    assert "2026年10月1日" in text
    assert "2027 年的调休安排还没有收录" in text
    answer = desk.post(holidays, lines="2027-02-15 休\r\n2027-02-20 班")
    assert (answer.status_code, answer.headers["location"]) == (303, holidays)
    text = desk.get(holidays).text
    assert "2027年2月20日" in text
    assert "本机构修改" in text
    assert "还没有收录" not in text
    assert desk.post(f"{holidays}/undo", day="2027-02-20").status_code == 303
    with database.reading() as session:
        assert [str(row.day) for row in session.scalars(sa.select(Holiday))] == ["2027-02-15"]
    assert new_desk("zhengshi").get(holidays).status_code == 403


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("2027-02-15 休\n除夕 休", "第 2 行“除夕 休”："),
        ("2027-02-29 休", "没有这一天"),
        ("", "没有填写日期"),
        ("2027-02-15 休\n" * 401, "一次最多 400 行"),
    ],
)
def test_it_refuses_lines_and_keeps_what_was_typed(
    database: Database, new_desk: Desks, holidays: str, lines: str, words: str
) -> None:
    answer = new_desk("zhangsan").post(holidays, lines=lines)
    assert answer.status_code == 422
    assert words in answer.text
    assert f">{lines.strip()}" in answer.text
    with database.reading() as session:
        assert session.scalars(sa.select(Holiday)).all() == []


def test_it_refuses_a_day_that_is_none(new_desk: Desks, holidays: str) -> None:
    desk = new_desk("zhangsan")
    assert desk.post(f"{holidays}/undo", day="昨天").status_code == 400


def test_marking_an_item_leaves_the_list_where_it_is(database: Database, new_desk: Desks) -> None:
    order_two(database)
    desk = new_desk("wujiu")
    page = desk.get("/inbox?q=文工团&state=unread").text
    there = html.unescape(re.findall(r'action="(/inbox/read[^"]*)"', page)[-1])
    item = re.findall(r'name="item" value="([^"]+)"', page)[0]
    answer = desk.post(there, item=item)
    assert answer.headers["location"] == there.replace("/read", "")
    page = desk.get(answer.headers["location"]).text
    assert (item in page, page.count('name="item"')) == (False, 1)
