"""按上一次再办: a copy freezes the same paper for every kind of vote, and says what it has not."""

import re
from dataclasses import replace
from fractions import Fraction

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import service as accounts
from app.accounts.models import Staff
from app.campaigns import registered, scheme_service
from app.campaigns import service as campaigns
from app.campaigns.composite import Composite, Part, Source
from app.campaigns.copying import LeftOut, copy_of, moved_on, next_title
from app.campaigns.domain import SECTIONS, Objects
from app.campaigns.english_service import keep_english
from app.campaigns.kinds import KINDS, Kind
from app.campaigns.reads import CampaignView, get_campaign
from app.campaigns.rules import GroupRow, NameRow
from app.campaigns.section_service import SectionEdit, add_section, edit_section
from app.campaigns.service import UnitWords
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.main import PORTS
from app.offices import register
from app.rectification.board.service import choose, mark_of, save_stages, stages_of
from app.rectification.signing import service as signing
from app.rounds.again import begin_again
from app.rounds.domain import Paper
from app.rounds.papers import paper_text, papers_in
from app.rounds.reads import get_round, rounds_of
from app.rounds.service import RoundDraft, create_round, draft_paper, freeze
from app.rounds.starting import Beginning, begin
from tests.cast import MORNING, Desk, Desks, make_campaign, make_cast, refuses
from tests.statements import statements

KIND = pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.key) for kind in KINDS.values()])


def set_up(acting: Acting, kind: Kind) -> str:
    """Make a campaign of a kind with everything that may be set up for one."""
    voters = "组成人员 33" if kind.scheme.disclosure.announced else "中层干部 24\n职工代表 20\n群众 8"
    begun = Beginning("2026年测评", "某县文化局", "甲\n乙\n丙", voters, body="班子")
    campaign_id = begin(acting, kind, begun)
    campaign, who = get_campaign(acting.session, campaign_id), (acting.session, acting.now, acting.actor)
    if len(campaign.groups) > 1:
        campaigns.set_left_out(*who, campaign_id, campaign.groups[0].id, [campaign.units[1].id])
    own = scheme_service.copy_form(*who, campaign_id, kind.form)
    names = {"甲": "Alpha", "2026年测评": "Vote of 2026", "中层干部": "Managers"}
    keep_english(acting.session, campaign_id, names)
    if not campaign.sections:
        rule = kind.scheme.rule
        section = add_section(acting, campaign_id, SectionEdit("对象", kind.objects, own, rule))
        objects = {unit.id: UnitWords("局长", "县水利局") for unit in campaign.units}
        ids = [unit.id for unit in campaign.units]
        edit_section(acting, campaign_id, section, SectionEdit("对象", kind.objects, own, rule), objects, ids)
    acting.session.flush()
    return campaign_id


def draft(acting: Acting, campaign_id: str, form_key: str) -> Paper:
    """Return the paper of a new round, checked as a freeze checks it."""
    round_id = create_round(acting, campaign_id, RoundDraft("测评", form_key, key_needed=1, key_holders=1))
    paper = draft_paper(acting.session, get_round(acting.session, round_id))
    freeze(acting, round_id)
    return paper


def alike(session: Session, paper: Paper, source: CampaignView, copy: CampaignView) -> Paper:
    """Return a paper of the source as that of the copy has to be: with its ids and its title."""
    mine, theirs = (
        [*(each.id for each in one.units), *(each.id for each in one.groups), *(each.id for each in one.sections)]
        for one in (source, copy)
    )
    text = paper_text(paper)
    for one, other in zip(mine, theirs, strict=True):
        text = text.replace(f'"{one}"', f'"{other}"')
    renamed = {moved_on(name, 1): english for name, english in paper.english.items() if name == source.title}
    english = {name: english for name, english in paper.english.items() if name != source.title}
    moved = {name: moved_on(english, 1) for name, english in renamed.items()}
    return replace(papers_in(session, [text])[text], campaign=copy.title, english={**english, **moved})


@KIND
@pytest.mark.parametrize("sections", [False, True])
def test_it_works(acting: Acting, kind: Kind, *, sections: bool) -> None:
    source_id = set_up(acting, kind)
    source = get_campaign(acting.session, source_id)
    copy = get_campaign(acting.session, begin_again(acting, PORTS, source_id, "2027年测评"))
    assert (copy.kind, copy.organisation, copy.is_example) == (source.kind, source.organisation, False)
    assert [stage.title for stage in copy.stages] == [stage.title for stage in source.stages]
    assert list(rounds_of(acting.session, copy.id)) == []
    keys = [
        SECTIONS if sections else next(form.key for form in each.forms if not form.builtin) for each in (source, copy)
    ]
    mine, theirs = (draft(acting, each.id, key) for each, key in zip((source, copy), keys, strict=True))
    assert theirs == replace(alike(acting.session, mine, source, copy), round_id=theirs.round_id)
    assert {unit.id for unit in mine.units}.isdisjoint(unit.id for unit in theirs.units)


