"""The frozen paper and the life of a round (DESIGN.md section 5), without any I/O."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from app.campaigns.domain import Item, Scheme

NOT_ASKED = 0xFF
"""The mark of a unit that a voter group leaves out (nobody rates his own unit)."""


class RoundState(StrEnum):
    """States of DESIGN.md section 5."""

    DRAFT = "draft"
    READY = "ready"
    OPEN = "open"
    SEALED = "sealed"
    COUNTED = "counted"
    PUBLISHED = "published"
    ARCHIVED = "archived"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class PaperUnit:
    """A rated unit; its place in ``Paper.units`` is its place in the official order."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class PaperGroup:
    """A voter group with the number of people expected and the ids of units it does not rate."""

    id: str
    name: str
    expected: int
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """What every voter of a round is shown and what its counting obeys; frozen and hashed before the first slip."""

    round_id: str
    organisation: str
    campaign: str
    title: str
    form_title: str
    items: tuple[Item, ...]
    units: tuple[PaperUnit, ...]
    groups: tuple[PaperGroup, ...]
    scheme: Scheme
    promise: str
    remarks: bool = False
    remark_bytes: int = 0
    shuffle_units: bool = False
    rehearsal: bool = False

    def group(self, group_id: str) -> PaperGroup:
        """Return the group; KeyError if the paper has none of that id."""
        for group in self.groups:
            if group.id == group_id:
                return group
        raise KeyError(group_id)

    def rated_by(self, group_id: str) -> tuple[int, ...]:
        """Indices into ``units`` of those the group rates, in official order."""
        left_out = self.group(group_id).left_out
        return tuple(place for place, unit in enumerate(self.units) if unit.id not in left_out)


def paper_digest(text: str) -> str:
    """SHA-256 of the paper's stored JSON text, as 64 hex signs. The text itself is kept, so nothing is re-encoded."""
    return hashlib.sha256(text.encode()).hexdigest()
