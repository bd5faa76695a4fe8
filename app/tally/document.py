"""The result document, field by field: already disclosed; pages, charts, files and programs render nothing else.

It is plain JSON, stored as ``canonical_json`` writes it and never changed. A code (``Verdict`` …) is the text
of a member of its enumeration: compare with ``==``, never with ``is``. Documents of the first shape are lifted when
they are read (app.tally.flat).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import (
    Final,
    Literal,
    NotRequired,  # pydantic describes no other before Python 3.12
    overload,
)

from typing_extensions import TypedDict

from app.campaigns.disclosure import Extent
from app.campaigns.domain import Denominator, Measure
from app.core.errors import DomainError
from app.tally.shown import (
    Chain,
    Count,
    GradeFacts,
    ItemLineTexts,
    ItemTable,
    LineTexts,
    Note,
    Overall,
    RuleFacts,
    Ruling,
    ScoreFacts,
    ShownCell,
    WordCount,
)
from app.tally.verdict import Verdict

_PIECE: Final = 1 << 20


class BandLabel(TypedDict):
    """The band of 满意率; its code is 90_up, 80_90, 60_80, under_60 with the lines of the default rule."""

    code: str
    label: str


class Remarks(TypedDict):
    """Remarks, shown from a number on."""

    shown: bool
    count: int | None
    texts: list[str]


class _TargetFrame(TypedDict):
    id: str
    name: str
    position: int
    band: BandLabel | None
    responsible: NotRequired[str]


class TargetBand(_TargetFrame):
    """What was rated, as the wider circle sees it; ``position`` counts from 1 in official order.

    Of an announced round everybody sees the same: verdict and figures stand here too, and there is no band.
    """

    verdict: NotRequired[Ruling]
    overall: NotRequired[Overall]
    items: NotRequired[list[ItemTable]]


class Target(_TargetFrame):
    """What was rated, as leaders and the unit itself see it."""

    verdict: Ruling
    overall: Overall
    items: list[ItemTable]
    remarks: Remarks
    notes: list[Note]


class DisclosureFacts(TypedDict):
    """What the voters were promised of an announced round: its extent, and the sentence that they read."""

    kind: Literal["announced"]
    extent: Extent
    text: str


class RoundFacts(TypedDict):
    """The round; ``k`` is the least number of answers that figures are shown of.

    ``disclosure`` is there in announced rounds alone.
    """

    disclosure: NotRequired[DisclosureFacts]

    id: str
    organisation: str
    campaign: str
    title: str
    rehearsal: bool
    k: int
    remark_k: int


class FormItem(TypedDict):
    """An item of the form.

    ``weight`` is there where the items taken together are the mean of their figures; ``top`` and ``grades`` where an
    item counts others than the section, no grades where they are the section's; ``score`` where points are given;
    ``heading`` where the item stands under one.
    """

    key: str
    label: str
    overall: bool
    grades: NotRequired[list[GradeFacts]]
    top: NotRequired[int]
    weight: NotRequired[str]
    score: NotRequired[ScoreFacts]
    heading: NotRequired[str]


class ScaleFacts(TypedDict):
    """The scale, best grade first; ``unknown`` and ``abstain`` are null where the scale has none."""

    key: str
    grades: list[GradeFacts]
    unknown: str | None
    abstain: str | None


class Weight(TypedDict):
    """A voter group's weight as a text."""

    id: str
    name: str
    text: str


class FormulaFacts(TypedDict):
    """How the figures are made; ``lines`` are absent where the rule says more than lines do.

    ``rule`` and ``decimals`` stand in results from when there were rules.
    """

    text: str
    top: int
    denominator: Denominator
    measure: Measure
    measure_label: str
    lines: NotRequired[LineTexts]
    item_lines: list[ItemLineTexts]
    weights: list[Weight]
    rule: NotRequired[RuleFacts]
    decimals: NotRequired[int]


class Summary(TypedDict):
    """Numbers of targets by verdict, of those that the reader sees."""

    met: int
    attention: int
    remedial: int
    too_few: int
    invalid: int


class VoterGroup(TypedDict):
    """A voter group; groups stand in the order of the paper."""

    id: str
    name: str


class _SectionFrame(TypedDict):
    key: str
    noun: str
    objects: Literal["unit", "person", "project", "document"]
    kind: Literal["grades", "scores"]
    form_title: str
    formula: FormulaFacts
    overall_band: BandLabel | None


