"""The frozen paper and the life of a round (docs/design.md “The life of a round”), without any I/O."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.campaigns.disclosure import STEPS, hindrances
from app.campaigns.domain import Item, Scheme
from app.campaigns.names import SHIPPED
from app.core.chinese import has_chinese
from app.core.errors import DomainError
from app.core.printable import Words, unprintable

NOT_ASKED = 0xFF
RECEIPT_BYTES = 16
"""The mark of a unit that a voter group leaves out (nobody rates his own unit)."""


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


_NAMED = 8
"""Names that a line of the checklist tells before it breaks off."""
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
class PaperDocument:
    """The document that a round is about; ``digest``: SHA-256 of its content."""

    name: str
    digest: str


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
    two_person: bool = True
    """Whether early close, extension, voiding and publication need a second person (SEC-41)."""
    document: PaperDocument | None = None
    key_needed: int = 0
    key_holders: int = 0
    """How many of how many key-holders open the box; 0 in papers that do not say it."""
    layout: Layout = Layout.LIST
    english: Mapping[str, str] = field(default_factory=dict)
    """What of its names is called in English; empty in papers that were frozen without."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that a voter reads on the paper, each once."""
        own = [name for item in self.items for name in (item.label, *item.labels)]
        titles = (self.campaign, self.organisation, self.title, self.form_title)
        listed = (*(unit.name for unit in self.units), *(group.name for group in self.groups))
        return tuple(dict.fromkeys((*titles, *own, *self.scheme.scale.options, *listed)))

    @property
    def untranslated(self) -> tuple[str, ...]:
        """The names that are shown in Chinese to who reads English."""
        return tuple(name for name in self.names if name not in self.english and has_chinese(name))

    @property
    def is_translated(self) -> bool:
        """Whether somebody gave one of its names an English one, beside those that ship."""
        return any(SHIPPED.get(name) != english for name, english in self.english.items())

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
        """Return the indices into ``units`` of those the group rates, in official order."""
        left_out = self.group(group_id).left_out
        return tuple(place for place, unit in enumerate(self.units) if unit.id not in left_out)


def words_of(paper: Paper) -> Iterator[Words]:
    """Yield what of a paper stands on slips, in briefs and in charts."""
    yield Words(field="组织单位", text=paper.organisation)
    yield Words(field="活动名称", text=paper.campaign)
    yield Words(field="轮次名称", text=paper.title)
    yield Words(field="测评表", text=paper.form_title)
    yield from (Words(field="单位", text=unit.name) for unit in paper.units)
    yield from (Words(field="参评人员类别", text=group.name) for group in paper.groups)
    for item in paper.items:
        yield Words(field="指标", text=item.label)
        yield from (Words(field="等次", text=label) for label in item.labels)
    yield from (Words(field="等次", text=grade.label) for grade in paper.scheme.scale.grades)


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


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the checklist before a round goes on; ``href`` leads to where it is done."""

    code: str
    label: str
    done: bool
    href: str = ""
    detail: str = ""
    needed: bool = True


def check_times(opens_at: datetime | None, closes_at: datetime | None, now: datetime) -> None:
    """Refuse a plan that could never be kept, before anything is printed rather than in the hall."""
    if opens_at and closes_at and closes_at <= opens_at:
        raise DomainError("schedule_backwards")
    if any(planned and planned <= now for planned in (opens_at, closes_at)):
        raise DomainError("schedule_past")


def freeze_problems(paper: Paper) -> tuple[Step, ...]:
    """Return the checklist before the freeze: something to rate, someone to rate it, no group too small (SEC-13).

    Groups that slips are given to but that will have no row of their own are named (SEC-84); that is no hindrance.
    """
    small = [group.name for group in paper.groups if not paper.gets_slips(group)]
    alone = [group.name for group in paper.groups if not paper.gets_row(group)]
    grades = len(paper.scheme.scale.grades)
    unfit = [item.label for item in paper.items if item.labels and len(item.labels) != grades]
    idle = [group.name for group in paper.groups if not paper.rated_by(group.id)]
    lacking = unprintable(words_of(paper))
    return (
        Step("units", "列出被测评单位", bool(paper.units)),
        Step("groups", "列出参评人员类别和人数", bool(paper.groups)),
        Step("items", "测评表至少有一项指标", bool(paper.items)),
        Step("labels", "指标自己的等次，个数与评价等次相同", not unfit, detail="、".join(unfit)),
        Step("small", "每个类别的人数够发票", not small, detail="、".join(small)),
        Step(
            "rows",
            "每个类别都达到最少公布人数（达不到的只计入合计，不单独显示）",
            not alone,
            detail="、".join(alone),
            needed=False,
        ),
        Step("idle", "每个类别至少评一个单位", not idle, detail="、".join(idle)),
        Step("signs", "名称里的字都印得出来", not lacking, detail="、".join(map(str, lacking)), needed=False),
        *_shown_steps(paper),
        *_english_step(paper),
    )


def _shown_steps(paper: Paper) -> Iterator[Step]:
    """Yield what hinders an announced round, and the units of which nothing would be shown even if everybody came."""
    if paper.scheme.disclosure.announced:
        groups, weighted = [(group.name, group.expected) for group in paper.groups], bool(paper.scheme.weights)
        found = {one.code: one for one in hindrances(groups, remarks=paper.remarks, weighted=weighted)}
        for code, label in STEPS.items():
            yield Step(code, label, code not in found, detail=str(found.get(code, "")))
    least = max(paper.scheme.floor, paper.scheme.gates.min_valid)
    bare = [unit.name for unit in paper.units if paper.groups and paper.raters_of(unit.id) < least]
    named = "、".join(bare[:_NAMED]) + ("…" if len(bare) > _NAMED else "")
    label = "人人都来时，每个单位的结果都有数字（否则只写“样本不足”）"
    yield Step("figures", label, not bare, detail=named, needed=False)


def _english_step(paper: Paper) -> tuple[Step, ...]:
    """Return the line about English names, for a paper that has any of its own."""
    if not paper.is_translated:
        return ()
    missing = paper.untranslated
    named = "、".join(missing[:_NAMED]) + ("…" if len(missing) > _NAMED else "")
    return (Step("english", "名称都有英文（没有的照印中文）", not missing, detail=named, needed=False),)
