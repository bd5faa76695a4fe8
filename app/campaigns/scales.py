"""What a scale may be (pure): two to six grades from best to worst, whose scores fall, some of them positive."""

import itertools
from collections.abc import Sequence
from typing import Final

from app.campaigns.domain import Grade, Scale
from app.core.errors import DomainError
from app.core.folding import folded

MIN_GRADES: Final = 2
MAX_GRADES: Final = 6
MAX_SCORE: Final = 100
GRADE_LIMIT: Final = 8
"""Signs of a grade's word: more do not fit a cell of the phone."""
OWN_SCALE: Final = "own"
"""The key of a scale that a form brings along."""


def check_scale(scale: Scale) -> None:
    """Refuse what is no scale; ``at`` names the field, counted from 1: ``grade-2``, ``score-2``, ``positive-2``.

    DomainError ``scale_grades_count``, ``scale_word_missing``, ``scale_word_too_long``, ``scale_word_twice``,
    ``scale_score_range``, ``scale_scores_fall``, ``scale_none_positive``, ``scale_all_positive``,
    ``scale_positive_order``.
    """
    count = len(scale.grades)
    if not MIN_GRADES <= count <= MAX_GRADES:
        raise DomainError("scale_grades_count", count=count, at=f"grade-{max(count, 1)}")
    _check_words(scale)
    _check_scores(scale.grades)
    _check_positive(scale.grades)


def _check_words(scale: Scale) -> None:
    places = [f"grade-{row}" for row in range(1, len(scale.grades) + 1)]
    places += [name for name in ("unknown", "abstain") if getattr(scale, name) is not None]
    seen: dict[str, str] = {}
    for at, word in zip(places, scale.options, strict=True):
        if not word:
            raise DomainError("scale_word_missing", at=at, row=at.rpartition("-")[2])
        if len(word) > GRADE_LIMIT:
            raise DomainError("scale_word_too_long", at=at, word=word[:12] + "…", limit=GRADE_LIMIT)
        if folded(word) in seen:
            raise DomainError("scale_word_twice", at=at, word=word)
        seen[folded(word)] = at


def _check_scores(grades: Sequence[Grade]) -> None:
    for row, grade in enumerate(grades, 1):
        if not 0 <= grade.score <= MAX_SCORE:
            raise DomainError("scale_score_range", at=f"score-{row}", word=grade.label)
    for row, (better, worse) in enumerate(itertools.pairwise(grades), 2):
        if worse.score >= better.score:
            raise DomainError("scale_scores_fall", at=f"score-{row}", better=better.label, worse=worse.label)


def _check_positive(grades: Sequence[Grade]) -> None:
    flags = [grade.positive for grade in grades]
    if not any(flags):
        raise DomainError("scale_none_positive", at="positive-1")
    if all(flags):
        raise DomainError("scale_all_positive", at=f"positive-{len(flags)}", word=grades[-1].label)
    for row, (better, worse) in enumerate(itertools.pairwise(flags), 2):
        if worse and not better:
            at = row - 1
            raise DomainError("scale_positive_order", at=f"positive-{at}", word=grades[at - 1].label)
