"""The one disclosure control (SEC-43 to SEC-49, SEC-79): no number of a result is written before it passed here.

How many of ten or more marked what identifies nobody; what each of them marked must not follow. So a figure or a count
of fewer than k answers cannot be built; from 30 answers a table is EXACT, below COARSE (whole percents, no counts), and
BANDED where it all but tells everybody's mark. Which tables and groups that holds of is settled in app.tally.hiding.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from typing import Final

from app.campaigns.domain import K_FLOOR, REMARK_K_FLOOR
from app.tally.figures import (
    NO_MARKS,
    PER_MILLE,
    PERCENT,
    Marks,
    Table,
    decimal_text,
    kept_apart,
    percent_text,
    round_rate,
    round_score,
    shown_steps,
)
from app.tally.rates import Rates

EXACT_FROM = 30
_BAND_EDGES = range(10, 100, 10)
_TENTHS = 10


class View(StrEnum):
    """How closely a table may be looked at, closest first."""

    EXACT = "exact"
    COARSE = "coarse"
    BANDED = "banded"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Hidden:
    """Takes the place of anything that is not shown."""


HIDDEN: Final = Hidden()


@dataclass(frozen=True, slots=True)
class Figure:
    """A text that may be shown, with its whole steps of ``PER_MILLE`` for drawing; refuses to exist below k."""

    text: str
    tenths: int | None
    answers: int
    k: int

    def __post_init__(self) -> None:
        """Refuse a figure on too few answers (SEC-43)."""
        if self.answers < max(self.k, K_FLOOR):
            msg = "a figure below k cannot be built"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Closely:
    """How closely figures of a table may be looked at; ``decimals`` of a percent where exact."""

    view: View
    k: int
    decimals: int = 1

    def is_hidden(self, answers: int) -> bool:
        """Whether nothing of so many answers is shown."""
        return self.view is View.HIDDEN or answers < max(self.k, K_FLOOR)


def rate_figure(rate: Fraction, answers: int, closely: Closely, marks: Marks = NO_MARKS) -> Figure | Hidden:
    """Show a rate as closely as may be: with the round's decimals, in whole percents or as a band."""
    if closely.is_hidden(answers):
        return HIDDEN
    if closely.view is View.BANDED:
        return band_figure(rate, rate, answers, closely.k)
    if closely.view is View.EXACT:
        rounded, steps = shown_steps(rate, closely.decimals, marks)
    else:
        rounded, steps = kept_apart(rate, round_rate(rate, PERCENT, marks), PERCENT), PERCENT
    return Figure(percent_text(rounded, steps), rounded * PER_MILLE // steps, answers, closely.k)


def band_figure(low: Fraction, high: Fraction, answers: int, k: int) -> Figure | Hidden:
    """Show the band that holds two rates with all between them: those of tables that must read the same."""
    if answers < max(k, K_FLOOR):
        return HIDDEN
    return Figure(_band_text(low * PERCENT, high * PERCENT), None, answers, k)


def size_figure(count: int, k: int, *, blunt: bool = False) -> Figure | Hidden:
    """Show a number of answers; if ``blunt`` no more than that there are enough."""
    if count < max(k, K_FLOOR):
        return HIDDEN
    return Figure(f"≥{max(k, K_FLOOR)}" if blunt else str(count), None, count, k)


def part_figure(count: int, answers: int, view: View, k: int) -> Figure | Hidden:
    """Show how many of ``answers`` fall in one option; only an exact view does."""
    if view is not View.EXACT or answers < max(k, K_FLOOR):
        return HIDDEN
    return Figure(str(count), None, answers, k)


def score_figure(rates: Rates, table: Table, closely: Closely, marks: Marks = NO_MARKS) -> Figure | Hidden:
    """Show 综合得分: with the round's decimals, whole where coarse, nothing where banded."""
    if closely.is_hidden(table.valid) or closely.view is View.BANDED:
        return HIDDEN
    decimals = closely.decimals if closely.view is View.EXACT else 0
    return Figure(round_score(rates.mean_score, decimals=decimals, marks=marks), None, table.valid, closely.k)


def points_figure(
    part: Fraction, most: int, answers: int, closely: Closely, marks: Marks = NO_MARKS
) -> Figure | Hidden:
    """Show the mean of points, a part of the most: with the round's decimals, or whole where coarse.

    Of fewer than ten points a whole one would be so much that 10 of 12 read like none of 12: coarse are tenths there.
    """
    if closely.is_hidden(answers):
        return HIDDEN
    decimals = closely.decimals if closely.view is View.EXACT else int(most < _TENTHS)
    steps = most * 10**decimals
    rounded = kept_apart(part, round_rate(part, steps, marks), steps)
    return Figure(decimal_text(rounded, decimals), None, answers, closely.k)


def points_band(ends: tuple[Fraction, Fraction], most: int, answers: int, k: int) -> Figure | Hidden:
    """Show between which tenths of the most two means lie with all between them.

    No closer: how far one answer can take a mean from an end would tell of how many it is the mean (SEC-43).
    """
    if answers < max(k, K_FLOOR):
        return HIDDEN
    first = min(floor(ends[0] * _TENTHS), _TENTHS - 1)
    last = max(ceil(ends[1] * _TENTHS), first + 1)
    least, greatest = (_points_text(tenth * most) for tenth in (first, last))
    text = f"≥{least}" if last == _TENTHS else f"≤{greatest}" if not first else f"{least}–{greatest}"
    return Figure(text, None, answers, k)


def _points_text(tenths: int) -> str:
    """Write tenths of a point, whole points without a decimal."""
    return decimal_text(tenths, 1).removesuffix(".0")


def _band_text(low: Fraction, high: Fraction) -> str:
    """Return the band from the one that holds the lower percentage to the one that holds the higher."""
    first = _BAND_EDGES[0]
    least = 0 if low <= first else max(edge for edge in _BAND_EDGES if edge <= low)
    most = first if high <= first else min((edge for edge in _BAND_EDGES if edge > high), default=PERCENT)
    if least and most == PERCENT:
        return f"≥{least}%"
    return f"{least}–{most}%" if least or most == PERCENT else f"≤{most}%"


def open_remarks(remarks: Sequence[str], remark_k: int) -> tuple[str, ...] | Hidden:
    """Show a unit's remarks only from ``remark_k`` on; below that, not even how many there are (SEC-16)."""
    return tuple(remarks) if len(remarks) >= max(remark_k, REMARK_K_FLOOR) else HIDDEN
