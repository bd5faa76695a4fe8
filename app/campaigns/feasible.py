"""Whether numbers exist that obey bounds on their differences: exact, for a handful of unknowns.

A bound says x[a] - x[b] <= limit, or < where strict. Such a system has a solution if and only if no chain of bounds
that comes back to its start adds up to less than nothing (shortest paths, Floyd and Warshall).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

Length = tuple[Fraction, int]
"""A limit, and how many strict bounds lie on the way to it, counted down."""


@dataclass(frozen=True, slots=True)
class Bound:
    """x[high] - x[low] <= limit, or < where ``strict``."""

    high: int
    low: int
    limit: Fraction
    strict: bool = False


def is_feasible(unknowns: int, bounds: Iterable[Bound]) -> bool:
    """Whether numbers x[0] … x[unknowns - 1] obey all bounds."""
    ways: dict[tuple[int, int], Length] = {(place, place): (Fraction(0), 0) for place in range(unknowns)}
    for bound in bounds:
        _shorten(ways, (bound.low, bound.high), (bound.limit, -int(bound.strict)))
    for middle in range(unknowns):
        into = [(start, length) for (start, end), length in ways.items() if end == middle]
        out = [(end, length) for (start, end), length in ways.items() if start == middle]
        for start, first in into:
            for end, second in out:
                _shorten(ways, (start, end), (first[0] + second[0], first[1] + second[1]))
    return all(ways[place, place] >= (0, 0) for place in range(unknowns))


def _shorten(ways: dict[tuple[int, int], Length], way: tuple[int, int], length: Length) -> None:
    known = ways.get(way)
    if known is None or length < known:
        ways[way] = length
