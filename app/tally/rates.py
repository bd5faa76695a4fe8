"""The exact figures of a table, and means and ends of several: whole numbers over one that is below them all."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from math import gcd, lcm
from operator import mul

from app.campaigns.domain import Denominator, Formula, Measure, Scale, ScoreScale
from app.campaigns.rule import Measured
from app.tally.figures import PERCENT, Base, Table

_SINGLES, _COLUMNS, _BEFORE_OTHERS = 6, 4, 4
"""How many figures of a table stand alone, how many columns of one for each grade follow, and where 不了解率 stands."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Exact figures of one table; every one is a fraction of 1 but ``mean_score``. There are none without a base.

    Of points the mean is the only figure: what part of the most it is, and ``mean_score`` what it would be of 100.
    ``firsts`` and ``lasts`` are those of ``app.campaigns.rule.Measured``; ``unknown`` and ``abstain`` are 不了解率 and
    弃权率. They are kept as whole numbers over the one that is ``below`` them all, shortened: sums, means and
    comparisons of many figures are those of whole numbers, and few are looked at as fractions.
    """

    below: int
    above: tuple[int, ...]

    @classmethod
    def of(cls, below: int, above: Sequence[int]) -> "Rates":
        """Return figures over a whole number, shortened."""
        common = gcd(below, *above)
        return cls(below // common, tuple([number // common for number in above]))

    def _single(self, place: int) -> Fraction:
        return Fraction(self.above[place], self.below)

    def _column(self, place: int) -> tuple[Fraction, ...]:
        grades = (len(self.above) - _SINGLES) // _COLUMNS
        start = _SINGLES + place * grades
        return tuple([Fraction(number, self.below) for number in self.above[start : start + grades]])

    @property
    def satisfied(self) -> Fraction:
        """满意率."""
        return self._single(0)

    @property
    def positive(self) -> Fraction:
        """总体满意率."""
        return self._single(1)

    @property
    def dissatisfied(self) -> Fraction:
        """不满意率."""
        return self._single(2)

    @property
    def mean_score(self) -> Fraction:
        """综合得分."""
        return self._single(3)

    @property
    def unknown(self) -> Fraction:
        """不了解率."""
        return self._single(4)

    @property
    def abstain(self) -> Fraction:
        """弃权率."""
        return self._single(5)

    @property
    def shares(self) -> tuple[Fraction, ...]:
        """The share of each grade."""
        return self._column(0)

    @property
    def firsts(self) -> tuple[Fraction, ...]:
        """The shares of the first grades, of one, of two and so on."""
        return self._column(1)

    @property
    def lasts(self) -> tuple[Fraction, ...]:
        """The shares of the last grades."""
        return self._column(2)

    @property
    def valid_lasts(self) -> tuple[Fraction, ...]:
        """The shares of the last grades, of 有效评价 whatever the base."""
        return self._column(3)

    def are_whole(self, *, others: bool) -> bool:
        """Whether the shares of the grades add up to the whole, ``others``: with those of 不了解 and 弃权."""
        grades = (len(self.above) - _SINGLES) // _COLUMNS
        start = _BEFORE_OTHERS if others else _SINGLES
        return sum(self.above[start : _SINGLES + grades]) == self.below

    def at(self, part: Fraction) -> "Rates":
        """Return the figures of an item in points whose mean is this part of the most."""
        below = lcm(self.below, part.denominator)
        mean, times = part.numerator * (below // part.denominator), below // self.below
        kept = [number * times for number in self.above[_BEFORE_OTHERS:]]
        return Rates.of(below, (mean, mean, below - mean, mean * PERCENT, *kept))

    @property
    def measured(self) -> Measured:
        """What a rule looks at."""
        return Measured(self.shares, self.firsts, self.lasts, self.valid_lasts, self.mean_score)

    def judged_part(self, *, points: bool) -> Fraction:
        """Return what the lines lie on, as a part of the whole: 满意率, or the mean where points decide."""
        return self.mean_score / PERCENT if points else self.satisfied

    def told_as(self, own: Scale, scale: Scale, formula: Formula) -> "Rates":
        """Return these figures, of a scale of its own, in columns of another: what its counted and worst grades are.

        A rule over items on scales of their own looks at nothing else (app.campaigns.rules). Where 满意率 counts every
        positive grade, the column is that of the two on which the lines are drawn.
        """
        singles, grades = self.above[:_SINGLES], len(scale.grades)
        satisfied, positive, dissatisfied = singles[:3]
        if isinstance(own, ScoreScale):
            rest = [dissatisfied] * grades
            return Rates.of(self.below, (*singles, *[0] * grades, *[satisfied] * grades, *rest, *rest))
        others = len(own.grades)
        whole, worst = self.above[_SINGLES + 2 * others - 1], grades - scale.positives
        of_valid = self.above[_SINGLES + 4 * others - own.positives - 1]
        every = range(1, grades + 1)
        counted = {scale.positives: positive, formula.top: satisfied}
        if formula.measure is Measure.POSITIVE_RATE:
            counted[scale.positives] = positive
        firsts = [counted.get(n, whole) for n in every]
        lasts = [dissatisfied if n == worst else whole for n in every]
        valid_lasts = [of_valid if n == worst else self.below for n in every]
        return Rates.of(self.below, (*singles, *[0] * grades, *firsts, *lasts, *valid_lasts))


def _over_one(every: Sequence[Rates]) -> tuple[int, Iterator[tuple[int, ...]]]:
    """Return a whole number that is below all of some figures, and of each figure what it is above that in all."""
    below = lcm(*[rates.below for rates in every])
    rows = [[number * (below // rates.below) for number in rates.above] for rates in every]
    return below, zip(*rows, strict=True)


def figure_by_figure(made: Callable[[Sequence[int]], int], every: Sequence[Rates]) -> Rates:
    """Make rates of some others, each figure of what that figure is in all of them, over the same whole number."""
    below, figures = _over_one(every)
    return Rates.of(below, [made(each) for each in figures])


def even(rates: Rates, part: int) -> Rates:
    """Return figures that are all of this part of the whole, none or all, in the columns of others."""
    return Rates(1, (part, part, part, part * PERCENT, *[part] * len(rates.above[_BEFORE_OTHERS:])))


def rates_of(scale: Scale, formula: Formula, table: Table, base: Base) -> Rates | None:
    """Exact rates of a table; None where there is no valid answer or nothing to divide by."""
    valid, divisor = table.valid, base.divisor(formula.denominator, table)
    if not valid or not divisor:
        return None
    others = table.answered if formula.denominator is Denominator.VALID else divisor
    if isinstance(scale, ScoreScale):
        plain = Rates(others, (0, 0, 0, 0, table.unknown, table.abstain))
        return plain.at(scale.score.mean_of(table.grades))
    counts, lasts = table.grades, list(accumulate(reversed(table.grades)))
    positive, points = table.top(scale.positives), sum(map(mul, counts, [grade.score for grade in scale.grades]))
    below = lcm(divisor, valid, others)
    of_base, of_valid, of_all = below // divisor, below // valid, below // others
    shares = (table.top(formula.top), positive, valid - positive)
    above = [count * of_base for count in (*shares, *counts, *accumulate(counts), *lasts)]
    above[3:3] = [points * of_valid, table.unknown * of_all, table.abstain * of_all]
    return Rates.of(below, (*above, *(count * of_valid for count in lasts)))


def weigh(parts: Sequence[tuple[Fraction, Rates | None]]) -> Rates | None:
    """Mean of the groups' rates by weight; groups without a rate are left out and the other weights renormalised."""
    present = [(weight, rates) for weight, rates in parts if rates is not None and weight]
    if not present:
        return None
    unit = lcm(*[weight.denominator for weight, _ in present])
    weights = [weight.numerator * (unit // weight.denominator) for weight, _ in present]
    below, figures = _over_one([rates for _, rates in present])
    return Rates.of(below * sum(weights), [sum(map(mul, weights, each)) for each in figures])
