"""The figure by which a cell is known, and what stands at the head of such figures: 满意率, or the mean of points.

Every output takes both from here, so that none prints 满意率 over a mean or a dash where points were told.
"""

from collections.abc import Iterable
from typing import Final

from app.campaigns.domain import Measure
from app.tally.document import BandSection, Section
from app.tally.shown import NO_FIGURE, ShownCell, figure_text

RATE: Final = "满意率"
DISSATISFIED: Final = "不满意率"
MEAN: Final = "平均分"
SCORE: Final = "综合得分"


def in_points(cell: ShownCell) -> bool:
    """Whether nothing is told of a cell but the mean of points."""
    return cell["satisfied_rate"]["text"] == NO_FIGURE and cell["mean_score"] is not None


def mean_text(cell: ShownCell) -> str:
    """Return the mean of a cell with its unit; a dash where it is not told."""
    mean = cell["mean_score"]
    return NO_FIGURE if mean is None else f"{mean['text']} 分"


def headline(cell: ShownCell) -> str:
    """Return the figure by which a cell is known wherever it stands: 满意率, or of points their mean."""
    return mean_text(cell) if in_points(cell) else cell["satisfied_rate"]["text"]


def is_judged_by_points(section: Section | BandSection) -> bool:
    """Whether means, not rates, decide about what was rated."""
    return section["kind"] == "scores"


def has_rates(section: Section | BandSection) -> bool:
    """Whether anything was answered in grades, so that there are rates."""
    return not is_judged_by_points(section) or not all(_asked_in_points(section))


def has_means(section: Section | BandSection) -> bool:
    """Whether anything was answered in points, so that tables need a column of means."""
    return is_judged_by_points(section) or any(_asked_in_points(section))


def _asked_in_points(section: Section | BandSection) -> list[bool]:
    """Return of each item whether it was answered in points; bands do not tell of items."""
    return ["score" in item for item in section.get("items", [])] or [False]


def head_of(section: Section | BandSection) -> str:
    """Return what the figure that decides is called: 满意率, 平均分, or 综合得分 where some items have grades."""
    return heads_of(section)[0]


def common_head(sections: Iterable[Section | BandSection]) -> str:
    """Return what that figure is called in all of some sections; empty where it is not the same in all."""
    heads = {head_of(section) for section in sections}
    return heads.pop() if len(heads) == 1 else ""


def heads_of(section: Section | BandSection) -> tuple[str, ...]:
    """Return what the figures of ``figures_of`` are called."""
    rates = (RATE, DISSATISFIED) if has_rates(section) else ()
    means = (SCORE if rates else MEAN,) if has_means(section) else ()
    return (*means, *rates) if is_judged_by_points(section) else (*rates, *means)


def figures_of(section: Section | BandSection, cell: ShownCell) -> tuple[str, ...]:
    """Return the figures of a cell as its section's tables print them, the one that decides first."""
    told = (cell["satisfied_rate"], cell["dissatisfied_rate"]) if has_rates(section) else ()
    rates = tuple(figure_text(rate) for rate in told)
    means = (mean_text(cell),) if has_means(section) else ()
    return (*means, *rates) if is_judged_by_points(section) else (*rates, *means)


def main_of(section: Section | BandSection, cell: ShownCell) -> str:
    """Return the one figure of a cell where a table has no more: under ``single_head``."""
    return mean_text(cell) if is_judged_by_points(section) else headline(cell)


def single_head(section: Section | BandSection) -> str:
    """Return what the figures of a table are called that has one for each cell."""
    mixed = has_means(section) and not is_judged_by_points(section)
    return f"{RATE}（打分的为{MEAN}）" if mixed else head_of(section)


def measure_in(section: Section) -> tuple[Measure, str]:
    """Return on which figure a section's lines are drawn, and what it is called."""
    if is_judged_by_points(section):
        return Measure.MEAN_SCORE, head_of(section)
    return Measure(section["formula"]["measure"]), section["formula"]["measure_label"]
