"""The word of 综合评价得分: golden cases by hand, spans, and every rule that cannot be."""

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.campaigns.builtin import SCALES
from app.campaigns.composite import Composite, Missing, Part, Points, Source, mean_score, points_text, total_of
from app.campaigns.composite_rule import check_composite_rule, outcome_of
from app.campaigns.domain import Scheme
from app.campaigns.reads import SCHEME_JSON
from app.campaigns.rule import Condition, Flag, Meaning, Plurality, Quantity, Rule, Sign, Step, Word
from app.campaigns.rule_checks import Ground, check_rule
from app.campaigns.sentences import composite_rule_text
from app.core.errors import DomainError

F = Fraction


def at_least(points: int | Fraction, sign: Sign = Sign.AT_LEAST) -> Condition:
    return Condition(Quantity.COMPOSITE, sign, F(points))


def step(points: int, word: str, meaning: Meaning = Meaning.MET) -> Step:
    return Step((at_least(points),), Word(word, meaning))


REST = Step((), Word("差", Meaning.FAILED, "限期整改"))
FOUR = Rule((step(90, "优"), step(80, "良"), step(60, "一般", Meaning.ATTENTION), REST))
PARTS = (Part("a", "测评", Source.VOTE, F(60)), Part("b", "领导评分", Source.SCORE, F(40)))


def word_of(rule: Rule, low: str, high: str = "", slack: str = "0") -> str:
    outcome = outcome_of(rule, Points(F(low), F(high or low), slack=F(slack)))
    return outcome.word.text if outcome else ""


def test_it_works() -> None:
    """干部作风满意度测评 (published.json, r-zuofeng-173663): 90.67 of the inner parts, 89.53 with 17 of 20 points."""
    inner = (
        Part("i", "即时", Source.VOTE, F(40)), Part("m", "每月", Source.SCORE, F(20)),
        Part("s", "督查", Source.SCORE, F(20)), Part("o", "网上", Source.SCORE, F(20)),
    )  # fmt: skip
    whole = Composite((
        Part("in", "综合满意度", Source.COMPOSITE, F(80), parts=inner),
        Part("r", "整改", Source.POINTS, F(20), most=F(20)),
    ), rule=FOUR)  # fmt: skip
    check_composite_rule(whole)
    given_points = {"i": mean_score((6, 3, 1, 0, 0), (90, 75, 60, 45, 30), by_top=True), "m": F(100), "s": F(90),
                    "o": F(80), "r": F(17)}  # fmt: skip
    total = total_of(whole, lambda part: Points(given_points[part.key], given_points[part.key]))
    assert isinstance(total.figure, Points)
    assert not isinstance(total.lines[0].figure, Missing)
    assert (points_text(total.lines[0].figure, 2), points_text(total.figure, 2)) == ("90.67", "89.53")
    outcomes = [outcome_of(FOUR, figure) for figure in (total.lines[0].figure, total.figure)]
    assert [outcome.word.text if outcome else "" for outcome in outcomes] == ["优", "良"]


@pytest.mark.parametrize(("low", "high", "slack", "word"), [
    ("90", "", "0", "优"), ("89.99", "", "0", "良"), ("60", "", "0", "一般"), ("59.99", "", "0", "差"),
    ("80", "89", "0", "良"), ("80", "90", "0", ""), ("79", "80", "0", ""), ("0", "59", "0", "差"),
    ("0", "100", "0", ""), ("90", "", "0.1", ""), ("90.1", "", "0.1", "优"), ("89.9", "", "0.1", ""),
    ("89.8", "", "0.1", "良"), ("0", "", "1", "差"),
])  # fmt: skip
def test_a_word_is_certain_or_none(low: str, high: str, slack: str, word: str) -> None:
    assert word_of(FOUR, low, high, slack) == word


def test_steps_of_one_word_are_one() -> None:
    rule = Rule((step(90, "合格"), step(80, "合格"), REST))
    assert word_of(rule, "85", "95") == "合格"
    assert word_of(rule, "79", "95") == ""


def test_a_flag_stands_where_it_is_certain() -> None:
    rule = Rule(FOUR.steps, (Flag((at_least(85, Sign.BELOW),), "须作说明"),))
    told = {span: outcome_of(rule, Points(F(span[0]), F(span[1]))) for span in ((80, 84), (84, 86), (86, 88))}
    assert [outcome.flags if outcome else None for outcome in told.values()] == [("须作说明",), (), ()]


