"""How a round would look if everybody came: example marks go the way of real ones, through app.tally (SEC-84).

Who agrees to a freeze sees, before it is too late, which voter groups get a row, which are shown together or not at
all, and what a few ballots show. The marks are the same for every round and say nothing of anybody.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from math import floor

from app.campaigns.domain import Item
from app.campaigns.score import Score
from app.campaigns.weighing import by_points
from app.publication.announced import Option, options_of
from app.rounds.domain import Paper, PaperGroup, PaperSection, PaperUnit
from app.rounds.marks import mark_bytes
from app.rounds.steps import Step
from app.tally.chain import Chain, GroupChain
from app.tally.document import Section, Target, only_section, overall_of
from app.tally.restraint import FREE, Restraint, restraint_between
from app.tally.result import result_document
from app.tally.shown import Cell

SIZES = (1, 8, 12, 29, 30)
"""So many ballots are looked at: below 10 there is nothing, from 30 everything."""
ALIKE = 12
"""So many ballots that all say the same are looked at, too."""
MOST = 10_000
_WEIGHTS = ((52, 27, 16, 5), (38, 30, 22, 10), (61, 25, 11, 3))
_TENTHS = 10
_ITEM = Item("overall", "总体评价", overall=True)
_GROUP = "g"


@dataclass(frozen=True, slots=True)
class Example:
    """What would be shown of one example unit; ``left_out`` are the names of the groups that do not rate it."""

    left_out: tuple[str, ...]
    unit: Target


@dataclass(frozen=True, slots=True)
class Small:
    """What would be shown of an example of so few ballots, with its name."""

    name: str
    unit: Target


class Mind(StrEnum):
    """How those vote whose ballots are an example."""

    DIVIDED = "divided"
    ALL_BUT_ONE = "all_but_one"
    ALIKE = "alike"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Voted:
    """What would be published of one object if so many voted in such a mind: the options as far as they are told."""

    mind: Mind
    people: int
    unit: Target
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """The examples of a section of a paper, with what says how to read them."""

    section: Section
    examples: tuple[Example, ...]
    small: tuple[Small, ...]
    voted: tuple[Voted, ...]

    @property
    def rows(self) -> list[tuple[str, Cell]]:
        """The figures of the small examples, each with its name."""
        return [(small.name, overall_of(small.unit)["total"]) for small in self.small]


def previews_of(paper: Paper, before: Sequence[Paper] = ()) -> list[Preview]:
    """Return the preview of every section that somebody is to rate something in."""
    every = (preview_of(paper.alone(section), before) for section in paper.sections)
    return [preview for preview in every if preview is not None]


def preview_of(paper: Paper, before: Sequence[Paper] = ()) -> Preview | None:
    """Return what would be shown of a round of this paper beside those ``before``; None where nobody is to vote yet."""
    if not paper.groups or not paper.units or not any(group.expected for group in paper.groups):
        return None
    section, examples = _examples(paper, before)
    alone = replace(paper.scheme, weights={}, item_lines=())
    bare = replace(paper, parts=(_part(paper, PaperUnit("x", "")),), scheme=alone, document=None)
    small = [Small(f"{count} 份评价", _small(bare, count, _WEIGHTS[0])) for count in SIZES]
    small.append(Small(f"{ALIKE} 份评价，全部填同一等次", _small(bare, ALIKE, (1,))))
    return Preview(section, examples, tuple(small), tuple(_voted(bare, paper)))


def near_step(paper: Paper, before: Sequence[Paper]) -> Step:
    """Return whether earlier rounds of nearly the same people leave this one its figures (SEC-47)."""
    held = restraint_between(paper, before)
    label = "参评人数与以前各轮相同，或相差够多（只差几个人的，只显示整数百分比，不分类别）"
    return Step("near", label, not held.hidden and not held.views, needed=False)


def _voted(bare: Paper, paper: Paper) -> Iterator[Voted]:
    """Yield what would be published of one object whoever comes, voting divided, all but one alike, all alike."""
    people = min(max(paper.raters_of(unit.id) for unit in paper.units), MOST)
    minds = {
        Mind.DIVIDED: (people, _WEIGHTS[0]),
        Mind.ALL_BUT_ONE: (people, (people - 1, 1)),
        Mind.ALIKE: (people, (1,)),
        Mind.TOO_FEW: (min(people, paper.scheme.floor - 1), _WEIGHTS[0]),
    }
    for mind, (count, weights) in minds.items():
        section = _counted(bare, count, weights)
        [unit] = section["targets"]
        yield Voted(mind, count, unit, tuple(options_of(unit["overall"]["total"])))


def _examples(paper: Paper, before: Sequence[Paper]) -> tuple[Section, tuple[Example, ...]]:
    """Return an example for every set of groups that some unit is rated without, in official order."""
    recused = {
        unit.id: tuple(group.name for group in paper.groups if unit.id in group.left_out) for unit in paper.units
    }
    kept = {names: unit_id for unit_id, names in reversed(recused.items())}
    shown = [unit_id for unit_id in recused if kept[recused[unit_id]] == unit_id]
    groups = tuple(_sized(group) for group in paper.groups)
    units = tuple(unit for unit in paper.units if unit.id in shown)
    scheme = replace(paper.scheme, item_lines=())
    bare = replace(paper, parts=(_part(paper, *units),), scheme=scheme, groups=groups, document=None)
    weights = {group.id: _WEIGHTS[at % len(_WEIGHTS)] for at, group in enumerate(groups)}
    section = _section(bare, weights, restraint_between(paper, before))
    targets = {target["id"]: target for target in section["targets"]}
    return section, tuple(Example(recused[unit_id], targets[unit_id]) for unit_id in shown)


def _part(paper: Paper, *units: PaperUnit) -> PaperSection:
    section = paper.section
    asked = next((item.score for item in section.items if item.overall), None)
    score = asked or next((item.score for item in section.items if item.score), None)
    item = replace(_ITEM, score=score) if by_points(section.items) else _ITEM
    return PaperSection(section.form_title, (item,), units, section.key, section.noun, section.objects)


def _sized(group: PaperGroup) -> PaperGroup:
    return replace(group, expected=min(group.expected, MOST))


def _small(paper: Paper, count: int, weights: Sequence[int]) -> Target:
    return _counted(paper, count, weights)["targets"][0]


def _counted(paper: Paper, count: int, weights: Sequence[int]) -> Section:
    group = PaperGroup(_GROUP, "", count)
    return _section(replace(paper, groups=(group,)), {_GROUP: weights})


def _section(paper: Paper, weights: Mapping[str, Sequence[int]], restraint: Restraint = FREE) -> Section:
    score, grades = paper.section.items[0].score, len(paper.scheme.scale.grades)
    voting = [group for group in paper.groups if group.expected]
    marks = {group.id: marks_of(group.expected, weights[group.id][:grades]) for group in voting}
    if score:
        marks = {group: _in_points(score, each) for group, each in marks.items()}
    stacks = {
        (unit.id, group.id): marks[group.id]
        for unit in paper.units
        for group in voting
        if unit.id not in group.left_out
    }
    rows = [GroupChain(group.id, *(group.expected,) * 4) for group in paper.groups]
    return only_section(result_document(paper, stacks, Chain(tuple(rows)), {}, restraint))


def _in_points(score: Score, marks: bytes) -> bytes:
    """Return the points that stand for grades of an example: the best ones for the most, each other a tenth fewer."""
    return b"".join(mark_bytes(score, score.steps * (_TENTHS - mark) // _TENTHS) for mark in marks)


def marks_of(count: int, weights: Sequence[int]) -> bytes:
    """Return so many marks, shared out among the grades by their weights."""
    return b"".join(bytes([grade]) * share for grade, share in enumerate(shares_of(count, weights)))


def shares_of(count: int, weights: Sequence[int]) -> list[int]:
    """Share a number out by weights: whole parts first, then the largest rests."""
    parts = [Fraction(weight * count, sum(weights)) for weight in weights]
    shares = [floor(part) for part in parts]
    rests = sorted(range(len(parts)), key=lambda at: shares[at] - parts[at])
    for at in rests[: count - sum(shares)]:
        shares[at] += 1
    return shares
