"""Trying a scheme on invented numbers."""

from collections.abc import Callable

from starlette.testclient import TestClient

from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from tests.cast import Desk, make_campaign, make_cast

FIELDS = {
    "top": "2", "denominator": "valid", "measure": "satisfied_rate", "attention": "80%", "remedial": "60%",
    "dissatisfied": "1/3", "k": "5", "name-1": "代表",
    "count-1-0": "52", "count-1-1": "27", "count-1-2": "16", "count-1-3": "5", "count-1-4": "6",
}  # fmt: skip


def asked(client: TestClient, campaign_id: str, **changes: str) -> tuple[int, str]:
    answer = client.get(f"/campaigns/{campaign_id}/tryout", params={**FIELDS, **changes})
    return answer.status_code, answer.text


def organise(database: Database, settings: Settings, new_client: Callable[[], TestClient]) -> tuple[Desk, str]:
    with database.writing() as session:
        campaign_id = make_campaign(session, make_cast(session)["zhangsan"])
    return Desk(new_client(), database, KeyFolder(settings.data / "keys"), "zhangsan"), campaign_id


def test_it_works(database: Database, settings: Settings, new_client: Callable[[], TestClient]) -> None:
    desk, campaign_id = organise(database, settings, new_client)
    assert "满意率 = （" in desk.get(f"/campaigns/{campaign_id}/tryout").text
    status, text = asked(desk.client, campaign_id)
    assert status == 200
    for words in ("满意率 = （52 + 27）÷ 100 = 79.0%", "不满意率 = （5）÷ 100 = 5.0%", "满意率未达到提醒线 80%"):
        assert words in text


def test_other_formulas_give_other_verdicts(
    database: Database, settings: Settings, new_client: Callable[[], TestClient]
) -> None:
    desk, campaign_id = organise(database, settings, new_client)
    _, text = asked(desk.client, campaign_id, top="3")
    assert "（52 + 27 + 16）÷ 100 = 95.0%" in text
    assert "verdict-met" in text
    _, text = asked(desk.client, campaign_id, denominator="expected", **{"expected-1": "200", "issued-1": "110"})
    assert "（52 + 27）÷ 200 = 39.5%" in text
    assert "verdict-remedial" in text
    _, text = asked(desk.client, campaign_id, measure="mean_score", attention="84", remedial="60")
    # (5,200 + 2,160 + 960 + 0) ÷ 100 = 83.2
    assert "83.2" in text
    assert "综合得分未达到提醒线 84 分" in text


def test_what_would_be_hidden_is_hidden_here(
    database: Database, settings: Settings, new_client: Callable[[], TestClient]
) -> None:
    desk, campaign_id = organise(database, settings, new_client)
    small = {"name-2": "小类", "count-2-0": "2", "count-2-3": "1"}
    _, text = asked(desk.client, campaign_id, **small)
    assert "为保护匿名，本项不按类别列出" in text


def test_it_refuses_numbers_that_cannot_be_right(
    database: Database, settings: Settings, new_client: Callable[[], TestClient]
) -> None:
    desk, campaign_id = organise(database, settings, new_client)
    for changes in (
        {"returned-1": "50"}, {"issued-1": "90"}, {"count-1-0": "-3"}, {"count-1-0": "1e9"}, {"top": "9"},
        {"attention": "10%"}, {"k": "2"}, {"denominator": "all"}, {"measure": "rank"}, {"weight-1": "70"},
        {"weight-1": "x"}, {"count-1-0": "", "count-1-1": "", "count-1-2": "", "count-1-3": "", "count-1-4": ""},
    ):  # fmt: skip
        status, text = asked(desk.client, campaign_id, **changes)
        assert (status, 'role="alert"' in text) in {(400, True), (422, True)}, changes
    assert desk.get("/campaigns/nowhere/tryout").status_code == 404
