"""Rates side by side: voter groups of one figure, before and after a retest, return rates beside their gates."""

from dataclasses import dataclass
from functools import lru_cache

from app.charts.distribution import draw_legend
from app.charts.lettering import Lines, height_of, legend_of, ruler_of, width_of, wrapped, write
from app.charts.palette import INK, LINE, MUTED, PAPER, Look
from app.charts.sheet import Sheet

_PNG_WIDTH = 590
_PAD = 16
_BAR = 18
_GAP = 4
_ROW_GAP = 14
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


@dataclass(frozen=True, slots=True)
class _Laid:
    """A row as it is laid out: the lines of its label and of its note, and how high it is."""

    row: Row
    label: tuple[str, ...]
    note: tuple[str, ...]
    height: float


def _sheet(chart: RateChart, width: int) -> Sheet:
    labels = [wrapped(row.label, _LABEL_MAX, _LABEL_SIZE) for row in chart.rows]
    left = _PAD + max((width_of(lines, _LABEL_SIZE) for lines in labels), default=0) + 12
    texts = [rate.text for row in chart.rows for rate in row.rates if rate.share is not None]
    room = width - left - _PAD - width_of(texts, _TEXT_SIZE) - 10
    legend = legend_of(chart.series if len(chart.series) > 1 else (), width - 2 * _PAD)
    ruler, bars = ruler_of(chart.lines, left, room), len(chart.series) * (_BAR + _GAP)
    laid = [_laid(row, label, width - left - _PAD, bars) for row, label in zip(chart.rows, labels, strict=True)]
    top = _PAD + legend.height + ruler.height
    sheet = Sheet(width, top + sum(each.height for each in laid) + _AXIS, PAPER)
    draw_legend(sheet, legend, _LOOKS[: len(legend.places)], (_PAD, _PAD - 4))
    _scale(sheet, (left, top), (room, sum(each.height for each in laid)))
    ruler.draw(sheet, top, sum(each.height for each in laid))
    y = top
    for each in laid:
        _row(sheet, each, (left, y + each.height / 2), (room, bars))
        y += each.height
    return sheet


def _laid(row: Row, label: tuple[str, ...], room: float, bars: float) -> _Laid:
    note = () if row.rates else wrapped(row.note, room - 6, _TEXT_SIZE)
    least = max(height_of(label, _LABEL_SIZE), height_of(note, _TEXT_SIZE))
    return _Laid(row, label, note, max(bars, least) + _ROW_GAP)


def _row(sheet: Sheet, laid: _Laid, at: tuple[float, float], room: tuple[float, float]) -> None:
    (left, centre), (width, bars) = at, room
    middle = centre - _GAP / 2
    write(sheet, (left - 12, middle), laid.label, size=_LABEL_SIZE, align="right")
    write(sheet, (left + 6, middle), laid.note, size=_TEXT_SIZE, colour=MUTED)
    for number, rate in enumerate(laid.row.rates):
        _bar(sheet, rate, (left, centre - bars / 2 + number * (_BAR + _GAP)), width, _LOOKS[number])


def _scale(sheet: Sheet, corner: tuple[float, float], room: tuple[float, float]) -> None:
    (left, top), (width, height) = corner, room
    for quarter in range(5):
        x = left + width * quarter / 4
        sheet.rule(x, top, height + 4, LINE)
        sheet.text(x, top + height + 14, f"{quarter * 25}%", MUTED, size=11, align="center")


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
