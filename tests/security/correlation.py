"""Rank correlation, to tell whether one order knows another."""

from collections.abc import Sequence


def ranks(values: Sequence[object]) -> list[int]:
    """Return the place that each value takes when they are sorted; the values differ."""
    order = sorted(range(len(values)), key=values.__getitem__)  # type: ignore[arg-type]
    found = [0] * len(values)
    for rank, place in enumerate(order):
        found[place] = rank
    return found


def spearman(one: Sequence[object], other: Sequence[object]) -> float:
    """Return Spearman's ρ; by chance it has mean 0 and standard deviation 1/√(n−1)."""
    count = len(one)
    squares = sum((a - b) ** 2 for a, b in zip(ranks(one), ranks(other), strict=True))
    return 1 - 6 * squares / (count * (count * count - 1))
