"""Many units at a glance: a grid of small distribution bars, down the columns in the order given."""

from functools import lru_cache
from itertools import accumulate
from math import ceil

from app.charts.distribution import Bar, Distribution, shortened, text_width
from app.charts.palette import INK, MUTED, PAPER, Look, looks
from app.charts.sheet import Sheet

_PAD = 14
_CELL = 46
_BAR_HEIGHT = 14
_LABEL_SIZE = 12
_LEGEND = 28
_WIDTH, _COLUMNS, _DPI = 960, 4, 150


@lru_cache(maxsize=32)
def multiples_svg(shown: Distribution) -> str:
    """Draw the grid as an SVG image of 960 px."""
    return _sheet(shown).svg(shown.title, shown.description)


@lru_cache(maxsize=8)
def multiples_png(shown: Distribution) -> bytes:
    """Draw the same grid with the bundled font as PNG, sharp where it is printed 156 mm wide."""
    return _sheet(shown).png(shown.title, shown.description, _DPI)


def _sheet(shown: Distribution) -> Sheet:
    styles, bars = looks(shown.kinds), shown.bars
    columns = max(1, min(_COLUMNS, len(bars)))
    rows = ceil(len(bars) / columns)
    sheet = Sheet(_WIDTH, _PAD + _LEGEND + rows * _CELL + _PAD, PAPER)
    x = float(_PAD)
    for option, look in zip(shown.options, styles, strict=True):
        sheet.box(x, _PAD, (14, 12), look)
        sheet.text(x + 19, _PAD + 6, option, INK, size=_LABEL_SIZE)
        x += 19 + text_width(option, _LABEL_SIZE) + 14
    for _share, words in shown.lines:
        sheet.plain(x + 2, _PAD - 1, (2, 14), INK)
        sheet.text(x + 9, _PAD + 6, words, INK, size=_LABEL_SIZE)
        x += 9 + text_width(words, _LABEL_SIZE) + 14
    cell = (_WIDTH - _PAD) / columns - _PAD
    for place, bar in enumerate(bars):
        left, top = _PAD + (place // rows) * (cell + _PAD), _PAD + _LEGEND + (place % rows) * _CELL
        _cell(sheet, bar, (left, top), cell, styles)
        for share, _words in shown.lines if sum(bar.shares) else ():
            sheet.rule(left + cell * share, top + 18, _BAR_HEIGHT + 4, INK)
    return sheet


def _cell(sheet: Sheet, bar: Bar, corner: tuple[float, float], width: float, styles: tuple[Look, ...]) -> None:
    x, y = corner
    room = width - text_width(bar.figure, _LABEL_SIZE) - 6
    sheet.text(x, y + 9, shortened(bar.label, room, _LABEL_SIZE), INK, size=_LABEL_SIZE)
    sheet.text(x + width, y + 9, bar.figure, INK, size=_LABEL_SIZE, align="right")
    if not sum(bar.shares):
        sheet.outline(x + 0.5, y + 20.5, (width - 1, _BAR_HEIGHT - 1))
        sheet.text(x + width / 2, y + 20 + _BAR_HEIGHT / 2, "—", MUTED, size=10, align="center")
        return
    edges = [x + width * part for part in accumulate(bar.shares, initial=0.0)]
    for place, look in enumerate(styles):
        if bar.shares[place]:
            part = edges[place + 1] - edges[place]
            gap = min(1, part / 4) if edges[place + 1] < x + width - 0.01 else 0
            sheet.box(edges[place], y + 20, (part - gap, _BAR_HEIGHT), look)
