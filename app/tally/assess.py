"""The second step: from tables to exact figures and what follows from them, which never leave the tally."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from app.campaigns.domain import Item, Scheme, ScoreScale
from app.campaigns.rule import Rule
from app.campaigns.score import Score
from app.campaigns.weighing import are_mixed, are_weighed
from app.rounds.domain import Section
from app.tally.alike import Tables
from app.tally.chain import Chain
from app.tally.ends import near_an_end, reach_of
from app.tally.figures import Table, UnitCount, add_tables
from app.tally.rates import Rates, figure_by_figure, weigh
from app.tally.totals import Sums, present_of
from app.tally.verdict import Reason, ReturnState, Ruling, gate_of, judge, judge_between, return_state


@dataclass(frozen=True, slots=True)
class Part:
    """One item of one unit, or a unit's items pooled.

    ``span``: the lowest and the highest figures of all tables that must read like this one, None where it is told from
    every other. ``peaks``: the most answers to each grade in any of them. ``rulings``: what follows from these figures,
    first of all, or from those in the span; of an item only where it has lines of its own. The span is that of
    whatever ``veiled`` groups did: nobody may learn how many of them came.
    """

    tables: Tables
    total: Table
    rates: Rates | None
    group_rates: Mapping[str, Rates | None]
    span: tuple[Rates, Rates] | None
    peaks: tuple[int, ...]
    rulings: tuple[Ruling, ...] = ()
    veiled: frozenset[str] = frozenset()

    @property
    def peak(self) -> int:
        """The most answers to any one grade."""
        return max(self.peaks)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit's items, its overall part (the overall item, or all items pooled), and how it was counted."""

    items: tuple[Part, ...]
    overall: Part
    voters: int
    count: UnitCount


@dataclass(frozen=True, slots=True)
class Exact:
    """A section of a round in exact figures, units by id."""

    section: Section
    chain: Chain
    returns: ReturnState
    units: Mapping[str, Unit]

    @property
    def excused(self) -> Counter[str]:
        """How many ballots of each voter group were 本人 in this section: each can be that once."""
        return excused_of(unit.count for unit in self.units.values())


def excused_of(counts: Iterable[UnitCount]) -> Counter[str]:
    """Add up how many sheets of some units were 本人, by voter group."""
    tables = (count.tables[0] for count in counts)
    return sum((Counter({group: own.excused for group, own in each.items()}) for each in tables), Counter[str]())


def assess(
    section: Section, chain: Chain, counted: Mapping[str, UnitCount], unseen: frozenset[str] = frozenset()
) -> Exact:
    """Work out every figure of a section, and every verdict; ``counted`` may hold units of other sections too.

    ``unseen``: the voter groups whose number of ballots the counting chain hides.
    """
    returns = returns_of(section.scheme, chain)
    units = {unit.id: _unit(section, chain, counted[unit.id], unseen) for unit in section.units}
    return Exact(section, chain, returns, units)


def returns_of(scheme: Scheme, chain: Chain) -> ReturnState:
    """Return what the return rate allows, or in its place the quorums where there are any."""
    if invalid_because(scheme, chain) is not None:
        return ReturnState.INVALID
    return ReturnState.VALID if scheme.quorum else return_state(chain.total.return_rate, scheme.gates)


def invalid_because(scheme: Scheme, chain: Chain) -> Reason | None:
    """Return why the whole result is invalid: too few were present, of all or of a group, or too few came back."""
    total = chain.total
    if scheme.quorum is not None:
        if not scheme.quorum.is_met(present_of(total), total.expected):
            return Reason.NO_QUORUM
    elif return_state(total.return_rate, scheme.gates) is ReturnState.INVALID:
        return Reason.RETURN_TOO_LOW
    return Reason.NO_GROUP_QUORUM if groups_below(scheme, chain) else None


