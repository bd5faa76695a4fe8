"""The numbers that figures are held against: what is shown of a figure stays on their true side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from app.campaigns.domain import Denominator, Scheme
from app.campaigns.rule import ONE_HUNDRED, SHARES, Condition, Quantity, Sign
from app.tally.figures import Marks
from app.tally.verdict import band_edges


def marks_of(scheme: Scheme, quantity: Quantity, grades: int = 0, among: Sequence[Condition] | None = None) -> Marks:
    """Return the numbers that a rule holds a figure against: what is shown stays on their true side.

    What must be reached is a floor, what must be passed a ceiling; 满意率 keeps the edges of the bands as well. Of 有效
    评价 the first and the last grades are the whole, so that the numbers of either are those of the other, mirrored.
    ``among``: the scheme's conditions, where they are known already.
    """
    among = scheme.conditions if among is None else among
    found = list(_marks(among, quantity, grades))
    if quantity in SHARES and scheme.formula.denominator is Denominator.VALID:
        other = Quantity.LAST if quantity is Quantity.FIRST else Quantity.FIRST
        mirrored = _marks(among, other, len(scheme.scale.grades) - grades)
        found += [(1 - number, not is_floor) for number, is_floor in mirrored]
    own = (quantity, grades) == (Quantity.FIRST, scheme.formula.top)
    edges = [edge.number for edge in band_edges(scheme) if not edge.over] if own else []
    floors = (*edges, *(number for number, is_floor in found if is_floor))
    return Marks(floors, tuple(number for number, is_floor in found if not is_floor))


def _marks(among: Sequence[Condition], quantity: Quantity, grades: int) -> Iterator[tuple[Fraction, bool]]:
    """Yield the numbers in conditions on a quantity as parts of 1, each with whether it must be reached."""
    for condition in among:
        if (condition.quantity, condition.grades) == (quantity, grades):
            number = condition.number if quantity in SHARES else condition.number / ONE_HUNDRED
            yield number, condition.sign in {Sign.AT_LEAST, Sign.BELOW}


@dataclass(frozen=True, slots=True)
class Rulers:
    """The numbers that each figure of a cell is held against; worked out once for many cells."""

    satisfied: Marks
    positive: Marks
    dissatisfied: Marks
    best: Marks
    worst: Marks
    score: Marks


def rulers_of(scheme: Scheme) -> Rulers:
    """Return the rulers of a scheme."""
    positives, among = scheme.scale.positives, scheme.conditions
    negatives = len(scheme.scale.grades) - positives
    return Rulers(
        satisfied=marks_of(scheme, Quantity.FIRST, scheme.formula.top, among),
        positive=marks_of(scheme, Quantity.FIRST, positives, among),
        dissatisfied=marks_of(scheme, Quantity.LAST, negatives, among),
        best=marks_of(scheme, Quantity.FIRST, 1, among),
        worst=marks_of(scheme, Quantity.LAST, 1, among),
        score=marks_of(scheme, Quantity.MEAN, 0, among),
    )