def test_a_copy_is_of_its_own(acting: Acting) -> None:
    source_id = set_up(acting, KINDS["campaign"])
    before = get_campaign(acting.session, source_id)
    copy = get_campaign(acting.session, begin_again(acting, PORTS, source_id, "2027年测评"))
    who = acting.session, acting.now, acting.actor
    campaigns.save_groups(*who, copy.id, [GroupRow(copy.groups[0].id, "别的", 99)])
    campaigns.save_units(*who, copy.id, [NameRow(copy.units[0].id, "改过")])
    assert get_campaign(acting.session, source_id) == before
    assert copy_of(acting.session, source_id) is None


def test_weights_and_composites_name_the_groups_of_the_copy(acting: Acting) -> None:
    source_id = set_up(acting, KINDS["leaders"])
    source, who = get_campaign(acting.session, source_id), (acting.session, acting.now, acting.actor)
    groups = [group.id for group in source.groups]
    weights = dict(zip(groups, (Fraction(50), Fraction(30), Fraction(20)), strict=True))
    scheme_service.set_scheme(*who, source_id, replace(source.scheme, weights=weights), two_person=True)
    parts = (
        Part("p1", "甲票", Source.VOTE, Fraction(60), group=groups[1]),
        Part("p2", "领导评分", Source.SCORE, Fraction(40)),
    )
    scheme_service.set_composite(acting, source_id, Composite(parts), [])
    copy = get_campaign(acting.session, begin_again(acting, PORTS, source_id, "2027年测评"))
    ids = [group.id for group in copy.groups]
    assert copy.scheme.weights == dict(zip(ids, weights.values(), strict=True))
    assert copy.scheme.composite == Composite((replace(parts[0], group=ids[1]), parts[1]))


def test_what_a_copy_can_not_have_is_said(acting: Acting) -> None:
    source_id = set_up(acting, KINDS["campaign"])
    session, units = acting.session, get_campaign(acting.session, source_id).units
    other = create_round(acting, source_id, RoundDraft("另一轮", "t2", key_needed=1, key_holders=1))
    part = Part("p1", "另一轮", Source.ROUND, Fraction(100), round_id=other)
    scheme_service.set_composite(acting, source_id, Composite((part,)), [other])
    session.add(
        Staff(
            id="gone",
            login="gone",
            name="离任",
            roles={"liaison"},
            password_hash=None,
            disabled=False,
            created_at=MORNING,
        )
    )
    session.flush()
    accounts.set_liaisons(session, acting.now, acting.actor, units[0].id, ["idwujiu", "gone"])
    session.get_one(Staff, "gone").disabled = True
    choose(acting, source_id, "seed")
    stages = stages_of(session, source_id)
    step = replace(stages[0].steps[0], due=MORNING.date())
    save_stages(acting, source_id, (replace(stages[0], steps=(step,)), *stages[1:]), mark_of(stages))
    copy_id = begin_again(acting, PORTS, source_id, "另外的名称")
    copy, told = get_campaign(session, copy_id), copy_of(session, copy_id)
    assert told is not None
    assert (told.source_id, told.source_title) == (source_id, "2026年测评")
    assert set(told.left_out) == {
        LeftOut("english_title", ("Vote of 2026",)),
        LeftOut("liaisons", ("离任",)),
        LeftOut("composite", ("另一轮",)),
        LeftOut("board_days"),
    }
    assert copy.scheme.composite is None
    assert accounts.units_of(session, "idwujiu") == {units[0].id, copy.units[0].id}
    assert stages_of(session, copy_id) == stages


def test_what_became_of_units_in_the_register_is_said_and_offers_none_twice(acting: Acting) -> None:
    """One was renamed and one dissolved; the new name is not offered beside the old one, which would rate it twice."""
    source_id = set_up(acting, KINDS["campaign"])
    session = acting.session
    registered.write_down(acting, source_id)
    session.flush()
    rows = {unit.name: unit.id for unit in register.registered(session, "root")}
    register.rename(acting, "root", rows["甲"], "甲（新）", "")
    register.delete(acting, "root", rows["乙"])
    session.flush()
    copy = get_campaign(session, begin_again(acting, PORTS, source_id, "2027年测评"))
    told = copy_of(session, copy.id)
    assert told is not None
    assert {LeftOut("register_names", ("甲 → 甲（新）",)), LeftOut("register_gone", ("乙",))} <= set(told.left_out)
    assert registered.to_pick(session, copy, registered.of_campaign(session, copy.id)) == []
    again = copy_of(session, begin_again(acting, PORTS, copy.id, "2028年测评"))
    assert again is not None
    assert set(again.left_out) >= set(told.left_out)


