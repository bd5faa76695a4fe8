"""Sections of a campaign: set up on pages, and frozen into a paper."""

import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
import sqlalchemy as sa
from starlette.testclient import TestClient

from app.audit.models import AuditEntry
from app.campaigns import reads, scheme_service
from app.campaigns import section_service as service
from app.campaigns.builtin import FORMS
from app.campaigns.domain import SECTIONS, Objects
from app.campaigns.models import CampaignSection, SectionObject
from app.campaigns.reads import CampaignView
from app.campaigns.rule import Condition, Meaning, Plurality, Quantity, Rule, Sign, Step, Word
from app.campaigns.rules import NameRow
from app.campaigns.section_service import SectionEdit
from app.campaigns.service import UnitWords, delete_campaign, delete_unit, save_words
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.rounds.checklist import freeze_problems
from app.rounds.domain import Paper
from app.rounds.reads import get_round, resting
from app.rounds.service import RoundDraft, create_round, draft_paper
from tests.cast import MORNING, Desk, make_campaign, make_cast

BODY = SectionEdit("领导班子", Objects.UNIT, "t2")
PEOPLE = SectionEdit("班子成员", Objects.PERSON, "t4")


class Bench:
    """A campaign that 张三 works on."""

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.writing() as session:
            self.zhang: Principal = make_cast(session)["zhangsan"]
            self.id = make_campaign(session, self.zhang)

    @property
    def view(self) -> CampaignView:
        with self.database.reading() as session:
            return reads.get_campaign(session, self.id)

    def do(self, act: Callable[..., Any], *rest: Any) -> Any:  # noqa: ANN401
        with self.database.writing() as session:
            return act(Acting(session, MORNING, self.zhang), self.id, *rest)

    def paper(self) -> Paper:
        with self.database.writing() as session:
            draft = RoundDraft("一", SECTIONS, remarks=False, key_needed=2, key_holders=3)
            round_id = create_round(Acting(session, MORNING, self.zhang), self.id, draft)
            return draft_paper(session, get_round(session, round_id))


@pytest.fixture
def bench(database: Database) -> Bench:
    return Bench(database)


def test_it_works(bench: Bench) -> None:
    body = bench.do(service.add_section, BODY)
    people = bench.do(service.add_section, PEOPLE)
    bench.do(service.add_objects, people, ["甲同志", "乙同志"])
    first, *_ = bench.view.units
    bench.do(save_words, {first.id: UnitWords(object_class="党群")})
    bench.do(service.edit_section, body, BODY, {first.id: UnitWords("", "局办公室", None)}, [first.id])
    view = bench.view
    assert [(one.noun, one.objects, len(view.of_section(one.id))) for one in view.sections] == [
        ("领导班子", "unit", 1),
        ("班子成员", "person", 2),
    ]
    paper = bench.paper()
    assert [(part.key, part.noun, [unit.name for unit in part.units]) for part in paper.sections] == [
        (body, "领导班子", [first.name]),
        (people, "班子成员", ["甲同志", "乙同志"]),
    ]
    assert (paper.units[0].responsible, paper.units[0].object_class) == ("局办公室", "党群")
    assert [part.scheme for part in paper.sections] == [reads.scheme_for(view, FORMS[key]) for key in ("t2", "t4")]
    assert paper.parts[0].own is None
    assert not [step.code for step in freeze_problems(paper) if step.needed and not step.done and step.code != "small"]
    with bench.database.reading() as session:
        acts = session.scalars(sa.select(AuditEntry.action)).all()
    assert {"campaign.section.add", "campaign.section.edit", "campaign.units.add"} <= set(acts)
    assert acts.count("campaign.units.words") == 2


def test_an_object_is_in_one_section_and_in_the_order_of_the_campaign(bench: Bench) -> None:
    body, people = (bench.do(service.add_section, edit) for edit in (BODY, PEOPLE))
    first, second, *_ = bench.view.units
    bench.do(service.edit_section, body, BODY, {}, [second.id, first.id])
    bench.do(service.edit_section, people, PEOPLE, {}, [first.id])
    view = bench.view
    assert [unit.id for unit in view.of_section(body)] == [second.id]
    assert [unit.id for unit in view.of_section(people)] == [first.id]
    bench.do(service.order_sections, [NameRow(people, ""), NameRow(body, "")])
    assert [section.id for section in bench.view.sections] == [people, body]
    assert [part.key for part in bench.paper().parts] == [people, body]