def groups_below(scheme: Scheme, chain: Chain) -> list[str]:
    """Return the ids of the voter groups that miss a quorum of their own, in the order of the paper."""
    asked = [(row, scheme.group_quorums[row.group_id]) for row in chain.groups if row.group_id in scheme.group_quorums]
    return [row.group_id for row, quorum in asked if not quorum.is_met(present_of(row), row.expected)]


def _unit(section: Section, chain: Chain, count: UnitCount, unseen: frozenset[str]) -> Unit:
    scheme, sums = section.scheme, Sums(section.scheme, chain, tuple(count.tables[0]), unseen)
    counting = [sums if own is scheme else replace(sums, scheme=own) for own in section.schemes]
    items = [_part(own, tables) for own, tables in zip(counting, count.tables, strict=True)]
    asked = next((place for place, item in enumerate(section.items) if item.overall), None)
    overall = items[asked] if asked is not None else _pooled(sums, section.items, items)
    voters = max(part.total.valid for part in items) if asked is None else overall.total.valid
    invalid = invalid_because(scheme, chain)
    gate = gate_of(scheme, overall.rates, voters, invalid)
    judged = _judged(overall, scheme.judged_by, lined=scheme.is_lined)
    overall = replace(overall, rulings=judged if gate is None else (gate,))
    if invalid is None:
        rules = [own.item_rule(item.key) for own, item in zip(section.schemes, section.items, strict=True)]
        items = [replace(part, rulings=_judged(part, own, lined=True)) for part, own in zip(items, rules, strict=True)]
    return Unit(tuple(items), overall, voters, count)


def _judged(part: Part, rule: Rule | None, *, lined: bool) -> tuple[Ruling, ...]:
    """Judge a part's figures, and where it has a span, all that lie in that."""
    if part.rates is None or rule is None:
        return ()
    between = () if part.span is None else judge_between(rule, *part.span, lined=lined)
    return (judge(rule, part.rates, lined=lined), *between)


def _part(sums: Sums, tables: Tables) -> Part:
    if isinstance(sums.scheme.scale, ScoreScale):
        return _points(sums, tables, sums.scheme.scale.score)
    total, others = sums.added(tables.values()), sums.alike(tables)
    peaks = _most([total.grades, *(sums.added(other.values()).grades for other in others)])
    veiled = sums.veiled(tables)
    span = sums.span(sums.spread(tables, others)) or (sums.ends(tables) if veiled else None)
    return Part(tables, total, sums.rates(tables), sums.by_group(tables), span, peaks, veiled=veiled)


def _points(sums: Sums, tables: Tables, score: Score) -> Part:
    """Work out an item in points, of which nothing but the mean is ever told: no peak either."""
    total, rates = sums.added(tables.values()), sums.rates(tables)
    span = None
    if rates is not None and not sums.scheme.disclosure.announced and total.valid >= sums.scheme.floor:
        ends = _point_ends(sums, tables, score)
        span = ends and (rates.at(ends[0]), rates.at(ends[1]))
    return Part(tables, total, rates, sums.by_group(tables), span, (0,), veiled=sums.veiled(tables))


def _point_ends(sums: Sums, tables: Tables, score: Score) -> tuple[Fraction, Fraction] | None:
    """Return between what a mean of points must lie for a reader, None where it is told from every other."""
    told, room = sums.told(tables), sums.room(tables)
    rates = sums.rates(told) if told else None
    if rates is None:
        return Fraction(0), Fraction(1)
    reach = reach_of(score, sums.collapsed(told), sums.scheme.weights, sums.scheme.floor)
    ends = near_an_end(rates.satisfied, reach)
    if not room:
        return ends
    low, high = ends or (rates.satisfied, rates.satisfied)
    return (1 - room) * low, (1 - room) * high + room


def _most(rows: Iterable[Sequence[int]]) -> tuple[int, ...]:
    return tuple(max(column) for column in zip(*rows, strict=True))


def counts(scheme: Scheme, part: Part) -> bool:
    """Whether an item has as many answers as it takes to tell anything of it, and so counts where all are added up.

    A sum of marks of which those of a hidden item are a part would tell of them what the item does not (SEC-44).
    """
    return part.rates is not None and part.total.valid >= max(scheme.floor, scheme.gates.min_valid)


