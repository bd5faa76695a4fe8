"""Slim bars for the rows of a table: drawn many at a time, because starting a figure costs more than a bar."""

import io
from collections.abc import Sequence
from itertools import accumulate, pairwise

from PIL import Image

from app.charts.palette import PAPER, Kind, Look, looks
from app.charts.sheet import Sheet

_WIDTH, _HEIGHT = 240, 24
_BATCH = 40
_DOTS_PER_PIXEL = 2
_DPI = 96 * _DOTS_PER_PIXEL


def strip_pngs(rows: Sequence[tuple[float, ...]], grades: int) -> list[bytes]:
    """Draw one bar of 10 : 1 for each row of shares of 1, in the colours of all charts."""
    styles = looks((Kind.GRADE.value,) * grades)
    return [png for at in range(0, len(rows), _BATCH) for png in _drawn(rows[at : at + _BATCH], styles)]


def _drawn(rows: Sequence[tuple[float, ...]], styles: Sequence[Look]) -> list[bytes]:
    sheet = Sheet(_WIDTH, _HEIGHT * len(rows), PAPER)
    for place, shares in enumerate(rows):
        # An item may have fewer grades of its own.
        for (start, end), look in zip(pairwise(accumulate(shares, initial=0.0)), styles, strict=False):
            if end > start:
                sheet.box(start * _WIDTH, place * _HEIGHT, ((end - start) * _WIDTH, _HEIGHT), look)
    drawn = Image.open(io.BytesIO(sheet.png("", "", _DPI))).convert("RGB")
    step = _HEIGHT * _DOTS_PER_PIXEL
    return [_png(drawn.crop((0, place * step, drawn.width, (place + 1) * step))) for place in range(len(rows))]


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()
