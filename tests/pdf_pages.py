"""What a reader gets from a PDF: its text by pdftotext, its QR codes by pdftoppm and zbarimg, its objects by pypdf."""

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from pypdf import PdfReader
from pypdf.generic import ContentStream


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


def glyphs(document: bytes) -> list[int]:
    """Numbers of the glyphs that pages show in typeset fonts, in the order of showing; 0 is the box for “none”."""
    return [number for page in reader(document).pages for number in _shown(page.get_contents(), page, page.pdf)]


def _shown(content: Any, owner: Any, pdf: Any) -> Iterator[int]:  # noqa: ANN401 - whatever pypdf holds
    if content is None:
        return
    resources, wide = owner.get("/Resources", {}), False
    for operands, operator in ContentStream(content, pdf).operations:
        if operator == b"Tf":
            wide = resources["/Font"][operands[0]].get("/Encoding") == "/Identity-H"
        elif operator in {b"Tj", b"TJ"} and wide:
            for part in operands if operator == b"Tj" else operands[0]:
                raw = getattr(part, "original_bytes", b"")
                yield from (int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2))
        elif operator == b"Do":
            form = resources["/XObject"][operands[0]]
            if form.get("/Subtype") == "/Form":
                yield from _shown(form, form, pdf)
