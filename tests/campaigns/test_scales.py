"""What a scale may be, and what is said of one that may not."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.campaigns.builtin import SCALES
from app.campaigns.domain import Grade, Scale
from app.campaigns.scales import MAX_GRADES, MIN_GRADES, check_scale
from app.core.errors import DomainError
from app.web.error_sentences_rules import RULE_SENTENCES
from tests.found import some

GOOD = Scale("own", (Grade("好", 100, positive=True), Grade("中", 60, positive=True), Grade("差", 0, positive=False)))
NONE_POSITIVE = tuple(replace(grade, positive=False) for grade in GOOD.grades)


def changed(row: int, **fields: object) -> Scale:
    grades = list(GOOD.grades)
    grades[row] = replace(grades[row], **fields)  # type: ignore[arg-type]
    return replace(GOOD, grades=tuple(grades))


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES.keys())
def test_what_ships_is_a_scale(scale: Scale) -> None:
    check_scale(scale)


@pytest.mark.parametrize(
    ("code", "at", "scale"),
    [
        ("scale_grades_count", "grade-1", replace(GOOD, grades=GOOD.grades[:1])),
        ("scale_grades_count", "grade-1", replace(GOOD, grades=())),
        ("scale_grades_count", "grade-9", replace(GOOD, grades=GOOD.grades * 3)),
        ("scale_word_missing", "grade-2", changed(1, label="")),
        ("scale_word_too_long", "grade-3", changed(2, label="非常非常非常不满意")),
        ("scale_word_twice", "grade-2", changed(1, label="好")),
        ("scale_word_twice", "unknown", replace(GOOD, unknown="差")),
        ("scale_word_twice", "abstain", replace(GOOD, unknown="不了解", abstain="不 了解")),
        ("scale_word_missing", "abstain", replace(GOOD, abstain="")),
        ("scale_score_range", "score-1", changed(0, score=101)),
        ("scale_scores_fall", "score-2", changed(1, score=100)),
        ("scale_scores_fall", "score-3", changed(2, score=61)),
        (
            "scale_none_positive",
            "positive-1",
            replace(GOOD, grades=tuple(replace(g, positive=False) for g in GOOD.grades)),
        ),
        ("scale_all_positive", "positive-3", changed(2, positive=True)),
        ("scale_positive_order", "positive-1", changed(0, positive=False)),
    ],
)
def test_it_refuses_what_is_none_and_names_the_field(code: str, at: str, scale: Scale) -> None:
    with pytest.raises(DomainError) as refusal:
        check_scale(scale)
    assert (refusal.value.code, refusal.value.params["at"]) == (code, at)
    assert "%(" not in RULE_SENTENCES[code][1] % refusal.value.params


WORDS = st.text(alphabet="好中差满意 ", max_size=9)
GRADES = st.builds(Grade, WORDS, st.integers(-1, 101), st.booleans())
ANY = st.builds(Scale, st.just("own"), st.lists(GRADES, max_size=8).map(tuple), st.none() | WORDS, st.none() | WORDS)
SOUND = st.integers(MIN_GRADES, MAX_GRADES).flatmap(
    lambda count: st.builds(
        lambda scores, positives: Scale(
            "own",
            tuple(Grade(f"第{row}", score, row < positives) for row, score in enumerate(sorted(scores, reverse=True))),
        ),
        st.lists(st.integers(0, 100), min_size=count, max_size=count, unique=True),
        st.integers(1, count - 1),
    )
)


def refusal_of(scale: Scale) -> DomainError | None:
    try:
        check_scale(scale)
    except DomainError as refusal:
        return refusal
    return None


@given(ANY)
def test_what_passes_can_be_counted(scale: Scale) -> None:
    if refusal := refusal_of(scale):
        assert refusal.code in RULE_SENTENCES
        assert str(refusal.params["at"]).split("-")[0] in {"grade", "score", "positive", "unknown", "abstain"}
        return
    assert MIN_GRADES <= len(scale.grades) <= MAX_GRADES
    assert all(better.score > worse.score for better, worse in some(pairwise(scale.grades)))
    assert 0 < scale.positives < len(scale.grades)
    assert all(grade.positive for grade in some(scale.grades[: scale.positives]))
    assert len(set(scale.options)) == len(scale.options)
    assert all(scale.options)


@given(SOUND)
def test_what_is_sound_passes(scale: Scale) -> None:
    check_scale(scale)
