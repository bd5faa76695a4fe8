"""The result document of app.tally.result, field by field, as its two renditions.

Answers are not built from these: the stored document goes out as it is. They describe it for OpenAPI, and the tests
hold every answer against them; so they allow nothing that they do not name.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from app.campaigns.domain import Denominator, Measure
from app.tally.verdict import Band, ReturnState, Verdict


class Shape(BaseModel):
    """An object of an answer; it has these fields and no other."""

    model_config = ConfigDict(extra="forbid")


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
    """The counting chain from printed slips to valid ballots; ``gates`` of 回收率 as texts."""

    status: ReturnState
    warnings: list[Note]
    gates: dict[Literal["valid", "warning"], str]
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
