"""What is shown and what is answered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.booth import domain
from app.booth.domain import Sheet
from app.campaigns.builtin import FORMS, SCALES
from app.campaigns.domain import Item, Scale
from app.campaigns.score import Score
from app.core.errors import DomainError
from app.rounds.domain import NOT_ASKED
from tests.booth.typed_points import TYPED
from tests.factories import make_paper

PAPER = make_paper()


def test_it_works() -> None:
    fields = {domain.mark_field(unit, item): str(unit) for unit in range(3) for item in range(3)}
    fields[domain.remark_field(2)] = "很好"
    answers = domain.read_answers(PAPER, "residents", lambda name: fields.get(name, ""))
    assert answers.marks == bytes([0, 0, 0, 1, 1, 1, 2, 2, 2])
    assert answers.remarks == {2: "很好"}


def test_marks_of_units_left_out_are_not_read() -> None:
    answers = domain.read_answers(PAPER, "staff", lambda _name: "1")
    assert answers.marks == bytes([NOT_ASKED] * 3 + [1] * 6)
    assert 0 not in answers.remarks


@given(st.lists(st.one_of(st.integers(0, 9), st.just(NOT_ASKED)), max_size=60))
def test_marks_survive_their_text(marks: list[int]) -> None:
    assert domain.marks_from_text(domain.marks_to_text(bytes(marks))) == bytes(marks)


@pytest.mark.parametrize("sign", ["a", "²", "\x00", "１", "~", " "])
def test_a_sign_that_is_no_digit_is_no_option(sign: str) -> None:
    (mark,) = domain.marks_from_text(sign)
    assert mark not in range(10)
    assert mark != NOT_ASKED


@pytest.mark.parametrize("value", ["12", "１", "²", "-1"])
def test_it_refuses_a_mark_that_is_no_digit(value: str) -> None:
    with pytest.raises(DomainError, match="marks_malformed"):
        domain.read_answers(PAPER, "residents", lambda _name: value)


def test_grades_go_from_best_to_worst_colour_and_others_stay_quiet() -> None:
    options = domain.options(SCALES["satisfaction"], Item("i", "指标"))
    assert [option.tone for option in options] == ["g0", "g1", "g2", "g3", "none"]
    assert [option.opinion for option in options] == [True] * 4 + [False]
    three = domain.options(SCALES["satisfaction_three"], Item("i", "指标"))
    assert [option.tone for option in three] == ["g0", "g2", "g3"]
    five = domain.options(SCALES["satisfaction_five"], Item("i", "指标"))
    assert (five[0].tone, five[-1].tone) == ("g0", "g3")


def test_an_items_own_words_replace_the_grades() -> None:
    form = FORMS["t1"]
    scale = Scale("quality", SCALES["quality"].grades, "不了解", "弃权")
    labels = [option.label for option in domain.options(scale, form.items[0])]
    assert labels == ["深", "较深", "一般", "不深", "不了解", "弃权"]


@pytest.mark.parametrize(
    ("scale", "expected"), [("satisfaction", 5), ("satisfaction_three", 3), ("satisfaction_five", 3)]
)
def test_up_to_five_short_words_stand_in_a_row_and_others_in_equal_rows(scale: str, expected: int) -> None:
    assert domain.columns(domain.options(SCALES[scale], Item("i", "指标"))) == expected


def test_six_cells_stand_in_two_equal_rows() -> None:
    scale = Scale("six", SCALES["satisfaction"].grades, "不了解", "弃权")
    assert domain.columns(domain.options(scale, Item("i", "指标"))) == 3


def test_a_very_long_word_stands_in_two_columns() -> None:
    item = Item("i", "指标", labels=("满意", "比较满意得很", "基本满意", "不满意"))
    assert domain.columns(domain.options(SCALES["satisfaction"], item)) == 2


def test_what_is_missing_is_told_in_official_order() -> None:
    paper = make_paper(8, 2, shuffle_units=True)
    sheet = Sheet("", "staff", paper, "", b"", domain.blank(paper))
    assert domain.missing_places(sheet) == tuple((unit, item) for unit in range(1, 8) for item in range(2))


@pytest.mark.parametrize(("score", "text", "steps"), TYPED)
def test_points_are_read_as_the_phone_reads_them(score: Score, text: str, steps: int | None) -> None:
    assert domain.steps_typed(score, text) == steps
