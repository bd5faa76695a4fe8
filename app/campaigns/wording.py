"""Names of what is chosen on the pages of a scheme."""

from collections.abc import Callable

from app.campaigns.domain import Denominator, Measure

Translate = Callable[..., str]


def denominator_words(denominator: Denominator, _: Translate) -> str:
    """Return what the rates are divided by."""
    return {
        Denominator.VALID: _("有效评价"),
        Denominator.RETURNED: _("收回票数"),
        Denominator.PRESENT: _("到会人数"),
        Denominator.EXPECTED: _("应参加人数"),
    }[denominator]


def measure_words(measure: Measure, _: Translate) -> str:
    """Name the figure that the lines are drawn on."""
    return {
        Measure.SATISFIED_RATE: _("满意率"),
        Measure.POSITIVE_RATE: _("总体满意率"),
        Measure.MEAN_SCORE: _("综合得分"),
    }[measure]
