"""Charts of a published result: the shown shares of the document, nothing worked out anew."""

from dataclasses import replace
from fractions import Fraction

from app.charts.distribution import Bar, distribution_png, distribution_svg, legend_svg, row_svg
from app.charts.multiples import multiples_svg
from app.charts.palette import Kind
from app.charts.rates import Rate, RateChart, Row, rates_png, rates_svg
from app.core.errors import DomainError
from app.publication.domain import Document

Drawn = tuple[tuple[Bar, ...], tuple[str, ...], str, str]
"""Bars, options, title and description of a distribution chart."""

_GATES = (("valid", "有效线"), ("warning", "提示线"))

Pair = tuple[str, Document, Document, str]
"""A label, the cell before and the cell after, and why the two may not be compared, if so."""


def _shares(cell: Document) -> tuple[float, ...]:
    """Return the shares as parts of 1; none for a cell that is hidden or shown as a band."""
    return tuple(part["share"]["tenths"] / 1000 for part in cell.get("distribution", ()))


def _counts(cell: Document) -> tuple[int, ...] | None:
    counts = tuple(part["count"] for part in cell.get("distribution", ()))
    return None if not counts or None in counts else counts


def _bar(label: str, cell: Document) -> Bar:
    texts = tuple(part["share"]["text"] for part in cell.get("distribution", ()))
    return Bar(label, _shares(cell), _counts(cell), texts or None)


def _words(cell: Document) -> str:
    """Describe a cell for those who do not see the bar."""
    if not cell["shown"]:
        return str(cell["text"])
    parts = [f"{part['label']} {part['share']['text']}" for part in cell["distribution"]]
    return "，".join(parts or [f"满意率 {cell['satisfied_rate']['text']}"])


def _grades(document: Document) -> tuple[str, ...]:
    return tuple(grade["label"] for grade in document["scale"]["grades"])


def _kinds(options: tuple[str, ...]) -> tuple[str, ...]:
    return (Kind.GRADE.value,) * len(options)


def row_chart(document: Document, unit: Document, place: int) -> str:
    """Draw one slim bar of a unit: place 0 is its overall figure, from 1 on its items; DomainError ``not_found``."""
    parts = [unit["overall"], *unit["items"]]
    if not 0 <= place < len(parts):
        raise DomainError("not_found")
    part = parts[place]
    options = tuple(row["label"] for row in part["total"].get("distribution", ())) or _grades(document)
    title = f"{unit['name']} {part['label']}"
    bar = replace(_bar("", part["total"]), counts=None)
    return row_svg(bar, options, title, _words(part["total"]), _kinds(options))


def legend(document: Document) -> str:
    """Draw what the colours of the grades mean."""
    options = _grades(document)
    return legend_svg(options, _kinds(options), "图例")


def unit_chart(document: Document, unit: Document) -> str:
    """Draw all items of a unit."""
    return distribution_svg(*_unit_parts(document, unit), kinds=_kinds(_grades(document)))


def _unit_parts(document: Document, unit: Document) -> Drawn:
    parts = [unit["overall"], *unit["items"]] if unit["overall"]["key"] is None else unit["items"]
    return _parts(document, [(part["label"], part["total"]) for part in parts], f"{unit['name']} 各项评价")


def overall_chart(document: Document) -> str:
    """Draw the overall figure of all units in official order."""
    return distribution_svg(*_overall_parts(document), kinds=_kinds(_grades(document)))


def overall_chart_png(document: Document) -> bytes:
    """Draw the overall figure of all units for Word."""
    return distribution_png(*_overall_parts(document), kinds=_kinds(_grades(document)))


def _overall_parts(document: Document) -> Drawn:
    named = [(unit["name"], unit["overall"]["total"]) for unit in document["units"]]
    return _parts(document, named, f"{document['round']['title']} 各单位总体评价")


def item_chart(document: Document, item_key: str) -> str:
    """Draw one item of all units in official order; DomainError ``not_found``."""
    return distribution_svg(*_item_parts(document, item_key), kinds=_kinds(_grades(document)))


def _item_parts(document: Document, item_key: str) -> Drawn:
    named, label = [], ""
    for unit in document["units"]:
        for item in unit["items"]:
            if item["key"] == item_key:
                named.append((unit["name"], item["total"]))
                label = item["label"]
    if not named:
        raise DomainError("not_found")
    return _parts(document, named, f"{document['round']['title']} {label}")


