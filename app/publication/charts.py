"""Charts of a published result: the shown shares of the document, nothing worked out anew."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from app.charts.distribution import Bar, distribution_png, distribution_svg, legend_svg, row_svg
from app.charts.multiples import multiples_svg
from app.charts.palette import Kind
from app.charts.rates import Rate, RateChart, Row, rates_png, rates_svg
from app.core.errors import DomainError
from app.publication.domain import Pair
from app.tally import shown
from app.tally.document import Document, Section, Target, only_section, parts_of
from app.tally.shown import Cell, ChainRow, Share, participation_rate
from app.tally.wording import CHAIN, HIDDEN_TEXT

TURNOUT = (CHAIN["return_rate"], CHAIN["participation_rate"])

Drawn = tuple[tuple[Bar, ...], tuple[str, ...], str, str]
"""Bars, options, title and description of a distribution chart."""


def distribution_of(cell: Cell) -> list[Share]:
    """Return the grades with their shares; none for a cell that is hidden or shown as a band."""
    return cell["distribution"] if cell["shown"] else []


def shares_of(cell: Cell) -> tuple[float, ...]:
    """Return the shares of the grades as parts of 1; none for a cell that is hidden or shown as a band."""
    return tuple((part["share"]["tenths"] or 0) / 1000 for part in distribution_of(cell))


def _counts(cell: Cell) -> tuple[int, ...] | None:
    parts = distribution_of(cell)
    counts = tuple(part["count"] for part in parts if part["count"] is not None)
    return counts if parts and len(counts) == len(parts) else None


def _bar(label: str, cell: Cell) -> Bar:
    texts = tuple(part["share"]["text"] for part in distribution_of(cell))
    return Bar(label, shares_of(cell), _counts(cell), texts or None)


def _words(cell: Cell) -> str:
    """Describe a cell for those who do not see the bar."""
    if not cell["shown"]:
        return cell["text"]
    parts = [f"{part['label']} {part['share']['text']}" for part in cell["distribution"]]
    return "，".join(parts or [f"满意率 {cell['satisfied_rate']['text']}"])


def _grades(section: Section) -> tuple[str, ...]:
    return tuple(grade["label"] for grade in section["scale"]["grades"])


def _kinds(options: tuple[str, ...]) -> tuple[str, ...]:
    return (Kind.GRADE.value,) * len(options)


def row_chart(section: Section, unit: Target, place: int) -> str:
    """Draw one slim bar of a unit: place 0 is its overall figure, from 1 on its items; DomainError ``not_found``."""
    parts = [unit["overall"], *unit["items"]]
    if not 0 <= place < len(parts):
        raise DomainError("not_found")
    part = parts[place]
    options = tuple(row["label"] for row in distribution_of(part["total"])) or _grades(section)
    title = f"{unit['name']} {part['label']}"
    bar = replace(_bar("", part["total"]), counts=None)
    return row_svg(bar, options, title, _words(part["total"]), _kinds(options))


def legend(section: Section) -> str:
    """Draw what the colours of the grades mean."""
    options = _grades(section)
    return legend_svg(options, _kinds(options), "图例")


def unit_chart(section: Section, unit: Target) -> str:
    """Draw all items of a unit."""
    return distribution_svg(*_unit_parts(section, unit), kinds=_kinds(_grades(section)))


def _unit_parts(section: Section, unit: Target) -> Drawn:
    parts = parts_of(unit)
    return _parts(section, [(part["label"], part["total"]) for part in parts], f"{unit['name']} 各项评价")


def overall_chart(document: Document) -> str:
    """Draw the overall figure of all units in official order."""
    drawn, kinds = _overall_parts(document, only_section(document)["targets"])
    return distribution_svg(*drawn, kinds=kinds)


def overall_chart_png(document: Document, units: Sequence[Target]) -> bytes:
    """Draw the overall figure of some of the units for Word."""
    drawn, kinds = _overall_parts(document, units)
    return distribution_png(*drawn, kinds=kinds)


def _overall_parts(document: Document, units: Sequence[Target]) -> tuple[Drawn, tuple[str, ...]]:
    section, named = only_section(document), [(unit["name"], unit["overall"]["total"]) for unit in units]
    return _parts(section, named, f"{document['round']['title']} 各单位总体评价"), _kinds(_grades(section))


def item_chart(document: Document, item_key: str) -> str:
    """Draw one item of all units in official order; DomainError ``not_found``."""
    section, named, label = only_section(document), [], ""
    for unit in section["targets"]:
        for item in unit["items"]:
            if item["key"] == item_key:
                named.append((unit["name"], item["total"]))
                label = item["label"]
    if not named:
        raise DomainError("not_found")
    drawn = _parts(section, named, f"{document['round']['title']} {label}")
    return distribution_svg(*drawn, kinds=_kinds(_grades(section)))


def multiples_chart(document: Document) -> str:
    """Draw the overall figure of many units as a grid."""
    units = only_section(document)["targets"]
    (bars, options, title, description), kinds = _overall_parts(document, units)
    cells = [unit["overall"]["total"] for unit in units]
    figures = [cell["satisfied_rate"]["text"] if cell["shown"] else "" for cell in cells]
    bars = tuple(replace(bar, figure=figure) for bar, figure in zip(bars, figures, strict=True))
    return multiples_svg(bars, options, title, description, kinds)


def groups_chart(unit: Target, place: int) -> str:
    """Draw 满意率 of each voter group beside the total; place 0 is the overall figure, from 1 on the items."""
    return rates_svg(*_groups_parts(unit, place))


def _groups_parts(unit: Target, place: int) -> tuple[RateChart, str, str]:
    parts = [unit["overall"], *unit["items"]]
    if not 0 <= place < len(parts):
        raise DomainError("not_found")
    part = parts[place]
    cells = [("合计", part["total"]), *((group["name"], group["cell"]) for group in part["groups"])]
    rows = tuple(_rate_row(name, cell) for name, cell in cells)
    title = f"{unit['name']} {part['label']} 各类别满意率"
    return RateChart(rows, ("满意率",)), title, _told(rows)


def _rate_row(label: str, cell: Cell) -> Row:
    if not cell["shown"]:
        return Row(label, note=cell["text"])
    rate, interval = cell["satisfied_rate"], cell["interval"]
    spread = None if interval is None else (interval["low"] / 1000, interval["high"] / 1000)
    text = rate["text"] if interval is None else f"{rate['text']}（{interval['text']}）"
    return Row(label, (Rate(text, None if rate["tenths"] is None else rate["tenths"] / 1000, spread),))


def _told(rows: tuple[Row, ...]) -> str:
    """Describe rows of rates for those who do not see them."""
    return "；".join(f"{row.label}：{'，'.join(rate.text for rate in row.rates) or row.note}" for row in rows)


def return_chart(document: Document) -> str:
    """Draw 回收率 and 参评率 of the round and of each voter group that is shown, beside the gates of the former."""
    return rates_svg(*_return_parts(document))


def _return_parts(document: Document) -> tuple[RateChart, str, str]:
    chain = document["chain"]
    rows = (_return_row("合计", chain["total"]), *(_return_row(row["name"], row) for row in chain["groups"]))
    gates = ((chain["gates"]["valid"], "回收率有效线"), (chain["gates"]["warning"], "回收率提示线"))
    lines = tuple((_part(gate), f"{words} {gate}") for gate, words in gates)
    told = "；".join((_told(rows), *(words for _, words in lines)))
    return RateChart(rows, TURNOUT, lines), f"{document['round']['title']} {'、'.join(TURNOUT)}", told


def _part(line: str) -> float:
    """Return a line of the document, 80% or 2/3, as a part of 1."""
    return float(Fraction(line[:-1]) / 100 if line.endswith("%") else Fraction(line))


def _return_row(label: str, row: ChainRow) -> Row:
    turnout = participation_rate(row)
    if "returned" not in row or row["return_rate"] is None or turnout is None:
        return Row(label, note=HIDDEN_TEXT)
    parts = ((row["return_rate"], row["issued"]), (turnout, row["expected"]))
    return Row(label, tuple(_returned(rate, row["returned"], whole) for rate, whole in parts))


def _returned(rate: shown.Rate, returned: int, whole: int) -> Rate:
    return Rate(f"{rate['text']}（{returned}/{whole}）", min(rate["tenths"] or 0, 1000) / 1000)


def before_after_chart(title: str, series: tuple[str, str], rows: tuple[Pair, ...]) -> str:
    """Draw two rounds side by side."""
    return rates_svg(*_before_after_parts(title, series, rows))


def before_after_png(title: str, series: tuple[str, str], rows: tuple[Pair, ...]) -> bytes:
    """Draw two rounds side by side for Word."""
    return rates_png(*_before_after_parts(title, series, rows))


def _before_after_parts(title: str, series: tuple[str, str], rows: tuple[Pair, ...]) -> tuple[RateChart, str, str]:
    drawn = tuple(_pair_row(*row) for row in rows)
    return RateChart(drawn, series), title, _told(drawn)


def _pair_row(label: str, before: Cell, after: Cell, reason: str) -> Row:
    if reason or not before["shown"] or not after["shown"]:
        return Row(label, note=reason or HIDDEN_TEXT)
    return Row(label, _rate_row(label, before).rates + _rate_row(label, after).rates)


def _parts(section: Section, named: list[tuple[str, Cell]], title: str) -> Drawn:
    bars = tuple(_bar(name, cell) for name, cell in named)
    description = "；".join(f"{name}：{_words(cell)}" for name, cell in named)
    return bars, _grades(section), title, description
