"""打分: items that are answered by points instead of grades; their mean is taken, trimmed where that is said (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul

MAX_POINTS = 100
MOST_TRIMMED = 3
PLACES = range(2)
"""Decimals that points may have."""
_KEPT = 4
"""At least so many answers have to be left where the ends are left out; of fewer all are counted."""


@dataclass(frozen=True, slots=True)
class Score:
    """Points from 0 to ``most`` with so many ``decimals``; ``trim`` of the highest and of the lowest are left out.

    A step is the least difference of two answers: a point, or a tenth of one.
    """

    most: int = MAX_POINTS
    decimals: int = 0
    trim: int = 0

    @property
    def per_point(self) -> int:
        """How many steps a point has."""
        return 10 if self.decimals else 1

    @property
    def steps(self) -> int:
        """How many steps the most points are."""
        return self.most * self.per_point

    @property
    def width(self) -> int:
        """How many bytes an answer takes in a ballot: its whole points, or their mark, and its tenths."""
        return 1 + self.decimals

    def left_out(self, answers: int) -> int:
        """Return how many answers are left out at either end of so many."""
        return self.trim if answers > 2 * self.trim + _KEPT - 1 else 0

    def text(self, steps: int) -> str:
        """Return an answer as it is typed and printed."""
        whole, tenths = divmod(steps, self.per_point)
        return f"{whole}.{tenths}" if tenths else str(whole)

    def sum_of(self, counts: Sequence[int]) -> tuple[int, int]:
        """Return the sum in steps of the answers that count, and their number; ``counts`` by step, from 0 on."""
        answers = sum(counts)
        out = self.left_out(answers)
        low, high = _ends(counts, out)
        every = sum(map(mul, counts, range(len(counts))))
        return every - low - high, answers - 2 * out

    def mean_of(self, counts: Sequence[int]) -> Fraction:
        """Return the mean as a part of the most points; at least one answer."""
        total, answers = self.sum_of(counts)
        return Fraction(total, answers * self.steps)


def _ends(counts: Sequence[int], out: int) -> tuple[int, int]:
    """Return the sums in steps of so many lowest and of so many highest answers."""
    return _first(enumerate(counts), out), _first(reversed(list(enumerate(counts))), out)


def _first(steps: Iterable[tuple[int, int]], wanted: int) -> int:
    total = 0
    for step, count in steps:
        taken = min(count, wanted)
        total += step * taken
        wanted -= taken
        if not wanted:
            break
    return total
