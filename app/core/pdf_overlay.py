"""Secrets put on typeset pages: QR codes and monospaced text drawn straight into the PDF, in memory only.

The typesetter sees the fixed part of a page once; codes and key words never enter it, and ten thousand slips cost a
few lines of drawing each. Places are in millimetres from the top left corner of the page.
"""

import io
import zlib
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final, cast

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from app.core.qr import QrGrid

POINTS_PER_MM: Final = 72 / 25.4
SIGN_WIDTH: Final = 0.602
"""Advance of every sign of the monospaced font, in units of its size."""

_FONT_NAME: Final = "DejaVuSansMono-Bold"
_FIRST_SIGN, _LAST_SIGN = 32, 126
_RESOURCE: Final = "/Mono"
_CHUNK: Final = 8


class Ink:
    """What is drawn on one page."""

    def __init__(self, page_height: float) -> None:
        """Start an empty page of this height in millimetres."""
        self._height = page_height
        self._operators: list[str] = []

    def _point(self, x: float, y: float) -> str:
        return f"{x * POINTS_PER_MM:.2f} {(self._height - y) * POINTS_PER_MM:.2f}"

    def qr(self, grid: QrGrid, x: float, y: float, width: float) -> None:
        """Draw the code with its top left module at (x, y); the quiet zone around it is the caller's."""
        unit = width * POINTS_PER_MM / grid.size
        self._operators.append(f"q {unit:.5f} 0 0 {-unit:.5f} {self._point(x, y)} cm")
        self._operators += _rectangles(grid)
        self._operators.append("f Q")

    def text(self, signs: str, x: float, baseline: float, size: float, *, advance: float | None = None) -> None:
        """Write printable ASCII from x on; ``size`` in points, ``advance`` in millimetres from sign to sign."""
        if not all(_FIRST_SIGN <= ord(sign) <= _LAST_SIGN for sign in signs):
            raise ValueError
        extra = 0.0 if advance is None else advance * POINTS_PER_MM - SIGN_WIDTH * size
        shown = signs.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        place = self._point(x, baseline)
        self._operators.append(f"BT {_RESOURCE} {size:.2f} Tf {extra:.3f} Tc {place} Td ({shown}) Tj ET")

    def content(self) -> bytes:
        """Return the drawing as a PDF content stream."""
        return "\n".join(["Q q 0 g", *self._operators, "Q"]).encode("ascii")


def _rectangles(grid: QrGrid) -> list[str]:
    """One path for the whole code, so that no renderer shows seams between its modules."""
    size, bits = grid.size, grid.bits
    shift, row_mask = size * size, (1 << size) - 1
    pieces = []
    for y in range(size):
        shift -= size
        row = bits >> shift & row_mask
        for x in range(0, size, _CHUNK):
            over = size - x - _CHUNK
            piece = row >> over & 0xFF if over >= 0 else row << -over & 0xFF
            if piece:
                pieces.append(_row_piece(x, y, piece))
    return pieces


@lru_cache(maxsize=1 << 16)
def _row_piece(x: int, y: int, piece: int) -> str:
    return " ".join(f"{x + start} {y} {width} 1 re" for start, width in _runs_of_byte(piece))


@cache
def _runs_of_byte(piece: int) -> list[tuple[int, int]]:
    cells = f"{piece:08b}0"
    runs, start = [], cells.find("1")
    while start >= 0:
        end = cells.find("0", start)
        runs.append((start, end - start))
        start = cells.find("1", end)
    return runs


@cache
def _font_file() -> bytes:
    """Read the monospaced font out of matplotlib's wheel, without importing matplotlib."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        raise FileNotFoundError(_FONT_NAME)
    return (Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" / f"{_FONT_NAME}.ttf").read_bytes()


def _stream(content: bytes, **entries: PdfObject) -> StreamObject:
    stream = StreamObject()
    stream.set_data(zlib.compress(content))
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    for name, value in entries.items():
        stream[NameObject(f"/{name}")] = value
    return stream


def _dictionary(**entries: PdfObject) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in entries.items()})


def _add(writer: PdfWriter, thing: PdfObject) -> IndirectObject:
    return writer._add_object(thing)  # noqa: SLF001 - pypdf has no public name for it


def _add_font(writer: PdfWriter) -> IndirectObject:
    font = _font_file()
    numbers = {"Flags": 33, "ItalicAngle": 0, "Ascent": 928, "Descent": -236, "CapHeight": 729, "StemV": 120}
    descriptor = _dictionary(
        Type=NameObject("/FontDescriptor"),
        FontName=NameObject(f"/{_FONT_NAME}"),
        FontBBox=ArrayObject(NumberObject(edge) for edge in (-446, -394, 731, 1041)),
        FontFile2=_add(writer, _stream(font, Length1=NumberObject(len(font)))),
        **{name: NumberObject(number) for name, number in numbers.items()},
    )
    width = NumberObject(round(SIGN_WIDTH * 1000))
    font_entries = _dictionary(
        Type=NameObject("/Font"),
        Subtype=NameObject("/TrueType"),
        BaseFont=NameObject(f"/{_FONT_NAME}"),
        Encoding=NameObject("/WinAnsiEncoding"),
        FirstChar=NumberObject(_FIRST_SIGN),
        LastChar=NumberObject(_LAST_SIGN),
        Widths=ArrayObject([width] * (_LAST_SIGN - _FIRST_SIGN + 1)),
        FontDescriptor=_add(writer, descriptor),
    )
    return _add(writer, font_entries)


class _Base:
    """A typeset page whose content and resources all its copies share."""

    def __init__(self, writer: PdfWriter, page: PageObject, font: IndirectObject) -> None:
        contents = page.get_contents()
        fixed = b"" if contents is None else contents.get_data()
        self.width, self.height = float(page.mediabox.width), float(page.mediabox.height)
        # The typeset part stands between q and Q, so that its scaling does not reach the drawing after it.
        self.content = _add(writer, _stream(b"q\n" + fixed + b"\n"))
        resources = cast("DictionaryObject", page["/Resources"].get_object())
        resources = resources.clone(writer, force_duplicate=True)
        fonts = cast("DictionaryObject", resources.get("/Font", DictionaryObject()).get_object())
        resources[NameObject("/Font")] = DictionaryObject({**fonts, NameObject(_RESOURCE): font})
        self.resources = _add(writer, resources)


def overlay(typeset: bytes, pages: Iterable[tuple[int, Ink]], title: str) -> bytes:
    """Return a PDF whose pages are each a page of ``typeset`` (by index) under ink; it names no time and no machine."""
    writer = PdfWriter()
    font = _add_font(writer)
    bases = [_Base(writer, page, font) for page in PdfReader(io.BytesIO(typeset)).pages]
    for index, ink in pages:
        base = bases[index]
        page = writer.add_blank_page(base.width, base.height)
        page[NameObject("/Resources")] = base.resources
        page[NameObject("/Contents")] = ArrayObject([base.content, _add(writer, _stream(ink.content()))])
    writer.metadata = {"/Title": title}
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()
