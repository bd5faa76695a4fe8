"""One better mark never makes a word worse: with weights, quorums, items of their own, points, and in a composite."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.campaigns.builtin import SCALES
from app.campaigns.composite import Composite, Figure, Missing, Part, Points, Source
from app.campaigns.composite_rule import check_composite_rule, outcome_of
from app.campaigns.disclosure import Disclosure, Kind
from app.campaigns.domain import Denominator, Formula, Grade, Item, ItemLines, Lines, Scheme
from app.campaigns.quorum import Quorum
from app.campaigns.rule import ATTENTION, REMEDIAL, Condition, Quantity, Rule, Sign, Step, Word, grade_of, worth_of
from app.campaigns.rules import fits, words_without_points
from app.campaigns.score import Score
from app.core.errors import DomainError
from app.tally.composite import composites_of
from app.tally.document import Document
from app.tally.result import result_document
from tests.campaigns.test_rule import rules
from tests.tally.cast import OVERALL, make_chain, make_marks, make_paper, make_stack, section_of

F = Fraction
GROUPS = ("a", "b")
MIXED = (
    Item("work", "工作实绩", weight=F(30)),
    Item("clean", "廉洁自律", grades=(Grade("是", 100, positive=True), Grade("否", 0, positive=False)), weight=F(70)),
)
POINTS = (Item("points", "打分", overall=True, score=Score(3, trim=1)),)
FORMS = (OVERALL, (Item("one", "甲"), Item("two", "乙")), MIXED, POINTS)
OWN_LINES = (Lines(), Lines(F(9, 10), F(1, 2), F(1)))
Counts = list[int]
PEOPLE = 10


@dataclass(frozen=True, slots=True)
class Round:
    """What was asked, by what rule it is judged, and the counts of every item and group, best first."""

    scheme: Scheme
    items: tuple[Item, ...]
    counts: list[dict[str, Counts]]

    def document(self) -> Document:
        """Count the round and write its result, announced and so with every count."""
        paper = make_paper(dict.fromkeys(GROUPS, ()), items=self.items, scheme=self.scheme, remarks=False)
        stacks = {("u0", group): make_stack(*self._columns(group)) for group in GROUPS}
        sizes = {group: sum(self.counts[0][group]) for group in GROUPS}
        return result_document(paper, stacks, make_chain(sizes), {})

    def _columns(self, group: str) -> Iterator[list[int]]:
        """Yield the marks of an item of a group; points are better the more they are."""
        for item, each in zip(self.items, self.counts, strict=True):
            counts = each[group]
            yield make_marks(*(reversed(counts) if item.score else counts))

    def word(self) -> Word | None:
        """Return the word that the result tells of the unit; None of an invalid one."""
        verdict = section_of(self.document())["targets"][0]["verdict"]
        if "meaning" not in verdict:
            return None
        return self.scheme.judged_by.own(Word(verdict["label"], verdict["meaning"]))

    def score(self, composite: Composite, document: Document) -> Figure:
        """Return the unit's 综合评价得分, as it is worked out of the round's result."""
        entered = {("u0", "boss"): F(70), ("u0", "more"): F(3)}
        given = {"u0": worth_of(self.scheme.judged_by)}
        return composites_of(document, composite, entered, {}, given=given)["u0"].figure


def grades_of(item: Item) -> int:
    return item.score.steps + 1 if item.score else len(item.grades) or 3


@st.composite
def steps_of(draw: st.DrawFn, items: tuple[Item, ...]) -> Rule:
    """Draw any steps; most are put so that they make sense, as of any nineteen in twenty are refused."""
    rule = draw(rules(3))
    return draw(st.sampled_from((rule, *[_sensible(rule, of_means=bool(items[0].score))] * 3)))


def _sensible(rule: Rule, *, of_means: bool) -> Rule:
    """Let better figures meet the steps that come first, and these give the better words."""
    every = [tuple(_from_above(each, of_means=of_means) for each in step.conditions) for step in rule.steps]
    every.sort(key=lambda conditions: min(map(_asked_for, conditions), default=F(-1)), reverse=True)
    words = sorted((step.word for step in rule.steps), key=grade_of)
    return replace(rule, steps=tuple(Step(*each) for each in zip(every, words, strict=True)))


def _from_above(condition: Condition, *, of_means: bool) -> Condition:
    """Turn a condition so that better figures meet it; ``of_means``: make it one on the mean."""
    least = condition.sign if condition.sign in {Sign.ABOVE, Sign.AT_LEAST} else condition.sign.opposite
    if of_means and condition.quantity is not Quantity.MEAN:
        return Condition(Quantity.MEAN, least, condition.number * 100)
    return replace(condition, sign=least.opposite if condition.quantity is Quantity.LAST else least)


def _asked_for(condition: Condition) -> Fraction:
    """Return how much a condition asks for, as a part of the whole."""
    if condition.quantity is Quantity.MEAN:
        return condition.number / 100
    return 1 - condition.number if condition.quantity is Quantity.LAST else condition.number


@st.composite
def ways(draw: st.DrawFn) -> list[Round]:
    """Draw a round on its way from all the worst to all the best: as it is at each fifth step, and at the end."""
    items = draw(st.sampled_from(FORMS))
    own = draw(st.none() | st.sampled_from([item.key for item in items]))
    scheme = Scheme(
        SCALES["satisfaction_three"],
        Formula(draw(st.integers(1, 2)), draw(st.sampled_from(Denominator))),
        rule=_with_points(draw, _in_words_of_lines(draw, draw(steps_of(items)))),
        item_lines=() if own is None else (ItemLines(own, draw(st.sampled_from(OWN_LINES))),),
        weights=draw(st.sampled_from(({}, {"a": F(60), "b": F(40)}))),
        group_quorums=draw(st.sampled_from(({}, {"a": Quorum(F(1, 10))}, {"b": Quorum(F(1, 2))}))),
        disclosure=Disclosure(Kind.ANNOUNCED),
    )
    assume(scheme.rule and len({grade_of(word) for word in scheme.rule.words}) > 1)
    assume(fits(scheme, items))
    worst = [{group: [*[0] * (grades_of(item) - 1), PEOPLE] for group in GROUPS} for item in items]
    moves = [(at, group) for at, each in enumerate(worst) for group in each for _ in range(PEOPLE * _falls(items[at]))]
    found = [Round(scheme, items, worst)]
    for at, group in draw(st.permutations(moves)):
        found.append(_bettered(draw, found[-1], at, group))
    return found[::5] + found[-1:]


def _falls(item: Item) -> int:
    return grades_of(item) - 1


def _bettered(draw: st.DrawFn, before: Round, at: int, group: str) -> Round:
    """Make one mark better by one grade, or one point."""
    counts = [{name: [*row] for name, row in each.items()} for each in before.counts]
    row = counts[at][group]
    mark = draw(st.sampled_from([mark for mark in range(1, len(row)) if row[mark]]))
    row[mark] -= 1
    row[mark - 1] += 1
    return replace(before, counts=counts)


def _in_words_of_lines(draw: st.DrawFn, rule: Rule) -> Rule:
    """Call some words what items with lines of their own are called."""
    if not draw(st.booleans()):
        return rule
    shipped = {word.meaning: word for word in (ATTENTION, REMEDIAL)}
    steps = (replace(step, word=shipped.get(step.word.meaning, step.word) if draw(st.booleans()) else step.word)
             for step in rule.steps)  # fmt: skip
    return replace(rule, steps=tuple(steps))


def _with_points(draw: st.DrawFn, rule: Rule) -> Rule:
    """Give every word some points; a rule of which they fall is refused."""
    worth = {word: F(50 * draw(st.integers(0, 4))) for word in rule.words}
    steps = tuple(Step(step.conditions, replace(step.word, points=worth[step.word])) for step in rule.steps)
    return replace(rule, steps=steps) if draw(st.booleans()) else rule


@settings(max_examples=60, suppress_health_check=[HealthCheck.filter_too_much])
@given(ways())
def test_it_works(way: list[Round]) -> None:
    words = [each.word() for each in way]
    assert words == sorted(words, key=_grade, reverse=True)


def _grade(word: Word | None) -> tuple[int, Fraction]:
    return (-1, F(0)) if word is None else grade_of(word)  # of an invalid round there is none all the way


@st.composite
def judged_scores(draw: st.DrawFn) -> Rule:
    """Draw a rule on a score of at most 105; those that turn a better score against one are refused."""
    rule = draw(rules(3))
    steps = [
        Step(
            tuple(
                Condition(Quantity.COMPOSITE, draw(st.sampled_from(Sign)), draw(st.sampled_from(LINES)))
                for _ in step.conditions
            ),
            step.word,
        )
        for step in rule.steps
    ]
    return Rule(tuple(steps))


BY_WORD = Composite((Part("word", "结论", Source.RULE, F(100)),))
LINES = [F(number) for number in (20, 40, 50, 60, 75, 80, 90, 100, 103)]
PARTS = (
    Part("a", "甲类", Source.VOTE, F(30), "a"),
    Part(
        "inner", "其余", Source.COMPOSITE, F(50),
        parts=(Part("b", "乙类", Source.VOTE, F(60), "b"), Part("word", "结论", Source.RULE, F(40))),
    ),
    Part("boss", "领导评分", Source.SCORE, F(20)),
    Part("more", "附加分", Source.EXTRA, most=F(5)),
)  # fmt: skip


@settings(max_examples=60, suppress_health_check=[HealthCheck.filter_too_much])
@given(ways(), judged_scores(), st.booleans())
def test_nor_the_word_of_a_composite(way: list[Round], rule: Rule, by_top: bool) -> None:
    composite = Composite(PARTS, by_top=by_top, rule=rule)
    assume(_is_accepted(composite))
    scheme = way[0].scheme
    bare = list(words_without_points(scheme, [item.key for item in way[0].items]))
    counted = [(each, each.document()) for each in way]
    alone = [each.score(BY_WORD, document) for each, document in counted]
    assert _reasons(alone) <= {"invalid", *(["no_points"] if bare else [])}
    exact = [each.low for each in alone if isinstance(each, Points)]
    assert exact == sorted(exact)
    # What groups may be hidden of is a span: it holds the true score, which never falls.
    figures = [each.score(composite, document) for each, document in counted]
    assert _reasons(figures) <= _reasons(alone)
    points = [figure for figure in figures if isinstance(figure, Points)]
    assert all(before.low <= after.high for before, after in combinations(points, 2))
    words = [outcome.word for each in points if (outcome := outcome_of(rule, each))]
    assert words == sorted(words, key=_grade, reverse=True)


def _reasons(figures: list[Figure]) -> set[str]:
    """Return why there is no score, of those that are missing."""
    return {each.reason for each in figures if isinstance(each, Missing)}


def _is_accepted(composite: Composite) -> bool:
    try:
        check_composite_rule(composite)
    except DomainError:
        return False
    return True
