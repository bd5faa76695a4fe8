"""What stands behind the 测评情况报告: the counts of units, and the forms."""

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from app.campaigns.domain import Item
from app.campaigns.nouns import sort_of
from app.campaigns.sentences import score_text
from app.office.language import _, run_on, said, titled
from app.office.markup import Cell, Column, Spanning, Style, joined, paragraph, paragraphs
from app.reports.language import about
from app.reports.report_data import rows_of
from app.reports.ruled import ruled
from app.rounds.domain import Paper
from app.rounds.domain import Section as AskedSection
from app.tally.document import Section, Target, parts_of
from app.tally.headed import SCORE, head_of, is_judged_by_points
from app.tally.headings import INDENT
from app.tally.shown import NO_FIGURE, figure_text
from app.tally.shown import Cell as FigureCell

FEW_TOLD = 8
"""Blocks up to which each flagged unit has one, not a row of a table."""


def counts(section: Section, chosen: Sequence[Target]) -> Markup:
    """Return the counts of the chosen units; of many, and of the others, the workbook has them."""
    told = chosen if len(chosen) <= FEW_TOLD else []
    whole = len(told) == len(section["targets"])
    where = "其余单位各项的份数见统计表（Excel）。" if told else "各单位各项的份数见统计表（Excel）。"
    rest = [] if whole else [about(section["objects"], where)]
    return joined([*(_counts_table(section, unit) for unit in told), paragraphs(rest)])


def _counts_table(section: Section, unit: Target) -> Markup:
    scale = section["scale"]
    others = [label for label in (scale["unknown"], scale["abstain"]) if label is not None]
    columns = [
        Column(_("指标"), 0, Style.CELL),
        *(Column(grade["label"], 15) for grade in scale["grades"]),
        Column(_("有效"), 15),
        *(Column(label, 15) for label in others),
        Column(_("回答"), 15),
        Column(said(head_of(section) if is_judged_by_points(section) else SCORE), 16),
    ]
    told = (len(scale["grades"]), len(others))
    rows = rows_of(parts_of(unit), columns, lambda part: _counted(part["total"], *told))
    return ruled(_("%(place)s．%(name)s（份）", place=unit["position"], name=unit["name"]), columns, rows)


def _counted(cell: FigureCell, grades: int, others: int) -> list[Cell]:
    if not cell["shown"]:
        return [_("不显示")] * (grades + others + 3)
    rows = cell["distribution"]
    texts = [*(_count(row["count"]) for row in rows), *[NO_FIGURE] * (grades - len(rows))]
    extra = [_count(other["count"]) for other in (cell["unknown"], cell["abstain"]) if other is not None]
    return [*texts, cell["valid"]["text"], *extra, cell["answered"]["text"], figure_text(cell["mean_score"])]


def _count(count: int | None) -> str:
    return NO_FIGURE if count is None else str(count)


def form_table(paper: Paper) -> Markup:
    """Return the forms as they were filled in."""
    sort = sort_of([section.objects for section in paper.sections])
    remarks = about(sort, "每个单位另有“意见和建议”一栏，可以不填。") if paper.remarks else ""
    note = paragraph(run_on([_("无记名填写。"), remarks]), Style.NOTE)
    return joined([*(_form_of(section) for section in paper.sections), note])


def _answers(item: Item, grades: Sequence[str]) -> list[Cell]:
    """Return a box for each grade, of which an item may have fewer of its own, or how it is answered in points."""
    if item.score:
        return [Spanning(said(score_text(item.score)), len(grades))]
    words = item.words or grades
    return [*(f"□{word}" for word in words), *[NO_FIGURE] * (len(grades) - len(words))]


def _form_of(section: AskedSection) -> Markup:
    scale = section.scheme.scale
    grades = [_("打分")] if all(item.score for item in section.items) else [grade.label for grade in scale.grades]
    others = [label for label in (scale.unknown, scale.abstain) if label is not None]
    heads = (Column(label, 18, Style.HEAD) for label in (*grades, *others))
    boxes = [f"□{label}" for label in others]
    columns = [Column(_("指标"), 0, Style.CELL), *heads]
    rows: list[list[Cell]] = []
    for heading, items in groupby(section.items, key=lambda item: item.heading):
        indent = INDENT if heading else ""
        rows += [[Spanning(heading, len(columns))]] if heading else []
        rows += [[indent + item.label, *_answers(item, grades), *boxes] for item in items]
    return ruled(titled(section.form_title), columns, rows)
