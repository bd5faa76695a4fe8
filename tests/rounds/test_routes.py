"""The pages of rounds: what was typed is never lost, and nothing is done without being asked for."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.main import PORTS
from app.rounds.approvals import decide
from app.rounds.domain import RoundState
from app.rounds.models import Round
from app.rounds.reads import waiting_approvals
from tests.cast import MORNING, Desk, make_campaign, make_cast, make_draft, make_ready, prepare

GOOD = {
    "title": "第二轮测评", "form_key": "t2", "stage_id": "", "remarks": "1", "key_needed": "2", "key_holders": "3",
    "wifi_name": "礼堂", "wifi_password": "wifi-password",
    "opens_at": "2026-11-23T10:00", "closes_at": "2026-11-23T12:00",
}  # fmt: skip


@pytest.fixture
def keys(settings: Settings) -> KeyFolder:
    return KeyFolder(settings.data / "keys")


@pytest.fixture
def desk(new_client: Callable[[], TestClient], database: Database, keys: KeyFolder) -> Desk:
    """The browser of 张三."""
    with database.writing() as session:
        make_cast(session)
    return Desk(new_client(), database, keys, "zhangsan")


@pytest.fixture
def acting_of(database: Database) -> Callable[[Callable[[Acting], str]], str]:
    """Do something as 张三, behind the pages."""

    def act(what: Callable[[Acting], str]) -> str:
        with database.writing() as session:
            return what(Acting(session, MORNING, Principal("idzhangsan", "张三", "organiser")))

    return act


Behind = Callable[[Callable[[Acting], str]], str]


def agree(acting: Acting, round_id: str) -> str:
    """Let 李四 agree to the only act that waits."""
    [waiting] = waiting_approvals(acting.session, round_id)
    return decide(replace(acting, actor=Principal("idlisi", "李四", "scrutineer")), PORTS, waiting.id, granted=True)


def row(database: Database) -> Round:
    with database.reading() as session:
        return session.scalars(sa.select(Round)).one()


def test_it_works(desk: Desk, database: Database, keys: KeyFolder, acting_of: Behind) -> None:
    campaign = acting_of(lambda acting: make_campaign(acting.session, acting.actor))
    assert desk.get(f"/campaigns/{campaign}/rounds/new").status_code == 200
    made = desk.post(f"/campaigns/{campaign}/rounds/new", **GOOD)
    page = made.headers["location"]
    assert "第二轮测评" in desk.get("/rounds").text
    assert desk.post(f"{page}/freeze").status_code == 303
    round_id = page.rsplit("/", 1)[1]
    assert row(database).state == RoundState.DRAFT  # three keys: a second person sees groups and recusals first
    acting_of(lambda acting: agree(acting, round_id))
    acting_of(lambda acting: str(prepare(acting, keys, round_id)))
    assert desk.post(f"{page}/open").headers["location"] == page
    assert row(database).state == RoundState.OPEN
    paper = desk.get(f"{page}/paper")
    assert paper.status_code == 200
    for said in (
        "不满意率超过 1/3 的，为“需补课”；满意率达到 80%（含）的，为“达标”",
        "有效评价少于 10 份的，样本不足",
        "data-print",
        "paper-units",
    ):
        assert said in paper.text
    assert desk.post(f"{page}/close").status_code == 303
    assert row(database).state == RoundState.OPEN  # early: it waits for a second person
    assert "/approvals/" in desk.get(page).text


@pytest.mark.parametrize(
    "bad",
    [
        {"title": ""},
        {"title": "长" * 61},
        {"key_needed": "4"},
        {"key_needed": "x"},
        {"key_holders": "99"},
        {"closes_at": "2026-11-23T09:00"},
        {"closes_at": "morgen"},
        {"form_key": "nosuch"},
        {"wifi_name": "w" * 33},
    ],
    ids=str,
)
def test_a_refused_form_keeps_what_was_typed(
    desk: Desk, database: Database, acting_of: Behind, bad: dict[str, str]
) -> None:
    campaign = acting_of(lambda acting: make_campaign(acting.session, acting.actor))
    answer = desk.post(f"/campaigns/{campaign}/rounds/new", **{**GOOD, **bad})
    assert 400 <= answer.status_code < 500
    kept = {**GOOD, **bad}
    for name in ("title", "wifi_name", "wifi_password", "opens_at", "closes_at"):
        assert kept[name] in answer.text
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Round)) == 0


def test_a_refused_edit_keeps_what_was_typed(desk: Desk, database: Database, acting_of: Behind) -> None:
    round_id = acting_of(make_draft)
    assert "第一轮" in desk.get(f"/rounds/{round_id}/edit").text
    answer = desk.post(f"/rounds/{round_id}/edit", **{**GOOD, "key_needed": "9"})
    assert answer.status_code == 422
    assert "第二轮测评" in answer.text
    assert row(database).title == "第一轮"
    assert desk.post(f"/rounds/{round_id}/edit", **GOOD).status_code == 303
    assert row(database).title == "第二轮测评"


def test_voiding_asks_for_the_name_and_keeps_the_reason(desk: Desk, database: Database, acting_of: Behind) -> None:
    round_id = acting_of(lambda acting: make_ready(acting, two_person=False))
    refused = desk.post(f"/rounds/{round_id}/void", reason="名单弄错了", name="别的轮次")
    assert refused.status_code in {409, 422}
    assert "名单弄错了" in refused.text
    assert desk.post(f"/rounds/{round_id}/void", reason="名单弄错了", name="第一轮").status_code == 303
    assert row(database).state == RoundState.VOID
    again = desk.post(f"/rounds/{round_id}/repeat").headers["location"]
    assert desk.get(again).status_code == 200


def test_a_rehearsal_begins_and_ends_by_button(desk: Desk, database: Database, acting_of: Behind) -> None:
    round_id = acting_of(make_ready)
    slips = desk.post(f"/rounds/{round_id}/rehearsal").headers["location"]
    rehearsal = slips.removesuffix("/slips")
    assert "测评票" in desk.get(slips).text
    assert "演练" in desk.get(rehearsal).text
    assert desk.post(f"/rounds/{round_id}/purge").status_code == 303
    assert desk.get(rehearsal).status_code == 404
    assert row(database).id == round_id


def test_a_post_without_the_page_s_token_is_refused(desk: Desk, database: Database, acting_of: Behind) -> None:
    round_id = acting_of(make_draft)
    assert desk.client.post(f"/rounds/{round_id}/freeze", data={"x": "1"}).status_code == 403
    assert row(database).state == RoundState.DRAFT


def test_times_are_read_as_china_s(desk: Desk, database: Database, acting_of: Behind) -> None:
    round_id = acting_of(make_ready)
    desk.post(f"/rounds/{round_id}/schedule", opens_at="2026-11-23T10:30", closes_at="2026-11-23T12:00")
    opens_at = row(database).opens_at
    assert opens_at is not None
    assert opens_at.isoformat() == "2026-11-23T02:30:00+00:00"
    assert "2026-11-23T10:30" in desk.get(f"/rounds/{round_id}").text


def test_a_round_that_is_not_there_is_told_under_its_own_heading(desk: Desk) -> None:
    answer = desk.get("/rounds/r9")
    assert answer.status_code == 404
    assert '<h1 class="card-title">没有找到</h1>' in answer.text
    assert "没有完成" not in answer.text