@given(
    st.lists(st.integers(1, 99), min_size=1, max_size=5, unique=True),
    st.sampled_from(list(Sign)[:2]),
    st.fractions(0, 100), st.fractions(0, 100), st.fractions(0, 1), st.fractions(0, 1),
)  # fmt: skip
def test_what_is_said_holds_of_all_that_may_be(
    lines: list[int], sign: Sign, one: Fraction, other: Fraction, at: Fraction, slack: Fraction
) -> None:
    steps = [Step((at_least(line, sign),), Word(f"过 {line}", Meaning.MET)) for line in sorted(lines, reverse=True)]
    rule, points = Rule((*steps, REST)), Points(min(one, other), max(one, other), slack=slack)
    check_composite_rule(Composite(PARTS, rule=rule))
    true = points.low + at * (points.high - points.low)
    told = outcome_of(rule, points)
    exact = outcome_of(rule, Points(true, true))
    assert exact is not None
    if told is not None:
        assert told.word == exact.word
    ends = {outcome.word for end in (max(points.low - slack, F(0)), points.high + slack)
            if (outcome := outcome_of(rule, Points(end, end)))}  # fmt: skip
    assert (told is None) is (len(ends) > 1)


MIXED = Condition(Quantity.FIRST, Sign.AT_LEAST, F(1, 2), 1)
MEAN = Condition(Quantity.MEAN, Sign.AT_LEAST, F(60))


@pytest.mark.parametrize(("code", "rule"), [
    ("composite_rule_mixed", Rule((Step((at_least(80), MIXED), Word("优", Meaning.MET)), REST))),
    ("composite_rule_mixed", Rule((Step((MEAN,), Word("优", Meaning.MET)), REST))),
    ("composite_rule_mixed", Rule((REST,), (Flag((MIXED,), "须作说明"),))),
    ("rule_number_range", Rule((step(101, "优"), REST))),
    ("rule_step_impossible", Rule((Step((at_least(100, Sign.ABOVE),), Word("优", Meaning.MET)), REST))),
    ("rule_step_unreachable", Rule((step(60, "优"), step(80, "良"), REST))),
    ("rule_rest_unreachable", Rule((step(0, "优"), REST))),
    ("rule_without_rest", Rule((step(80, "优"),))),
    ("rule_word_missing", Rule((step(80, "优"), Step((), Word("", Meaning.FAILED))))),
    ("rule_not_monotone", Rule((step(80, "差", Meaning.FAILED), Step((), Word("优", Meaning.MET))))),
    ("rule_plurality_words", Rule(plurality=Plurality((Word("优", Meaning.MET),)))),
])  # fmt: skip
def test_it_refuses_what_cannot_judge_a_score(code: str, rule: Rule) -> None:
    with pytest.raises(DomainError) as caught:
        check_composite_rule(Composite(PARTS, rule=rule))
    assert caught.value.code == code


def test_extra_points_reach_above_a_hundred() -> None:
    extra = (*PARTS, Part("c", "附加分", Source.EXTRA, most=F(5)))
    rule = Rule((step(102, "特优"), step(90, "优"), REST))
    check_composite_rule(Composite(extra, rule=rule))
    assert word_of(rule, "103") == "特优"
    with pytest.raises(DomainError):
        check_composite_rule(Composite(PARTS, rule=rule))


def test_a_rule_of_votes_looks_at_no_composite() -> None:
    with pytest.raises(DomainError) as caught:
        check_rule(FOUR, Ground((100, 60, 0)))
    assert caught.value.code == "rule_no_composite"


def test_a_paper_from_before_there_were_such_rules_has_none() -> None:
    stored = json.loads(SCHEME_JSON.dump_json(Scheme(SCALES["satisfaction"], composite=Composite(PARTS, rule=FOUR))))
    assert SCHEME_JSON.validate_python(stored).composite == Composite(PARTS, rule=FOUR)
    del stored["composite"]["rule"]
    assert SCHEME_JSON.validate_python(stored).composite == Composite(PARTS)


def test_it_is_said_in_words() -> None:
    scheme = Scheme(SCALES["satisfaction"], composite=Composite(PARTS, rule=FOUR))
    assert composite_rule_text(scheme) == (
        "综合评价得分达到 90 分（含）的，为“优”；综合评价得分达到 80 分（含）的，为“良”；"
        "综合评价得分达到 60 分（含）的，为“一般”；其余的为“差”。从前往后，以先符合的为准。“差”：限期整改。"
    )
    assert composite_rule_text(Scheme(SCALES["satisfaction"], composite=Composite(PARTS))) == ""
