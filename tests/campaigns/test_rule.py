"""The one evaluator of rules: golden cases by hand, and what holds of every rule."""

from collections.abc import Callable, Sequence
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.campaigns.rule import (
    LEFT_OPEN,
    Condition,
    Flag,
    Meaning,
    Measured,
    Plurality,
    Quantity,
    Rule,
    Sign,
    Step,
    Tie,
    Word,
    evaluate,
    grade_of,
    measured_of,
    outcomes_between,
)
from app.campaigns.rule_checks import Ground, check_rule, overlaps, worsening
from app.core.errors import DomainError
from tests.cast import refuses

MET, ATTENTION, FAILED = Meaning
HALF, THIRD = Fraction(1, 2), Fraction(1, 3)
THREE = Ground((100, 60, 0))
FOUR = Ground((100, 80, 60, 0))
OF_ALL = Ground((100, 60, 0), whole=False)


def first(grades: int, sign: str, number: Fraction | str) -> Condition:
    return Condition(Quantity.FIRST, Sign(sign), Fraction(number), grades)


def last(grades: int, sign: str, number: Fraction | str) -> Condition:
    return Condition(Quantity.LAST, Sign(sign), Fraction(number), grades)


def mean(sign: str, number: Fraction | int) -> Condition:
    return Condition(Quantity.MEAN, Sign(sign), Fraction(number))


def when(*conditions: Condition, word: str, meaning: Meaning = MET, points: int | None = None) -> Step:
    return Step(conditions, Word(word, meaning, points=None if points is None else Fraction(points)))


def said(rule: Rule, counts: Sequence[int], base: int | None = None, scores: Sequence[int] = (100, 80, 60, 0)) -> str:
    used = scores if len(scores) == len(counts) else (100, 60, 0)
    return evaluate(rule, measured_of(counts, base or sum(counts), used)).word.text


CONGRESS = Rule(
    (
        when(first(1, ">", HALF), word="满意"),
        when(first(2, ">", HALF), word="基本满意", meaning=ATTENTION),
        when(word="不满意", meaning=FAILED),
    )
)
DEPUTIES = Rule(
    (
        when(first(1, ">=", "4/5"), word="称职"),
        when(first(1, ">=", HALF), word="基本称职", meaning=ATTENTION),
        when(word="不称职", meaning=FAILED),
    )
)
VILLAGE = Rule(
    (
        when(first(1, ">=", "9/10"), word="优秀"),
        when(last(1, ">=", HALF), word="不称职", meaning=FAILED),
        when(word="称职"),
    )
)
POINTS = Rule(
    (
        when(first(1, ">=", "9/10"), word="200 分", points=200),
        when(first(1, ">=", "8/10"), word="190 分", points=190),
        when(first(1, ">=", "7/10"), word="180 分", points=180),
        when(first(1, ">=", "6/10"), word="170 分", points=170),
        when(first(1, "<", "6/10"), last(2, "<", THIRD), word="160 分", points=160),
        when(word="130 分", points=130),
    )
)
DEFAULT = Rule(
    (
        when(last(1, ">", THIRD), word="需补课", meaning=FAILED),
        when(first(2, ">=", "4/5"), word="达标"),
        when(first(2, ">=", "3/5"), word="提醒", meaning=ATTENTION),
        when(word="需补课", meaning=FAILED),
    )
)
MARKS = Rule(
    (
        when(mean(">=", 90), word="优秀"),
        when(mean(">=", 70), word="称职"),
        when(mean(">=", 60), word="基本称职", meaning=ATTENTION),
        when(word="不称职", meaning=FAILED),
    )
)


def most(tie: Tie = Tie.MEETING) -> Rule:
    words = (Word("满意", MET), Word("基本满意", ATTENTION), Word("不满意", FAILED))
    return Rule(plurality=Plurality(words, tie))


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        *(((28, 1, 0), "满意"), ((20, 8, 1), "满意"), ((26, 3, 0), "满意"), ((29, 0, 0), "满意")),
        *(((17, 11, 1), "满意"), ((28, 1, 0), "满意"), ((16, 10, 3), "基本满意"), ((8, 8, 13), "不满意")),
    ],
)
def test_it_works(counts: tuple[int, ...], word: str) -> None:
    """Twenty-nine of thirty-three members are present; more than half of all members is seventeen."""
    assert said(CONGRESS, counts, base=33) == word


