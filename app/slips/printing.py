"""Slips on A4 paper, three by five on a page, to be cut apart.

A slip shows its code, as QR and for typing, and otherwise exactly what every slip of its voter group shows: no number,
no mark of its page or place (SEC-05). The codes arrive in random order, and the PDF exists only as the bytes returned.
Backs are the same for all slips, so that it does not matter how the printer turns the sheet.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from app.core.errors import DomainError
from app.core.printable import FAMILY
from app.office.bench import Bench, Made
from app.office.pdf_overlay import Ink, overlay
from app.office.qr import QrGrid, QrSeries, qr_grid, wifi_text
from app.office.typesetting import pdf
from app.slips.codes import CODE_LENGTH, format_code
from app.slips.sheets import SlipBack, SlipSheet, unpacked

COLUMNS: Final = 3
ROWS: Final = 5
PER_PAGE: Final = COLUMNS * ROWS
QR_WIDTH: Final = 26.0

_PAGE: Final = (210.0, 297.0)
_SLIP: Final = (64.0, 58.0)
_MARGIN: Final = tuple(
    (page - slip * count) / 2 for page, slip, count in zip(_PAGE, _SLIP, (COLUMNS, ROWS), strict=True)
)
_QR_AT: Final = (3.5, 17.6)
_CODE_AT: Final = (3.5, 55.8)
_CODE_SIZE: Final = 14.0
_CODE_ADVANCE: Final = 3.45
_ONE_LINE: Final = 40
_CUT_LINES: Final = 0


_TEMPLATE: Final = r"""
#let d = json(bytes(sys.inputs.data))
#let ink = rgb("#1d2733")
#let muted = rgb("#4a5665")
#let line-color = rgb("#8a95a3")
#set document(title: d.title, date: none)
#set text(font: d.font, lang: "zh", region: "cn", fill: ink, size: 7.5pt, top-edge: 0.88em, bottom-edge: -0.12em)
#set par(leading: 0.3em, spacing: 0.5em)

// The largest of the sizes at which the text fits its place; long names shrink instead of being cut off.
#let tries = (1.0, 0.92, 0.84, 0.76, 0.68, 0.6, 0.52, 0.45, 0.38)
#let sized(size, factor, body) = { set text(size: size * factor); body }
#let flowing(width, height, size, body) = context {
  let fits(factor) = measure(block(width: width, sized(size, factor, body))).height <= height
  let factor = tries.find(fits)
  block(width: width, height: height, clip: true, sized(size, if factor == none { tries.last() } else { factor }, body))
}
// The same for a name that had rather be a little smaller than on two lines.
#let fitted(width, height, size, body) = context {
  let factor = tries.slice(0, 3).find(factor => measure(sized(size, factor, body)).width <= width)
  if factor == none { flowing(width, height, size, body) } else {
    block(width: width, height: height, clip: true, sized(size, factor, body))
  }
}

// Title, and below it what else says of which vote the slip is; 9 and 8 points and more unless both are very long.
#let heading(s, width, height, more) = context {
  let body(sizes) = {
    set par(leading: sizes.at(2))
    text(size: sizes.at(0), strong(s.title))
    linebreak()
    text(size: sizes.at(1), more)
  }
  let sizes = ((11pt, 8.5pt, 2pt), (10pt, 8.5pt, 2pt), (9pt, 8pt, 2pt), (9pt, 8pt, 0.9pt), (8pt, 7pt, 1pt),
    (7pt, 6.2pt, 1pt), (6pt, 5.4pt, 1pt), (5pt, 4.6pt, 1pt), (4.2pt, 4pt, 1pt))
  let found = sizes.find(one => measure(block(width: width, body(one))).height <= height)
  let chosen = if found == none { sizes.last() } else { found }
  block(width: width, height: height, clip: true, align(horizon, body(chosen)))
}

#let wifi-part(s, width) = {
  let side = 11.5mm
  let beside = width - side - 0.8mm
  place(top + left, image(bytes(s.wifi.svg), format: "svg", width: side))
  place(top + left, dx: side + 0.8mm, text(size: 9pt, weight: "bold")[先连无线网])
  place(top + left, dx: side + 0.8mm, dy: 3.8mm, flowing(beside, side - 3.8mm, 7pt, {
    set par(leading: 0.15em)
    strong(s.wifi.ssid)
    if s.wifi.password != "" { linebreak(); s.wifi.password }
  }))
}

