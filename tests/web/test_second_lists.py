"""Lists below others on a page, such as releases, batches and tokens: searched and leafed through beside them."""

import html
import re
from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
import sqlalchemy as sa

from app.core.db import Database
from app.core.lists import FEW, PAGE, wishes_of
from app.core.scope import ROOT
from app.offices.models import Office
from app.publication.models import ReaderToken, ResultRelease
from app.rounds.models import Round
from app.slips.models import Batch
from tests.cast import MORNING, Desk, Desks
from tests.many import store_many
from tests.rectification.flagged import make_flagged

MANY = PAGE + 12
Fields = dict[str, str | list[str]]


@pytest.fixture
def desk(new_desk: Desks, database: Database) -> Desk:
    make_flagged(database)
    return new_desk("zhangsan")


def the_round(database: Database) -> str:
    with database.reading() as session:
        return session.scalars(sa.select(Round.id)).one()


def links(page: str, words: str) -> list[str]:
    return [html.unescape(each) for each in re.findall(rf'href="([^"]*)"[^>]*>{words}<', page)]


def test_each_list_keeps_what_the_other_shows() -> None:
    wishes = wishes_of({"made-q": "县", "made-part": "3", "units-state": "x", "units-q": "第 3"}, made={"x"}, units=())
    assert wishes["made"].address(2) == "?units-q=%E7%AC%AC+3&made-q=%E5%8E%BF&made-part=2"
    assert wishes["units"].everything == "?made-q=%E5%8E%BF&made-part=3"
    assert wishes["units"].state == ""


def test_releases_are_looked_for_and_leafed_through(desk: Desk, database: Database) -> None:
    round_id = the_round(database)
    rows = [_release(round_id, number) for number in range(MANY)]
    with database.writing() as session:
        session.execute(sa.insert(ResultRelease), rows)
    path = f"/rounds/{round_id}/releases"
    start = desk.get(f"/rounds/{round_id}/publish").text
    assert (start.count("第 1 版</td>"), links(start, f"共 {PAGE + 14} 项，全部列出")) == (FEW, [path])
    assert 'type="search"' not in start, "nothing that is typed there is taken away"
    page = desk.get(path).text
    assert page.count("第 1 版</td>") == PAGE
    (after,) = links(page, "下一页")
    assert after == "?ledger-part=2#ledger"
    assert desk.get(f"{path}{after}").text.count("第 1 版</td>") == 14
    assert desk.get(f"{path}?ledger-q=理由７").text.count("第 1 版</td>") == 1
    assert desk.get(f"{path}?ledger-state=withdrawn").text.count("第 1 版</td>") == MANY // 2
    assert "没有符合的" in desk.get(f"{path}?ledger-q=没有").text
    assert "公布台账" in desk.get(f"{path}?ledger-q=没有").text


def _release(round_id: str, number: int) -> dict[str, object]:
    gone = {"withdrawn_at": MORNING, "withdrawn_by": "李四", "withdrawn_reason": f"理由{number}"}
    kept = dict.fromkeys(gone, "") | {"withdrawn_at": None}
    about = {"id": f"r{number}", "round_id": round_id, "version": 1, "scope": "organisers", "released_by": "张三"}
    return {**about, "released_at": MORNING - timedelta(minutes=number), **(gone if number % 2 else kept)}


def test_batches_are_looked_for_and_leafed_through(desk: Desk, database: Database) -> None:
    round_id = the_round(database)
    rows = [
        {"id": f"b{number}", "round_id": round_id, "group_id": "g0", "printed": 10, "created_at": MORNING,
         "void_reason": f"第{number}次印错" if number % 2 else "", "voided": 10 if number % 2 else 0}
        for number in range(MANY)
    ]  # fmt: skip
    with database.writing() as session:
        session.execute(sa.delete(Batch))
        session.execute(sa.insert(Batch), rows)
    path = f"/rounds/{round_id}/slips/batches"
    page = desk.get(path).text
    assert page.count('<td class="when"') == PAGE
    assert links(page, "下一页") == ["?part=2"]
    assert desk.get(f"{path}?part=2").text.count('<td class="when"') == 12
    assert desk.get(f"{path}?state=voided").text.count('<td class="when"') == MANY // 2
    found = desk.get(f"{path}?q=第7次&state=voided").text
    assert (found.count('<td class="when"'), "第7次印错" in found) == (1, True)