def test_exactly_half_of_all_members_is_no_majority() -> None:
    assert said(CONGRESS, (32, 22, 6), base=64) == "基本满意"


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        *(((46, 0, 0), "称职"), ((37, 9, 0), "称职"), ((36, 10, 0), "基本称职")),
        *(((23, 13, 10), "基本称职"), ((22, 20, 4), "不称职")),
    ],
)
def test_it_decides_by_the_first_grade_alone(counts: tuple[int, ...], word: str) -> None:
    assert said(DEPUTIES, counts) == word


@pytest.mark.parametrize(("counts", "word"), [((36, 3, 1), "优秀"), ((10, 10, 20), "不称职"), ((20, 10, 10), "称职")])
def test_a_word_need_not_be_of_the_scale(counts: tuple[int, ...], word: str) -> None:
    assert said(VILLAGE, counts) == word


@pytest.mark.parametrize(
    ("counts", "points"),
    [((36, 3, 1, 0), 200), ((24, 6, 5, 5), 170), ((23, 4, 7, 6), 160), ((20, 6, 8, 6), 130)],
)
def test_a_step_may_give_points(counts: tuple[int, ...], points: int) -> None:
    assert evaluate(POINTS, measured_of(counts, 40, (100, 80, 60, 0))).word.points == points


def test_two_clauses_that_one_table_meets_are_shown_with_the_first_such_table() -> None:
    swapped = Rule((*POINTS.steps[:4], when(last(2, ">=", THIRD), word="130 分", points=130), when(word="160 分")))
    assert said(swapped, (26, 0, 8, 6)) == "170 分"
    assert [(each.first, each.second, each.counts) for each in overlaps(swapped, FOUR)] == [(4, 5, (2, 0, 1, 0))]


def test_steps_of_which_one_holds_the_other_are_no_overlap() -> None:
    assert overlaps(DEPUTIES, THREE) == ()
    assert [each.counts for each in overlaps(DEFAULT, FOUR)] == [(3, 0, 0, 2)]


@pytest.mark.parametrize(
    ("counts", "word"),
    [((52, 30, 10, 8), "达标"), ((40, 20, 20, 20), "提醒"), ((66, 0, 0, 34), "需补课"), ((59, 0, 41, 0), "需补课")],
)
def test_the_default_rule(counts: tuple[int, ...], word: str) -> None:
    assert said(DEFAULT, counts) == word


def test_a_third_exactly_is_not_above_it() -> None:
    assert said(DEFAULT, (20, 0, 0, 10)) == "提醒"


def test_scores_decide_by_their_mean() -> None:
    assert said(MARKS, (3, 1, 0, 0)) == "优秀"
    assert said(MARKS, (1, 1, 1, 1)) == "基本称职"


@pytest.mark.parametrize(("counts", "word"), [((10, 9, 2), "满意"), ((9, 10, 2), "基本满意"), ((9, 8, 8), "满意")])
def test_the_grade_with_the_most_answers_has_it(counts: tuple[int, ...], word: str) -> None:
    assert said(most(), counts) == word


@pytest.mark.parametrize(
    ("tie", "word"), [(Tie.BETTER, "满意"), (Tie.WORSE, "基本满意"), (Tie.MEETING, LEFT_OPEN.text)]
)
def test_a_tie_goes_as_the_rule_says(tie: Tie, word: str) -> None:
    assert said(most(tie), (8, 8, 5)) == word


def test_a_better_mark_can_turn_the_grade_with_the_most_answers_against_one() -> None:
    found = worsening(most(), THREE)
    assert found is not None
    assert grade_of(evaluate(most(), measured_of(found[1], sum(found[1]), (100, 60, 0))).word) > grade_of(
        evaluate(most(), measured_of(found[0], sum(found[0]), (100, 60, 0))).word
    )
    assert worsening(CONGRESS, THREE) is None


