"""The parts of a result document (app.tally.document) that hold figures: cells, tables, the counting chain."""

from fractions import Fraction
from typing import Literal, NotRequired, final  # pydantic describes no other NotRequired before Python 3.12

from typing_extensions import TypedDict

from app.campaigns.domain import Measure
from app.campaigns.rule import Meaning
from app.tally.by_section import SectionCounted, SectionUncounted
from app.tally.disclosure import View
from app.tally.figures import PER_MILLE, percent_text, shown_steps
from app.tally.verdict import ReturnState, Verdict

NO_FIGURE = "—"


class Note(TypedDict):
    """A remark of the counting on what it found; ``items`` names, in the form's order, the items that it is about."""

    code: str
    text: str
    items: NotRequired[list[str]]


class Rate(TypedDict):
    """A rate or a score as it may be shown; ``tenths`` of a percent is null for a score and a band such as "≥90%"."""

    text: str
    tenths: int | None


class Count(TypedDict):
    """A number of answers as it may be shown: of people, or where all items are pooled of marks added up over them.

    ``count`` is null for "≥10", where the number would tell one below k: of ballots from those who leave the unit out,
    or of answers to an item that is pooled with others. Results of an earlier rule have size bands such as "20–29".
    """

    text: str
    count: int | None


class Interval(TypedDict):
    """Where 满意率 of everybody expected may lie, in tenths of a percent."""

    text: str
    low: int
    high: int


class OtherAnswer(TypedDict):
    """不了解 or 弃权 among all answers."""

    label: str
    count: int | None
    rate: Rate | None


class Share(TypedDict):
    """A grade's share; its count is null unless it may be shown exactly and the totals are not weighted."""

    label: str
    count: int | None
    share: Rate


@final
class HiddenCell(TypedDict):
    """Figures that are not shown; ``text`` says so."""

    shown: Literal[False]
    text: str


@final
class ShownCell(TypedDict):
    """Figures as closely as they may be shown: exact, coarse (small numbers) or banded (uniform answers).

    In an announced round ``satisfied`` is the number of answers in the counted grades; what its extent leaves out is
    "—" or absent, as in a banded cell.

    The distribution holds the grades only, best first; every share is rounded by itself, ``sum_text`` says so where
    they print another sum than 100 %. It is empty where banded, and with it goes ``mean_score``; results of an earlier
    rule have neither below 30 valid answers, and shares that were made to add up.
    """

    shown: Literal[True]
    view: Literal[View.EXACT, View.COARSE, View.BANDED]
    valid: Count
    answered: Count
    satisfied: NotRequired[Count]
    counted: NotRequired[str]
    satisfied_rate: Rate
    positive_rate: Rate
    dissatisfied_rate: Rate
    mean_score: Rate | None
    interval: Interval | None
    unknown: OtherAnswer | None
    abstain: OtherAnswer | None
    distribution: list[Share]
    sum_text: NotRequired[str]


Cell = ShownCell | HiddenCell


def figure_text(figure: Rate | None) -> str:
    """Return a figure as it is printed; a dash where there is none."""
    return NO_FIGURE if figure is None else figure["text"]


def measure_of(cell: ShownCell, measure: Measure) -> Rate | None:
    """Return the figure on which the lines are drawn; 综合得分 may not be shown."""
    return {
        Measure.SATISFIED_RATE: cell["satisfied_rate"],
        Measure.POSITIVE_RATE: cell["positive_rate"],
        Measure.MEAN_SCORE: cell["mean_score"],
    }[measure]


@final
class GroupRow(TypedDict):
    """A voter group's figures."""

    id: str
    name: str
    cell: Cell


@final
class MergedRow(TypedDict):
    """The hidden groups together, always the last row; ``members`` are their names."""

    id: Literal[""]
    name: str
    members: list[str]
    cell: Cell


class Figures(TypedDict):
    """Figures in total and by voter group; ``groups_text`` says why there are no groups, empty where there are."""

    total: Cell
    groups: list[GroupRow | MergedRow]
    groups_text: str


class Table(Figures):
    """Figures with the words of what was asked."""

    label: str


class Overall(Table):
    """The overall item; ``key`` is null where all items are pooled."""

    key: str | None


