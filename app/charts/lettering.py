"""Words on a drawing: how wide they are, and lines that hold all of them; nothing is left out."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from app.charts.palette import INK
from app.charts.sheet import Align, Sheet, clean

LEADING: Final = 3
"""Pixels between the lines of one text."""
LEGEND_LINE: Final = 24
LEGEND_SIZE: Final = 13
_SWATCH, _GAP = 22, 18
_OPENING = "（(《〈“‘【〔"
_CLOSING = "）)》〉”’】〕，。、；：？！,.;:?!%"

Lines = tuple[tuple[float, str], ...]
"""Lines to hold bars against: where, as a share of 1, and their words."""
_LINE_SIZE, _LINE_ROW, _LINE_FOOT = 11, 16, 10


def text_width(words: str, size: float) -> float:
    """Estimate a line's width in pixels, on the wide side: the reader's font is not known."""
    wide = sum(unicodedata.east_asian_width(char) in "WFA" for char in words)
    return size * (wide + 0.6 * (len(words) - wide))


def wrapped(label: str, room: float, size: float) -> tuple[str, ...]:
    """Break a label into as few lines of ``room`` pixels as hold all of it, of about the same length."""
    words = clean(label)
    fewest = _broken(words, room, size)
    least = text_width(words, size) / max(len(fewest), 1)
    narrower = (least + step * size / 2 for step in range(int((room - least) / size * 2) + 1))
    return next((lines for at in narrower if len(lines := _broken(words, at, size)) == len(fewest)), fewest)


def _broken(words: str, room: float, size: float) -> tuple[str, ...]:
    rest, lines = words, list[str]()
    while rest:
        end = max(sum(width <= room for width in accumulate(text_width(char, size) for char in rest)), 1)
        while 1 < end < len(rest) and (rest[end - 1] in _OPENING or rest[end] in _CLOSING):
            end -= 1
        end = _between_words(rest, end)
        lines.append(rest[:end].strip())
        rest = rest[end:].strip()
    return tuple(lines)


def _between_words(text: str, end: int) -> int:
    """Return where a line of at most ``end`` signs ends, so that no Latin word is broken where there is a space."""
    if end < len(text) and text[end - 1 : end + 1].isascii() and text[end] != " ":
        return text.rfind(" ", 1, end) if " " in text[1:end] else end
    return end


def width_of(lines: Sequence[str], size: float) -> float:
    """Return how wide the widest line is."""
    return max((text_width(line, size) for line in lines), default=0)


def height_of(lines: Sequence[str], size: float) -> float:
    """Return how high lines of a text are together."""
    return len(lines) * (size + LEADING)


def write(
    sheet: Sheet,
    at: tuple[float, float],
    lines: Sequence[str],
    *,
    size: float,
    align: Align = "left",
    colour: str = INK,
) -> None:
    """Write lines below one another, with the middle of all of them at a place."""
    x, middle = at
    for place, line in enumerate(lines):
        y = middle + (place - (len(lines) - 1) / 2) * (size + LEADING)
        sheet.text(x, y, line, colour, size=size, align=align)


@dataclass(frozen=True, slots=True)
class Legend:
    """Where the entries of a legend stand, from its corner, with their lines; ``height`` is that of all of them."""

    places: tuple[tuple[float, float, tuple[str, ...]], ...]
    height: float


def legend_of(names: Sequence[str], room: float) -> Legend:
    """Lay out names from left to right, going on below where one would pass the right edge."""
    places: list[tuple[float, float, tuple[str, ...]]] = []
    x, y, high = 0.0, 0.0, 0.0
    for name in names:
        lines = wrapped(name, room - _SWATCH, LEGEND_SIZE)
        taken = _SWATCH + width_of(lines, LEGEND_SIZE)
        if x and x + taken > room:
            x, y, high = 0.0, y + high, 0.0
        places.append((x, y, lines))
        x, high = x + taken + _GAP, max(high, LEGEND_LINE, height_of(lines, LEGEND_SIZE) + 8)
    return Legend(tuple(places), y + high)


@dataclass(frozen=True, slots=True)
class Ruler:
    """Words over the lines of a field, each beside its line and none over another; ``height`` is that of their rows."""

    words: tuple[tuple[float, float, int, str], ...]
    """Each line's place, where its words begin, their row from below, and the words."""

    @property
    def height(self) -> float:
        """Return the room above the field."""
        rows = max((row for _, _, row, _ in self.words), default=-1) + 1
        return rows * _LINE_ROW + _LINE_FOOT if rows else 0

    def draw(self, sheet: Sheet, top: float, height: float) -> None:
        """Draw the lines down a field of that height, with their words above."""
        for x, begins, row, words in self.words:
            above = row * _LINE_ROW
            sheet.rule(x, top - 6 - above, height + 6 + above, INK)
            sheet.text(begins, top - 14 - above, words, INK, size=_LINE_SIZE)


def ruler_of(lines: Lines, left: float, width: float) -> Ruler:
    """Place words over a field that is 100 % wide; words of two lines part to both sides."""
    told: list[tuple[float, float, int, str]] = []
    for place, (share, words) in enumerate(lines):
        x, taken = left + width * share, text_width(words, _LINE_SIZE)
        shift = taken / 2 if len(lines) == 1 else (taken - 4, 4)[place % 2]
        begins = min(max(x - shift, left), left + width - taken)
        crossed = {row for _, other, row, its in told if _touch((other, its), (begins, words))}
        told.append((x, begins, next(row for row in range(len(lines)) if row not in crossed), words))
    return Ruler(tuple(told))


def _touch(one: tuple[float, str], other: tuple[float, str]) -> bool:
    (first, words), (second, others) = sorted((one, other))
    return first + text_width(words, _LINE_SIZE) + 4 > second and bool(others)
