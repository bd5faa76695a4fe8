"""One page for a leader's desk, and the notice for the board: PDFs of a published result."""

from collections.abc import Iterator
from io import BytesIO
from typing import Final

from pypdf import PdfWriter

from app.campaigns.nouns import called, sort_of
from app.core.chinese import chinese_date
from app.core.printable import FAMILY, signs_missing
from app.office.qr import qr_grid
from app.office.typesetting import pdf
from app.publication import charts
from app.publication.announced import options_text, slides_of
from app.publication.domain import units_of_verdict
from app.publication.editions import Edition, Published, PublishedBands
from app.reports.called import brief_words
from app.tally.document import BandDocument, BandSection, Document, Section, Target, extent_of, overall_of, parts_of
from app.tally.facts import texts_of
from app.tally.shown import ItemTable, Overall, Ruling, participation_rate
from app.tally.verdict import Verdict
from app.tally.wording import CHAIN, COUNT_WORDS, NO_BAND_TEXT
from app.tally.words import word_rows

MOST_ROWS: Final = 20
"""Up to here every unit has a row of its own; more are drawn as a grid."""
SIGNS_BESIDE_GRID: Final = 1_400
"""So many signs of names leave the grid its place; where there are more it stands on a second page."""

_FRAME: Final = r"""
#let d = json(bytes(sys.inputs.data))
#let ink = rgb("#1d2733")
#let muted = rgb("#4a5665")
#set document(title: d.title, date: none)
#set page(paper: "a4", margin: (x: 18mm, top: 16mm, bottom: 18mm), footer: [
  #set text(size: 8pt, fill: muted)
  #line(length: 100%, stroke: 0.4pt + muted)
  核验码 #d.code #if d.version > 1 [（第 #d.version 版）]
  #if d.signs != "" [#h(1em) 票箱指纹 #d.signs]
  #h(1fr) #d.words.order
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
// What is longer than the page is made smaller as a whole; the page stays one.
#let one-page(body) = layout(room => {
  let needed = measure(block(width: room.width, body)).height
  let factor = calc.min(1, room.height / needed) * 100%
  scale(x: factor, y: factor, origin: top + center, reflow: true, block(width: room.width, body))
})
#let body = [
#numbers(d.summary)
#for note in d.notes [#text(size: 9pt)[· #note] \ ]
#if d.rows.len() > 0 [
  #set text(size: 9pt)
  #align(right, image(bytes(d.legend), format: "svg", height: 4.4mm, alt: "图例"))
  #v(-0.6em)
  #table(
    columns: (1fr, 58mm, ..d.heads.slice(2).map(_ => auto)), stroke: 0.4pt + rgb("#c9d2dc"), inset: 4pt,
    align: (x, _) => (if x in (2, 3, 4) { right } else { left }) + horizon,
    table.header(..d.heads.map(words => [*#words*])),
    ..d.rows.map(row => (
      [#row.at(0)], image(bytes(row.at(1)), format: "svg", width: 56mm, alt: row.at(2)),
      ..row.slice(3).map(text => [#text])
    )).flatten()
  )
]
#for row in d.flagged [#text(size: 9.5pt)[*#row.at(0)*（#row.at(1) 个）#row.at(2)：#row.at(3)] #parbreak()]
#if d.flagged.len() > 0 [
  #text(size: 9pt, fill: muted)[系统只作提示，是否责令补课由组织者决定。]
] else [#d.words.none]
]
#if d.grid == "" [
  #block(height: 1fr, width: 100%, one-page(body))
] else [
  #body
]
#if d.grid != "" [
  #if d.long [#pagebreak()]
  #block(height: 1fr, width: 100%, layout(room => align(center, image(
    bytes(d.grid), format: "svg", width: calc.min(room.width, room.height / d.ratio), alt: d.words.chart))))
]
#text(size: 8pt, fill: muted)[#d.formula]
"""
)

