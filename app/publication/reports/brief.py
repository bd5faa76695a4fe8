"""One page for a leader's desk, and the notice for the board: PDFs of a published result."""

from typing import Final

from app.core.qr import qr_grid
from app.core.typesetting import FONT_FAMILY, pdf
from app.publication import charts
from app.publication.domain import Document, units_of_verdict
from app.publication.reads import Published
from app.web.pages import chinese_date

MOST_BARS: Final = 14
"""Up to here every unit has a bar of its own; more are drawn as a grid."""
MOST_FLAGGED: Final = 8
NO_BAND: Final = "样本不足或结果无效，不公布"
_CHAIN = (("应参加", "expected"), ("发出", "issued"), ("收回", "returned"), ("有效", "valid"))

_FRAME: Final = r"""
#let d = json(bytes(sys.inputs.data))
#let ink = rgb("#1d2733")
#let muted = rgb("#4a5665")
#set document(title: d.title, date: none)
#set page(paper: "a4", margin: (x: 18mm, top: 16mm, bottom: 18mm), footer: [
  #set text(size: 8pt, fill: muted)
  #line(length: 100%, stroke: 0.4pt + muted)
  核验码 #d.code #if d.version > 1 [（第 #d.version 版）] #h(1fr) 单位按机构序列排列，不作排名
])
#set text(font: d.font, lang: "zh", region: "cn", fill: ink, size: 10pt)
#set par(leading: 0.62em, spacing: 0.8em)
#align(center)[
  #text(size: 10pt, fill: muted)[#d.organisation · #d.campaign]
  #v(-0.4em)
  #text(size: 18pt, weight: "bold")[#d.title]
  #if d.rehearsal [#v(-0.4em) #text(fill: rgb("#9c2a1d"), weight: "bold")[演练，不代表任何真实评价]]
  #v(-0.3em)
  #text(size: 9pt, fill: muted)[#d.date]
]
#let numbers(rows) = grid(
  columns: (1fr,) * rows.len(), gutter: 6pt,
  ..rows.map(row => box(width: 100%, inset: 6pt, stroke: 0.5pt + rgb("#c9d2dc"), radius: 3pt)[
    #align(center)[#text(size: 8.5pt, fill: muted)[#row.at(0)] \ #text(size: 15pt, weight: "bold")[#row.at(1)]]
  ])
)
#numbers(d.chain)
"""

_BRIEF: Final = (
    _FRAME
    + r"""
#numbers(d.summary)
#for note in d.notes [#text(size: 9pt)[· #note] \ ]
#if d.units.len() > 0 [
  #set text(size: 9pt)
  #table(
    columns: (8mm, 1fr, auto, auto, auto, auto), stroke: 0.4pt + rgb("#c9d2dc"), inset: 4pt,
    align: (x, _) => if x in (0, 2, 3, 4) { right } else { left },
    table.header([*序*], [*单位*], [*满意率*], [*不满意率*], [*有效*], [*结论*]),
    ..d.units.flatten().map(text => [#text])
  )
]
#align(center, box(height: d.chart_height * 1mm, width: 100%, image(
  bytes(d.chart), format: "svg", height: 100%, width: 100%, fit: "contain", alt: d.chart_text)))
#if d.flagged.len() > 0 [
  *需补课的单位*（系统只作提示，是否责令补课由组织者决定） \
  #for row in d.flagged [#text(size: 9.5pt)[#row.at(0). #row.at(1)：#row.at(2)] \ ]
  #if d.more > 0 [#text(size: 9pt, fill: muted)[另有 #d.more 个单位，见测评情况报告。]]
] else [没有需补课的单位。]
#v(0.2em)
#text(size: 8pt, fill: muted)[#d.formula]
"""
)