class BandSection(_SectionFrame):
    """A section as participants and the public see it: bands, no figures; of an announced round all there is."""

    items: NotRequired[list[FormItem]]
    scale: NotRequired[ScaleFacts]
    summary: NotRequired[Summary]
    targets: list[TargetBand]


class Section(_SectionFrame):
    """Objects of one sort (``noun`` names it) that were rated by one form, and judged by one rule.

    ``kind``: by grades, or by the mean of points; then rates are "—", and of the points nothing but the mean is told.

    ``overall_band`` is that of all targets together.
    """

    items: list[FormItem]
    scale: ScaleFacts
    summary: Summary
    words: NotRequired[list[WordCount]]
    targets: list[Target]


class _DocumentFrame(TypedDict):
    version: Literal[2]
    round: RoundFacts
    chain: Chain
    voters: list[VoterGroup]
    notes: list[Note]


class BandDocument(_DocumentFrame):
    """A result as participants and the public see it: bands, no figures."""

    sections: list[BandSection]


class Document(_DocumentFrame):
    """A result as leaders and units see it, with those of its targets that the scope holds.

    It is shared between requests: nobody changes one.
    """

    sections: list[Section]


def extent_of(document: Document | BandDocument) -> Extent | None:
    """Return how much is announced of a round; None of a protected one."""
    told = document["round"].get("disclosure")
    return None if told is None else Extent(told["extent"])


def overall_of(target: Target) -> Overall:
    """Return the overall part of a target with its answers in people, as every reader is told it.

    Of pooled items the document adds up marks (次); people are as many as answered the item that most of them answered,
    and how many marks fell to a grade is left out.
    """
    overall = target["overall"]
    total = overall["total"]
    if overall["key"] is not None or not total["shown"]:
        return overall
    people: ShownCell = {
        **total,
        "valid": _people(target, "valid"),
        "answered": _people(target, "answered"),
        "distribution": [{**share, "count": None} for share in total["distribution"]],
    }
    return {**overall, "total": people}


def _people(target: Target, key: Literal["valid", "answered"]) -> Count:
    """Return the most answers to any item; the marks, named so, where some item does not tell its own."""
    cells = [item["total"] for item in target["items"]]
    told = [cell[key]["count"] if cell["shown"] else None for cell in cells]
    known = [count for count in told if count is not None]
    pooled = target["overall"]["total"]
    if pooled["shown"] and (not known or len(known) < len(told)):
        marks = pooled[key]
        return marks if marks["count"] is None else {"text": f"{marks['text']} 次", "count": None}
    return {"text": str(max(known)), "count": max(known)}


def parts_of(target: Target) -> list[ItemTable | Overall]:
    """Return what a target was judged by: its items, after all of them pooled where the form asks no overall one."""
    pooled = [overall_of(target)] if target["overall"]["key"] is None else []
    return [*pooled, *target["items"]]


def summary_of(verdicts: Sequence[Verdict]) -> Summary:
    """Count targets by verdict."""
    return {
        "met": verdicts.count(Verdict.MET),
        "attention": verdicts.count(Verdict.ATTENTION),
        "remedial": verdicts.count(Verdict.REMEDIAL),
        "too_few": verdicts.count(Verdict.TOO_FEW),
        "invalid": verdicts.count(Verdict.INVALID),
    }


@overload
def only_section(document: Document) -> Section: ...
@overload
def only_section(document: BandDocument) -> BandSection: ...
def only_section(document: Document | BandDocument) -> Section | BandSection:
    """Return the section of a round of one; DomainError ``sections_several`` for others, which no page shows yet."""
    if len(document["sections"]) != 1:
        raise DomainError("sections_several")
    return document["sections"][0]


def every_target(document: Document) -> Iterator[Target]:
    """Yield what was rated in any section, in official order."""
    for section in document["sections"]:
        yield from section["targets"]


def canonical_json(document: Mapping[str, object]) -> str:
    """Write a document down the one way; its digest and every stored copy are made from this text."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def text_digest(text: str) -> str:
    """SHA-256 of a text, as 64 hex signs; taken piece by piece, because a document may be as large as a whole box."""
    digest = hashlib.sha256()
    for at in range(0, len(text), _PIECE):
        digest.update(text[at : at + _PIECE].encode())
    return digest.hexdigest()
