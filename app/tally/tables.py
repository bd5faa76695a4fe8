"""The tables of a result: a part's total, and under it the voter groups that may be shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.campaigns.domain import Item, Scheme
from app.rounds.domain import PaperGroup
from app.tally.assess import Exact, Part
from app.tally.cell import Look, cell_json, hidden_json
from app.tally.figures import Rates, Table, rates_of
from app.tally.hiding import Sight, rest_of, view_of_group
from app.tally.rulers import Rulers, rulers_of
from app.tally.shown import Cell, GroupRow, MergedRow
from app.tally.totals import base_of
from app.tally.wording import REST_TEXT


def labels_of(item: Item, scheme: Scheme) -> tuple[str, ...]:
    """Return the words of the grades as the item has them."""
    return item.words or tuple(grade.label for grade in scheme.scale.grades)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a table answers: the scheme that counts it, the words of its grades; ``pooled``: all items together.

    ``weighed``: by the mean of their figures, of which no grade has a share.
    """

    scheme: Scheme
    labels: tuple[str, ...]
    pooled: bool = False
    weighed: bool = False
    by_points: bool = False


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
        rulers=rulers_of(asked.scheme),
        by_points=asked.by_points,
    )
    return cell_json(look, asked.scheme)


def breakdown_json(exact: Exact, part: Part, sight: Sight, asked: Asked) -> list[GroupRow | MergedRow]:
    """Write the voter groups that rated the unit, in the order of the paper; no rows where none is shown."""
    if sight.hidden == frozenset(part.tables):
        return []
    groups = [group for group in exact.section.groups if group.id in part.tables]
    rows: list[GroupRow | MergedRow] = []
    rulers = rulers_of(asked.scheme)
    for group in groups:
        told, rates = group.id not in sight.hidden, part.group_rates[group.id]
        cell = _cell(part.tables[group.id], rates, asked, rulers) if told else hidden_json()
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
    return {"id": "", "name": REST_TEXT, "members": names, "cell": _cell(table, rates, asked, rulers_of(scheme))}


def _cell(table: Table, rates: Rates | None, asked: Asked, rulers: Rulers) -> Cell:
    look = Look(
        table,
        rates,
        view_of_group(table),
        asked.labels,
        weighed=asked.weighed,
        rulers=rulers,
        by_points=asked.by_points,
    )
    return cell_json(look, asked.scheme)
