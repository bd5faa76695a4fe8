"""The frozen paper and the life of a round (docs/design.md “The life of a round”), without any I/O."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from app.campaigns.ballot_limit import BallotLimit
from app.campaigns.domain import Item, Objects, Scheme
from app.campaigns.names import SHIPPED
from app.core.chinese import has_chinese
from app.core.errors import DomainError

NOT_ASKED = 0xFF
"""The mark of a unit that a voter group leaves out (nobody rates his own unit)."""
SELF = 9
"""本人: the mark of a voter's own row, in a section that has such a cell; no scale has so many options."""
RECEIPT_BYTES = 16
MAIN = "main"
"""The key of a section that stands alone."""
UNITS = "单位"
ROUND_WIDE = (
    "gates", "k", "remark_k", "weights", "intervals", "disclosure", "quorum", "group_quorums", "composite",
)  # fmt: skip
"""What of a scheme is the round's, whatever its sections have of their own."""


class RoundState(StrEnum):
    """States of docs/design.md “The life of a round”, in their order but for the last."""

    DRAFT = "draft"
    READY = "ready"
    OPEN = "open"
    SEALED = "sealed"
    COUNTED = "counted"
    PUBLISHED = "published"
    ARCHIVED = "archived"
    VOID = "void"


class Layout(StrEnum):
    """How a paper is laid out on the phone: all objects below each other, one a page, or one item for all a page."""

    LIST = "list"
    PAGED = "paged"
    MATRIX = "matrix"


LIST_UP_TO = 12
"""Objects that are still one list."""
MATRIX_UP_TO = 8
"""Items that are still few, where objects are many."""


def layout_for(chosen: str, units: int, items: int, *, remarks: bool) -> Layout:
    """Return the chosen layout, or for none the one that fits the size: a remark belongs to its object's page."""
    if chosen:
        return Layout(chosen)
    if units <= LIST_UP_TO:
        return Layout.LIST
    return Layout.PAGED if remarks or items > MATRIX_UP_TO else Layout.MATRIX


@dataclass(frozen=True, slots=True)
class PaperUnit:
    """Something rated; its place in ``Paper.units`` is its place in the official order.

    ``duty`` is a person's position （职务）, ``responsible`` who answers for a project （主办单位）. Parts of a
    composite may be weighed by ``object_class``. All may be empty.
    """

    id: str
    name: str
    duty: str = ""
    responsible: str = ""
    object_class: str = ""


@dataclass(frozen=True, slots=True)
class PaperGroup:
    """A voter group with the number of people expected and the ids of units it does not rate."""

    id: str
    name: str
    expected: int
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class PaperSection:
    """A part of a paper: objects of one sort, called ``noun``, each rated by the same items.

    No object stands in two sections. ``own``: a scheme of its own, None for the round's; what holds of the whole round
    (``ROUND_WIDE``) is the round's in any case. ``self_cell``: of a section of persons, whether rows have a cell 本人.
    """

    form_title: str
    items: tuple[Item, ...]
    units: tuple[PaperUnit, ...]
    key: str = MAIN
    noun: str = UNITS
    objects: Objects = Objects.UNIT
    own: Scheme | None = None
    limits: tuple[BallotLimit, ...] = ()
    self_cell: bool = False

    @cached_property
    def width(self) -> int:
        """How many bytes the marks of an object take in a ballot."""
        return sum(item.width for item in self.items)

    def place_of(self, item: int) -> int:
        """Return the place of an item's mark among those of an object."""
        return sum(each.width for each in self.items[:item])


