"""700 units and 700 accounts that may speak for them: a form is shown a page at a time, and nothing typed is lost."""

import re

import pytest

from app.accounts import service as accounts
from app.core.db import Database
from app.core.lists import PAGE
from tests.cast import Desk, Desks
from tests.form_fields import sent
from tests.many import desk_over, store_many

UNITS = 700
PATH = "/campaigns/c0/liaisons"


@pytest.fixture
def desk(new_desk: Desks, database: Database) -> Desk:
    return desk_over(new_desk, database, UNITS, UNITS)


def spoken_for(database: Database, *places: int) -> list[set[str]]:
    with database.reading() as session:
        found = accounts.liaisons_of(session, [f"u0-{place}" for place in places])
    return [{one.login for one in found.get(f"u0-{place}", ())} for place in places]


def test_it_works(desk: Desk, database: Database) -> None:
    """Name people on one page, on another and in what was looked for; keep all at once, and take one away again."""
    page = desk.get(PATH).text
    assert (page.count('name="rows[]"'), page.count("<option "), len(page) < 200_000) == (PAGE, UNITS + 2, True)
    second = desk.post(PATH, **sent(page, PATH, look="2", **{"add-u0-0[]": ["联络员7（reader7）", "reader8"]})).text
    assert second.count('name="rows[]"') == PAGE + 1
    assert re.findall(r'name="add-u0-0\[\]" value="([^"]*)"', second) == ["联络员7（reader7）", "reader8"]
    found = desk.post(PATH, **sent(second, PATH, look="find", q="单位７00", **{"add-u0-50[]": ["联络员９"]})).text
    assert ">被测评单位700</legend>" in found
    assert "2 个" in found
    unknown = desk.post(PATH, **sent(found, PATH, **{"add-u0-699[]": ["王二麻子"]}))
    assert (unknown.status_code, "“王二麻子”不是可以选的" in unknown.text) == (422, True)
    assert 'value="王二麻子"' in unknown.text
    assert spoken_for(database, 0, 50, 699) == [set(), set(), set()]
    assert desk.post(PATH, **sent(unknown.text, PATH, **{"add-u0-699[]": ["吴九"]})).status_code == 303
    assert spoken_for(database, 0, 50, 699) == [{"reader7", "reader8"}, {"reader9"}, {"wujiu"}]
    page = desk.get(PATH).text
    fewer = sent(page, PATH, look="2", **{"unit-u0-0[]": ["s8"]})
    assert desk.post(PATH, **sent(desk.post(PATH, **fewer).text, PATH)).status_code == 303
    assert spoken_for(database, 0, 50, 699) == [{"reader8"}, {"reader9"}, {"wujiu"}]


def test_it_refuses_a_name_that_two_have(desk: Desk, database: Database) -> None:
    store_many(database, 1, 0, 0, first=9_001)
    with database.writing() as session:
        accounts.find(session, "s9001").name = "联络员1"
    refused = desk.post(PATH, **sent(desk.get(PATH).text, PATH, **{"add-u0-0[]": ["联络员1"]}))
    assert (refused.status_code, "可以指不止一个联络员账号" in refused.text) == (422, True)
    assert desk.post(PATH, **sent(refused.text, PATH, **{"add-u0-0[]": ["联络员1（reader1）"]})).status_code == 303
    assert spoken_for(database, 0) == [{"reader1"}]
