"""Sheets of the workbook that not every result has: counts of an announced round, and what stands beside the votes."""

from collections.abc import Sequence

from app.office.language import _, clauses, said
from app.publication.announced import beside_word, slides_of
from app.publication.composite_rows import Composites
from app.publication.editions import Published
from app.publication.previous import PREVIOUS_HEADS, PREVIOUS_NOTE, Before
from app.reports.language import award_of, before_cells
from app.reports.worksheet import LONG, NARROW, PLACE, SUM, WIDE, Table, Value


def composites_sheet(composites: Composites, table: Table) -> None:
    """Write scores as texts: what is a range is no number, and nothing is to be added up again."""
    judged = bool(composites.rule)
    heads, widths = [_("综合评价结论")] * judged, [WIDE] * judged
    table.head([_("对象"), _("综合评价得分"), *heads, _("各部分"), _("组织评定")], [WIDE, NARROW, *widths, LONG, WIDE])
    for row in composites.rows:
        word: list[Value] = [said(row.conclusion_text)] if judged else []
        table.row([said(row.name), row.score or said(row.why), *word, said(row.parts_text), award_of(row)])
    given = clauses(f"{said(word)} {count}" for word, count in composites.given)
    told = ((_("算法"), composites.formula_in(said)), (_("判定规则"), said(composites.rule)), (_("合计"), given))
    for name, text in told:
        if text:
            table.row([name, None, *[None] * judged, text])


def previous_sheet(previous: Sequence[Before], table: Table) -> None:
    """Write what came out last time beside what came out now."""
    table.head([_(head) for head in PREVIOUS_HEADS], [WIDE, WIDE, WIDE, LONG, NARROW])
    for row in previous:
        table.row(before_cells(row))
    table.row([_(PREVIOUS_NOTE)])


def counts_sheet(table: Table, result: Published) -> None:
    """Write the counts of an announced round: one row for every option of whatever was asked."""
    heads = ("序", "对象", "指标", "选项", "票数", "占比", "有效", "结论", "后续", "主办单位", "分表", SUM)
    table.head([_(head) for head in heads], [PLACE, WIDE, WIDE, NARROW])
    for slide in slides_of(result.document):
        told = (slide.word, beside_word(slide), slide.responsible, slide.part)
        word: list[Value] = [said(text) or None for text in told]
        for part in slide.asked:
            lead: list[Value] = [slide.position, slide.name, part.label]
            for one in part.options:
                count = int(one.count) if one.count else None
                valid = int(part.valid) if part.valid.isdecimal() else part.valid
                table.row([*lead, said(one.label), count, one.share, valid, *word, said(part.note) or None])
            if part.text:
                table.row([*lead, said(part.text), None, None, None, *word])
