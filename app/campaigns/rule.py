"""判定规则: steps that turn exact figures into a word; pure, the only evaluator (docs/glossary.md “Verdicts”)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from operator import ge, gt, le, lt

from app.core.errors import Ours

ONE_HUNDRED = 100


class Meaning(StrEnum):
    """What a word means, whatever it is; 补课, retest and 整改 hang on it."""

    MET = "met"
    ATTENTION = "attention"
    FAILED = "failed"


class Quantity(StrEnum):
    """What a condition looks at: a share of the first or last grades, or a number of points."""

    FIRST = "first"
    LAST = "last"
    MEAN = "mean"
    COMPOSITE = "composite"


SHARES = frozenset({Quantity.FIRST, Quantity.LAST})


class Sign(StrEnum):
    """How a quantity is held against a number."""

    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="

    def holds(self, value: Fraction, number: Fraction) -> bool:
        """Whether the value stands so to the number."""
        return _COMPARED[self](value, number)

    @property
    def opposite(self) -> "Sign":
        """The sign that holds exactly where this one does not."""
        return {
            Sign.ABOVE: Sign.AT_MOST,
            Sign.AT_LEAST: Sign.BELOW,
            Sign.BELOW: Sign.AT_LEAST,
            Sign.AT_MOST: Sign.ABOVE,
        }[self]


_COMPARED: dict[Sign, Callable[[Fraction, Fraction], bool]] = {
    Sign.ABOVE: gt,
    Sign.AT_LEAST: ge,
    Sign.BELOW: lt,
    Sign.AT_MOST: le,
}


class Tie(StrEnum):
    """Which grade has it where two got the most."""

    WORSE = "worse"
    BETTER = "better"
    MEETING = "meeting"


@dataclass(frozen=True, slots=True)
class Condition:
    """A quantity against a number: a part of 1 for shares, points from 0 to 100 for the others.

    Shares are of the formula's denominator; ``of_valid`` ones of 有效评价 whatever that is.
    """

    quantity: Quantity
    sign: Sign
    number: Fraction
    grades: int = 0
    of_valid: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """What an object is called, what that means, and what follows; ``points`` may become a part of a composite."""

    text: str
    meaning: Meaning
    consequence: str = ""
    points: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A word for all whose figures meet every condition; without conditions it is 其余."""

    conditions: tuple[Condition, ...]
    word: Word


@dataclass(frozen=True, slots=True)
class Plurality:
    """得票最多的等次: the word of the grade with the most answers; ``words`` has one for each grade, best first."""

    words: tuple[Word, ...]
    tie: Tie = Tie.MEETING


