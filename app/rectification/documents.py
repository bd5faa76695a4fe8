"""Documents of 补课 as Word files, filled from what is recorded; a person edits and signs them."""

import io
from collections.abc import Sequence

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from app.publication.reports.workbook import plain
from app.rectification.columns import LEDGER_COLUMNS
from app.rectification.ledger_acts import LedgerRow
from app.rectification.ledger_cells import cells_of
from app.rectification.reads import OrderView
from app.rectification.supervision import Mode
from app.rectification.wording import MODES
from app.web.pages import chinese_day

TITLE, BODY, HEADING = "方正小标宋简体", "仿宋_GB2312", "黑体"
_SMALL = 12


def _paragraph(document: DocumentType, words: str, name: str = BODY, size: float = 16) -> Paragraph:
    made = document.add_paragraph()
    run = made.add_run(plain(words))
    run.font.name, run.font.size = "Times New Roman", Pt(size)
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)  # noqa: SLF001 - no public way
    made.paragraph_format.space_after = Pt(0)
    made.paragraph_format.line_spacing = Pt(28 if size > _SMALL else 16)
    if name == TITLE:
        made.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif name == BODY and size > _SMALL:
        made.paragraph_format.first_line_indent = Pt(2 * size)
    return made


def _blank(*, wide: bool = False) -> DocumentType:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = (Mm(297), Mm(210)) if wide else (Mm(210), Mm(297))
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.top_margin, section.bottom_margin = Mm(37 if not wide else 20), Mm(30 if not wide else 15)
    section.left_margin, section.right_margin = Mm(28 if not wide else 15), Mm(26 if not wide else 15)
    return document


def _saved(document: DocumentType) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def order_notice(order: OrderView, organisation: str, round_title: str) -> bytes:
    """Return 补课通知书 of the order that holds now; ValueError for a waived one, which has none."""
    current = order.current
    if current is None:
        msg = "a waived unit gets no notice"
        raise ValueError(msg)
    document = _blank()
    _paragraph(document, "补课通知书", TITLE, 22)
    _paragraph(document, current.document_number).alignment = WD_ALIGN_PARAGRAPH.CENTER
    _paragraph(document, f"{order.unit_name}：").paragraph_format.first_line_indent = Pt(0)
    again = f"（第{current.attempt}次）" if current.attempt > 1 else ""
    _paragraph(document, f"根据“{round_title}”的结果，现责令你单位补课{again}，限期整改。{current.reason}")
    dates = current.dates
    _paragraph(
        document,
        f"一、{chinese_day(dates.plan)}前报送整改方案，做到整改内容、目标和时限、措施、责任明确，并作出公开承诺。",
    )
    _paragraph(document, f"二、{chinese_day(dates.remedial)}前完成整改，并报告完成情况。")
    _paragraph(document, f"三、{chinese_day(dates.retest)}前组织复测，参评类别不变，以复测结果决定是否办结。")
    if order.mode:
        _paragraph(document, f"四、对你单位的整改实行{MODES[Mode(order.mode)]}。")
    for words in ("", organisation, chinese_day(current.ordered_on)):
        _paragraph(document, words).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    return _saved(document)


def plan_document(order: OrderView, rows: Sequence[LedgerRow]) -> bytes:
    """Return 整改方案 of a unit: every action with the five points."""
    document = _blank()
    _paragraph(document, f"{order.unit_name}整改方案", TITLE, 22)
    for number, each in enumerate(rows, start=1):
        row = cells_of(each)
        _paragraph(document, f"{number}. {row['problem']}", HEADING)
        for column in LEDGER_COLUMNS:
            if column.planned and column.key != "problem" and row[column.key]:
                _paragraph(document, f"{column.heading}：{row[column.key]}")
    return _saved(document)


def ledger_document(rows: Sequence[LedgerRow], title: str) -> bytes:
    """Return 整改台账 as a wide table with every column."""
    document = _blank(wide=True)
    _paragraph(document, title, TITLE, 18)
    table = document.add_table(rows=1, cols=len(LEDGER_COLUMNS) + 1)
    table.style = "Table Grid"
    for cell, words in zip(table.rows[0].cells, ("单位", *(column.heading for column in LEDGER_COLUMNS)), strict=True):
        cell.text = words
    for each in rows:
        told = cells_of(each)
        texts = (each.order.unit_name, *(told[column.key] for column in LEDGER_COLUMNS))
        for cell, words in zip(table.add_row().cells, texts, strict=True):
            cell.text = plain(words)
    for row in table.rows:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                for run in paragraph.runs:
                    run.font.size = Pt(7)
    return _saved(document)
