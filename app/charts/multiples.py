"""Many units at a glance: a grid of small distribution bars, down the columns in the order given."""

from functools import lru_cache
from itertools import accumulate
from math import ceil

from app.charts.distribution import Bar, text_width, wrapped
from app.charts.palette import INK, MUTED, PAPER, Look, looks
from app.charts.sheet import Sheet

_PNG_WIDTH = 590
_PAD = 14
_CELL = 46
_BAR_HEIGHT = 14
_LABEL_SIZE = 12
_LEGEND = 28
_LEAST_WIDTH = 180
_MOST_COLUMNS = 4


@lru_cache(maxsize=32)
def multiples_svg(
    bars: tuple[Bar, ...], options: tuple[str, ...], title: str, description: str, kinds: tuple[str, ...]
) -> str:
    """Draw the grid as an SVG image of 960 px."""
    return _sheet(bars, options, kinds, 960).svg(title, description)


@lru_cache(maxsize=8)
def multiples_png(
    bars: tuple[Bar, ...], options: tuple[str, ...], title: str, description: str, kinds: tuple[str, ...]
) -> bytes:
    """Draw the grid as PNG, 156 mm wide."""
    return _sheet(bars, options, kinds, _PNG_WIDTH).png(title, description, 200)


def _sheet(bars: tuple[Bar, ...], options: tuple[str, ...], kinds: tuple[str, ...], width: int) -> Sheet:
    styles = looks(kinds)
    columns = max(1, min(_MOST_COLUMNS, (width - _PAD) // (_LEAST_WIDTH + _PAD), len(bars)))
    rows = ceil(len(bars) / columns)
    sheet = Sheet(width, _PAD + _LEGEND + rows * _CELL + _PAD, PAPER)
    x = float(_PAD)
    for option, look in zip(options, styles, strict=True):
        sheet.box(x, _PAD, (14, 12), look)
        sheet.text(x + 19, _PAD + 6, option, INK, size=_LABEL_SIZE)
        x += 19 + text_width(option, _LABEL_SIZE) + 14
    cell = (width - _PAD) / columns - _PAD
    for place, bar in enumerate(bars):
        left = _PAD + (place // rows) * (cell + _PAD)
        _cell(sheet, bar, (left, _PAD + _LEGEND + (place % rows) * _CELL), cell, styles)
    return sheet


def _cell(sheet: Sheet, bar: Bar, corner: tuple[float, float], width: float, styles: tuple[Look, ...]) -> None:
    x, y = corner
    sheet.text(x, y + 9, wrapped(bar.label, width, _LABEL_SIZE)[0] if bar.label else "", INK, size=_LABEL_SIZE)
    if not sum(bar.shares):
        sheet.outline(x + 0.5, y + 20.5, (width - 1, _BAR_HEIGHT - 1))
        sheet.text(x + width / 2, y + 20 + _BAR_HEIGHT / 2, "—", MUTED, size=10, align="center")
        return
    edges = [x + width * part for part in accumulate(bar.shares, initial=0.0)]
    for place, look in enumerate(styles):
        if bar.shares[place]:
            sheet.box(edges[place], y + 20, (edges[place + 1] - edges[place], _BAR_HEIGHT), look)
