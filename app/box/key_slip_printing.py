"""Key slips on A4 paper, one page for each key-holder.

The words and their QR code are drawn on the finished page and never enter the typesetter; the PDF exists only as the
bytes returned.
"""

import json
from collections.abc import Sequence
from typing import Final

from app.box.key_slip import KeySlip
from app.core.errors import DomainError
from app.office.bench import Bench, Made
from app.office.pdf_overlay import Ink, overlay
from app.office.qr import qr_grid
from app.office.typesetting import FONT_FAMILY, pdf

WORD_COLUMNS: Final = 4

_PAGE: Final = (210.0, 297.0)
_SIDE: Final = 22.0
_GRID_TOP: Final = 88.0
_CELL: Final = (41.5, 11.5)
_WORD_SIZE: Final = 12.5
_WORD_AT: Final = (9.5, 7.3)
_QR_AT: Final = (_SIDE, 158.0)
_QR_WIDTH: Final = 44.0


_TEMPLATE: Final = r"""
#let d = json(bytes(sys.inputs.data))
#let ink = rgb("#1d2733")
#let brand = rgb("#1f4e8c")
#let muted = rgb("#5d6b7a")
#let rule = rgb("#c3ccd6")
#set document(title: "钥匙份额", date: none)
#set page(width: d.page.at(0) * 1mm, height: d.page.at(1) * 1mm, margin: 0mm)
#set text(font: d.font, lang: "zh", region: "cn", fill: ink, size: 10.5pt, top-edge: 0.88em, bottom-edge: -0.12em)
#set par(leading: 0.38em, spacing: 0.6em)
#let side = d.side * 1mm
#let width = (d.page.at(0) - 2 * d.side) * 1mm
#let at(y, body) = place(dx: side, dy: y * 1mm, block(width: width, body))

// The largest of the sizes at which the text fits its place; long names shrink instead of being cut off.
#let fitted(room, height, size, body) = context {
  let tries = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4)
  let sized(factor) = { set text(size: size * factor); body }
  let factor = tries.find(factor => measure(block(width: room, sized(factor))).height <= height)
  block(width: room, height: height, clip: true, sized(if factor == none { tries.last() } else { factor }))
}

#let fact(label, value) = block(height: 19mm, {
  text(size: 9pt, fill: muted, label)
  v(1.6mm, weak: true)
  value
})

#let facts(s) = grid(columns: (1fr, 30mm, 30mm, 30mm), column-gutter: 4mm,
  fact("持有人", fitted(58mm, 9mm, 17pt, strong(s.holder))),
  fact("本份", text(size: 17pt, weight: "bold")[第 #s.number 份]),
  fact("共有", text(size: 17pt, weight: "bold")[#s.count 份]),
  fact("开箱需要", text(size: 17pt, weight: "bold")[#s.needed 份]))

#let word-grid = {
  let (w, h) = d.cell.map(n => n * 1mm)
  for n in range(d.word_count) {
    let (column, row) = (calc.rem(n, d.columns), calc.quo(n, d.columns))
    place(dx: column * w, dy: row * h, rect(width: w, height: h, stroke: 0.5pt + rule, inset: 0mm,
      place(left + horizon, dx: 2.2mm, text(size: 9pt, fill: muted, str(n + 1)))))
  }
}

#let rules(s) = {
  let lines = (
    [当场核对姓名和份数，并在系统中读回一遍：用扫码枪扫左侧二维码，或按编号逐词输入（每词前四个字母即可）。核对通过才能开轮。],
    [由本人单独保管。不用手机扫，不拍照、不复印、不抄录、不转交，不与其他份额放在一处。],
    [开箱时由本人带到现场输入。凑齐 #s.needed 份，并在保存本轮钥匙文件夹的服务器上，票箱才能打开。],
    [遗失、损坏或疑被他人看到，立即告知组织者。剩余份额不足 #s.needed 份，票箱无法打开，本轮须重做。],
    [开箱完成后，本份失效，当场销毁。],
  )
  grid(columns: (1.5em, 1fr), row-gutter: 2.2mm,
    ..lines.enumerate().map(((i, body)) => (text(weight: "bold", fill: brand, str(i + 1)), body)).flatten())
}

#let signed(label, width) = box(width: width, {
  text(fill: muted, label)
  h(2mm)
  box(width: 1fr, line(length: 100%, stroke: 0.6pt + ink), baseline: 1mm)
})

#let slip(s) = {
  at(18, rect(width: 14mm, height: 1.6mm, fill: brand))
  at(23, text(size: 27pt, weight: "bold", tracking: 0.06em)[钥匙份额])
  at(37, fitted(width, 11mm, 13pt, s.round_title))
  at(50, line(length: 100%, stroke: 0.6pt + rule))
  at(55, facts(s))
  at(d.grid_top - 8, {
    text(weight: "bold")[份额词]
    h(3mm)
    text(size: 9pt, fill: muted)[共 #d.word_count 个，从左到右、逐行按编号读]
  })
  at(d.grid_top, word-grid)
  place(dx: side + d.qr_width * 1mm + 9mm, dy: d.qr_top * 1mm - 0.6mm,
    block(width: width - d.qr_width * 1mm - 9mm, { set text(size: 10pt); rules(s) }))
  place(dx: side, dy: d.qr_top * 1mm + d.qr_width * 1mm + 5mm, block(width: d.qr_width * 1mm,
    align(center, text(size: 9pt, fill: muted)[与上面的词内容相同])))
  at(228, line(length: 100%, stroke: 0.6pt + rule))
  at(233, text(size: 10pt)[本人已核对并收到上述份额，知悉保管要求。])
  at(252, {
    signed("持有人签名", 78mm)
    h(1fr)
    signed("日期", 18mm)
    [ 年 ]
    box(width: 10mm, line(length: 100%, stroke: 0.6pt + ink), baseline: 1mm)
    [ 月 ]
    box(width: 10mm, line(length: 100%, stroke: 0.6pt + ink), baseline: 1mm)
    [ 日]
  })
  at(276, text(size: 8.5pt, fill: muted)[本页只打印一份，系统不保存份额词。])
}

#for (i, s) in d.slips.enumerate() {
  if i > 0 { pagebreak() }
  slip(s)
}
"""


