"""Tables of reports in English: no column is narrower than the longest word that stands in it.

Chinese breaks anywhere; a word of an alphabet that does not fit is broken inside.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from markupsafe import Markup

from app.office.language import language_of_file
from app.office.markup import TEXT_WIDTH, Cell, Column, Spanning, Style, table

_NAME_WIDTH: Final = 23
_MARGINS: Final = 80 / 1440 * 25.4
"""Those of a cell, both together."""
_SPARE: Final = 0.3
_MM_PER_POINT: Final = 25.4 / 72
_POINTS: Final = {Style.CELL: 10.0, Style.NUMBER: 9.0, Style.HEAD: 8.5, Style.SMALL: 7.5}
"""The size of type of cells, as the styles of the templates have it."""
_WIDTHS: Final = {
    250: " .,", 200: "|", 180: "'", 278: "ijlt/\\:;", 333: "!()-[]`rfI", 389: "sJ", 408: '"', 444: "acez?", 469: "^",
    480: "{}", 500: "#$*0123456789_bdghknopquvxy", 541: "~", 556: "FPS", 564: "+<=>", 611: "ELTZ", 667: "BCR",
    722: "ADGHKNOQUVXYw", 778: "m&", 833: "%", 889: "M", 921: "@", 944: "W",
}  # fmt: skip
"""Thousandths of the size of type that signs of Times New Roman are wide."""
_WIDTH: Final = {sign: width for width, signs in _WIDTHS.items() for sign in signs}
_WIDEST: Final = 1_000
_WORD: Final = re.compile(r"[^\s\u2e80-\u9fff\uf900-\uffef\u2013\u2014-]+[-\u2013\u2014]?")
_TEXT: Final = re.compile(r"<w:t[^>]*>([^<]*)")


def ruled(caption: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], width: float = TEXT_WIDTH) -> Markup:
    """Return a table; a column of width 0 gets what the others leave of the width of the text."""
    columns = columns if all(column.width for column in columns) else _fitted(columns)
    if language_of_file() != "en":
        return table(caption, columns, rows)
    body = list(rows)
    return table(caption, _with_room(columns, body, width), body)


def _fitted(columns: Sequence[Column]) -> list[Column]:
    """Give the column of width 0 what the others leave; where that is too little, all others are narrowed alike."""
    taken = sum(column.width for column in columns)
    factor = min(1.0, (TEXT_WIDTH - _NAME_WIDTH) / taken)
    rest = TEXT_WIDTH - taken * factor
    return [replace(column, width=column.width * factor or rest) for column in columns]


def _with_room(columns: Sequence[Column], body: Sequence[Sequence[Cell]], width: float) -> list[Column]:
    """Widen columns to their words out of what others have to spare; where that is not enough, make the type small."""
    needed = _needed(columns, body)
    if sum(needed) > width:
        columns = [replace(column, style=_smaller(column.style), head=Style.SMALL) for column in columns]
        needed = _needed(columns, body)
    lacking = sum(max(0.0, least - column.width) for least, column in zip(needed, columns, strict=True))
    spare = sum(max(0.0, column.width - least) for least, column in zip(needed, columns, strict=True))
    share = min(1.0, lacking / spare) if spare else 0.0
    return [
        replace(column, width=least if column.width < least else column.width - (column.width - least) * share)
        for least, column in zip(needed, columns, strict=True)
    ]


def _smaller(style: Style) -> Style:
    return style if style is Style.CELL else Style.SMALL


def _needed(columns: Sequence[Column], body: Sequence[Sequence[Cell]]) -> list[float]:
    """Return how wide each column must be."""
    needed = [_width_of(column.label, column.head) for column in columns]
    for row in body:
        for place, cell in _alone(row):
            needed[place] = max(needed[place], _least(cell, columns[place]))
    return needed


def _alone(row: Sequence[Cell]) -> Iterator[tuple[int, str | Markup]]:
    """Yield the cells of a row that stand in one column, with its place."""
    place = 0
    for cell in row:
        if not isinstance(cell, Spanning):
            yield place, cell
        place += cell.columns if isinstance(cell, Spanning) else 1


def _least(cell: str | Markup, column: Column) -> float:
    if not isinstance(cell, Markup):
        return _width_of(cell, column.style)
    if "<w:drawing" in cell:
        return column.width
    return max((_width_of(text, column.style) for text in _TEXT.findall(cell)), default=0.0)


def _width_of(text: str, style: Style) -> float:
    """Return the millimetres that the longest word of a text takes in a cell."""
    longest = max((sum(_WIDTH.get(sign, _WIDEST) for sign in word) for word in _WORD.findall(text)), default=0)
    return longest / 1_000 * _POINTS[style] * _MM_PER_POINT + _MARGINS + _SPARE if longest else 0.0
