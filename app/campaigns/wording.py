"""The scheme in words: every figure is shown with its formula, so an official can read it before the vote."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from app.campaigns.domain import Denominator, Measure, Scheme

Translate = Callable[..., str]

_EXPECTED, _RETURNED = 120, 100
_COUNTS = {3: (55, 25, 10), 4: (45, 25, 15, 5), 5: (30, 30, 15, 10, 5)}
_UNKNOWN = 10


def denominator_words(denominator: Denominator, _: Translate) -> str:
    """Return what the rates are divided by."""
    return {
        Denominator.VALID: _("有效评价"),
        Denominator.RETURNED: _("收回票数"),
        Denominator.EXPECTED: _("应参加人数"),
    }[denominator]


def measure_words(measure: Measure, _: Translate) -> str:
    """Name the figure that the lines are drawn on."""
    return {
        Measure.SATISFIED_RATE: _("满意率"),
        Measure.POSITIVE_RATE: _("总体满意率"),
        Measure.MEAN_SCORE: _("综合得分"),
    }[measure]


def formula_words(scheme: Scheme, _: Translate) -> str:
    """Return the formula of 满意率 as one line."""
    best = " + ".join(grade.label for grade in scheme.scale.grades[: scheme.formula.top])
    return _("满意率 =（%(best)s）÷ %(base)s", best=best, base=denominator_words(scheme.formula.denominator, _))


def base_words(scheme: Scheme, _: Translate) -> str:
    """Return what counts as 有效评价."""
    extra = "、".join(label for label in (scheme.scale.unknown, scheme.scale.abstain) if label)
    return _("有效评价不含“%(extra)s”。", extra=extra) if extra else _("全部评价都计入有效评价。")


@dataclass(frozen=True, slots=True)
class Example:
    """An invented unit, counted by the scheme: so many marks per option, and the rate that follows."""

    counts: tuple[tuple[str, int], ...]
    expected: int
    returned: int
    top: int
    base: int
    rate: str
    verdict: str


def example(scheme: Scheme) -> Example:
    """Count an invented unit by the scheme."""
    grades = scheme.scale.grades
    unknown = _UNKNOWN if scheme.scale.unknown else 0
    marks = list(_COUNTS[len(grades)])
    marks[0] += _UNKNOWN - unknown
    options = [(grade.label, count) for grade, count in zip(grades, marks, strict=True)]
    if scheme.scale.unknown:
        options.append((scheme.scale.unknown, unknown))
    valid, top = sum(marks), sum(marks[: scheme.formula.top])
    base = {
        Denominator.VALID: valid,
        Denominator.RETURNED: _RETURNED,
        Denominator.EXPECTED: _EXPECTED,
    }[scheme.formula.denominator]
    negative = sum(count for grade, count in zip(grades, marks, strict=True) if not grade.positive)
    rate = Fraction(top, base)
    score = Fraction(sum(grade.score * count for grade, count in zip(grades, marks, strict=True)), 100 * valid)
    measured = {
        Measure.SATISFIED_RATE: rate,
        Measure.POSITIVE_RATE: Fraction(valid - negative, base),
        Measure.MEAN_SCORE: score,
    }[scheme.formula.measure]
    verdict = _verdict(scheme, measured, Fraction(negative, valid))
    return Example(tuple(options), _EXPECTED, _RETURNED, top, base, _one_decimal(rate), verdict)


def _verdict(scheme: Scheme, rate: Fraction, dissatisfied: Fraction) -> str:
    if rate < scheme.lines.remedial or dissatisfied > scheme.lines.dissatisfied:
        return "remedial"
    return "attention" if rate < scheme.lines.attention else "met"


def _one_decimal(ratio: Fraction) -> str:
    percent = Decimal(ratio.numerator * 100) / Decimal(ratio.denominator)
    return f"{percent.quantize(Decimal('0.1'), ROUND_HALF_UP)}%"
