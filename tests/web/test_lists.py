"""Long lists are searched, narrowed and paged on the server, and ask the database no more often for many lines."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from httpx import Response

import app
from app.core.db import Database
from app.core.lists import PAGE
from tests.cast import Desk, Desks, make_cast
from tests.form_fields import sent
from tests.many import store_many
from tests.statements import statements

CAMPAIGNS, ROUNDS = 60, 120
LISTS = ("/rounds", "/campaigns", "/results", "/notices", "/staff", "/tokens")


@pytest.fixture
def desk(new_desk: Desks, database: Database) -> Desk:
    with database.writing() as session:
        make_cast(session)
    return new_desk("zhangsan")


def asked(desk: Desk, path: str, **wanted: str) -> Response:
    return desk.get(f"{path}?{urlencode(wanted)}")


def lines(page: str, path: str) -> list[str]:
    return re.findall(rf'<td[^>]*>(?:<span>)?<a href="{path}/[^"/]+">([^<]+)</a>', page)


def test_it_works(desk: Desk, database: Database) -> None:
    store_many(database, CAMPAIGNS, ROUNDS)
    page = desk.get("/rounds").text
    assert len(lines(page, "/rounds")) == PAGE
    assert f"共 {ROUNDS} 条" in page
    assert "1 / 3" in page
    assert 'href="?part=2"' in page
    under_way = [f"第 {number} 轮" for number in range(ROUNDS - 10, -1, -10)]
    assert lines(page, "/rounds")[:13] == [*under_way, f"第 {ROUNDS - 1} 轮"]
    last = desk.get("/rounds?part=99").text
    assert len(lines(last, "/rounds")) == ROUNDS - 2 * PAGE
    assert 'href="?part=2"' in last


def test_what_is_looked_for_is_kept_from_page_to_page(desk: Desk, database: Database) -> None:
    store_many(database, CAMPAIGNS, ROUNDS)
    page = asked(desk, "/rounds", q="第1 轮", state="published").text
    assert lines(page, "/rounds")[0] == "第 119 轮"
    assert 'value="第1 轮"' in page
    page = asked(desk, "/rounds", state="published").text
    assert f"共 {ROUNDS * 9 // 10} 条" in page
    assert "?state=published&amp;part=2" in page
    assert lines(asked(desk, "/rounds", q="第７次活动").text, "/rounds") == ["第 67 轮", "第 7 轮"]
    assert "没有符合的" in asked(desk, "/rounds", q="没有").text
    assert lines(asked(desk, "/results", q="第７次活动").text, "/results") == ["第 67 轮", "第 7 轮"]
    assert lines(asked(desk, "/notices", q="第119轮").text, "/notices") == ["第 119 轮"]
    campaigns = lines(asked(desk, "/campaigns", q="第3街道").text, "/campaigns")
    assert campaigns[:2] == ["第 10 次活动", "第 59 次活动"]
    assert len(lines(asked(desk, "/campaigns", state="under_way").text, "/campaigns")) == CAMPAIGNS // 10
    assert "联络员7<" in asked(desk, "/staff", q="READER7").text
    assert "联络员7<" not in asked(desk, "/staff", state="organiser").text


def test_units_are_looked_for_by_their_names(desk: Desk, database: Database) -> None:
    store_many(database, 1, 0, units=30)
    page = asked(desk, "/campaigns/c0/units", q="单位２９").text
    assert re.findall(r'<a href="(#unit-[^"]+)">([^<]+)</a>', page) == [("#unit-u0-28", "29 被测评单位29")]
    assert 'id="unit-u0-28"' in page
    assert page.count('name="name[]"') == 30
    assert "没有符合的" in asked(desk, "/campaigns/c0/units", q="没有").text


def test_all_units_of_a_search_are_shown_page_by_page(desk: Desk, database: Database) -> None:
    """Fifty of the hits stood there, and the others nowhere."""
    store_many(database, 1, 1, units=120)
    path = "/campaigns/c0/units"
    page = desk.post(path, **sent(desk.get(path).text, path, q="单位", look="find")).text
    assert re.findall(r'href="#unit-[^"]*">(\d+) ', page) == [str(place) for place in range(1, PAGE + 1)]
    assert "1 / 3" in page
    page = desk.post(path, **sent(page, path, look="3")).text
    assert re.findall(r'href="#unit-[^"]*">(\d+) ', page) == [str(place) for place in range(2 * PAGE + 1, 121)]


def test_a_short_list_shows_neither_search_nor_pages(desk: Desk, database: Database) -> None:
    store_many(database, 2, 4)
    for path in LISTS[:4]:
        page = desk.get(path).text
        assert 'role="search"' not in page, path
        assert "共 " not in page, path


def test_the_number_of_statements_does_not_grow_with_the_list(desk: Desk, database: Database) -> None:
    def counts() -> dict[str, int]:
        found = {}
        for path in LISTS:
            desk.get(path)
            with statements() as seen:
                assert desk.get(path).status_code == 200
            found[path] = len(seen)
            assert seen
        return found

    store_many(database, 2, 4)
    few = counts()
    store_many(database, CAMPAIGNS, ROUNDS, first=100)
    assert counts() == few


LISTED = re.compile(r"\{\{ l\.(search|pages)\(")
FIELDS = (
    r'field\(|r\.area\(|i\.fields\(|_choice\(|<textarea|<select|type="(checkbox|radio)"|<input class="form-control"'
)
TYPED = re.compile(FIELDS)
TEMPLATES = Path(app.__path__[0]) / "templates"
SEARCHED_WITH_THEIR_FORM = {
    "opinions/merge.html": "beside the form the list is one of the form's own; the other stands where there is no form",
    "rectification/issues.html": "as there",
    "rectification/ledger.html": "what is typed there is what the ledger is searched by",
}


def test_no_list_that_goes_by_an_address_stands_beside_a_form_that_is_typed_into() -> None:
    """Its search and its pages would take away what was typed: such a list goes with the form (``form_list.html``)."""
    texts = {str(path.relative_to(TEMPLATES)): path.read_text() for path in TEMPLATES.rglob("*.html")}
    found = {name for name, text in texts.items() if LISTED.search(text) and TYPED.search(text)}
    assert found == SEARCHED_WITH_THEIR_FORM.keys()
