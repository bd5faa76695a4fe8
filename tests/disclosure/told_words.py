"""What words tell: between which numbers the figures lie that a rule looks at."""

from collections.abc import Iterator
from typing import Any

from app.campaigns.domain import Lines, Measure, Scheme
from tests.disclosure.mixtures import WHOLE, Span

JUDGED = {"met", "attention", "remedial"}
LINES = ("dissatisfied", "attention", "remedial")
CROSSED = {"below_remedial", "dissatisfied_above"}
"""Reasons for 需补课. Of two one goes unsaid where bands are told and a table that reads alike has the other alone."""
MEASURED = {
    Measure.SATISFIED_RATE: "satisfied",
    Measure.POSITIVE_RATE: "positive",
    Measure.MEAN_SCORE: "mean",
}


def is_banded(table: Any) -> bool:  # noqa: ANN401 - plain JSON
    """Whether bands alone are told of a total."""
    return bool(table["total"].get("view") == "banded")


def codes_of(notes: Any) -> set[str]:  # noqa: ANN401 - plain JSON
    """Return the codes of notes or reasons."""
    return {note["code"] for note in notes}


def word_spans(scheme: Scheme, word: str, told: set[str], *, banded: bool) -> Iterator[tuple[str, Span]]:
    """Yield between what numbers the figures lie that a rule looks at, by the word or the lines that it names."""
    if not scheme.is_lined:
        above = 1.0
        for step in scheme.judged_by.steps:
            below = float(step.conditions[0].number / 100) if step.conditions else 0.0
            if step.word.text == word:
                yield "mean", Span(below, above)
            above = below
        return
    of_valid, measured = lined_spans(scheme.lines, told, banded=banded)
    yield "of_valid", of_valid
    yield MEASURED[scheme.formula.measure], measured


def lined_spans(lines: Lines, told: set[str], *, banded: bool) -> tuple[Span, Span]:
    """Return where the dissatisfied of the valid answers, and the figure that is measured, lie by the reasons told."""
    third, attention, remedial = (float(getattr(lines, name)) for name in LINES)
    unsaid = WHOLE if banded and told & CROSSED else None
    of_valid = Span(third, 1.0) if "dissatisfied_above" in told else unsaid or Span(0.0, third)
    if not told & CROSSED:
        return of_valid, Span(remedial, attention) if "below_attention" in told else Span(attention, 1.0)
    return of_valid, Span(0.0, remedial) if "below_remedial" in told else unsaid or Span(remedial, 1.0)
