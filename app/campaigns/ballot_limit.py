"""票内限额: of how many objects a ballot may think so (pure)."""

import math
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class BallotLimit:
    """On one ballot at most so many of a section's objects get one of some grades, or points from a range.

    ``grades``: their places in the scale; ``points``: the least and the most, both included, empty for grades;
    ``most``: so many objects, or if below 1 that part of all of them, rounded down; ``item``: the key of the item that
    it is about, empty for each item by itself that is answered so.
    """

    grades: tuple[int, ...]
    most: Fraction
    item: str = ""
    points: tuple[Fraction, ...] = ()

    def allowed(self, objects: int) -> int:
        """Return how many of so many objects may get one of the grades."""
        return math.floor(self.most if self.most >= 1 else self.most * objects)
