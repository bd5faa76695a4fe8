"""Small rounds for the tally's tests: one letter of a word per ballot, one word per item."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.campaigns.builtin import SCALES
from app.campaigns.domain import Item, Scale, Scheme
from app.rounds.domain import Paper, PaperGroup, PaperSection, PaperUnit
from app.tally.chain import Chain, GroupChain

SATISFIED, RATHER, BASIC, NOT, UNKNOWN = range(5)
SCALE = SCALES["satisfaction"]
OVERALL = (Item("overall", "总体评价", overall=True),)
Json = Any
"""A document, or a part of it, that is walked as JSON."""


def section_of(document: Json) -> Json:
    """The one section of a document."""
    [section] = document["sections"]
    return section


def with_units(document: Json, targets: Sequence[Json]) -> Json:
    """The document with other units in its one section."""
    return {**document, "sections": [{**section_of(document), "targets": targets}]}


def make_marks(*counts: int) -> list[int]:
    """Marks of one item: ``counts`` of each option, best first."""
    return [mark for mark, count in enumerate(counts) for _ in range(count)]


def make_stack(*columns: Sequence[int]) -> bytes:
    """A stack from the marks of each item."""
    return bytes(mark for row in zip(*columns, strict=True) for mark in row)


def make_scheme(scale: Scale = SCALE, **changes: object) -> Scheme:
    return replace(Scheme(scale), **changes)  # type: ignore[arg-type]


def make_paper(
    groups: Mapping[str, Sequence[str]],
    units: int = 1,
    items: tuple[Item, ...] = OVERALL,
    scheme: Scheme | None = None,
    *,
    expected: int = 100,
    remarks: bool = True,
) -> Paper:
    """A paper; ``groups`` maps a group's id to the ids of the units it leaves out."""
    return Paper(
        round_id="r1",
        organisation="县文化局",
        campaign="学习实践活动",
        title="群众满意度测评",
        parts=(PaperSection("测评表", items, tuple(PaperUnit(f"u{place}", f"单位{place}") for place in range(units))),),
        groups=tuple(PaperGroup(group, f"类别{group}", expected, tuple(left)) for group, left in groups.items()),
        scheme=scheme or Scheme(SCALE),
        promise="匿名",
        remarks=remarks,
    )


def make_chain(valid: Mapping[str, int], printed: Mapping[str, int] | None = None, expected: int = 100) -> Chain:
    """A chain in which every valid ballot came back; as many slips as ballots unless ``printed`` says otherwise."""
    return Chain(
        tuple(
            GroupChain(group, expected, (printed or valid)[group], returned=count, valid=count)
            for group, count in valid.items()
        )
    )
