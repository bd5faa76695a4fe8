"""What words tell: between which numbers the figures lie that a rule looks at."""

from collections.abc import Iterator
from typing import Any

from app.campaigns.domain import Measure, Scheme
from tests.disclosure.mixtures import Span

JUDGED = {"met", "attention", "remedial"}
LINES = ("dissatisfied", "attention", "remedial")
MEASURED = {
    Measure.SATISFIED_RATE: "satisfied",
    Measure.POSITIVE_RATE: "positive",
    Measure.MEAN_SCORE: "mean",
}


def codes_of(notes: Any) -> set[str]:  # noqa: ANN401 - plain JSON
    """Return the codes of notes or reasons."""
    return {note["code"] for note in notes}


def word_spans(scheme: Scheme, word: str, told: set[str]) -> Iterator[tuple[str, Span]]:
    """Yield between what numbers the figures lie that a rule looks at, by the word or the lines that it names."""
    if not scheme.is_lined:
        above = 1.0
        for step in scheme.judged_by.steps:
            below = float(step.conditions[0].number / 100) if step.conditions else 0.0
            if step.word.text == word:
                yield "mean", Span(below, above)
            above = below
        return
    third, attention, remedial = (float(getattr(scheme.lines, name)) for name in LINES)
    yield "of_valid", Span(third, 1.0) if "dissatisfied_above" in told else Span(0.0, third)
    least, most = (0.0, remedial) if "below_remedial" in told else (remedial, 1.0)
    if not told & {"below_remedial", "dissatisfied_above"}:
        least, most = (remedial, attention) if "below_attention" in told else (attention, 1.0)
    yield MEASURED[scheme.formula.measure], Span(least, most)
