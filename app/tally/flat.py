"""The first shape of the result document, flat: what belongs to a round's one section stands in the document itself.

Results that were stored in it keep their text and their digest; they are lifted when they are read. Programs that know
no other shape go on reading it of every round of one graded section.
"""

from typing import Any, Final, Literal, cast, overload

from typing_extensions import TypedDict  # pydantic describes no other before Python 3.12

from app.campaigns.domain import Denominator
from app.core.errors import DomainError
from app.rounds.domain import MAIN, UNITS
from app.tally.document import (
    BandDocument,
    BandLabel,
    BandSection,
    Document,
    FormItem,
    FormulaFacts,
    RoundFacts,
    ScaleFacts,
    Section,
    Summary,
    Target,
    TargetBand,
    extent_of,
)
from app.tally.shown import Chain, Note

_FIRST_BANDS = frozenset({"90_up", "80_90", "60_80", "under_60"})


class FlatRound(RoundFacts):
    """The round with the title of its form."""

    form_title: str


class _FlatFrame(TypedDict):
    version: Literal[1]
    round: FlatRound
    formula: FormulaFacts
    chain: Chain
    overall_band: BandLabel | None
    notes: list[Note]


class FlatBandDocument(_FlatFrame):
    """A result as participants and the public see it: bands, no figures."""

    units: list[TargetBand]


class FlatDocument(_FlatFrame):
    """A result as leaders and units see it, with those of its units that the scope holds."""

    items: list[FormItem]
    scale: ScaleFacts
    summary: Summary
    units: list[Target]


def lifted(stored: dict[str, Any]) -> Document:
    """Return a stored document of either shape in the present one; nothing in it is worked out or written anew."""
    if stored["version"] != 1:
        return cast("Document", stored)
    flat = cast("FlatDocument", stored)
    section: Section = {
        "key": MAIN,
        "noun": UNITS,
        "objects": "unit",
        "kind": "grades",
        "form_title": flat["round"]["form_title"],
        "items": flat["items"],
        "scale": flat["scale"],
        "formula": flat["formula"],
        "summary": flat["summary"],
        "overall_band": flat["overall_band"],
        "targets": flat["units"],
    }
    about = {key: value for key, value in flat["round"].items() if key != "form_title"}
    return {
        "version": 2,
        "round": cast("RoundFacts", about),
        "chain": flat["chain"],
        "voters": [{"id": row["id"], "name": row["name"]} for row in flat["chain"]["groups"]],
        "sections": [section],
        "notes": flat["notes"],
    }


SINCE_RULES: Final = frozenset(
    {
        "rule",
        "decimals",
        "words",
        "meaning",
        "consequence",
        "flags",
        "sum_text",
        "present",
        "not_voted",
        "quorum",
        "heading",
    }
)
"""Fields that came with rules, and headings over items; the first shape has none of them."""


def flattened(document: Document) -> FlatDocument:
    """Return a document in the first shape.

    DomainError ``needs_v2`` where there is more than one graded section, or where the first shape could not tell what
    the word rests on: a rule that is no lines, a base of people present, a quorum.
    """
    return cast("FlatDocument", _as_before(_flattened(document)))


def _as_before(value: Any) -> Any:  # noqa: ANN401 - any part of a JSON document
    """Return a part of a document without what came with rules."""
    if isinstance(value, dict):
        return {key: _as_before(each) for key, each in value.items() if key not in SINCE_RULES}
    return [_as_before(each) for each in value] if isinstance(value, list) else value


def _flattened(document: Document) -> FlatDocument:
    section = _graded(document)
    _refuse_new(document, section)
    return {
        "chain": document["chain"],
        "formula": section["formula"],
        "items": section["items"],
        "notes": document["notes"],
        "overall_band": section["overall_band"],
        "round": _flat_round(document["round"], section["form_title"]),
        "scale": section["scale"],
        "summary": section["summary"],
        "units": section["targets"],
        "version": 1,
    }


def flattened_bands(document: BandDocument) -> FlatBandDocument:
    """Return a document of bands in the first shape; DomainError ``needs_v2`` as ``flattened``."""
    section = _graded(document)
    _refuse_new(document, section)
    flat: FlatBandDocument = {
        "version": 1,
        "round": _flat_round(document["round"], section["form_title"]),
        "formula": section["formula"],
        "chain": document["chain"],
        "overall_band": section["overall_band"],
        "notes": document["notes"],
        "units": section["targets"],
    }
    return cast("FlatBandDocument", _as_before(flat))


def _refuse_new(document: Document | BandDocument, section: Section | BandSection) -> None:
    formula = section["formula"]
    points = any("score" in item for item in section.get("items", []))
    told = not points and "lines" in formula and formula["denominator"] != Denominator.PRESENT
    if not told or "quorum" in document["chain"]["gates"]:
        raise DomainError("needs_v2")


@overload
def _graded(document: Document) -> Section: ...
@overload
def _graded(document: BandDocument) -> BandSection: ...
def _graded(document: Document | BandDocument) -> Section | BandSection:
    """Return the one section; the first shape knows neither others, nor announced rounds, nor bands by their rule."""
    sections = document["sections"]
    if len(sections) != 1 or (sections[0]["kind"], sections[0]["objects"]) != ("grades", "unit") or extent_of(document):
        raise DomainError("needs_v2")
    [section] = sections
    bands = [section["overall_band"], *(target["band"] for target in section["targets"])]
    if any(band is not None and band["code"] not in _FIRST_BANDS for band in bands):
        raise DomainError("needs_v2")
    return section


def _flat_round(about: RoundFacts, form_title: str) -> FlatRound:
    """Return the facts in the order in which the first shape was written."""
    return {
        "campaign": about["campaign"],
        "form_title": form_title,
        "id": about["id"],
        "k": about["k"],
        "organisation": about["organisation"],
        "rehearsal": about["rehearsal"],
        "remark_k": about["remark_k"],
        "title": about["title"],
    }
