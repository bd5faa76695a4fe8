"""Random rounds of the wider kinds: points, weighed items, group quorums and composites, over sections (SEC-44).

The same seed gives the same round. One slip filled all sections: each voter group has as many answers to every item of
a section, less those of who is 本人, and may have one or two ballots that are 无效 in one section alone.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from app.campaigns.builtin import SCALES
from app.campaigns.composite import Composite, Part, Points, Source, Total, every_part
from app.campaigns.composite_rule import check_composite_rule, outcome_of
from app.campaigns.domain import (
    K_FLOOR,
    Denominator,
    Formula,
    Grade,
    Item,
    Lines,
    Measure,
    Scheme,
)
from app.campaigns.gates import Gates
from app.campaigns.quorum import Quorum
from app.campaigns.rule import Condition, Meaning, Quantity, Rule, Sign, Step, Word
from app.campaigns.score import Score
from app.campaigns.weighing import by_points
from app.rounds.domain import NOT_ASKED, Paper, PaperGroup, PaperSection, PaperUnit
from app.rounds.marks import mark_bytes, special_bytes
from app.tally.chain import Chain, GroupChain
from app.tally.composite import composites_of
from app.tally.counting import count_round
from app.tally.document import Document
from app.tally.figures import Table
from app.tally.result import result_document
from tests.disclosure.rounds import MINDS, make_case, raters_of

F = Fraction
HUNDRED = F(100)
YES_NO = (Grade("是", 100, positive=True), Grade("否", 0, positive=False))
SCORES = (Score(), Score(100, 1), Score(10), Score(10, 1), Score(5), Score(100, 0, 1), Score(20, 1, 2))
BASES = (Denominator.VALID, Denominator.VALID, Denominator.RETURNED, Denominator.EXPECTED)
RANKS = Rule(
    (
        Step((Condition(Quantity.MEAN, Sign.AT_LEAST, F(90)),), Word("优秀", Meaning.MET)),
        Step((Condition(Quantity.MEAN, Sign.AT_LEAST, F(60)),), Word("称职", Meaning.ATTENTION)),
        Step((), Word("不称职", Meaning.FAILED)),
    )
)


@dataclass(frozen=True, slots=True)
class Wide:
    """A released round with what is true: every table by unit, item and group.

    ``chain``: what came back. ``totals`` are the composites as they are told, ``named`` what was entered for them,
    ``other`` the released round that parts of them are of. ``words`` are those of the totals by the rule on them.
    """

    document: Document
    paper: Paper
    truth: Mapping[tuple[str, str, str], Table]
    chain: Chain
    totals: Mapping[str, Total]
    named: Mapping[tuple[str, str], Fraction]
    other: Document | None
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def sheets(self) -> dict[tuple[str, str], int]:
        """How many ballots of each group are valid in the section of each unit, by unit and group."""
        return {(unit, group): table.sheets for (unit, _, group), table in self.truth.items()}

    @property
    def own(self) -> dict[tuple[str, str], int]:
        """How many were 本人 by unit and group."""
        return {(unit, group): table.excused for (unit, _, group), table in self.truth.items()}


def make_wide(seed: int) -> Wide:
    """Draw a round of up to two units in up to two sections, of up to five groups."""
    draw = random.Random(f"wide {seed}")
    units = tuple(PaperUnit(f"u{at}", f"单位{at}", object_class="甲乙"[at]) for at in range(draw.choice((1, 2, 2))))
    groups, rows = _groups(draw, units, k := draw.choice((5, 10, 10, 12, 15)))
    gates, composite = _gates(draw), _composite(draw, groups)
    judged = _judged(random.Random(f"judged {seed}"), composite)
    scheme = Scheme(SCALES["satisfaction"], gates=gates, k=k, composite=judged)
    if draw.random() < 0.2:
        scheme = replace(scheme, weights=dict(zip(_ids(groups), _parted(draw, len(groups)), strict=True)))
    asked = draw.sample(_ids(groups), draw.randint(1, len(groups))) if draw.random() < 0.25 else []
    scheme = replace(scheme, group_quorums={group: Quorum(draw.choice((F(1, 2), F(4, 5)))) for group in asked})
    beside = random.Random(f"beside {seed}")
    sections = tuple(_with_self(beside, section) for section in _sections(draw, scheme, units))
    paper = Paper("r", "县", "活动", "测评", sections, groups, scheme, "", remarks=True)
    marked = _Marked(paper, Chain(rows), _stacks(draw, paper, Chain(rows)))
    marked = _with_own_rows(beside, _spoilt(beside, marked))
    return _counted(draw, marked, make_case(seed).document if _reaches_over(scheme) else None)


def _reaches_over(scheme: Scheme) -> bool:
    """Whether a part of the composite is another round."""
    return any(part.round_id for part in every_part(scheme.composite.parts if scheme.composite else ()))


def _gates(draw: random.Random) -> Gates:
    return Gates(return_valid=F(0), return_warning=F(0)) if draw.random() < 0.8 else Gates()


def _ids(groups: Sequence[PaperGroup]) -> list[str]:
    return [group.id for group in groups]


def _groups(
    draw: random.Random, units: Sequence[PaperUnit], k: int
) -> tuple[tuple[PaperGroup, ...], tuple[GroupChain, ...]]:
    groups, rows = list[PaperGroup](), list[GroupChain]()
    k = max(k, K_FLOOR)
    for place in range(draw.choice((1, 2, 2, 3, 3, 4, 5))):
        issued = k + draw.choice((0, 3, 10, 30, 30, 60))
        came = draw.randint(issued // 2, issued) if draw.random() < 0.75 else min(issued, draw.randint(0, 2 * k))
        left = (units[0].id,) if len(units) > 1 and draw.random() < 0.2 else ()
        people = issued + draw.randint(0, 3) if draw.random() < 0.9 else draw.randint(5, max(5, k - 1))
        came = min(came, people)
        present = draw.choice((came, draw.randint(came, issued))) if draw.random() < 0.6 else None
        groups.append(PaperGroup(f"g{place}", f"类别{place}", people, left))
        rows.append(GroupChain(f"g{place}", people, issued, came, came, present=present))
    return tuple(groups), tuple(rows)


def _parted(draw: random.Random, count: int) -> list[Fraction]:
    parts = [draw.randint(1, 9) for _ in range(count)]
    return [HUNDRED * part / sum(parts) for part in parts]


def _sections(draw: random.Random, scheme: Scheme, units: Sequence[PaperUnit]) -> tuple[PaperSection, ...]:
    """Put the units into one section, or each into one of its own with other items and another scheme."""
    shared = len(units) == 1 or draw.random() < 0.4
    found = []
    for place, own in enumerate([tuple(units)] if shared else [(unit,) for unit in units]):
        items = _items(draw)
        section = PaperSection("表", items, own, f"s{place}", f"部分{place}", own=_scheme(draw, scheme, items))
        found.append(section)
    return tuple(found)


def _items(draw: random.Random) -> tuple[Item, ...]:
    """Draw one to three items: points, grades of their own and other satisfied ones, weights, an overall item."""
    items = []
    for place in range(draw.choice((1, 1, 2, 2, 3))):
        item = Item(f"i{place}", f"指标{place}")
        kind = draw.random()
        if kind < 0.45:
            item = replace(item, score=draw.choice(SCORES))
        elif kind < 0.65:
            item = replace(item, grades=draw.choice(((), YES_NO)), top=draw.choice((0, 1)))
        items.append(replace(item, weight=F(draw.choice((1, 1, 30, 70)))))
    if draw.random() < 0.35:  # beside an overall item nothing has grades or a weight of its own
        items = [replace(item, grades=(), top=0, weight=F(1)) for item in items]
        items[-1] = replace(items[-1], overall=True)
    return tuple(items)


def _scheme(draw: random.Random, scheme: Scheme, items: tuple[Item, ...]) -> Scheme:
    formula = Formula(draw.choice((1, 2, 2, 3)), draw.choice(BASES))
    if not by_points(items):
        return replace(scheme, formula=replace(formula, measure=draw.choice(list(Measure))))
    made = replace(scheme, formula=replace(formula, measure=Measure.MEAN_SCORE), lines=Lines(dissatisfied=F(1)))
    return replace(made, rule=RANKS) if draw.random() < 0.5 else made


def _composite(draw: random.Random, groups: Sequence[PaperGroup]) -> Composite | None:
    """Draw a composite of groups, of everybody, of another round and of what is entered by name; over two levels."""
    if draw.random() < 0.25:
        return None
    votes = [Part(group, group, Source.VOTE, group=group) for group in draw.sample(_ids(groups), min(3, len(groups)))]
    if draw.random() < 0.3:
        votes.append(Part("all", "全体", Source.VOTE))
    if draw.random() < 0.2:
        votes.append(Part("r", "上一轮", Source.ROUND, round_id="r0"))
    if len(votes) > 2 and draw.random() < 0.4:
        inner = [replace(part, weight=w) for part, w in zip(votes[:2], _parted(draw, 2), strict=True)]
        votes[:2] = [Part("in", "内", Source.COMPOSITE, parts=tuple(inner))]
    if draw.random() < 0.5:
        votes.append(Part("boss", "评分", Source.SCORE))
    if draw.random() < 0.2:
        votes.append(Part("less", "扣分", Source.POINTS, most=F(20)))
    weights, others = _parted(draw, len(votes)), _parted(draw, len(votes))
    by_class = draw.random() < 0.4
    parts = [
        replace(part, weight=w, by_class={"乙": other} if by_class else {})
        for part, w, other in zip(votes, weights, others, strict=True)
    ]
    extra = [Part("more", "附加分", Source.EXTRA, most=F(5))] if draw.random() < 0.3 else []
    return Composite((*parts, *extra), by_top=draw.random() < 0.2, decimals=draw.choice((0, 1, 2)))


def _judged(draw: random.Random, composite: Composite | None) -> Composite | None:
    """Give two of three composites a rule of one to three lines; a word may stand on two steps."""
    if composite is None or draw.random() < 1 / 3:
        return composite
    lines = sorted(draw.sample(range(5, 100), draw.randint(1, 3)), reverse=True)
    words = sorted(draw.choice("甲甲乙") for _ in lines)
    signs = [draw.choice((Sign.AT_LEAST, Sign.ABOVE)) for _ in lines]
    steps = [
        Step((Condition(Quantity.COMPOSITE, sign, F(line)),), Word(word, Meaning.MET))
        for line, sign, word in zip(lines, signs, words, strict=True)
    ]
    made = replace(composite, rule=Rule((*steps, Step((), Word("丙", Meaning.FAILED)))))
    check_composite_rule(made)
    return made


@dataclass(frozen=True, slots=True)
class _Marked:
    """A paper with its counting chain and the marks of each object by each voter group."""

    paper: Paper
    chain: Chain
    stacks: Mapping[tuple[str, str], bytes]


def _stacks(draw: random.Random, paper: Paper, chain: Chain) -> dict[tuple[str, str], bytes]:
    return {
        (unit.id, group): _stack(draw, section.items, chain.group(group).valid)
        for section in paper.sections
        for unit in section.units
        for group in raters_of(paper, unit.id)
    }


def _spoilt(draw: random.Random, marked: _Marked) -> _Marked:
    """Make some ballots 无效 in a section of several."""
    paper, stacks = marked.paper, dict(marked.stacks)
    if len(paper.parts) == 1 or draw.random() < 0.5:
        return marked
    rows = []
    for row in marked.chain.groups:
        valid = []
        for section in paper.sections:
            left = row.returned - min(row.returned, draw.choice((0, 0, 1, 2)))
            for place in [(unit.id, row.group_id) for unit in section.units if (unit.id, row.group_id) in stacks]:
                stacks[place] = stacks[place][: left * section.width]
                valid.append(left)
        rows.append(replace(row, valid=max(valid), invalid=row.returned - max(valid)))
    return _Marked(paper, Chain(tuple(rows)), stacks)


def _with_self(draw: random.Random, section: PaperSection) -> PaperSection:
    """Give the rows of a section a cell 本人, which there is beside no points."""
    return replace(section, self_cell=draw.random() < 0.4 and not any(item.score for item in section.items))


def _with_own_rows(draw: random.Random, marked: _Marked) -> _Marked:
    """Make some rows those of who is 本人, once a ballot in a section: nothing was asked there."""
    stacks = dict(marked.stacks)
    for section in marked.paper.sections:
        for group in marked.paper.groups if section.self_cell else ():
            places = [(unit.id, group.id) for unit in section.units if (unit.id, group.id) in stacks]
            left = min((len(stacks[place]) // section.width for place in places), default=0)
            for place in places:
                own = min(left, draw.choice((0, 0, 1, 1, 2)))
                rest = len(stacks[place]) - own * section.width
                stacks[place] = stacks[place][:rest] + bytes((NOT_ASKED,)) * (own * section.width)
                left -= own
    return replace(marked, stacks=stacks)


def _counted(draw: random.Random, marked: _Marked, other: Document | None) -> Wide:
    paper, chain, stacks = marked.paper, marked.chain, marked.stacks
    counted = count_round(paper, stacks)
    truth = {
        (unit.id, item.key, group): table
        for section in paper.sections
        for unit in section.units
        for item, tables in zip(section.items, counted[unit.id].tables, strict=True)
        for group, table in tables.items()
    }
    remarks = {unit.id: ("意见",) * draw.randint(0, 14) for unit in paper.units}
    named = {
        (unit.id, key): F(draw.randint(0, most))
        for unit in paper.units
        for key, most in (("boss", 100), ("less", 20), ("more", 5))
    }
    made = Wide(result_document(paper, stacks, chain, remarks), paper, truth, chain, {}, named, other)
    made = replace(made, totals=told_totals(made))
    return replace(made, words=words_of(made, made.totals))


def told_totals(case: Wide) -> dict[str, Total]:
    """Return the composites of a round as whoever holds its document is told them."""
    composite = case.paper.scheme.composite
    classes = {unit.id: unit.object_class for unit in case.paper.units}
    others = {"r0": case.other} if case.other else {}
    return composites_of(case.document, composite, case.named, others, classes) if composite else {}


def words_of(case: Wide, totals: Mapping[str, Total]) -> dict[str, str]:
    """Return the words that the rule gives totals; an object without one is left out."""
    composite = case.paper.scheme.composite
    rule = composite.rule if composite else None
    found = {
        unit: outcome_of(rule, total.figure)
        for unit, total in totals.items()
        if rule and isinstance(total.figure, Points)
    }
    return {unit: outcome.word.text for unit, outcome in found.items() if outcome}


def _stack(draw: random.Random, items: Sequence[Item], came: int) -> bytes:
    columns = [_column(draw, item, came) for item in items]
    return b"".join(mark for row in zip(*columns, strict=True) for mark in row)


def _column(draw: random.Random, item: Item, came: int) -> list[bytes]:
    """Draw what was marked; of the grades of the scale 4 is 不了解, of points the mark behind the most."""
    if item.score is None:
        grades = len(item.grades) or 4
        minds = draw.choice(MINDS) if draw.random() < 0.4 else draw.choice((MINDS[0], MINDS[1], MINDS[6]))
        marks = draw.choices((*range(grades), 4), (*minds[:grades], minds[4] or 0.1), k=came)
        return [special_bytes(item, mark) for mark in marks]
    score = item.score
    ends = draw.choice(((0.0, 1.0), (0.3, 1.0), (0.6, 1.0), (0.6, 1.0), (0.9, 1.0), (1.0, 1.0), (0.0, 0.1), (0.0, 0.0)))
    steps = [round(score.steps * draw.uniform(*ends)) for _ in range(came)]
    unsure = draw.choice((0.0, 0.0, 0.1, 0.4))
    unknown = special_bytes(item, score.most + 1)
    return [unknown if draw.random() < unsure else mark_bytes(score, step) for step in steps]
