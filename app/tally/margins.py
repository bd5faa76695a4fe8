"""What a reader can work out about the size of hidden voter groups from published sums, and which groups to hide.

A *margin* is a set of hidden groups whose ballots add up to a number anyone can read off: the counting chain gives one
over all groups, and every unit's total one over the groups that rate it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

_MOST_MARGINS = 200


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is known of a group's number of ballots; ``low == high`` for a published one."""

    low: int
    high: int

    def less(self, count: int) -> "Bounds":
        """Return the bounds of what is left of it without so many."""
        return Bounds(max(0, self.low - count), max(0, self.high - count))

    @property
    def width(self) -> int:
        """How far the possible values lie apart."""
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Sizes:
    """Ballots of each group, the most there could be (slips issued), and the sets of groups with a published sum."""

    ballots: Mapping[str, int]
    most: Mapping[str, int]
    margins: frozenset[frozenset[str]]
    least: Mapping[str, int] = field(default_factory=dict)
    """How many ballots of a group there are at least, for all that is told besides."""


def known_bounds(sizes: Sizes, hidden: frozenset[str]) -> dict[str, Bounds]:
    """Bounds on every group when the ballots of ``hidden`` are not published, by interval propagation."""
    bounds = {
        group: Bounds(sizes.least.get(group, 0), max(sizes.most[group], count))
        if group in hidden
        else Bounds(count, count)
        for group, count in sizes.ballots.items()
    }
    sums = {
        part: sum(sizes.ballots[group] for group in part)
        for part in _with_differences({margin & hidden for margin in sizes.margins})
    }
    while _tighten(bounds, sums):
        pass
    return bounds


def _with_differences(parts: set[frozenset[str]]) -> set[frozenset[str]]:
    """Add the difference of every nested pair: two published sums that differ by a group give that group away."""
    found = {part for part in parts if part}
    fresh = set(found)
    while fresh and len(found) < _MOST_MARGINS:
        fresh = {large - small for large in found for small in found if small < large} - found
        found |= fresh
    return found


def _tighten(bounds: dict[str, Bounds], sums: Mapping[frozenset[str], int]) -> bool:
    changed = False
    for part, total in sums.items():
        low = sum(bounds[group].low for group in part)
        high = sum(bounds[group].high for group in part)
        for group in part:
            old = bounds[group]
            new = Bounds(max(old.low, total - (high - old.high)), min(old.high, total - (low - old.low)))
            if new != old:
                bounds[group] = new
                low, high = low + new.low - old.low, high + new.high - old.high
                changed = True
    return changed


def unseen_groups(sizes: Sizes, k: int, kept: frozenset[str] = frozenset()) -> frozenset[str]:
    """Choose groups whose number of ballots is shown nowhere: those under k, and enough others to keep them uncertain.

    The hidden ones together have at least two members and k ballots, and what can be worked out about one under k is no
    narrower than k. Where no choice achieves that, all are hidden; see ``open_margins``. ``kept`` groups were hidden in
    an earlier release and stay so.
    """
    small = {group for group, count in sizes.ballots.items() if count < k}
    hidden = frozenset(small) | kept
    for group in _ascending(sizes.ballots, hidden):
        if _sizes_safe(sizes, hidden, small, k):
            break
        hidden |= {group}
    return hidden


def open_margins(sizes: Sizes, k: int, kept: frozenset[str] = frozenset()) -> frozenset[frozenset[str]]:
    """Return the margins whose sums may stand beside each other; the sum over all groups always stands.

    A unit left out by one tiny group alone is not among them: all ballots less those of the unit are the group's.
    """
    if _is_safe(sizes, k, kept):
        return sizes.margins
    found = frozenset({frozenset(sizes.ballots)})
    for margin in sorted(sizes.margins - found, key=sorted):
        if _is_safe(replace(sizes, margins=found | {margin}), k, kept):
            found |= {margin}
    return found


def is_kept(sizes: Sizes, unseen: frozenset[str], k: int) -> bool:
    """Whether sums may stand beside the groups that are seen: of those under k, all unseen, nothing follows."""
    small = {group for group, count in sizes.ballots.items() if count < k}
    return small <= unseen and _sizes_safe(sizes, unseen & frozenset(sizes.ballots), small, k)


def _is_safe(sizes: Sizes, k: int, kept: frozenset[str]) -> bool:
    small = {group for group, count in sizes.ballots.items() if count < k}
    return _sizes_safe(sizes, unseen_groups(sizes, k, kept), small, k)


def _ascending(ballots: Mapping[str, int], without: Iterable[str]) -> list[str]:
    order = list(ballots)
    return sorted((group for group in order if group not in without), key=lambda group: ballots[group])


def _sizes_safe(sizes: Sizes, hidden: frozenset[str], small: set[str], k: int) -> bool:
    if not hidden:
        return True
    if len(hidden) == 1 or sum(sizes.ballots[group] for group in hidden) < k:
        return False
    bounds = known_bounds(sizes, hidden)
    return all(bounds[group].width >= k for group in small)
