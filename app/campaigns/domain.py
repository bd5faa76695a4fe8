"""What is settled before a round: scale, formula, lines, gates, form items.

The terms: docs/glossary.md “The campaign”, “Figures” and “Verdicts”.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from functools import cached_property

from app.campaigns.ballot_limit import BallotLimit
from app.campaigns.composite import Composite
from app.campaigns.disclosure import PROTECTED, Disclosure
from app.campaigns.gates import DEFAULT_GATES, Gates
from app.campaigns.quorum import Quorum
from app.campaigns.rule import ATTENTION, MET, REMEDIAL, Condition, Quantity, Rule, Sign, Step
from app.campaigns.score import Score

_HALF = Fraction(1, 2)
DECIMALS = range(3)
K_FLOOR = 10
"""The fewest answers of which anything is ever shown (SEC-43, SEC-49)."""
GROUP_FLOOR = 5
"""The smallest group that slips are given to; below ``K_FLOOR`` it is counted in totals and never shown on its own."""
REMARK_K_FLOOR = 10


class Objects(StrEnum):
    """What is rated."""

    UNIT = "unit"
    PERSON = "person"
    PROJECT = "project"
    DOCUMENT = "document"


ANSWERING = frozenset({Objects.UNIT, Objects.PROJECT})
"""Of whom 补课 can be ordered: a document is revised, and of persons nothing is kept here."""
SECTIONS = "sections"
"""In the place of a form's key: the forms of all sections of the campaign."""


class Denominator(StrEnum):
    """基数: what every share of a row is divided by."""

    VALID = "valid"
    RETURNED = "returned"
    PRESENT = "present"
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
    def opinions(self) -> int:
        """How many marks are opinions, from 0 on."""
        return len(self.grades)

    @property
    def marks(self) -> int:
        """How many marks there are."""
        return self.opinions + len(self.options) - len(self.grades)

    @property
    def positives(self) -> int:
        """How many grades, the best ones, count as positive."""
        return sum(grade.positive for grade in self.grades)

    @property
    def unknown_mark(self) -> int | None:
        """The mark that means 不了解."""
        return None if self.unknown is None else self.opinions

    @property
    def abstain_mark(self) -> int | None:
        """The mark that means 弃权."""
        return None if self.abstain is None else self.marks - 1


@dataclass(frozen=True, slots=True)
class ScoreScale(Scale):
    """Points in the place of grades; what can be marked beside them is the section's."""

    score: Score = field(kw_only=True)

    @classmethod
    def of(cls, scale: Scale, score: Score) -> "ScoreScale":
        """Return the scale of an item of a section."""
        return cls("score", (), scale.unknown, scale.abstain, score=score)

    @property
    def opinions(self) -> int:
        """How many marks are opinions: whole points, whose tenths stand in a byte of their own."""
        return self.score.most + 1


@dataclass(frozen=True, slots=True)
class Item:
    """One question asked of every unit; ``labels`` overrides the grades' words, rank and score stay common.

    ``grades``: those of its own, no more than the scale has; what can be marked beside grades is the scale's. ``top``:
    how many of them count as satisfied, 0 for as many as suit. ``weight``: its part where all items are taken together.
    ``score``: what is answered in points instead. ``heading``: what it stands under, with others around it of the same.
    """

    key: str
    label: str
    overall: bool = False
    labels: tuple[str, ...] = ()
    grades: tuple[Grade, ...] = ()
    top: int = 0
    weight: Fraction = Fraction(1)
    score: Score | None = None
    heading: str = ""

    @property
    def width(self) -> int:
        """How many bytes its mark takes in a ballot."""
        return self.score.width if self.score else 1

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the grades where they are the item's own."""
        return self.labels or tuple(grade.label for grade in self.grades)

    @property
    def names(self) -> tuple[str, ...]:
        """Everything of it that is read: its heading, itself, its own words."""
        return tuple(name for name in (self.heading, self.label, *self.words) if name)


@dataclass(frozen=True, slots=True)
class Form:
    """A 测评表: the items, and whether voters may write a remark to each unit.

    ``scale`` is the key of one that ships, unless the form brings its own; ``top``: how many grades count as satisfied,
    0 for as many as the scheme says.
    """

    key: str
    title: str
    scale: str
    items: tuple[Item, ...]
    remarks: bool = False
    own_scale: Scale | None = None
    top: int = 0
    limits: tuple[BallotLimit, ...] = ()
    self_cell: bool = False
    """Whether rows of persons have a cell 本人, for who does not rate himself."""


class Measure(StrEnum):
    """Which figure the attention and the remedial line are drawn on."""

    SATISFIED_RATE = "satisfied_rate"
    POSITIVE_RATE = "positive_rate"
    MEAN_SCORE = "mean_score"


@dataclass(frozen=True, slots=True)
class Formula:
    """满意率 = the best ``top`` grades ÷ the denominator."""

    top: int = 2
    denominator: Denominator = Denominator.VALID
    measure: Measure = Measure.SATISFIED_RATE


@dataclass(frozen=True, slots=True)
class Lines:
    """A figure exactly on a line is not below it; ``dissatisfied`` is crossed only from above.

    For 综合得分 80/100 means 80 points.
    """

    attention: Fraction = Fraction(80, 100)
    remedial: Fraction = Fraction(60, 100)
    dissatisfied: Fraction = Fraction(1, 3)


@dataclass(frozen=True, slots=True)
class ItemLines:
    """Lines that one item has to itself; they count where the form asks it."""

    item: str
    lines: Lines


