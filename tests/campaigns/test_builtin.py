"""The scales and forms that ship."""

import pytest

from app.campaigns.builtin import DEFAULT_SCALE, FORMS, SCALES
from app.campaigns.domain import Form, Scale
from tests.found import some


def test_it_works() -> None:
    scale = SCALES[DEFAULT_SCALE]
    assert scale.options == ("满意", "比较满意", "基本满意", "不满意", "不了解")
    assert [grade.score for grade in scale.grades] == [100, 80, 60, 0]
    assert [grade.positive for grade in scale.grades] == [True, True, True, False]
    assert scale.unknown_mark == 4
    assert scale.abstain_mark is None


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES.keys())
def test_every_scale_falls_from_positive_to_negative(scale: Scale) -> None:
    scores = [grade.score for grade in scale.grades]
    flags = [grade.positive for grade in scale.grades]
    assert scores == sorted(set(scores), reverse=True)
    assert (scores[0], scores[-1]) == (100, 0)
    assert flags == sorted(flags, reverse=True)
    assert flags[0]
    assert not flags[-1]
    assert len(set(scale.options)) == len(scale.options)


def test_five_grades_have_two_negative_ones() -> None:
    scale = SCALES["satisfaction_five"]
    assert [grade.label for grade in scale.grades if not grade.positive] == ["不满意", "非常不满意"]


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_every_form_fits_its_scale(form: Form) -> None:
    scale = SCALES[form.scale]
    keys = [item.key for item in form.items]
    assert 4 <= len(keys) <= 8 or form.key in {"t3", "t5", "t8", "blank"}
    assert len(set(keys)) == len(keys)
    assert all(key.isascii() for key in some(keys))
    assert all(len(item.labels) in {0, len(scale.grades)} for item in some(form.items))
    assert sum(item.overall for item in form.items) <= 1


OTHERS = {"leadership", "workers", "committee", "school", "hospital", "window", "blank"}


def test_every_form_of_practice_ships() -> None:
    assert set(FORMS) == {*(f"t{number}" for number in range(1, 9)), *OTHERS}
    assert [item.label for item in FORMS["t6"].items][:5] == ["德", "能", "勤", "绩", "廉"]
    assert SCALES["yes_no"].options == ("是", "否", "不了解")
    headings = [item.heading for item in FORMS["workers"].items]
    assert list(dict.fromkeys(headings)) == ["一、德", "二、能", "三、勤", "四、绩", "五、廉", ""]


def test_only_the_matrix_has_no_overall_item() -> None:
    assert {key for key, form in FORMS.items() if not any(item.overall for item in form.items)} == {"t4"}
    assert FORMS["t1"].items[0].labels == ("深", "较深", "一般", "不深")