def test_a_flag_never_changes_the_word() -> None:
    flagged = Rule(CONGRESS.steps, (Flag((last(1, ">", THIRD),), "不满意票超过三分之一的，须作说明"),))
    outcome = evaluate(flagged, measured_of((12, 0, 8), 20, (100, 60, 0)))
    assert (outcome.word.text, outcome.flags) == ("满意", ("不满意票超过三分之一的，须作说明",))
    assert evaluate(flagged, measured_of((14, 0, 6), 20, (100, 60, 0))).flags == ()


def test_every_rule_of_these_may_be_used() -> None:
    for rule, ground in (
        *((CONGRESS, THREE), (CONGRESS, OF_ALL), (DEPUTIES, THREE), (VILLAGE, THREE), (POINTS, FOUR)),
        *((DEFAULT, FOUR), (MARKS, FOUR), (most(), THREE)),
    ):
        check_rule(rule, ground)


REFUSED: dict[str, tuple[Rule, Ground]] = {
    "rule_empty": (Rule(), THREE),
    "rule_without_rest": (Rule(CONGRESS.steps[:2]), THREE),
    "rule_step_empty": (Rule((when(word="满意"), when(word="不满意"))), THREE),
    "rule_word_missing": (Rule((when(first(1, ">", HALF), word=""), when(word="不满意"))), THREE),
    "rule_word_too_long": (Rule((when(word="满" * 13),)), THREE),
    "rule_number_range": (Rule((when(first(1, ">", "3/2"), word="满意"), when(word="不满意"))), THREE),
    "rule_grades_range": (Rule((when(first(3, ">", HALF), word="满意"), when(word="不满意"))), THREE),
    "rule_no_composite": (
        Rule((when(Condition(Quantity.COMPOSITE, Sign.ABOVE, Fraction(80)), word="好"), when(word="差"))),
        THREE,
    ),
    "rule_step_impossible": (
        Rule((when(first(1, ">=", "4/5"), last(1, ">", THIRD), word="满意"), when(word="不满意"))),
        THREE,
    ),
    "rule_step_unreachable": (
        Rule((when(first(2, ">=", HALF), word="满意"), when(first(1, ">", HALF), word="很满意"), when(word="不满意"))),
        THREE,
    ),
    "rule_rest_unreachable": (
        Rule((when(first(1, ">=", HALF), word="满意"), when(first(1, "<", HALF), word="不满意"), when(word="无"))),
        THREE,
    ),
    "rule_not_monotone": (
        Rule((when(first(1, ">", HALF), word="不满意", meaning=FAILED), when(word="满意"))),
        THREE,
    ),
    "rule_plurality_alone": (Rule(CONGRESS.steps, plurality=most().plurality), THREE),
    "rule_plurality_words": (most(), FOUR),
    "rule_flag_empty": (Rule(CONGRESS.steps, (Flag((), "须作说明"),)), THREE),
    "rule_flag_impossible": (
        Rule(CONGRESS.steps, (Flag((first(1, ">=", "4/5"), last(1, ">", THIRD)), "须作说明"),)),
        THREE,
    ),
    "rule_meaning_twice": (
        Rule((when(first(1, ">", HALF), word="满意"), when(word="满意", meaning=FAILED))),
        THREE,
    ),
    "rule_points_range": (Rule((when(word="很多", points=1001),)), THREE),
    "rule_too_many_conditions": (Rule((when(*[first(1, ">", HALF)] * 4, word="满意"), when(word="不满意"))), THREE),
    "rule_too_long": (Rule((*CONGRESS.steps[:1] * 8, when(word="不满意"))), THREE),
}


def test_it_refuses_points_that_fall_where_words_rise() -> None:
    """They may count in a composite, where a better mark would cost some."""
    for better, worse in ((10, 20), (20, 10)):
        steps = (when(first(1, ">", HALF), word="满意", points=better), when(word="差", meaning=FAILED, points=worse))
        if better > worse:
            check_rule(Rule(steps), THREE)
        else:
            with refuses("rule_not_monotone"):
                check_rule(Rule(steps), THREE)


@pytest.mark.parametrize("code", REFUSED)
def test_it_refuses_a_rule(code: str) -> None:
    with refuses(code):
        check_rule(*REFUSED[code])


