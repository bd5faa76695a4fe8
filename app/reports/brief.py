"""One page for a leader's desk: a PDF of a published result."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Final

from pypdf import PdfWriter

from app.campaigns.nouns import called
from app.publication import charts
from app.publication.composite_rows import Composites
from app.publication.domain import units_of_verdict
from app.publication.editions import Published
from app.publication.previous import PREVIOUS_HEADS, PREVIOUS_NOTE, Before
from app.reports.called import sort_rated
from app.reports.framed import FRAME, frame, typeset
from app.tally.document import Document, Section, Target, overall_of, parts_of
from app.tally.facts import texts_of
from app.tally.headed import figures_of, has_rates, heads_of
from app.tally.sectioned import ballot_texts
from app.tally.shown import ItemTable, Overall, Ruling
from app.tally.sums import sum_lines, sums_in, sums_of
from app.tally.verdict import OF_CONCERN
from app.tally.wording import COUNT_WORDS, NOT_TOLD
from app.tally.words import word_rows

MOST_ROWS: Final = 20
"""Up to here every unit has a row of its own; more are drawn as a grid."""
SIGNS_BESIDE_GRID: Final = 1_400
"""So many signs of names leave the grid its place; where there are more it stands on a second page."""

_BRIEF: Final = (
    FRAME
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
  #if d.legend != "" [#align(right, image(bytes(d.legend), format: "svg", height: 4.4mm, alt: "图例"))]
  #v(-0.6em)
  #table(
    columns: (1fr, 58mm, ..d.heads.slice(2).map(_ => auto)), stroke: 0.4pt + rgb("#c9d2dc"), inset: 4pt,
    align: (x, _) => (if x > 1 and x < d.words_from { right } else { left }) + horizon,
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

_BESIDE: Final = (
    FRAME
    + r"""
== #d.table.title
#table(
  columns: (1fr, ..d.table.widths.map(width => width * 1mm)), stroke: 0.4pt + rgb("#c9d2dc"), inset: 5pt,
  table.header(..d.table.heads.map(words => [*#words*])),
  ..d.table.rows.flatten()
)
#text(size: 9pt)[#d.table.how]
#parbreak()
#text(size: 9pt, fill: muted)[#d.table.note]
"""
)


def brief(result: Published, composites: Composites | None = None, previous: Sequence[Before] = ()) -> bytes:
    """Return the brief of a result that holds figures (scopes organisers, leaders, unit): a page for each section.

    What stands beside the votes and what came out last time have pages of their own behind them.

    Every flagged unit is named; only where their names fill the page the picture goes on to a second.
    """
    pages = [_brief(part, named=len(result.parts) > 1) for part in result.parts]
    pages += [] if composites is None else [_page_beside(result, "综合评价", _beside(composites, result))]
    pages += [_page_beside(result, "与上次结果", _last(previous))] if previous else []
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
    title, ballots = f"{document['round']['title']}{noun}结果简报", ballot_texts(document["chain"], section["key"])
    data = {
        **frame(result, document, title, () if many else _sums(section), ballots),
        "summary": summary,
        "heads": _heads(section),
        "words_from": len(heads_of(section)) + 3,
        "rows": [] if many else _rows(section),
        "legend": charts.legend(section) if has_rates(section) else "",
        "formula": _formula(document, section),
        "flagged": flagged,
        "long": sum(len(row[3]) for row in flagged) > SIGNS_BESIDE_GRID,
        "grid": grid,
        "ratio": _height_by_width(grid) if many else 1,
    }
    return typeset(_BRIEF, data)


def _page_beside(result: Published, what: str, table: Mapping[str, object]) -> bytes:
    framed = frame(result, result.document, f"{result.document['round']['title']}{what}", ballots=())
    return typeset(_BESIDE, {**framed, "table": table})


def _last(previous: Sequence[Before]) -> Mapping[str, object]:
    rows = [row.cells for row in previous]
    heads = {"heads": PREVIOUS_HEADS, "widths": (32, 32, 44, 26)}
    return {"title": "与上次结果", **heads, "rows": rows, "how": "", "note": PREVIOUS_NOTE}


def _beside(composites: Composites, result: Published) -> Mapping[str, object]:
    judged = bool(composites.rule)
    rows = [
        [
            row.name,
            row.score or row.why or NOT_TOLD,
            *([row.conclusion_text or NOT_TOLD] if judged else []),
            row.parts_text,
            row.award_text or NOT_TOLD,
        ]
        for row in composites.rows
    ]
    title = "综合评价得分" if composites.formula else "组织评定"
    heads = {
        "heads": (
            called(sort_rated(result.document), "单位"),
            "综合评价得分",
            *(["综合评价结论"] if judged else []),
            "各部分",
            "组织评定",
        ),
        "widths": (24, 38, 48, 28) if judged else (34, 62, 34),
    }
    note = "计名的部分和组织评定不经过票箱，不是投票结果。"
    how = "".join([*composites.how, composites.given_text])
    return {"title": title, **heads, "rows": rows, "how": how, "note": note}


def _formula(document: Document, section: Section) -> str:
    """Return formula and rule, and the sentence on gates where a quorum is among them."""
    texts = texts_of(section)
    return "".join([*texts[:2], *(texts[-1:] if "quorum" in document["chain"]["gates"] else [])])


def _heads(section: Section) -> list[str]:
    units = section["targets"]
    first = units[0]["name"] if len(units) == 1 else called(section["objects"], "单位")
    heads = [first, "分布", *heads_of(section), "有效（人）"]
    has_verdicts = len(units) > 1 or any(item["verdict"] for unit in units for item in unit["items"])
    return [*heads, "结论"] if has_verdicts else heads


def _rows(section: Section) -> list[list[str]]:
    """Return a row for each unit in official order; of a single unit one for each of its items."""
    units = section["targets"]
    if len(units) > 1:
        return [_row(section, unit, 0, f"{unit['position']}. {unit['name']}") for unit in units]
    shown = len(_heads(section)) + 1
    return [_row(section, unit, place, part["label"])[:shown] for unit in units for place, part in _parts(unit)]


def _sums(section: Section) -> list[str]:
    """Return the notes on the shares that are drawn in the rows."""
    units = section["targets"]
    return sum_lines(sums_of(units) if len(units) > 1 else [note for unit in units for note in sums_in(unit)])


def _parts(unit: Target) -> list[tuple[int, ItemTable | Overall]]:
    return list(enumerate(parts_of(unit), start=0 if unit["overall"]["key"] is None else 1))


def _row(section: Section, unit: Target, place: int, label: str) -> list[str]:
    part: ItemTable | Overall = unit["items"][place - 1] if place else overall_of(unit)
    cell, verdict = part["total"], _verdict(unit, place)
    figures = [NOT_TOLD] * (len(heads_of(section)) + 1)
    if cell["shown"]:
        figures = [*figures_of(section, cell), cell["valid"]["text"]]
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
    for verdict in OF_CONCERN:
        for unit in units_of_verdict(section, verdict):
            reasons = "；".join(reason["text"] for reason in unit["verdict"]["reasons"])
            found.setdefault((unit["verdict"]["label"], reasons), []).append(f"{unit['position']}. {unit['name']}")
    return [[word, str(len(names)), reasons, "、".join(names)] for (word, reasons), names in found.items()]
