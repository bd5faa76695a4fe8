"""Whether numbers exist that obey bounds on their differences: exact, for a handful of unknowns.

A bound says x[high] - x[low] <= limit, or < where strict. Such a system has a solution if and only if no chain of
bounds that comes back to its start adds up to less than nothing (shortest paths, Floyd and Warshall); the shortest
chains are kept, so that one bound more costs one look at every pair.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

Length = tuple[Fraction, int]
"""A limit, and how many strict bounds lie on the way to it, counted down."""
_NOTHING: Length = (Fraction(0), 0)


@dataclass(frozen=True, slots=True)
class Bound:
    """x[high] - x[low] <= limit, or < where ``strict``."""

    high: int
    low: int
    limit: Fraction
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Differences:
    """What bounds leave of the differences of some numbers; ``ways`` are the shortest chains from one to another."""

    ways: tuple[tuple[Length | None, ...], ...]

    @classmethod
    def free(cls, unknowns: int) -> "Differences":
        """Return numbers x[0] … x[unknowns - 1] without a bound."""
        places = range(unknowns)
        return cls(tuple(tuple(_NOTHING if start == end else None for end in places) for start in places))

    def bounded(self, bound: Bound) -> "Differences | None":
        """Return what one bound more leaves; None where no numbers obey all."""
        length = (bound.limit, -int(bound.strict))
        back, known = self.ways[bound.high][bound.low], self.ways[bound.low][bound.high]
        if back is not None and _added(back, length) < _NOTHING:
            return None
        if known is not None and known <= length:
            return self
        out = self.ways[bound.high]
        return Differences(tuple(_shortened(row, row[bound.low], length, out) for row in self.ways))


def bounded_by(bounds: Iterable[Bound], differences: Differences | None) -> Differences | None:
    """Return what some bounds more leave; None where no numbers obey all."""
    return reduce(lambda left, bound: left and left.bounded(bound), bounds, differences)


def _shortened(
    row: tuple[Length | None, ...], into: Length | None, length: Length, out: tuple[Length | None, ...]
) -> tuple[Length | None, ...]:
    """Return the ways from one number, of which some are shorter over a new bound."""
    if into is None:
        return row
    start = _added(into, length)
    over = [None if end is None else _added(start, end) for end in out]
    return tuple(
        known if new is None or (known is not None and known <= new) else new
        for known, new in zip(row, over, strict=True)
    )


def _added(one: Length, other: Length) -> Length:
    return one[0] + other[0], one[1] + other[1]
