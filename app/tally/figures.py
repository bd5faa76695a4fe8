"""Counts by option, and fractions to the signs shown (docs/glossary.md “Figures”); app.tally.rates is between them.

Every share of a row is divided by one base, the formula's denominator: 满意率, 总体满意率, 不满意率 (every grade that
is not positive; in the built-in four-grade scales that is the worst grade), the grades, 不了解率 and 弃权率. Only where
that is 有效评价, of which 不了解 and 弃权 are no part, these two are divided by all answers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from app.campaigns.domain import Denominator, Scale

PERCENT = 100
PER_MILLE = 1000


@dataclass(frozen=True)  # without slots, so that its answers are added up once
class Table:
    """Answers to one item in one unit by option, of points by step from 0 on. Only app.tally.disclosure shows any."""

    grades: tuple[int, ...]
    unknown: int = 0
    abstain: int = 0
    excused: int = 0
    """Sheets of who was not asked because he would have rated himself （本人）."""

    @classmethod
    def of(cls, scale: Scale, counts: Sequence[int]) -> "Table":
        """Split counts per option as the scale orders them."""
        unknown, abstain = scale.unknown_mark, scale.abstain_mark
        return cls(
            tuple(counts[: len(scale.grades)]),
            0 if unknown is None else counts[unknown],
            0 if abstain is None else counts[abstain],
        )

    @cached_property
    def valid(self) -> int:
        """有效评价: answers minus 不了解 minus 弃权."""
        return sum(self.grades)

    @property
    def answered(self) -> int:
        """All answers."""
        return self.valid + self.unknown + self.abstain

    @property
    def sheets(self) -> int:
        """All sheets: answers, and those on which nothing was asked."""
        return self.answered + self.excused

    def share_of_answers(self, count: int) -> Fraction:
        """``count`` ÷ all answers; nothing of nothing is nothing."""
        return Fraction(count, self.answered or 1)

    def top(self, grades: int) -> int:
        """Answers in the best grades."""
        return sum(self.grades[:grades])


@dataclass(frozen=True, slots=True)
class UnitCount:
    """What was counted for a unit: tables by item and group id, sheets in all, and the most that are alike.

    ``alike`` leaves out sheets with the same mark everywhere: those say no more than that people are of one mind.
    """

    tables: tuple[dict[str, Table], ...]
    sheets: int
    alike: int


def add_tables(tables: Iterable[Table], grades: int) -> Table:
    """Sum of tables of one scale; no table at all gives zeros."""
    every = list(tables)
    columns = zip([0] * grades, *[table.grades for table in every], strict=True)
    others = [(table.unknown, table.abstain, table.excused) for table in every]
    return Table(tuple(map(sum, columns)), *map(sum, zip((0, 0, 0), *others, strict=True)))


@dataclass(frozen=True, slots=True)
class Base:
    """How many ballots came back from the raters of a unit, how many were expected, and how many people were there.

    ``present`` is None where nobody counted who came: as many as came back, then.
    """

    returned: int
    expected: int
    present: int | None = None

    def divisor(self, denominator: Denominator, table: Table) -> int:
        """Return what the shares of a table are divided by."""
        return {
            Denominator.VALID: table.valid,
            Denominator.RETURNED: self.returned,
            Denominator.PRESENT: self.returned if self.present is None else self.present,
            Denominator.EXPECTED: self.expected,
        }[denominator]


@dataclass(frozen=True, slots=True)
class Marks:
    """Lines a shown rate stays on the true side of: below a floor it is shown below, above a ceiling above."""

    floors: tuple[Fraction, ...] = ()
    ceilings: tuple[Fraction, ...] = ()


NO_MARKS = Marks()


def round_rate(rate: Fraction, steps: int = PER_MILLE, marks: Marks = NO_MARKS) -> int:
    """Round a rate half up to whole steps (1000: tenths of a percent, 100: whole percents).

    A rate below a line is never shown as on it, nor one above a ceiling: 59.96 % is 59.9 % beside a line of 60 %.
    """
    whole, parts = rate.numerator * steps, rate.denominator
    rounded = (2 * whole + parts) // (2 * parts)
    if rounded * parts > whole and any(rate < line <= Fraction(rounded, steps) for line in marks.floors):
        return whole // parts
    if rounded * parts < whole and any(Fraction(rounded, steps) <= line < rate for line in marks.ceilings):
        return -(-whole // parts)
    return rounded


def percent_text(rounded: int, steps: int = PER_MILLE) -> str:
    """``883`` of 1000 as ``88.3%``, ``88`` of 100 as ``88%``, ``8833`` of 10,000 as ``88.33%``."""
    return f"{decimal_text(rounded, len(str(steps // PERCENT)) - 1)}%"


def decimal_text(rounded: int, places: int) -> str:
    """``883`` with one place as ``88.3``."""
    if not places:
        return str(rounded)
    whole, rest = divmod(rounded, 10**places)
    return f"{whole}.{rest:0{places}}"


_MOST_PLACES = 6


def shown_steps(rate: Fraction, decimals: int, marks: Marks = NO_MARKS) -> tuple[int, int]:
    """Round a rate half up; return it in whole steps, and into how many steps the whole is divided.

    Nothing but all is 100 % and nothing but none 0 %: 301 of 302 takes one decimal more than it was given.
    """
    for places in range(decimals, _MOST_PLACES):
        steps = PERCENT * 10**places
        rounded = round_rate(rate, steps, marks)
        if (rounded == 0) == (rate == 0) and (rounded == steps) == (rate == 1):
            break
    return rounded, steps


def kept_apart(rate: Fraction, rounded: int, steps: int) -> int:
    """Keep a rounded rate off 0 and off 100 %, unless it is exactly that, where it must not take more decimals."""
    if rate in {0, 1} or rounded not in {0, steps}:
        return rounded
    return rounded + 1 if rate > 1 or not rounded else rounded - 1


def round_score(score: Fraction, *, decimals: int = 1, marks: Marks = NO_MARKS) -> str:
    """综合得分 half up with some decimals; 80 points are 4/5 beside a line."""
    steps = PERCENT * 10**decimals
    return decimal_text(round_rate(score / PERCENT, steps, marks), decimals)
