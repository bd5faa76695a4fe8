"""How the marks of a unit or an item are spread: one 100 % bar each, in the order given."""

import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import accumulate

from app.charts.palette import INK, LINE, MUTED, PAPER, Look, grade_colours, looks
from app.charts.sheet import Sheet, clean

__all__ = ["Bar", "distribution_png", "distribution_svg", "grade_colours", "row_svg"]

_SVG_WIDTH, _PNG_WIDTH = 960, 590
_ROW_SIZE = (400, 26)
_PAD = 16
_BAR_HEIGHT = 24
_PITCH = 38
_LEGEND_LINE = 24
_AXIS = 28
_LABEL_SIZE = 13
_LABEL_MAX = 13 * _LABEL_SIZE
_LABEL_LINES = 2
_SHARE_SIZE = 12
_LINES, _LINE_SIZE = 26, 11
_OPENING = "（(《〈“‘【〔"
_SUM_TOLERANCE = 0.005
_FLOAT_NOISE = 1e-9


Lines = tuple[tuple[float, str], ...]
"""Lines to hold bars against: where, as a share of 1, and their words."""


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
    places = _legend_places(options, width)
    sheet = Sheet(width, (places[-1][1] + 1) * _LEGEND_LINE)
    _draw_legend(sheet, options, looks(kinds), places, 0)
    return sheet.svg(title, "、".join(options))


def share_text(share: float, *, whole: bool) -> str:
    """Print a share as per cent with one decimal, or none; halves go up, as in the tables."""
    step = Decimal(1) if whole else Decimal("0.1")
    return f"{(Decimal(repr(float(share))) * 100).quantize(step, ROUND_HALF_UP)}%"


def text_width(words: str, size: float) -> float:
    """Estimate a line's width in pixels, on the wide side: the reader's font is not known."""
    wide = sum(unicodedata.east_asian_width(char) in "WFA" for char in words)
    return size * (wide + 0.6 * (len(words) - wide))


def shortened(label: str, room: float, size: float) -> str:
    """Return the label on one line of ``room`` pixels; what is left over becomes an ellipsis."""
    words = clean(label)
    if text_width(words, size) <= room:
        return words
    end = sum(width <= room - size for width in accumulate(text_width(char, size) for char in words))
    return words[:end] + "…"


def wrapped(label: str, room: float, size: float) -> tuple[str, ...]:
    """Break a label into at most two lines of ``room`` pixels; what is left over becomes an ellipsis."""
    rest = clean(label)
    lines: list[str] = []
    while rest and len(lines) < _LABEL_LINES:
        end = max(sum(width <= room for width in accumulate(text_width(char, size) for char in rest)), 1)
        if end < len(rest) and rest[end - 1] in _OPENING and end > 1:
            end -= 1
        end = _between_words(rest, end)
        lines.append(rest[:end].strip())
        rest = rest[end:].strip()
    if rest:
        lines[-1] = lines[-1][:-1] + "…"
    return tuple(lines)


def _between_words(text: str, end: int) -> int:
    """Return where a line of at most ``end`` signs ends, so that no Latin word is broken where there is a space."""
    if end < len(text) and text[end - 1 : end + 1].isascii() and text[end] != " ":
        return text.rfind(" ", 1, end) if " " in text[1:end] else end
    return end


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
    bars, options, lines = shown.bars, shown.options, shown.lines
    for bar in bars:
        _check(bar, options, shown.kinds)
    styles = looks(shown.kinds)
    labels = [wrapped(bar.label, _LABEL_MAX, _LABEL_SIZE) for bar in bars]
    left = _PAD + max((text_width(line, _LABEL_SIZE) for label in labels for line in label), default=0) + 12
    legend = _legend_places(options, width)
    top = _PAD + (legend[-1][1] + 1) * _LEGEND_LINE + 8 + (_LINES if lines else 0)
    sheet = Sheet(width, top + len(bars) * _PITCH + _AXIS, PAPER)
    _draw_legend(sheet, options, styles, legend, _PAD)
    room = (width - left - _PAD - 12, _BAR_HEIGHT)
    _draw_scale(sheet, left, (top, top + len(bars) * _PITCH), room[0])
    for place, (bar, label) in enumerate(zip(bars, labels, strict=True)):
        y = top + place * _PITCH + (_PITCH - _BAR_HEIGHT) / 2
        _draw_label(sheet, label, left - 12, y + _BAR_HEIGHT / 2)
        _draw_bar(sheet, bar, (left, y), room, styles)
    draw_lines(sheet, lines, (left, top), (room[0], 0))
    for share, _words in lines:
        # From bar to bar, so that no line crosses the words on them.
        for place in range(len(bars) + 1):
            sheet.rule(left + room[0] * share, top + place * _PITCH - 10, 20, INK)
    return sheet


def draw_lines(sheet: Sheet, lines: Lines, corner: tuple[float, float], room: tuple[float, float]) -> None:
    """Draw lines down a field that is 100 % wide, with their words above; words of two lines part to both sides."""
    (left, top), (width, height) = corner, room
    for place, (share, words) in enumerate(lines):
        x, taken = left + width * share, text_width(words, _LINE_SIZE)
        sheet.rule(x, top - 6, height + 6, INK)
        shift = taken / 2 if len(lines) == 1 else (taken - 4, 4)[place % 2]
        sheet.text(min(max(x - shift, left), left + width - taken), top - 14, words, INK, size=_LINE_SIZE)


def _legend_places(options: tuple[str, ...], room: float) -> list[tuple[float, int]]:
    """Give each legend entry its x and its line, left to right, breaking before the right edge."""
    places: list[tuple[float, int]] = []
    x, line = float(_PAD), 0
    for option in options:
        taken = 22 + text_width(option, _LABEL_SIZE)
        if x > _PAD and x + taken > room - _PAD:
            x, line = float(_PAD), line + 1
        places.append((x, line))
        x += taken + 18
    return places or [(_PAD, -1)]


def _draw_legend(
    sheet: Sheet, options: tuple[str, ...], styles: tuple[Look, ...], places: list[tuple[float, int]], top: float
) -> None:
    # Where there are no options the one place only tells how high the legend is.
    for (x, line), option, look in zip(places[: len(options)], options, styles, strict=True):
        sheet.box(x, top + line * _LEGEND_LINE + 4, (16, 14), look)
        sheet.text(x + 22, top + line * _LEGEND_LINE + 11, option, INK, size=_LABEL_SIZE)


def _draw_scale(sheet: Sheet, left: float, rows: tuple[float, float], width: float) -> None:
    top, bottom = rows
    for quarter in range(5):
        x = left + width * quarter / 4
        sheet.rule(x, top, bottom - top + 4, LINE)
        sheet.text(x, bottom + 14, f"{quarter * 25}%", MUTED, size=11, align="center")


def _draw_label(sheet: Sheet, lines: tuple[str, ...], right: float, middle: float) -> None:
    for place, line in enumerate(lines):
        y = middle + (place - (len(lines) - 1) / 2) * (_LABEL_SIZE + 3)
        sheet.text(right, y, line, INK, size=_LABEL_SIZE, align="right")


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
