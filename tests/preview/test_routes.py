"""The phone form of a round before the freeze: the booth's own page, which nobody can cast."""

import re
from dataclasses import replace
from fractions import Fraction

import pytest
import sqlalchemy as sa

from app.booth.domain import options
from app.campaigns import reads as campaigns
from app.campaigns import service as campaign_service
from app.campaigns.ballot_limit import BallotLimit
from app.campaigns.builtin import FORMS
from app.campaigns.domain import SECTIONS, Objects
from app.campaigns.kinds import KINDS
from app.campaigns.models import CampaignSection
from app.campaigns.rule import Condition, Meaning, Plurality, Quantity, Rule, Sign, Step, Word
from app.campaigns.section_service import SectionEdit, add_objects, add_section, edit_section
from app.core.acting import Acting, Principal
from app.core.chinese import has_chinese
from app.core.db import Database
from app.preview.sheets import GROUP, SHOWN_UNITS, UNITS, sample_paper, sample_sheet
from app.rounds.english import spoken
from app.rounds.limits import limits_of
from app.rounds.service import RoundDraft, create_round
from app.web.edge import CSP, FRAMED, FRAMING
from tests.cast import MORNING, Desk, Desks, make_campaign, make_cast, make_draft, make_ready
from tests.factories import make_paper
from tests.papers import asked

ZHANG = Principal("idzhangsan", "张三", "organiser")


@pytest.fixture
def desk(new_desk: Desks, database: Database) -> Desk:
    """The browser of 张三."""
    with database.writing() as session:
        make_cast(session)
    return new_desk("zhangsan")


def policy(desk: Desk, path: str) -> str:
    return str(desk.get(path).headers["content-security-policy"])


def test_it_works(desk: Desk, database: Database) -> None:
    with database.writing() as session:
        round_id = make_draft(Acting(session, MORNING, ZHANG))
    page = desk.get(f"/rounds/{round_id}/phone")
    assert page.status_code == 200
    form = desk.get(f"/rounds/{round_id}/phone/form").text
    assert "预览：" in form
    assert form.count("data-unit=") == 3
    assert 'action="/v/review"' not in form
    assert 'name="code" value=""' in form
    english = desk.get(f"/rounds/{round_id}/phone/form?lang=en").text
    assert "Preview" in english


def test_each_group_gets_its_own_objects(desk: Desk, database: Database) -> None:
    with database.writing() as session:
        campaign_id = make_campaign(session, ZHANG)
        campaign = campaigns.get_campaign(session, campaign_id)
        first, second = campaign.groups[:2]
        left_out = [campaign.units[0].id]
        campaign_service.set_left_out(session, MORNING, ZHANG, campaign_id, second.id, left_out)
        round_id = create_round(Acting(session, MORNING, ZHANG), campaign_id, RoundDraft("第一轮", "t2"))
    counted = {
        group.id: desk.get(f"/rounds/{round_id}/phone/form?group={group.id}").text.count("data-unit=")
        for group in (first, second)
    }
    assert list(counted.values()) == [3, 2]


def test_a_frozen_round_is_shown_as_it_was_frozen(desk: Desk, database: Database) -> None:
    with database.writing() as session:
        round_id = make_ready(Acting(session, MORNING, ZHANG))
        campaign_id = campaigns.all_campaigns(session)[0].id
        campaign_service.add_units(session, MORNING, ZHANG, campaign_id, ["后来加的单位"])
    assert "后来加的单位" not in desk.get(f"/rounds/{round_id}/phone/form").text


def test_only_these_pages_may_be_framed_and_they_send_nothing(desk: Desk, database: Database) -> None:
    with database.writing() as session:
        round_id = make_draft(Acting(session, MORNING, ZHANG))
    assert policy(desk, f"/rounds/{round_id}") == CSP
    assert policy(desk, f"/rounds/{round_id}/phone") == FRAMING
    assert policy(desk, f"/rounds/{round_id}/phone/form") == FRAMED
    assert "frame-src 'self'; frame-ancestors 'none'" in FRAMING
    for word in ("connect-src 'none'", "form-action 'none'", "frame-ancestors 'self'"):
        assert word in FRAMED


def test_what_is_not_listed_yet_is_stood_in_for() -> None:
    paper = make_paper()
    sheet = sample_sheet(paper, "nobody")
    assert sheet.group_id == paper.groups[0].id
    bare = sample_sheet(asked(replace(paper, groups=()), units=()))
    spoken_bare = spoken(bare.paper, "en")
    assert not any(has_chinese(name) for name in (spoken_bare.groups[0].name, *(one.name for one in spoken_bare.units)))
    assert bare.paper.units == UNITS
    assert bare.group_id == GROUP.id
    assert options(bare.paper.scheme.scale, bare.paper.section.items[0])


