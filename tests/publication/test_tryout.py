"""Trying a scheme on invented numbers."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from starlette.testclient import TestClient

from app.campaigns.domain import ItemLines, Lines
from app.campaigns.reads import get_campaign
from app.campaigns.scheme_service import askable_items, set_scheme
from app.core.acting import Principal
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from tests.cast import MORNING, Desk, make_campaign, make_cast

ZHANG = Principal("zhang", "张三", "organiser")

FIELDS = {
    "top": "2", "denominator": "valid", "measure": "satisfied_rate", "attention": "80%", "remedial": "60%",
    "dissatisfied": "1/3", "k": "10", "name-1": "代表",
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
    assert "满意率 =（" in desk.get(f"/campaigns/{campaign_id}/tryout").text
    status, text = asked(desk.client, campaign_id)
    assert status == 200
    for words in ("满意率 =（52 + 27）÷ 100 = 79.0%", "不满意率 = 5 ÷ 100 = 5.0%", "满意率未达到提醒线 80%"):
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


def test_weights_an_empty_group_and_half_per_cents(
    database: Database, settings: Settings, new_client: Callable[[], TestClient]
) -> None:
    desk, campaign_id = organise(database, settings, new_client)
    # 代表 (52 + 27) ÷ 100 = 79 %, 群众 (30 + 10) ÷ 80 = 50 %; nobody of the third came: (79 × 12.5 + 50 × 37.5) ÷ 50
    three = {
        "weight-1": "12.5", "name-2": "群众", "weight-2": "37.5%", "count-2-0": "30", "count-2-1": "10",
        "count-2-2": "20", "count-2-3": "20", "name-3": "无人", "weight-3": "50",
    }  # fmt: skip
    status, text = asked(desk.client, campaign_id, **three)
    assert status == 200
    for words in (
        "代表的满意率 =（52 + 27）÷ 100", "群众的满意率 =（30 + 10）÷ 80",
        "满意率 =（代表 × 12.5 + 群众 × 37.5）÷ 50 = 57%",  # 28.625 ÷ 0.5 = 57.25
        "不满意率 =（代表 × 12.5 + 群众 × 37.5）÷ 50 = 20%",  # (5 × 12.5 + 25 × 37.5) ÷ 50 = 20
        "其权重已按比例分给其余类别",
    ):  # fmt: skip
        assert words in text, words
    assert "无人的满意率" not in text


def test_every_figure_that_matters_is_worked_out(
    database: Database, settings: Settings, new_client: Callable[[], TestClient]
) -> None:
    desk, campaign_id = organise(database, settings, new_client)
    _, text = asked(desk.client, campaign_id, measure="mean_score", attention="84")
    assert "综合得分 =（52 × 100 + 27 × 80 + 16 × 60 + 5 × 0）÷ 100 = 83.2" in text
    returned = {"denominator": "returned", "returned-1": "110", "invalid-1": "4"}
    _, text = asked(desk.client, campaign_id, measure="positive_rate", **returned)
    assert "总体满意率 =（52 + 27 + 16）÷ 110 = 86.4%" in text  # 95 ÷ 110 = 86.36 %
    _, text = asked(desk.client, campaign_id, **{f"count-1-{place}": str(20 * (place == 0)) for place in range(5)})
    assert "满意率 =（20 + 0）÷ 20，公布为 ≥90%" in text


def test_a_congress_counts_half_of_all_members_as_failed(
    database: Database, settings: Settings, new_client: Callable[[], TestClient]
) -> None:
    desk, campaign_id = organise(database, settings, new_client)
    half = {"denominator": "expected", "attention": "50%", "remedial": "1/2", "dissatisfied": "100%"}
    for people, verdict in (("158", "remedial"), ("157", "met")):  # 79 of 158 are exactly half
        _, text = asked(desk.client, campaign_id, **half, **{"expected-1": people, "issued-1": "106"})
        assert f"（52 + 27）÷ {people}" in text
        assert f"verdict-{verdict}" in text


def test_items_with_lines_of_their_own_are_tried_too(
    database: Database, settings: Settings, new_client: Callable[[], TestClient]
) -> None:
    desk, campaign_id = organise(database, settings, new_client)
    with database.writing() as session:
        campaign = get_campaign(session, campaign_id)
        key = next(key for key, _ in askable_items(session, campaign_id))
        own = ItemLines(key, Lines(Fraction(95, 100), Fraction(90, 100), Fraction(1, 3)))
        scheme = replace(campaign.scheme, item_lines=(own,))
        set_scheme(session, MORNING, ZHANG, campaign_id, scheme, two_person=True)
    _, text = asked(desk.client, campaign_id)
    assert "答案相同的话" in text
    assert "满意率未达到补课线 90%" in text
    assert "未达到本项的补课线" in text
