"""WordprocessingML written as text: paragraphs, tables and pictures. Every text that comes in is escaped here."""

import re
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup, escape

from app.office.workbook import export_text

TEXT_WIDTH = 156
"""Millimetres between the margins of an official A4 page."""

# The ideographic space is how Chinese text is set out; every other one may be a line's end in disguise.
_SPACE = re.compile(r"[^\S\u3000]+")
_ROWS_KEPT_TOGETHER = 14
_DXA_PER_MM = 1440 / 25.4
_EMU_PER_MM = 36_000
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_BORDERS = Markup("").join(
    Markup('<w:{} w:val="single" w:sz="4" w:space="0" w:color="auto"/>').format(side)
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


class Style(StrEnum):
    """The styles that blocks ask for; a template that lacks one is lent the shipped one."""

    SUBHEADING = "ReportHeading3"
    BODY = "ReportBody"
    LEAD = "ReportLead"
    REMARK = "ReportRemark"
    NOTE = "ReportNote"
    CAPTION = "ReportCaption"
    PICTURE = "ReportPicture"
    CELL = "ReportCell"
    SMALL = "ReportCellSmall"
    NUMBER = "ReportNumber"
    HEAD = "ReportCellHead"
    GAP = "ReportGap"
    SIGNATURE = "ReportSignature"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, its width in millimetres, and the styles of its cells and of its head."""

    label: str
    width: float
    style: Style = Style.NUMBER
    head: Style = Style.HEAD


@dataclass(frozen=True, slots=True)
class Spanning:
    """A cell over several columns."""

    text: str
    columns: int


Cell = str | Markup | Spanning
"""A cell's text, or the run of a picture."""


class Pictures:
    """The pictures of one report, each stored once and known by its relationship's id."""

    def __init__(self) -> None:
        self._ids: dict[bytes, str] = {}
        self._drawn = 0

    def stored(self) -> Iterable[tuple[str, bytes]]:
        """Return id and PNG of every picture."""
        return ((picture_id, png) for png, picture_id in self._ids.items())

    def run(self, png: bytes, width: float, description: str) -> Markup:
        """Return the run that shows a picture, ``width`` millimetres wide, with its words for those who do not see."""
        picture_id = self._ids.setdefault(png, f"picture{len(self._ids) + 1}")
        self._drawn += 1
        across, down = struct.unpack(">II", png[16:24])
        size = Markup('cx="{}" cy="{}"').format(round(width * _EMU_PER_MM), round(width * _EMU_PER_MM * down / across))
        return _PICTURE.format(id=picture_id, number=self._drawn, size=size, words=one_line(description))


_PICTURE = Markup(  # noqa: S704 -- only our own constants
    f'<w:r><w:drawing><wp:inline xmlns:wp="{_DRAWING}/wordprocessingDrawing" distT="0" distB="0" distL="0" distR="0">'
    '<wp:extent {size}/><wp:docPr id="{number}" name="{id}" descr="{words}"/>'
    f'<a:graphic xmlns:a="{_DRAWING}/main"><a:graphicData uri="{_DRAWING}/picture">'
    f'<pic:pic xmlns:pic="{_DRAWING}/picture"><pic:nvPicPr><pic:cNvPr id="{{number}}" name="{{id}}"/><pic:cNvPicPr/>'
    f'</pic:nvPicPr><pic:blipFill><a:blip xmlns:r="{_RELATIONS}" r:embed="{{id}}"/><a:stretch><a:fillRect/></a:stretch>'
    '</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
    "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
)


def one_line(text: str) -> str:
    """Return the text as one line without what cannot be seen or cannot stand in XML."""
    return _SPACE.sub(" ", export_text(text)).strip()


def paragraph(text: str | Markup, style: StrEnum = Style.BODY) -> Markup:
    """Return a paragraph of a text, or of runs that are markup already."""
    return Markup('<w:p><w:pPr><w:pStyle w:val="{}"/></w:pPr>{}</w:p>').format(style.value, runs(text))


def paragraphs(texts: Iterable[str], style: Style = Style.BODY) -> Markup:
    """Return one paragraph for each text."""
    return joined(paragraph(text, style) for text in texts)


def two_lines(first: str, second: str) -> Markup:
    """Return the runs of two lines in one cell."""
    return runs(first) + Markup("<w:r><w:br/></w:r>") + runs(second)


def joined(blocks: Iterable[Markup]) -> Markup:
    """Return the blocks one after the other."""
    return Markup("").join(blocks)


def table(caption: str, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Markup:
    """Return a table under its caption, if any; every page repeats its head, no row and no short table is torn."""
    widths = [round(column.width * _DXA_PER_MM) for column in columns]
    grid = joined(Markup('<w:gridCol w:w="{}"/>').format(width) for width in widths)
    heads = joined(_cell(column.label, width, column.head) for column, width in zip(columns, widths, strict=True))
    body = [_row(cells, columns, widths) for cells in rows]
    kept = len(body) - 1 if len(body) <= _ROWS_KEPT_TOGETHER else 0
    body = [_with_next(row) if place < kept else row for place, row in enumerate(body)]
    return Markup(
        '{}<w:tbl><w:tblPr><w:tblW w:w="{}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{}</w:tblBorders>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="40" w:type="dxa"/><w:right w:w="40" w:type="dxa"/>'
        "</w:tblCellMar></w:tblPr><w:tblGrid>{}</w:tblGrid>"
        "<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{}</w:tr>{}</w:tbl>{}"
    ).format(
        paragraph(caption, Style.CAPTION if caption else Style.GAP),
        sum(widths),
        _BORDERS,
        grid,
        _with_next(heads),
        joined(body),
        paragraph("", Style.GAP),
    )


def _with_next(row: Markup) -> Markup:
    """Keep the paragraphs of a row on the page of the row below."""
    return row.replace(Markup("</w:pPr>"), Markup("<w:keepNext/></w:pPr>"))


def _row(cells: Sequence[Cell], columns: Sequence[Column], widths: Sequence[int]) -> Markup:
    parts: list[Markup] = []
    place = 0
    for cell in cells:
        span = cell.columns if isinstance(cell, Spanning) else 1
        style = Style.HEAD if isinstance(cell, Spanning) else columns[place].style
        text = cell.text if isinstance(cell, Spanning) else cell
        parts.append(_cell(text, sum(widths[place : place + span]), style, span))
        place += span
    return Markup("<w:tr><w:trPr><w:cantSplit/></w:trPr>{}</w:tr>").format(joined(parts))


def _cell(text: str | Markup, width: int, style: Style, span: int = 1) -> Markup:
    spanned = Markup('<w:gridSpan w:val="{}"/>').format(span) if span > 1 else Markup("")
    return Markup('<w:tc><w:tcPr><w:tcW w:w="{}" w:type="dxa"/>{}<w:vAlign w:val="center"/></w:tcPr>{}</w:tc>').format(
        width, spanned, paragraph(text, style)
    )


def runs(text: str | Markup) -> Markup:
    """Return the run of a text; runs that are markup already as they are."""
    if isinstance(text, Markup) or not text:
        return Markup(text)  # noqa: S704 -- markup already, or empty
    return Markup('<w:r><w:t xml:space="preserve">') + escape(one_line(text)) + Markup("</w:t></w:r>")
