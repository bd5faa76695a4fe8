"""What verdicts, bands and notes tell an attacker: they were settled on exact numbers, not on those shown."""

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.disclosure.mixtures import Span
from tests.disclosure.told_words import is_banded, lined_spans
from tests.tally.cast import section_of

if TYPE_CHECKING:
    from tests.disclosure.attacker import Reading, Terms

GRADES = 4


def band_between(code: str) -> tuple[float, float]:
    """Return between which rates a band lies: ``90_up``, ``80_90``, ``2/3_80``, ``under_60``."""
    low, _, high = code.partition("_")
    return (0.0 if low == "under" else _edge(low)), (1.0 if high == "up" else _edge(high))


def _edge(text: str) -> float:
    return float(Fraction(text)) if "/" in text else float(text) / 100


def joined(sums: "Sequence[Terms]") -> "Terms":
    """Add up sums that have no variable in common."""
    return {variable: value for terms in sums for variable, value in terms.items()}


def read_overall_band(reading: "Reading") -> None:
    """Read the band of all units that have one, each with the weight of its valid answers."""
    formula, band = section_of(reading.document)["formula"], section_of(reading.document)["overall_band"]
    if band is None or formula["denominator"] != "valid" or reading.paper.scheme.weights:
        return
    every = [
        _overall_sums(reading, unit) for unit in section_of(reading.document)["targets"] if unit["band"] is not None
    ]
    top = joined([terms for sums in every for terms in sums[: formula["top"]]])
    reading.programme.between(
        top, joined([terms for sums in every for terms in sums[:GRADES]]), *band_between(band["code"])
    )


def _overall_sums(reading: "Reading", unit: Any) -> "list[Terms]":  # noqa: ANN401 - plain JSON
    key = unit["overall"]["key"]
    return reading.sums(unit["id"], reading.pooled(unit) if key is None else [key], reading.raters(unit["id"]))


def read_ruling(reading: "Reading", unit: Any) -> None:  # noqa: ANN401
    """Read a unit's verdict with its reasons, its band, its note on 不了解, and its items' verdicts."""
    sums, scheme, raters = _overall_sums(reading, unit), reading.paper.scheme, reading.raters(unit["id"])
    codes, overall = _codes(unit["verdict"]["reasons"]), unit["overall"]
    if "too_few" in codes and overall["key"] is not None:
        reading.programme.say(joined(sums[:GRADES]), 0, max(scheme.gates.min_valid, scheme.floor) - 1)
    if overall["total"]["shown"]:
        edge = float(scheme.gates.unknown_warning)
        many = "unknown_high" in _codes(unit["notes"])
        reading.programme.between(sums[GRADES], joined(sums), *((edge, 1.0) if many else (0.0, edge)))
    if scheme.weights:
        return  # weighted figures are no sums of answers
    whole = reading.denominator(unit["id"], sums, len(reading.pooled(unit)) if overall["key"] is None else 1, raters)
    if unit["band"] is not None:
        reading.programme.between(joined(sums[: scheme.formula.top]), whole, *band_between(unit["band"]["code"]))
    if unit["verdict"]["code"] not in {"too_few", "invalid"}:
        _read_lines(reading, sums, whole, lined_spans(scheme.lines, codes, banded=is_banded(overall)))
    for item in unit["items"]:
        lines, own = scheme.lines_of(item["key"]), reading.sums(unit["id"], [item["key"]], raters)
        if item["verdict"] is not None and lines is not None:
            spans = lined_spans(lines, _codes(item["verdict"]["reasons"]), banded=is_banded(item))
            _read_lines(reading, own, reading.denominator(unit["id"], own, 1, raters), spans)


def _codes(notes: Any) -> set[str]:  # noqa: ANN401
    return {note["code"] for note in notes}


def _read_lines(
    reading: "Reading", sums: "Sequence[Terms]", whole: "Terms", spans: tuple[Span, Span]
) -> None:  # fmt: skip
    """Read between what numbers the dissatisfied of the valid answers, and the figure that is measured, lie."""
    valid, formula, (of_valid, measured) = joined(sums[:GRADES]), section_of(reading.document)["formula"], spans
    reading.programme.between(sums[GRADES - 1], valid, of_valid.low, of_valid.high)
    if formula["measure"] == "mean_score":
        reading.programme.between(reading.points(sums), valid, measured.low, measured.high)
    else:
        top = formula["top"] if formula["measure"] == "satisfied_rate" else GRADES - 1
        reading.programme.between(joined(sums[:top]), whole, measured.low, measured.high)
