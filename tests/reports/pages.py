"""How many pages a Word report takes: laid out by LibreOffice where it is there, else added up from its structure."""

import shutil
import subprocess
from math import ceil
from pathlib import Path

import docx
from docx.oxml.ns import qn
from docx.shared import Length
from docx.table import Table
from docx.text.paragraph import Paragraph
from pypdf import PdfReader

from app.charts.lettering import text_width

HEIGHT, WIDTH = 225 / 25.4 * 72, 156 / 25.4 * 72
"""Points between the margins of an official A4 page."""
SINGLE = 1.3
SECONDS = 120


def pages(path: Path) -> int:
    """Return the pages of a report as LibreOffice lays it out, or by the estimate."""
    office = shutil.which("soffice")
    if office is None:
        return estimate(path)
    profile = f"-env:UserInstallation=file://{path.parent}/office"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(path.parent), str(path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=SECONDS)
    return len(PdfReader(path.with_suffix(".pdf")).pages)


def estimate(path: Path) -> int:
    """Add up the heights of paragraphs, rows and pictures, with the page breaks between them."""
    word, used, before = docx.Document(str(path)), 0.0, 0
    for block in word.iter_inner_content():
        if isinstance(block, Paragraph) and block.paragraph_format.page_break_before:
            before, used = before + ceil(used / HEIGHT), 0
        used += _table(block) if isinstance(block, Table) else _paragraph(block, WIDTH)
    return before + ceil(used / HEIGHT)


def _points(length: Length | None) -> float:
    return 0 if length is None else length.pt


def _paragraph(paragraph: Paragraph, width: float) -> float:
    shape, style = paragraph.style.paragraph_format, paragraph.style  # type: ignore[union-attr]
    size = _points(style.font.size)  # type: ignore[union-attr]
    spacing = shape.line_spacing
    line = spacing.pt if isinstance(spacing, Length) else size * SINGLE
    extents = paragraph._p.iter("{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}extent")
    drawn = max((Length(int(extent.get("cy", "0"))).pt for extent in extents), default=0.0)
    lines = max(1, ceil((text_width(paragraph.text, size) + _points(shape.first_line_indent)) / width))
    return max(lines * line, drawn) + _points(shape.space_before) + _points(shape.space_after)


def _table(table: Table) -> float:
    return sum(
        max(
            sum(_paragraph(Paragraph(one, table), _cell_width(cell)) for one in cell.iter(qn("w:p")))
            for cell in row.tc_lst
        )
        + 1
        for row in table._tbl.tr_lst
    )


def _cell_width(cell: object) -> float:
    return max(_points(cell.width) - 4, 8)  # type: ignore[attr-defined]
