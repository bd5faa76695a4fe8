"""Starting a campaign of each kind: one act presets everything, and the campaign's page leads on."""

import re
from dataclasses import replace
from html import unescape

import pytest

from app.campaigns.domain import Objects
from app.campaigns.kinds import KINDS, Kind
from app.campaigns.reads import get_campaign
from app.campaigns.service import add_units
from app.core.acting import Acting
from app.core.db import Database
from app.rounds.domain import RoundState
from app.rounds.ports import Ports
from app.rounds.reads import frozen_paper, get_round, rounds_of
from app.rounds.rehearsing import create_rehearsal
from app.rounds.service import checklist, draft_paper, freeze
from app.rounds.starting import Beginning, begin, next_step
from app.rounds.steps import Step
from app.web.i18n import COOKIE
from tests.cast import Desk, Desks, make_cast, refuses
from tests.half_width import narrow_signs

ASKED = Beginning("民主测评", "某县文化局", "甲\n乙\n", "中层干部 24\n职工代表：20人")


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.key) for kind in KINDS.values()])
def test_it_works(acting: Acting, kind: Kind) -> None:
    voters = "组成人员 33" if kind.scheme.disclosure.announced else ASKED.voters
    campaign_id = begin(acting, kind, replace(ASKED, voters=voters))
    campaign = get_campaign(acting.session, campaign_id)
    assert campaign.kind is kind
    body = ["某县文化局领导班子" if kind.key == "leaders" else "某县文化局"] if kind.body else []
    assert [unit.name for unit in campaign.units] == [*body, "甲", "乙"]
    assert [(group.name, group.expected) for group in campaign.groups] in (
        [("中层干部", 24), ("职工代表", 20)],
        [("组成人员", 33)],
    )
    row, *others = rounds_of(acting.session, campaign_id)
    assert (row.state, row.title, row.form_key) == (RoundState.DRAFT, kind.round_title, kind.round_form)
    assert others == []
    assert next_step(campaign, [row]).href == f"/rounds/{row.id}"
    rehearsal = create_rehearsal(acting, row.id)
    real = replace(draft_paper(acting.session, row), round_id=rehearsal, rehearsal=True)
    assert frozen_paper(acting.session, rehearsal)[0] == real
    assert get_round(acting.session, row.id).paper_hash is None
    freeze(acting, row.id)


def test_what_is_not_known_yet_can_be_filled_in_later(acting: Acting) -> None:
    campaign_id = begin(acting, KINDS["members"], Beginning("评议党员", "某支部"))
    campaign, rounds = get_campaign(acting.session, campaign_id), list(rounds_of(acting.session, campaign_id))
    assert next_step(campaign, rounds).href == f"/campaigns/{campaign_id}/units"
    with refuses("steps_missing"):
        create_rehearsal(acting, rounds[0].id)


@pytest.mark.parametrize("key", ["leaders", "village"])
def test_a_body_is_rated_before_its_members_by_a_rule_of_its_own(acting: Acting, key: str) -> None:
    campaign_id = begin(acting, KINDS[key], replace(ASKED, body=" 某村委会 "))
    row, *_ = rounds_of(acting.session, campaign_id)
    body, members = draft_paper(acting.session, row).sections
    assert ([unit.name for unit in body.units], body.objects) == (["某村委会"], Objects.UNIT)
    assert ([unit.name for unit in members.units], members.objects) == (["甲", "乙"], Objects.PERSON)
    assert [grade.label for grade in body.scheme.scale.grades] == ["好", "较好", "一般", "差"]
    assert [word.text for word in body.scheme.judged_by.words] == ["差", "好", "较好", "一般"]
    assert members.scheme.judged_by == KINDS[key].scheme.rule
    assert next_step(get_campaign(acting.session, campaign_id), [row]).href == f"/rounds/{row.id}"


def test_a_member_added_later_has_to_be_put_into_the_section(acting: Acting) -> None:
    campaign_id = begin(acting, KINDS["leaders"], ASKED)
    add_units(acting.session, acting.now, acting.actor, campaign_id, ["丙"])
    step = next_step(get_campaign(acting.session, campaign_id), list(rounds_of(acting.session, campaign_id)))
    assert (step.code, step.href) == ("units", f"/campaigns/{campaign_id}/sections")
    [left] = [each for each in _checklist(acting, campaign_id) if each.code == "left"]
    assert (left.done, left.needed, left.detail) == (False, False, "丙")


def _checklist(acting: Acting, campaign_id: str) -> list[Step]:
    row, *_ = rounds_of(acting.session, campaign_id)
    return checklist(acting.session, row, Ports())


def test_members_that_are_not_known_yet_are_filled_in_in_their_section(acting: Acting) -> None:
    campaign_id = begin(acting, KINDS["leaders"], replace(ASKED, objects=""))
    campaign, rounds = get_campaign(acting.session, campaign_id), list(rounds_of(acting.session, campaign_id))
    step = next_step(campaign, rounds)
    assert (step.code, step.href) == ("units", f"/campaigns/{campaign_id}/sections/{campaign.sections[1].id}")
    with refuses("steps_missing"):
        create_rehearsal(acting, rounds[0].id)


