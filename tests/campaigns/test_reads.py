"""What neighbours see of a campaign."""

from dataclasses import replace
from fractions import Fraction

import pytest

from app.campaigns import reads, scheme_service, service
from app.campaigns.builtin import DEFAULT_SCALE, FORMS, SCALES
from app.campaigns.domain import Denominator, Formula, Lines, Scheme
from app.campaigns.gates import Gates
from app.core.db import Database
from app.core.errors import DomainError
from tests.cast import GROUPS, MORNING, UNITS, make_campaign, make_cast


def test_it_shows_a_campaign(database: Database) -> None:
    with database.writing() as session:
        campaign_id = make_campaign(session, make_cast(session)["zhangsan"])
    with database.reading() as session:
        view = reads.get_campaign(session, campaign_id)
        summary = reads.all_campaigns(session)
    assert tuple(unit.name for unit in view.units) == UNITS
    assert {group.name: group.expected for group in view.groups} == GROUPS
    assert [stage.title for stage in view.stages] == ["学习调研", "分析检查", "整改落实"]
    assert [form.key for form in view.forms] == list(FORMS)
    assert view.scheme == Scheme(SCALES[DEFAULT_SCALE])
    assert view.two_person
    assert view.expected == 15
    assert [(row.id, row.units, row.groups, row.expected) for row in summary] == [(campaign_id, 3, 2, 15)]


def test_a_scheme_and_a_form_come_back_as_they_were_saved(database: Database) -> None:
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        campaign_id = make_campaign(session, zhang)
        groups = reads.get_campaign(session, campaign_id).groups
        scheme = Scheme(
            scale=SCALES["satisfaction_five"],
            formula=Formula(3, Denominator.EXPECTED),
            lines=Lines(Fraction(2, 3), Fraction(1, 2), Fraction(1, 7)),
            k=12,
            gates=replace(Gates(), min_valid=12),
            weights={groups[0].id: Fraction(100, 3), groups[1].id: Fraction(200, 3)},
        )
        scheme_service.set_scheme(session, MORNING, zhang, campaign_id, scheme, two_person=False)
        key = scheme_service.copy_form(session, MORNING, zhang, campaign_id, "t1")
    with database.reading() as session:
        view = reads.get_campaign(session, campaign_id)
        form = reads.get_form(session, campaign_id, key)
    assert view.scheme == scheme
    assert not view.two_person
    assert (form.key, form.items, form.remarks) == (key, FORMS["t1"].items, True)
    assert view.forms[-1].form == form
    assert not view.forms[-1].builtin


def test_left_out_units_stand_in_official_order(database: Database) -> None:
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        campaign_id = make_campaign(session, zhang)
        view = reads.get_campaign(session, campaign_id)
        last, first = view.units[2].id, view.units[0].id
        service.set_left_out(session, MORNING, zhang, campaign_id, view.groups[0].id, [last, first])
        assert reads.get_campaign(session, campaign_id).groups[0].left_out == (first, last)


def test_a_round_takes_its_scale_from_form_and_scheme(database: Database) -> None:
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        campaign_id = make_campaign(session, zhang)
        three = Scheme(SCALES["satisfaction_three"], Formula(1))
        scheme_service.set_scheme(session, MORNING, zhang, campaign_id, three, two_person=True)
        view = reads.get_campaign(session, campaign_id)
        assert reads.scheme_for(view, FORMS["t2"]) == three
        assert reads.scheme_for(view, FORMS["t1"]).scale == SCALES["quality"]
        default = Scheme(SCALES[DEFAULT_SCALE], Formula(3))
        scheme_service.set_scheme(session, MORNING, zhang, campaign_id, default, two_person=True)
        view = reads.get_campaign(session, campaign_id)
        assert reads.scheme_for(view, FORMS["t1"]).scale.options == ("好", "较好", "一般", "差", "不了解")
        own = replace(FORMS["t2"], scale="satisfaction_three")
        with pytest.raises(DomainError, match="top_too_large"):
            reads.scheme_for(view, own)


def test_it_refuses_what_is_not_there(database: Database) -> None:
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        mine, other = make_campaign(session, zhang), make_campaign(session, zhang)
        key = scheme_service.copy_form(session, MORNING, zhang, other, "t2")
        with pytest.raises(DomainError, match="campaign_unknown"):
            reads.get_campaign(session, "nothing")
        with pytest.raises(DomainError, match="form_unknown"):
            reads.get_form(session, mine, "nothing")
        with pytest.raises(DomainError, match="form_unknown"):
            reads.get_form(session, mine, key)
