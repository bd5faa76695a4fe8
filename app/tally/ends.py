"""Means of points that must read the same, or what everybody gave would follow (SEC-46, VOTES: points).

All at an end, all but one at it, and every mean that lies no farther from it than one answer can take it, read alike.
"""

from collections.abc import Mapping
from fractions import Fraction

from app.campaigns.score import Score
from app.tally.alike import Tables
from app.tally.figures import Table


def reach_of(score: Score, tables: Tables, weights: Mapping[str, Fraction], k: int) -> Fraction:
    """Return how far one answer can take the mean of these tables from an end, as a part of the most points.

    A weighted group of fewer than k answers is taken for one of a single answer: how many they are is told nowhere.
    """
    present = {group: _counted(score, table) for group, table in tables.items() if table.valid}
    if not weights:
        return 1 / Fraction(sum(present.values()))
    whole = sum(weights.get(group, Fraction(0)) for group in present)
    thin = {group for group in present if tables[group].valid < k}
    return max(
        weights.get(group, Fraction(0)) / whole / (1 if group in thin else answers)
        for group, answers in present.items()
    )


def _counted(score: Score, table: Table) -> int:
    """Return how many answers the mean is taken of."""
    return table.valid - 2 * score.left_out(table.valid)


def near_an_end(part: Fraction, reach: Fraction) -> tuple[Fraction, Fraction] | None:
    """Return the least and the most of the means that a mean reads like; None where it is told from every other."""
    if 1 - part <= reach:
        return 1 - reach, Fraction(1)
    return (Fraction(0), reach) if part <= reach else None


def is_telling(score: Score, table: Table) -> bool:
    """Whether the mean of one table all but tells what everybody gave; one without answers tells nothing."""
    return (
        bool(table.valid) and near_an_end(score.mean_of(table.grades), reach_of(score, {"": table}, {}, 0)) is not None
    )
