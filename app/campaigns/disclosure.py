"""What is shown of a round's totals, chosen before the vote and frozen with the paper: protected or announced.

Protected, the default: the rules of app.tally.disclosure and app.tally.hiding. Announced: the body's own rule asks for
the totals; within the extent they are exact for every reader, and nobody, staff included, sees more than the extent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.core.errors import Ours

ANNOUNCED_FROM: Final = 10
"""The fewest voters of whom totals may be announced."""


class Kind(StrEnum):
    """Whether what identifies somebody is held back, or all totals are told."""

    PROTECTED = "protected"
    ANNOUNCED = "announced"


class Extent(StrEnum):
    """How much is announced: each option's count, only the sum of the grades that count as satisfied, or words."""

    COUNTS = "counts"
    SUM = "sum"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What is shown; ``extent`` matters where it is announced."""

    kind: Kind = Kind.PROTECTED
    extent: Extent = Extent.COUNTS

    @property
    def announced(self) -> bool:
        """Whether totals are exact for every reader, as far as the extent goes."""
        return self.kind is Kind.ANNOUNCED


PROTECTED: Final = Disclosure()


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why a round cannot be announced, what would do instead, and where it is what it is, or of how many people."""

    code: str
    example: str
    names: tuple[str, ...] = ()
    people: int | None = None

    @property
    def told(self) -> tuple[str, ...]:
        """Where it is, or of how many people."""
        return self.names if self.people is None else (Ours.filled("%(n)s 人", n=self.people),)


STEPS: Final = {
    "announced_groups": "公开计票的，只有一个参评人员类别",
    "announced_weights": "公开计票的，不按类别加权",
    "announced_remarks": "公开计票的，不收意见",
    "announced_few": "公开计票的，应参加人数不少于 10 人",
    "announced_points": "只公布合计的，没有打分的项目",
}
"""What an announced round needs, by the code of what hinders it."""


def hindrances(
    groups: Sequence[tuple[str, int]], *, remarks: bool, weighted: bool = False, unsummed: Sequence[str] = ()
) -> Iterator[Hindrance]:
    """Yield what hinders a round of such voter groups (name, people expected) from being announced.

    ``unsummed``: items of points where sums alone are to be told.
    """
    if len(groups) > 1:
        example = "把几个类别合成一个，如“全体参评人员”，或改选“保护”"
        yield Hindrance("announced_groups", example, tuple(name for name, _ in groups))
    elif weighted:
        yield Hindrance("announced_weights", "把类别权重全部留空，或改选“保护”")
    if remarks:
        yield Hindrance("announced_remarks", "意见另办一轮（保护），或在会上口头提")
    people = sum(expected for _, expected in groups)
    if groups and people < ANNOUNCED_FROM:
        example = "至少 10 人，如“全体参评人员，10 人”；不够的，改选“保护”"
        yield Hindrance("announced_few", example, people=people)
    if unsummed:
        yield Hindrance("announced_points", "改选公布“票数”（打分的只公布人数和平均分）或“等次”", tuple(unsummed))


def promise_text(disclosure: Disclosure, *, points: bool = False) -> str:
    """Say what is shown, as everybody reads it before the first mark; empty where the round is protected.

    ``points``: some items are answered in points, whose mean is told.
    """
    if not disclosure.announced:
        return ""
    if points and disclosure.extent is Extent.COUNTS:
        return "只公布各等次的总票数，打分的只公布人数和平均分；如果全体一致，等于公开了每个人的选择。"
    return {
        Extent.COUNTS: "只公布各等次的总票数；如果全体一致，等于公开了每个人的选择。",
        Extent.SUM: "只公布有效票数和计入满意的合计票数；如果全体计入或全体不计入，等于公开了每个人是否满意。",
        Extent.WORDS: "只公布结论，不公布票数；如果规则要求全体一致，结论可能等于公开了每个人的选择。",
    }[disclosure.extent]


def slip_text(disclosure: Disclosure, floor: int, *, points: bool = False) -> str:
    """Say the promise in one line of a slip: what is shown, and what may follow from it."""
    if not disclosure.announced:
        return f"{KIND_WORDS[disclosure.kind]}：不足 {floor} 人评价的，不公布任何数字"
    counts = "只报总票数和平均分；全体一致等于公开" if points else "只报各等次总票数；全体一致等于公开"
    shown = {
        Extent.COUNTS: counts,
        Extent.SUM: "只报合计票数；全体一致等于公开",
        Extent.WORDS: "只报结论；规则要求一致时等于公开",
    }[disclosure.extent]
    return f"{KIND_WORDS[disclosure.kind]}：{shown}"


KIND_WORDS: Final = {Kind.PROTECTED: "保护", Kind.ANNOUNCED: "公开计票"}
EXTENT_WORDS: Final = {Extent.COUNTS: "票数", Extent.SUM: "合计", Extent.WORDS: "等次"}
KIND_HINTS: Final = {
    Kind.PROTECTED: "默认。不足 10 份的不显示，不足 30 份的只有整数百分比，几乎人人填得一样的只有区间。",
    Kind.ANNOUNCED: "规则要求公布票数的会议用。只有一个类别、不收意见、至少 10 人；数字对谁都一样，也不分类别。",
}
EXTENT_HINTS: Final = {
    Extent.COUNTS: "每个等次的票数",
    Extent.SUM: "只有计入满意的合计票数",
    Extent.WORDS: "只有结论，没有票数",
}


def disclosure_text(disclosure: Disclosure) -> str:
    """Name what is shown, for the log, the freeze and reports."""
    if not disclosure.announced:
        return KIND_WORDS[disclosure.kind]
    return f"{KIND_WORDS[disclosure.kind]}（{EXTENT_WORDS[disclosure.extent]}）"