def _pooled(sums: Sums, asked: Sequence[Item], items: Sequence[Part]) -> Part:
    if are_weighed(asked):
        return _weighed_pool(sums, asked, items)
    return _pool(sums, [part for part in items if counts(sums.scheme, part)] or items)


def _weighed_pool(sums: Sums, asked: Sequence[Item], items: Sequence[Part]) -> Part:
    """Take the mean of all items' figures by their weights, of those that have any; its table only says how many."""
    scheme, scale, weights = sums.scheme, sums.scheme.scale, [item.weight for item in asked]
    scales = [scheme.for_item(item).scale for item in asked] if are_mixed(asked) else []

    def mean(every: Iterable[Rates | None]) -> Rates | None:
        found = list(every)
        for place, own in enumerate(scales):
            rates = found[place]
            found[place] = rates and rates.told_as(own, scale, scheme.formula)
        return weigh(list(zip(weights, found, strict=True)))

    tables = {group: _padded([part.tables[group] for part in items], len(scale.grades)) for group in sums.raters}
    groups = {group: mean(part.group_rates[group] for part in items) for group in sums.raters}
    low, high = (mean(part.span[end] if part.span else part.rates for part in items) for end in (0, 1))
    span = None if low is None or high is None or all(part.span is None for part in items) else (low, high)
    total = sums.added(tables.values())
    peaks, veiled = (sum(part.peak for part in items),), frozenset().union(*(part.veiled for part in items))
    return Part(tables, total, mean(part.rates for part in items), groups, span, peaks, veiled=veiled)


def _padded(tables: Iterable[Table], grades: int) -> Table:
    """Add up tables of items that may have fewer grades; of points no more than how many answers there are."""
    tables = [table if len(table.grades) <= grades else replace(table, grades=(table.valid,)) for table in tables]
    rows = [replace(table, grades=(*table.grades, *[0] * (grades - len(table.grades)))) for table in tables]
    return add_tables(rows, grades)


def _pool(one: Sums, items: Sequence[Part]) -> Part:
    """Add up items of a form without an overall item; every mark counts once."""
    sums = replace(one, times=len(items))
    tables = {group: sums.added(part.tables[group] for part in items) for group in one.raters}
    rates = sums.rates(tables)
    span, veiled = _pooled_span(sums, items, tables), sums.veiled(tables)
    peaks = tuple(sum(column) for column in zip(*(part.peaks for part in items), strict=True))
    return Part(tables, sums.added(tables.values()), rates, sums.by_group(tables), span, peaks, veiled=veiled)


def _pooled_span(sums: Sums, items: Sequence[Part], pooled: Tables) -> tuple[Rates, Rates] | None:
    """Let every item vary that has a span; pooled figures are sums, so that their changes add up."""
    start = None if all(part.span is None for part in items) else sums.ends(pooled)
    if start is None:
        return None
    tables, (low, high) = sums.collapsed(pooled), start
    for part in items:
        own = sums.collapsed(part.tables)
        spread = sums.spread(part.tables, sums.alike(part.tables))
        span = sums.span(_exchanged(tables, own, other) for other in spread)
        if span is not None:
            low, high = _moved(low, start[0], span[0]), _moved(high, start[1], span[1])
    return low, high


def _exchanged(pooled: Tables, own: Tables, other: Tables) -> dict[str, Table]:
    """Return pooled tables with other grades of one item in the place of its own."""
    found = {}
    for group, table in pooled.items():
        columns = zip(table.grades, own[group].grades, other[group].grades, strict=True)
        found[group] = replace(table, grades=tuple(count - mine + theirs for count, mine, theirs in columns))
    return found


def _moved(rates: Rates, start: Rates, end: Rates) -> Rates:
    """Return figures that have moved by as much as lies between two others."""
    return figure_by_figure(lambda cells: cells[0] + cells[2] - cells[1], (rates, start, end))