_NOTICE: Final = (
    _FRAME
    + r"""
#for line in d.meeting [#text(size: 9pt)[#line.at(0)：#line.at(1)] \ ]
#if d.counts.len() > 0 [
== 公开计票结果
#table(
  columns: (10mm, 1fr, 78mm, 24mm), stroke: 0.4pt + rgb("#c9d2dc"), inset: 6pt,
  table.header([*序*], [*对象*], [*票数（占比）*], [*结论*]),
  ..d.counts.map(row => (str(row.at(0)), row.at(1), row.at(2), row.at(3))).flatten()
)
] else [
== #d.words.bands
#table(
  columns: (10mm, 1fr, 46mm), stroke: 0.4pt + rgb("#c9d2dc"), inset: 6pt,
  table.header([*序*], [*#d.words.one*], [*档次*]),
  ..d.units.map(row => (str(row.at(0)), row.at(1), row.at(2))).flatten()
)
]
#if d.overall != "" [#d.words.whole：#d.overall。#parbreak()]
#for note in d.notes [#text(size: 9pt)[· #note] \ ]
#text(size: 8.5pt, fill: muted)[#d.formula \
  #d.shown 公布之前，包括组织者在内，任何人都看不到任何一张票。]
#v(1fr)
#grid(columns: (24mm, 1fr), gutter: 8pt, align: horizon,
  image(bytes(d.qr), format: "svg", width: 22mm, alt: "核验地址的二维码"),
  [扫码核验本公告是否真实、有效。\ #text(size: 9pt, fill: muted)[#d.verify]])
"""
)


def brief(result: Published) -> bytes:
    """Return the brief of a result that holds figures (scopes organisers, leaders, unit): a page for each section.

    Every flagged unit is named; only where their names fill the page the picture goes on to a second.
    """
    pages = [_brief(part, named=len(result.parts) > 1) for part in result.parts]
    if len(pages) == 1:
        return pages[0]
    whole = PdfWriter()
    for page in pages:
        whole.append(BytesIO(page))
    made = BytesIO()
    whole.write(made)
    return made.getvalue()


def _brief(result: Published, *, named: bool) -> bytes:
    document, section = result.document, result.section
    noun = section["noun"] if named else ""
    flagged = _flagged(section)
    many = len(section["targets"]) > MOST_ROWS
    grid = charts.multiples_chart(document) if many else ""
    words = COUNT_WORDS[section["objects"]]
    summary = [[row["label"], f"{row['count']} {words}"] for row in word_rows(section) if row["count"]]
    data = {
        **_frame(result, document, f"{document['round']['title']}{noun}结果简报"),
        "summary": summary,
        "heads": _heads(section),
        "rows": [] if many else _rows(section),
        "legend": charts.legend(section),
        "formula": "".join(texts_of(section)[:2]),
        "flagged": flagged,
        "long": sum(len(row[3]) for row in flagged) > SIGNS_BESIDE_GRID,
        "grid": grid,
        "ratio": _height_by_width(grid) if many else 1,
    }
    return _set(_BRIEF, data)


def notice(result: PublishedBands, address: str) -> bytes:
    """Return the notice of a result in bands, with the way to check it; ``address``: of this installation."""
    document, verify = result.document, f"{address}/verify?code={result.code}"
    sections = [section for section in document["sections"] if section["targets"]]
    many = len(sections) > 1
    told = document["round"].get("disclosure")
    overall = [_overall(section, named=many) for section in sections if section["overall_band"]]
    data = {
        **_frame(result, document, f"{document['round']['title']}结果公告"),
        "formula": "\n".join(dict.fromkeys(section["formula"]["text"] for section in sections)),
        "units": [row for section in sections for row in _band_rows(section, headed=many)],
        "overall": "；".join(overall),
        "counts": _counts(document),
        "shown": f"无记名。投票前已说明：{told['text']}" if told else "只公布档次，不公布具体数值。",
        "verify": verify,
        "qr": _qr_svg(verify),
    }
    return _set(_NOTICE, data)


def _counts(document: BandDocument) -> list[list[object]]:
    """Return the rows of an announced round: place, object with item, counts, word; none of a protected one."""
    if extent_of(document) is None:
        return []
    rows = list[list[object]]()
    for slide in slides_of(document):
        for part in slide.asked:
            name = slide.name if len(slide.asked) == 1 else f"{slide.name} · {part.label}"
            rows.append([slide.position, name, options_text(part), slide.word])
    return rows


def _band_rows(section: BandSection, *, headed: bool) -> list[list[object]]:
    """Return a section's rows, under one with its name where there are several."""
    head: list[list[object]] = [["", section["noun"], ""]] if headed else []
    return head + [
        [unit["position"], unit["name"], unit["band"]["label"] if unit["band"] else NO_BAND_TEXT]
        for unit in section["targets"]
    ]


def _overall(section: BandSection, *, named: bool) -> str:
    band = section["overall_band"]
    label = "" if band is None else str(band["label"])
    return f"{section['noun']} {label}" if named else label


