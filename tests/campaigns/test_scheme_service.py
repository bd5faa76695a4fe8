"""Setting up the scheme and a campaign's own forms."""

from dataclasses import replace
from fractions import Fraction

import pytest
from sqlalchemy.orm import Session

from app.campaigns import reads, scheme_service
from app.campaigns.builtin import FORMS, SCALES
from app.campaigns.domain import Formula, Item, Lines, Scheme
from app.campaigns.gates import Gates
from app.campaigns.rules import MAX_ITEMS
from app.campaigns.scheme_service import FormEdit
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.errors import DomainError
from app.rounds.reads import resting
from tests.cast import MORNING, make_campaign, make_cast

SCHEME = Scheme(SCALES["satisfaction"])


def save(session: Session, zhang: Principal, campaign_id: str, scheme: Scheme) -> None:
    scheme_service.set_scheme(session, MORNING, zhang, campaign_id, scheme, two_person=True)


def test_it_works(database: Database) -> None:
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        campaign_id = make_campaign(session, zhang)
        key = scheme_service.copy_form(session, MORNING, zhang, campaign_id, "t2")
        items = [Item("", "效率"), Item("", " "), Item("", "总体", overall=True, labels=("好", "较好", "一般", "差"))]
        edit = FormEdit(" 新 表 ", "quality", items, remarks=False)
        scheme_service.save_form(session, MORNING, zhang, campaign_id, key, edit)
        form = reads.get_form(session, campaign_id, key)
        assert (form.title, form.scale, form.remarks) == ("新 表", "quality", False)
        assert [(item.label, item.overall) for item in form.items] == [("效率", False), ("总体", True)]
        assert len({item.key for item in form.items}) == 2
        with pytest.raises(DomainError, match="name_wrong"):
            scheme_service.delete_form(Acting(session, MORNING, zhang), resting, campaign_id, key, "表")
        scheme_service.delete_form(Acting(session, MORNING, zhang), resting, campaign_id, key, "新 表")
        assert len(reads.get_campaign(session, campaign_id).forms) == len(FORMS)


def test_copies_of_one_form_have_different_titles(database: Database) -> None:
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        campaign_id = make_campaign(session, zhang)
        keys = [scheme_service.copy_form(session, MORNING, zhang, campaign_id, "t1") for _ in range(3)]
        keys.append(scheme_service.copy_form(session, MORNING, zhang, campaign_id, keys[0]))
        titles = {reads.get_form(session, campaign_id, key).title for key in keys}
    assert titles == {f"分析检查报告评议表（副本{number}）" for number in ("", 2, 3, 4)}


@pytest.mark.parametrize(
    ("code", "scheme"),
    [
        ("top_too_large", replace(SCHEME, formula=Formula(4))),
        ("top_too_large", replace(SCHEME, scale=SCALES["satisfaction_three"], formula=Formula(3))),
        ("top_too_large", replace(SCHEME, formula=Formula(0))),
        ("line_order", replace(SCHEME, lines=Lines(Fraction(1, 2), Fraction(2, 3)))),
        ("line_order", replace(SCHEME, lines=Lines(dissatisfied=Fraction(0)))),
        ("gate_order", replace(SCHEME, gates=Gates(return_valid=Fraction(9, 10)))),
        ("k_too_small", replace(SCHEME, k=4)),
        ("k_too_small", replace(SCHEME, remark_k=9)),
        ("min_valid_too_small", replace(SCHEME, k=11)),
        ("weights_of_others", replace(SCHEME, weights={"nobody": Fraction(100)})),
    ],
)
def test_it_refuses_a_scheme_that_contradicts_itself(database: Database, code: str, scheme: Scheme) -> None:
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        campaign_id = make_campaign(session, zhang)
        with pytest.raises(DomainError, match=f"^{code}$"):
            save(session, zhang, campaign_id, scheme)


def test_it_refuses_weights_that_do_not_add_up(database: Database) -> None:
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        campaign_id = make_campaign(session, zhang)
        groups = [group.id for group in reads.get_campaign(session, campaign_id).groups]
        with pytest.raises(DomainError, match="weights_not_hundred"):
            save(session, zhang, campaign_id, replace(SCHEME, weights=dict.fromkeys(groups, Fraction(49))))
        save(session, zhang, campaign_id, replace(SCHEME, weights=dict.fromkeys(groups, Fraction(50))))


@pytest.mark.parametrize(
    ("code", "edit"),
    [
        ("form_title_missing", FormEdit(" ", "quality", [Item("", "效率")], remarks=False)),
        ("form_items_count", FormEdit("表", "quality", [Item("", " ")], remarks=False)),
        (
            "form_items_count",
            FormEdit("表", "quality", [Item("", f"第{n}") for n in range(MAX_ITEMS + 1)], remarks=False),
        ),
        (
            "form_two_overall",
            FormEdit("表", "quality", [Item("", "甲", overall=True), Item("", "乙", overall=True)], remarks=False),
        ),
        ("name_twice", FormEdit("表", "quality", [Item("", "甲"), Item("", "甲")], remarks=False)),
        ("form_labels_count", FormEdit("表", "quality", [Item("", "甲", labels=("深", "浅"))], remarks=False)),
        (
            "form_labels_count",
            FormEdit("表", "quality", [Item("", "甲", labels=("深", "深", "浅", "无"))], remarks=False),
        ),
        ("name_too_long", FormEdit("表", "quality", [Item("", "长" * 41)], remarks=False)),
        ("field_not_a_choice", FormEdit("表", "nothing", [Item("", "甲")], remarks=False)),
    ],
)
def test_it_refuses_a_form_that_cannot_be_filled_in(database: Database, code: str, edit: FormEdit) -> None:
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        campaign_id = make_campaign(session, zhang)
        key = scheme_service.copy_form(session, MORNING, zhang, campaign_id, "t2")
        with pytest.raises(DomainError, match=f"^{code}$"):
            scheme_service.save_form(session, MORNING, zhang, campaign_id, key, edit)


def test_it_refuses_to_change_a_form_that_ships(database: Database) -> None:
    with database.writing() as session:
        zhang = make_cast(session)["zhangsan"]
        campaign_id = make_campaign(session, zhang)
        edit = FormEdit("表", "quality", [Item("", "甲")], remarks=False)
        with pytest.raises(DomainError, match="form_unknown"):
            scheme_service.save_form(session, MORNING, zhang, campaign_id, "t2", edit)
        with pytest.raises(DomainError, match="form_unknown"):
            scheme_service.delete_form(Acting(session, MORNING, zhang), resting, campaign_id, "t2", FORMS["t2"].title)
