"""Every page in English: what is Chinese on it was typed by somebody, and is marked as Chinese."""

import json
import re
from collections.abc import Iterator, Mapping

import pytest
import sqlalchemy as sa
from httpx import Response

from app.accounts.models import Staff
from app.box.models import KeyHolder
from app.campaigns.models import Campaign, Stage, Unit, VoterGroup
from app.campaigns.names import SHIPPED
from app.core.db import Base
from app.rounds.models import Round, RoundDocument
from app.web.i18n import COOKIE, english
from app.web.marked import CHINESE
from tests.security.access import ACCESS
from tests.security.clicking import crawl, is_page
from tests.security.test_matrix import served, states_for
from tests.security.world import World
from tests.texts import Texts

PAGES = 4
"""Of a kind, so many are clicked to by each role; each state is asked for by its address."""
HAN = re.compile(f"[{CHINESE}]")
ONE = re.compile(r"[\s/，；·,;()（）“”：:。+=÷×-]+")
RUN = re.compile(f"[{CHINESE}](?:[^A-Za-z]*[{CHINESE}])*")
BETWEEN = re.compile(r"[\s/、，；·,;()（）“”：:。+=÷×-]+")
VOTERS = re.compile(r" /v([ ?]|$)|/phone(/form|\?lang=zh)")
"""The pages of voters, and the preview of one, go by their address and by no choice of staff."""
SMALL_OR_RUN_ON = re.compile(r"[a-z)”]\.(?:[A-Z][a-z ]| [a-z])")
DATE = re.compile("[0-9] ?[年月日]")
SHEETS = frozenset({"单位", "参评人员类别", "英文名称", "本次进展", "群众评价", "制度成果", "用户名", "姓名", "角色"})
OF_FILES = SHEETS | {"休", "班", "县文党〔2026〕8号"}
"""Titles of sheets and columns, words that are typed into a file, an example of a proof: they are Chinese there."""
SPOKEN_BY_US = frozenset({"result_version", "result_verdict", "inbox_item", "consent", "action_entry", "order_entry"})
"""Tables that hold our own words beside those that people typed."""


def typed_texts(world: World) -> str:
    """Return everything that people typed into the installation, and what the world's scripts did."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in SPOKEN_BY_US]
    with world.database.reading() as session:
        rows = [value for table in tables for row in session.execute(sa.select(table)) for value in row]
    return "\n".join(text for value in rows if isinstance(value, str) for text in strings(value))


def strings(value: str) -> Iterator[str]:
    """Yield a text, and where it is JSON the texts in it."""
    try:
        waiting = [json.loads(value)] if value[:1] in "[{" else []
    except ValueError:
        waiting = []
    yield value
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict | list):
            waiting += each.values() if isinstance(each, dict) else each


def names_in(world: World) -> frozenset[str]:
    """Return what people gave their things as names, which may be words of ours too."""
    columns = (Unit.name, VoterGroup.name, Stage.title, Campaign.title, Campaign.organisation, Round.title, Staff.name)
    with world.database.reading() as session:
        files = [name.rsplit(".", 1)[0] for name in session.scalars(sa.select(RoundDocument.name))]
        holders = [name.rstrip("0123456789") for name in session.scalars(sa.select(KeyHolder.name))]
        return frozenset(
            (*files, *holders, *(name for column in columns for name in session.scalars(sa.select(column))))
        )


def faults(text: str, marked: str, typed: str, names: frozenset[str]) -> set[str]:
    """Return what is wrong with a text of an English page."""
    if HAN.search(text) and not marked:
        return {f"not marked: {text.strip()}"}
    if marked == "by hand":
        return set()
    runs = RUN.findall(text)
    return {run for run in runs if is_ours(run, typed, names) or DATE.search(text)} | {
        f"listed in Chinese: {run}" for run in runs if any(is_list(each, typed) for each in ONE.split(run))
    }


def is_list(run: str, typed: str) -> bool:
    """Whether names were put together by the product, which an English page parts otherwise."""
    return "、" in run and run not in typed


def is_ours(run: str, typed: str, names: frozenset[str]) -> bool:
    """Whether these are words of the product, which have an English of their own."""
    if run in typed and run not in SHIPPED and run not in english():
        return False
    words = [word for word in BETWEEN.split(run) if HAN.search(word)]
    return any(
        word not in names | OF_FILES and (word not in typed or word in SHIPPED or word in english()) for word in words
    )


@pytest.mark.parametrize(("html", "wrong"), [
    ("<p>张三</p>", {"not marked: 张三"}),
    ('<bdi lang="zh-CN">张三</bdi>', set()),
    ('<bdi lang="zh-CN">保存</bdi>', {"保存"}),
    ('<bdi lang="zh-CN">2026年</bdi>', {"年"}),
    ('<bdi lang="zh-CN">张三、李四</bdi>', {"listed in Chinese: 张三、李四"}),
])  # fmt: skip
def test_what_is_not_marked_and_what_is_ours_is_found(html: str, wrong: set[str]) -> None:
    found = texts_of({"before": "<p>Save</p>", "page": f"<h1>A</h1>{html}", "again": f"<h1>A</h1>{html}"})
    names = frozenset({"张三", "李四"})
    assert set[str]().union(*(faults(*text, "张三\n李四", names) for text in found)) == wrong


@pytest.fixture(scope="module")
def world(lived_in: World) -> World:
    """The installation that is furnished."""
    return lived_in


@pytest.fixture(scope="module")
def answers(world: World) -> dict[str, Response]:
    """Every page that anybody is shown, by role and address."""
    found: dict[str, Response] = {}
    for role, desk in world.desks.items():
        desk.client.cookies.set(COOKIE, "en")
        found |= {f"{role} {address}": answer for address, answer in crawl(desk.get, 0, PAGES).items()}
    for route in sorted(served(world) - {"GET /static", "GET /language"}):
        path = route.removeprefix("GET ")
        role = max(ACCESS[route], key=lambda each: (each == "organiser", each))
        for state in states_for(route) if route.startswith("GET ") else ():
            found[f"{role} {path} {state}"] = world.desks[role].get(world.address(path, state))
    return {name: answer for name, answer in found.items() if is_page(answer) and not VOTERS.search(name)}


@pytest.fixture(scope="module")
def texts(answers: dict[str, Response]) -> dict[tuple[str, str], str]:
    """Every text of these pages and how it is marked, with the page it was first seen on: most stand on many pages."""
    return texts_of({name: answer.text for name, answer in answers.items()})


def texts_of(pages: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """Return the texts of pages with their marks and first page; pages that are the same are read once."""
    found: dict[tuple[str, str], str] = {}
    for html, name in {html: name for name, html in pages.items()}.items():
        reader = Texts()
        reader.feed(html)
        found |= {each: name for each in reader.seen if each not in found}
    return found


def test_what_is_chinese_on_an_english_page_was_typed_and_is_marked(
    world: World, texts: dict[tuple[str, str], str]
) -> None:
    typed, names = typed_texts(world), names_in(world)
    found = [(page, faults(*text, typed, names)) for text, page in texts.items()]
    assert [(page, sorted(wrong)) for page, wrong in found if wrong] == []


def test_sentences_are_parted_and_begin_with_a_capital(texts: dict[tuple[str, str], str]) -> None:
    assert [(page, text.strip()) for (text, _), page in texts.items() if SMALL_OR_RUN_ON.search(text)] == []
