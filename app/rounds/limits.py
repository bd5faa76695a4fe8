"""票内限额: how many objects of a section may get some grades on one ballot, and whether it keeps to that (no I/O)."""

from dataclasses import dataclass

from app.campaigns.domain import BallotLimit
from app.core.errors import DomainError
from app.rounds.domain import Section


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of a section in words and numbers; ``item``: the item's place, None for each by itself."""

    grades: tuple[str, ...]
    marks: tuple[int, ...]
    most: int
    objects: int
    item: int | None = None
    item_label: str = ""

    @property
    def words(self) -> str:
        """The grades as one word: 优秀/称职."""
        return "/".join(self.grades)


def limits_of(section: Section) -> list[Limit]:
    """Return the limits that a ballot has to keep in a section."""
    return [_limit(section, own) for own in section.limits]


def _limit(section: Section, own: BallotLimit) -> Limit:
    place = next((at for at, item in enumerate(section.items) if item.key == own.item), None)
    words = tuple(section.scheme.scale.options[mark] for mark in own.grades)
    label = "" if place is None else section.items[place].label
    objects = len(section.units)
    return Limit(words, own.grades, own.allowed(objects), objects, place, label)


def check_limits(section: Section, marks: bytes) -> None:
    """Refuse a section's marks that give more objects a grade than may have it.

    DomainError ``ballot_over_limit`` (``grades``, ``most``, ``count``, ``item``: its label).
    """
    width = len(section.items)
    for limit in limits_of(section) if section.limits else ():
        for place in range(width) if limit.item is None else (limit.item,):
            column = marks[place::width]
            count = sum(column.count(mark) for mark in limit.marks)
            if count > limit.most:
                item = section.items[place].label
                raise DomainError("ballot_over_limit", grades=limit.words, most=limit.most, count=count, item=item)
