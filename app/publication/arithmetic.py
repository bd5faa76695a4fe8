"""The sums behind the figures of invented answers, written out; what they come to is read from the document.

Beside a group whose number of ballots is hidden a total by weights tells of the others alone: the sum says so, and
takes that group for whatever it may be, as the total does (``app.tally.totals``).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction

from app.campaigns.domain import Measure, Scheme
from app.campaigns.quorum import Quorum
from app.tally.chain import Chain
from app.tally.figures import Table, add_tables
from app.tally.shown import Cell, Rate
from app.tally.totals import base_of, veiled_of


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


@dataclass(frozen=True, slots=True)
class Answers:
    """Invented answers by voter group, as they were counted; ``unseen``: of whom the chain hides how many came."""

    scheme: Scheme
    chain: Chain
    samples: Mapping[str, Sample]
    unseen: frozenset[str] = frozenset()

    @property
    def tables(self) -> dict[str, Table]:
        """The answers to each grade."""
        grades = len(self.scheme.scale.grades)
        return {group: Table(sample.counts[:grades]) for group, sample in self.samples.items()}

    @property
    def veiled(self) -> list[str]:
        """The groups that must not move a total by weights, in their order."""
        found = veiled_of(self.scheme, self.tables, self.unseen)
        return [group for group in self.samples if group in found]

    def alone(self, group: str) -> "Answers":
        """Return those of one group."""
        return replace(self, samples={group: self.samples[group]})


def written_out(answers: Answers, total: Cell) -> tuple[str, ...]:
    """Write out how every figure of the total comes about; nothing where it is not shown."""
    if not total["shown"]:
        return ()
    published: Mapping[_Sum, Rate | None] = {
        _Sum.SATISFIED: total["satisfied_rate"],
        _Sum.POSITIVE: total["positive_rate"],
        _Sum.DISSATISFIED: total["dissatisfied_rate"],
        _Sum.SCORE: total["mean_score"],
    }
    by_positive = answers.scheme.formula.measure is Measure.POSITIVE_RATE
    lines = list(_why_veiled(answers))
    for figure in _Sum:
        rate = published[figure]
        if rate is not None and (by_positive or figure is not _Sum.POSITIVE):
            lines += _lines(answers, figure, _ending(rate["text"]))
    return tuple(lines)


def _why_veiled(answers: Answers) -> Iterator[str]:
    names = "、".join(answers.samples[group].name for group in answers.veiled)
    if names:
        yield f"为保护匿名不显示份数的类别：{names}，合计里从最低到最高都算，所以合计是一个范围"


def _ending(text: str) -> str:
    """Say what the division comes to, or in which band it is published."""
    return f"，公布为 {text}" if any(sign in text for sign in "≥≤–") else f" = {text}"


def _lines(answers: Answers, figure: _Sum, ending: str) -> list[str]:
    weights, veiled, tables = answers.scheme.weights, answers.veiled, answers.tables
    if not weights:
        return [f"{figure.value} ={_division(answers, figure)}{ending}"]
    counted = [group for group in tables if weights.get(group) and (group in veiled or tables[group].valid)]
    names = {group: answers.samples[group].name for group in counted}
    told = [group for group in counted if group not in veiled]
    each = [f"{names[group]}的{figure.value} ={_division(answers.alone(group), figure)}" for group in told]
    parts = " + ".join(f"{names[group]} × {float(weights[group]):g}" for group in counted)
    whole = float(sum((weights[group] for group in counted), Fraction(0)))
    return [*each, f"{figure.value} =（{parts}）÷ {whole:g}{ending}"]


def _division(answers: Answers, figure: _Sum) -> str:
    scheme, table = answers.scheme, add_tables(answers.tables.values(), len(answers.scheme.scale.grades))
    sums, positives = table.grades, scheme.scale.positives
    if figure is _Sum.SCORE:
        pairs = zip(sums, scheme.scale.grades, strict=True)
        return f"{_added([f'{count} × {grade.score}' for count, grade in pairs])}÷ {table.valid}"
    base = base_of(answers.chain, answers.tables).divisor(scheme.formula.denominator, table)
    if figure is _Sum.DISSATISFIED:
        return f"{_added(sums[positives:])}÷ {base}"
    best = scheme.formula.top if figure is _Sum.SATISFIED else positives
    return f"{_added(sums[:best])}÷ {base}"


def _added(parts: Sequence[object]) -> str:
    return f"（{' + '.join(map(str, parts))}）" if len(parts) > 1 else f" {parts[0]} "
