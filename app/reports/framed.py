"""What the PDFs of a published result have in common: the frame of a page, and how it is typeset."""

from collections.abc import Iterable, Iterator
from typing import Final

from app.campaigns.nouns import sort_of
from app.core.chinese import chinese_date
from app.core.printable import FAMILY, signs_missing
from app.office.typesetting import pdf
from app.publication.editions import Edition
from app.reports.called import brief_words
from app.tally.document import BandDocument, Document, extent_of
from app.tally.headed import common_head
from app.tally.sectioned import ballot_texts
from app.tally.shown import participation_rate
from app.tally.wording import CHAIN

FRAME: Final = r"""
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
"""Typst: the head of a page with the counting chain."""


def typeset(template: str, data: dict[str, object]) -> bytes:
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


def frame(
    edition: Edition,
    document: Document | BandDocument,
    title: str,
    notes: Iterable[str] = (),
    ballots: Iterable[str] | None = None,
) -> dict[str, object]:
    """Return what the frame of a page is filled in with; ``notes`` stand behind those of the whole result.

    ``ballots`` say how many came of the sections that the page is about; without them those of all are told.
    """
    about, total = document["round"], document["chain"]["total"]
    numbers = [[CHAIN["expected"], str(total["expected"])]]
    if "present" in total:
        numbers.append([CHAIN["present"], str(total["present"])])
    numbers.append([CHAIN["issued"], str(total["issued"])])
    if "returned" in total:
        numbers += [[CHAIN["returned"], str(total["returned"])], [CHAIN["valid"], str(total["valid"])]]
        if extent_of(document) is not None:
            numbers += [[CHAIN[key], str(total[key])] for key in ("invalid", "blank", "voided", "missing")]
        if "not_voted" in total:
            numbers.append([CHAIN["not_voted"], str(total["not_voted"])])
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
        "words": brief_words(
            sort_of([section["objects"] for section in document["sections"]]), common_head(document["sections"])
        ),
        "meeting": [list(line) for line in edition.meeting.lines()],
        "notes": [
            *(ballot_texts(document["chain"]) if ballots is None else ballots),
            *(note["text"] for note in (*document["chain"]["warnings"], *document["notes"])),
            *notes,
        ],
    }
