"""What the PDFs of a published result have in common: the frame of a page, and how it is typeset."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from app.campaigns.nouns import sort_of
from app.core.chinese import has_chinese
from app.core.printable import FAMILY
from app.office.language import _, date_of, language_of_file, said
from app.office.typesetting import pdf
from app.publication.editions import Edition
from app.reports.called import brief_words
from app.reports.language import lines_of_meeting, signs_missing
from app.tally.document import BandDocument, Document, extent_of
from app.tally.headed import common_head
from app.tally.sectioned import ballot_texts
from app.tally.shown import participation_rate
from app.tally.wording import CHAIN

FRAME: Final = r"""
#let d = json(bytes(sys.inputs.data))
#let say(sentence) = d.say.at(sentence)
#let ink = rgb("#1d2733")
#let muted = rgb("#4a5665")
#set document(title: d.title, date: none)
#set page(paper: "a4", margin: (x: 18mm, top: 16mm, bottom: 18mm), footer: [
  #set text(size: 8pt, fill: muted)
  #line(length: 100%, stroke: 0.4pt + muted)
  #say("核验码") #d.code #if d.version != "" [#d.version]
  #if d.signs != "" [#h(1em) #say("票箱指纹") #d.signs]
  #h(1fr) #d.words.order
])
#set text(font: d.font, lang: d.language, region: if d.language == "zh" { "cn" }, fill: ink, size: 10pt)
#set par(leading: 0.62em, spacing: 0.8em)
#align(center)[
  #text(size: 10pt, fill: muted)[#d.organisation · #d.campaign]
  #v(-0.4em)
  #text(size: 18pt, weight: "bold")[#d.title]
  #if d.rehearsal [#v(-0.4em) #text(fill: rgb("#9c2a1d"), weight: "bold")[#say("演练，不代表任何真实评价")]]
  #v(-0.3em)
  #text(size: 9pt, fill: muted)[#d.date]
]
#let numbers(rows) = grid(
  columns: (1fr,) * if rows.len() > 8 { calc.ceil(rows.len() / 2) } else { rows.len() }, gutter: 6pt,
  ..rows.map(row => box(width: 100%, inset: 6pt, stroke: 0.5pt + rgb("#c9d2dc"), radius: 3pt)[
    #align(center)[#text(size: 8.5pt, fill: muted)[#row.at(0)] \ #text(size: 15pt, weight: "bold")[#row.at(1)]]
  ])
)
#numbers(d.chain)
// No narrower than the longest of its words: those of an alphabet are not broken.
#let as-wide-as-words(texts) = calc.max(..texts.map(text => calc.max(
  ..text.split(" ").map(word => measure([*#word*]).width)))) + 9pt
"""
"""Typst: the head of a page with the counting chain. A template says a sentence of ours by ``say``."""
_SAID: Final = re.compile(r'\bsay\("([^"]+)"\)')


def typeset(template: str, data: dict[str, object]) -> bytes:
    """Typeset a template whose data have ``notes``; a last one names the signs that no font has."""
    texts = sorted((text for text in _texts(data) if not text.startswith("<svg")), key=len)
    notes = [note for note in (*_texts(data["notes"]), signs_missing(texts)) if note]
    told = {**data, "notes": notes, "say": {each: _(each) for each in _SAID.findall(template)}}
    return pdf(template, told if language_of_file() == "zh" else {key: _in_type(each) for key, each in told.items()})


_STRAIGHT: Final = str.maketrans("“”‘’", "\"\"''")
"""The curly ones of the font are as wide as a character of Chinese."""


def _in_type(value: object) -> object:
    """Return what is typeset with the quotation marks that its words need."""
    if isinstance(value, str):
        return value if has_chinese(value) or value.startswith("<svg") else value.translate(_STRAIGHT)
    if isinstance(value, list):
        return list(map(_in_type, value))
    return {key: _in_type(each) for key, each in value.items()} if isinstance(value, dict) else value


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
    numbers = [["expected", str(total["expected"])]]
    if "present" in total:
        numbers.append(["present", str(total["present"])])
    numbers.append(["issued", str(total["issued"])])
    if "returned" in total:
        numbers += [[key, str(total[key])] for key in ("returned", "valid")]
        if extent_of(document) is not None:
            numbers += [[key, str(total[key])] for key in ("invalid", "blank", "voided", "missing")]
        if "not_voted" in total:
            numbers.append(["not_voted", str(total["not_voted"])])
        rates = {"return_rate": total["return_rate"], "participation_rate": participation_rate(total)}
        numbers += [[key, rate["text"]] for key, rate in rates.items() if rate is not None]
    return {
        "font": FAMILY,
        "language": language_of_file(),
        "title": title,
        "organisation": about["organisation"],
        "campaign": about["campaign"],
        "rehearsal": about["rehearsal"],
        "date": _("%(date)s公布", date=date_of(edition.published_at)),
        "code": edition.code,
        "version": _("（第 %(version)s 版）", version=edition.version) if edition.version > 1 else "",
        "signs": edition.signs,
        "chain": [[_(CHAIN[key]), text] for key, text in numbers],
        "words": brief_words(
            sort_of([section["objects"] for section in document["sections"]]), common_head(document["sections"])
        ),
        "meeting": list(lines_of_meeting(edition)),
        "notes": [
            *map(said, ballot_texts(document["chain"]) if ballots is None else ballots),
            *(said(note["text"]) for note in (*document["chain"]["warnings"], *document["notes"])),
            *notes,
        ],
    }
