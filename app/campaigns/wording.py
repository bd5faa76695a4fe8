"""The scheme in words: every figure is shown with its formula, so an official can read it before the vote."""

from collections.abc import Callable

from app.campaigns.domain import Denominator, Measure, Scheme

Translate = Callable[..., str]
Say = Callable[[str], str]
"""Says a name in the reader's language."""


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


def formula_words(scheme: Scheme, _: Translate, say: Say = str) -> str:
    """Return the formula of 满意率 as one line."""
    best = " + ".join(say(grade.label) for grade in scheme.scale.grades[: scheme.formula.top])
    return _("满意率 =（%(best)s）÷ %(base)s", best=best, base=denominator_words(scheme.formula.denominator, _))


def base_words(scheme: Scheme, _: Translate, say: Say = str) -> str:
    """Return what counts as 有效评价."""
    extra = _("、").join(say(label) for label in (scheme.scale.unknown, scheme.scale.abstain) if label)
    return _("有效评价不含“%(extra)s”。", extra=extra) if extra else _("全部评价都计入有效评价。")
