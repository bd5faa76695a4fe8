"""Slim bars: one picture for each row, in the colours of all charts."""

import io

from PIL import Image

from app.charts.palette import grade_colours
from app.reports.strips import strip_pngs


def test_it_works() -> None:
    rows = [(1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.5, 0.5, 0.0)] * 30
    pictures = [Image.open(io.BytesIO(png)) for png in strip_pngs(rows, 3)]
    assert len(pictures) == 90
    assert {picture.size for picture in pictures} == {(480, 48)}
    first, third = grade_colours(3)[0], pictures[89]
    assert pictures[0].getpixel((240, 24)) == tuple(bytes.fromhex(first[1:]))
    assert third.getpixel((100, 24)) == tuple(bytes.fromhex(first[1:]))
    assert third.getpixel((100, 24)) != third.getpixel((400, 24))


def test_no_rows() -> None:
    assert strip_pngs([], 4) == []
