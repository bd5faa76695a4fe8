"""综合评价得分: weighted parts of votes, named scores and points; pure (docs/glossary.md “Figures”).

An object's total is Σ weight × part, exact to the end. A part that is not wholly known is a span of points, and so is
the total then; a part that is missing leaves none.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import Final

from app.campaigns.ratios import decimal_of, number_text
from app.campaigns.rule import Rule
from app.core.errors import DomainError, Ours

_BETWEEN: Final = re.compile(r"\s*[,、;]\s*")
_CLASS_WEIGHT: Final = re.compile(r"([^\s\d][^\d:=]{0,19}?)\s*[:=]?\s*(\d{1,3}(?:\.\d{1,2})?) ?%?")
WHOLE: Final = Fraction(100)
MOST_PARTS: Final = 12


class Source(StrEnum):
    """Where a part comes from; ``NAMED`` ones are given by a person outside the box."""

    VOTE = "vote"
    ROUND = "round"
    RULE = "rule"
    SCORE = "score"
    POINTS = "points"
    EXTRA = "extra"
    COMPOSITE = "composite"


NAMED: Final = frozenset({Source.SCORE, Source.POINTS, Source.EXTRA})
VOTED: Final = frozenset({Source.VOTE, Source.ROUND})


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a composite; ``weight`` in per cent, of 附加分 none, for it stands outside the 100.

    A vote is of the voter group ``group`` or, empty, of everybody; ``round_id`` names another round of the campaign.
    A rule's part are the points of the word of the votes. Points go down from ``most``, 附加分 up to it. ``by_class``:
    the weights for objects of some class.
    """

    key: str
    label: str
    source: Source
    weight: Fraction = Fraction(0)
    group: str = ""
    round_id: str = ""
    most: Fraction = Fraction(0)
    by_class: Mapping[str, Fraction] = field(default_factory=dict)
    parts: "tuple[Part, ...]" = ()

    def weight_for(self, object_class: str) -> Fraction:
        """Return the weight for objects of a class."""
        return self.by_class.get(object_class, self.weight)


@dataclass(frozen=True, slots=True)
class Composite:
    """What makes up 综合评价得分; ``by_top``: votes are divided by the score of the best grade (除以最高等次分值).

    ``rule`` gives the score a word, by conditions on the score alone (docs/adr/0027-a-rule-on-the-composite.md).
    """

    parts: tuple[Part, ...]
    by_top: bool = False
    decimals: int = 2
    rule: Rule | None = None

    @property
    def most(self) -> Fraction:
        """The most that the score can be: 附加分 stand outside the 100."""
        return WHOLE + sum((part.most for part in self.parts if part.source is Source.EXTRA), Fraction(0))


@dataclass(frozen=True, slots=True)
class Points:
    """Points as far as they are known: between ``low`` and ``high``; ``coarse`` ones are shown without decimals.

    ``slack``: how far what they are made of may lie from what it was rounded from. Only words look at it.
    """

    low: Fraction
    high: Fraction
    coarse: bool = False
    slack: Fraction = Fraction(0)

    @property
    def exact(self) -> bool:
        """Whether there is one number."""
        return self.low == self.high


@dataclass(frozen=True, slots=True)
class Missing:
    """Why there is no figure: a code such as ``not_entered``, ``too_few``, ``not_published``, ``damaged``."""

    reason: str


Figure = Points | Missing


@dataclass(frozen=True, slots=True)
class Line:
    """A part with its weight and figure, and the lines of a part that is a composite itself."""

    part: Part
    weight: Fraction
    figure: Figure
    lines: "tuple[Line, ...]" = ()


@dataclass(frozen=True, slots=True)
class Total:
    """An object's 综合评价得分 with all that it is made of; Missing where any part is."""

    figure: Figure
    lines: tuple[Line, ...]


def total_of(composite: Composite, read: Callable[[Part], Figure], object_class: str = "") -> Total:
    """Add up an object's parts; ``read`` gives votes and scores in points, points and 附加分 as they were entered."""
    lines = tuple(_line(part, read, object_class) for part in composite.parts)
    return Total(_sum(lines), lines)


def _line(part: Part, read: Callable[[Part], Figure], object_class: str) -> Line:
    weight = part.weight_for(object_class)
    if part.source is not Source.COMPOSITE:
        return Line(part, weight, read(part))
    lines = tuple(_line(each, read, object_class) for each in part.parts)
    return Line(part, weight, _sum(lines), lines)


