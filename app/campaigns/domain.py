"""What is settled before a round: scale, formula, lines, gates, form items (DOMAIN.md sections 2, 3 and 5)."""

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

K_FLOOR = 5
REMARK_K_FLOOR = 10


class Denominator(StrEnum):
    """What the rates are divided by."""

    VALID = "valid"
    RETURNED = "returned"
    EXPECTED = "expected"


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade of a scale; its rank is its place in the scale, best first."""

    label: str
    score: int
    positive: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """Ordered grades, best first, plus at most one non-opinion and one abstention.

    A mark is the index of an option: grades first, then ``unknown`` if there is one, then ``abstain``.
    """

    key: str
    grades: tuple[Grade, ...]
    unknown: str | None = None
    abstain: str | None = None

    @property
    def options(self) -> tuple[str, ...]:
        """Labels of everything that can be marked, in the order of the mark's value."""
        extra = tuple(label for label in (self.unknown, self.abstain) if label is not None)
        return tuple(grade.label for grade in self.grades) + extra

    @property
    def unknown_mark(self) -> int | None:
        """The mark that means 不了解."""
        return None if self.unknown is None else len(self.grades)

    @property
    def abstain_mark(self) -> int | None:
        """The mark that means 弃权."""
        return None if self.abstain is None else len(self.options) - 1


@dataclass(frozen=True, slots=True)
class Item:
    """One question asked of every unit; ``labels`` overrides the grades' words, rank and score stay common."""

    key: str
    label: str
    overall: bool = False
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A 测评表: the items, and whether voters may write a remark to each unit."""

    key: str
    title: str
    scale: str
    items: tuple[Item, ...]
    remarks: bool = False


@dataclass(frozen=True, slots=True)
class Formula:
    """满意率 = the best ``top`` grades ÷ the denominator."""

    top: int = 2
    denominator: Denominator = Denominator.VALID


@dataclass(frozen=True, slots=True)
class Lines:
    """A rate exactly on a line is not below it; ``dissatisfied`` is crossed only from above."""

    attention: Fraction = Fraction(80, 100)
    remedial: Fraction = Fraction(60, 100)
    dissatisfied: Fraction = Fraction(1, 3)


@dataclass(frozen=True, slots=True)
class Gates:
    """When a result is valid, and when it is only shown with a warning."""

    return_valid: Fraction = Fraction(2, 3)
    return_warning: Fraction = Fraction(80, 100)
    unknown_warning: Fraction = Fraction(30, 100)
    min_valid: int = 10


@dataclass(frozen=True, slots=True)
class Scheme:
    """测评方案: everything that turns marks into a verdict. ``weights``: voter group id to percent, summing to 100."""

    scale: Scale
    formula: Formula = Formula()
    lines: Lines = Lines()
    gates: Gates = Gates()
    k: int = K_FLOOR
    remark_k: int = REMARK_K_FLOOR
    weights: dict[str, Fraction] = field(default_factory=dict)
