"""Tables to JSON: one place, and every number in it is a ``Figure`` of app.tally.disclosure."""

from dataclasses import dataclass

from app.campaigns.domain import Item, Scheme
from app.rounds.domain import Paper
from app.tally.assess import Outcome
from app.tally.disclosure import (
    Figure,
    Hidden,
    View,
    part_figure,
    rate_figure,
    score_figure,
    share_figures,
    size_figure,
    view_of_group,
)
from app.tally.figures import Marks, Rates, Table
from app.tally.verdict import BAND_EDGES
from app.tally.wording import BREAKDOWN_TEXT, HIDDEN_TEXT

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Look:
    """A table with its exact figures, and how closely it may be looked at."""

    table: Table
    rates: Rates | None
    view: View
    labels: tuple[str, ...]
    distribution: bool
    counts: bool


def marks_of(scheme: Scheme) -> Marks:
    """Lines that a shown 满意率 never reaches from below."""
    return Marks(floors=(scheme.lines.attention, scheme.lines.remedial, *BAND_EDGES))


def rate_json(figure: Figure | Hidden) -> Json | None:
    """Write a shown rate: its text, and tenths of a percent for drawing."""
    return None if isinstance(figure, Hidden) else {"text": figure.text, "tenths": figure.tenths}


def _count_json(figure: Figure | Hidden) -> Json | None:
    if isinstance(figure, Hidden):
        return None
    return {"text": figure.text, "count": int(figure.text) if figure.text.isdecimal() else None}


def hidden_json() -> Json:
    """Write a cell that is not shown; all such cells are alike."""
    return {"shown": False, "text": HIDDEN_TEXT}


def labels_of(item: Item, scheme: Scheme) -> tuple[str, ...]:
    """Return the words of the grades as the item has them."""
    return item.labels or tuple(grade.label for grade in scheme.scale.grades)


def cell_json(look: Look, scheme: Scheme) -> Json:
    """One cell of the document, as app.tally.result describes it."""
    rates, table, view, k = look.rates, look.table, look.view, scheme.k
    if rates is None or view is View.HIDDEN:
        return hidden_json()
    valid, answered = table.valid, table.answered
    marks = marks_of(scheme)
    ceiling = Marks(ceilings=(scheme.lines.dissatisfied,))
    return {
        "shown": True,
        "view": view.value,
        "valid": _count_json(size_figure(valid, view, k)),
        "answered": _count_json(size_figure(answered, view, k)),
        "satisfied_rate": rate_json(rate_figure(rates.satisfied, valid, view, k, marks)),
        "positive_rate": rate_json(rate_figure(rates.positive, valid, view, k)),
        "dissatisfied_rate": rate_json(rate_figure(rates.dissatisfied, valid, view, k, ceiling)),
        "mean_score": rate_json(score_figure(rates, table, view, k)),
        "unknown": _other_json(scheme.scale.unknown, table.unknown, look, scheme),
        "abstain": _other_json(scheme.scale.abstain, table.abstain, look, scheme),
        "distribution": _distribution(look, rates, k),
    }


def _other_json(label: str | None, count: int, look: Look, scheme: Scheme) -> Json | None:
    """不了解 or 弃权 with its rate among all answers; None if the scale has none."""
    if label is None:
        return None
    answered = look.table.answered
    ceiling = Marks(ceilings=(scheme.gates.unknown_warning,))
    rate = rate_figure(look.table.share_of_answers(count), answered, look.view, scheme.k, ceiling)
    number = _count_json(part_figure(count, answered, look.view, scheme.k))
    return {"label": label, "count": None if number is None else number["count"], "rate": rate_json(rate)}


def _distribution(look: Look, rates: Rates, k: int) -> list[Json]:
    shares = share_figures(rates, look.table, look.view, k)
    if isinstance(shares, Hidden) or not look.distribution:
        return []
    rows: list[Json] = []
    for label, count, share in zip(look.labels, look.table.grades, shares, strict=True):
        number = _count_json(part_figure(count, look.table.valid, look.view, k)) if look.counts else None
        rows.append({"label": label, "count": None if number is None else number["count"], "share": rate_json(share)})
    return rows


def total_json(outcome: Outcome, labels: tuple[str, ...], scheme: Scheme) -> Json:
    """Write a unit's total. Weighted shares come without counts, a second equation about hidden groups."""
    look = Look(outcome.total, outcome.rates, outcome.view, labels, distribution=True, counts=not scheme.weights)
    return cell_json(look, scheme)


def breakdown_json(outcome: Outcome, labels: tuple[str, ...], paper: Paper) -> Json:
    """Write the voter groups that rated the unit, in the order of the paper; no rows where none is shown."""
    if outcome.hidden == frozenset(outcome.tables):
        return {"groups": [], "groups_text": BREAKDOWN_TEXT}
    rows: list[Json] = [
        {"id": group.id, "name": group.name, "cell": _group_json(outcome, group.id, labels, paper.scheme)}
        for group in paper.groups
        if group.id in outcome.tables
    ]
    return {"groups": rows, "groups_text": ""}


def _group_json(outcome: Outcome, group_id: str, labels: tuple[str, ...], scheme: Scheme) -> Json:
    if group_id in outcome.hidden:
        return hidden_json()
    table = outcome.tables[group_id]
    view = view_of_group(table)
    exact = view is View.EXACT
    return cell_json(Look(table, outcome.group_rates[group_id], view, labels, distribution=exact, counts=exact), scheme)
