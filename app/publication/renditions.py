"""Cutting a result document to a scope: nothing is worked out anew, only left out.

Organisers, leaders and units get documents of the same shape with fewer units, each at its official position; the wider
circle gets bands, with chain, formula and notes. What a unit's reader gets tells of the others no more than
``overall_band``.
"""

from app.publication.domain import ORGANISERS_ONLY, Scope, Sight
from app.tally.document import BandDocument, BandSection, Document, Section, Target, TargetBand, extent_of, summary_of
from app.tally.words import words_of


def rendition(document: Document, sight: Sight) -> Document:
    """Return the document as the sight of figures allows; the whole one is returned as it is."""
    if sight.unit_ids is None and sight.scope is not Scope.UNIT:
        return document
    sections = [_cut(section, sight.unit_ids or frozenset()) for section in document["sections"]]
    return {**document, "sections": sections}


def _cut(section: Section, unit_ids: frozenset[str]) -> Section:
    targets = [target for target in section["targets"] if target["id"] in unit_ids]
    summary = summary_of([target["verdict"]["code"] for target in targets])
    cut: Section = {**section, "targets": targets, "summary": summary}
    return {**cut, "words": words_of(section["formula"], targets)} if "words" in section else cut


def told(section: Section) -> Section:
    """Leave out the notes that are kept from everybody but organisers."""
    return {**section, "targets": [_told(target) for target in section["targets"]]}


def _told(target: Target) -> Target:
    return {**target, "notes": [note for note in target["notes"] if note["code"] not in ORGANISERS_ONLY]}


def bands(document: Document) -> BandDocument:
    """Return the document as the wider circle sees it."""
    return {
        "version": document["version"],
        "round": document["round"],
        "chain": document["chain"],
        "voters": document["voters"],
        "sections": [(_announced if extent_of(document) else _bands)(section) for section in document["sections"]],
        "notes": document["notes"],
    }


def _bands(section: Section) -> BandSection:
    return {
        "key": section["key"],
        "noun": section["noun"],
        "objects": section["objects"],
        "kind": section["kind"],
        "form_title": section["form_title"],
        "formula": section["formula"],
        "overall_band": section["overall_band"],
        "targets": [_target_band(target) for target in section["targets"]],
    }


def _target_band(target: Target) -> TargetBand:
    told: TargetBand = {key: target[key] for key in ("id", "name", "position", "band")}  # type: ignore[assignment]
    return {**told, "responsible": target["responsible"]} if "responsible" in target else told


def _announced(section: Section) -> BandSection:
    """Return a section of an announced round: all that was promised, for everybody alike."""
    targets: list[TargetBand] = [
        {**_target_band(target), "verdict": target["verdict"], "overall": target["overall"], "items": target["items"]}
        for target in section["targets"]
    ]
    more: BandSection = {**_bands(section), "targets": targets}
    return {**more, "items": section["items"], "scale": section["scale"], "summary": section["summary"]}
