"""Tables to JSON: one place, and every number in it is a ``Figure`` of app.tally.disclosure."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from app.campaigns.domain import Denominator, Item, Measure, Scheme
from app.tally.assess import Outcome, Round
from app.tally.disclosure import (
    EXACT_FROM,
    HIDDEN,
    Figure,
    Hidden,
    View,
    band_figure,
    is_pinned,
    part_figure,
    rate_figure,
    score_figure,
    size_figure,
    step_figure,
    steps_of,
    view_of_group,
)
from app.tally.figures import PER_MILLE, Base, Marks, Rates, Table, percent_text, rates_of
from app.tally.rounding import round_together
from app.tally.shown import Cell, Count, GroupRow, HiddenCell, Interval, MergedRow, OtherAnswer, Rate, Share
from app.tally.uncertainty import wilson_interval
from app.tally.verdict import BAND_EDGES
from app.tally.wording import HIDDEN_TEXT, REST_TEXT

NOT_TO_SHOW = "a cell that is shown holds a figure that is not"


@dataclass(frozen=True, slots=True)
class Look:
    """A table with its exact figures, and how closely it may be looked at.

    ``shares``: with its distribution and 综合得分; ``counts``: with the numbers of that distribution. ``lookalikes``:
    the rates of all tables that read like a banded one. ``blunt``: without how many answers there are.
    """

    table: Table
    rates: Rates | None
    view: View
    labels: tuple[str, ...]
    shares: bool
    counts: bool
    population: int | None = None
    lookalikes: tuple[Rates, ...] = ()
    blunt: bool = False


def floors_of(scheme: Scheme, measure: Measure) -> Marks:
    """Lines that a shown figure never reaches from below; 满意率 keeps the edges of the bands as well."""
    every = (scheme.lines, *(own.lines for own in scheme.item_lines))
    lines = [line for each in every for line in (each.attention, each.remedial)]
    edges = BAND_EDGES if measure is Measure.SATISFIED_RATE else ()
    return Marks(floors=(*(lines if scheme.formula.measure is measure else ()), *edges))


def ceilings_of(scheme: Scheme) -> Marks:
    """Lines that a shown 不满意率 never falls back to from above; a line on 总体满意率 is one of them, mirrored."""
    every = (scheme.lines, *(own.lines for own in scheme.item_lines))
    mirrored = [1 - line for line in floors_of(scheme, Measure.POSITIVE_RATE).floors]
    return Marks(ceilings=(*(each.dissatisfied for each in every), *mirrored))


def rate_json(figure: Figure | Hidden) -> Rate | None:
    """Write a shown rate: its text, and tenths of a percent for drawing."""
    return None if isinstance(figure, Hidden) else {"text": figure.text, "tenths": figure.tenths}


def _shown_rate(figure: Figure | Hidden) -> Rate:
    """Write a rate of a cell that is shown; ValueError for one that may not be."""
    if isinstance(figure, Hidden):
        raise ValueError(NOT_TO_SHOW)  # noqa: TRY004 - what is wrong is the cell
    return {"text": figure.text, "tenths": figure.tenths}


def _count_of(figure: Figure | Hidden) -> int | None:
    return None if isinstance(figure, Hidden) or not figure.text.isdecimal() else int(figure.text)


def _count_json(figure: Figure | Hidden) -> Count:
    if isinstance(figure, Hidden):
        raise ValueError(NOT_TO_SHOW)  # noqa: TRY004 - what is wrong is the cell
    return {"text": figure.text, "count": _count_of(figure)}


def hidden_json() -> HiddenCell:
    """Write a cell that is not shown; all such cells are alike."""
    return {"shown": False, "text": HIDDEN_TEXT}


def labels_of(item: Item, scheme: Scheme) -> tuple[str, ...]:
    """Return the words of the grades as the item has them."""
    return item.labels or tuple(grade.label for grade in scheme.scale.grades)


def cell_json(look: Look, scheme: Scheme) -> Cell:
    """One cell of the document."""
    rates, table, view, k = look.rates, look.table, look.view, scheme.k
    if rates is None or view is View.HIDDEN:
        return hidden_json()
    shown = _bands(look, rates, scheme) if view is View.BANDED else _rates(look, rates, scheme)
    score = score_figure(rates, table, view, k, floors_of(scheme, Measure.MEAN_SCORE)) if look.shares else HIDDEN
    return {
        "shown": True,
        "view": view,
        "valid": _count_json(size_figure(table.valid, view, k, blunt=look.blunt)),
        "answered": _count_json(size_figure(table.answered, view, k, blunt=look.blunt)),
        "satisfied_rate": shown.satisfied,
        "positive_rate": shown.positive,
        "dissatisfied_rate": shown.dissatisfied,
        "mean_score": rate_json(score),
        "interval": _interval(look, scheme),
        "unknown": _other_json(scheme.scale.unknown, table.unknown, look, scheme),
        "abstain": _other_json(scheme.scale.abstain, table.abstain, look, scheme),
        "distribution": shown.distribution,
    }


@dataclass(frozen=True, slots=True)
class _Shown:
    """The rates of a cell as they are written, and the shares under them."""

    satisfied: Rate
    positive: Rate
    dissatisfied: Rate
    distribution: list[Share]


def _bands(look: Look, rates: Rates, scheme: Scheme) -> _Shown:
    every = look.lookalikes or (rates,)
    wide = look.blunt or is_pinned(look.table, scheme.formula.top, scheme.scale.positives)

    def shown(some: Sequence[Fraction]) -> Rate:
        return _shown_rate(band_figure(some, look.table.valid, scheme.k, wide=wide))

    return _Shown(
        shown([each.satisfied for each in every]),
        shown([each.positive for each in every]),
        shown([each.dissatisfied for each in every]),
        [],
    )


def _rates(look: Look, rates: Rates, scheme: Scheme) -> _Shown:
    """Write the rates and the shares under them, rounded together."""
    floors = floors_of(scheme, Measure.SATISFIED_RATE)
    steps = round_together(scheme, rates, steps_of(look.view), floors, ceilings_of(scheme))

    def shown(step: int) -> Rate:
        return _shown_rate(step_figure(step, look.table.valid, look.view, scheme.k))

    return _Shown(
        shown(steps.satisfied),
        shown(steps.positive),
        shown(steps.dissatisfied),
        _distribution(look, [shown(share) for share in steps.shares], scheme.k),
    )


def _interval(look: Look, scheme: Scheme) -> Interval | None:
    """Write where 满意率 of everybody expected may lie; only beside exact rates of 有效评价, unweighted."""
    plain = scheme.formula.denominator is Denominator.VALID and not scheme.weights
    if not scheme.intervals or look.population is None or look.view is not View.EXACT or not plain:
        return None
    table = look.table
    low, high = wilson_interval(table.top(scheme.formula.top), table.valid, max(look.population, table.valid))
    least, most = floor(low * PER_MILLE), ceil(high * PER_MILLE)
    return {"text": f"{percent_text(least)}–{percent_text(most)}", "low": least, "high": most}


def _other_json(label: str | None, count: int, look: Look, scheme: Scheme) -> OtherAnswer | None:
    """不了解 or 弃权 with its rate among all answers; None if the scale has none."""
    if label is None:
        return None
    answered = look.table.answered
    ceiling = Marks(ceilings=(scheme.gates.unknown_warning,))
    rate = rate_figure(look.table.share_of_answers(count), answered, look.view, scheme.k, ceiling)
    number = _count_of(part_figure(count, answered, look.view, scheme.k))
    return {"label": label, "count": number, "rate": rate_json(rate)}


def _distribution(look: Look, shares: Sequence[Rate], k: int) -> list[Share]:
    if not look.shares:
        return []
    rows: list[Share] = []
    for label, count, share in zip(look.labels, look.table.grades, shares, strict=True):
        number = _count_of(part_figure(count, look.table.valid, look.view, k)) if look.counts else None
        rows.append({"label": label, "count": number, "share": share})
    return rows


def total_json(outcome: Outcome, labels: tuple[str, ...], scheme: Scheme, *, blunt: bool) -> Cell:
    """Write a unit's total. Weighted shares come without counts, a second equation about hidden groups."""
    look = Look(
        outcome.total,
        outcome.rates,
        outcome.view,
        labels,
        shares=outcome.least >= EXACT_FROM,
        counts=not scheme.weights,
        population=None if outcome.base is None else outcome.base.expected,
        lookalikes=outcome.lookalikes,
        blunt=blunt,
    )
    return cell_json(look, scheme)


