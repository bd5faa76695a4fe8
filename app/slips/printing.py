"""Slips on A4 paper, three by five on a page, to be cut apart; with English beside the Chinese two by five.

A slip shows its code, as QR and for typing, and otherwise exactly what every slip of its voter group shows: no number,
no mark of its page or place (SEC-05). The codes arrive in random order, and the PDF exists only as the bytes returned.
Backs are the same for all slips, so that it does not matter how the printer turns the sheet.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Final

from app.core.errors import DomainError
from app.core.printable import FAMILY
from app.office.bench import Bench, Made
from app.office.pdf_overlay import Ink, overlay
from app.office.qr import QrGrid, QrSeries, qr_grid, wifi_text
from app.office.typesetting import pdf
from app.slips.codes import CODE_LENGTH, format_code
from app.slips.face import TEMPLATE
from app.slips.layout import BOTH, CHINESE, FACE, PAGE, Layout
from app.slips.sheets import SlipBack, SlipSheet, unpacked

QR_WIDTH: Final = 26.0

_QR_AT: Final = (3.5, 17.6)
_CODE_AT: Final = (3.5, 55.8)
_CODE_SIZE: Final = 14.0
_CODE_ADVANCE: Final = 3.45
_CUT_LINES: Final = 0


def typeset(bench: Bench) -> Made:
    """Print what ``packed`` has packed; for a child that does nothing else and then ends: the codes stay nowhere."""
    sheets, back = unpacked(bench.body)
    return Made(slips_pdf(sheets, back))


def slips_pdf(sheets: Sequence[tuple[SlipSheet, Sequence[str]]], back: SlipBack | None = None) -> bytes:
    """Print the canonical codes of each voter group; a group begins on a new page, with a back every page has one."""
    if not any(codes for _, codes in sheets):
        raise DomainError("slips_nothing_to_print")
    title = sheets[0][0].title
    layout = BOTH if sheets[0][0].english else CHINESE
    fixed = {"sheets": [_fixed_part(sheet) for sheet, _ in sheets], "back": back and _fixed_back(back)}
    typeset = pdf(TEMPLATE, {**_told(layout), "title": title, **fixed})
    return overlay(typeset, _inked_pages(layout, sheets, with_backs=back is not None), title)


def _inked_pages(
    layout: Layout, sheets: Sequence[tuple[SlipSheet, Sequence[str]]], *, with_backs: bool
) -> Iterator[Ink]:
    series = {prefix: QrSeries(prefix, CODE_LENGTH) for prefix in {sheet.qr_prefix for sheet, _ in sheets}}
    for typeset_slip, (sheet, codes) in enumerate(sheets, start=1):
        for start in range(0, len(codes), layout.per_page):
            yield _inked(layout, typeset_slip, series[sheet.qr_prefix], codes[start : start + layout.per_page])
            if with_backs:
                yield _inked_backs(layout, len(sheets) + 1)


def _inked_backs(layout: Layout, typeset_back: int) -> Ink:
    ink = Ink(*PAGE)
    for x, y in layout.corners():
        ink.typeset(typeset_back, x, y + layout.slip[1])
    return ink


def _inked(layout: Layout, typeset_slip: int, series: QrSeries, codes: Sequence[str]) -> Ink:
    ink = Ink(*PAGE)
    ink.typeset(_CUT_LINES, 0, PAGE[1])
    for (x, y), code in zip(layout.corners(), codes, strict=False):
        ink.typeset(typeset_slip, x, y + layout.slip[1])
        ink.qr(series.grid(code), x + _QR_AT[0], y + _QR_AT[1], QR_WIDTH)
        ink.text(format_code(code), x + _CODE_AT[0], y + _CODE_AT[1], _CODE_SIZE, advance=_CODE_ADVANCE)
    return ink


def _told(layout: Layout) -> dict[str, object]:
    """Return what the template asks of the layout."""
    told = {"columns": layout.columns, "rows": layout.rows, "slip": layout.slip, "margin": layout.margin, "face": FACE}
    return {"font": FAMILY, "page": PAGE, "qr_at": _QR_AT, "qr_width": QR_WIDTH, **told}


def _fixed_part(sheet: SlipSheet) -> dict[str, object]:
    wifi = sheet.wifi
    return {
        "title": sheet.title,
        "group": sheet.group,
        "people": sheet.people,
        "round_name": sheet.round_name,
        "promise": sheet.promise,
        "address": sheet.address,
        "how_to": sheet.how_to,
        "wifi": wifi
        and {
            "ssid": wifi.ssid,
            "password": wifi.password,
            "svg": _svg(qr_grid(wifi_text(wifi.ssid, wifi.password))),
        },
        "english": sheet.english and asdict(sheet.english),
    }


def _fixed_back(back: SlipBack) -> dict[str, object]:
    return {
        "title": back.title,
        "round_name": back.round_name,
        "link": back.link,
        "svg": _svg(qr_grid(back.link)),
        "english": back.english and asdict(back.english),
    }


def _svg(grid: QrGrid) -> str:
    view = f"0 0 {grid.size} {grid.size}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}"><path d="{grid.svg_path()}"/></svg>'
