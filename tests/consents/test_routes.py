"""The page of an inbox: what waits for an answer, what is told, and the number beside its entry in the menu."""

import re

import pytest

from app.consents.service import GRANTED
from app.core.acting import Acting
from app.core.db import Database
from app.main import PORTS
from app.rounds.approvals import WHAT, ask_or_act
from tests.cast import MORNING, Desks, make_cast, make_ready


@pytest.fixture
def round_id(database: Database) -> str:
    """Name a round that 张三 wants to void."""
    with database.writing() as session:
        acting = Acting(session, MORNING, make_cast(session)["zhangsan"])
        asked_of = make_ready(acting)
        ask_or_act(acting, PORTS, asked_of, "void", {"reason": "名单有误"})
    return asked_of


def waits(page: str) -> str:
    """Return the number in the menu."""
    found = re.search(r'class="desk-count">.*?</span>(\d+)</span>', page)
    return found[1] if found else ""


def test_it_works(round_id: str, new_desk: Desks) -> None:
    asker, second = new_desk("zhangsan"), new_desk("lisi")
    assert "有事项待同意" in second.get("/rounds").text
    assert waits(second.get("/rounds").text) == "1"
    page = second.get("/inbox").text
    assert "等您答复" in page
    assert f'href="/rounds/{round_id}"' in page
    assert "等别人答复" in asker.get("/inbox").text
    [asked] = set(re.findall(r"/approvals/(\w+)/grant", second.get(f"/rounds/{round_id}").text))
    second.post(f"/approvals/{asked}/grant")
    told = second.get(f"/rounds/{round_id}").text
    assert "您已同意，事项已经办理。" in told
    assert waits(told) == ""
    assert "有事项待同意" not in second.get("/rounds").text
    assert waits(asker.get("/rounds").text) == "1"
    assert GRANTED.format(name="李四", what="")[:10] in asker.get("/inbox").text
    assert WHAT["void"].split("{", maxsplit=1)[0] in asker.get("/inbox").text


def test_who_may_not_agree_is_not_told(round_id: str, new_desk: Desks) -> None:
    assert round_id
    for login in ("zhaoliu", "sunqi", "wujiu", "zhengshi"):
        page = new_desk(login).get("/inbox").text
        assert waits(page) == ""
        assert "等您答复" not in page
