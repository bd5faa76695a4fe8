"""Rounding all figures of one table together, so that no shown number contradicts another (SEC-48).

The shares of the best grades add to 满意率, those of the positive grades to 总体满意率, the others to 不满意率, all of
them to exactly 100: where a sum and its parts cannot both be rounded the nearest way, the parts give way, because the
sums stand beside lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from app.campaigns.domain import Denominator, Scheme
from app.tally.figures import NO_MARKS, Marks, Rates, round_rate


@dataclass(frozen=True, slots=True)
class Steps:
    """Rates and shares of one table in whole steps: 1000 are tenths of a percent, 100 whole percents."""

    satisfied: int
    positive: int
    dissatisfied: int
    shares: tuple[int, ...]


def round_together(scheme: Scheme, rates: Rates, steps: int, floors: Marks, ceilings: Marks) -> Steps:
    """Round the rates beside their lines and spread the shares under them."""
    positives = scheme.scale.positives
    satisfied = round_rate(rates.satisfied, steps, floors)
    dissatisfied = round_rate(rates.dissatisfied, steps, ceilings)
    if scheme.formula.denominator is not Denominator.VALID:
        edges = [0, positives, len(rates.shares)]
        shares = _spread(rates.shares, edges, [0, steps - dissatisfied, steps], steps)
        return Steps(satisfied, round_rate(rates.positive, steps, NO_MARKS), dissatisfied, shares)
    satisfied = min(satisfied, steps - dissatisfied)
    if rates.satisfied + rates.dissatisfied == 1:
        dissatisfied = steps - satisfied
    positive = steps - dissatisfied
    known = {0: 0, scheme.formula.top: satisfied, positives: positive, len(rates.shares): steps}
    edges = sorted(known)
    return Steps(
        satisfied, positive, dissatisfied, _spread(rates.shares, edges, [known[edge] for edge in edges], steps)
    )


def _spread(shares: Sequence[Fraction], edges: Sequence[int], sums: Sequence[int], steps: int) -> tuple[int, ...]:
    """Give every block of grades between two edges the steps between their sums."""
    result: list[int] = []
    for (start, end), (low, high) in zip(pairwise(edges), pairwise(sums), strict=True):
        result += share_out(shares[start:end], steps, high - low)
    return tuple(result)


def share_out(shares: Sequence[Fraction], steps: int, total: int) -> tuple[int, ...]:
    """Round shares of 1 to whole steps adding to exactly ``total``: largest remainder, a tie favours the better grade.

    A share of exactly nothing stays at nothing.
    """
    result = [share.numerator * steps // share.denominator for share in shares]
    missing = total - sum(result)
    if not missing:
        return tuple(result)
    places = [place for place, share in enumerate(shares) if share] or list(range(len(shares)))
    by_remainder = sorted(places, key=lambda place: (result[place] - shares[place] * steps, place))
    for turn in range(abs(missing)):
        if missing > 0:
            result[by_remainder[turn % len(by_remainder)]] += 1
        else:
            most = max(reversed(by_remainder), key=lambda place: result[place] > 0)
            result[most] -= 1
    return tuple(result)
