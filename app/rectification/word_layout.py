"""How Word files of 补课 look: fonts and margins of official papers, tables, signature, footer."""

import io
from collections.abc import Iterable, Sequence
from datetime import date

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.text.run import CT_R
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from app.publication.reports.workbook import plain
from app.web.pages import chinese_day

TITLE, BODY, HEADING, SUBHEADING = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
GAP = "＿＿＿＿＿＿"
NONE = "—"
SMALL = 12
_CELL = 10.5


def paragraph(document: DocumentType, words: str, name: str = BODY, size: float = 16) -> Paragraph:
    """Add a paragraph in one of the fonts of official papers; signs that XML cannot carry are left out."""
    made = document.add_paragraph()
    run = made.add_run(plain(words))
    _font(run._element, name)  # noqa: SLF001 - no public way
    run.font.size = Pt(size)
    made.paragraph_format.space_after = Pt(0)
    made.paragraph_format.line_spacing = Pt(max(28, size * 1.4) if size > SMALL else 16)
    if name == TITLE:
        made.alignment, made.paragraph_format.space_after = WD_ALIGN_PARAGRAPH.CENTER, Pt(12)
    elif size > SMALL:
        made.paragraph_format.first_line_indent = Pt(2 * size)
    return made


def _font(run: CT_R, name: str) -> None:
    fonts = run.get_or_add_rPr().get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), name if script == "eastAsia" else "Times New Roman")


def written(document: DocumentType, text: str) -> None:
    """Add what somebody wrote, every line a paragraph."""
    for line in text.splitlines():
        if line.strip():
            paragraph(document, line.strip())


def table(document: DocumentType, heads: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[float]) -> None:
    """Add a ruled table whose head is repeated on every page; widths in millimetres."""
    made = document.add_table(rows=1, cols=len(heads))
    made.style, made.autofit = "Table Grid", False
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Mm(width)
    mark = OxmlElement("w:tblHeader")
    made.rows[0]._tr.get_or_add_trPr().append(mark)  # noqa: SLF001 - no public way
    _fill(made.rows[0].cells, heads, widths, HEADING)
    for texts in rows:
        _fill(made.add_row().cells, texts, widths, BODY)


def _fill(cells: Sequence[_Cell], texts: Sequence[str], widths: Sequence[float], name: str) -> None:
    for cell, words, width in zip(cells, texts, widths, strict=True):
        cell.width = Mm(width)
        run = cell.paragraphs[0].add_run(plain(words))
        _font(run._element, name)  # noqa: SLF001 - no public way
        run.font.size = Pt(_CELL)


def signed(document: DocumentType, office: str, day: date) -> None:
    """Add who signs, and the day, at the right."""
    for words in ("", office, chinese_day(day)):
        made = paragraph(document, words)
        made.alignment, made.paragraph_format.keep_with_next = WD_ALIGN_PARAGRAPH.RIGHT, True


def footer(document: DocumentType, codes: Sequence[str] = ()) -> None:
    """Add the page numbers, and before them the verification codes of the results whose figures are quoted."""
    made = document.sections[0].footer.paragraphs[0]
    made.alignment = WD_ALIGN_PARAGRAPH.CENTER
    begin = f"核验码：{'、'.join(codes)}　　— " if codes else "— "
    _font(made.add_run(plain(begin))._element, BODY)  # noqa: SLF001 - no public way
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    made._p.append(field)  # noqa: SLF001 - no public way
    made.add_run(" —")


def blank_document(*, wide: bool = False) -> DocumentType:
    """Return an empty A4 page with the margins of official papers, across if it is ``wide``."""
    document = Document()
    document.core_properties.author, document.core_properties.comments = "", ""
    section = document.sections[0]
    section.page_width, section.page_height = (Mm(297), Mm(210)) if wide else (Mm(210), Mm(297))
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.top_margin, section.bottom_margin = Mm(37 if not wide else 20), Mm(30 if not wide else 15)
    section.left_margin, section.right_margin = Mm(28 if not wide else 15), Mm(26 if not wide else 15)
    return document


def saved(document: DocumentType) -> bytes:
    """Return the file."""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def rule_below(under: Paragraph) -> None:
    """Draw the red line of a masthead."""
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "4"), ("color", "C00000")):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    under._p.get_or_add_pPr().insert_element_before(  # noqa: SLF001 - no public way
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )
