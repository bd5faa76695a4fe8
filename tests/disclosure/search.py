"""Look for hidden numbers that the published ones narrow down to fewer than k possible values (SEC-44).

A published total alone may already tell much of a group: 38 of 40 satisfied leave no group of five with fewer than
three. Hiding groups cannot help that, so the floor is k or, where it is less, what totals and the counting chain allow
by themselves: the breakdown must not tell more. Of a small group's ballots the floor is what the sums alone allow.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any, cast

import numpy as np

from tests.disclosure.attacker import Programme, Reading, Target, Terms, Vector
from tests.disclosure.mixtures import Groups
from tests.disclosure.rounds import Case
from tests.disclosure.solver import solve
from tests.disclosure.wide import Wide
from tests.disclosure.wide_reader import KINDS, WideReading

EASE = 1e-6
LOSS = ("dissatisfied",)
"""What only harms from below: that a group holds some; that it may hold none is no secret told."""


@dataclass(frozen=True, slots=True)
class Range:
    """Between which whole numbers a target can lie, as far as the published ones tell; perhaps further apart."""

    low: int
    high: int

    @property
    def width(self) -> int:
        return self.high - self.low


Ranges = dict[tuple[str, str, str, str], Range]


def _whole(low: float, high: float) -> Range:
    return Range(ceil(low - EASE), floor(high + EASE))


@dataclass(frozen=True, slots=True)
class Leak:
    """A hidden number that can be worked out too closely: what is published allows ``found``, the totals ``alone``."""

    name: tuple[str, str, str, str]
    true: float
    found: Range
    alone: Range


@dataclass(frozen=True, slots=True)
class Findings:
    """What an attack on one document came to; ``narrowest`` of the ranges the totals do not limit by themselves."""

    targets: int = 0
    limited: int = 0
    narrowest: float = float("inf")
    leaks: tuple[Leak, ...] = ()


def read(case: Case | Wide, *, breakdown: bool = True, chain: bool = True) -> Reading | WideReading:
    """Read what a round tells; without ``breakdown`` no more than the totals of items do."""
    if isinstance(case, Wide):
        return WideReading(case, breakdown=breakdown, chain=chain, pooled=breakdown, scores=breakdown)
    return Reading(case.document, case.paper, case.own, breakdown=breakdown, chain=chain)


def truth_of(case: Case | Wide, reading: Reading | WideReading) -> Vector:
    """Return the point that is true; every published number must agree with it, or the reader reads it wrongly."""
    if isinstance(reading, WideReading):
        return reading.true_point()
    point = np.zeros(len(reading.programme.upper))
    made = cast("Case", case)
    for variable, count in reading.counted.truth(made.chain, made.sheets, made.own):
        point[variable] = count
    for place, cell in reading.cells.items():
        point[cell] = made.truth[place]
    return point


def contradictions(programme: Programme, point: Vector) -> list[int]:
    """Name the rows a point does not obey."""
    low, high = programme.edges()
    sums = programme.sums(point)
    most = np.array(programme.upper)
    wrong = np.flatnonzero((sums < low - EASE) | (sums > high + EASE))
    return [*map(int, wrong), *(-1 - int(place) for place in np.flatnonzero((point < 0) | (point > most)))]


def is_broken_down(document: Any) -> bool:  # noqa: ANN401 - plain JSON
    """Whether some voter groups are shown and others are not; otherwise the breakdown tells nothing of a hidden one."""
    shown = [
        row["cell"]["shown"]
        for section in document["sections"]
        for unit in section["targets"]
        for item in unit["items"]
        for row in item["groups"]
    ]
    return any(shown) and not all(shown)


def hides_a_total(document: Any) -> bool:  # noqa: ANN401
    """Whether an item is hidden of everybody beside others that are told with it."""
    cells = [
        [item["total"]["shown"] for item in unit["items"]]
        for section in document["sections"]
        for unit in section["targets"]
    ]
    return any(any(shown) and not all(shown) for shown in cells)


def hides_a_turnout(document: Any) -> bool:  # noqa: ANN401
    """Whether the counting chain hides what came back of some voter groups beside others."""
    shown = [row["shown"] for row in document["chain"]["groups"]]
    return any(shown) and not all(shown)


def narrowed(case: Wide, told: WideReading) -> Iterable[Leak]:
    """Yield the hidden figures that weighed totals and composites tell something of, and banded ones by composites."""
    yield from _closer(told, WideReading(case, pooled=False, scores=False), list(told.hidden()))
    yield from _closer(told, WideReading(case, scores=False), list(told.banded()))


def _closer(told: WideReading, alone: WideReading, places: Sequence[tuple[str, str, Groups]]) -> Iterable[Leak]:
    """Yield the figures of some tables of which one reader knows more than the other."""
    point = told.true_point()
    for key in [key for key in told.figures.known if key[:3] in places and key[3] in KINDS]:
        found, before = told.figures.of(key), alone.figures.of(key)
        if found.is_within(before):
            name = (key[0], key[1], min(key[2]) if len(key[2]) == 1 else "", key[3])
            part, whole = (_value(Target(name, terms), point) for terms in told.terms_of(key))
            percents = (_whole(100 * span.low, 100 * span.high) for span in (found, before))
            yield Leak(name, 100 * part / (whole or 1), *percents)


def attack(case: Case | Wide, reading: Reading | WideReading | None = None) -> Findings:
    """Work out every hidden number of a document, which may be read already, as closely as the published ones allow."""
    reading = reading or read(case)
    found = tuple(narrowed(case, reading)) if isinstance(case, Wide) and isinstance(reading, WideReading) else ()
    document = case.document
    if not (is_broken_down(document) or hides_a_turnout(document) or hides_a_total(document)):
        return Findings(leaks=found)
    true, k = truth_of(case, reading), case.paper.scheme.floor
    targets = list(_protected(reading, true, k))
    ranges = _witnessed(reading.programme, targets, true, k)
    ranges |= exact_ranges(
        reading.programme, [target for target in targets if not _is_wide(target, ranges[target.name], k)]
    )
    close = [target for target in targets if not _is_wide(target, ranges[target.name], k)]
    floors = _floors(case, close, true)
    leaks = [
        Leak(target.name, _value(target, true), ranges[target.name], floors[target.name])
        for target in close
        if not _is_as_wide(target, ranges[target.name], floors[target.name], k)
    ]
    names = {target.name for target in close}
    wide = [found.width for name, found in ranges.items() if name not in names and name[3] not in LOSS]
    narrowest = min(wide, default=float("inf"))
    return Findings(len(targets), len(close) - len(leaks), narrowest, (*found, *leaks))


def _protected(reading: Reading | WideReading, true: Vector, k: int) -> Iterable[Target]:
    """Leave out numbers of answers from k on: they are no secret by themselves."""
    for target in (*reading.targets(), *reading.turnouts()):
        if target.name[3] not in {"valid", "ballots"} or _value(target, true) < k:
            yield target


def _value(target: Target, point: Vector) -> float:
    return sum(times * float(point[variable]) for variable, times in target.terms.items())


def _is_wide(target: Target, found: Range, k: int) -> bool:
    return found.width >= k or (target.name[3] in LOSS and found.low <= 0)


def _is_as_wide(target: Target, found: Range, alone: Range, k: int) -> bool:
    """Whether the breakdown tells no more than what would be known without it."""
    tells_some = target.name[3] in LOSS and alone.low <= 0
    return found.width >= min(k, alone.width) and not tells_some


def _witnessed(programme: Programme, targets: Sequence[Target], true: Vector, k: int) -> Ranges:
    """Return ranges that surely are possible: the truth and some extreme points are. Few programmes show most of it.

    In no direction is looked for more where all that is pushed in it is wide enough already.
    """
    pushed: dict[tuple[str, str], list[tuple[Target, float]]] = {}
    for target in targets:
        for name, sign in _directions(target):
            pushed.setdefault(name, []).append((target, sign))
    ranges = {target.name: _seen_at(true, target) for target in targets}
    costs = (
        _pushing(each)
        for each in pushed.values()
        if not all(_is_wide(target, ranges[target.name], k) for target, _ in each)
    )
    for point in solve(programme, costs):
        for target in targets:
            found, seen = ranges[target.name], _seen_at(point, target)
            ranges[target.name] = Range(min(found.low, seen.low), max(found.high, seen.high))
    return ranges


def _seen_at(point: Vector, target: Target) -> Range:
    value = _value(target, point)
    return _whole(value, value)


def _pushing(pushed: Iterable[tuple[Target, float]]) -> Terms:
    """Return the cost that pushes some targets up or down at once."""
    cost: Terms = {}
    for target, sign in pushed:
        for variable in target.terms:
            cost[variable] = cost.get(variable, 0.0) + sign
    return cost


def _directions(target: Target) -> tuple[tuple[tuple[str, str], float], ...]:
    """Name the programmes a target is pushed in: of one group at once, many satisfied with few dissatisfied."""
    _, _, group, what = target.name
    if what in LOSS:
        return (((group, "well"), 1.0),)
    if what == "satisfied":
        return ((group, "well"), -1.0), ((group, "ill"), 1.0)
    return ((group, f"many {what}"), -1.0), ((group, f"few {what}"), 1.0)


def exact_ranges(programme: Programme, targets: Sequence[Target]) -> Ranges:
    """Return how little and how much each target can be."""
    costs = [dict.fromkeys(target.terms, sign) for target in targets for sign in (1.0, -1.0)]
    points = list(solve(programme, costs))
    pairs = zip(targets, points[::2], points[1::2], strict=True)
    return {target.name: _whole(_value(target, low), _value(target, high)) for target, low, high in pairs}


def _floors(case: Case | Wide, close: Sequence[Target], true: Vector) -> Ranges:
    """Return how closely totals tell by themselves what is too close.

    Of answers he may know the ballots of every group from k on, they are no secret; of ballots only the sums.
    """
    answers, ballots = ([each for each in close if (each.name[3] == "ballots") is of] for of in (False, True))
    found: Ranges = {}
    if answers:
        found |= exact_ranges(_totals_alone(case, true).programme, answers)
    if ballots:
        found |= exact_ranges(_without_breakdown_and_chain(case).programme, ballots)
    return found


def _totals_alone(case: Case | Wide, true: Vector) -> Reading | WideReading:
    """Read the totals, with the ballots of every group from k on."""
    cells = read(case, breakdown=False)
    for variable in cells.ballots.values():
        if true[variable] >= case.paper.scheme.floor:
            cells.programme.say({variable: 1.0}, true[variable], true[variable])
    return cells


def _without_breakdown_and_chain(case: Case | Wide) -> Reading | WideReading:
    """Read the sums of ballots; of figures only those that do not hang on which group a mark is of."""
    if isinstance(case, Wide):
        figures = not case.paper.scheme.weights
        return WideReading(case, breakdown=False, chain=False, pooled=False, scores=False, figures=figures)
    return read(case, breakdown=False, chain=False)