@dataclass(frozen=True)
class Section(PaperSection):
    """A section with what it has of its round: the voter groups, and the scheme that it obeys.

    ``first`` is the place of its first unit in the paper, ``start`` that of its first mark in a ballot.
    """

    groups: tuple[PaperGroup, ...] = field(kw_only=True)
    scheme: Scheme = field(kw_only=True)
    first: int = field(kw_only=True)
    start: int = field(kw_only=True)

    @cached_property
    def end(self) -> int:
        """The place after its last mark in a ballot."""
        return self.start + len(self.units) * self.width

    @cached_property
    def schemes(self) -> tuple[Scheme, ...]:
        """The scheme as it counts each item."""
        return tuple(self.scheme.for_item(item) for item in self.items)

    def scheme_of(self, item: Item) -> Scheme:
        """Return the scheme as it counts an item."""
        return self.schemes[self.items.index(item)]

    def mark_of(self, unit: int, item: int) -> int:
        """Return the place in a ballot of an item's mark, of a unit by its place in the section."""
        return self.start + unit * self.width + self.place_of(item)

    def rated_by(self, group_id: str) -> tuple[int, ...]:
        """Return the indices into ``units`` of those the group rates, in official order."""
        left_out = next(group.left_out for group in self.groups if group.id == group_id)
        return tuple(place for place, unit in enumerate(self.units) if unit.id not in left_out)


@dataclass(frozen=True, slots=True)
class PaperDocument:
    """The document that a round is about; ``digest``: SHA-256 of its content."""

    name: str
    digest: str


@dataclass(frozen=True)  # without slots, so that what follows from its parts is worked out once
class Paper:
    """What every voter of a round is shown and what its counting obeys; frozen and hashed before the first slip."""

    round_id: str
    organisation: str
    campaign: str
    title: str
    parts: tuple[PaperSection, ...]
    """The sections as they are frozen; readers take them from ``sections``."""
    groups: tuple[PaperGroup, ...]
    scheme: Scheme
    promise: str
    remarks: bool = False
    remark_bytes: int = 0
    shuffle_units: bool = False
    rehearsal: bool = False
    two_person: bool = True
    """Whether early close, extension, voiding and publication need a second person (SEC-41)."""
    document: PaperDocument | None = None
    key_needed: int = 0
    key_holders: int = 0
    """How many of how many key-holders open the box; 0 in papers that do not say it."""
    layout: Layout = Layout.LIST
    english: Mapping[str, str] = field(default_factory=dict)
    """What of its names is called in English; empty in papers that were frozen without."""

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The sections of the paper in their order."""
        found: list[Section] = []
        first = start = 0
        for part in self.parts:
            own = {each.name: getattr(part, each.name) for each in fields(part)}
            section = Section(**own, groups=self.groups, scheme=self._scheme_of(part), first=first, start=start)
            found.append(section)
            first, start = first + len(section.units), section.end
        return tuple(found)

    def _scheme_of(self, part: PaperSection) -> Scheme:
        if part.own is None:
            return self.scheme
        return replace(part.own, **{name: getattr(self.scheme, name) for name in ROUND_WIDE})

    @property
    def section(self) -> Section:
        """The section of a paper of one; DomainError ``sections_several``."""
        if len(self.parts) != 1:
            raise DomainError("sections_several")
        return self.sections[0]

    def alone(self, section: Section) -> "Paper":
        """Return the paper as if one of its sections were all of it."""
        [part] = (part for part in self.parts if part.key == section.key)
        return replace(self, parts=(replace(part, own=None),), scheme=section.scheme)

    def section_at(self, place: int) -> Section:
        """Return the section of the unit at a place in ``units``."""
        return next(section for section in reversed(self.sections) if section.first <= place)

    @property
    def units(self) -> tuple[PaperUnit, ...]:
        """What is rated in any section, in official order."""
        return tuple(unit for part in self.parts for unit in part.units)

    @cached_property
    def cells(self) -> int:
        """How many bytes the marks of a ballot take: section by section, each of objects x items."""
        return sum(len(part.units) * part.width for part in self.parts)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that a voter reads on the paper, each once."""
        asked = [name for part in self.sections for name in _asked(part)]
        titles = (self.campaign, self.organisation, self.title, *(part.form_title for part in self.parts))
        words = (word for unit in self.units for word in (unit.name, unit.duty, unit.responsible) if word)
        nouns = (part.noun for part in self.parts if part.noun != UNITS)
        return tuple(dict.fromkeys((*titles, *nouns, *asked, *words, *(group.name for group in self.groups))))

    @property
    def untranslated(self) -> tuple[str, ...]:
        """The names that are shown in Chinese to who reads English."""
        return tuple(name for name in self.names if name not in self.english and has_chinese(name))

    def is_translated(self, names: Iterable[str] = ()) -> bool:
        """Whether somebody gave one of these names, or of all, an English one, beside those that ship."""
        given = {name for name, english in self.english.items() if SHIPPED.get(name) != english}
        return not given.isdisjoint(names or self.english)

    def group(self, group_id: str) -> PaperGroup:
        """Return the group; KeyError if the paper has none of that id."""
        for group in self.groups:
            if group.id == group_id:
                return group
        raise KeyError(group_id)

    def gets_slips(self, group: PaperGroup) -> bool:
        """Whether a voter group is large enough to vote at all."""
        return group.expected >= self.scheme.group_floor

    def gets_row(self, group: PaperGroup) -> bool:
        """Whether a voter group is large enough for a row of its own."""
        return group.expected >= self.scheme.floor

    def raters_of(self, unit_id: str) -> int:
        """Return how many people are expected to rate a unit."""
        return sum(group.expected for group in self.groups if unit_id not in group.left_out)

    def rated_by(self, group_id: str) -> tuple[int, ...]:
        """Return the indices into ``units`` of those the group rates, counted over all sections."""
        left_out = self.group(group_id).left_out
        return tuple(place for place, unit in enumerate(self.units) if unit.id not in left_out)


