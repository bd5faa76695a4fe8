"""How the tables of a unit become the figures of a total, and between what these lie where it must tell no more."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from app.campaigns.domain import Scheme, ScoreScale
from app.tally.alike import Tables, lookalikes
from app.tally.chain import Chain, GroupChain
from app.tally.figures import Base, Table, add_tables
from app.tally.rates import Rates, even, figure_by_figure, rates_of, weigh


def present_of(row: GroupChain) -> int:
    """Return how many were present; where nobody counted who came, as many as slips were issued."""
    return row.issued if row.present is None else row.present


def base_of(chain: Chain, tables: Tables, times: int = 1) -> Base:
    """Add up returned and expected ballots, and people present, of groups with tables; ``times`` over for pooled items.

    Who was not asked about himself （本人） is none of them.

    Where more came back than were expected or present, as many count as were: no rate exceeds the whole. The result
    says so. Nobody counted who came to a group: as many as slips were issued.
    """
    rows, excused = [chain.group(group) for group in tables], sum(table.excused for table in tables.values())
    returned, expected = sum(row.returned for row in rows), sum(row.expected for row in rows)
    present = max(returned, sum(map(present_of, rows)))
    return Base(*(times * people - excused for people in (returned, max(expected, returned), present)))


def veiled_of(scheme: Scheme, tables: Tables, unseen: frozenset[str]) -> frozenset[str]:
    """Return the groups in a total by weights whose figures must not move it.

    Each group has a base of its own, so that whatever rates are divided by, how many came of an unseen group moves
    the total. What is left beside such groups tells of the others alone: those of fewer than k answers go as well.
    """
    weighed = {group: table for group, table in tables.items() if scheme.weights.get(group)}
    if unseen.isdisjoint(weighed):
        return frozenset()
    return frozenset(group for group, table in weighed.items() if group in unseen or table.valid < scheme.floor)


@dataclass(frozen=True, slots=True)
class Sums:
    """How the tables of a unit become figures; ``times`` as many answers as ballots where items are pooled.

    ``unseen``: the groups whose number of ballots the counting chain hides.
    """

    scheme: Scheme
    chain: Chain
    raters: tuple[str, ...]
    unseen: frozenset[str]
    times: int = 1
    _known: dict[tuple[str, Table], Rates | None] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The figures of groups so far: of the many tables that must read alike most have most groups in common."""

    def added(self, tables: Iterable[Table]) -> Table:
        """Add up tables of the scale."""
        scale = self.scheme.scale
        return add_tables(tables, scale.score.steps + 1 if isinstance(scale, ScoreScale) else len(scale.grades))

    def collapsed(self, tables: Tables) -> Tables:
        """Forget the groups where a total does not depend on who marked what."""
        return tables if self.scheme.weights else {"": self.added(tables.values())}

    def by_group(self, tables: Tables) -> dict[str, Rates | None]:
        """Return the figures of each group, None where it has none."""
        return {group: self._of_group(group, table) for group, table in tables.items()}

    def _of_group(self, group: str, table: Table) -> Rates | None:
        key = group, table
        if key not in self._known:
            base = self._base({group: table})
            self._known[key] = rates_of(self.scheme.scale, self.scheme.formula, table, base)
        return self._known[key]

    def rates(self, tables: Tables) -> Rates | None:
        """Return the figures of a total, of tables that may be collapsed."""
        if self.scheme.weights:
            groups = self.by_group(tables)
            return weigh([(self.scheme.weights.get(group, Fraction(0)), rates) for group, rates in groups.items()])
        total = self.added(tables.values())
        return rates_of(self.scheme.scale, self.scheme.formula, total, self._base(tables))

    def _base(self, tables: Tables) -> Base:
        """Return the base of some groups, of all raters where tables forget the groups."""
        if "" not in tables:
            return base_of(self.chain, tables, self.times)
        excused = self.added(tables.values()).excused
        whole = dict.fromkeys(self.raters, Table(()))
        return base_of(self.chain, {**whole, self.raters[0]: Table((), excused=excused)}, self.times)

    def alike(self, tables: Tables) -> list[dict[str, Table]]:
        """Return what must read like these tables; of so few answers that nothing is shown nothing needs to.

        Nothing needs to where the voters knew before that the totals would be told.
        """
        if self.scheme.disclosure.announced or self.added(tables.values()).valid < self.scheme.floor:
            return []
        return lookalikes(self.collapsed(tables), self.scheme.formula.top)

    def spread(self, tables: Tables, alike: Sequence[Tables]) -> Iterator[Tables]:
        """Yield tables that must read ``alike`` and, of each, those in which a thin weighted group is of another mind.

        One answer moves a total the farther, the fewer its group gave: how few must not be told by how wide the band
        is, so that a group of fewer than k answers is taken for one of a single answer (SEC-43).
        """
        every = self._alike_beside(tables) if self.veiled(tables) else alike
        yield from every
        for other in every if self.scheme.weights else ():
            for group, table in other.items():
                if 0 < table.valid < self.scheme.floor and self.scheme.weights.get(group):
                    yield from ({**other, group: moved} for moved in _of_one_mind(table))

    def _alike_beside(self, tables: Tables) -> list[dict[str, Table]]:
        """Return what must read like these tables beside veiled groups: figures tell of the others alone."""
        told = self.told(tables)
        return [{**tables, **other} for other in lookalikes(told, self.scheme.formula.top)] if told else []

    def veiled(self, tables: Tables) -> frozenset[str]:
        """Return the groups in a total whose figures must not move it."""
        return veiled_of(self.scheme, tables, self.unseen)

    def told(self, tables: Tables) -> Tables:
        """Return the tables that a total tells of: beside veiled groups those of the others that weigh."""
        veiled = self.veiled(tables)
        if not veiled:
            return tables
        return {g: table for g, table in tables.items() if g not in veiled and self.scheme.weights.get(g)}

    def room(self, tables: Tables) -> Fraction:
        """Return which part of a total the veiled groups may be."""
        veiled, weights = self.veiled(tables), self.scheme.weights
        if not veiled:
            return Fraction(0)
        hidden = sum(weights[group] for group in veiled)
        return Fraction(hidden, hidden + sum(weights[group] for group in self.told(tables)))

    def ends(self, tables: Tables) -> tuple[Rates, Rates] | None:
        """Return between what the figures of a total lie, whatever its veiled groups did; without such twice the same.

        How far apart they lie hangs on the weights alone.
        """
        veiled = self.veiled(tables)
        if not veiled:
            rates = self.rates(tables)
            return None if rates is None else (rates, rates)
        groups = self.by_group(tables)
        weights = {group: self.scheme.weights.get(group, Fraction(0)) for group in groups}
        columns = next((rates for group, rates in groups.items() if rates is not None and weights[group] > 0), None)
        if columns is None:
            return None
        every = [even(columns, end) for end in (0, 1)]
        low, high = (weigh([(weights[g], end if g in veiled else groups[g]) for g in groups]) for end in every)
        return None if low is None or high is None else (low, high)

    def span(self, every: Iterable[Tables]) -> tuple[Rates, Rates] | None:
        """Return the least and the most that each figure is in any of some tables."""
        found = [ends for ends in map(self.ends, every) if ends is not None]
        low, high = ([ends[at] for ends in found] for at in (0, 1))
        return (figure_by_figure(min, low), figure_by_figure(max, high)) if found else None


def _of_one_mind(table: Table) -> Iterator[Table]:
    """Yield the tables of as many answers that are all of one grade."""
    for place in range(len(table.grades)):
        counts = tuple(table.valid if grade == place else 0 for grade in range(len(table.grades)))
        yield replace(table, grades=counts)