// A step whose short clauses stay together, so that no lonely sign begins a line.
#let whole(step) = step.split("，").map(one => if one.clusters().len() <= 6 { box(one) } else { one }).join("，")

#let steps(how-to, gutter) = grid(
  columns: (1em, 1fr), row-gutter: gutter,
  ..how-to.enumerate().map(((i, step)) => (text(weight: "bold", str(i + 1)), whole(step))).flatten())

#let left = d.qr_at.at(0) * 1mm
#let inner = d.slip.at(0) * 1mm - left - 3.2mm

#let slip(s) = box(width: d.slip.at(0) * 1mm, height: d.slip.at(1) * 1mm, {
  let top = d.qr_at.at(1) * 1mm
  let bottom = top + d.qr_width * 1mm
  let right = left + d.qr_width * 1mm + 3mm
  let width = inner - (right - left)
  place(dx: left, dy: 1.8mm, heading(s, inner, 13mm, {
    text(fill: muted, s.round_name); h(0.6em); [您是 #s.people 人中的一人]
  }))
  place(dx: left, dy: 14.6mm, fitted(inner, 2.6mm, 7pt, s.promise))
  place(dx: right, dy: top, block(fill: rgb("#eef1f5"), radius: 1mm, inset: (x: 1.4mm, y: 0.6mm), width: width,
    height: 5.8mm, align(horizon, fitted(width - 2.8mm, 4.6mm, 9pt, align(horizon, strong(s.group))))))
  let apart = if s.wifi == none { () } else { s.how_to.slice(calc.min(2, s.how_to.len())) }
  if s.wifi == none {
    place(dx: right, dy: top + 7mm, flowing(width, bottom - top - 7mm, 9pt, steps(s.how_to, 2mm)))
  } else {
    place(dx: right, dy: top + 6.5mm, block(width: width, wifi-part(s, width)))
    place(dx: right, dy: top + 18.6mm, flowing(width, 7.4mm, 9pt,
      steps(s.how_to.slice(0, calc.min(2, s.how_to.len())), 0.4mm)))
  }
  place(dx: left, dy: bottom + 0.4mm, flowing(inner, 7.4mm, 9pt, {
    for one in apart { one; [。] }
    [扫不了？票码填在 #s.address]
  }))
})