_NOTICE: Final = (
    _FRAME
    + r"""
== 各单位满意率所在的档次
#table(
  columns: (10mm, 1fr, 46mm), stroke: 0.4pt + rgb("#c9d2dc"), inset: 6pt,
  table.header([*序*], [*单位*], [*档次*]),
  ..d.units.map(row => (str(row.at(0)), row.at(1), row.at(2))).flatten()
)
#if d.overall != "" [全部单位合在一起：#d.overall。]
#for note in d.notes [#text(size: 9pt)[· #note] \ ]
#text(size: 8.5pt, fill: muted)[#d.formula \
  只公布档次，不公布具体数值。公布之前，包括组织者在内，任何人都看不到任何一张票。]
#v(1fr)
#grid(columns: (24mm, 1fr), gutter: 8pt, align: horizon,
  image(bytes(d.qr), format: "svg", width: 22mm, alt: "核验地址的二维码"),
  [扫码核验本公告是否真实、有效。\ #text(size: 9pt, fill: muted)[#d.verify]])
"""
)


def brief(result: Published) -> bytes:
    """Return the one-page brief of a result that holds figures (scopes organisers, leaders, unit)."""
    document = result.document
    flagged = units_of_verdict(document, "remedial")
    many = len(document["units"]) > MOST_BARS
    height = 124 - 6 * min(len(flagged), MOST_FLAGGED) if many else 14 + 5 * len(document["units"])
    drawn = charts.multiples_chart(document) if many else charts.overall_chart(document)
    summary = document["summary"]
    labels = {"met": "达标", "attention": "提醒", "remedial": "需补课", "too_few": "样本不足", "invalid": "结果无效"}
    data = {
        **_frame(result, f"{document['round']['title']}结果简报"),
        "summary": [[label, f"{summary[key]} 个单位"] for key, label in labels.items() if summary[key]],
        "chart": drawn,
        "chart_text": "各单位总体评价分布图",
        "chart_height": height,
        "units": [] if many else [_line(unit) for unit in document["units"]],
        "flagged": [[row["position"], row["name"], _reasons(row)] for row in flagged[:MOST_FLAGGED]],
        "more": max(0, len(flagged) - MOST_FLAGGED),
    }
    return pdf(_BRIEF, data)


def notice(result: Published, address: str) -> bytes:
    """Return the notice of a result in bands, with the way to check it; ``address``: of this installation."""
    document, verify = result.document, f"{address}/verify?code={result.code}"
    overall = document["overall_band"]
    data = {
        **_frame(result, f"{document['round']['title']}结果公告"),
        "units": [
            [unit["position"], unit["name"], unit["band"]["label"] if unit["band"] else NO_BAND]
            for unit in document["units"]
        ],
        "overall": overall["label"] if overall else "",
        "verify": verify,
        "qr": _qr_svg(verify),
    }
    return pdf(_NOTICE, data)


def _frame(result: Published, title: str) -> dict[str, object]:
    document = result.document
    about, total = document["round"], document["chain"]["total"]
    numbers = [[label, str(total[key])] for label, key in _CHAIN if key in total]
    if rate := total.get("return_rate"):
        numbers.append(["回收率", rate["text"]])
    return {
        "font": FONT_FAMILY,
        "title": title,
        "organisation": about["organisation"],
        "campaign": about["campaign"],
        "rehearsal": about["rehearsal"],
        "date": f"{chinese_date(result.published_at)}公布",
        "code": result.code,
        "version": result.version,
        "chain": numbers,
        "notes": [note["text"] for note in (*document["chain"]["warnings"], *document["notes"])],
        "formula": document["formula"]["text"],
    }


def _qr_svg(text: str) -> str:
    grid = qr_grid(text)
    box = f"-4 -4 {grid.size + 8} {grid.size + 8}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path d="{grid.svg_path()}"/></svg>'


def _line(unit: Document) -> list[str]:
    cell = unit["overall"]["total"]
    keys = ("satisfied_rate", "dissatisfied_rate", "valid")
    figures = [cell[key]["text"] for key in keys] if cell["shown"] else ["—"] * len(keys)
    return [str(unit["position"]), unit["name"], *figures, unit["verdict"]["label"]]


def _reasons(unit: Document) -> str:
    return "；".join(reason["text"] for reason in unit["verdict"]["reasons"])
