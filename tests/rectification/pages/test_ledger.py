"""The page of the ledger: conditions, columns, counts and files by its address alone."""

import html
import io
import re
from urllib.parse import parse_qs, quote, urlsplit

import openpyxl
import pytest

from app.core.db import Database
from app.rectification.ledger import reads as ledger_pages
from tests.cast import Desks
from tests.rectification.flagged import (
    ZHANG,
    Flagged,
    keep_ledger,
    later,
    make_action,
    make_flagged,
    make_ledger,
    order,
)
from tests.statements import statements

LEDGER = "/rectification/ledger"


def rows(page: str) -> list[str]:
    """Return the numbers of the actions that a page shows."""
    return re.findall(r'data-label="编号"><a href="[^"]+">([^<]+)</a>', page)


def heads(page: str) -> list[str]:
    """Return the headings of the table."""
    return re.findall(r'<th scope="col">([^<]+)</th>', page)


def test_it_works(database: Database, new_desk: Desks) -> None:
    make_ledger(database, make_action(owner="周主任"), make_action(problem="停车不便", due=later(-1 + 2)))
    page = new_desk("zhangsan").get(LEDGER).text
    assert heads(page) == ["编号", "问题", "单位", "状态", "完成时限", "进展"]
    assert rows(page) == ["1-1", "1-2"]
    assert "2 项：未销号 2 项，已逾期 0 项" in page
    assert "导出全部 2 项（Excel）" in page
    assert 'href="/rectification/ledger.xlsx"' in page


def test_conditions_and_columns_go_with_every_link(
    database: Database, new_desk: Desks, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ledger(database, *(make_action(problem=f"第{number}件", owner="周主任") for number in range(12)))
    monkeypatch.setattr(ledger_pages, "PAGE", 5)
    desk = new_desk("zhangsan")
    page = desk.get(f"{LEDGER}?lead=周主任&columns=owner&columns=goal&part=2").text
    assert heads(page)[6:] == ["整改目标", "责任人"]
    assert rows(page) == [f"1-{number}" for number in range(6, 11)]
    links = [html.unescape(link) for link in re.findall(r'href="((?:/rectification/ledger[^"]*)?\?[^"]*)"', page)]
    told = {link: parse_qs(urlsplit(link).query) for link in links if "lang=" not in link}
    following = next(link for link in told if told[link].get("part") == ["3"])
    assert rows(desk.get(LEDGER + following).text) == ["1-11", "1-12"]
    for link, asked in told.items():
        if "清除" not in page.split(html.escape(link))[1][:20]:
            assert asked.get("lead", ["周主任"]) == ["周主任"]
        assert "columns" in asked or ".xlsx" in link or ".docx" in link
    assert "导出筛选出的 12 项（Excel）" in page


def test_a_file_of_a_part_holds_the_part_and_says_so(database: Database, new_desk: Desks) -> None:
    make_ledger(database, make_action(owner="周主任"), make_action(problem="停车不便", owner="王主任"))
    desk = new_desk("zhangsan")
    for query, name, owners in (
        ("?lead=王主任", "整改台账（部分）", {"王主任"}),
        ("", "整改台账", {"周主任", "王主任"}),
    ):
        answer = desk.get(f"{LEDGER}.xlsx{query}")
        assert quote(f"{name}.xlsx") in answer.headers["content-disposition"]
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
        head, *told = sheet.iter_rows(values_only=True)
        assert {row[head.index("责任人")] for row in told} == owners


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?q=没有的", "没有符合这些条件的整改事项"),
        ("?from=2026-12-02&to=2026-12-01", "起止日期颠倒了"),
        ("?from=明天", "日期写得不对，没有按它筛选"),
    ],
)
def test_it_says_why_nothing_is_there(database: Database, new_desk: Desks, query: str, words: str) -> None:
    make_ledger(database)
    page = new_desk("zhangsan").get(f"{LEDGER}{query}").text
    assert words in page
    assert "台账中还没有整改事项" not in page


def test_an_empty_ledger_says_where_actions_come_from(database: Database, new_desk: Desks) -> None:
    make_flagged(database)
    page = new_desk("zhangsan").get(LEDGER).text
    assert "台账中还没有整改事项" in page
    assert rows(page) == []


def test_it_asks_no_more_for_more_rows(database: Database, new_desk: Desks) -> None:
    found: Flagged = make_flagged(database)
    desk, costs = new_desk("zhangsan"), []
    for unit_id, count in (("u3", 1), ("u5", 40)):
        order_id = order(database, found, unit_id)
        keep_ledger(database, order_id, *(make_action() for _ in range(count)), by=ZHANG)
        for path in (LEDGER, f"{LEDGER}?columns=owner&q=开放", "/rectification", "/rectification/supervision"):
            desk.get(path)
            with statements() as asked:
                desk.get(path).raise_for_status()
            costs.append((path, len(asked)))
    assert costs[: len(costs) // 2] == costs[len(costs) // 2 :]