def test_who_signs_is_taken_over_where_he_still_speaks_for_the_unit(acting: Acting) -> None:
    source_id = set_up(acting, KINDS["campaign"])
    session, units = acting.session, get_campaign(acting.session, source_id).units
    session.add(Staff(id="gone", login="gone", name="离任", roles={"liaison"}, created_at=MORNING))
    session.flush()
    for unit in units[:2]:
        accounts.set_liaisons(session, acting.now, acting.actor, unit.id, ["idwujiu", "gone"])
    heads = {units[0].id: "idwujiu", units[1].id: "gone", units[2].id: ""}
    signing.set_signing(acting, source_id, heads, needed=True)
    session.get_one(Staff, "gone").disabled = True
    copy_id = begin_again(acting, PORTS, source_id, "2027年测评")
    copy, told = get_campaign(session, copy_id), copy_of(session, copy_id)
    assert told is not None
    assert LeftOut("heads", (units[1].name,)) in told.left_out
    assert signing.is_needed(session, copy_id)
    found = signing.heads_of(session, [unit.id for unit in copy.units])
    assert {unit_id: head.id for unit_id, head in found.items()} == {copy.units[0].id: "idwujiu"}
    again = begin_again(acting, PORTS, begin_again(acting, PORTS, copy_id, "2028年测评"), "2029年测评")
    assert signing.is_needed(session, again)


def test_it_refuses_examples_unknown_campaigns_and_a_second_time(acting: Acting) -> None:
    source_id = set_up(acting, KINDS["members"])
    begin_again(acting, PORTS, source_id, "2027年测评")
    with refuses("campaign_twice"):
        begin_again(acting, PORTS, source_id, " 2027年测评")
    with refuses("field_missing"):
        begin_again(acting, PORTS, source_id, " ")
    with refuses("campaign_unknown"):
        begin_again(acting, PORTS, "nothing", "2027年测评")
    campaigns.mark_example(acting.session, source_id)
    with refuses("copy_example"):
        begin_again(acting, PORTS, source_id, "2028年测评")


@pytest.mark.parametrize(
    ("title", "year", "taken", "wanted"),
    [
        ("2026年群众测评", 2026, (), "2027年群众测评"),
        ("2026年群众测评", 2030, (), "2030年群众测评"),
        ("2025—2026年度测评", 2026, (), "2026—2027年度测评"),
        ("群众测评", 2027, (), "群众测评（2027年）"),
        ("2026年测评", 2026, ("2027年测评", "2028年测评"), "2029年测评"),
        ("第20260101号", 2027, (), "第20260101号（2027年）"),
    ],
)
def test_the_next_title_is_suggested(title: str, year: int, taken: tuple[str, ...], wanted: str) -> None:
    assert next_title(title, year, taken) == wanted


def test_it_asks_few_statements_whatever_the_size(acting: Acting) -> None:
    asked = []
    for units, groups in ((2, 1), (100, 10)):
        who = acting.session, acting.now, acting.actor
        source_id = campaigns.create_campaign(*who, f"{units}个单位", "某县", KINDS["campaign"])
        campaigns.add_units(*who, source_id, [f"单位{place}" for place in range(units)])
        campaigns.save_groups(*who, source_id, [GroupRow("", f"类{place}", 20) for place in range(groups)])
        source = get_campaign(acting.session, source_id)
        for group in source.groups:
            campaigns.set_left_out(*who, source_id, group.id, [source.units[0].id])
        for unit in source.units:
            accounts.set_liaisons(*who, unit.id, ["idwujiu"])
        section = add_section(acting, source_id, SectionEdit("对象", Objects.UNIT, "t2"))
        ids = [unit.id for unit in source.units]
        edit_section(acting, source_id, section, SectionEdit("对象", Objects.UNIT, "t2"), {}, ids)
        acting.session.flush()
        with statements() as told:
            begin_again(acting, PORTS, source_id, f"{units}个单位之二")
        asked.append(len(told))
    assert asked[1] <= asked[0] + 4
    assert asked[1] <= 50


@pytest.fixture
def desk(new_desk: Desks, database: Database) -> Desk:
    with database.writing() as session:
        make_cast(session)
    return new_desk("zhangsan")


def test_it_is_one_act_from_the_campaign_s_page_or_the_start_page(desk: Desk, database: Database) -> None:
    with database.writing() as session:
        campaign_id = make_campaign(session, Principal("idzhangsan", "张三", "organiser"))
    path = f"/campaigns/{campaign_id}/copy"
    assert f'href="{path}"' in desk.get(f"/campaigns/{campaign_id}").text
    assert f'href="{path}"' in desk.get("/campaigns/new").text
    page = desk.get(path).text
    title = re.search(r'name="title"[^>]*value="([^"]+)"', page)
    assert title is not None
    assert title[1] == f"群众满意度测评（{MORNING.year}年）"
    answer = desk.post(path, title=title[1])
    shown = desk.get(answer.headers["location"]).text
    assert "各类人数是上一次的：党代表 8、群众代表 7" in shown
    assert title[1] in shown
    again = desk.post(path, title=title[1])
    assert 'role="alert"' in again.text
    with database.reading() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM campaign")) == 2
