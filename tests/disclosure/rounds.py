"""Random rounds of every make, counted and disclosed; the same seed gives the same round."""

import random
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from app.campaigns.builtin import SCALES
from app.campaigns.domain import GROUP_FLOOR, K_FLOOR, Denominator, Formula, Item, ItemLines, Lines, Measure, Scheme
from app.rounds.domain import NOT_ASKED, Paper, PaperGroup, PaperSection, PaperUnit
from app.tally.chain import Chain, GroupChain
from app.tally.document import Document
from app.tally.restraint import FREE, Restraint, restraint_between
from app.tally.result import result_document

SELVES = 0.4
"""In which part of the rounds rows have a cell 本人."""
BASES = (Denominator.VALID, Denominator.RETURNED, Denominator.EXPECTED)
MINDS = (
    (1, 1, 1, 1, 1), (6, 3, 1, 0, 0), (0, 0, 1, 6, 1), (9, 0, 0, 0, 0), (0, 0, 0, 9, 0), (5, 0, 0, 1, 3),
    (8, 4, 2, 1, 1),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """A published document, and what is true: counts by unit, item and group, best grade first.

    ``own``: how many were 本人 by unit and group. ``chain``: what came back; ``stacks``: the marks by unit and group.
    """

    document: Any
    paper: Paper
    truth: dict[tuple[str, str, str], tuple[int, ...]]
    own: dict[tuple[str, str], int]
    chain: Chain
    stacks: dict[tuple[str, str], bytes]

    @property
    def raters(self) -> dict[str, frozenset[str]]:
        """The groups that rate each unit."""
        return {unit.id: frozenset(raters_of(self.paper, unit.id)) for unit in self.paper.units}

    @property
    def ballots(self) -> dict[str, int]:
        """How many valid ballots each group cast."""
        return {row.group_id: row.valid for row in self.chain.groups}

    @property
    def sheets(self) -> dict[tuple[str, str], int]:
        """How many ballots of each group are valid in the section of each unit, by unit and group."""
        return {(unit, group): sum(counts) + self.own[unit, group] for (unit, _, group), counts in self.truth.items()}


def raters_of(paper: Paper, unit_id: str) -> tuple[str, ...]:
    """Name the voter groups that rate a unit."""
    return tuple(group.id for group in paper.groups if unit_id not in group.left_out)


Groups = list[tuple[PaperGroup, int, int]]
"""Voter groups, each with how many slips were issued to it and came back."""


def make_case(seed: int) -> Case:
    """Draw a round of up to two units, two items and five groups, and count it."""
    return _counted(*_drawn(seed))


def drawn_paper(seed: int) -> Paper:
    """Return the paper of a round that is not counted: a tenth of the work, for whoever wants some rounds only."""
    return _drawn(seed)[1]


def _drawn(seed: int) -> tuple[random.Random, Paper, Groups]:
    draw = random.Random(seed)
    k = draw.choice((5, 10, 10, 12, 15))
    units = tuple(PaperUnit(f"u{place}", f"单位{place}") for place in range(draw.choice((1, 1, 2))))
    items = tuple(Item(f"i{place}", f"指标{place}") for place in range(draw.choice((1, 1, 2))))
    if draw.random() < 0.6:
        items = (*items[:-1], Item(items[-1].key, items[-1].label, overall=True))
    groups = [_group(draw, place, units, max(k, K_FLOOR)) for place in range(draw.randint(2, 5))]
    formula = Formula(draw.choice((1, 2, 2, 3)), draw.choice((Denominator.VALID, *BASES)))
    if formula.denominator is Denominator.EXPECTED:
        groups = [(replace(group, expected=max(group.expected, came)), out, came) for group, out, came in groups]
    weights = _weights(draw, len(groups)) if draw.random() < 0.15 else {}
    formula = replace(formula, measure=draw.choice((Measure.SATISFIED_RATE, *Measure)))
    own_lines = (ItemLines("i0", Lines(Fraction(85, 100), Fraction(70, 100), Fraction(1, 4))),)
    scheme = Scheme(SCALES["satisfaction"], formula=formula, k=k, weights=weights)
    if draw.random() < 0.2 and not items[0].overall:
        scheme = replace(scheme, item_lines=own_lines)
    own = tuple(group for group, _, _ in groups)
    parts = _parts(random.Random(f"sections {seed}"), items, units)
    if random.Random(f"own {seed}").random() < SELVES:
        parts = tuple(replace(part, self_cell=True) for part in parts)
    return draw, Paper("r", "县", "活动", "测评", parts, own, scheme, "", remarks=True), groups


def _parts(draw: random.Random, items: tuple[Item, ...], units: tuple[PaperUnit, ...]) -> tuple[PaperSection, ...]:
    """Put the units into one section, or each into one of its own: the same slips fill them all."""
    if len(units) == 1 or draw.random() < 0.5:
        return (PaperSection("表", items, units),)
    return tuple(PaperSection("表", items, (unit,), unit.id, f"部分{unit.id}") for unit in units)


def as_one(document: Document) -> Document:
    """Return a document as the attacker reads it, who knows that one slip filled all sections: its targets together."""
    first, *others = document["sections"]
    if not others:
        return document
    targets = [target for section in document["sections"] for target in section["targets"]]
    return {**document, "sections": [{**first, "targets": targets, "overall_band": None}]}


def make_retest(case: Case, seed: int) -> Case:
    """Draw a later round of the same units and groups, some of which a few people joined or left."""
    draw = random.Random(seed)
    k, before, groups = case.paper.scheme.floor, case.ballots, []
    for group in case.paper.groups:
        change = draw.choice((0, 0, 0, 1, -1, k - 1, k, -k, k + 3))
        people = max(GROUP_FLOOR, group.expected + change)
        came = min(people, max(0, before[group.id] + draw.randint(-2, 2)))
        groups.append((replace(group, expected=people), people, came))
    paper = replace(case.paper, groups=tuple(group for group, _, _ in groups))
    return _counted(draw, paper, groups, restraint_between(paper, [case.paper]))


def _group(draw: random.Random, place: int, units: tuple[PaperUnit, ...], k: int) -> tuple[PaperGroup, int, int]:
    issued = k + draw.choice((0, 1, 3, 10, 30, 60))
    came = draw.randint(0, issued) if draw.random() < 0.5 else min(issued, draw.randint(0, 2 * k))
    left = (units[0].id,) if len(units) > 1 and draw.random() < 0.25 else ()
    people = draw.randint(GROUP_FLOOR, k - 1) if draw.random() < 0.1 else issued + draw.randint(0, 3)
    return PaperGroup(f"g{place}", f"类别{place}", people, left), issued, came


def _weights(draw: random.Random, count: int) -> dict[str, Fraction]:
    parts = [draw.randint(1, 9) for _ in range(count)]
    return {f"g{place}": Fraction(100 * part, sum(parts)) for place, part in enumerate(parts)}


def _counted(draw: random.Random, paper: Paper, groups: Groups, restraint: Restraint = FREE) -> Case:
    stacks: dict[tuple[str, str], bytes] = {}
    truth: dict[tuple[str, str, str], tuple[int, ...]] = {}
    own: dict[tuple[str, str], int] = {}
    rows, spoilt = list[GroupChain](), random.Random(f"spoilt {groups}")
    board = spoilt.choice(groups)
    for group, issued, returned in groups:
        blank, most = min(returned, spoilt.choice((0, 0, 0, 1))), 0
        for part in paper.parts:
            units = [unit.id for unit in part.units if unit.id not in group.left_out]
            came = max(0, returned - blank - spoilt.choice((0, 0, 1, 2))) if units else 0
            most, left = max(most, came), came
            for unit in units:
                own[unit, group.id] = _selves(spoilt, left, all_of=group is board[0]) if part.self_cell else 0
                left -= own[unit, group.id]
                asked = came - own[unit, group.id]
                columns = [draw.choices(range(5), draw.choice(MINDS), k=asked) for _ in part.items]
                marks = bytes(mark for row in zip(*columns, strict=True) for mark in row)
                stacks[unit, group.id] = marks + bytes((NOT_ASKED,)) * (part.width * own[unit, group.id])
                for item, column in zip(part.items, columns, strict=True):
                    truth[unit, item.key, group.id] = tuple(column.count(mark) for mark in range(5))
        invalid = returned - blank - most
        rows.append(GroupChain(group.id, group.expected, issued, returned, most, invalid=invalid, blank=blank))
    chain, remarks = Chain(tuple(rows)), {unit.id: ("意见",) * draw.randint(0, 14) for unit in paper.units}
    return Case(as_one(result_document(paper, stacks, chain, remarks, restraint)), paper, truth, own, chain, stacks)


def _selves(draw: random.Random, left: int, *, all_of: bool) -> int:
    """Draw how many of a group are 本人 in a row: of the one whose people are rated half of them, or all."""
    return min(left, draw.choice((left // 2, left, left) if all_of else (0, 0, 1, 2)))
