"""How the marks of a unit or an item are spread: one 100 % bar each, in the order given."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import accumulate, pairwise

from app.charts.lettering import (
    LEGEND_LINE,
    LEGEND_SIZE,
    Legend,
    Lines,
    height_of,
    legend_of,
    ruler_of,
    text_width,
    width_of,
    wrapped,
    write,
)
from app.charts.palette import INK, LINE, MUTED, PAPER, Look, grade_colours, looks
from app.charts.sheet import Sheet

__all__ = ["Bar", "distribution_png", "distribution_svg", "grade_colours", "row_svg"]

_SVG_WIDTH, _PNG_WIDTH = 960, 590
_ROW_SIZE = (400, 26)
_PAD = 16
_BAR_HEIGHT = 24
_PITCH = 38
_AXIS = 28
_LABEL_SIZE = 13
_LABEL_MAX = 13 * _LABEL_SIZE
_SHARE_SIZE = 12
_SUM_TOLERANCE = 0.005
_FLOAT_NOISE = 1e-9


@dataclass(frozen=True)
class Bar:
    """One bar: the options' shares of 1 as the figures beside it print them, and their counts where those may be shown.

    Empty ``shares`` leave the bar blank, for a figure that is held back.
    """

    label: str
    shares: tuple[float, ...]
    counts: tuple[int, ...] | None = None
    texts: tuple[str, ...] | None = None
    """The shares as the table beside the bar prints them; without them they are printed here."""
    figure: str = ""
    """The rate that stands at the right of the label, where many bars stand in a grid."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """What a chart of distributions shows: bars of shares of the options, whose ``kinds`` say how each is painted."""

    bars: tuple[Bar, ...]
    options: tuple[str, ...]
    kinds: tuple[str, ...]
    title: str
    description: str
    """For those who do not see the chart."""
    lines: Lines = ()


@lru_cache(maxsize=128)
def distribution_svg(shown: Distribution) -> str:
    """Draw the bars with legend, scale and lines as an SVG image; ValueError for figures that do not fit."""
    return _chart(shown, _SVG_WIDTH).svg(shown.title, shown.description)


@lru_cache(maxsize=32)
def distribution_png(shown: Distribution, dpi: int = 200) -> bytes:
    """Draw the same chart with the bundled font as PNG, 156 mm wide: the text width of an official A4 page."""
    return _chart(shown, _PNG_WIDTH).png(shown.title, shown.description, dpi)


@lru_cache(maxsize=2048)
def row_svg(bar: Bar, options: tuple[str, ...], title: str, description: str, kinds: tuple[str, ...]) -> str:
    """Draw one slim bar without its label, 400 × 26 px, for a table's row as an SVG image; ValueError for a misfit."""
    _check(bar, options, kinds)
    sheet = Sheet(*_ROW_SIZE)
    _draw_bar(sheet, bar, (0, 0), _ROW_SIZE, looks(kinds))
    return sheet.svg(title, description)


@lru_cache(maxsize=32)
def legend_svg(options: tuple[str, ...], kinds: tuple[str, ...], title: str, width: int = 640) -> str:
    """Draw what the colours mean, for bars that stand in a table's rows."""
    legend = legend_of(options, width - 2 * _PAD)
    sheet = Sheet(width, max(legend.height, LEGEND_LINE))
    draw_legend(sheet, legend, looks(kinds), (_PAD, 0))
    return sheet.svg(title, "、".join(options))


def share_text(share: float, *, whole: bool) -> str:
    """Print a share as per cent with one decimal, or none; halves go up, as in the tables."""
    step = Decimal(1) if whole else Decimal("0.1")
    return f"{(Decimal(repr(float(share))) * 100).quantize(step, ROUND_HALF_UP)}%"


def _check(bar: Bar, options: tuple[str, ...], kinds: tuple[str, ...]) -> None:
    lengths = {len(kinds), len(bar.shares or options), len(bar.counts or options), len(bar.texts or options)}
    if lengths != {len(options)}:
        msg = f"{len(options)} options, but other numbers of kinds, shares or counts"
        raise ValueError(msg)
    total = sum(bar.shares)
    if any(share < 0 for share in bar.shares) or not total <= 1 + _SUM_TOLERANCE:
        msg = f"shares must be parts of 1, they add to {total}"
        raise ValueError(msg)


