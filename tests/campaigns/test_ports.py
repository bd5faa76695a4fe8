"""Nothing that a round rests on can be deleted, by page or import, and the sentence names the round (SEC-83)."""

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from app.campaigns import reads, scheme_service, service
from app.campaigns.reads import CampaignView
from app.campaigns.rules import NameRow
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.rounds import service as rounds
from app.rounds.reads import frozen_paper, get_round, resting
from app.rounds.service import RoundDraft
from tests.cast import MORNING, Desk, make_campaign, make_cast
from tests.waiting import held_up

ZHANG = Principal("idzhangsan", "张三", "organiser")
Act = Callable[[Acting, CampaignView], object]
POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def made(database: Database) -> tuple[str, str]:
    """A campaign with a form of its own, and a frozen round of that form in its first stage; their ids."""
    with database.writing() as session:
        acting = Acting(session, MORNING, make_cast(session)["zhangsan"])
        campaign_id = make_campaign(session, acting.actor)
        form = scheme_service.copy_form(session, MORNING, acting.actor, campaign_id, "t2")
        stage = reads.get_campaign(session, campaign_id).stages[0].id
        round_id = rounds.create_round(acting, campaign_id, RoundDraft("第一轮", form, stage_id=stage))
        rounds.freeze(acting, round_id)
    return campaign_id, round_id


def delete_unit(acting: Acting, campaign: CampaignView) -> None:
    service.delete_unit(acting, resting, campaign.id, campaign.units[0].id, campaign.units[0].name)


def delete_group(acting: Acting, campaign: CampaignView) -> None:
    service.delete_group(acting, resting, campaign.id, campaign.groups[0].id, campaign.groups[0].name)


def delete_form(acting: Acting, campaign: CampaignView) -> None:
    (form,) = [form for form in campaign.forms if form.key not in {"t1", "t2", "t3"} and "副本" in form.title]
    scheme_service.delete_form(acting, resting, campaign.id, form.key, form.title)


def delete_stage(acting: Acting, campaign: CampaignView) -> None:
    service.set_stages(acting, resting, campaign.id, [NameRow(stage.id, stage.title) for stage in campaign.stages[1:]])


DELETIONS: dict[str, Act] = {
    "unit_in_use": delete_unit, "group_in_use": delete_group, "form_in_use": delete_form, "stage_in_use": delete_stage,
}  # fmt: skip


def attempt(database: Database, campaign_id: str, act: Act) -> DomainError | None:
    try:
        with database.writing() as session:
            act(Acting(session, MORNING, ZHANG), reads.get_campaign(session, campaign_id))
    except DomainError as error:
        return error
    return None


@pytest.mark.parametrize("code", DELETIONS)
def test_it_works(database: Database, made: tuple[str, str], code: str) -> None:
    campaign_id, _ = made
    with database.reading() as session:
        before = reads.get_campaign(session, campaign_id)
    error = attempt(database, campaign_id, DELETIONS[code])
    assert error is not None
    assert (error.code, error.params["round"]) == (code, "第一轮")
    with database.reading() as session:
        assert reads.get_campaign(session, campaign_id) == before


@pytest.mark.parametrize("code", ["unit_in_use", "group_in_use"])
def test_what_only_a_void_round_asked_may_go(database: Database, made: tuple[str, str], code: str) -> None:
    campaign_id, round_id = made
    with database.writing() as session:
        rounds.void_round(Acting(session, MORNING, ZHANG), round_id, {"reason": "填错了"})
    assert attempt(database, campaign_id, DELETIONS[code]) is None


def test_a_draft_holds_its_form_and_stage_alone(database: Database) -> None:
    with database.writing() as session:
        acting = Acting(session, MORNING, make_cast(session)["zhangsan"])
        campaign_id = make_campaign(session, acting.actor)
        form = scheme_service.copy_form(session, MORNING, acting.actor, campaign_id, "t2")
        rounds.create_round(acting, campaign_id, RoundDraft("草稿", form))
    found = [attempt(database, campaign_id, act) for act in DELETIONS.values()]
    assert [error and error.code for error in found] == [None, None, "form_in_use", None]


@pytest.fixture
def desk(client: TestClient, database: Database, settings: Settings, made: tuple[str, str]) -> Desk:
    """The browser of 张三, once he has frozen his round."""
    assert made
    return Desk(client, database, KeyFolder(settings.data / "keys"), "zhangsan")


def test_pages_name_the_round(desk: Desk, database: Database, made: tuple[str, str]) -> None:
    campaign_id, _ = made
    with database.reading() as session:
        campaign = reads.get_campaign(session, campaign_id)
    for path, name in ((f"units/{campaign.units[0].id}", "县文化馆"), (f"groups/{campaign.groups[0].id}", "党代表")):
        page = desk.post(f"/campaigns/{campaign_id}/{path}/delete", name=name)
        assert page.status_code == 409
        assert f"“{name}”" in page.text
        assert "轮次“第一轮”" in page.text


def test_an_import_drops_nothing_that_a_round_rests_on(desk: Desk, database: Database, made: tuple[str, str]) -> None:
    campaign_id, _ = made
    with database.reading() as session:
        before = reads.get_campaign(session, campaign_id)
    rows = '{"units": [[1, "县图书馆"], [2, "县博物馆"]], "groups": null}'
    page = desk.post(f"/campaigns/{campaign_id}/import/confirm", rows=rows, drop_missing="1")
    assert page.status_code == 409
    assert "“县文化馆”在轮次“第一轮”" in page.text
    with database.reading() as session:
        assert reads.get_campaign(session, campaign_id) == before
    kept = desk.post(f"/campaigns/{campaign_id}/import/confirm", rows=rows)
    assert kept.status_code == 303


@pytest.fixture
def draft(database: Database) -> tuple[str, str]:
    with database.writing() as session:
        acting = Acting(session, MORNING, make_cast(session)["zhangsan"])
        campaign_id = make_campaign(session, acting.actor)
        return campaign_id, rounds.create_round(acting, campaign_id, RoundDraft("第一轮", "t2"))


@POSTGRESQL
@pytest.mark.parametrize("code", ["unit_in_use", "group_in_use"])
def test_who_deletes_waits_for_who_freezes(database: Database, draft: tuple[str, str], code: str) -> None:
    campaign_id, round_id = draft
    found: list[DomainError | None] = []
    with database.writing() as session:
        rounds.freeze(Acting(session, MORNING, ZHANG), round_id)
        thread = held_up(database, lambda: found.append(attempt(database, campaign_id, DELETIONS[code])))
    thread.join(30)
    assert [error and error.code for error in found] == [code]


@POSTGRESQL
def test_who_freezes_waits_for_who_deletes(database: Database, draft: tuple[str, str]) -> None:
    campaign_id, round_id = draft

    def freeze() -> None:
        with database.writing() as session:
            get_round(session, round_id)
            rounds.freeze(Acting(session, MORNING, ZHANG), round_id)

    with database.writing() as session:
        delete_unit(Acting(session, MORNING, ZHANG), reads.get_campaign(session, campaign_id))
        thread = held_up(database, freeze)
    thread.join(30)
    with database.reading() as session:
        assert [unit.name for unit in frozen_paper(session, round_id)[0].units] == ["县图书馆", "县博物馆"]
