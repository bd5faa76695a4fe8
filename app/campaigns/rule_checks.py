"""Which rules are refused, and what one should know of a rule before it is used; pure and exact.

Shares are differences of running sums x[0] = 0 <= x[1] <= … <= x[grades] <= 1 (= 1 where they are of 有效评价), so that
whether figures exist which meet some conditions is a question of ``app.campaigns.feasible``. Means and composites are
numbers of their own there: what that overlooks is never refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, pairwise, permutations

from app.campaigns.feasible import Bound, Differences, bounded_by
from app.campaigns.ratios import number_text
from app.campaigns.rule import (
    LEFT_OPEN,
    ONE_HUNDRED,
    SHARES,
    Condition,
    Plurality,
    Quantity,
    Rule,
    Sign,
    Step,
    Word,
    evaluate,
    flag_name,
    grade_of,
    holds,
    measured_of,
    step_name,
)
from app.core.errors import DomainError

MAX_STEPS = 8
MAX_CONDITIONS = 3
MAX_FLAGS = 3
WORD_LIMIT = 12
CONSEQUENCE_LIMIT = 60
MOST_POINTS = 1000
_MOST_ANSWERS = 40
_MOST_TRIED = 40_000


@dataclass(frozen=True, slots=True)
class Ground:
    """What a rule is laid over: the scores of the grades, best first, and whether shares add up to the whole.

    ``composite``: the most that a composite can be, None where it cannot be looked at.
    """

    scores: tuple[int, ...]
    whole: bool = True
    composite: Fraction | None = None

    @property
    def grades(self) -> int:
        """How many grades there are."""
        return len(self.scores)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two steps that one table of answers meets; ``counts`` is the smallest such, best grade first."""

    first: int
    second: int
    counts: tuple[int, ...]


@lru_cache(maxsize=256)
def check_rule(rule: Rule, ground: Ground) -> None:
    """Refuse a rule that leaves an object without a word, has a step in vain, or turns a better mark against one.

    A rule that was found good is not looked at again: every page of a draft asks for it.

    Raises ``DomainError`` with the step's number from 1: ``rule_empty``, ``rule_too_long``, ``rule_without_rest``,
    ``rule_step_empty``, ``rule_word_missing``, ``rule_word_too_long``, ``rule_grades_range``, ``rule_number_range``,
    ``rule_no_composite``, ``rule_points_range``, ``rule_step_impossible``, ``rule_step_unreachable``,
    ``rule_rest_unreachable``, ``rule_not_monotone``, ``rule_plurality_alone``, ``rule_plurality_words``,
    ``rule_flag_empty``, ``rule_flag_impossible``, ``rule_meaning_twice``.
    """
    for place, flag in enumerate(rule.flags, start=1):
        if not flag.text or not flag.conditions:
            raise DomainError("rule_flag_empty", flag=place)
        _check_conditions(flag.conditions, ground, flag_name(place))
        if not _System.of(ground).may(flag.conditions):
            raise DomainError("rule_flag_impossible", flag=place)
    if len(rule.flags) > MAX_FLAGS or len(rule.steps) > MAX_STEPS:
        raise DomainError("rule_too_long", steps=MAX_STEPS, flags=MAX_FLAGS)
    _check_words(rule)
    if rule.plurality is not None:
        _check_plurality(rule, rule.plurality, ground)
        return
    _check_steps(rule.steps, ground)
    _check_order(rule.steps, ground)


def _check_words(rule: Rule) -> None:
    meanings: dict[str, Word] = {}
    for word in rule.words:
        if not word.text:
            place = next((at for at, step in enumerate(rule.steps, start=1) if not step.word.text), 0)
            raise DomainError("rule_word_missing", step=place)
        if len(word.text) > WORD_LIMIT or len(word.consequence) > CONSEQUENCE_LIMIT:
            raise DomainError("rule_word_too_long", word=word.text, limit=WORD_LIMIT, consequence=CONSEQUENCE_LIMIT)
        if meanings.setdefault(word.text, word) != word:
            raise DomainError("rule_meaning_twice", word=word.text)
        if word.points is not None and not 0 <= word.points <= MOST_POINTS:
            raise DomainError("rule_points_range", word=word.text, most=MOST_POINTS)


def _check_plurality(rule: Rule, plurality: Plurality, ground: Ground) -> None:
    if rule.steps:
        raise DomainError("rule_plurality_alone", step=1)
    if len(plurality.words) != ground.grades:
        raise DomainError("rule_plurality_words", grades=ground.grades)


