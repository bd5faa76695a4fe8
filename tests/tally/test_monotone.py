"""One better mark never makes a word worse: with weights, quorums, items of their own, points, and in a composite."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.campaigns.builtin import SCALES
from app.campaigns.composite import Composite, Figure, Part, Points, Source, total_of
from app.campaigns.composite_rule import check_composite_rule, outcome_of
from app.campaigns.disclosure import Disclosure, Kind
from app.campaigns.domain import Denominator, Formula, Grade, Item, Scheme
from app.campaigns.quorum import Quorum
from app.campaigns.rule import Condition, Quantity, Rule, Sign, Step, Word, grade_of, worth_of
from app.campaigns.rules import fits
from app.campaigns.score import Score
from app.core.errors import DomainError
from app.tally.assess import Unit, assess
from app.tally.figures import Table, UnitCount
from tests.campaigns.test_rule import rules
from tests.tally.cast import OVERALL, make_chain, make_paper

F = Fraction
GROUPS = ("a", "b")
MIXED = (
    Item("work", "工作实绩", weight=F(30)),
    Item("clean", "廉洁自律", grades=(Grade("是", 100, positive=True), Grade("否", 0, positive=False)), weight=F(70)),
)
POINTS = (Item("points", "打分", overall=True, score=Score(3, trim=1)),)
FORMS = (OVERALL, (Item("one", "甲"), Item("two", "乙")), MIXED, POINTS)
Counts = list[int]
PEOPLE = 10


@dataclass(frozen=True, slots=True)
class Round:
    """What was asked, by what rule it is judged, and the counts of every item and group, best first."""

    scheme: Scheme
    items: tuple[Item, ...]
    counts: list[dict[str, Counts]]

    def assessed(self) -> Unit:
        """Work out the figures and the word, before anything is hidden."""
        tables = tuple(
            {group: self._table(item, counts) for group, counts in each.items()}
            for item, each in zip(self.items, self.counts, strict=True)
        )
        sizes = {group: sum(counts) for group, counts in self.counts[0].items()}
        paper = make_paper(dict.fromkeys(GROUPS, ()), items=self.items, scheme=self.scheme)
        count = UnitCount(tables, sum(sizes.values()), 0)
        return assess(paper.section, make_chain(sizes), {"u0": count}).units["u0"]

    def _table(self, item: Item, counts: Counts) -> Table:
        return Table(tuple(reversed(counts)) if item.score else tuple(counts))


def grades_of(item: Item) -> int:
    return item.score.steps + 1 if item.score else len(item.grades) or 3


@st.composite
def ways(draw: st.DrawFn) -> list[Round]:
    """Draw a round as it is after each of many marks became one better, from all the worst to all the best."""
    items = draw(st.sampled_from(FORMS))
    scheme = Scheme(
        SCALES["satisfaction_three"],
        Formula(draw(st.integers(1, 2)), draw(st.sampled_from(Denominator))),
        rule=_with_points(draw, draw(rules(3))),
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
    return found


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


def _with_points(draw: st.DrawFn, rule: Rule) -> Rule:
    """Give every word some points; a rule of which they fall is refused."""
    worth = st.integers(0, 4).map(lambda each: F(50 * each))
    steps = tuple(Step(step.conditions, replace(step.word, points=draw(worth))) for step in rule.steps)
    return replace(rule, steps=steps) if draw(st.booleans()) else rule


@settings(max_examples=60, suppress_health_check=[HealthCheck.filter_too_much])
@given(ways())
def test_it_works(way: list[Round]) -> None:
    words = [each.assessed().overall.rulings[0].word for each in way]
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
    worth = worth_of(way[0].scheme.judged_by)
    figures = [total_of(composite, _Read(each.assessed(), worth)).figure for each in way]
    points = [figure for figure in figures if isinstance(figure, Points)]
    assert len(points) == len(way)
    assert [each.low for each in points] == sorted(each.low for each in points)
    words = [outcome.word for each in points if (outcome := outcome_of(rule, each))]
    assert len(words) == len(way)
    assert words == sorted(words, key=_grade, reverse=True)


def _is_accepted(composite: Composite) -> bool:
    try:
        check_composite_rule(composite)
    except DomainError:
        return False
    return True


class _Read:
    """The exact parts of a score."""

    def __init__(self, unit: Unit, worth: Mapping[str, Fraction]) -> None:
        self._unit, self._worth = unit, worth

    def __call__(self, part: Part) -> Figure:
        value = self._value(part)
        return Points(value, value)

    def _value(self, part: Part) -> Fraction:
        if part.source is Source.VOTE:
            rates = self._unit.overall.group_rates[part.group]
            assert rates is not None
            return rates.mean_score
        if part.source is Source.RULE:
            word = self._unit.overall.rulings[0].word
            return self._worth.get(word.text, F(0)) if word else F(0)
        return F(70) if part.source is Source.SCORE else F(3)
