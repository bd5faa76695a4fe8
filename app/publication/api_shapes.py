"""What the interface answers, field by field: the result document of app.tally.result as its two renditions.

Answers are not built from these: the stored document goes out as it is. They describe it for OpenAPI, and the tests
hold every answer against them; so they allow nothing that they do not name.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.campaigns.domain import Denominator, Measure
from app.publication.domain import Scope
from app.tally.verdict import Band, ReturnState, Verdict


class Shape(BaseModel):
    """An object of an answer; it has these fields and no other."""

    model_config = ConfigDict(extra="forbid")


class Problem(Shape):
    """Why nothing was answered: a code for the program, a sentence for its people."""

    error: str
    message: str


class Note(Shape):
    """A remark of the counting on what it found."""

    code: str
    text: str


class Rate(Shape):
    """A rate or a score as it may be shown; ``tenths`` of a percent is null for a band such as "≥90%"."""

    text: str
    tenths: int | None


class Count(Shape):
    """A number of answers as it may be shown; ``count`` is null for a size band such as "20–29"."""

    text: str
    count: int | None


class Interval(Shape):
    """Where 满意率 of everybody expected may lie, in tenths of a percent."""

    text: str
    low: int
    high: int


class OtherAnswer(Shape):
    """不了解 or 弃权 among all answers."""

    label: str
    count: int | None
    rate: Rate | None


class Share(Shape):
    """A grade's share; its count is null unless it may be shown exactly."""

    label: str
    count: int | None
    share: Rate


class HiddenCell(Shape):
    """Figures that are not shown; ``text`` says so."""

    shown: Literal[False]
    text: str


class ShownCell(Shape):
    """Figures as closely as they may be shown: exact, coarse (small numbers) or banded (uniform answers)."""

    shown: Literal[True]
    view: Literal["exact", "coarse", "banded"]
    valid: Count
    answered: Count
    satisfied_rate: Rate
    positive_rate: Rate
    dissatisfied_rate: Rate
    mean_score: Rate | None
    interval: Interval | None
    unknown: OtherAnswer | None
    abstain: OtherAnswer | None
    distribution: list[Share]


Cell = ShownCell | HiddenCell


class GroupRow(Shape):
    """A voter group's figures."""

    id: str
    name: str
    cell: Cell


class MergedRow(Shape):
    """The hidden groups together, always the last row."""

    id: Literal[""]
    name: str
    members: list[str]
    cell: Cell


class Table(Shape):
    """Figures in total and by voter group; ``groups_text`` says why there are no groups."""

    label: str
    total: Cell
    groups: list[GroupRow | MergedRow]
    groups_text: str


class Overall(Table):
    """The overall item; ``key`` is null where all items are pooled."""

    key: str | None


class Ruling(Shape):
    """What the result says, with its reasons."""

    code: Verdict
    label: str
    reasons: list[Note]


class ItemTable(Table):
    """An item's figures; a verdict only where the item has a line of its own."""

    key: str
    overall: bool
    verdict: Ruling | None


class BandLabel(Shape):
    """The band of 满意率."""

    code: Band
    label: str


class Remarks(Shape):
    """Remarks, shown from a number on."""

    shown: bool
    count: int | None
    texts: list[str]


class UnitBand(Shape):
    """A unit as the wider circle sees it; units stand in official order."""

    id: str
    name: str
    position: int
    band: BandLabel | None


class Unit(UnitBand):
    """A unit as leaders and the unit itself see it."""

    verdict: Ruling
    overall: Overall
    items: list[ItemTable]
    remarks: Remarks
    notes: list[Note]


class RoundShape(Shape):
    """The round; ``k`` is the least number of answers that figures are shown of."""

    id: str
    organisation: str
    campaign: str
    title: str
    form_title: str
    rehearsal: bool
    k: int
    remark_k: int


class Item(Shape):
    """An item of the form."""

    key: str
    label: str
    overall: bool


