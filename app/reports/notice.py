"""The notice of a published result for the board, as a PDF."""

from collections.abc import Sequence
from typing import Final

from app.office.qr import qr_grid
from app.publication.announced import beside_word, options_text, slides_of, summary_of_words
from app.publication.composite_rows import Composites
from app.publication.editions import PublishedBands
from app.publication.previous import PREVIOUS_NOTE, Before
from app.reports.framed import FRAME, frame, typeset
from app.tally.document import BandDocument, BandSection, extent_of
from app.tally.wording import NO_BAND_TEXT

_NOTICE: Final = (
    FRAME
    + r"""
#for line in d.meeting [#text(size: 9pt)[#line.at(0)：#line.at(1)] \ ]
#if d.counts.len() > 0 [
== 公开计票结果
#table(
  columns: (10mm, 1fr, 70mm, 15mm, 28mm), stroke: 0.4pt + rgb("#c9d2dc"), inset: 6pt,
  table.header([*序*], [*对象*], [*票数（占比）*], [*有效*], [*结论*]),
  ..d.counts.map(row => if row.len() == 1 { (table.cell(colspan: 5)[*#row.at(0)*],) } else { row }).flatten()
)
#text(size: 9pt)[#d.given]
#if d.scores.len() > 0 [#parbreak() #text(size: 9pt)[*#d.beside* #d.scores.join("；")。#d.how]]
] else [
== #d.words.bands
#table(
  columns: (10mm, 1fr, 46mm), stroke: 0.4pt + rgb("#c9d2dc"), inset: 6pt,
  table.header([*序*], [*#d.words.one*], [*档次*]),
  ..d.units.map(row => (str(row.at(0)), row.at(1), row.at(2))).flatten()
)
]
#if d.before.len() > 0 [
== 与上次结果
#table(
  columns: (1fr, 36mm, 36mm, 58mm), stroke: 0.4pt + rgb("#c9d2dc"), inset: 6pt,
  table.header([*对象*], [*本次*], [*上次*], [*上次的轮次*]),
  ..d.before.flatten()
)
#text(size: 9pt)[#d.before_note]
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


def notice(
    result: PublishedBands, address: str, composites: Composites | None = None, previous: Sequence[Before] = ()
) -> bytes:
    """Return the notice of a result in bands, with the way to check it; ``address``: of this installation."""
    document, verify = result.document, f"{address}/verify?code={result.code}"
    sections = [section for section in document["sections"] if section["targets"]]
    many = len(sections) > 1
    told = document["round"].get("disclosure")
    overall = [_overall(section, named=many) for section in sections if section["overall_band"]]
    data = {
        **frame(result, document, f"{document['round']['title']}结果公告"),
        "formula": "\n".join(dict.fromkeys(text for section in sections for text in _method(section, told=bool(told)))),
        "units": [row for section in sections for row in _band_rows(section, headed=many)],
        "overall": "；".join(overall),
        "counts": _counts(document),
        "given": _given(document),
        **_beside(composites),
        "before_note": PREVIOUS_NOTE,
        "before": [row.cells[:-1] for row in previous],
        "shown": f"无记名。投票前已说明：{told['text']}" if told else "只公布档次，不公布具体数值。",
        "verify": verify,
        "qr": _qr_svg(verify),
    }
    return typeset(_NOTICE, data)


def _beside(composites: Composites | None) -> dict[str, object]:
    """Return scores and awards beside the votes of every object, and how they came about."""
    if composites is None:
        return {"scores": [], "beside": "", "how": ""}
    awards = [f"组织评定：{row.award_text}" if row.award else "" for row in composites.rows]
    told = [
        [row.score or row.why, row.conclusion_text, award] for row, award in zip(composites.rows, awards, strict=True)
    ]
    scores = [" ".join(filter(None, [row.name, *each])) for row, each in zip(composites.rows, told, strict=True)]
    how = "".join(composites.how) or "组织评定由会议或组织作出，不是投票结果。"
    return {"scores": scores, "beside": "综合评价得分" if composites.formula else "组织评定", "how": how}


def _method(section: BandSection, *, told: bool) -> list[str]:
    """Return what a notice says of the method: where counts are told, the rule that gives the word as well."""
    formula = section["formula"]
    return formula["rule"]["texts"] if told and "rule" in formula else [formula["text"]]


def _counts(document: BandDocument) -> list[list[str]]:
    """Return the rows of an announced round: place, object with item, counts, answers, word; none of a protected one.

    A row of one cell names the section that follows. The word of an object stands once, beside what comes first of it.
    """
    if extent_of(document) is None:
        return []
    rows, headed = list[list[str]](), ""
    for slide in slides_of(document):
        if slide.part != headed:
            headed = slide.part
            rows.append([headed])
        named = f"{slide.name}（{slide.responsible}）" if slide.responsible else slide.name
        beside = beside_word(slide)
        word = f"{slide.word}：{beside}" if beside else slide.word
        for at, part in enumerate(slide.asked):
            name = named if len(slide.asked) == 1 else f"{named} · {part.label}"
            place, said = ("", "") if at else (str(slide.position), word)
            rows.append([place, name, options_text(part), part.valid, said])
    return rows


def _given(document: BandDocument) -> str:
    """Say how many objects of an announced round got each word."""
    slides = slides_of(document)
    told = "，".join(f"{word} {count} 个" for word, _, count in summary_of_words(slides))
    return f"共 {len(slides)} 个：{told}。" if extent_of(document) else ""


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


def _qr_svg(text: str) -> str:
    grid = qr_grid(text)
    box = f"-4 -4 {grid.size + 8} {grid.size + 8}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path d="{grid.svg_path()}"/></svg>'
