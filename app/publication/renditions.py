"""Cutting a result document to a scope: nothing is worked out anew, only left out.

Organisers, leaders and units get documents of the same shape with fewer units, each at its official position; the wider
circle gets ``"units": [{"id", "name", "position", "band"}]`` with chain, formula and notes. What a unit's reader gets
tells of the others no more than ``overall_band``.
"""

from app.publication.domain import BANDS_ONLY, Document, Scope, Sight

_BAND_KEYS = ("id", "name", "position", "band")
_VERDICTS = ("met", "attention", "remedial", "too_few", "invalid")


def rendition(document: Document, sight: Sight) -> Document:
    """Return the document as the sight allows; the whole one is returned as it is."""
    if sight.scope in BANDS_ONLY:
        return _bands(document)
    if sight.unit_ids is None and sight.scope is not Scope.UNIT:
        return document
    units = [unit for unit in document["units"] if unit["id"] in (sight.unit_ids or ())]
    codes = [unit["verdict"]["code"] for unit in units]
    return {**document, "units": units, "summary": {code: codes.count(code) for code in _VERDICTS}}


def _bands(document: Document) -> Document:
    units = [{key: unit[key] for key in _BAND_KEYS} for unit in document["units"]]
    kept = {key: document[key] for key in ("version", "round", "formula", "chain", "overall_band", "notes")}
    return {**kept, "units": units}
