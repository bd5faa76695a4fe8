"""When a result is valid, and when it is shown with a warning or a note (pure)."""

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class Gates:
    """When a result is valid, and when it is only shown with a warning or a note.

    ``alike_warning``: part of a unit's sheets that are alike; ``uneven_warning``: how far a voter group's part of the
    returned ballots may lie from its part of the expected ones.
    """

    return_valid: Fraction = Fraction(2, 3)
    return_warning: Fraction = Fraction(80, 100)
    unknown_warning: Fraction = Fraction(30, 100)
    alike_warning: Fraction = Fraction(20, 100)
    uneven_warning: Fraction = Fraction(10, 100)
    min_valid: int = 10


DEFAULT_GATES = Gates()
