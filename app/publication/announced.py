"""An announced result object by object: the slides of the hall screen, and the rows of pages and files.

All of it is what the document of the wider circle holds: bands of a protected round, the extent of an announced one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from app.tally.document import BandDocument, Document, Target, TargetBand, parts_of
from app.tally.headed import MEAN, RATE, head_of, in_points, mean_text
from app.tally.headings import full_label
from app.tally.shown import Cell, Count, ItemTable, Overall, Rate
from app.tally.verdict import Verdict
from app.tally.wording import NO_BAND_TEXT


@dataclass(frozen=True, slots=True)
class Option:
    """How many marked something, and their share: of the valid answers, or for 不了解 and 弃权 of all.

    Of points neither is told, and the mean stands in the place of the share.
    """

    label: str
    count: str
    share: Rate
    grade: int = 0
    """Its place among the grades from 1 on; 0 for what is none."""

    @property
    def text(self) -> str:
        """How many with their share; the share alone where no number is told."""
        return f"{self.count}（{self.share['text']}）" if self.count else self.share["text"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that was asked of an object: the options as far as they are told, or a sentence that they are not."""

    label: str
    options: tuple[Option, ...]
    valid: str = ""
    text: str = ""
    note: str = ""
    """What their shares add up to as printed, where that is not the whole."""


@dataclass(frozen=True, slots=True)
class Slide:
    """An object as it is announced: its word, or its band in a protected round, and what was asked of it."""

    position: int
    name: str
    word: str
    code: str
    asked: tuple[Asked, ...]
    part: str = ""
    """What its section is called, in a result of several."""
    responsible: str = ""
    """Who answers for it （主办单位）."""
    consequence: str = ""
    """What follows from its word."""
    flags: tuple[str, ...] = ()
    """What the rule says beside its word."""
    id: str = ""
    score: str = ""
    """Its 综合评价得分, where everybody is told one."""
    concluded: str = ""
    """The word of that score, with what stands beside it."""
    head: str = ""
    """What the figure is called that decides about it."""


def slides_of(document: Document | BandDocument) -> list[Slide]:
    """Return the objects of a result in official order."""
    several = len(document["sections"]) > 1
    return [
        replace(_slide(target), part=section["noun"] if several else "", head=head_of(section))
        for section in document["sections"]
        for target in section["targets"]
    ]


def with_scores(slides: Sequence[Slide], scores: Mapping[str, tuple[str, str]]) -> list[Slide]:
    """Return the slides with the scores that are told and the words of them, by object."""
    told = ((slide, *scores.get(slide.id, ("", ""))) for slide in slides)
    return [replace(slide, score=score, concluded=word) for slide, score, word in told]


def summary_of_words(slides: Sequence[Slide]) -> list[tuple[str, str, int]]:
    """Return the words that were given, each with its code and the number of objects, best first."""
    order = list(map(str, Verdict))
    words = dict.fromkeys((slide.word, slide.code) for slide in slides)
    given = sorted(words, key=lambda word: order.index(word[1]) if word[1] in order else len(order))
    return [(word, code, sum((slide.word, slide.code) == (word, code) for slide in slides)) for word, code in given]


def _slide(target: Target | TargetBand) -> Slide:
    if "verdict" not in target:
        band = target["band"]
        word = band["label"] if band else NO_BAND_TEXT
        return Slide(target["position"], target["name"], word, "", (), id=target["id"])
    verdict, every = target["verdict"], parts_of(cast("Target", target))
    asked = tuple(_asked(part) for part in sorted(every, key=lambda part: not part.get("overall", True)))
    return Slide(
        target["position"],
        target["name"],
        verdict["label"],
        verdict["code"],
        asked,
        id=target["id"],
        responsible=target.get("responsible", ""),
        consequence=verdict.get("consequence", ""),
        flags=tuple(verdict.get("flags", ())),
    )


def _asked(part: ItemTable | Overall) -> Asked:
    cell = part["total"]
    if not cell["shown"]:
        return Asked(full_label(part), (), text=cell["text"])
    return Asked(full_label(part), tuple(options_of(cell)), valid=cell["valid"]["text"], note=cell.get("sum_text", ""))


def options_of(cell: Cell) -> list[Option]:
    """Return what is told of a cell: every option, or the counted grades together; nothing of a hidden one."""
    if not cell["shown"]:
        return []
    others = [other for other in (cell["unknown"], cell["abstain"]) if other and other["count"] is not None]
    if in_points(cell):
        return [Option(MEAN, "", {"text": mean_text(cell), "tenths": None})]
    if not cell["distribution"]:
        return [Option(cell.get("counted", RATE), _count(cell.get("satisfied")), cell["satisfied_rate"], 1)]
    rows = enumerate(cell["distribution"], 1)
    return [
        *(Option(row["label"], _number(row["count"]), row["share"], grade) for grade, row in rows),
        *(Option(other["label"], _number(other["count"]), other["rate"]) for other in others if other["rate"]),
    ]


def beside_word(slide: Slide) -> str:
    """Return what stands beside the word of an object: what follows from it, and what the rule says besides."""
    return "；".join(filter(None, (slide.consequence, *slide.flags)))


def _count(count: Count | None) -> str:
    return "" if count is None else count["text"]


def _number(count: int | None) -> str:
    return "" if count is None else str(count)