def _set(template: str, data: dict[str, object]) -> bytes:
    """Typeset a template whose data have ``notes``; a last one names the signs that no font has."""
    texts = sorted((text for text in _texts(data) if not text.startswith("<svg")), key=len)
    notes = [note for note in (*_texts(data["notes"]), signs_missing(texts)) if note]
    return pdf(template, {**data, "notes": notes})


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _frame(edition: Edition, document: Document | BandDocument, title: str) -> dict[str, object]:
    about, total = document["round"], document["chain"]["total"]
    numbers = [[CHAIN["expected"], str(total["expected"])], [CHAIN["issued"], str(total["issued"])]]
    if "returned" in total:
        numbers += [[CHAIN["returned"], str(total["returned"])], [CHAIN["valid"], str(total["valid"])]]
        if extent_of(document) is not None:
            numbers += [[CHAIN[key], str(total[key])] for key in ("invalid", "blank", "voided", "missing")]
        rates = {"return_rate": total["return_rate"], "participation_rate": participation_rate(total)}
        numbers += [[CHAIN[key], rate["text"]] for key, rate in rates.items() if rate is not None]
    return {
        "font": FAMILY,
        "title": title,
        "organisation": about["organisation"],
        "campaign": about["campaign"],
        "rehearsal": about["rehearsal"],
        "date": f"{chinese_date(edition.published_at)}公布",
        "code": edition.code,
        "version": edition.version,
        "signs": edition.signs,
        "chain": numbers,
        "words": brief_words(sort_of([section["objects"] for section in document["sections"]])),
        "meeting": [list(line) for line in edition.meeting.lines()],
        "notes": [note["text"] for note in (*document["chain"]["warnings"], *document["notes"])],
    }


def _qr_svg(text: str) -> str:
    grid = qr_grid(text)
    box = f"-4 -4 {grid.size + 8} {grid.size + 8}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path d="{grid.svg_path()}"/></svg>'


def _heads(section: Section) -> list[str]:
    units = section["targets"]
    first = units[0]["name"] if len(units) == 1 else called(section["objects"], "单位")
    heads = [first, "分布", "满意率", "不满意率", "有效（人）"]
    has_verdicts = len(units) > 1 or any(item["verdict"] for unit in units for item in unit["items"])
    return [*heads, "结论"] if has_verdicts else heads


def _rows(section: Section) -> list[list[str]]:
    """Return a row for each unit in official order; of a single unit one for each of its items."""
    units = section["targets"]
    if len(units) > 1:
        return [_row(section, unit, 0, f"{unit['position']}. {unit['name']}") for unit in units]
    shown = len(_heads(section)) + 1
    return [_row(section, unit, place, part["label"])[:shown] for unit in units for place, part in _parts(unit)]


def _parts(unit: Target) -> list[tuple[int, ItemTable | Overall]]:
    return list(enumerate(parts_of(unit), start=0 if unit["overall"]["key"] is None else 1))


def _row(section: Section, unit: Target, place: int, label: str) -> list[str]:
    part: ItemTable | Overall = unit["items"][place - 1] if place else overall_of(unit)
    cell, verdict = part["total"], _verdict(unit, place)
    figures = ["—"] * 3
    if cell["shown"]:
        figures = [cell["satisfied_rate"]["text"], cell["dissatisfied_rate"]["text"], cell["valid"]["text"]]
    bar = charts.row_chart(section, unit, place)
    return [label, bar, f"{label}的分布", *figures, verdict["label"] if verdict else "—"]


def _verdict(unit: Target, place: int) -> Ruling | None:
    return unit["items"][place - 1]["verdict"] if place else unit["verdict"]


def _height_by_width(svg: str) -> float:
    _, _, width, height = svg.split('viewBox="')[1].split('"', maxsplit=1)[0].split()
    return float(height) / float(width)


def _flagged(section: Section) -> list[list[str]]:
    """Return verdict, number, reason and names of all flagged units, in official order: one row for each reason."""
    found: dict[tuple[str, str], list[str]] = {}
    for verdict in (Verdict.REMEDIAL, Verdict.ATTENTION):
        for unit in units_of_verdict(section, verdict):
            reasons = "；".join(reason["text"] for reason in unit["verdict"]["reasons"])
            found.setdefault((unit["verdict"]["label"], reasons), []).append(f"{unit['position']}. {unit['name']}")
    return [[word, str(len(names)), reasons, "、".join(names)] for (word, reasons), names in found.items()]
