"""Workbooks as offices make them: parts written by hand where no library writes such a thing."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import xlsxwriter

from tests import hostile_workbooks as parts

STYLES = "xl/styles.xml"


def book(fill: Callable[[Any], None]) -> bytes:
    """A workbook of XlsxWriter that ``fill`` was let loose on."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as made:
        fill(made)
    return target.getvalue()


def listed(
    rows: Sequence[Sequence[str | int | float]], sheet: str = "意见", **sheets: Sequence[Sequence[str]]
) -> bytes:
    """A workbook with these rows in its first sheet, and more sheets by their names."""

    def fill(made: Any) -> None:  # noqa: ANN401 -- XlsxWriter has no types
        for name, listing in {sheet: rows, **sheets}.items():
            page = made.add_worksheet(name)
            for place, row in enumerate(listing):
                page.write_row(place, 0, row)

    return book(fill)


def from_xml(sheet_data: str, *, behind: str = "", sheet: str = "单位", **more: bytes) -> bytes:
    """A workbook whose one sheet is this XML, with ``behind`` after its data, and perhaps ``styles``."""
    made = parts.parts(sheet_data)
    made["xl/workbook.xml"] = made["xl/workbook.xml"].replace("单位".encode(), sheet.encode())
    body = made[parts.SHEET].replace(b"</worksheet>", behind.encode() + b"</worksheet>")
    made[parts.SHEET] = body
    if "styles" in more:
        relations = "xl/_rels/workbook.xml.rels"
        link = f'<Relationship Id="r9" Type="{parts.REL_NS}/styles" Target="styles.xml"/></Relationships>'
        made[relations] = made[relations].replace(b"</Relationships>", link.encode())
        made[STYLES] = more["styles"]
    return parts.pack(made)


def cell(place: str, text: str) -> str:
    """The XML of a cell with a text."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def row(number: int, *texts: str, attributes: str = "") -> str:
    """The XML of a row of texts from column A on; empty ones are left out."""
    cells = "".join(cell(f"{'ABCDEFGH'[at]}{number}", text) for at, text in enumerate(texts) if text)
    return f'<row r="{number}" {attributes}>{cells}</row>'


def strict(data: dict[str, bytes]) -> bytes:
    """The same parts under the names of ISO's strict kind."""
    transitional = (
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    )
    relations = (
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    )
    return parts.pack({name: body.replace(*transitional).replace(*relations) for name, body in data.items()})