def _chart(shown: Distribution, width: int) -> Sheet:
    bars, options = shown.bars, shown.options
    for bar in bars:
        _check(bar, options, shown.kinds)
    styles = looks(shown.kinds)
    labels = [wrapped(bar.label, _LABEL_MAX, _LABEL_SIZE) for bar in bars]
    left = _PAD + max((width_of(label, _LABEL_SIZE) for label in labels), default=0) + 12
    room = (width - left - _PAD - 12, _BAR_HEIGHT)
    legend, ruler = legend_of(options, width - 2 * _PAD), ruler_of(shown.lines, left, room[0])
    top = _PAD + legend.height + 8 + ruler.height
    edges = list(accumulate((_pitch(label) for label in labels), initial=top))
    sheet = Sheet(width, edges[-1] + _AXIS, PAPER)
    draw_legend(sheet, legend, styles, (_PAD, _PAD))
    _draw_scale(sheet, left, (top, edges[-1]), room[0])
    for bar, label, (above, below) in zip(bars, labels, pairwise(edges), strict=True):
        y = (above + below - _BAR_HEIGHT) / 2
        write(sheet, (left - 12, y + _BAR_HEIGHT / 2), label, size=_LABEL_SIZE, align="right")
        _draw_bar(sheet, bar, (left, y), room, styles)
    ruler.draw(sheet, top, 0)
    for share, _words in shown.lines:
        _draw_between(sheet, left + room[0] * share, edges)
    return sheet


def _pitch(label: tuple[str, ...]) -> float:
    return max(_PITCH, height_of(label, _LABEL_SIZE) + 10)


def _draw_between(sheet: Sheet, x: float, edges: list[float]) -> None:
    """Draw a line from bar to bar, so that it crosses no words on them."""
    spare = [(below - above - _BAR_HEIGHT) / 2 + 3 for above, below in pairwise(edges)]
    for edge, over, under in zip(edges, [10, *spare], [*spare, 10], strict=True):
        sheet.rule(x, edge - over, over + under, INK)


def draw_legend(sheet: Sheet, legend: Legend, styles: Sequence[Look], corner: tuple[float, float]) -> None:
    """Draw what colours and patterns mean."""
    left, top = corner
    for (x, y, lines), look in zip(legend.places, styles, strict=True):
        sheet.box(left + x, top + y + 4, (16, 14), look)
        write(sheet, (left + x + 22, top + y + 11 + height_of(lines[1:], LEGEND_SIZE) / 2), lines, size=LEGEND_SIZE)


def _draw_scale(sheet: Sheet, left: float, rows: tuple[float, float], width: float) -> None:
    top, bottom = rows
    for quarter in range(5):
        x = left + width * quarter / 4
        sheet.rule(x, top, bottom - top + 4, LINE)
        sheet.text(x, bottom + 14, f"{quarter * 25}%", MUTED, size=11, align="center")


def _draw_bar(
    sheet: Sheet, bar: Bar, corner: tuple[float, float], room: tuple[float, float], styles: tuple[Look, ...]
) -> None:
    (x, y), (width, height) = corner, room
    if not sum(bar.shares):
        sheet.outline(x + 0.5, y + 0.5, (width - 1, height - 1))
        sheet.text(x + width / 2, y + height / 2, "—", MUTED, align="center")
        return
    last = max(place for place, share in enumerate(bar.shares) if share)
    edges = [x + width * part for part in accumulate(bar.shares, initial=0.0)]
    for place, words in enumerate(_share_words(bar)):
        part = edges[place + 1] - edges[place]
        if not part:
            continue
        gap = 0 if place == last else min(1, part / 4)
        sheet.box(edges[place], y, (part - gap, height), styles[place])
        fitting = next((text for text in words if text_width(text, _SHARE_SIZE) + 4 <= part), "")
        if fitting:
            _draw_share(sheet, fitting, (edges[place] + part / 2, y + height / 2), styles[place])


def _share_words(bar: Bar) -> list[tuple[str, ...]]:
    """List what could be written into each segment, the longest first."""
    whole = all(abs(share * 100 - round(share * 100)) < _FLOAT_NOISE for share in bar.shares)
    texts = bar.texts or tuple(share_text(share, whole=whole) for share in bar.shares)
    if bar.counts is None:
        return [(text,) for text in texts]
    return [(f"{text} ({count})", text) for text, count in zip(texts, bar.counts, strict=True)]


def _draw_share(sheet: Sheet, words: str, centre: tuple[float, float], look: Look) -> None:
    x, y = centre
    if look.hatch:
        width, height = text_width(words, _SHARE_SIZE) + 4, _SHARE_SIZE + 4
        sheet.plain(x - width / 2, y - height / 2, (width, height), look.fill)
    sheet.text(x, y, words, look.text, size=_SHARE_SIZE, align="center")