def multiples_chart(document: Document) -> str:
    """Draw the overall figure of many units as a grid."""
    bars, options, title, description = _overall_parts(document)
    cells = [unit["overall"]["total"] for unit in document["units"]]
    figures = [cell["satisfied_rate"]["text"] if cell["shown"] else "" for cell in cells]
    bars = tuple(replace(bar, figure=figure) for bar, figure in zip(bars, figures, strict=True))
    return multiples_svg(bars, options, title, description, _kinds(options))


def groups_chart(unit: Document, place: int) -> str:
    """Draw 满意率 of each voter group beside the total; place 0 is the overall figure, from 1 on the items."""
    return rates_svg(*_groups_parts(unit, place))


def _groups_parts(unit: Document, place: int) -> tuple[RateChart, str, str]:
    parts = [unit["overall"], *unit["items"]]
    if not 0 <= place < len(parts):
        raise DomainError("not_found")
    part = parts[place]
    cells = [("合计", part["total"]), *((group["name"], group["cell"]) for group in part["groups"])]
    rows = tuple(_rate_row(name, cell) for name, cell in cells)
    title = f"{unit['name']} {part['label']} 各类别满意率"
    return RateChart(rows, ("满意率",)), title, _told(rows)


def _rate_row(label: str, cell: Document) -> Row:
    if not cell["shown"]:
        return Row(label, note=cell["text"])
    rate, interval = cell["satisfied_rate"], cell.get("interval")
    spread = None if interval is None else (interval["low"] / 1000, interval["high"] / 1000)
    text = rate["text"] if interval is None else f"{rate['text']}（{interval['text']}）"
    return Row(label, (Rate(text, None if rate["tenths"] is None else rate["tenths"] / 1000, spread),))


def _told(rows: tuple[Row, ...]) -> str:
    """Describe rows of rates for those who do not see them."""
    return "；".join(f"{row.label}：{'，'.join(rate.text for rate in row.rates) or row.note}" for row in rows)


def return_chart(document: Document) -> str:
    """Draw the return rate of the round and of each voter group that is shown, beside the gates it has to pass."""
    chain = document["chain"]
    rows = tuple(_return_row(row.get("name", "合计"), row) for row in (chain["total"], *chain["groups"]))
    gates = chain.get("gates", {})
    lines = tuple((_part(gates[key]), f"{words} {gates[key]}") for key, words in _GATES if key in gates)
    told = "；".join((_told(rows), *(words for _, words in lines)))
    return rates_svg(RateChart(rows, ("回收率",), lines), f"{document['round']['title']} 回收率", told)


def _part(line: str) -> float:
    """Return a line of the document, 80% or 2/3, as a part of 1."""
    return float(Fraction(line[:-1]) / 100 if line.endswith("%") else Fraction(line))


def _return_row(label: str, row: Document) -> Row:
    rate = row.get("return_rate") if row["shown"] else None
    if rate is None:
        return Row(label, note="为保护匿名不显示")
    return Row(label, (Rate(f"{rate['text']}（{row['returned']}/{row['issued']}）", min(rate["tenths"], 1000) / 1000),))


def before_after_chart(title: str, series: tuple[str, str], rows: tuple[Pair, ...]) -> str:
    """Draw two rounds side by side."""
    return rates_svg(*_before_after_parts(title, series, rows))


def before_after_png(title: str, series: tuple[str, str], rows: tuple[Pair, ...]) -> bytes:
    """Draw two rounds side by side for Word."""
    return rates_png(*_before_after_parts(title, series, rows))


def _before_after_parts(title: str, series: tuple[str, str], rows: tuple[Pair, ...]) -> tuple[RateChart, str, str]:
    drawn = tuple(_pair_row(*row) for row in rows)
    return RateChart(drawn, series), title, _told(drawn)


def _pair_row(label: str, before: Document, after: Document, reason: str) -> Row:
    if reason or not before["shown"] or not after["shown"]:
        return Row(label, note=reason or "为保护匿名不显示")
    return Row(label, _rate_row(label, before).rates + _rate_row(label, after).rates)


def _parts(document: Document, named: list[tuple[str, Document]], title: str) -> Drawn:
    bars = tuple(_bar(name, cell) for name, cell in named)
    description = "；".join(f"{name}：{_words(cell)}" for name, cell in named)
    return bars, _grades(document), title, description
