"""票内限额: how many objects of a section may get some grades or points on one ballot, and whether it keeps to that."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from app.campaigns.ballot_limit import BallotLimit
from app.campaigns.ratios import number_text
from app.core.errors import DomainError
from app.rounds.domain import SELF, Section
from app.rounds.marks import steps_of

SELF_WORD: Final = "本人"


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of a section in words and numbers; ``item``: the item's place, None for each by itself.

    ``points``: the least and the most of a range, empty where grades are limited.
    """

    grades: tuple[str, ...]
    marks: tuple[int, ...]
    most: int
    objects: int
    item: int | None = None
    item_label: str = ""
    points: tuple[Fraction, ...] = ()
    is_self: bool = False
    """Whether it is about 本人, which a voter is once in a section."""

    @property
    def words(self) -> str:
        """The grades as one word: 优秀/称职; or the range: 90–100 分."""
        return "–".join(map(number_text, self.points)) + " 分" if self.points else "/".join(self.grades)


def limits_of(section: Section) -> list[Limit]:
    """Return the limits that a ballot has to keep in a section."""
    own = [Limit((SELF_WORD,), (SELF,), 1, len(section.units), is_self=True)] if section.self_cell else []
    return [*own, *(_limit(section, limit) for limit in section.limits)]


def _limit(section: Section, own: BallotLimit) -> Limit:
    place = next((at for at, item in enumerate(section.items) if item.key == own.item), None)
    words = tuple(section.scheme.scale.options[mark] for mark in own.grades)
    label = "" if place is None else section.items[place].label
    objects = len(section.units)
    return Limit(words, own.grades, own.allowed(objects), objects, place, label, own.points)


def check_limits(section: Section, marks: bytes) -> None:
    """Refuse a section's marks that give more objects a grade, or points of a range, than may have it.

    DomainError ``ballot_over_limit`` (``grades``, ``most``, ``count``, ``item``: its label).
    """
    for limit in limits_of(section) if section.limits or section.self_cell else ():
        for place in _limited(section, limit):
            count = _count(section, limit, place, marks)
            if count > limit.most:
                item = section.items[place].label
                raise DomainError("ballot_over_limit", grades=limit.words, most=limit.most, count=count, item=item)


def _limited(section: Section, limit: Limit) -> Iterator[int]:
    """Yield the places of the items that a limit is about: those answered in points, or those in grades."""
    for place, item in enumerate(section.items):
        if limit.item in {None, place} and bool(item.score) is bool(limit.points):
            yield place


def _count(section: Section, limit: Limit, item: int, marks: bytes) -> int:
    first, width, score = section.place_of(item), section.width, section.items[item].score
    column = marks[first::width]
    if score is None:
        return sum(column.count(mark) for mark in limit.marks)
    low, high = (points * score.per_point for points in limit.points)
    rows = (marks[at : at + score.width] for at in range(first, len(marks), width))
    return sum(steps is not None and low <= steps <= high for steps in (steps_of(score, row) for row in rows))
