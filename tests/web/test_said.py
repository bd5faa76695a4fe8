"""Sentences after acts: every form that leads on to another page has one, and it is shown once."""

import re
from collections.abc import Callable

import pytest
from fastapi.routing import iter_route_contexts
from starlette.testclient import TestClient

from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.rounds.service import RoundDraft
from app.routers import DESK_FEATURES
from app.web.said import COOKIE, SENTENCES
from tests.cast import MORNING, PASSWORD, Desk, Desks, make_cast, make_draft

ZHANGSAN = Principal("idzhangsan", "张三", "organiser")
SHOWN_OTHERWISE = {
    "/login": "leads to the page that was asked for",
    "/login/code": "leads to the page that was asked for",
    "/logout": "leads to the log-in page",
    "/again": "passes on a form that was kept",
    "/staff": "answers with the page itself, which says what became of it",
    "/staff/{staff_id}/link": "answers with the page itself, with the link",
    "/staff/{staff_id}/disable": "answers with the page itself",
    "/staff/{staff_id}/enable": "answers with the page itself",
    "/staff/{staff_id}/role": "answers with the page itself",
    "/consents/{consent_id}/grant": "answers with the page itself, with the link where there is one",
    "/consents/{consent_id}/refuse": "answers with the page itself",
    "/account/factor": "answers with the secret to be scanned",
    "/account/factor/confirm": "answers with the recovery codes",
    "/jobs/{job_id}/cancel": "the page says what became of the job",
    "/campaigns/{campaign_id}/import": "answers with a preview",
    "/campaigns/{campaign_id}/import/sections": "answers with a preview",
    "/offices/{office_id}/import": "answers with a preview",
    "/campaigns/{campaign_id}/opinions/import": "answers with a preview",
    "/rectification/import": "answers with a preview",
    "/campaigns/{campaign_id}/opinions/proposals": "answers with the page itself, whose last act it was",
    "/campaigns/{campaign_id}/liaisons/import": "answers with a preview",
    "/campaigns/{campaign_id}/liaisons/import/confirm": "answers with the sheet of links",
    "/rounds/{round_id}/package": "answers with the file, or with the page of the job",
    "/rounds/{round_id}/slips/print": "answers with the file, or with the page of the job",
    "/rounds/{round_id}/key/draw": "answers with the key slip",
    "/rounds/{round_id}/receipt": "answers with what the box says",
    "/tokens": "answers with the token, once",
    "/tokens/look": "shows other lines of a list and saves nothing",
    "/rounds/{round_id}/announce": "the page says which object the screen shows",
    "/campaigns/{campaign_id}/forms/{key}/phone": "shows what was typed and saves nothing",
    "/rectification/campaigns/{campaign_id}/bulletin": "answers with the file",
    "/rectification/supervision/run": "the page counts what was issued",
}
"""Forms whose answer says by itself what became of them."""


@pytest.fixture
def organiser(new_desk: Desks, database: Database) -> Desk:
    with database.writing() as session:
        make_cast(session)
    return new_desk("zhangsan")


def test_it_works(organiser: Desk) -> None:
    known = {"title": "群众满意度测评", "organisation": "甲县"}
    answer = organiser.post("/campaigns/new", **known)
    page = organiser.get(answer.headers["location"])
    sentence = SENTENCES["/campaigns/new"]
    assert f'role="status">{sentence}</div>' in page.text
    assert COOKIE not in organiser.client.cookies
    assert sentence not in organiser.get(answer.headers["location"]).text


def test_a_refusal_tells_of_nothing_done(organiser: Desk) -> None:
    page = organiser.post("/campaigns/new", title="", organisation="甲县")
    assert 'role="alert"' in page.text
    assert 'role="status"' not in page.text
    assert COOKIE not in organiser.client.cookies


def test_what_is_only_asked_for_is_not_told_as_done(organiser: Desk, database: Database) -> None:
    with database.writing() as session:
        draft = RoundDraft("第一轮", "t2", remarks=True, key_needed=2, key_holders=3)
        round_id = make_draft(Acting(session, MORNING, ZHANGSAN), draft=draft)
    page = organiser.get(organiser.post(f"/rounds/{round_id}/freeze").headers["location"]).text
    assert f'role="status">{SENTENCES["asked"]}</div>' in page
    assert SENTENCES["/rounds/{round_id}/freeze"] not in page


def test_whoever_set_his_password_is_told(
    organiser: Desk, settings: Settings, database: Database, new_client: Callable[[], TestClient]
) -> None:
    page = organiser.post("/staff", name="周明", login="zhouming", **{"role[]": "leader"}).text
    token = re.findall(r"/welcome/([\w-]+)", page)[0]
    newcomer = Desk(new_client(), database, KeyFolder(settings.data / "keys"))
    answer = newcomer.post(f"/welcome/{token}", password=PASSWORD, again=PASSWORD)
    assert f'role="status">{SENTENCES["/welcome/{token}"]}</div>' in newcomer.get(answer.headers["location"]).text


def test_nobody_has_the_desk_speak_his_words(organiser: Desk) -> None:
    organiser.client.cookies.set(COOKIE, "tell-me-your-password")
    assert "tell-me-your-password" not in organiser.get("/rounds").text


def posts() -> set[str]:
    """Return the path of every form of staff."""
    routes = (route for feature in DESK_FEATURES for route in iter_route_contexts(feature.router.routes))
    return {route.path for route in routes if route.path and "POST" in (route.methods or ())}


def test_every_form_has_its_sentence() -> None:
    told = set(SENTENCES) - {"asked", "counted_by_one_of_two", "counts_agree", "counts_differ"}
    assert told | set(SHOWN_OTHERWISE) == posts()
    assert told & set(SHOWN_OTHERWISE) == set()
