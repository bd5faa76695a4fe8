"""Rates side by side: voter groups of one figure, before and after a retest, return rates beside their gates."""

from dataclasses import dataclass
from functools import lru_cache

from app.charts.distribution import Lines, draw_lines, text_width, wrapped
from app.charts.palette import INK, LINE, MUTED, PAPER, Look
from app.charts.sheet import Sheet

_PNG_WIDTH = 590
_PAD = 16
_BAR = 18
_GAP = 4
_ROW_GAP = 14
_LEGEND = 26
_AXIS = 28
_LABEL_SIZE = 13
_LABEL_MAX = 13 * _LABEL_SIZE
_TEXT_SIZE = 12
# Two bars differ in brightness and in pattern, so that they stay apart in grey print.
_LOOKS = (
    Look(fill="#1f4e8c", hatch="", hatch_colour="#8fa7c6", text="#ffffff"),
    Look(fill="#9db8d9", hatch="//", hatch_colour="#ffffff", text="#0b1016"),
)


@dataclass(frozen=True, slots=True)
class Rate:
    """One bar: its text as printed beside it, and its share of 1; without a share (a band) the text stands alone.

    ``spread``: where the rate of everybody may lie, drawn as a whisker.
    """

    text: str
    share: float | None = None
    spread: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A label with one rate for each series; ``note`` stands in the place of the bars where nothing may be shown."""

    label: str
    rates: tuple[Rate, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class RateChart:
    """Rows in their order, the names of the one or two series, and lines to hold the bars against."""

    rows: tuple[Row, ...]
    series: tuple[str, ...]
    lines: Lines = ()

    def __post_init__(self) -> None:
        """Refuse more series than there are looks, and rows that do not fit them."""
        if not 1 <= len(self.series) <= len(_LOOKS):
            msg = f"{len(self.series)} series; one or two can be drawn"
            raise ValueError(msg)
        if any(row.rates and len(row.rates) != len(self.series) for row in self.rows):
            msg = "a row has a rate for each series, or none"
            raise ValueError(msg)
        shares = [rate.share for row in self.rows for rate in row.rates if rate.share is not None]
        if any(not 0 <= share <= 1 for share in shares):
            msg = "shares must be parts of 1"
            raise ValueError(msg)


@lru_cache(maxsize=128)
def rates_svg(chart: RateChart, title: str, description: str, width: int = 960) -> str:
    """Draw the chart as an SVG image."""
    return _sheet(chart, width).svg(title, description)


@lru_cache(maxsize=32)
def rates_png(chart: RateChart, title: str, description: str, dpi: int = 200) -> bytes:
    """Draw the chart as PNG, 156 mm wide: the text width of an official A4 page."""
    return _sheet(chart, _PNG_WIDTH).png(title, description, dpi)


def _sheet(chart: RateChart, width: int) -> Sheet:
    labels = [wrapped(row.label, _LABEL_MAX, _LABEL_SIZE) for row in chart.rows]
    left = _PAD + max((text_width(line, _LABEL_SIZE) for lines in labels for line in lines), default=0) + 12
    texts = [rate.text for row in chart.rows for rate in row.rates if rate.share is not None]
    right = max((text_width(text, _TEXT_SIZE) for text in texts), default=0) + 10
    pitch = len(chart.series) * (_BAR + _GAP) + _ROW_GAP
    top = _PAD + (_LEGEND if len(chart.series) > 1 else 0) + (_LEGEND if chart.lines else 0)
    sheet = Sheet(width, top + len(chart.rows) * pitch + _AXIS, PAPER)
    room = width - left - _PAD - right
    _legend(sheet, chart)
    _scale(sheet, chart, (left, top), (room, len(chart.rows) * pitch))
    for place, (row, lines) in enumerate(zip(chart.rows, labels, strict=True)):
        y = top + place * pitch + _ROW_GAP / 2
        middle = y + (pitch - _ROW_GAP - _GAP) / 2
        for line_place, line in enumerate(lines):
            shift = (line_place - (len(lines) - 1) / 2) * (_LABEL_SIZE + 3)
            sheet.text(left - 12, middle + shift, line, INK, size=_LABEL_SIZE, align="right")
        if not row.rates:
            sheet.text(left + 6, middle, row.note, MUTED, size=_TEXT_SIZE)
        for number, rate in enumerate(row.rates):
            _bar(sheet, rate, (left, y + number * (_BAR + _GAP)), room, _LOOKS[number])
    return sheet


def _legend(sheet: Sheet, chart: RateChart) -> None:
    if len(chart.series) < len(_LOOKS):
        return
    x = float(_PAD)
    for name, look in zip(chart.series, _LOOKS, strict=True):
        sheet.box(x, _PAD, (16, 14), look)
        sheet.text(x + 22, _PAD + 7, name, INK, size=_LABEL_SIZE)
        x += 22 + text_width(name, _LABEL_SIZE) + 18


def _scale(sheet: Sheet, chart: RateChart, corner: tuple[float, float], room: tuple[float, float]) -> None:
    (left, top), (width, height) = corner, room
    for quarter in range(5):
        x = left + width * quarter / 4
        sheet.rule(x, top, height + 4, LINE)
        sheet.text(x, top + height + 14, f"{quarter * 25}%", MUTED, size=11, align="center")
    draw_lines(sheet, chart.lines, corner, room)


def _bar(sheet: Sheet, rate: Rate, corner: tuple[float, float], room: float, look: Look) -> None:
    x, y = corner
    if rate.share is None:
        sheet.text(x + 6, y + _BAR / 2, rate.text, INK, size=_TEXT_SIZE)
        return
    length = room * rate.share
    if length:
        sheet.box(x, y, (length, _BAR), look)
    end = length
    if rate.spread is not None:
        low, high = (x + room * edge for edge in rate.spread)
        sheet.plain(low, y + _BAR / 2 - 1, (max(high - low, 1), 2), INK)
        for edge in (low, high):
            sheet.rule(edge, y + 4, _BAR - 8, INK)
        end = max(length, high - x)
    sheet.text(x + end + 6, y + _BAR / 2, rate.text, INK, size=_TEXT_SIZE)