def test_a_section_without_objects_hinders_the_freeze(bench: Bench) -> None:
    assert {step.code for step in freeze_problems(bench.paper()) if not step.done} >= {"units"}
    body = bench.do(service.add_section, BODY)
    bench.do(service.add_section, PEOPLE)
    bench.do(service.edit_section, body, BODY, {}, [bench.view.units[0].id])
    assert "units" in {step.code for step in freeze_problems(bench.paper()) if not step.done}


def test_what_is_deleted_leaves_the_rest(bench: Bench) -> None:
    body = bench.do(service.add_section, BODY)
    units = bench.view.units
    bench.do(service.edit_section, body, BODY, {}, [unit.id for unit in units])
    with bench.database.writing() as session:
        delete_unit(Acting(session, MORNING, bench.zhang), resting, bench.id, units[0].id, units[0].name)
    assert len(bench.view.of_section(body)) == len(units) - 1
    bench.do(service.delete_section, body, "领导班子")
    assert bench.view.sections == ()
    assert len(bench.view.units) == len(units) - 1
    bench.do(service.add_section, BODY)
    with bench.database.writing() as session:
        delete_campaign(session, MORNING, bench.zhang, bench.id)


def test_it_refuses_what_cannot_be_a_section(bench: Bench) -> None:
    body = bench.do(service.add_section, BODY)
    for code, act, rest in (
        ("name_twice", service.add_section, (BODY,)),
        ("name_missing", service.add_section, (SectionEdit(" ", Objects.UNIT, "t2"),)),
        ("name_too_long", service.add_section, (SectionEdit("长" * 21, Objects.UNIT, "t2"),)),
        ("form_unknown", service.add_section, (SectionEdit("另", Objects.UNIT, "nosuch"),)),
        ("section_unknown", service.delete_section, ("nosuch", "领导班子")),
        ("section_unknown", service.add_objects, ("nosuch", ["甲"])),
        ("name_wrong", service.delete_section, (body, "别的")),
        ("unit_unknown", service.edit_section, (body, BODY, {}, ["nosuch"])),
    ):
        with pytest.raises(DomainError, match=f"^{code}$"):
            bench.do(act, *rest)


def test_a_form_of_a_section_is_not_deleted(bench: Bench) -> None:
    with bench.database.writing() as session:
        key = scheme_service.copy_form(session, MORNING, bench.zhang, bench.id, "t2")
        title = reads.get_form(session, bench.id, key).title
    bench.do(service.add_section, SectionEdit("领导班子", Objects.UNIT, key))
    with bench.database.writing() as session, pytest.raises(DomainError, match="form_in_section"):
        scheme_service.delete_form(Acting(session, MORNING, bench.zhang), resting, bench.id, key, title)


@pytest.fixture
def desk(bench: Bench, settings: Settings, new_client: Callable[[], TestClient]) -> Desk:
    return Desk(new_client(), bench.database, KeyFolder(settings.data / "keys"), "zhangsan")


def test_the_pages_set_sections_up(bench: Bench, desk: Desk) -> None:
    root = f"/campaigns/{bench.id}/sections"
    answer = desk.post(f"{root}/add", noun="领导班子", objects="unit", form_key="t2")
    assert answer.status_code == 303
    page = desk.get(answer.headers["location"]).text
    first, second, *_ = bench.view.units
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen is not None
    ids = [unit.id for unit in bench.view.units]
    fields: dict[str, Any] = {"noun": "领导班子", "objects": "unit", "form_key": "t2", "seen": seen[1], "id[]": ids}
    blank = [""] * len(ids)
    fields |= {"duty[]": blank, "responsible[]": blank, "chosen[]": [second.id]}
    answer = desk.post(answer.headers["location"], **fields)
    assert answer.headers["location"] == root
    assert second.name in desk.get(bench_section(bench)).text
    text = desk.get(root).text
    assert first.name in text
    assert "还没有放进任何分表" in text
    assert "各分表" in desk.get(f"/campaigns/{bench.id}/rounds/new").text
    answer = desk.post(f"{root}/add", noun="领导班子", objects="unit", form_key="t2")
    assert answer.status_code == 422
    assert "领导班子" in answer.text


def bench_section(bench: Bench) -> str:
    return f"/campaigns/{bench.id}/sections/{bench.view.sections[0].id}"


