"""Tables to JSON: one place, and every number in it is a ``Figure`` of app.tally.disclosure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from app.campaigns.disclosure import Extent
from app.campaigns.domain import Denominator, Scheme, ScoreScale
from app.campaigns.rule import ONE_HUNDRED
from app.tally.disclosure import (
    HIDDEN,
    Closely,
    Figure,
    Hidden,
    View,
    band_figure,
    part_figure,
    points_band,
    points_figure,
    rate_figure,
    score_figure,
    size_figure,
)
from app.tally.figures import NO_MARKS, PER_MILLE, PERCENT, Marks, Table, percent_text
from app.tally.rates import Rates
from app.tally.rulers import Rulers, rulers_of
from app.tally.shown import Cell, Count, HiddenCell, Interval, OtherAnswer, Rate, Share, ShownCell
from app.tally.uncertainty import wilson_interval
from app.tally.wording import HIDDEN_TEXT, NOT_TOLD, WORDS_ONLY_TEXT, sum_text

NOT_TO_SHOW = "a cell that is shown holds a figure that is not"


@dataclass(frozen=True, slots=True)
class Look:
    """A table with its exact figures, and how closely it may be looked at.

    ``span``: the figures between which those lie of all tables that read like a banded one. ``blunt``: without how many
    answers there are. ``weighted``: by voter groups; ``weighed``: by items, so that no grade has a share.
    ``by_points``: nothing but the mean has a meaning.
    """

    table: Table
    rates: Rates | None
    view: View
    labels: tuple[str, ...]
    population: int | None = None
    span: tuple[Rates, Rates] | None = None
    blunt: bool = False
    weighted: bool = False
    weighed: bool = False
    rulers: Rulers | None = None
    by_points: bool = False


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


def cell_json(look: Look, scheme: Scheme) -> Cell:
    """One cell of the document."""
    rates, table, k = look.rates, look.table, scheme.floor
    closely = Closely(look.view, k, scheme.decimals)
    if rates is None or look.view is View.HIDDEN:
        return hidden_json()
    disclosure = scheme.disclosure
    # A mean is no sum of counted grades: the freeze refuses points where sums alone are announced, and so does this.
    untold = {Extent.WORDS, Extent.SUM} if look.by_points else {Extent.WORDS}
    if disclosure.announced and disclosure.extent in untold:
        return {"shown": False, "text": WORDS_ONLY_TEXT}
    if look.by_points:
        return _points(look, rates, scheme)
    if disclosure.announced:
        return _announced(look, rates, scheme)
    shown = _bands(look, rates, scheme) if look.view is View.BANDED else _rates(look, rates, scheme)
    score = score_figure(rates, table, closely, (look.rulers or rulers_of(scheme)).score)
    others = [_other_json(look, scheme, *each) for each in _others(look, scheme, rates)]
    cell: ShownCell = {
        "shown": True,
        "view": look.view,
        "valid": _count_json(size_figure(table.valid, k, blunt=look.blunt)),
        "answered": _count_json(size_figure(table.answered, k, blunt=look.blunt)),
        "satisfied_rate": shown.satisfied,
        "positive_rate": shown.positive,
        "dissatisfied_rate": shown.dissatisfied,
        "mean_score": rate_json(score),
        "interval": _interval(look, scheme),
        "unknown": others[0],
        "abstain": others[1],
        "distribution": shown.distribution,
    }
    told = _sum_told(look, scheme, rates, cell)
    return {**cell, "sum_text": told} if told else cell


def _others(
    look: Look, scheme: Scheme, rates: Rates
) -> tuple[tuple[str | None, int, Fraction], tuple[str | None, int, Fraction]]:
    """Return 不了解 and 弃权 with their numbers and rates; of a weighted total plainly of all answers."""
    scale, table, plain = scheme.scale, look.table, look.table.share_of_answers
    mean = look.weighted or look.weighed
    unknown, abstain = (plain(table.unknown), plain(table.abstain)) if mean else (rates.unknown, rates.abstain)
    return (scale.unknown, table.unknown, unknown), (scale.abstain, table.abstain, abstain)


def _sum_told(look: Look, scheme: Scheme, rates: Rates, cell: ShownCell) -> str:
    """Name what the printed shares of a row add up to, where they are the whole and print another sum."""
    every = [row["share"] for row in cell["distribution"]]
    others = scheme.formula.denominator is not Denominator.VALID and not look.weighted
    if not every or not rates.are_whole(others=others):
        return ""
    if others:
        every += [other["rate"] for other in (cell["unknown"], cell["abstain"]) if other and other["rate"]]
    printed = sum((Decimal(rate["text"].rstrip("%")) for rate in every), Decimal(0))
    return "" if printed == ONE_HUNDRED else sum_text(f"{printed}%")


UNTOLD: Rate = {"text": NOT_TOLD, "tenths": None}


def _announced(look: Look, rates: Rates, scheme: Scheme) -> Cell:
    """One cell of an announced round: its extent and no more, the same for every reader."""
    extent, view, k = scheme.disclosure.extent, look.view, scheme.floor
    shown = (_bands if view is View.BANDED else _rates)(look, rates, scheme)
    every = extent is Extent.COUNTS
    counted = part_figure(look.table.top(scheme.formula.top), look.table.valid, view, k)
    score = score_figure(rates, look.table, Closely(view, k, scheme.decimals), rulers_of(scheme).score)
    others = [_option(look, scheme, *each) for each in _others(look, scheme, rates)]
    cell: ShownCell = {
        "shown": True,
        "view": View.BANDED if view is View.HIDDEN else view,
        "valid": _count_json(size_figure(look.table.valid, k, blunt=look.blunt)),
        "answered": _count_json(size_figure(look.table.answered, k, blunt=look.blunt)),
        "satisfied_rate": shown.satisfied,
        "positive_rate": shown.positive if every else UNTOLD,
        "dissatisfied_rate": shown.dissatisfied if every else UNTOLD,
        "mean_score": rate_json(score) if every else None,
        "interval": None,
        "unknown": others[0],
        "abstain": others[1],
        "distribution": shown.distribution if every else [],
    }
    if told := _sum_told(look, scheme, rates, cell):
        cell["sum_text"] = told
    if look.weighed or isinstance(counted, Hidden):
        return cell
    return {**cell, "satisfied": _count_json(counted), "counted": "+".join(look.labels[: scheme.formula.top])}


def _option(look: Look, scheme: Scheme, label: str | None, count: int, share: Fraction) -> OtherAnswer | None:
    """不了解 or 弃权 as far as the extent tells it."""
    told = _other_json if scheme.disclosure.extent is Extent.COUNTS else _untold
    return told(look, scheme, label, count, share)


def _points(look: Look, rates: Rates, scheme: Scheme) -> Cell:
    """One cell of what is answered in points: how many answers, and their mean; of an announced round no more."""
    scale, k, valid = scheme.scale, scheme.floor, look.table.valid
    most = scale.score.most if isinstance(scale, ScoreScale) else PERCENT
    if look.view is View.BANDED:
        low, high = look.span or (rates, rates)
        mean = points_band((low.mean_score / PERCENT, high.mean_score / PERCENT), most, valid, k)
    else:
        marks = (look.rulers or rulers_of(scheme)).score
        mean = points_figure(rates.mean_score / PERCENT, most, valid, Closely(look.view, k, scheme.decimals), marks)
    told = _untold if scheme.disclosure.announced else _other_json
    unknown, abstain = (told(look, scheme, *each) for each in _others(look, scheme, rates))
    return {
        "shown": True,
        "view": View.BANDED if look.view is View.HIDDEN else look.view,
        "valid": _count_json(size_figure(valid, k, blunt=look.blunt)),
        "answered": _count_json(size_figure(look.table.answered, k, blunt=look.blunt)),
        "satisfied_rate": UNTOLD,
        "positive_rate": UNTOLD,
        "dissatisfied_rate": UNTOLD,
        "mean_score": _shown_rate(mean),
        "interval": None,
        "unknown": unknown,
        "abstain": abstain,
        "distribution": [],
    }


def _untold(_look: Look, _scheme: Scheme, label: str | None, _count: int, _share: Fraction) -> OtherAnswer | None:
    return None if label is None else {"label": label, "count": None, "rate": UNTOLD}


@dataclass(frozen=True, slots=True)
class _Shown:
    """The rates of a cell as they are written, and the shares under them."""

    satisfied: Rate
    positive: Rate
    dissatisfied: Rate
    distribution: list[Share]


def _bands(look: Look, rates: Rates, scheme: Scheme) -> _Shown:
    low, high = look.span or (rates, rates)

    def shown(least: Fraction, most: Fraction) -> Rate:
        return _shown_rate(band_figure(least, most, look.table.valid, scheme.floor))

    return _Shown(
        shown(low.satisfied, high.satisfied),
        shown(low.positive, high.positive),
        shown(low.dissatisfied, high.dissatisfied),
        [],
    )


def _rates(look: Look, rates: Rates, scheme: Scheme) -> _Shown:
    """Write the rates and the shares under them, each rounded by itself."""
    rulers, closely = look.rulers or rulers_of(scheme), Closely(look.view, scheme.floor, scheme.decimals)

    def shown(rate: Fraction, marks: Marks) -> Rate:
        return _shown_rate(rate_figure(rate, look.table.valid, closely, marks))

    held = [rulers.best, *[NO_MARKS] * (len(rates.shares) - 2), rulers.worst]
    return _Shown(
        shown(rates.satisfied, rulers.satisfied),
        shown(rates.positive, rulers.positive),
        shown(rates.dissatisfied, rulers.dissatisfied),
        _distribution(look, list(map(shown, rates.shares, held)), scheme.floor),
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


def _other_json(look: Look, scheme: Scheme, label: str | None, count: int, share: Fraction) -> OtherAnswer | None:
    """不了解 or 弃权 with its rate, of the row's base or of all answers; None if the scale has none."""
    if label is None:
        return None
    answered = look.table.answered
    marks = Marks(ceilings=(scheme.gates.unknown_warning,))
    rate = rate_figure(share, answered, Closely(look.view, scheme.floor, scheme.decimals), marks)
    number = _count_of(part_figure(count, answered, look.view, scheme.floor))
    return {"label": label, "count": number, "rate": rate_json(rate)}


def _distribution(look: Look, shares: Sequence[Rate], k: int) -> list[Share]:
    """Write the grades. Weighted shares come without counts, a second equation about hidden groups."""
    rows: list[Share] = []
    if look.weighed:
        return rows
    for label, count, share in zip(look.labels, look.table.grades, shares, strict=True):
        number = HIDDEN if look.weighted else part_figure(count, look.table.valid, look.view, k)
        rows.append({"label": label, "count": _count_of(number), "share": share})
    return rows
