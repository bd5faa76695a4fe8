"""Charts of a published result: the shown shares of the document, nothing worked out anew."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from app.campaigns.nouns import called
from app.charts.distribution import Bar, Distribution, distribution_png, distribution_svg, legend_svg, row_svg
from app.charts.multiples import multiples_png as draw_multiples
from app.charts.multiples import multiples_svg
from app.charts.palette import Kind
from app.charts.rates import Rate, RateChart, Row, rates_png, rates_svg
from app.core.errors import DomainError
from app.publication.domain import Pair, drawn_lines
from app.tally import shown
from app.tally.disclosure import View
from app.tally.document import Document, Section, Target, only_section, overall_of, parts_of
from app.tally.facts import part_of
from app.tally.figures import PER_MILLE, PERCENT
from app.tally.headed import MEAN, RATE, has_rates, headline, in_points, main_of, mean_text
from app.tally.shown import Cell, ChainRow, Share, participation_rate
from app.tally.wording import CHAIN, HIDDEN_TEXT

_ROUNDED = {View.COARSE: 0.005, View.EXACT: 0.001}
"""How far a share may lie from what was voted: each was rounded by itself, and is drawn in whole tenths of one."""
TURNOUT = (CHAIN["return_rate"], CHAIN["participation_rate"])


def distribution_of(cell: Cell) -> list[Share]:
    """Return the grades with their shares; none for a cell that is hidden or shown as a band."""
    return cell["distribution"] if cell["shown"] else []


def shares_of(cell: Cell) -> tuple[float, ...]:
    """Return the shares of the grades as parts of 1; none for a cell that is hidden or shown as a band.

    Each was rounded by itself: where they are the whole but for that, they are drawn as the whole. Of a wider base than
    有效评价 they are less, and the rest of the bar stays empty.
    """
    shares = [(part["share"]["tenths"] or 0) / PER_MILLE for part in distribution_of(cell)]
    total, slack = sum(shares), _ROUNDED.get(View(cell["view"]), 0) * len(shares) if cell["shown"] else 0
    return tuple(share / total for share in shares) if 0 < abs(total - 1) <= slack else tuple(shares)


def _counts(cell: Cell) -> tuple[int, ...] | None:
    parts = distribution_of(cell)
    counts = tuple(part["count"] for part in parts if part["count"] is not None)
    return counts if parts and len(counts) == len(parts) else None


def _bar(label: str, cell: Cell) -> Bar:
    texts = tuple(part["share"]["text"] for part in distribution_of(cell))
    return Bar(label, shares_of(cell), _counts(cell), texts or None)


def _filled(bar: Bar, grades: int) -> Bar:
    """Return the bar of an item with fewer grades of its own among others: of what it has not, nothing."""
    more = grades - len(bar.shares) if bar.shares else 0
    counts = None if bar.counts is None else (*bar.counts, *[0] * more)
    texts = None if bar.texts is None else (*bar.texts, *[""] * more)
    return replace(bar, shares=(*bar.shares, *[0.0] * more), counts=counts, texts=texts)


def _words(cell: Cell) -> str:
    """Describe a cell for those who do not see the bar."""
    if not cell["shown"]:
        return cell["text"]
    parts = [f"{part['label']} {part['share']['text']}" for part in cell["distribution"]]
    return "，".join(parts or [f"{MEAN if in_points(cell) else RATE} {headline(cell)}"])


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


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that is drawn when it is known in which form."""

    svg: partial[str]
    png: partial[bytes]

    def drawn(self, form: str) -> bytes:
        """Draw the chart as ``svg`` or ``png``."""
        return self.png() if form == "png" else self.svg().encode()


def in_words(chart: Chart, say: Callable[[Any], Any]) -> Chart:
    """Return the chart with what is written in it said in other words; ``say`` takes whatever it is drawn from."""
    svg, png = chart.svg, chart.png
    return Chart(
        partial(svg.func, *say(svg.args), **say(svg.keywords)), partial(png.func, *say(png.args), **say(png.keywords))
    )