def _check_steps(steps: Sequence[Step], ground: Ground) -> None:
    if not steps:
        raise DomainError("rule_empty")
    for place, step in enumerate(steps[:-1], start=1):
        if not step.conditions:
            raise DomainError("rule_step_empty", step=place)
    if steps[-1].conditions:
        raise DomainError("rule_without_rest", step=len(steps))
    for place, step in enumerate(steps, start=1):
        _check_conditions(step.conditions, ground, step_name(place))
    for place in range(len(steps)):
        _check_reach(steps, place, _System.of(ground))


def _check_reach(steps: Sequence[Step], place: int, system: "_System") -> None:
    """Refuse a step whose conditions contradict each other, or before which another always holds."""
    if not system.may(steps[place].conditions):
        raise DomainError("rule_step_impossible", step=place + 1)
    if not any(system.reaching(steps, place)):
        last = place == len(steps) - 1
        raise DomainError("rule_rest_unreachable" if last else "rule_step_unreachable", step=place + 1)


def _check_conditions(conditions: Sequence[Condition], ground: Ground, name: str) -> None:
    if len(conditions) > MAX_CONDITIONS:
        raise DomainError("rule_too_many_conditions", name=name, limit=MAX_CONDITIONS)
    for condition in conditions:
        shares = condition.quantity in SHARES
        if shares and not 1 <= condition.grades < ground.grades:
            raise DomainError("rule_grades_range", name=name, most=ground.grades - 1)
        if condition.quantity is Quantity.COMPOSITE and ground.composite is None:
            raise DomainError("rule_no_composite", name=name)
        if not 0 <= condition.number <= _most(ground, condition.quantity):
            most = number_text(ground.composite or Fraction(ONE_HUNDRED))
            raise DomainError("rule_number_range", name=name, most=most)


def _most(ground: Ground, quantity: Quantity) -> Fraction:
    if quantity in SHARES:
        return Fraction(1)
    return ground.composite or Fraction(ONE_HUNDRED) if quantity is Quantity.COMPOSITE else Fraction(ONE_HUNDRED)


def _check_order(steps: Sequence[Step], ground: Ground) -> None:
    """Refuse steps of which a better mark can meet a worse one, or two equally good ones by turns."""
    system = _System.of(ground, twice=True)
    for start, end in permutations(range(len(steps)), 2):
        one, other = steps[start].word, steps[end].word
        worse = grade_of(one) < grade_of(other) or _falls(one, other)
        alike = grade_of(one) == grade_of(other) and one.text != other.text
        if (worse or (alike and start < end and system.turns(steps, end, start))) and system.turns(steps, start, end):
            raise DomainError("rule_not_monotone", step=start + 1, other=end + 1)


def _falls(one: Word, other: Word) -> bool:
    """Whether a word has fewer points than another: they may count in a composite, whatever the words mean."""
    return one.points is not None and other.points is not None and one.points > other.points


@dataclass(frozen=True, slots=True)
class _System:
    """What is known of the running sums, the mean and the composite of a table, and of a second, better one.

    ``left`` is None where there are no such figures.
    """

    ground: Ground
    left: Differences | None

    @classmethod
    @lru_cache(maxsize=256)
    def of(cls, ground: Ground, *, twice: bool = False) -> "_System":
        size = ground.grades + 2
        found = list(_table_bounds(ground, 0))
        if twice:
            found += _table_bounds(ground, size)
            # A better mark moves running sums up and leaves their total as it is.
            found += [Bound(place, place + size, Fraction(0)) for place in range(1, size + 1)]
            found.append(Bound(ground.grades + size, ground.grades, Fraction(0)))
        return cls(ground, bounded_by(found, Differences.free(1 + (2 * size if twice else size))))

    def may(self, conditions: Sequence[Condition], shift: int = 0) -> bool:
        """Whether figures exist that meet conditions."""
        return self.with_all(conditions, shift).left is not None

    def with_all(self, conditions: Sequence[Condition], shift: int = 0) -> "_System":
        more = (_bound(self.ground, condition, condition.sign, shift) for condition in conditions)
        return _System(self.ground, bounded_by(more, self.left))

    def reaching(self, steps: Sequence[Step], place: int, shift: int = 0) -> Iterator["_System"]:
        """Yield the systems of figures that reach a step: they meet it, and of each before it they fail a condition."""
        yield from self.with_all(steps[place].conditions, shift).failing(steps[:place], shift)

    def failing(self, steps: Sequence[Step], shift: int) -> Iterator["_System"]:
        if self.left is None:
            return
        if not steps:
            yield self
            return
        for condition in steps[0].conditions:
            against = _bound(self.ground, condition, condition.sign.opposite, shift)
            yield from _System(self.ground, self.left.bounded(against)).failing(steps[1:], shift)

    def turns(self, steps: Sequence[Step], start: int, end: int) -> bool:
        """Whether a table reaches one step and a better one reaches another."""
        shift = self.ground.grades + 2
        return any(any(found.reaching(steps, end, shift)) for found in self.reaching(steps, start))


