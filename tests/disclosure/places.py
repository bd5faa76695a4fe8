"""The items of a round as the reader of the wider kinds takes them, one by one or all together."""

from dataclasses import dataclass

from app.campaigns.domain import Item, Scheme
from app.campaigns.weighing import are_weighed
from app.rounds.domain import Section
from tests.disclosure.mixtures import Place

POOLED = ""
"""The item that stands for the sum of all marks."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a group answered to an item: by grade, or how many gave points with what these add up to."""

    grades: tuple[int, ...]
    unknown: int
    mass: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """An item as it is counted."""

    item: Item
    scheme: Scheme

    @property
    def trim(self) -> int:
        return self.item.score.trim if self.item.score else 0


def pool_of(section: Section, unit: str) -> Place:
    """Return all items of a section taken together."""
    if not are_weighed(section.items):
        item = section.items[0].key if len(section.items) == 1 else POOLED
        return Place(unit, [(1.0, item)], pool=True)
    whole = sum(item.weight for item in section.items)
    return Place(unit, [(float(item.weight / whole), item.key) for item in section.items], pool=True, weighed=True)