def _bars(drawn: Distribution) -> Chart:
    return Chart(partial(distribution_svg, drawn), partial(distribution_png, drawn))


def _rates(parts: tuple[RateChart, str, str]) -> Chart:
    return Chart(partial(rates_svg, *parts), partial(rates_png, *parts))


def _chart_of(
    section: Section, drawn: Distribution, named: Sequence[tuple[str, Cell]], most: Sequence[int]
) -> Chart:  # fmt: skip
    """Return bars of shares; where all was answered in points, which have none, bars of means of the most points."""
    if has_rates(section):
        return _bars(drawn)
    rows = tuple(_rate_row(name, cell, points) for (name, cell), points in zip(named, most, strict=True))
    return _rates((RateChart(rows, (MEAN,)), drawn.title, _told(rows)))


def _most(section: Section, key: str | None) -> int:
    """Return the most points of an item; all items together are told out of a hundred."""
    return next((item["score"]["most"] for item in section["items"] if item["key"] == key and "score" in item), PERCENT)


def unit_chart(section: Section, unit: Target) -> Chart:
    """Return the chart of all items of a unit."""
    named = [(part["label"], part["total"]) for part in parts_of(unit)]
    title, most = f"{unit['name']} 各项评价", [_most(section, part["key"]) for part in parts_of(unit)]
    return _chart_of(section, _parts(section, named, title, drawn_lines(section)), named, most)


def overall_chart(document: Document, units: Sequence[Target] | None = None) -> Chart:
    """Return the chart of the overall figure of all units, or some, in official order."""
    section = only_section(document)
    chosen = section["targets"] if units is None else units
    named = [(unit["name"], unit["overall"]["total"]) for unit in chosen]
    most = [_most(section, unit["overall"]["key"]) for unit in chosen]
    return _chart_of(section, _overall_parts(document, chosen), named, most)


def _overall_parts(document: Document, units: Sequence[Target]) -> Distribution:
    section, named = only_section(document), [(unit["name"], overall_of(unit)["total"]) for unit in units]
    title = f"{document['round']['title']} {called(section['objects'], '各单位总体评价')}"
    return _parts(section, named, title, drawn_lines(section))


def item_chart(document: Document, item_key: str) -> Chart:
    """Return the chart of one item of all units in official order; DomainError ``not_found``."""
    section = only_section(document)
    named = [(unit["name"], item) for unit in section["targets"] for item in unit["items"] if item["key"] == item_key]
    if not named:
        raise DomainError("not_found")
    title = f"{document['round']['title']} {named[0][1]['label']}"
    cells = [(name, item["total"]) for name, item in named]
    most = [_most(section, item_key)] * len(cells)
    return _chart_of(section, _parts(section, cells, title, drawn_lines(section, item_key)), cells, most)


def multiples_chart(document: Document, say: Callable[[Distribution], Distribution] = lambda drawn: drawn) -> str:
    """Draw the overall figure of many units as a grid; ``say`` takes what it is drawn from."""
    return multiples_svg(say(_multiples_parts(document)))


def multiples_png(document: Document, say: Callable[[Distribution], Distribution] = lambda drawn: drawn) -> bytes:
    """Draw the same grid for Word."""
    return draw_multiples(say(_multiples_parts(document)))


def _multiples_parts(document: Document) -> Distribution:
    section = only_section(document)
    units = section["targets"]
    drawn, cells = _overall_parts(document, units), [unit["overall"]["total"] for unit in units]
    figures = [main_of(section, cell) if cell["shown"] else "" for cell in cells]
    bars = tuple(replace(bar, figure=figure) for bar, figure in zip(drawn.bars, figures, strict=True))
    return replace(drawn, bars=bars)


def groups_chart(section: Section, unit: Target, place: int) -> Chart:
    """Return the chart of 满意率 of each voter group beside the total; place 0 is the overall figure, else an item."""
    return _rates(_groups_parts(section, unit, place))