class GradeFacts(TypedDict):
    """A grade of the scale."""

    label: str
    score: int
    positive: bool


class ScoreFacts(TypedDict):
    """Points from 0 to ``most``; ``trim`` of the highest and of the lowest are left out of the mean."""

    most: int
    decimals: int
    trim: int


class LineTexts(TypedDict):
    """Lines of the verdict as texts."""

    attention: str
    remedial: str
    dissatisfied: str


class ItemLineTexts(LineTexts):
    """Lines of one item."""

    key: str
    label: str


class WordFacts(TypedDict):
    """A word that the rule can give, with what it means and what follows from it."""

    text: str
    meaning: Meaning
    consequence: str


class RuleFacts(TypedDict):
    """The rule: its sentence, all that is printed of the scheme, its words in their order."""

    text: str
    texts: list[str]
    words: list[WordFacts]


class WordCount(TypedDict):
    """How many targets, of those that the reader sees, were given a word."""

    code: Verdict
    label: str
    count: int


class Ruling(TypedDict):
    """What the result says, with its reasons; ``label`` is the word, ``code`` what it means.

    ``meaning``, ``consequence``, ``flags``: where a rule gave the word; ``own``: in what is spoken (``own_words``).
    """

    code: Verdict
    label: str
    reasons: list[Note]
    meaning: NotRequired[Meaning]
    consequence: NotRequired[str]
    flags: NotRequired[list[str]]
    own: NotRequired[bool]


class ItemTable(Table):
    """An item's figures; a verdict only where the item has a line of its own, a heading where it stands under one."""

    key: str
    overall: bool
    verdict: Ruling | None
    heading: NotRequired[str]


class _Issued(TypedDict):
    expected: int
    printed: int
    voided: int
    spare: int
    issued: int


class _Counted(_Issued):
    shown: Literal[True]
    returned: int
    valid: int
    invalid: int
    blank: int
    handed_back: int
    missing: int
    return_rate: Rate | None
    present: NotRequired[int]
    not_voted: NotRequired[int]


@final
class IssuedRow(_Issued):
    """What became of the slips; what came back is not shown, or none went out."""

    shown: bool


@final
class CountedRow(_Counted):
    """What became of the slips, up to the valid ones."""


@final
class GroupIssuedRow(_Issued):
    """The same of a voter group, as far as slips went out."""

    shown: bool
    id: str
    name: str


@final
class GroupCountedRow(_Counted):
    """The same of a voter group, up to the valid ones."""

    id: str
    name: str


SlipKey = Literal["expected", "printed", "voided", "spare", "issued"]
ReturnKey = Literal["returned", "valid", "invalid", "blank", "handed_back", "missing"]
SLIPS: tuple[SlipKey, ...] = ("expected", "printed", "voided", "spare", "issued")
RETURNS: tuple[ReturnKey, ...] = ("returned", "valid", "invalid", "blank", "handed_back", "missing")
"""The numbers of a row of the chain in their order; behind them stands 回收率."""


class GateTexts(TypedDict):
    """回收率 that a round needs, as texts."""

    valid: str
    warning: str
    quorum: NotRequired[str]


ChainRow = CountedRow | IssuedRow | GroupCountedRow | GroupIssuedRow


def participation_rate(row: ChainRow) -> Rate | None:
    """Return 参评率 = 收回 ÷ 应参加, with the decimals of the 回收率 it stands beside; None where that is not told."""
    if "returned" not in row or not row["expected"]:
        return None
    beside = row["return_rate"]
    decimals = len(beside["text"].rstrip("%").partition(".")[2]) if beside else 1
    rounded, steps = shown_steps(Fraction(row["returned"], row["expected"]), decimals)
    return {"text": percent_text(rounded, steps), "tenths": rounded * PER_MILLE // steps}


class Chain(TypedDict):
    """The counting chain from printed slips to valid ballots, in rounds of several sections those of the fullest."""

    sections: NotRequired[list[SectionCounted | SectionUncounted]]

    status: ReturnState
    warnings: list[Note]
    gates: GateTexts
    total: CountedRow | IssuedRow
    groups: list[GroupCountedRow | GroupIssuedRow]