def test_a_limit_is_shown_as_of_all_objects(database: Database) -> None:
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        campaign = campaigns.get_campaign(session, make_campaign(session, zhang))
    limited = replace(FORMS["t6"], limits=(BallotLimit((0,), Fraction(1, 3)),))
    assert len(sample_paper(campaign, FORMS["t6"]).units) == SHOWN_UNITS
    (limit,) = limits_of(sample_paper(campaign, limited).section)
    assert (limit.most, limit.objects) == (1, 3)


@pytest.mark.parametrize(
    ("kind", "sections", "has_self", "rated"),
    [
        ("leaders", {}, True, ("领导班子", "甲同志")),
        ("leaders", {"领导班子": Objects.UNIT}, False, ("领导班子",)),
        ("blank", {}, False, ("领导班子", "甲同志")),
        ("blank", {"领导班子": Objects.UNIT, "甲同志": Objects.PERSON}, True, ("甲同志",)),
    ],
)
def test_a_form_is_shown_over_what_the_sections_that_use_it_rate(
    desk: Desk, database: Database, kind: str, sections: dict[str, Objects], rated: tuple[str, ...], *, has_self: bool
) -> None:
    """As the round will ask it: 本人 stands beside persons, whatever the kind of the campaign is about."""
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        campaign_id = campaign_service.create_campaign(session, MORNING, ZHANG, "民主测评", "某县文化局", KINDS[kind])
        campaign_service.add_units(session, MORNING, ZHANG, campaign_id, ["领导班子", "甲同志"])
        ids = {unit.name: unit.id for unit in campaigns.get_campaign(session, campaign_id).units}
        for name, objects in sections.items():
            edit = SectionEdit(name, objects, "t6")
            edit_section(acting, campaign_id, add_section(acting, campaign_id, edit), edit, {}, [ids[name]])
    page = desk.get(f"/campaigns/{campaign_id}/forms/t6/phone").text
    assert ("data-self" in page, "本人不评" in page) == (has_self, has_self)
    assert tuple(re.findall(r'<h2 id="u[0-9]+" tabindex="-1">([^<]+)</h2>', page)) == rated


def test_a_form_tells_the_rule_of_the_section_that_uses_it(desk: Desk, database: Database) -> None:
    """As the round will judge it, and not by the campaign's rule."""
    good, rest = Word("好", Meaning.MET, "予以通报表扬"), Word("差", Meaning.FAILED)
    own = Rule((Step((Condition(Quantity.FIRST, Sign.ABOVE, Fraction(1, 2), 2),), good), Step((), rest)))
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        campaign_id = make_campaign(session, ZHANG)
        add_section(acting, campaign_id, SectionEdit("领导班子", Objects.UNIT, "t2"))
        add_section(acting, campaign_id, SectionEdit("班子成员", Objects.PERSON, "t4", own))
    body, people = (desk.get(f"/campaigns/{campaign_id}/forms/{key}/phone").text for key in ("t2", "t4"))
    assert ("予以通报表扬" in body, "限期补课" in body) == (False, True)
    assert ("予以通报表扬" in people, "限期补课" in people) == (True, False)


@pytest.mark.parametrize(
    "own",
    [
        Rule(plurality=Plurality(tuple(Word(word, Meaning.MET) for word in ("甲", "乙", "丙", "丁")))),
        Rule(
            (
                Step((Condition(Quantity.FIRST, Sign.ABOVE, Fraction(1, 2), 3),), Word("甲", Meaning.MET)),
                Step((), Word("乙", Meaning.FAILED)),
            )
        ),
    ],
    ids=["plurality", "steps"],
)
def test_a_rule_that_no_longer_fits_its_form_is_not_put_in_words(desk: Desk, database: Database, own: Rule) -> None:
    """Wherever a paper tells before its freeze what it obeys; the form itself is shown."""
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        campaign_id = make_campaign(session, ZHANG)
        section = add_section(acting, campaign_id, SectionEdit("领导班子", Objects.UNIT, "t2", own))
        add_objects(acting, campaign_id, section, ["领导班子"])
        session.execute(sa.update(CampaignSection).values(form_key="t5"))
        round_id = create_round(acting, campaign_id, RoundDraft("第一轮", SECTIONS))
    for page in (
        f"/rounds/{round_id}/phone/form",
        f"/rounds/{round_id}/paper",
        f"/campaigns/{campaign_id}/forms/t5/phone",
    ):
        answer = desk.get(page)
        assert answer.status_code == 200
        assert "判定规则不适合这张测评表的等次" in answer.text
        assert "为“甲”" not in answer.text