def _groups_parts(section: Section, unit: Target, place: int) -> tuple[RateChart, str, str]:
    parts = [unit["overall"], *unit["items"]]
    if not 0 <= place < len(parts):
        raise DomainError("not_found")
    part = parts[place]
    cells = [("合计", part["total"]), *((group["name"], group["cell"]) for group in part["groups"])]
    rows = tuple(_rate_row(name, cell, _most(section, part["key"])) for name, cell in cells)
    head = MEAN if part["total"]["shown"] and in_points(part["total"]) else RATE
    return RateChart(rows, (head,)), f"{unit['name']} {part['label']} 各类别{head}", _told(rows)


def _rate_row(label: str, cell: Cell, most: int = 0) -> Row:
    """Return the bar of a cell; a mean is a part of the ``most`` points, without which its text stands alone."""
    if not cell["shown"]:
        return Row(label, note=cell["text"])
    if in_points(cell):
        text = cell["mean_score"]["text"] if cell["mean_score"] else ""
        part = float(text) / most if most and text.replace(".", "").isdecimal() else None
        return Row(label, (Rate(mean_text(cell), part),))
    rate, interval = cell["satisfied_rate"], cell["interval"]
    spread = None if interval is None else (interval["low"] / 1000, interval["high"] / 1000)
    text = rate["text"] if interval is None else f"{rate['text']}（{interval['text']}）"
    return Row(label, (Rate(text, None if rate["tenths"] is None else rate["tenths"] / 1000, spread),))


def _told(rows: tuple[Row, ...]) -> str:
    """Describe rows of rates for those who do not see them."""
    return "；".join(f"{row.label}：{'，'.join(rate.text for rate in row.rates) or row.note}" for row in rows)


def return_chart(document: Document) -> Chart:
    """Return the chart of 回收率 and 参评率 of the round and each voter group shown, with the gates of 回收率."""
    return _rates(_return_parts(document))


def _return_parts(document: Document) -> tuple[RateChart, str, str]:
    chain = document["chain"]
    rows = (_return_row("合计", chain["total"]), *(_return_row(row["name"], row) for row in chain["groups"]))
    gates = ((chain["gates"]["valid"], "回收率有效线"), (chain["gates"]["warning"], "回收率提示线"))
    lines = tuple((float(part_of(gate)), f"{words} {gate}") for gate, words in gates)
    told = "；".join((_told(rows), *(words for _, words in lines)))
    return RateChart(rows, TURNOUT, lines), f"{document['round']['title']} {'、'.join(TURNOUT)}", told


def _return_row(label: str, row: ChainRow) -> Row:
    turnout = participation_rate(row)
    if "returned" not in row or row["return_rate"] is None or turnout is None:
        return Row(label, note=HIDDEN_TEXT)
    parts = ((row["return_rate"], row["issued"]), (turnout, row["expected"]))
    return Row(label, tuple(_returned(rate, row["returned"], whole) for rate, whole in parts))


def _returned(rate: shown.Rate, returned: int, whole: int) -> Rate:
    return Rate(f"{rate['text']}（{returned}/{whole}）", min(rate["tenths"] or 0, 1000) / 1000)


def before_after_chart(title: str, series: tuple[str, str], rows: tuple[Pair, ...]) -> Chart:
    """Return the chart of two rounds side by side."""
    drawn = tuple(_pair_row(*row) for row in rows)
    return _rates((RateChart(drawn, series), title, _told(drawn)))


def _pair_row(label: str, before: Cell, after: Cell, reason: str) -> Row:
    if reason or not before["shown"] or not after["shown"]:
        return Row(label, note=reason or HIDDEN_TEXT)
    return Row(label, _rate_row(label, before).rates + _rate_row(label, after).rates)


def _parts(
    section: Section, named: Sequence[tuple[str, Cell]], title: str, lines: Sequence[tuple[int, str]]
) -> Distribution:
    options = _grades(section)
    bars = tuple(_filled(_bar(name, cell), len(options)) for name, cell in named)
    description = "；".join(f"{name}：{_words(cell)}" for name, cell in named)
    shares = tuple((tenths / PER_MILLE, words) for tenths, words in lines)
    return Distribution(bars, options, _kinds(options), title, description, shares)