def _asked(section: Section) -> Iterator[str]:
    """Yield the words of a section's items and of its scale."""
    yield from (name for item in section.items for name in item.names)
    yield from section.scheme.scale.options


def paper_digest(text: str) -> str:
    """SHA-256 of the paper's stored JSON text, as 64 hex signs. The text itself is kept, so nothing is re-encoded."""
    return hashlib.sha256(text.encode()).hexdigest()


class Event(StrEnum):
    """What can happen to a round."""

    FREEZE = "freeze"
    OPEN = "open"
    CLOSE = "close"
    COUNT = "count"
    PUBLISH = "publish"
    ARCHIVE = "archive"
    VOID = "void"


_BEFORE_PUBLISHED = (RoundState.DRAFT, RoundState.READY, RoundState.OPEN, RoundState.SEALED, RoundState.COUNTED)
TRANSITIONS: dict[tuple[RoundState, Event], RoundState] = {
    (RoundState.DRAFT, Event.FREEZE): RoundState.READY,
    (RoundState.READY, Event.OPEN): RoundState.OPEN,
    (RoundState.OPEN, Event.CLOSE): RoundState.SEALED,
    (RoundState.SEALED, Event.COUNT): RoundState.COUNTED,
    (RoundState.COUNTED, Event.PUBLISH): RoundState.PUBLISHED,
    (RoundState.PUBLISHED, Event.PUBLISH): RoundState.PUBLISHED,
    (RoundState.PUBLISHED, Event.ARCHIVE): RoundState.ARCHIVED,
    **{(state, Event.VOID): RoundState.VOID for state in _BEFORE_PUBLISHED},
}


def next_state(state: RoundState, event: Event) -> RoundState | None:
    """Return the state after the event, or None when the event is refused in this state."""
    return TRANSITIONS.get((state, event))


def check_times(opens_at: datetime | None, closes_at: datetime | None, now: datetime) -> None:
    """Refuse a plan that could never be kept, before anything is printed rather than in the hall."""
    if opens_at and closes_at and closes_at <= opens_at:
        raise DomainError("schedule_backwards")
    if any(planned and planned <= now for planned in (opens_at, closes_at)):
        raise DomainError("schedule_past")