def _sum(lines: Sequence[Line]) -> Figure:
    missing = [line.figure for line in lines if isinstance(line.figure, Missing)]
    if missing:
        return missing[0]
    known = [(line, line.figure) for line in lines if isinstance(line.figure, Points)]
    return Points(
        sum((_counted(line, figure.low) for line, figure in known), Fraction(0)),
        sum((_counted(line, figure.high) for line, figure in known), Fraction(0)),
        coarse=any(figure.coarse for _, figure in known),
        slack=sum((_counted(line, figure.slack) for line, figure in known), Fraction(0)),
    )


def _counted(line: Line, points: Fraction) -> Fraction:
    """Return what a part brings: 附加分 as they are, points as a part of their most, the others by weight."""
    if line.part.source is Source.EXTRA:
        return points
    of = line.part.most if line.part.source is Source.POINTS else WHOLE
    return line.weight * points / of


def mean_score(counts: Sequence[int], scores: Sequence[int], *, by_top: bool = False) -> Fraction:
    """Return the mean score of at least one answer by grade, best first; of 100 where it is divided by the best."""
    points = Fraction(sum(count * score for count, score in zip(counts, scores, strict=True)), sum(counts))
    return points * WHOLE / scores[0] if by_top else points


def weighted_mean(parts: Sequence[tuple[Fraction, Points]]) -> Points:
    """Return the mean of items by their weights, which need not add up to anything but more than 0."""
    whole = sum((weight for weight, _ in parts), Fraction(0))
    return Points(
        sum((weight * points.low for weight, points in parts), Fraction(0)) / whole,
        sum((weight * points.high for weight, points in parts), Fraction(0)) / whole,
        coarse=any(points.coarse for _, points in parts),
        slack=sum((weight * points.slack for weight, points in parts), Fraction(0)) / whole,
    )


def points_text(points: Points, decimals: int) -> str:
    """Write points half up; where they are no one number, the whole points that hold all of them."""
    return written(points, 0 if points.coarse or not points.exact else decimals)


def written(points: Points, decimals: int) -> str:
    """Write points as they are rounded."""
    near = rounded(points, decimals)
    return "–".join(f"{decimal_of(end):.{decimals}f}" for end in dict.fromkeys((near.low, near.high)))


