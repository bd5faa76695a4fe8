"""The editor of a form: rows come, move and go without a save, and nothing that was typed is lost."""

from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.campaigns.builtin import FORMS, SCALES
from app.campaigns.domain import Scheme
from app.campaigns.scheme_service import FormEdit, edited
from app.campaigns.typed_forms import (
    TypedForm,
    TypedGrade,
    TypedItem,
    TypedLimit,
    changed,
    form_edit,
    shown_form,
    typed_editor,
)
from app.core.errors import DomainError
from app.web.forms import parse_urlencoded

SCHEME = Scheme(SCALES["satisfaction"])
OPEN = shown_form(FORMS["t1"], SCHEME)


def labels(typed: TypedForm) -> list[str]:
    return [item.label for item in typed.items if item.label]


@pytest.mark.parametrize("key", FORMS)
def test_a_form_comes_back_as_it_was(key: str) -> None:
    form = FORMS[key]
    assert edited(SCHEME, key, form_edit(shown_form(form, SCHEME))) == form


def one(labels: str = "", top: str = "", weight: str = "", other: str = "") -> FormEdit:
    """An edited form of two items, the second as given, the first with another weight."""
    second = TypedItem(place="2", label="廉洁", labels=labels, top=top, weight=weight)
    items = [TypedItem(place="1", label="工作", weight=other), second]
    return form_edit(replace(OPEN, items=items, scale="satisfaction", limits=()))


def test_an_item_has_grades_and_a_weight_of_its_own() -> None:
    form = edited(SCHEME, "k", one(labels="是 100/说不上 60／否 0", top="1", weight="70", other="30"))
    item = form.items[1]
    assert [(grade.label, grade.score, grade.positive) for grade in item.grades] == [
        ("是", 100, True),
        ("说不上", 60, True),
        ("否", 0, False),
    ]
    assert (item.labels, item.top, item.weight) == ((), 1, Fraction(70))
    assert edited(SCHEME, "k", form_edit(shown_form(form, SCHEME))) == form


@pytest.mark.parametrize(
    ("code", "cells"),
    [
        ("form_grades_mixed", {"labels": "是 100/否"}),
        ("form_grades_count", {"labels": "甲 100/乙 80/丙 60/丁 40/戊 0"}),
        ("scale_scores_fall", {"labels": "是 0/否 100"}),
        ("scale_all_positive", {"labels": "是 100/否 60"}),
        ("form_item_top", {"labels": "是 100/否 0", "top": "2"}),
        ("form_item_top", {"top": "4"}),
        ("field_not_a_number", {"top": "0"}),
        ("form_item_weight", {"weight": "0"}),
        ("form_item_weight", {"weight": "1001"}),
        ("form_item_weight", {"weight": "重"}),
        ("form_item_weights", {"weight": "60", "other": "50"}),
        ("form_item_weights", {"weight": "100"}),
        ("form_item_weights", {"weight": "30", "other": "30"}),
    ],
)
def test_it_refuses_what_an_item_cannot_have(code: str, cells: dict[str, str]) -> None:
    with pytest.raises(DomainError, match=code):
        edited(SCHEME, "k", one(**cells))


def test_it_refuses_weights_beside_an_overall_item() -> None:
    items = [TypedItem(place="1", label="工作", weight="30"), TypedItem(place="2", label="总体", overall=True)]
    with pytest.raises(DomainError, match="form_overall_weighed"):
        edited(SCHEME, "k", form_edit(replace(OPEN, items=items)))


def under(*headings: str) -> FormEdit:
    """An edited form with an item under each heading."""
    items = [TypedItem(place=str(at), label=f"第{at}项", heading=over) for at, over in enumerate(headings, 1)]
    return form_edit(replace(OPEN, items=items, limits=()))


def test_items_stand_under_headings() -> None:
    form = edited(SCHEME, "k", under("一、德", " 一、德　", "", "二、能"))
    assert [item.heading for item in form.items] == ["一、德", "一、德", "", "二、能"]
    assert edited(SCHEME, "k", form_edit(shown_form(form, SCHEME))) == form
    moved = changed(shown_form(form, SCHEME), "item-up-4", SCHEME)
    assert [item.heading for item in moved.items if item.label] == ["一、德", "一、德", "二、能", ""]


@pytest.mark.parametrize(
    ("code", "headings"),
    [
        ("form_heading_split", ("一、德", "二、能", "一、德")),
        ("form_heading_split", ("一、德", "", "一、德")),
        ("name_too_long", ("一、德", "德" * 81)),
    ],
)
def test_it_refuses_headings_that_no_paper_could_show(code: str, headings: tuple[str, ...]) -> None:
    with pytest.raises(DomainError, match=code):
        edited(SCHEME, "k", under(*headings))