def breakdown_json(outcome: Outcome, labels: tuple[str, ...], here: Round) -> list[GroupRow | MergedRow]:
    """Write the voter groups that rated the unit, in the order of the paper; no rows where none is shown."""
    if outcome.hidden == frozenset(outcome.tables):
        return []
    rows: list[GroupRow | MergedRow] = [
        {"id": group.id, "name": group.name, "cell": _group_json(outcome, group.id, labels, here)}
        for group in here.paper.groups
        if group.id in outcome.tables
    ]
    if outcome.rest_base is not None:
        rows.append(_rest_json(outcome, outcome.rest_base, labels, here))
    return rows


def _rest_json(outcome: Outcome, base: Base, labels: tuple[str, ...], here: Round) -> MergedRow:
    """Write the hidden groups as one merged row: what the total less the groups shown gives anyway."""
    table, scheme = outcome.rest, here.paper.scheme
    members = [group.name for group in here.paper.groups if group.id in outcome.hidden]
    rates = rates_of(scheme.scale, scheme.formula, table, base)
    return {"id": "", "name": REST_TEXT, "members": members, "cell": _part_json(table, rates, labels, here)}


def _group_json(outcome: Outcome, group_id: str, labels: tuple[str, ...], here: Round) -> Cell:
    if group_id in outcome.hidden:
        return hidden_json()
    return _part_json(outcome.tables[group_id], outcome.group_rates[group_id], labels, here)


def _part_json(table: Table, rates: Rates | None, labels: tuple[str, ...], here: Round) -> Cell:
    view = view_of_group(table, here.rules)
    exact = view is View.EXACT
    return cell_json(Look(table, rates, view, labels, shares=exact, counts=exact), here.paper.scheme)
