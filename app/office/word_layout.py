"""How Word files of 补课 look: an empty official page with its styles, filled with paragraphs and tables."""

import io
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docx.shared import Mm
from markupsafe import Markup

from app.core.holding import hold_nothing
from app.office import markup
from app.office.language import _, day_of, language_of_file, listed
from app.office.markup import Style
from app.office.zips import undated

NONE = "—"
_WIDE_MARGIN = 15
_EMPTY = Path(__file__).with_name("empty.docx")


def empty_page() -> bytes:
    """Return a page without a word, with the styles of all reports and a page number in its footer."""
    return _EMPTY.read_bytes()


class Kind(StrEnum):
    """What a paragraph is: the styles of the empty page that no report's block asks for."""

    TITLE = "ReportTitleAlone"
    TITLE_BELOW = "ReportTitle"
    TITLE_ABOVE = "ReportTitleAbove"
    CENTRED = "ReportSender"
    MASTHEAD = "ReportMasthead"
    RULED = "ReportRule"
    SECTION = "ReportHeading1"
    SUBSECTION = "ReportHeading2"
    ADDRESSEE = "ReportPlain"
    SIGNER = "ReportSigner"
    DAY = "ReportDate"


def blank_document(*, wide: bool = False) -> DocumentType:
    """Return an empty A4 page with the margins of official papers, across and with narrow ones if it is ``wide``."""
    hold_nothing("writing a document")
    document = Document(io.BytesIO(empty_page()))
    if wide:
        section = document.sections[0]
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
        section.left_margin = section.right_margin = section.bottom_margin = Mm(_WIDE_MARGIN)
        section.top_margin, section.footer_distance = Mm(20), Mm(7)
    return document


def paragraph(document: DocumentType, words: str | Markup, style: Style | Kind = Style.BODY) -> None:
    """Add a paragraph; its words are text."""
    add(document, markup.paragraph(words, style))


def written(document: DocumentType, text: str) -> None:
    """Add what somebody wrote, every line a paragraph."""
    for line in text.splitlines():
        if line.strip():
            paragraph(document, line)


def picture(document: DocumentType, png: bytes, words: str) -> None:
    """Add a picture as wide as the text, with its words for those who do not see it."""
    paragraph(document, "", Style.PICTURE)
    shape = document.paragraphs[-1].add_run().add_picture(io.BytesIO(png), width=Mm(markup.TEXT_WIDTH))
    shape._inline.docPr.set("descr", markup.one_line(words))  # noqa: SLF001 - no public way


def ruled(document: DocumentType, left: str, right: str = "") -> None:
    """Add a line over the red rule of a masthead, its end at the right margin."""
    words = markup.runs(left) + (Markup("<w:r><w:tab/></w:r>") + markup.runs(right) if right else Markup(""))
    paragraph(document, words, Kind.RULED)


def signed(document: DocumentType, office: str, day: date) -> None:
    """Add who signs and the day, never alone on a page."""
    last = document.paragraphs[-1]
    last.paragraph_format.keep_with_next = True
    paragraph(document, office, Kind.SIGNER)
    paragraph(document, day_of(day), Kind.DAY)


def saved(document: DocumentType, codes: Sequence[str] = ()) -> bytes:
    """Return the file; ``codes`` verify the results whose figures are quoted and stand before the page number."""
    if codes:
        first = document.sections[0].footer.paragraphs[0].runs[0]
        apart = "    " if language_of_file() == "en" else "　　"
        first.text = f"{_('核验码：')}{listed(codes)}{apart}{first.text}"
    out = io.BytesIO()
    document.save(out)
    return undated(out.getvalue())


def add(document: DocumentType, blocks: Markup) -> None:
    """Add paragraphs and tables that are markup already."""
    body = document.element.body
    for element in list(parse_xml(f"<w:body {nsdecls('w')}>{blocks}</w:body>")):
        # Row by row: moving a whole table takes the square of its length.
        rows = element.findall(qn("w:tr"))
        for row in rows:
            element.remove(row)
        body.insert_element_before(element, "w:sectPr")
        element.extend(rows)
