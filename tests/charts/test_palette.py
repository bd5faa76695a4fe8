"""Grades are told apart, and every text on them can be read."""

from itertools import pairwise

import pytest

from app.charts.palette import INK, MUTED, PAPER, Kind, contrast, grade_colours, looks

READABLE = 4.5


def test_it_works() -> None:
    """The four grades of the usual scale have the four tokens."""
    assert grade_colours(4) == ("#1b7f79", "#6aa84f", "#d9a93a", "#c2553d")


@pytest.mark.parametrize("n_grades", [0, 7])
def test_it_refuses_scales_it_has_no_colours_for(n_grades: int) -> None:
    """Rather than repeat a colour."""
    with pytest.raises(ValueError, match="no colours"):
        grade_colours(n_grades)


def test_it_refuses_an_unknown_kind() -> None:
    """A slip of the pen is not painted grey."""
    with pytest.raises(ValueError, match="blank"):
        looks(("grade", "blank"))


def test_contrast_follows_wcag() -> None:
    """The two ends of the measure and one published middle value."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#1b7f79", "#1b7f79") == 1


@pytest.mark.parametrize("n_grades", range(1, 7))
def test_text_is_readable_on_every_colour(n_grades: int) -> None:
    """4.5:1 as in WCAG AA, for the grades, 不了解 and 弃权."""
    for look in looks((*[Kind.GRADE] * n_grades, Kind.UNKNOWN, Kind.ABSTAIN)):
        assert contrast(look.text, look.fill) >= READABLE, look


def test_text_is_readable_on_paper() -> None:
    """Labels and the scale's figures."""
    assert min(contrast(INK, PAPER), contrast(MUTED, PAPER)) >= READABLE


@pytest.mark.parametrize("n_grades", range(1, 7))
def test_options_differ_without_colour(n_grades: int) -> None:
    """Neighbours differ by pattern or by lightness, and no two options share both fill and pattern."""
    painted = looks((*[Kind.GRADE] * n_grades, Kind.UNKNOWN, Kind.ABSTAIN))
    assert len({(look.fill, look.hatch) for look in painted}) == len(painted)
    for one, other in pairwise(painted):
        assert one.hatch != other.hatch or contrast(one.fill, other.fill) > 1.2


@pytest.mark.parametrize("n_grades", range(2, 7))
def test_ladders_run_from_teal_to_brick(n_grades: int) -> None:
    """Best and worst look the same on every scale."""
    colours = grade_colours(n_grades)
    assert (colours[0], colours[-1], len(set(colours))) == ("#1b7f79", "#c2553d", n_grades)