#let back(s) = box(width: d.slip.at(0) * 1mm, height: d.slip.at(1) * 1mm, {
  let side = 22mm
  let right = left + side + 3mm
  place(dx: left, dy: 1.8mm, heading(s, inner, 13.4mm, text(fill: muted, s.round_name)))
  place(dx: left, dy: 16mm, image(bytes(s.svg), format: "svg", width: side))
  place(dx: right, dy: 16mm, flowing(inner - side - 3mm, 29mm, 9pt,
    [*这一面查结果，*#linebreak()*投票请扫正面*#parbreak()向参评人员公布后，扫左侧二维码，可以看各单位所在的档次。每张票的这一面都相同。]))
  place(dx: left, dy: 45.4mm, flowing(inner, 8.4mm, 9pt, [扫不了？打开 #s.link]))
})

#let cut-lines = {
  let dash = (paint: line-color, thickness: 0.35pt, dash: (2pt, 2pt))
  for i in range(d.columns + 1) {
    place(dx: (d.margin.at(0) + i * d.slip.at(0)) * 1mm, line(angle: 90deg, length: 100%, stroke: dash))
  }
  for i in range(d.rows + 1) {
    place(dy: (d.margin.at(1) + i * d.slip.at(1)) * 1mm, line(length: 100%, stroke: dash))
  }
}

#page(width: d.page.at(0) * 1mm, height: d.page.at(1) * 1mm, margin: 0mm, cut-lines)
#for s in d.sheets {
  page(width: d.slip.at(0) * 1mm, height: d.slip.at(1) * 1mm, margin: 0mm, slip(s))
}
#if d.back != none { page(width: d.slip.at(0) * 1mm, height: d.slip.at(1) * 1mm, margin: 0mm, back(d.back)) }
"""


def typeset(bench: Bench) -> Made:
    """Print what ``packed`` has packed; for a child that does nothing else and then ends: the codes stay nowhere."""
    sheets, back = unpacked(bench.body)
    return Made(slips_pdf(sheets, back))


def slips_pdf(sheets: Sequence[tuple[SlipSheet, Sequence[str]]], back: SlipBack | None = None) -> bytes:
    """Print the canonical codes of each voter group; a group begins on a new page, with a back every page has one."""
    if not any(codes for _, codes in sheets):
        raise DomainError("slips_nothing_to_print")
    title = sheets[0][0].title
    fixed = {"sheets": [_fixed_part(sheet) for sheet, _ in sheets], "back": back and _fixed_back(back)}
    typeset = pdf(_TEMPLATE, {**_layout(), "title": title, **fixed})
    return overlay(typeset, _inked_pages(sheets, with_backs=back is not None), title)


def _inked_pages(sheets: Sequence[tuple[SlipSheet, Sequence[str]]], *, with_backs: bool) -> Iterator[Ink]:
    series = {prefix: QrSeries(prefix, CODE_LENGTH) for prefix in {sheet.qr_prefix for sheet, _ in sheets}}
    for typeset_slip, (sheet, codes) in enumerate(sheets, start=1):
        for start in range(0, len(codes), PER_PAGE):
            yield _inked(typeset_slip, series[sheet.qr_prefix], codes[start : start + PER_PAGE])
            if with_backs:
                yield _inked_backs(len(sheets) + 1)


def _corner(place: int) -> tuple[float, float]:
    return _MARGIN[0] + place % COLUMNS * _SLIP[0], _MARGIN[1] + place // COLUMNS * _SLIP[1]


def _inked_backs(typeset_back: int) -> Ink:
    ink = Ink(*_PAGE)
    for x, y in map(_corner, range(PER_PAGE)):
        ink.typeset(typeset_back, x, y + _SLIP[1])
    return ink


def _inked(typeset_slip: int, series: QrSeries, codes: Sequence[str]) -> Ink:
    ink = Ink(*_PAGE)
    ink.typeset(_CUT_LINES, 0, _PAGE[1])
    for place, code in enumerate(codes):
        x, y = _corner(place)
        ink.typeset(typeset_slip, x, y + _SLIP[1])
        ink.qr(series.grid(code), x + _QR_AT[0], y + _QR_AT[1], QR_WIDTH)
        ink.text(format_code(code), x + _CODE_AT[0], y + _CODE_AT[1], _CODE_SIZE, advance=_CODE_ADVANCE)
    return ink


def _fixed_part(sheet: SlipSheet) -> dict[str, object]:
    wifi = sheet.wifi
    return {
        "title": sheet.title,
        "group": sheet.group,
        "people": sheet.people,
        "round_name": sheet.round_name,
        "promise": sheet.promise,
        "address": sheet.address if len(sheet.address) <= _ONE_LINE else _breakable(sheet.address),
        "how_to": sheet.how_to,
        "wifi": wifi
        and {
            "ssid": _breakable(wifi.ssid),
            "password": _breakable(wifi.password),
            "svg": _svg(qr_grid(wifi_text(wifi.ssid, wifi.password))),
        },
    }


def _fixed_back(back: SlipBack) -> dict[str, object]:
    return {
        "title": back.title,
        "round_name": back.round_name,
        "link": _breakable(back.link),
        "svg": _svg(qr_grid(back.link)),
    }


def _svg(grid: QrGrid) -> str:
    view = f"0 0 {grid.size} {grid.size}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}"><path d="{grid.svg_path()}"/></svg>'


def _breakable(text: str) -> str:
    """Let a long address or password go on in the next line at any sign."""
    return "\N{ZERO WIDTH SPACE}".join(text)


def _layout() -> dict[str, object]:
    return {
        "font": FAMILY,
        "page": _PAGE,
        "slip": _SLIP,
        "margin": _MARGIN,
        "columns": COLUMNS,
        "rows": ROWS,
        "qr_at": _QR_AT,
        "qr_width": QR_WIDTH,
    }
