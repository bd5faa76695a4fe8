"""The sums behind the figures of invented answers, written out; what they come to is read from the document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from app.campaigns.domain import Denominator, Measure, Scheme
from app.campaigns.quorum import Quorum
from app.tally.shown import Cell, Rate


@dataclass(frozen=True, slots=True)
class Sample:
    """Invented answers of one voter group; ``weight`` in per cent, None without weights; ``present`` came （到会）."""

    name: str
    expected: int
    issued: int
    returned: int
    counts: tuple[int, ...]
    weight: Fraction | None = None
    present: int | None = None
    quorum: Quorum | None = None


class _Sum(StrEnum):
    SATISFIED = "满意率"
    POSITIVE = "总体满意率"
    DISSATISFIED = "不满意率"
    SCORE = "综合得分"


def written_out(scheme: Scheme, samples: Sequence[Sample], total: Cell) -> tuple[str, ...]:
    """Write out how every figure of the total comes about; nothing where it is not shown."""
    if not total["shown"]:
        return ()
    published: Mapping[_Sum, Rate | None] = {
        _Sum.SATISFIED: total["satisfied_rate"],
        _Sum.POSITIVE: total["positive_rate"],
        _Sum.DISSATISFIED: total["dissatisfied_rate"],
        _Sum.SCORE: total["mean_score"],
    }
    wanted = [
        figure for figure in _Sum if figure is not _Sum.POSITIVE or scheme.formula.measure is Measure.POSITIVE_RATE
    ]
    lines: list[str] = []
    for figure in wanted:
        rate = published[figure]
        if rate is not None:
            lines += _lines(scheme, samples, figure, _ending(rate["text"]))
    return tuple(lines)


def _ending(text: str) -> str:
    """Say what the division comes to, or in which band it is published."""
    return f"，公布为 {text}" if any(sign in text for sign in "≥≤–") else f" = {text}"


def _lines(scheme: Scheme, samples: Sequence[Sample], figure: _Sum, ending: str) -> list[str]:
    if not scheme.weights:
        return [f"{figure.value} ={_division(scheme, samples, figure)}{ending}"]
    present = [sample for sample in samples if _valid(scheme, [sample]) and sample.weight]
    each = [f"{sample.name}的{figure.value} ={_division(scheme, [sample], figure)}" for sample in present]
    parts = " + ".join(f"{sample.name} × {float(sample.weight or 0):g}" for sample in present)
    whole = float(sum((sample.weight or Fraction(0) for sample in present), Fraction(0)))
    return [*each, f"{figure.value} =（{parts}）÷ {whole:g}{ending}"]


def _valid(scheme: Scheme, samples: Sequence[Sample]) -> int:
    return sum(_sums(scheme, samples))


def _sums(scheme: Scheme, samples: Sequence[Sample]) -> list[int]:
    return [sum(sample.counts[place] for sample in samples) for place in range(len(scheme.scale.grades))]


def _division(scheme: Scheme, samples: Sequence[Sample], figure: _Sum) -> str:
    sums, positives = _sums(scheme, samples), scheme.scale.positives
    if figure is _Sum.SCORE:
        pairs = zip(sums, scheme.scale.grades, strict=True)
        return f"{_added([f'{count} × {grade.score}' for count, grade in pairs])}÷ {sum(sums)}"
    base = {
        Denominator.VALID: sum(sums),
        Denominator.RETURNED: sum(sample.returned for sample in samples),
        Denominator.PRESENT: sum(sample.issued for sample in samples),
        Denominator.EXPECTED: sum(sample.expected for sample in samples),
    }[scheme.formula.denominator]
    if figure is _Sum.DISSATISFIED:
        return f"{_added(sums[positives:])}÷ {base}"
    best = scheme.formula.top if figure is _Sum.SATISFIED else positives
    return f"{_added(sums[:best])}÷ {base}"


def _added(parts: Sequence[object]) -> str:
    return f"（{' + '.join(map(str, parts))}）" if len(parts) > 1 else f" {parts[0]} "