def typeset(bench: Bench) -> Made:
    """Print packed key slips; for a child that does nothing else and then ends: the words stay nowhere."""
    return Made(key_slips_pdf([KeySlip(**fields) for fields in json.loads(bench.body)]))


def key_slips_pdf(slips: Sequence[KeySlip]) -> bytes:
    """Print the shares of one round, a page each; all have the same number of words."""
    if not slips:
        raise DomainError("shares_nothing_to_print")
    data = {
        "font": FONT_FAMILY,
        "page": _PAGE,
        "side": _SIDE,
        "grid_top": _GRID_TOP,
        "cell": _CELL,
        "columns": WORD_COLUMNS,
        "word_count": len(slips[0].words.split()),
        "qr_top": _QR_AT[1],
        "qr_width": _QR_WIDTH,
        "slips": [_fixed_part(slip) for slip in slips],
    }
    return overlay(pdf(_TEMPLATE, data), (_inked(page, slip) for page, slip in enumerate(slips)), "钥匙份额")


def _fixed_part(slip: KeySlip) -> dict[str, object]:
    return {
        "round_title": slip.round_title,
        "holder": slip.holder,
        "number": slip.number,
        "count": slip.count,
        "needed": slip.needed,
    }


def _inked(page: int, slip: KeySlip) -> Ink:
    ink = Ink(*_PAGE)
    ink.typeset(page, 0, _PAGE[1])
    for place, word in enumerate(slip.words.split()):
        x = _SIDE + place % WORD_COLUMNS * _CELL[0] + _WORD_AT[0]
        y = _GRID_TOP + place // WORD_COLUMNS * _CELL[1] + _WORD_AT[1]
        ink.text(word, x, y, _WORD_SIZE)
    ink.qr(qr_grid(slip.words), *_QR_AT, _QR_WIDTH)
    return ink
