"""达标, 提醒, 需补课, 样本不足: decided on exact fractions, never on what is shown (docs/glossary.md “Verdicts”)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from app.campaigns.domain import Denominator, Scheme
from app.campaigns.gates import Gates
from app.campaigns.rule import (
    ONE_HUNDRED,
    Condition,
    Meaning,
    Measured,
    Outcome,
    Quantity,
    Rule,
    Sign,
    Word,
    evaluate,
    grade_of,
    holds,
    outcomes_between,
)
from app.tally.rates import Rates

_HALF = Fraction(1, 2)
_BEST_EDGE = Fraction(90, 100)


class Verdict(StrEnum):
    """What a result says about a unit; ``invalid``: too few ballots came back, so it says nothing.

    The first three are what words mean, whatever they are; a word that means failed is ``remedial``.
    """

    MET = "met"
    ATTENTION = "attention"
    REMEDIAL = "remedial"
    TOO_FEW = "too_few"
    INVALID = "invalid"


OF_CONCERN: Final = (Verdict.REMEDIAL, Verdict.ATTENTION)
"""What asks for something to be done, worst first."""


class Reason(StrEnum):
    """Why a verdict is not ``met``."""

    BELOW_REMEDIAL = "below_remedial"
    DISSATISFIED_ABOVE = "dissatisfied_above"
    BELOW_ATTENTION = "below_attention"
    TOO_FEW = "too_few"
    RETURN_TOO_LOW = "return_too_low"
    ITEM_REMEDIAL = "item_remedial"
    ITEM_ATTENTION = "item_attention"
    ONE_DECIDES = "one_decides"
    WITHHELD = "withheld"
    VEILED_DECIDE = "veiled_decide"
    STEP = "step"
    NO_QUORUM = "no_quorum"
    NO_GROUP_QUORUM = "no_group_quorum"


class ReturnState(StrEnum):
    """What the return rate allows."""

    VALID = "valid"
    WARNING = "warning"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Ruling:
    """A verdict with its reasons, and where a rule gave it, its word, the place of the step and the flags beside it."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    word: Word | None = None
    place: int | None = None
    flags: tuple[str, ...] = ()


OF_MEANING = {
    Meaning.MET: Verdict.MET,
    Meaning.ATTENTION: Verdict.ATTENTION,
    Meaning.FAILED: Verdict.REMEDIAL,
}
MEANING_OF = {verdict: meaning for meaning, verdict in OF_MEANING.items()}


def return_state(rate: Fraction | None, gates: Gates) -> ReturnState:
    """Judge 回收率; exactly on a gate passes it. Nothing issued is invalid."""
    if rate is None or rate < gates.return_valid:
        return ReturnState.INVALID
    return ReturnState.WARNING if rate < gates.return_warning else ReturnState.VALID


def gate_of(scheme: Scheme, rates: Rates | None, valid: int, invalid: Reason | None) -> Ruling | None:
    """Return what keeps a unit from being judged at all; ``valid`` is the number of 有效评价 behind its rates.

    ``invalid``: why the whole result is, None where it is valid.
    """
    if rates is None or valid < max(scheme.gates.min_valid, scheme.floor):
        return Ruling(Verdict.TOO_FEW, (Reason.TOO_FEW,))
    return None if invalid is None else Ruling(Verdict.INVALID, (invalid,))


def judge(rule: Rule, rates: Rates, *, lined: bool) -> Ruling:
    """Give figures their word; ``lined`` rules say no more than lines do, and have a reason for each line crossed."""
    measured = rates.measured
    return _ruling(rule, evaluate(rule, measured), measured, lined=lined)


def judge_between(rule: Rule, low: Rates, high: Rates, *, lined: bool) -> tuple[Ruling, ...]:
    """Return every ruling on figures that lie between two others, each for itself."""
    ends = (low.measured, high.measured)
    outcomes = outcomes_between(rule, *ends)
    return tuple(_ruling(rule, outcome, end, lined=lined) for outcome in outcomes for end in ends)


def _ruling(rule: Rule, outcome: Outcome, measured: Measured, *, lined: bool) -> Ruling:
    meaning = outcome.word.meaning
    reasons = _reasons(rule, measured, meaning) if lined else (() if meaning is Meaning.MET else (Reason.STEP,))
    return Ruling(OF_MEANING[meaning], reasons, outcome.word, outcome.place, outcome.flags)


