"""One page for a leader's desk: a PDF of a published result."""

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Final

from pypdf import PdfWriter

from app.office.language import _, clauses, language_of_file, listed, run_on, said, told
from app.publication import charts
from app.publication.composite_rows import Composites
from app.publication.domain import units_of_verdict
from app.publication.editions import Published
from app.publication.previous import PREVIOUS_HEADS, PREVIOUS_NOTE, Before
from app.reports.beside import given_line, how_made
from app.reports.called import sort_rated
from app.reports.framed import FRAME, frame, typeset
from app.reports.language import about, award_of, before_cells, counted, notes_of_sums
from app.tally.document import Document, Section, Target, overall_of, parts_of
from app.tally.facts import texts_of, trimmed_texts
from app.tally.headed import figures_of, has_rates, heads_of
from app.tally.headings import headed, label_under
from app.tally.sectioned import ballot_texts
from app.tally.shown import ItemTable, Overall, Ruling
from app.tally.sums import sums_in, sums_of
from app.tally.verdict import OF_CONCERN
from app.tally.wording import NOT_TOLD
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
  #if d.legend != "" [#align(right, image(bytes(d.legend), format: "svg", height: 4.4mm, alt: say("图例")))]
  #v(-0.6em)
  #let told(bar, widths) = table(
    columns: (1fr, bar, ..widths), stroke: 0.4pt + rgb("#c9d2dc"), inset: 4pt,
    align: (x, _) => (if x > 1 and x < d.words_from { right } else { left }) + horizon,
    table.header(..d.heads.map(words => [*#words*])),
    ..d.rows.map(row => if row.len() == 1 { (table.cell(colspan: d.heads.len())[*#row.at(0)*],) } else { (
      [#row.at(0)], image(bytes(row.at(1)), format: "svg", width: bar - 2mm, alt: row.at(2)),
      ..row.slice(3).map(text => [#text])
    ) }).flatten()
  )
  #let words-of(at) = (d.heads.at(at), ..d.rows.filter(row => row.len() > 1).map(row => row.at(at + 1)))
  #if d.language == "zh" { told(58mm, d.heads.slice(2).map(_ => auto)) } else {
    context told(42mm, range(2, d.heads.len()).map(at => calc.max(12mm, as-wide-as-words(words-of(at)))))
  }
]
#for row in d.flagged [#text(size: 9.5pt)[*#row.at(0)*#row.at(1)#row.at(2)] #parbreak()]
#if d.flagged.len() > 0 [
  #text(size: 9pt, fill: muted)[#say("系统只作提示，是否责令补课由组织者决定。")]
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
    pages, title = [_brief(part, named=len(result.parts) > 1) for part in result.parts], _title(result)
    if composites is not None:
        pages.append(_page_beside(result, _("%(title)s综合评价", title=title), _beside(composites, result)))
    if previous:
        pages.append(_page_beside(result, _("%(title)s与上次结果", title=title), _last(previous)))
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
    grid = charts.multiples_chart(document, told) if many else ""
    words = [(row["label"], counted(section["objects"], row["count"])) for row in word_rows(section) if row["count"]]
    whole = _("%(title)s结果简报", title=_title(result))
    title = _("%(title)s%(part)s结果简报", title=_title(result), part=noun) if noun else whole
    ballots = ballot_texts(document["chain"], section["key"])
    data = {
        **frame(result, document, title, () if many else _sums(section), ballots),
        "summary": [[said(word), count] for word, count in words],
        "heads": _heads(section),
        "words_from": len(heads_of(section)) + 3,
        "rows": [] if many else _rows(section),
        "legend": charts.legend(section) if has_rates(section) else "",
        "formula": _formula(document, section),
        "flagged": flagged,
        "long": sum(len(row[2]) for row in flagged) > SIGNS_BESIDE_GRID,
        "grid": grid,
        "ratio": _height_by_width(grid) if many else 1,
    }
    return typeset(_BRIEF, data)


def _title(result: Published) -> str:
    return result.document["round"]["title"]


def _page_beside(result: Published, title: str, table: Mapping[str, object]) -> bytes:
    return typeset(_BESIDE, {**frame(result, result.document, title, ballots=()), "table": table})


def _last(previous: Sequence[Before]) -> Mapping[str, object]:
    rows = list(map(before_cells, previous))
    heads = {"heads": list(map(_, PREVIOUS_HEADS)), "widths": (32, 32, 44, 26)}
    return {"title": _("与上次结果"), **heads, "rows": rows, "how": "", "note": _(PREVIOUS_NOTE)}


_WIDTHS: Final = {
    "zh": {True: (24, 38, 48, 28), False: (34, 62, 34)},
    "en": {True: (31, 36, 42, 28), False: (36, 58, 36)},
}
"""Of the columns beside the names, without and with one for the word of the score."""


def _beside(composites: Composites, result: Published) -> Mapping[str, object]:
    judged = bool(composites.rule)
    rows = [
        [
            said(row.name),
            row.score or said(row.why) or NOT_TOLD,
            *([said(row.conclusion_text) or NOT_TOLD] if judged else []),
            said(row.parts_text),
            award_of(row) or NOT_TOLD,
        ]
        for row in composites.rows
    ]
    title = _("综合评价得分") if composites.formula else _("组织评定")
    heads = {
        "heads": (
            about(sort_rated(result.document), "单位"),
            _("综合评价得分"),
            *([_("综合评价结论")] if judged else []),
            _("各部分"),
            _("组织评定"),
        ),
        "widths": _WIDTHS[language_of_file()][judged],
    }
    note = _("计名的部分和组织评定不经过票箱，不是投票结果。")
    how = run_on([*how_made(composites), given_line(composites)])
    return {"title": title, **heads, "rows": rows, "how": how, "note": note}


def _formula(document: Document, section: Section) -> str:
    """Return formula and rule, of which points means are taken, and the sentence on gates where there is a quorum."""
    texts = texts_of(section)
    return run_on(
        map(
            said, [*texts[:2], *trimmed_texts(section), *(texts[-1:] if "quorum" in document["chain"]["gates"] else [])]
        )
    )


def _heads(section: Section) -> list[str]:
    units = section["targets"]
    first = units[0]["name"] if len(units) == 1 else about(section["objects"], "单位")
    heads = [first, _("分布"), *map(said, heads_of(section)), _("有效（人）")]
    has_verdicts = len(units) > 1 or any(item["verdict"] for unit in units for item in unit["items"])
    return [*heads, _("结论")] if has_verdicts else heads


def _rows(section: Section) -> list[list[str]]:
    """Return a row for each unit in official order; of a single unit one for each of its items."""
    units = section["targets"]
    if len(units) > 1:
        return [_row(section, unit, 0, f"{unit['position']}. {unit['name']}") for unit in units]
    return [row for unit in units for row in _item_rows(section, unit)]


def _item_rows(section: Section, unit: Target) -> Iterator[list[str]]:
    """Yield the rows of a unit's items, before which stand those of headings, of one cell."""
    shown, first = len(_heads(section)) + 1, 0 if unit["overall"]["key"] is None else 1
    for place, (heading, part) in enumerate(headed(parts_of(unit)), first):
        if heading:
            yield [heading]
        yield _row(section, unit, place, label_under(part))[:shown]


def _sums(section: Section) -> list[str]:
    """Return the notes on the shares that are drawn in the rows."""
    units = section["targets"]
    return notes_of_sums(sums_of(units) if len(units) > 1 else [note for unit in units for note in sums_in(unit)])


def _row(section: Section, unit: Target, place: int, label: str) -> list[str]:
    part: ItemTable | Overall = unit["items"][place - 1] if place else overall_of(unit)
    cell, verdict = part["total"], _verdict(unit, place)
    figures = [NOT_TOLD] * (len(heads_of(section)) + 1)
    if cell["shown"]:
        figures = [*figures_of(section, cell), cell["valid"]["text"]]
    bar = charts.row_chart(section, unit, place)
    return [label, bar, _("%(name)s的分布", name=label), *figures, verdict["label"] if verdict else "—"]


def _verdict(unit: Target, place: int) -> Ruling | None:
    return unit["items"][place - 1]["verdict"] if place else unit["verdict"]


def _height_by_width(svg: str) -> float:
    _, _, width, height = svg.split('viewBox="')[1].split('"', maxsplit=1)[0].split()
    return float(height) / float(width)


def _flagged(section: Section) -> list[list[str]]:
    """Return the words of all flagged units, each with number, reason and names in official order, once a reason."""
    found: dict[tuple[str, str], list[str]] = {}
    for verdict in OF_CONCERN:
        for unit in units_of_verdict(section, verdict):
            reasons = clauses(said(reason["text"]) for reason in unit["verdict"]["reasons"])
            found.setdefault((unit["verdict"]["label"], reasons), []).append(f"{unit['position']}. {unit['name']}")
    return [[said(word), _why(len(names), reasons), listed(names)] for (word, reasons), names in found.items()]


def _why(count: int, reasons: str) -> str:
    """Return how many got a word and why; an announced round may give no reason that could be told."""
    if not reasons:
        return _("（%(count)s 个）：", count=count)
    return _("（%(count)s 个）%(reasons)s：", count=count, reasons=reasons)
