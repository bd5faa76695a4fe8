"""Many units at a glance: a grid of small distribution bars, down the columns in the order given."""

from dataclasses import replace
from functools import lru_cache
from itertools import accumulate
from math import ceil

from app.charts.distribution import Bar, Distribution, draw_legend
from app.charts.lettering import LEGEND_SIZE, Legend, height_of, legend_of, text_width, wrapped, write
from app.charts.palette import INK, MUTED, PAPER, Look, looks
from app.charts.sheet import Sheet

_PAD = 14
_CELL = 46
_BAR_HEIGHT = 14
_LABEL_SIZE = 12
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
    cell = (_WIDTH - _PAD) / columns - _PAD
    labels = [wrapped(bar.label, cell - text_width(bar.figure, _LABEL_SIZE) - 6, _LABEL_SIZE) for bar in bars]
    high = [_CELL + max(height_of(label[1:], _LABEL_SIZE) for label in labels[row::rows]) for row in range(rows)]
    legend = legend_of((*shown.options, *(words for _, words in shown.lines)), _WIDTH - 2 * _PAD)
    tops = list(accumulate(high, initial=_PAD + legend.height + 4))
    sheet = Sheet(_WIDTH, tops[-1] + _PAD, PAPER)
    _draw_legend(sheet, legend, styles)
    for place, (bar, label) in enumerate(zip(bars, labels, strict=True)):
        corner = _PAD + (place // rows) * (cell + _PAD), tops[place % rows]
        _cell(sheet, (bar, label), (*corner, high[place % rows] - _CELL), cell, styles)
        for share, _words in shown.lines if sum(bar.shares) else ():
            sheet.rule(corner[0] + cell * share, tops[place % rows + 1] - _CELL + 18, _BAR_HEIGHT + 4, INK)
    return sheet


def _draw_legend(sheet: Sheet, legend: Legend, styles: tuple[Look, ...]) -> None:
    grades = replace(legend, places=legend.places[: len(styles)])
    draw_legend(sheet, grades, styles, (_PAD, _PAD - 4))
    for x, y, lines in legend.places[len(styles) :]:
        sheet.plain(_PAD + x + 8, _PAD + y, (2, 14), INK)
        write(sheet, (_PAD + x + 22, _PAD + y + 7), lines, size=LEGEND_SIZE)


def _cell(
    sheet: Sheet,
    named: tuple[Bar, tuple[str, ...]],
    corner: tuple[float, float, float],
    width: float,
    styles: tuple[Look, ...],
) -> None:
    """Draw a bar with its label and figure above; the last of ``corner`` is what labels of several lines take more."""
    (bar, label), (x, top, more) = named, corner
    y = top + more
    write(sheet, (x, y + 9 - height_of(label[1:], _LABEL_SIZE) / 2), label, size=_LABEL_SIZE)
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