def _table_bounds(ground: Ground, shift: int) -> Iterator[Bound]:
    """Bind the unknowns of a table: its running sums 1 … grades, then its mean and its composite as parts of 1."""
    sums = [0, *(place + shift for place in range(1, ground.grades + 1))]
    yield from (Bound(low, high, Fraction(0)) for low, high in pairwise(sums))
    yield Bound(sums[-1], 0, Fraction(1))
    if ground.whole:
        yield Bound(0, sums[-1], Fraction(-1))
    for place, quantity in enumerate((Quantity.MEAN, Quantity.COMPOSITE), start=ground.grades + 1 + shift):
        yield Bound(0, place, Fraction(0))
        yield Bound(place, 0, _most(ground, quantity) / ONE_HUNDRED)


def _bound(ground: Ground, condition: Condition, sign: Sign, shift: int) -> Bound:
    """Write a condition as a bound; one of 有效评价 beside another base is taken as one of that base."""
    start, end = {
        Quantity.FIRST: (0, condition.grades + shift),
        Quantity.LAST: (ground.grades - condition.grades + shift, ground.grades + shift),
        Quantity.MEAN: (0, ground.grades + 1 + shift),
        Quantity.COMPOSITE: (0, ground.grades + 2 + shift),
    }[condition.quantity]
    number = condition.number if condition.quantity in SHARES else condition.number / ONE_HUNDRED
    strict = sign in {Sign.ABOVE, Sign.BELOW}
    if sign in {Sign.ABOVE, Sign.AT_LEAST}:
        return Bound(start, end, -number, strict)
    return Bound(end, start, number, strict)


def overlaps(rule: Rule, ground: Ground) -> tuple[Overlap, ...]:
    """Return the pairs of steps of different words that one table meets, where neither holds the other anyway."""
    found = []
    steps, system = rule.steps, _System.of(ground)
    for first, second in combinations(range(len(steps) - 1), 2):
        one, other = steps[first], steps[second]
        apart = one.word.text != other.word.text and any(system.with_all(one.conditions).failing([other], 0))
        if apart and (counts := _first_meeting(one, other, ground)):
            found.append(Overlap(first + 1, second + 1, counts))
    return tuple(found)


def _first_meeting(one: Step, other: Step, ground: Ground) -> tuple[int, ...] | None:
    """Return the smallest table that meets both steps; None where there is none, or none so small."""
    both = (*one.conditions, *other.conditions)
    if not _System.of(ground).may(both) or any(each.quantity is Quantity.COMPOSITE for each in both):
        return None
    for counts in _tables(ground.grades):
        measured = measured_of(counts, sum(counts), ground.scores)
        if all(holds(condition, measured) for condition in both):
            return counts
    return None


def _tables(grades: int) -> Iterator[tuple[int, ...]]:
    """Yield tables from one answer on, those with better marks first, up to a number that is soon looked through."""
    tried = 0
    for answers in range(1, _MOST_ANSWERS + 1):
        for counts in _spread(answers, grades):
            tried += 1
            if tried > _MOST_TRIED:
                return
            yield counts


def _spread(answers: int, grades: int) -> Iterator[tuple[int, ...]]:
    if grades == 1:
        yield (answers,)
        return
    for best in range(answers, -1, -1):
        for rest in _spread(answers - best, grades - 1):
            yield (best, *rest)


def worsening(rule: Rule, ground: Ground) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Return two tables of 得票最多 of which the second has better marks and a worse word; None for other rules."""
    if rule.plurality is None:
        return None
    words = rule.words

    def key(word: Word) -> tuple[int, Fraction, int]:
        return *grade_of(word), words.index(word)

    for counts in _tables(ground.grades):
        before = evaluate(rule, measured_of(counts, sum(counts), ground.scores)).word
        for better in _bettered(counts):
            after = evaluate(rule, measured_of(better, sum(better), ground.scores)).word
            if LEFT_OPEN not in {before, after} and key(after) > key(before):
                return counts, better
    return None


def _bettered(counts: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield the tables in which some marks of one grade are one grade better."""
    for place in range(1, len(counts)):
        for moved in range(1, counts[place] + 1):
            better = list(counts)
            better[place] -= moved
            better[place - 1] += moved
            yield tuple(better)
