"""The notice of a published result for the board, as a PDF."""

from collections.abc import Iterator, Sequence
from typing import Final

from app.office.language import _, clauses, language_of_file, run_on, said
from app.office.qr import qr_grid
from app.publication.announced import Slide, beside_word, slides_of
from app.publication.composite_rows import Composites, Row
from app.publication.editions import PublishedBands
from app.publication.previous import PREVIOUS_NOTE, Before
from app.reports.beside import how_made
from app.reports.called import sort_rated
from app.reports.chain_block import named_in_full, options_told, words_given
from app.reports.framed import FRAME, frame, typeset
from app.reports.language import about, award_of, before_cells
from app.tally.document import BandDocument, BandSection, extent_of
from app.tally.wording import NO_BAND_TEXT

_NOTICE: Final = (
    FRAME
    + r"""
#for line in d.meeting [#text(size: 9pt)[#line] \ ]
#if d.counts.len() > 0 [
== #say("公开计票结果")
#table(
  columns: (10mm, 1fr, d.widths.at(0) * 1mm, 15mm, d.widths.at(1) * 1mm), stroke: 0.4pt + rgb("#c9d2dc"), inset: 6pt,
  table.header([*#say("序")*], [*#say("对象")*], [*#say("票数（占比）")*], [*#say("有效")*], [*#say("结论")*]),
  ..d.counts.map(row => if row.len() == 1 { (table.cell(colspan: 5)[*#row.at(0)*],) } else { row }).flatten()
)
#text(size: 9pt)[#d.given]
#if d.scores != "" [#parbreak() #text(size: 9pt)[*#d.beside* #d.scores]]
] else [
== #d.words.bands
#table(
  columns: (10mm, 1fr, 46mm), stroke: 0.4pt + rgb("#c9d2dc"), inset: 6pt,
  table.header([*#say("序")*], [*#d.words.one*], [*#say("档次")*]),
  ..d.units.map(row => (str(row.at(0)), row.at(1), row.at(2))).flatten()
)
]
#if d.before.len() > 0 [
== #say("与上次结果")
#table(
  columns: (1fr, 36mm, 36mm, 58mm), stroke: 0.4pt + rgb("#c9d2dc"), inset: 6pt,
  table.header([*#say("对象")*], [*#say("本次")*], [*#say("上次")*], [*#say("上次的轮次")*]),
  ..d.before.flatten()
)
#text(size: 9pt)[#d.before_note]
]
#if d.overall != "" [#d.overall#parbreak()]
#for note in d.notes [#text(size: 9pt)[· #note] \ ]
#text(size: 8.5pt, fill: muted)[#d.formula \
  #d.shown #say("公布之前，包括组织者在内，任何人都看不到任何一张票。")]
#v(1fr)
#grid(columns: (24mm, 1fr), gutter: 8pt, align: horizon,
  image(bytes(d.qr), format: "svg", width: 22mm, alt: say("核验地址的二维码")),
  [#say("扫码核验本公告是否真实、有效。") \ #text(size: 9pt, fill: muted)[#d.verify]])
"""
)


def notice(
    result: PublishedBands, address: str, composites: Composites | None = None, previous: Sequence[Before] = ()
) -> bytes:
    """Return the notice of a result in bands, with the way to check it; ``address``: of this installation."""
    document, verify = result.document, f"{address}/verify?code={result.code}"
    sections = [section for section in document["sections"] if section["targets"]]
    many, title = len(sections) > 1, document["round"]["title"]
    told = document["round"].get("disclosure")
    overall = [_overall(section, named=many) for section in sections if section["overall_band"]]
    data = {
        **frame(result, document, _("%(title)s结果公告", title=title)),
        "formula": "\n".join(dict.fromkeys(text for section in sections for text in _method(section, told=bool(told)))),
        "units": [row for section in sections for row in _band_rows(section, headed=many)],
        "overall": _whole(document, overall),
        "widths": (52, 50) if language_of_file() == "en" else (70, 28),
        "counts": _counts(document),
        "given": _given(document),
        **_beside(composites),
        "before_note": _(PREVIOUS_NOTE),
        "before": [before_cells(row)[:-1] for row in previous],
        "shown": run_on([_("无记名。"), _("投票前已说明：%(promise)s", promise=said(told["text"]))])
        if told
        else _("只公布档次，不公布具体数值。"),
        "verify": verify,
        "qr": _qr_svg(verify),
    }
    return typeset(_NOTICE, data)


def _beside(composites: Composites | None) -> dict[str, object]:
    """Return scores and awards beside the votes of every object, and how they came about."""
    if composites is None:
        return {"scores": "", "beside": ""}
    scores = _("%(text)s。", text=clauses(map(_score, composites.rows)))
    how = run_on(how_made(composites)) or _("组织评定由会议或组织作出，不是投票结果。")
    beside = _("综合评价得分") if composites.formula else _("组织评定")
    return {"scores": run_on([scores, how]), "beside": beside}


def _score(row: Row) -> str:
    award = _("组织评定：%(text)s", text=award_of(row)) if row.award else ""
    told = (row.name, row.score or row.why, row.conclusion_text)
    return " ".join(filter(None, [*map(said, told), award]))


def _method(section: BandSection, *, told: bool) -> list[str]:
    """Return what a notice says of the method: where counts are told, the rule that gives the word as well."""
    formula = section["formula"]
    return list(map(said, formula["rule"]["texts"] if told and "rule" in formula else [formula["text"]]))


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
        rows += _rows_of(slide)
    return rows


def _rows_of(slide: Slide) -> Iterator[list[str]]:
    named, word = named_in_full(slide), said(slide.word)
    if beside := beside_word(slide):
        word = _("%(word)s：%(text)s", word=word, text=said(beside))
    for at, part in enumerate(slide.asked):
        name = named if len(slide.asked) == 1 else f"{named} · {part.label}"
        lead = ("", "") if at else (str(slide.position), word)
        yield [lead[0], name, options_told(part), part.valid, lead[1]]


def _given(document: BandDocument) -> str:
    """Say how many objects of an announced round got each word."""
    return words_given(slides_of(document)) if extent_of(document) else ""


def _band_rows(section: BandSection, *, headed: bool) -> list[list[object]]:
    """Return a section's rows, under one with its name where there are several."""
    head: list[list[object]] = [["", section["noun"], ""]] if headed else []
    return head + [
        [unit["position"], unit["name"], said(unit["band"]["label"] if unit["band"] else NO_BAND_TEXT)]
        for unit in section["targets"]
    ]


def _whole(document: BandDocument, bands: Sequence[str]) -> str:
    """Say in which bands all together are, section by section; empty where that is not told."""
    return about(sort_rated(document), "全部单位合在一起：%(band)s。", band=clauses(bands)) if bands else ""


def _overall(section: BandSection, *, named: bool) -> str:
    band = section["overall_band"]
    label = "" if band is None else said(band["label"])
    return f"{section['noun']} {label}" if named else label


def _qr_svg(text: str) -> str:
    grid = qr_grid(text)
    box = f"-4 -4 {grid.size + 8} {grid.size + 8}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path d="{grid.svg_path()}"/></svg>'
