"""How wide English words are in tables, by the widths of a font that is as wide as Times New Roman."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import matplotlib as mpl
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from fontTools.ttLib import TTFont

FONT = TTFont(Path(mpl.get_data_path()) / "fonts/ttf/STIXGeneral.ttf")
WORD = re.compile("[A-Za-zÀ-ÿ'’().,:;!?]*[A-Za-z]{3}[A-Za-zÀ-ÿ'’().,:;!?]*")
MARGINS = 80
DXA_PER_POINT = 20


def width_of(word: str, points: float) -> float:
    """Return how many twentieths of a point a word takes."""
    advance = float(sum(advance_of(sign) for sign in word))
    return advance / float(FONT["head"].unitsPerEm) * points * DXA_PER_POINT


@cache
def advance_of(sign: str) -> int:
    advance: int = FONT["hmtx"][FONT.getBestCmap()[ord(sign)]][0]
    return advance


def points_of(word: WordDocument) -> dict[str, float]:
    """Return the sizes of type of a document's styles."""
    sizes = {style.style_id: style.element.find(f".//{qn('w:sz')}") for style in word.styles}
    return {name: int(size.get(qn("w:val"))) / 2 for name, size in sizes.items() if size is not None}


def broken(word: WordDocument) -> Iterator[str]:
    """Yield the words of a document's tables that are wider than their cells."""
    sizes = points_of(word)
    for cell in word.element.body.iter(qn("w:tc")):
        width = int(cell.find(f".//{qn('w:tcW')}").get(qn("w:w"))) - MARGINS
        points = sizes[cell.find(f".//{qn('w:pStyle')}").get(qn("w:val"))]
        for text in (text.text or "" for text in cell.iter(qn("w:t"))):
            yield from (each for each in WORD.findall(text) if width_of(each, points) > width)