def test_it_refuses_the_same_form_sent_twice(acting: Acting) -> None:
    begin(acting, KINDS["leaders"], ASKED)
    with refuses("campaign_twice"):
        begin(acting, KINDS["leaders"], replace(ASKED, title=" 民主测评 "))


@pytest.fixture
def desk(new_desk: Desks, database: Database) -> Desk:
    with database.writing() as session:
        make_cast(session)
    return new_desk("zhangsan")


def test_the_page_asks_which_kind_and_then_its_questions(desk: Desk) -> None:
    page = desk.get("/campaigns/new").text
    for kind in KINDS.values():
        assert kind.name in page
        assert f'href="/campaigns/new?kind={kind.key}"' in page
    asked = desk.get("/campaigns/new?kind=village").text
    assert "2026年村民委员会及成员民主评议" in asked
    assert 'name="body"' in asked
    known = {"title": "上一次", "organisation": "别的单位", "objects": "张甲\n李乙", "voters": "党员 24"}
    assert desk.post("/campaigns/new", kind="members", **known).status_code == 303
    again = re.findall(r'name="body"[^>]*value="([^"]*)"', desk.get("/campaigns/new?kind=leaders").text)
    assert again == [""], "the body of another organisation is no answer for this one"
    assert 'name="body"' not in desk.get("/campaigns/new?kind=members").text
    assert desk.get("/campaigns/new?kind=election").status_code == 404


def test_what_is_too_long_is_called_by_its_name_on_the_page(desk: Desk) -> None:
    known = {"title": "测评", "organisation": "局" * 201, "objects": "张甲\n李乙", "voters": "党员 24"}
    refused = desk.post("/campaigns/new", kind="members", **known)
    assert refused.status_code == 422
    assert "“主办单位”太长" in refused.text
    assert "张甲\n李乙</textarea>" in refused.text


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.key) for kind in KINDS.values()])
def test_no_paper_has_signs_of_half_width(desk: Desk, database: Database, kind: Kind) -> None:
    """Neither where it is read through, nor before the freeze, nor after it, nor on the phone."""
    voters = "组成人员 33" if kind.scheme.disclosure.announced else ASKED.voters
    known = {"title": ASKED.title, "organisation": ASKED.organisation, "objects": ASKED.objects, "voters": voters}
    made = desk.post("/campaigns/new", kind=kind.key, **known)
    with database.reading() as session:
        [row] = rounds_of(session, made.headers["location"].rpartition("/")[2])
    shown = {end: desk.get(f"/rounds/{row.id}/{end}") for end in ("paper", "freeze", "phone/form")}
    assert desk.post(f"/rounds/{row.id}/freeze").status_code == 303
    shown["frozen"] = desk.get(f"/rounds/{row.id}/paper")
    assert {answer.status_code for answer in shown.values()} == {200}
    texts = {end: unescape(re.sub(r"<[^>]*>", "\n", answer.text)) for end, answer in shown.items()}
    assert {end: narrow_signs(text) for end, text in texts.items()} == {end: [] for end in shown}


@pytest.mark.parametrize(
    ("language", "sorts"),
    [("zh", ["单位", "人员", "项目", "文件"]), ("en", ["Units", "Persons", "Projects", "Reports"])],
)
def test_sorts_are_called_the_same_whatever_else_is_rated(desk: Desk, language: str, sorts: list[str]) -> None:
    known = {
        "kind": "leaders",
        "title": "民主测评",
        "organisation": "某县文化局",
        "objects": "张甲\n李乙",
        "voters": "干部 24",
    }
    answer = desk.post("/campaigns/new", **known)
    desk.client.cookies.set(COOKIE, language)
    page = desk.get(answer.headers["location"] + "/sections").text
    assert [word for word in sorts if f">{word}</option>" in page] == sorts


def test_a_refused_form_keeps_what_was_typed(desk: Desk) -> None:
    sent = {
        "kind": "leaders",
        "title": "民主测评",
        "organisation": "某局",
        "objects": "张甲\n李乙",
        "voters": "中层干部",
    }
    answer = desk.post("/campaigns/new", **sent)
    assert answer.status_code == 422
    assert "“中层干部”看不出名称和人数" in answer.text
    for typed in ("张甲\n李乙", 'value="leaders"', 'value="某局"'):
        assert typed in answer.text
    assert desk.post("/campaigns/new", **sent, opens_at="morgen").status_code == 422


def test_menus_show_what_the_kind_uses(desk: Desk) -> None:
    made = desk.post("/campaigns/new", kind="leaders", title="民主测评", organisation="某局", voters="中层干部 24")
    page = desk.get(made.headers["location"]).text
    for unused in ("/board", "/liaisons", "/import", "/opinions"):
        assert f'href="{made.headers["location"]}{unused}"' not in page
    assert desk.get(made.headers["location"] + "/liaisons").status_code == 200
    seed = desk.post("/campaigns/new", title="群众测评", organisation="某局").headers["location"]
    assert f'href="{seed}/liaisons"' in desk.get(seed).text
