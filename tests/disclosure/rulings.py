"""What verdicts, bands and notes tell an attacker: they were settled on exact numbers, not on those shown."""

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from app.campaigns.domain import Lines
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
    whole = reading.denominator(sums, len(reading.pooled(unit)) if overall["key"] is None else 1, raters)
    if unit["band"] is not None:
        reading.programme.between(joined(sums[: scheme.formula.top]), whole, *band_between(unit["band"]["code"]))
    if unit["verdict"]["code"] not in {"too_few", "invalid"}:
        _read_lines(reading, sums, whole, scheme.lines, codes)
    for item in unit["items"]:
        lines, own = scheme.lines_of(item["key"]), reading.sums(unit["id"], [item["key"]], raters)
        if item["verdict"] is not None and lines is not None:
            _read_lines(reading, own, reading.denominator(own, 1, raters), lines, _codes(item["verdict"]["reasons"]))


def _codes(notes: Any) -> set[str]:  # noqa: ANN401
    return {note["code"] for note in notes}


def _read_lines(
    reading: "Reading", sums: "Sequence[Terms]", whole: "Terms | float", lines: Lines, codes: set[str]
) -> None:  # fmt: skip
    """Read on which side of a line each figure lies; where a remedial line is crossed, nothing of the other one."""
    valid, formula = joined(sums[:GRADES]), section_of(reading.document)["formula"]
    third, attention, remedial = (float(line) for line in (lines.dissatisfied, lines.attention, lines.remedial))
    reading.programme.between(
        sums[GRADES - 1], valid, *((third, 1.0) if "dissatisfied_above" in codes else (0.0, third))
    )
    least, most = (0.0, remedial) if "below_remedial" in codes else (remedial, 1.0)
    if not codes & {"below_remedial", "dissatisfied_above"}:
        least, most = (remedial, attention) if "below_attention" in codes else (attention, 1.0)
    if formula["measure"] == "mean_score":
        reading.programme.between(reading.points(sums), valid, least, most)
    else:
        top = formula["top"] if formula["measure"] == "satisfied_rate" else GRADES - 1
        reading.programme.between(joined(sums[:top]), whole, least, most)
