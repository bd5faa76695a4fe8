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
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from app.core.holding import hold_nothing
from app.office.qr import QrGrid

POINTS_PER_MM: Final = 72 / 25.4
SIGN_WIDTH: Final = 0.602
"""Advance of every sign of the monospaced font, in units of its size."""

_FONT_NAME: Final = "DejaVuSansMono-Bold"
_FIRST_SIGN, _LAST_SIGN = 32, 126
_FONT_RESOURCE: Final = "/Mono"
_CHUNK: Final = 8


class Ink:
    """What is drawn on one page."""

    def __init__(self, width: float, height: float) -> None:
        """Start an empty page of this size in millimetres."""
        self.width, self.height = width, height
        self._operators: list[str] = []

    def _point(self, x: float, y: float) -> str:
        return f"{x * POINTS_PER_MM:.3f} {(self.height - y) * POINTS_PER_MM:.3f}"

    def typeset(self, index: int, x: float, bottom: float) -> None:
        """Show a page of the typeset document with its lower left corner at (x, bottom)."""
        self._operators.append(f"q 1 0 0 1 {self._point(x, bottom)} cm {_form_name(index)} Do Q")

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
        self._operators.append(f"q BT {_FONT_RESOURCE} {size:.2f} Tf {extra:.3f} Tc {place} Td ({shown}) Tj ET Q")

    def content(self) -> bytes:
        """Return the drawing as a PDF content stream."""
        return "\n".join(["0 g", *self._operators]).encode("ascii")


def _form_name(index: int) -> str:
    return f"/Typeset{index}"


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


def _form(writer: PdfWriter, page: PageObject) -> IndirectObject:
    """Make a typeset page a picture that can be drawn many times and is stored once."""
    contents = page.get_contents()
    resources = cast("DictionaryObject", page["/Resources"].get_object())
    form = _stream(
        b"" if contents is None else contents.get_data(),
        Type=NameObject("/XObject"),
        Subtype=NameObject("/Form"),
        BBox=ArrayObject(FloatObject(edge) for edge in page.mediabox),
        Resources=resources.clone(writer),
    )
    return _add(writer, form)


def overlay(typeset: bytes, pages: Iterable[Ink], title: str) -> bytes:
    """Return a PDF of these pages, whose ink may show pages of ``typeset``; it names no time and no machine."""
    hold_nothing("drawing pages")
    writer = PdfWriter()
    writer.pdf_header = "%PDF-1.7"
    forms = {
        NameObject(_form_name(index)): _form(writer, page)
        for index, page in enumerate(PdfReader(io.BytesIO(typeset)).pages)
    }
    font = DictionaryObject({NameObject(_FONT_RESOURCE): _add_font(writer)})
    resources = _add(writer, _dictionary(Font=font, XObject=DictionaryObject(forms)))
    for ink in pages:
        page = writer.add_blank_page(ink.width * POINTS_PER_MM, ink.height * POINTS_PER_MM)
        page[NameObject("/Resources")] = resources
        page[NameObject("/Contents")] = _add(writer, _stream(ink.content()))
    writer.metadata = {"/Title": title}
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()