def rounded(points: Points, decimals: int) -> Points:
    """Return one number half up, and a span from end to end with all that it holds."""
    unit = 10**decimals
    if points.exact:
        near = Fraction((points.low * unit * 2 + 1).__floor__() // 2, unit)
        return Points(near, near)
    return Points(Fraction((points.low * unit).__floor__(), unit), Fraction((points.high * unit).__ceil__(), unit))


def every_part(parts: Sequence[Part]) -> Iterator[Part]:
    """Yield parts and the parts of parts."""
    for part in parts:
        yield part
        yield from every_part(part.parts)


def rounds_behind(composite: Composite | None) -> frozenset[str]:
    """Return the other rounds whose results are parts of a score."""
    parts = every_part(composite.parts) if composite else ()
    return frozenset(part.round_id for part in parts if part.source is Source.ROUND)


def check_composite(
    composite: Composite, groups: Sequence[str], rounds: Sequence[str] = (), classes: Sequence[str] | None = None
) -> None:
    """Refuse what could never be added up: DomainError ``composite_…``, with the part named.

    ``classes``: those that objects are of, where that is known.
    """
    every = list(every_part(composite.parts))
    labels = [part.label for part in every]
    if any(not label for label in labels) or len(set(labels)) < len(labels):
        raise DomainError("composite_labels")
    if not composite.parts or len(every) > MOST_PARTS:
        raise DomainError("composite_parts", most=MOST_PARTS)
    for part in every:
        _check_part(part, groups, rounds)
    for part in every if classes is not None else ():
        for unknown in [name for name in part.by_class if name not in (classes or ())]:
            raise DomainError("composite_class", name=part.label, typed=unknown)
    _check_weights(composite.parts, Ours("综合评价得分"))


def _check_part(part: Part, groups: Sequence[str], rounds: Sequence[str]) -> None:
    inner_wrong = any(each.parts or each.source is Source.EXTRA for each in part.parts)  # 附加分 is outside of weights
    if part.source is Source.COMPOSITE and (not part.parts or inner_wrong):
        raise DomainError("composite_levels", name=part.label)
    if part.source in {Source.POINTS, Source.EXTRA} and not 0 < part.most <= WHOLE:
        raise DomainError("composite_most", name=part.label)
    if (part.group and part.group not in groups) or (part.source is Source.ROUND and part.round_id not in rounds):
        raise DomainError("composite_unknown", name=part.label)


def _check_weights(parts: Sequence[Part], name: str) -> None:
    """Refuse weights that do not make a hundred, for any class of objects."""
    weighed = [part for part in parts if part.source is not Source.EXTRA]
    for object_class in dict.fromkeys(("", *(each for part in weighed for each in part.by_class))):
        weights = [part.weight_for(object_class) for part in weighed]
        if any(weight <= 0 for weight in weights) or sum(weights) != WHOLE:
            of = Ours.filled("%(name)s（%(of)s）", name=name, of=object_class) if object_class else name
            raise DomainError("composite_weights", name=of, total=number_text(sum(weights, Fraction(0))))
    for part in parts:
        if part.parts:
            _check_weights(part.parts, part.label)


def class_weights(text: str, label: str) -> dict[str, Fraction]:
    """Return weights that were typed by class, as ``党群 30，政府 50``; DomainError ``composite_classes``."""
    found: dict[str, Fraction] = {}
    for each in filter(None, _BETWEEN.split(unicodedata.normalize("NFKC", text).strip())):
        known = _CLASS_WEIGHT.fullmatch(each)
        if known is None or known[1] in found:
            raise DomainError("composite_classes", name=label, typed=each[:30])
        found[known[1]] = Fraction(known[2])
    return found


def classes_text(weights: Mapping[str, Fraction]) -> str:
    """Write weights by class as they are typed."""
    return "，".join(f"{name} {number_text(weight)}" for name, weight in weights.items())


PATTERNS: Final = {
    "whole": "综合评价得分 = %(terms)s",
    "top": "；各次测评得分除以最高等次分值",
    "class": "；%(name)s：%(terms)s",
    Source.RULE: "%(name)s（测评结论的分值，最高的折成 100 分）",
    Source.SCORE: "%(name)s（非无记名）",
    Source.POINTS: "%(name)s（非无记名，满分 %(most)s 分，从 %(most)s 分往下扣）",
    Source.EXTRA: "%(name)s（非无记名，附加分，最多 %(most)s 分，在 100 分以外）",
    Source.COMPOSITE: "%(name)s（%(terms)s）",
}
"""What the formula is said with; the parts that are voted stand by their names alone."""
Say = Callable[[str], str]
"""Says a name or a sentence of ours in a reader's language."""


def formula_text(composite: Composite, say: Say = str) -> str:
    """Say how the figure is made, for pages, Word and Excel alike."""
    whole = say(PATTERNS["whole"]) % {"terms": _terms(composite.parts, say)}
    top = say(PATTERNS["top"]) if composite.by_top else ""
    classes = dict.fromkeys(each for part in every_part(composite.parts) for each in part.by_class)
    by_class = (
        say(PATTERNS["class"]) % {"name": say(each), "terms": _class_terms(composite.parts, each, say)}
        for each in classes
    )
    return "".join([whole, top, *by_class])


def _terms(parts: Sequence[Part], say: Say) -> str:
    weighed = [
        f"{_named(part, say)} × {number_text(part.weight)}%" for part in parts if part.source is not Source.EXTRA
    ]
    extra = [_named(part, say) for part in parts if part.source is Source.EXTRA]
    return " + ".join([*weighed, *extra])


def _named(part: Part, say: Say) -> str:
    if part.source not in PATTERNS:
        return say(part.label)
    terms = _terms(part.parts, say)
    return say(PATTERNS[part.source]) % {"name": say(part.label), "most": number_text(part.most), "terms": terms}


def _class_terms(parts: Sequence[Part], object_class: str, say: Say) -> str:
    weighed = [part for part in parts if part.source is not Source.EXTRA]
    return " + ".join(f"{say(part.label)} × {number_text(part.weight_for(object_class))}%" for part in weighed)


AWARD_WORDS: Final = ("优秀", "称职", "基本称职", "不称职")
AWARD_PART: Final = 3
"""One in so many of the objects may be given the first word."""


def check_awards(words: Mapping[str, str], objects: int) -> None:
    """Refuse more 优秀 than a third of the objects, rounded down: DomainError ``award_limit``."""
    given = sum(word == AWARD_WORDS[0] for word in words.values())
    if given > objects // AWARD_PART:
        raise DomainError("award_limit", given=given, most=objects // AWARD_PART, objects=objects)
