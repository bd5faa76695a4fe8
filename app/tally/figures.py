"""Exact arithmetic (docs/glossary.md “Figures”): counts to rates as fractions, and fractions to the signs shown.

满意率 and 总体满意率 are divided by the formula's denominator. 不满意率 (every grade that is not positive; in the
built-in four-grade scales that is the worst grade) and the shares of a distribution are always divided by 有效评价，
不了解率 and 弃权率 by all answers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.campaigns.domain import Denominator, Formula, Scale

PERCENT = 100
PER_MILLE = 1000


@dataclass(frozen=True, slots=True)
class Table:
    """Answers to one item in one unit by option. Confidential: only app.tally.disclosure decides what is shown."""

    grades: tuple[int, ...]
    unknown: int = 0
    abstain: int = 0

    @classmethod
    def of(cls, scale: Scale, counts: Sequence[int]) -> "Table":
        """Split counts per option as the scale orders them."""
        unknown, abstain = scale.unknown_mark, scale.abstain_mark
        return cls(
            tuple(counts[: len(scale.grades)]),
            0 if unknown is None else counts[unknown],
            0 if abstain is None else counts[abstain],
        )

    @property
    def valid(self) -> int:
        """有效评价: answers minus 不了解 minus 弃权."""
        return sum(self.grades)

    @property
    def answered(self) -> int:
        """All answers."""
        return self.valid + self.unknown + self.abstain

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
    total, unknown, abstain = [0] * grades, 0, 0
    for table in tables:
        total = [one + other for one, other in zip(total, table.grades, strict=True)]
        unknown += table.unknown
        abstain += table.abstain
    return Table(tuple(total), unknown, abstain)


@dataclass(frozen=True, slots=True)
class Base:
    """How many ballots came back from the raters of a unit, and how many were expected."""

    returned: int
    expected: int


@dataclass(frozen=True, slots=True)
class Rates:
    """Exact figures of one table; every one is a fraction of 1 but ``mean_score``. There are none without a base."""

    shares: tuple[Fraction, ...]
    satisfied: Fraction
    positive: Fraction
    dissatisfied: Fraction
    mean_score: Fraction


FIGURES = ("satisfied", "positive", "dissatisfied", "mean_score")
"""The rates that a total is shown with, by name."""


def rates_of(scale: Scale, formula: Formula, table: Table, base: Base) -> Rates | None:
    """Exact rates of a table; None where there is no valid answer or nothing to divide by."""
    divisor = {
        Denominator.VALID: table.valid,
        Denominator.RETURNED: base.returned,
        Denominator.EXPECTED: base.expected,
    }[formula.denominator]
    if not table.valid or not divisor:
        return None
    pairs = tuple(zip(scale.grades, table.grades, strict=True))
    positive = sum(count for grade, count in pairs if grade.positive)
    return Rates(
        shares=tuple(Fraction(count, table.valid) for count in table.grades),
        satisfied=Fraction(table.top(formula.top), divisor),
        positive=Fraction(positive, divisor),
        dissatisfied=Fraction(table.valid - positive, table.valid),
        mean_score=Fraction(sum(grade.score * count for grade, count in pairs), table.valid),
    )


def weigh(parts: Sequence[tuple[Fraction, Rates | None]]) -> Rates | None:
    """Mean of the groups' rates by weight; groups without a rate are left out and the other weights renormalised."""
    present = [(weight, rates) for weight, rates in parts if rates is not None and weight > 0]
    whole = sum(weight for weight, _ in present)
    if not whole:
        return None

    def mean(values: Iterable[Fraction]) -> Fraction:
        products = (weight * value for (weight, _), value in zip(present, values, strict=True))
        return sum(products, Fraction(0)) / whole

    return Rates(
        shares=tuple(mean(column) for column in zip(*(rates.shares for _, rates in present), strict=True)),
        satisfied=mean(rates.satisfied for _, rates in present),
        positive=mean(rates.positive for _, rates in present),
        dissatisfied=mean(rates.dissatisfied for _, rates in present),
        mean_score=mean(rates.mean_score for _, rates in present),
    )


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
    """``883`` of 1000 as ``88.3%``, ``88`` of 100 as ``88%``."""
    return f"{rounded // 10}.{rounded % 10}%" if steps == PER_MILLE else f"{rounded}%"


def round_score(score: Fraction, *, whole: bool, marks: Marks = NO_MARKS) -> str:
    """综合得分 half up, with one decimal or none; 80 points are 4/5 beside a line."""
    steps = PERCENT if whole else PER_MILLE
    rounded = round_rate(score / PERCENT, steps, marks)
    return str(rounded) if whole else f"{rounded // 10}.{rounded % 10}"
