"""Rules as they are typed: nothing is lost on the way in and out, and what cannot be is refused."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.campaigns.builtin import SCALES
from app.campaigns.domain import Denominator, Formula, Scheme, default_top, rule_of_lines
from app.campaigns.rule import Condition, Flag, Meaning, Quantity, Rule, Sign, Step, Tie, Word
from app.campaigns.rules import check_scheme
from app.campaigns.sentences import rule_text
from app.campaigns.typed_rule import (
    quantities,
    rule_choices,
    shown_composite_rule,
    shown_rule,
    typed_composite_rule,
    typed_rule,
)
from app.web.forms import PostedForm
from tests.campaigns.test_rule import CONGRESS, DEFAULT, DEPUTIES, MARKS, POINTS, VILLAGE, last, most
from tests.cast import refuses

THREE = Scheme(SCALES["satisfaction_three"], Formula(1))
FOUR = Scheme(SCALES["satisfaction"])


def posted(fields: dict[str, str]) -> PostedForm:
    return PostedForm({name: [value] for name, value in fields.items()}, {})


@pytest.mark.parametrize(
    ("rule", "scheme"),
    [
        *((CONGRESS, THREE), (DEPUTIES, THREE), (VILLAGE, THREE), (POINTS, FOUR), (DEFAULT, FOUR), (MARKS, FOUR)),
        (Rule(CONGRESS.steps, (Flag((last(1, ">", "1/3"),), "须作说明"),)), THREE),
    ],
)
def test_it_works(rule: Rule, scheme: Scheme) -> None:
    kept = replace(scheme, rule=rule)
    check_scheme(kept, {})
    assert typed_rule(posted(shown_rule(kept)), scheme) == rule


@pytest.mark.parametrize("tie", Tie)
def test_the_grade_with_the_most_answers_is_kept_with_its_tie_rule(tie: Tie) -> None:
    kept = replace(THREE, rule=most(tie))
    assert typed_rule(posted(shown_rule(kept)), THREE) == most(tie)


def test_lines_stay_lines() -> None:
    assert shown_rule(FOUR)["rule_kind"] == "lines"
    assert typed_rule(posted(shown_rule(FOUR)), FOUR) is None
    returned = replace(FOUR, formula=Formula(2, Denominator.RETURNED))
    rule = typed_rule(posted({"rule_kind": "lines"}), returned)
    assert rule == rule_of_lines(replace(returned, rule=Rule()), returned.lines)
    assert not any(condition.of_valid for condition in (rule or Rule()).conditions)
    assert replace(returned, rule=rule).is_lined


def test_an_emptied_step_is_gone_and_a_spare_one_is_added() -> None:
    fields = shown_rule(replace(FOUR, rule=DEFAULT))
    del fields["step-2-word"], fields["step-2-number-1"]
    fields |= {"step-5-what-1": "first-1", "step-5-sign-1": ">=", "step-5-number-1": "9/10", "step-5-word": "优秀"}
    rule = typed_rule(posted(fields), FOUR)
    assert rule is not None
    assert [step.word.text for step in rule.steps] == ["需补课", "提醒", "优秀", "需补课"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"rule_kind": "lottery"}, "rule_kind_wrong"),
        ({"step-1-what-1": "middle-1"}, "field_not_a_choice"),
        ({"step-1-sign-1": "="}, "field_not_a_choice"),
        ({"step-1-number-1": "很多"}, "ratio_malformed"),
        ({"step-1-what-1": "mean-0", "step-1-number-1": "八十"}, "rule_number_malformed"),
        ({"rest-meaning": "perhaps"}, "field_not_a_choice"),
        ({"rule_kind": "plurality", "tie": "coin"}, "field_not_a_choice"),
    ],
)
def test_it_refuses(fields: dict[str, str], code: str) -> None:
    with refuses(code):
        typed_rule(posted(shown_rule(replace(FOUR, rule=DEFAULT)) | {"rule_kind": "steps"} | fields), FOUR)


def test_a_page_offers_every_share_and_the_mean() -> None:
    assert [value for value, _ in quantities(THREE)] == ["first-1", "first-2", "last-1", "last-2", "mean-0"]
    assert rule_choices(THREE)["worsening"] is None
    assert rule_choices(replace(THREE, rule=most()))["worsening"] is not None


def test_the_first_grade_alone_counts_of_three() -> None:
    assert [default_top(SCALES[key]) for key in ("satisfaction_three", "satisfaction", "satisfaction_five")] == [
        1,
        2,
        2,
    ]


def test_a_word_keeps_points_and_what_follows() -> None:
    fields = shown_rule(replace(FOUR, rule=DEFAULT)) | {
        "rule_kind": "steps",
        "rest-word": "重新报告",
        "rest-consequence": "下次会议再报告。",
        "rest-points": "130.5",
    }
    rule = typed_rule(posted(fields), FOUR)
    assert rule is not None
    word = rule.steps[-1].word
    assert (word.text, word.meaning, word.consequence, word.points) == (
        "重新报告",
        Meaning.FAILED,
        "下次会议再报告",
        Fraction(261, 2),
    )


def numbers(places: int) -> st.SearchStrategy[Fraction]:
    return st.integers(0, 100 * 10**places).map(lambda units: Fraction(units, 10**places))


@given(numbers(12), numbers(4))
def test_a_form_shows_each_number_as_it_was_typed(number: Fraction, points: Fraction) -> None:
    """What is shown is posted again by the next save, whatever else that changes."""
    condition = Condition(Quantity.COMPOSITE, Sign.AT_LEAST, number)
    steps = (Step((condition,), Word("优秀", Meaning.MET)), Step((), Word("不合格", Meaning.FAILED)))
    rule = Rule(steps, (Flag((condition,), "须作说明"),))
    assert typed_composite_rule(posted(shown_composite_rule(rule))) == rule
    said = rule_text(FOUR, rule).partition("达到 ")[2].partition(" 分")[0]
    assert Fraction(said) == number
    worth = replace(FOUR, rule=Rule((*DEFAULT.steps[:-1], Step((), Word("需补课", Meaning.FAILED, points=points)))))
    assert typed_rule(posted(shown_rule(worth)), FOUR) == worth.rule