def test_tokens_are_looked_for_beside_campaigns(desk: Desk, database: Database) -> None:
    with database.writing() as session:
        session.execute(sa.insert(ReaderToken), [_token(number) for number in range(MANY)])
    page = desk.get("/tokens?units-q=满意").text
    assert page.count('<td data-label="名称">') == PAGE
    assert 'name="units-q" value="满意"' in page
    assert desk.get("/tokens?made-part=2").text.count('<td data-label="名称">') == 12
    assert desk.get("/tokens?made-q=系统７号").text.count('<td data-label="名称">') == 1
    assert desk.get("/tokens?made-state=revoked").text.count('<td data-label="名称">') == MANY // 2
    assert "没有符合的" in desk.get("/tokens?made-q=没有").text
    gone = desk.post("/tokens/t0/revoke?made-q=系统０号&units-part=2")
    assert parse_qsl(gone.headers["location"]) == [("/tokens?units-part", "2"), ("made-q", "系统０号")]


def test_what_is_typed_for_a_new_token_stays_while_one_looks_for_others(desk: Desk, database: Database) -> None:
    """Whichever list is searched or leafed through, by its buttons or by the key, and without a new proof."""
    with database.writing() as session:
        session.execute(sa.insert(ReaderToken), [_token(number) for number in range(MANY)])
    store_many(database, 30, 0, 3, first=100)
    typed: Fields = {"label": "县政务公开网", "days": "31", "scope": "unit", "units[]": ["u103-1", "u129-2"]}
    looks: dict[str, tuple[Fields, int, int]] = {
        "made-find": ({"made-q": "系统７号", "made-part": "2"}, 1, 10),
        "made-all": ({"made-q": "系统７号"}, PAGE, 10),
        "made-2": ({"units-q": "第 107 次"}, 12, 1),
        "units-find": ({"made-q": "系统７号", "units-q": "第 107 次"}, 1, 1),
        "units-4": ({"made-part": "2"}, 12, 1),
        "enter": ({"made-looked": "", "made-q": "系统７号", "units-looked": ""}, 1, 10),
    }
    for value, (asked, tokens, campaigns) in looks.items():
        answer = desk.post("/tokens/look", **typed, **asked, look=value)
        page = answer.text
        assert (answer.status_code, page.count('<td data-label="名称">')) == (200, tokens), value
        assert page.count("选被测评单位的，再选单位：") == campaigns, value
        assert (' value="县政务公开网"' in page, ' value="31"' in page) == (True, True), value
        assert sorted(re.findall(r'name="units\[\]" value="([^"]+)" checked', page)) == ["u103-1", "u129-2"], value
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ReaderToken)) == MANY
    refused = desk.post(
        "/tokens", **typed | {"days": "0", "made-q": "系统７号", "made-looked": "系统７号", "look": "enter"}
    )
    assert (refused.status_code, refused.text.count('<td data-label="名称">')) == (422, 1)
    made = desk.post("/tokens", **typed | {"look": "enter"})
    assert (made.status_code, "copy-once" in made.text, 'type="search"' in made.text) == (201, True, False)


def _token(number: int) -> dict[str, object]:
    about = {"id": f"t{number}", "token_hash": f"{number}", "label": f"系统{number}号", "scope": "public"}
    ends = {"expires_at": MORNING + timedelta(days=90), "revoked_at": MORNING if number % 2 else None}
    return {**about, "created_at": MORNING - timedelta(minutes=number), "created_by": "张三", **ends}


def test_offices_are_looked_for_by_their_ways(desk: Desk, database: Database) -> None:
    counties = [_office(f"c{number}", ROOT, f"第{number}县", number) for number in range(3)]
    towns = [
        _office(f"c{number}t{town}", f"c{number}", f"{town}号乡", town) for number in range(3) for town in range(30)
    ]
    with database.writing() as session:
        session.execute(sa.insert(Office), counties)
        session.execute(sa.insert(Office), towns)
    pages = [desk.get(f"/offices?part={part}").text for part in (1, 2)]
    assert [page.count('class="list-group-item"') for page in pages] == [PAGE, 94 - PAGE]
    found = desk.get("/offices?q=2县 ７号乡").text
    assert re.findall(r'href="/offices/(c[^"]+)">([^<]+)<', found) == [
        ("c2t7", "第2县 / 7号乡"), ("c2t17", "第2县 / 17号乡"), ("c2t27", "第2县 / 27号乡"),
    ]  # fmt: skip
    assert "没有符合的" in desk.get("/offices?q=没有").text


def _office(office_id: str, parent_id: str, name: str, position: int) -> dict[str, object]:
    return {"id": office_id, "parent_id": parent_id, "name": name, "position": position}