class Grade(Shape):
    """A grade of the scale."""

    label: str
    score: int
    positive: bool


class Scale(Shape):
    """The scale, best grade first."""

    key: str
    grades: list[Grade]
    unknown: str | None
    abstain: str | None


class Lines(Shape):
    """Lines of the verdict as texts."""

    attention: str
    remedial: str
    dissatisfied: str


class ItemLines(Lines):
    """Lines of one item."""

    key: str
    label: str


class Weight(Shape):
    """A voter group's weight as a text."""

    id: str
    name: str
    text: str


class Formula(Shape):
    """How the figures are made."""

    text: str
    top: int
    denominator: Denominator
    measure: Measure
    measure_label: str
    lines: Lines
    item_lines: list[ItemLines]
    weights: list[Weight]


class IssuedRow(Shape):
    """What became of the slips; what came back is not shown."""

    shown: bool
    expected: int
    printed: int
    voided: int
    spare: int
    issued: int


class CountedRow(IssuedRow):
    """What became of the slips, up to the valid ones."""

    shown: Literal[True]
    returned: int
    valid: int
    invalid: int
    blank: int
    handed_back: int
    missing: int
    return_rate: Rate | None


class GroupIssuedRow(IssuedRow):
    """The same of a voter group."""

    id: str
    name: str


class GroupCountedRow(CountedRow):
    """The same of a voter group."""

    id: str
    name: str


class Chain(Shape):
    """The counting chain from printed slips to valid ballots."""

    status: ReturnState
    warnings: list[Note]
    total: CountedRow | IssuedRow
    groups: list[GroupCountedRow | GroupIssuedRow]


class Summary(Shape):
    """Numbers of units by verdict, of those that the reader sees."""

    met: int
    attention: int
    remedial: int
    too_few: int
    invalid: int


class BandDocument(Shape):
    """A result as participants and the public see it: bands, no figures."""

    version: Literal[1]
    round: RoundShape
    formula: Formula
    chain: Chain
    overall_band: BandLabel | None
    units: list[UnitBand]
    notes: list[Note]


class FullDocument(BandDocument):
    """A result as leaders and units see it, with those of its units that the scope holds."""

    items: list[Item]
    scale: Scale
    summary: Summary
    units: list[Unit]  # type: ignore[assignment]  # a unit of the full document is one of the other with more fields


class Release(Shape):
    """Which version of which result this is.

    ``digest`` is the SHA-256 of the whole stored document, null for who sees a part of it (he could find out the rest
    by trying); ``code`` is what the page for verification codes knows it by; ``version`` above 1 is a correction, for
    the ``reason`` given to leaders and units.
    """

    round_id: str
    version: int
    digest: str | None
    code: str
    reason: str
    published_at: datetime


class FullResult(Release):
    """A result in the scope of leaders or of units."""

    scope: Literal[Scope.LEADERS, Scope.UNIT]
    document: FullDocument


class BandResult(Release):
    """A result in the scope of participants or of the public."""

    scope: Literal[Scope.PARTICIPANTS, Scope.PUBLIC]
    document: BandDocument


class FullUnitResult(Release):
    """One unit of a result in the scope of leaders or of units."""

    scope: Literal[Scope.LEADERS, Scope.UNIT]
    unit: Unit


class BandUnitResult(Release):
    """One unit of a result in the scope of participants or of the public."""

    scope: Literal[Scope.PARTICIPANTS, Scope.PUBLIC]
    unit: UnitBand


class ResultLine(Release):
    """A result in the list, without any figure."""

    scope: Scope
    title: str
    campaign: str
    organisation: str
    rehearsal: bool


class ResultList(Shape):
    """The results that the token reads, newest round first."""

    results: list[ResultLine]


Result = Annotated[FullResult | BandResult, Field(discriminator="scope")]
UnitResult = Annotated[FullUnitResult | BandUnitResult, Field(discriminator="scope")]
