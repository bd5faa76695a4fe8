"""The tables of a result: a part's total, and under it the voter groups that may be shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from app.campaigns.domain import Item, Scheme
from app.campaigns.weighing import are_weighed, by_points
from app.rounds.domain import PaperGroup, Section
from app.tally.assess import Exact, Part
from app.tally.cell import Look, cell_json, hidden_json
from app.tally.figures import Table
from app.tally.hiding import Rules, Sight, rest_of, view_of_group
from app.tally.rates import Rates, rates_of
from app.tally.rulers import Rulers, rulers_of
from app.tally.shown import Cell, GroupRow, MergedRow
from app.tally.totals import base_of
from app.tally.verdict import Edge, band_edges
from app.tally.wording import REST_TEXT


def labels_of(item: Item, scheme: Scheme) -> tuple[str, ...]:
    """Return the words of the grades as the item has them."""
    return item.words or tuple(grade.label for grade in scheme.scale.grades)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a table answers: the scheme that counts it, the words of its grades; ``pooled``: all items together.

    ``rulers``: the numbers that its figures are held against. ``weighed``: by the mean of their figures, of which no
    grade has a share.
    """

    scheme: Scheme
    labels: tuple[str, ...]
    rulers: Rulers
    pooled: bool = False
    weighed: bool = False
    by_points: bool = False


@dataclass(frozen=True)  # without slots, so that what holds of all its objects is worked out once
class Way:
    """A section on its way into the document, with what every one of its objects is told by."""

    exact: Exact
    rules: Rules

    @property
    def section(self) -> Section:
        """What was asked."""
        return self.exact.section

    @cached_property
    def points(self) -> bool:
        """Whether objects are judged by points."""
        return by_points(self.section.items)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Where the bands begin."""
        return band_edges(self.section.scheme, by_points=self.points)

    @cached_property
    def _rulers(self) -> Rulers:
        return rulers_of(self.section.scheme)

    def _rulers_of(self, own: Scheme) -> Rulers:
        """Return the section's rulers for what its own scheme counts, which is most."""
        return self._rulers if own is self.section.scheme else rulers_of(own)

    @cached_property
    def items(self) -> tuple[Asked, ...]:
        """What the table of each item answers."""
        every = zip(self.section.schemes, self.section.items, strict=True)
        return tuple(
            Asked(own, labels_of(item, own), self._rulers_of(own), by_points=item.score is not None)
            for own, item in every
        )

    @cached_property
    def pooled(self) -> Asked:
        """What the table of all items together answers."""
        scheme, weighed = self.section.scheme, are_weighed(self.section.items)
        grades = tuple(grade.label for grade in scheme.scale.grades)
        return Asked(scheme, grades, self._rulers, pooled=True, weighed=weighed, by_points=self.points)


def total_json(exact: Exact, part: Part, sight: Sight, asked: Asked) -> Cell:
    """Write a unit's total."""
    look = Look(
        part.total,
        part.rates,
        sight.view,
        asked.labels,
        population=None if asked.pooled else base_of(exact.chain, part.tables).expected,
        span=part.span,
        blunt=sight.blunt,
        weighted=bool(asked.scheme.weights),
        weighed=asked.weighed,
        rulers=asked.rulers,
        by_points=asked.by_points,
    )
    return cell_json(look, asked.scheme)


def breakdown_json(exact: Exact, part: Part, sight: Sight, asked: Asked) -> list[GroupRow | MergedRow]:
    """Write the voter groups that rated the unit, in the order of the paper; no rows where none is shown."""
    if sight.hidden == frozenset(part.tables):
        return []
    groups = [group for group in exact.section.groups if group.id in part.tables]
    rows: list[GroupRow | MergedRow] = []
    for group in groups:
        told, rates = group.id not in sight.hidden, part.group_rates[group.id]
        cell = _cell(part.tables[group.id], rates, asked) if told else hidden_json()
        rows.append({"id": group.id, "name": group.name, "cell": cell})
    if sight.hidden and not asked.scheme.weights and not asked.pooled:
        rows.append(_rest_json(exact, part, [group for group in groups if group.id in sight.hidden], asked))
    return rows


def _rest_json(exact: Exact, part: Part, hidden: Sequence[PaperGroup], asked: Asked) -> MergedRow:
    """Write the hidden groups as one merged row: what the total less the groups shown gives anyway."""
    scheme, ids = asked.scheme, [group.id for group in hidden]
    table = rest_of(part.tables, frozenset(ids))
    rates = rates_of(
        scheme.scale, scheme.formula, table, base_of(exact.chain, {each: part.tables[each] for each in ids})
    )
    names = [group.name for group in hidden]
    return {"id": "", "name": REST_TEXT, "members": names, "cell": _cell(table, rates, asked)}


def _cell(table: Table, rates: Rates | None, asked: Asked) -> Cell:
    look = Look(
        table,
        rates,
        view_of_group(table),
        asked.labels,
        weighed=asked.weighed,
        rulers=asked.rulers,
        by_points=asked.by_points,
    )
    return cell_json(look, asked.scheme)