@dataclass(frozen=True)  # without slots, so that what follows from its parts is worked out once
class Scheme:
    """测评方案: everything that turns marks into a verdict. ``weights``: voter group id to percent, summing to 100.

    ``intervals`` gives the uncertainty beside rates, where those who answered stand for more people. ``rule`` is None
    in schemes from before there were rules: they are judged by their lines. ``decimals`` of a percent are shown.
    ``group_quorums``: of voter groups by id, each of its own people; where one is missed the whole result is invalid.
    """

    scale: Scale
    formula: Formula = Formula()
    lines: Lines = Lines()
    gates: Gates = DEFAULT_GATES
    k: int = K_FLOOR
    remark_k: int = REMARK_K_FLOOR
    weights: dict[str, Fraction] = field(default_factory=dict)
    item_lines: tuple[ItemLines, ...] = ()
    intervals: bool = False
    disclosure: Disclosure = PROTECTED
    rule: Rule | None = None
    decimals: int = 1
    quorum: Quorum | None = None
    group_quorums: dict[str, Quorum] = field(default_factory=dict)
    composite: Composite | None = None

    @cached_property
    def judged_by(self) -> Rule:
        """The rule that gives an object its word."""
        return rule_of_lines(self, self.lines) if self.rule is None else self.rule

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition of the rule and its flags, and of the rules that items have to themselves."""
        rules = [self.judged_by, *(rule_of_lines(self, own.lines) for own in self.item_lines)]
        return tuple(condition for rule in rules for condition in (*rule.conditions, *rule.flagged))

    def judges(self, quantity: Quantity, grades: int = 0) -> bool:
        """Whether the rule, or that of an item, looks at a quantity."""
        return any((each.quantity, each.grades) == (quantity, grades) for each in self.conditions)

    @cached_property
    def is_lined(self) -> bool:
        """Whether the rule is no more than the lines say, with the words that ship."""
        return self.rule is None or self.rule == rule_of_lines(self, self.lines)

    @property
    def floor(self) -> int:
        """The fewest answers of which anything is shown; a scheme made under an older rule may name fewer."""
        return max(self.k, K_FLOOR)

    @property
    def group_floor(self) -> int:
        """The fewest people that slips are given to as a group of their own."""
        return GROUP_FLOOR

    def for_item(self, item: Item) -> "Scheme":
        """Return the scheme as it counts an item: on the grades and with the satisfied ones that are the item's own."""
        if not (item.grades or item.top or item.score):
            return self
        scale: Scale = replace(self.scale, grades=item.grades or self.scale.grades)
        top = item.top or (default_top(scale) if item.grades else self.formula.top)
        formula = replace(self.formula, top=top)
        if item.score:
            scale, formula = ScoreScale.of(scale, item.score), replace(formula, measure=Measure.MEAN_SCORE)
        made = replace(self, scale=scale, formula=formula)
        if self.rule is None or (item.score and self.rule.is_of_means):
            return made
        return replace(made, rule=rule_of_lines(made, self.lines))

    def lines_of(self, item_key: str) -> Lines | None:
        """Return the lines an item has to itself, or None."""
        return next((own.lines for own in self.item_lines if own.item == item_key), None)

    def item_rule(self, item_key: str) -> Rule | None:
        """Return the rule that an item is judged by for itself, or None."""
        lines = self.lines_of(item_key)
        return None if lines is None else rule_of_lines(self, lines)


def rule_of_lines(scheme: Scheme, lines: Lines) -> Rule:
    """Return what lines say as a rule: 不满意率 first, then the figure that the lines are drawn on.

    On a line is not below it; but half of all members is no majority of them （人大). 不满意率 was of 有效评价 whatever
    the base, before there were rules.
    """
    negatives = len(scheme.scale.grades) - scheme.scale.positives
    of_valid = scheme.rule is None and scheme.formula.denominator is not Denominator.VALID
    above = Condition(Quantity.LAST, Sign.ABOVE, lines.dissatisfied, negatives, of_valid)
    steps = [
        *([Step((above,), REMEDIAL)] if negatives and lines.dissatisfied < 1 else []),
        Step((_not_below(scheme, lines.attention),), MET),
        *([Step((_not_below(scheme, lines.remedial),), ATTENTION)] if lines.remedial < lines.attention else []),
        Step((), REMEDIAL),
    ]
    return Rule(tuple(steps))


def lined_rule(scheme: Scheme) -> Rule | None:
    """Return the rule that the lines of a scheme are; None where that is the same as before there were rules."""
    lined = rule_of_lines(replace(scheme, rule=Rule()), scheme.lines)
    return None if lined == rule_of_lines(replace(scheme, rule=None), scheme.lines) else lined


def _not_below(scheme: Scheme, line: Fraction) -> Condition:
    formula, scale = scheme.formula, scheme.scale
    if formula.measure is Measure.MEAN_SCORE:
        quantity, number, grades = Quantity.MEAN, line * 100, 0
    else:
        quantity, number = Quantity.FIRST, line
        grades = formula.top if formula.measure is Measure.SATISFIED_RATE else scale.positives
    strict = formula.denominator is Denominator.EXPECTED and line == _HALF
    return Condition(quantity, Sign.ABOVE if strict else Sign.AT_LEAST, number, grades)


def default_top(scale: Scale) -> int:
    """Return how many grades 满意率 counts where nobody said: of three the first alone, else two."""
    return 1 if len(scale.grades) <= 3 else 2  # noqa: PLR2004
