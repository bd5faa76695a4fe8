"""The sums behind the figures of invented answers, written out; what they come to is read from the document.

Beside a group whose number of ballots is hidden a total by weights tells of the others alone: the sum says so, and
takes that group for whatever it may be, as the total does (``app.tally.totals``).
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from app.campaigns.domain import Measure, Scheme
from app.campaigns.quorum import Quorum
from app.tally.figures import Base, Table
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


def written_out(
    scheme: Scheme, samples: Sequence[Sample], total: Cell, unseen: Collection[int] = ()
) -> tuple[str, ...]:  # fmt: skip
    """Write out how every figure of the total comes about; nothing where it is not shown.

    ``unseen``: the places of samples whose number of ballots the counting chain hides.
    """
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
    veiled = _veiled(scheme, samples, unseen)
    lines = list(_why_veiled(samples, veiled))
    for figure in wanted:
        rate = published[figure]
        if rate is not None:
            lines += _lines(scheme, samples, veiled, figure, _ending(rate["text"]))
    return tuple(lines)


def _veiled(scheme: Scheme, samples: Sequence[Sample], unseen: Collection[int]) -> list[int]:
    """Return the places of samples that must not move a total by weights, as ``app.tally.totals`` finds them."""
    weighed = [place for place, sample in enumerate(samples) if sample.weight]
    if not any(place in unseen for place in weighed):
        return []
    return [place for place in weighed if place in unseen or _valid(scheme, samples[place]) < scheme.floor]


def _why_veiled(samples: Sequence[Sample], veiled: Sequence[int]) -> Iterator[str]:
    names = "、".join(samples[place].name for place in veiled)
    if veiled:
        yield f"为保护匿名不显示份数的类别：{names}，合计里从最低到最高都算，所以合计是一个范围"


def _ending(text: str) -> str:
    """Say what the division comes to, or in which band it is published."""
    return f"，公布为 {text}" if any(sign in text for sign in "≥≤–") else f" = {text}"


def _lines(
    scheme: Scheme, samples: Sequence[Sample], veiled: Sequence[int], figure: _Sum, ending: str
) -> list[str]:  # fmt: skip
    if not scheme.weights:
        return [f"{figure.value} ={_division(scheme, samples, figure)}{ending}"]
    counted = [(at, each) for at, each in enumerate(samples) if each.weight and (at in veiled or _valid(scheme, each))]
    told = [sample for place, sample in counted if place not in veiled]
    each = [f"{sample.name}的{figure.value} ={_division(scheme, [sample], figure)}" for sample in told]
    parts = " + ".join(f"{sample.name} × {float(sample.weight or 0):g}" for _, sample in counted)
    whole = float(sum((sample.weight or Fraction(0) for _, sample in counted), Fraction(0)))
    return [*each, f"{figure.value} =（{parts}）÷ {whole:g}{ending}"]


def _valid(scheme: Scheme, sample: Sample) -> int:
    return sum(_sums(scheme, [sample]))


def _sums(scheme: Scheme, samples: Sequence[Sample]) -> list[int]:
    return [sum(sample.counts[place] for sample in samples) for place in range(len(scheme.scale.grades))]


def _division(scheme: Scheme, samples: Sequence[Sample], figure: _Sum) -> str:
    sums, positives = _sums(scheme, samples), scheme.scale.positives
    if figure is _Sum.SCORE:
        pairs = zip(sums, scheme.scale.grades, strict=True)
        return f"{_added([f'{count} × {grade.score}' for count, grade in pairs])}÷ {sum(sums)}"
    base = _base(samples).divisor(scheme.formula.denominator, Table(tuple(sums)))
    if figure is _Sum.DISSATISFIED:
        return f"{_added(sums[positives:])}÷ {base}"
    best = scheme.formula.top if figure is _Sum.SATISFIED else positives
    return f"{_added(sums[:best])}÷ {base}"


def _base(samples: Sequence[Sample]) -> Base:
    """Return what invented numbers are divided by, as those of a round are; they contradict none of each other."""
    issued = (sample.issued if sample.present is None else sample.present for sample in samples)
    returned, expected = (sum(getattr(sample, name) for sample in samples) for name in ("returned", "expected"))
    return Base(returned, max(expected, returned), max(sum(issued), returned))


def _added(parts: Sequence[object]) -> str:
    return f"（{' + '.join(map(str, parts))}）" if len(parts) > 1 else f" {parts[0]} "