OWN = Rule(
    (
        Step((Condition(Quantity.FIRST, Sign.ABOVE, Fraction(1, 2), 2),), Word("好", Meaning.MET, "予以通报表扬")),
        Step((), Word("差", Meaning.FAILED)),
    )
)


def test_a_section_may_have_a_rule_of_its_own(bench: Bench) -> None:
    bench.do(service.add_section, BODY)
    people = bench.do(service.add_section, replace(PEOPLE, rule=OWN))
    body, other = bench.view.sections
    units = bench.view.units
    bench.do(service.edit_section, body.id, BODY, {}, [units[0].id])
    bench.do(service.edit_section, people, replace(PEOPLE, rule=OWN), {}, [units[1].id])
    assert (body.rule, other.rule) == (None, OWN)
    first, second = bench.paper().sections
    assert (first.scheme.rule, second.scheme.rule) == (bench.view.scheme.rule, OWN)
    assert first.scheme.lines == second.scheme.lines
    bench.do(service.edit_section, people, PEOPLE, {}, [units[1].id])
    assert bench.paper().sections[1].scheme.rule == bench.view.scheme.rule


def test_a_rule_is_held_against_the_scale_of_the_form(bench: Bench) -> None:
    steps = (Step((Condition(Quantity.FIRST, Sign.ABOVE, Fraction(1, 2), 3),), Word("好", Meaning.MET)), OWN.steps[1])
    people = bench.do(service.add_section, replace(PEOPLE, rule=Rule(steps)))
    with pytest.raises(DomainError, match=r"^rule_"):
        bench.do(service.edit_section, people, SectionEdit("成员", Objects.PERSON, "t5", Rule(steps)), [], [])
    with bench.database.writing() as session:
        session.execute(sa.update(CampaignSection).values(form_key="t5"))
    [unit, *_] = bench.view.units
    with bench.database.writing() as session:
        session.add(SectionObject(unit_id=unit.id, section_id=people))
    assert "rule" in {step.code for step in freeze_problems(bench.paper()) if not step.done}


STEPS = {
    "rule_kind": "steps",
    "step-1-what-1": "first-2",
    "step-1-sign-1": ">",
    "step-1-number-1": "1/2",
    "step-1-word": "好",
    "step-1-meaning": "met",
    "step-1-consequence": "予以通报表扬",
    "rest-word": "差",
    "rest-meaning": "failed",
}


def test_the_page_of_a_section_sets_its_rule(bench: Bench, desk: Desk) -> None:
    section = bench.do(service.add_section, BODY)
    path = f"/campaigns/{bench.id}/sections/{section}"
    page = desk.get(path).text
    assert '<option value="lines" selected>随测评方案' in page
    assert 'name="attention"' not in page
    head = {"noun": "领导班子", "objects": "unit", "form_key": "t2"}
    answer = desk.post(path, **head, **STEPS, seen=_seen(page))
    assert answer.status_code == 303
    assert bench.view.sections[0].rule == OWN
    page = desk.get(path).text
    assert '<option value="steps" selected' in page
    assert "予以通报表扬" in page
    assert desk.post(path, **head, **{**STEPS, "step-1-number-1": "3/2"}, seen=_seen(page)).status_code == 422
    refused = desk.post(path, **{**head, "form_key": "t5"}, **{**STEPS, "step-1-what-1": "first-3"}, seen=_seen(page))
    assert refused.status_code == 422
    assert 'value="first-2"' in refused.text
    assert 'value="first-3"' not in refused.text
    older = _seen(page)
    assert desk.post(path, **head, rule_kind="lines", seen=older).status_code == 303
    assert bench.view.sections[0].rule is None
    assert desk.post(path, **head, **STEPS, seen=older).status_code == 409


def _seen(page: str) -> str:
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen is not None
    return seen[1]


def test_a_rule_that_no_longer_fits_can_still_be_looked_at(bench: Bench, desk: Desk) -> None:
    plural = Rule(plurality=Plurality(tuple(Word(word, Meaning.MET) for word in ("甲", "乙", "丙", "丁"))))
    section = bench.do(service.add_section, replace(BODY, rule=plural))
    with bench.database.writing() as session:
        session.execute(sa.update(CampaignSection).values(form_key="t5"))
    answer = desk.get(f"/campaigns/{bench.id}/sections/{section}")
    assert answer.status_code == 200
    assert "不适合这张测评表的等次" in answer.text