def test_rows_move_and_go() -> None:
    assert labels(OPEN)[:3] == ["对科学发展观的认识", "查找的问题", "原因分析"]
    assert labels(changed(OPEN, "item-up-2", SCHEME))[:2] == ["查找的问题", "对科学发展观的认识"]
    assert labels(changed(OPEN, "item-down-1", SCHEME))[:2] == ["查找的问题", "对科学发展观的认识"]
    assert labels(changed(OPEN, "item-out-1", SCHEME))[0] == "查找的问题"
    assert changed(OPEN, "item-up-1", SCHEME) == OPEN
    assert changed(OPEN, "item-out-40", SCHEME) == OPEN
    assert [item.place for item in changed(OPEN, "item-out-1", SCHEME).items][:2] == ["1", "2"]
    assert len(changed(OPEN, "grade-add", SCHEME).grades) == len(OPEN.grades) + 1
    assert len(changed(OPEN, "grade-out-1", SCHEME).grades) == len(OPEN.grades) - 1


def test_a_row_goes_though_numbers_were_typed() -> None:
    typed = replace(OPEN, items=[replace(OPEN.items[0], place="9"), *OPEN.items[1:]])
    assert "查找的问题" not in labels(changed(typed, "item-out-2", SCHEME))


def test_another_scale_is_where_one_starts() -> None:
    filled = changed(replace(OPEN, scale="yes_no"), "fill", SCHEME)
    assert (filled.scale, filled.unknown) == ("own", "不了解")
    assert [(grade.label, grade.score, grade.positive) for grade in filled.grades] == [
        ("是", "100", True),
        ("否", "0", False),
    ]
    own = edited(SCHEME, "k", form_edit(replace(filled, top="1", items=[TypedItem(place="1", label="同意")])))
    assert own.own_scale == replace(SCALES["yes_no"], key="own")


def test_no_other_step_is_known() -> None:
    for step in ("item-save-1", "grade", "drop table"):
        with pytest.raises(DomainError, match="form_malformed"):
            changed(OPEN, step, SCHEME)


def test_errors_name_the_row_that_was_typed() -> None:
    rows = [
        TypedGrade("好", "100", positive=True),
        TypedGrade("中", "六十", positive=True),
        TypedGrade("差", "0"),
        TypedGrade(),
    ]
    typed = replace(OPEN, scale="own", grades=rows)
    with pytest.raises(DomainError, match="scale_score_range") as refusal:
        form_edit(typed)
    assert refusal.value.params["at"] == "score-2"
    with pytest.raises(DomainError, match="top_too_large") as refusal:
        edited(SCHEME, "k", form_edit(replace(OPEN, top="4")))
    assert refusal.value.params["at"] == "top"


FIELD = st.text(alphabet="满意123/-　 x", max_size=6)


@given(st.lists(st.tuples(FIELD, FIELD), max_size=8), st.lists(st.tuples(*[FIELD] * 6), max_size=14))
def test_whatever_is_posted_is_kept_or_refused(grades: list[tuple[str, str]], items: list[tuple[str, ...]]) -> None:

    pairs = [("title", "表"), ("scale", "own")]
    pairs += [pair for label, score in grades for pair in (("grade[]", label), ("score[]", score))]
    columns = ("key[]", "place[]", "label[]", "labels[]", "item_top[]", "weight[]")
    pairs += [pair for cells in items for pair in zip(columns, cells, strict=True)]
    typed = typed_editor(parse_urlencoded(urlencode(pairs).encode()))
    assert [(row.label, row.score) for row in typed.grades] == [
        (label.strip(), score.strip()) for label, score in grades
    ]
    assert len(typed.items) == len(items)
    for step in ("grade-up-1", "item-down-2", "item-add"):
        assert sorted(labels(changed(typed, step, SCHEME))) == sorted(labels(typed))
    with suppress(DomainError):
        assert len(edited(SCHEME, "k", form_edit(typed)).items) <= len(items)


@pytest.mark.parametrize(("typed", "most"), [("6", "6"), ("1/3", "1/3"), ("20%", "1/5"), ("１/３", "1/3")])
def test_a_limit_is_a_number_or_a_part(typed: str, most: str) -> None:
    edit = form_edit(replace(OPEN, limits=[TypedLimit("好/较好", typed, "原因分析")]))
    (limit,) = edited(SCHEME, "k", edit).limits
    assert (limit.grades, str(limit.most), limit.item) == ((0, 1), most, "causes")


@pytest.mark.parametrize(
    ("code", "at", "row"),
    [
        ("limit_most_malformed", "most-1", TypedLimit("好", "0")),
        ("limit_most_malformed", "most-1", TypedLimit("好", "0.5")),
        ("limit_most_malformed", "most-1", TypedLimit("好", "100%")),
        ("limit_most_malformed", "most-1", TypedLimit("好", "")),
        ("limit_grade_unknown", "limit-1", TypedLimit("优秀", "1/3")),
        ("limit_grade_unknown", "limit-1", TypedLimit("", "1/3")),
        ("limit_item_unknown", "limit-1", TypedLimit("好", "1/3", "没有这一项")),
    ],
)
def test_it_refuses_a_limit_that_is_none(code: str, at: str, row: TypedLimit) -> None:
    with pytest.raises(DomainError, match=code) as refusal:
        edited(SCHEME, "k", form_edit(replace(OPEN, limits=[row])))
    assert refusal.value.params["at"] == at