@dataclass(frozen=True, slots=True)
class Flag:
    """A sentence beside the word where its conditions hold; it never changes the word."""

    conditions: tuple[Condition, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """The first step whose conditions all hold gives the word; or the grade with the most answers does."""

    steps: tuple[Step, ...] = ()
    flags: tuple[Flag, ...] = ()
    plurality: Plurality | None = None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition of its steps."""
        return tuple(condition for step in self.steps for condition in step.conditions)

    @property
    def flagged(self) -> tuple[Condition, ...]:
        """Every condition of its flags."""
        return tuple(condition for flag in self.flags for condition in flag.conditions)

    @property
    def is_of_means(self) -> bool:
        """Whether it looks at no share of any grade."""
        conditions = (*self.conditions, *self.flagged)
        return self.plurality is None and all(each.quantity not in SHARES for each in conditions)

    @property
    def words(self) -> tuple[Word, ...]:
        """Every word that the rule can give, in its order; each once."""
        given = [step.word for step in self.steps]
        if self.plurality is not None:
            given += [*self.plurality.words, *([LEFT_OPEN] if self.plurality.tie is Tie.MEETING else [])]
        return tuple(dict.fromkeys(given))

    def own(self, word: Word) -> Word:
        """Return the rule's own word for one that reads and means the same, with what it is worth; else that itself."""
        return next((own for own in self.words if (own.text, own.meaning) == (word.text, word.meaning)), word)


@dataclass(frozen=True, slots=True)
class Measured:
    """The exact figures of one object that a rule looks at.

    ``shares`` are those of each grade, ``firsts[n - 1]`` and ``lasts[n - 1]`` of the first and the last n grades, all
    of the denominator; ``valid_lasts`` are of 有效评价. ``mean`` and ``composite`` are points.
    """

    shares: Sequence[Fraction]
    firsts: Sequence[Fraction]
    lasts: Sequence[Fraction]
    valid_lasts: Sequence[Fraction]
    mean: Fraction
    composite: Fraction | None = None

    def value(self, condition: Condition) -> Fraction | None:
        """Return what a condition looks at; None for a composite that there is not."""
        if condition.quantity is Quantity.MEAN:
            return self.mean
        if condition.quantity is Quantity.COMPOSITE:
            return self.composite
        lasts = self.valid_lasts if condition.of_valid else self.lasts
        return (self.firsts if condition.quantity is Quantity.FIRST else lasts)[condition.grades - 1]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A word, the place of the step or grade that gave it (None for a tie left open), and the flags beside it."""

    word: Word
    place: int | None
    flags: tuple[str, ...] = ()


MET = Word("达标", Meaning.MET, "巩固和改进")
ATTENTION = Word("提醒", Meaning.ATTENTION, "对照结果自查改进")
REMEDIAL = Word("需补课", Meaning.FAILED, "限期补课，组织复测")
"""The words of the default rule."""
LEFT_OPEN = Word("得票并列", Meaning.ATTENTION, "由会议确定等次")
"""The word where two grades got the most and the rule leaves it to the meeting."""


def measured_of(counts: Sequence[int], base: int, scores: Sequence[int]) -> Measured:
    """Return the figures of answers by grade, best first, over a base; at least one answer, base not 0."""
    valid, every = sum(counts), range(1, len(counts) + 1)
    points = sum(count * score for count, score in zip(counts, scores, strict=True))
    return Measured(
        shares=[Fraction(count, base) for count in counts],
        firsts=[Fraction(sum(counts[:n]), base) for n in every],
        lasts=[Fraction(sum(counts[-n:]), base) for n in every],
        valid_lasts=[Fraction(sum(counts[-n:]), valid) for n in every],
        mean=Fraction(points, valid),
    )


def evaluate(rule: Rule, measured: Measured) -> Outcome:
    """Return the word of exact figures; a rule that was checked always has one."""
    flags = tuple(flag.text for flag in rule.flags if _all_hold(flag.conditions, measured))
    if rule.plurality is not None:
        return _most(rule.plurality, measured, flags)
    for place, step in enumerate(rule.steps):
        if _all_hold(step.conditions, measured):
            return Outcome(step.word, place, flags)
    msg = "a rule without a last step"
    raise ValueError(msg)


def may_have_points(rule: Rule) -> bool:
    """Whether words of a rule can be worth something in a composite: 得票最多 has the grades' own, without points."""
    return rule.plurality is None


def lacking_points(rule: Rule, words: Sequence[Word]) -> list[Word]:
    """Return those of some words that are worth nothing in a composite; all where none of the rule's has over 0 points.

    Those of 得票最多 are not among them: nobody can write points for these, ``may_have_points``.
    """
    if not may_have_points(rule):
        return []
    worth = worth_of(rule)
    return [word for word in words if rule.own(word) not in rule.words or word.text not in worth]


def worth_of(rule: Rule) -> dict[str, Fraction]:
    """Return what each word that has points is worth, the best one 100; nothing where that has none."""
    points = {word.text: word.points for word in rule.words if word.points is not None}
    most = max(points.values(), default=Fraction(0))
    return {text: ONE_HUNDRED * each / most for text, each in points.items()} if most else {}


def holds(condition: Condition, measured: Measured) -> bool:
    """Whether a condition holds; none does on a composite that there is not."""
    value = measured.value(condition)
    return value is not None and condition.sign.holds(value, condition.number)


def _all_hold(conditions: Sequence[Condition], measured: Measured) -> bool:
    return all(holds(condition, measured) for condition in conditions)


def _most(plurality: Plurality, measured: Measured, flags: tuple[str, ...]) -> Outcome:
    most = [place for place, share in enumerate(measured.shares) if share == max(measured.shares)]
    if len(most) > 1 and plurality.tie is Tie.MEETING:
        return Outcome(LEFT_OPEN, None, flags)
    place = most[0] if plurality.tie is Tie.BETTER else most[-1]
    return Outcome(plurality.words[place], place, flags)


def outcomes_between(rule: Rule, low: Measured, high: Measured) -> tuple[Outcome, ...]:
    """Return every outcome that figures may have which lie between two others each for itself, with the sure flags."""
    flags = tuple(flag.text for flag in rule.flags if _must(flag.conditions, low, high))
    if rule.plurality is not None:
        return tuple(_may_be_most(rule.plurality, low, high, flags))
    found: list[Outcome] = []
    for place, step in enumerate(rule.steps):
        if _may(step.conditions, low, high):
            found.append(Outcome(step.word, place, flags))
        if _must(step.conditions, low, high):
            break
    return tuple(found)


def _may_be_most(
    plurality: Plurality, low: Measured, high: Measured, flags: tuple[str, ...]
) -> Iterator[Outcome]:  # fmt: skip
    places = [place for place, share in enumerate(high.shares) if share >= max(low.shares)]
    yield from (Outcome(plurality.words[place], place, flags) for place in places)
    if len(places) > 1 and plurality.tie is Tie.MEETING:
        yield Outcome(LEFT_OPEN, None, flags)


def _may(conditions: Sequence[Condition], low: Measured, high: Measured) -> bool:
    return all(holds(condition, low) or holds(condition, high) for condition in conditions)


def _must(conditions: Sequence[Condition], low: Measured, high: Measured) -> bool:
    return all(holds(condition, low) and holds(condition, high) for condition in conditions)


def grade_of(word: Word) -> tuple[int, Fraction]:
    """Return how good a word is, least first: by its meaning, then by its points; words may be equally good."""
    return list(Meaning).index(word.meaning), -(word.points or Fraction(0))


def step_name(place: int) -> Ours:
    """Return what a step of a rule is called, from 1."""
    return Ours.filled("第 %(number)s 档", number=place)


def flag_name(place: int) -> Ours:
    """Return what a flag of a rule is called, from 1."""
    return Ours.filled("提示%(number)s", number=place)
