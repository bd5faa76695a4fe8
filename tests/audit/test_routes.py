"""The auditor's page."""

import html
import re
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.audit import searching, service
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from tests.audit.test_service import ZHANG, drop_guards
from tests.cast import MORNING, Desk, make_cast
from tests.statements import sent


@pytest.fixture
def at(database: Database, settings: Settings, new_client: Callable[[], TestClient]) -> Callable[[str], Desk]:
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        for number in range(60):
            service.record(session, MORNING, zhang, "round.open", title=f"第{number}轮<b>")
    folder = KeyFolder(settings.data / "keys")
    return lambda login: Desk(new_client(), database, folder, login)


def test_it_works(at: Callable[[str], Desk]) -> None:
    first = at("sunqi").get("/audit")
    assert first.status_code == 200
    assert "校验通过：60 条记录" in first.text
    assert "开始投票" in first.text
    assert "第59轮&lt;b&gt;" in first.text
    assert "第9轮" not in first.text
    assert "第9轮" in at("sunqi").get("/audit?part=2").text


@pytest.mark.parametrize("number", ["0", "-1", "99", "99999999999999999999"])
def test_any_page_number_is_answered(at: Callable[[str], Desk], number: str) -> None:
    assert numbers(at("sunqi").get(f"/audit?part={number}").text)


def test_a_page_behind_the_last_is_the_last(at: Callable[[str], Desk]) -> None:
    """Whoever types a number finds entries, and the way to the others."""
    page = at("sunqi").get("/audit?part=99").text
    assert numbers(page) == list(range(10, 0, -1))
    assert "2 / 2" in page
    assert 'rel="prev"' in page


def test_a_broken_chain_is_told(at: Callable[[str], Desk], database: Database) -> None:
    drop_guards(database)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit_entry WHERE number = 7")
    assert "第 7 条记录处断开" in at("sunqi").get("/audit").text


@pytest.mark.parametrize("login", ["zhangsan", "lisi", "zhaoliu"])
def test_it_refuses_everyone_but_the_auditor(at: Callable[[str], Desk], login: str) -> None:
    assert at(login).get("/audit").status_code == 403


def test_entries_are_looked_for_by_what_the_page_shows(at: Callable[[str], Desk], database: Database) -> None:
    with database.writing() as session:
        service.record(session, MORNING, ZHANG, "slips.print", "secretsubject", printed=40)
        service.record(session, MORNING, ZHANG, "no.name.yet", "", title="ＡＢＣ 会议")
    desk = at("sunqi")
    assert numbers(desk.get("/audit?q=第３４轮").text) == [35]
    assert numbers(desk.get("/audit?q=张三 印制").text) == [61]
    assert numbers(desk.get("/audit?q=abc会议").text) == [62]
    assert numbers(desk.get("/audit?q=no.name").text) == [62]
    assert numbers(desk.get("/audit?q=名称：ABC").text) == [62], "as the page says it"
    assert numbers(desk.get("/audit?q=secretsubject").text) == [], "no page shows it"
    with database.reading() as session:
        head = service.check_chain(session).head
    assert numbers(desk.get(f"/audit?q={head[:20]}").text) == []
    with database.writing() as session:
        service.record(session, MORNING, ZHANG, "logout", "")
    assert "{}" not in desk.get("/audit").text
    assert numbers(desk.get("/audit?q={}").text) == []
    assert numbers(desk.get("/audit?q=张三 — 退出").text) == [63]
    assert "没有符合的" in desk.get("/audit?q=没有").text
    assert "Print" in desk.get("/audit?lang=en&q=slips").text


def numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<td class="num" data-label="[^"]+">(\d+)</td>', page)]


def test_a_search_looks_through_the_log_by_parts(
    at: Callable[[str], Desk], monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    """However the parts are cut, going on finds each entry once, and no part reads more than it may."""
    desk = at("sunqi")
    for within, read, size in ((20, 50, 50), (100, 7, 50), (100, 100, 4)):
        for name, value in (("WITHIN", within), ("READ", read), ("PAGE", size)):
            monkeypatch.setattr(searching, name, value)
        found, there = list[int](), "/audit?q=轮 5"
        while there:
            with database.reading() as session, sent(session) as seen:
                searching.found_entries(session, "轮", 0, str)
            assert sum("FROM audit_entry" in each for each in seen) <= 3
            page = desk.get(there).text
            found += numbers(page)
            onward = re.findall(r'href="(/audit\?q=[^"]*before=\d+)"', page)
            there = html.unescape(onward[0]) if onward else ""
        wanted = [number for number in range(60, 0, -1) if "5" in str(number - 1)]
        assert found == wanted, (within, read, size)
    assert "已经查到最早的记录" in page


@pytest.mark.parametrize("before", ["0", "-1", "x", "", "9" * 30, "٣"])
def test_any_beginning_of_a_search_is_answered(at: Callable[[str], Desk], before: str) -> None:
    assert at("sunqi").get(f"/audit?q=轮&before={before}").status_code == 200