def test_a_refusal_names_the_step() -> None:
    with pytest.raises(DomainError) as refusal:
        check_rule(*REFUSED["rule_step_unreachable"])
    assert refusal.value.params["step"] == 2


# What holds of every rule.

_NUMBERS = st.sampled_from([Fraction(n, 12) for n in range(13)] + [Fraction(n, 10) for n in range(1, 10)])


@st.composite
def conditions(draw: st.DrawFn, grades: int) -> Condition:
    quantity, sign = draw(st.sampled_from(list(Quantity)[:3])), draw(st.sampled_from(Sign))
    number = draw(_NUMBERS)
    if quantity is Quantity.MEAN:
        return Condition(quantity, sign, number * 100)
    return Condition(quantity, sign, number, draw(st.integers(1, grades - 1)))


@st.composite
def rules(draw: st.DrawFn, grades: int) -> Rule:
    """Draw any steps, sensible or not, with 其余 at the end."""
    steps = []
    for place in range(draw(st.integers(0, 3))):
        some = draw(st.lists(conditions(grades), min_size=1, max_size=2))
        steps.append(Step(tuple(some), Word(f"词{place}", draw(st.sampled_from(Meaning)))))
    return Rule((*steps, Step((), Word("其余", draw(st.sampled_from(Meaning))))))


def _is_accepted(rule: Rule, ground: Ground) -> bool:
    try:
        check_rule(rule, ground)
    except DomainError:
        return False
    return True


TABLES = st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any).map(tuple)


@given(rule=rules(3), counts=TABLES, more=st.integers(0, 5))
def test_every_rule_gives_every_table_a_word(rule: Rule, counts: tuple[int, ...], more: int) -> None:
    outcome = evaluate(rule, measured_of(counts, sum(counts) + more, (100, 60, 0)))
    assert outcome.word in rule.words


@given(rule=rules(3), counts=TABLES, more=st.integers(0, 5), place=st.integers(1, 2))
def test_one_better_mark_never_makes_a_word_worse(rule: Rule, counts: tuple[int, ...], more: int, place: int) -> None:
    assume(counts[place])
    assume(_is_accepted(rule, Ground((100, 60, 0), whole=not more)))
    better = list(counts)
    better[place] -= 1
    better[place - 1] += 1
    before, after = (
        evaluate(rule, measured_of(each, sum(counts) + more, (100, 60, 0))).word for each in (counts, better)
    )
    assert grade_of(after) <= grade_of(before)


@given(rule=rules(3), counts=TABLES)
def test_a_step_that_some_table_reaches_is_never_refused_as_unreachable(rule: Rule, counts: tuple[int, ...]) -> None:
    place = evaluate(rule, measured_of(counts, sum(counts), (100, 60, 0))).place
    assert place is not None
    assert _refused_step(rule) != place + 1


def _refused_step(rule: Rule) -> object:
    """Return the step that is refused as one that no table reaches."""
    try:
        check_rule(rule, THREE)
    except DomainError as refusal:
        unreachable = {"rule_step_impossible", "rule_step_unreachable", "rule_rest_unreachable"}
        return refusal.params["step"] if refusal.code in unreachable else None
    return None


@given(rule=rules(3), one=TABLES, order=st.permutations(range(3)))
def test_what_lies_between_two_tables_has_one_of_the_words_said_of_them(
    rule: Rule, one: tuple[int, ...], order: list[int]
) -> None:
    other = tuple(one[place] for place in order)
    first_measured, second = (measured_of(each, sum(one), (100, 60, 0)) for each in (one, other))
    ends = [_ends(first_measured, second, end) for end in (min, max)]
    words = {each.word for each in outcomes_between(rule, *ends)}
    assert {evaluate(rule, first_measured).word, evaluate(rule, second).word} <= words


def _ends(one: Measured, other: Measured, end: Callable[[Fraction, Fraction], Fraction]) -> Measured:
    """Return the lower or the higher of two objects' figures, each for itself."""
    return Measured(
        shares=list(map(end, one.shares, other.shares)),
        firsts=list(map(end, one.firsts, other.firsts)),
        lasts=list(map(end, one.lasts, other.lasts)),
        valid_lasts=list(map(end, one.valid_lasts, other.valid_lasts)),
        mean=end(one.mean, other.mean),
    )
