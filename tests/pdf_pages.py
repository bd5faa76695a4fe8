"""What a reader gets from a PDF: its text by pdftotext, its QR codes by pdftoppm and zbarimg, its objects by pypdf."""

import io
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from pypdf import PdfReader

from tests.found import some


def text(document: bytes, *options: str) -> str:
    return subprocess.run(
        ["pdftotext", *options, "-", "-"], input=document, capture_output=True, check=True
    ).stdout.decode()


def pictures(document: bytes, folder: Path, dots_per_inch: int) -> list[Path]:
    command = ["pdftoppm", "-gray", "-r", str(dots_per_inch), "-png", "-", str(folder / "page")]
    subprocess.run(command, input=document, capture_output=True, check=True)
    return sorted(folder.glob("page-*.png"))


def cut_outs(document: bytes, folder: Path, page: int, places: list[tuple[float, float, float, float]]) -> list[Path]:
    """Pictures of parts of a page, given as (x, y, width, height) in millimetres."""
    command = ["pdftoppm", "-gray", "-r", "150", "-f", str(page), "-l", str(page), "-singlefile", "-"]
    drawn = subprocess.run(command, input=document, capture_output=True, check=True).stdout
    made = []
    with Image.open(io.BytesIO(drawn)) as whole:
        for number, place in enumerate(places):
            x, y, width, height = (round(length / 25.4 * 150) for length in place)
            made.append(folder / f"cut-{page}-{number}.png")
            whole.crop((x, y, x + width, y + height)).save(made[-1])
    return made


def qr_texts(pictures: list[Path]) -> list[str]:
    command = ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", *map(str, pictures)]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode().splitlines()


def reader(document: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(document))


_PLAIN = rb"\\.|[^\\()]"
_STRING = rb"\((?:%b|\((?:%b)*\))*\)|<[0-9A-Fa-f]*>" % (_PLAIN, _PLAIN)
STRINGS = re.compile(_STRING, re.DOTALL)
SHOWING = re.compile(
    rb"/(\w+) [\d.]+ Tf|(%b)\s*Tj|\[((?:%b|[^\]()<>])*)\]\s*TJ|/(\w+) Do" % (_STRING, _STRING), re.DOTALL
)
"""What chooses a font, shows one string, shows some, and draws a form: pypdf takes thirty times as long to find it."""
ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
SIGNS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def glyphs(document: bytes) -> list[int]:
    """Numbers of the glyphs that pages show in typeset fonts, in the order of showing; 0 is the box for “none”."""
    pages = reader(document).pages
    return some(number for page in pages for number in _shown(page.get_contents(), page["/Resources"]))


def _shown(content: Any, resources: Any) -> Iterator[int]:  # noqa: ANN401 - whatever pypdf holds
    data, wide = b"" if content is None else content.get_data(), False
    assert not re.search(rb"T[jJ]\b", SHOWING.sub(b"", data)), "not all that is shown was found"
    for font, one, many, name in SHOWING.findall(data):
        if font:
            wide = resources["/Font"][f"/{font.decode()}"].get("/Encoding") == "/Identity-H"
        elif name:
            form = resources["/XObject"][f"/{name.decode()}"]
            if form.get("/Subtype") == "/Form":
                yield from _shown(form, form.get("/Resources", {}))
        elif wide:
            for text in STRINGS.findall(one or many):
                raw = _bytes_of(text)
                yield from (int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2))


def _bytes_of(text: bytes) -> bytes:
    if text.startswith(b"<"):
        return bytes.fromhex(text[1:-1].decode())
    return ESCAPED.sub(
        lambda sign: bytes([int(sign[1], 8)]) if sign[1].isdigit() else SIGNS.get(sign[1], sign[1]), text[1:-1]
    )