def _reasons(rule: Rule, measured: Measured, meaning: Meaning) -> tuple[Reason, ...]:
    """Return the lines that figures cross; the last line before 其余 is the remedial one."""
    if meaning is not Meaning.FAILED:
        return (Reason.BELOW_ATTENTION,) if meaning is Meaning.ATTENTION else ()
    crossed = {
        Reason.BELOW_REMEDIAL: not holds(rule.conditions[-1], measured),
        Reason.DISSATISFIED_ABOVE: rule.conditions[0].quantity is Quantity.LAST and holds(rule.conditions[0], measured),
    }
    return tuple(reason for reason, is_crossed in crossed.items() if is_crossed)


def with_items(rule: Rule, overall: Ruling, items: Sequence[Ruling | None]) -> Ruling:
    """Add what items with lines of their own say: a unit's verdict is the gravest of all, and so is its word.

    An item's word is the rule's own where that has the same: what it is worth and what follows are the rule's.
    """
    if overall.verdict in {Verdict.TOO_FEW, Verdict.INVALID}:
        return overall
    said = {ruling.verdict: rule.own(ruling.word) for ruling in items if ruling is not None and ruling.word}
    reasons = list(overall.reasons)
    if Verdict.REMEDIAL in said:
        reasons.append(Reason.ITEM_REMEDIAL)
    if Verdict.ATTENTION in said:
        reasons.append(Reason.ITEM_ATTENTION)
    for verdict in OF_CONCERN:
        words = [overall.word] if verdict is overall.verdict and overall.word else []
        words += [said[verdict]] if verdict in said else []
        if words:
            return Ruling(verdict, tuple(reasons), max(words, key=grade_of), overall.place, overall.flags)
    return overall


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """Where a band of 满意率 begins: from ``number`` on, or with ``over`` only above it."""

    number: Fraction
    over: bool = False

    def reached_by(self, rate: Fraction) -> bool:
        """Whether a rate is in the band that begins here, or in a better one."""
        return rate > self.number if self.over else rate >= self.number


_DEFAULT_LINES = frozenset({Edge(Fraction(80, 100)), Edge(Fraction(60, 100))})


@dataclass(frozen=True, slots=True)
class Band:
    """What the wider circle sees instead of a rate: from ``low`` (None: none) on to before ``high`` (None: all)."""

    low: Edge | None
    high: Edge | None


def band_edges(scheme: Scheme, *, by_points: bool = False) -> tuple[Edge, ...]:
    """Return where the bands of 满意率 begin, best first: every line of the body's own rule is one, so none crosses it.

    Above the lines the best tenth is a band of its own; a rule that draws no line on 满意率 has the default's edges.
    ``by_points``: of what is judged by points the lines on the mean.
    """
    found = (_points_edge(each) if by_points else _edge_of(scheme, each) for each in scheme.judged_by.conditions)
    lines = set(filter(None, found)) or _DEFAULT_LINES
    best = {Edge(_BEST_EDGE)} if max(lines).number < _BEST_EDGE else set[Edge]()
    return tuple(sorted(lines | best, reverse=True))


def _edge_of(scheme: Scheme, condition: Condition) -> Edge | None:
    """Return where a condition parts 满意率: on the first grades, or on the last ones where that is the same."""
    top, others = scheme.formula.top, len(scheme.scale.grades) - scheme.formula.top
    by_valid = scheme.formula.denominator is Denominator.VALID
    if (condition.quantity, condition.grades) == (Quantity.FIRST, top):
        return Edge(condition.number, over=condition.sign in {Sign.ABOVE, Sign.AT_MOST})
    if (condition.quantity, condition.grades) == (Quantity.LAST, others) and by_valid:
        return Edge(1 - condition.number, over=condition.sign in {Sign.BELOW, Sign.AT_LEAST})
    return None


def _points_edge(condition: Condition) -> Edge | None:
    """Return where a condition parts the mean of points, as a part of the most."""
    if condition.quantity is not Quantity.MEAN:
        return None
    return Edge(condition.number / ONE_HUNDRED, over=condition.sign in {Sign.ABOVE, Sign.AT_MOST})


def band_of(rate: Fraction, edges: Sequence[Edge]) -> Band:
    """Return the band a rate falls in, of edges best first."""
    above = None
    for edge in edges:
        if edge.reached_by(rate):
            return Band(edge, above)
        above = edge
    return Band(None, above)
