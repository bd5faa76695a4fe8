"""测评情况报告 in Word, from the result document and from nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from app.office.language import _, blank, listed, said, titled, told
from app.office.markup import TEXT_WIDTH, Column, Pictures, Style, joined, paragraph, paragraphs
from app.publication.charts import in_words, multiples_png, overall_chart
from app.publication.domain import notes_for
from app.publication.editions import Published
from app.reports.appendix import FEW_TOLD, counts, form_table
from app.reports.beside import composites_table, previous_table
from app.reports.called import sort_rated
from app.reports.chain_block import SHORT_CHAIN, chain_sentence, chain_table, counts_table, warnings_of
from app.reports.fields import ReportKind
from app.reports.findings import below, next_steps, opinions, problems, units_of_concern
from app.reports.language import about, notes_of_sums, round_named, signs_missing
from app.reports.report_data import (
    Figures,
    common_values,
    groups_table,
    items_table,
    meeting_block,
    method_block,
    rate_or_word,
    reasons_of,
)
from app.reports.ruled import ruled
from app.reports.scrutiny import Particulars, scrutiny_tables
from app.reports.templates import fill_template, template_in_words
from app.rounds.domain import Paper
from app.tally.document import Document, Section, Target, only_section, overall_of, parts_of
from app.tally.headed import MEAN, has_rates, single_head
from app.tally.headings import full_label
from app.tally.sums import sums_of
from app.tally.verdict import OF_CONCERN

OVERALL = "表 2　各单位总体评价（按机构序列，不作排名）"
UNITS_PER_CHART = 15
"""Up to here every unit has a row in the picture of all; more are drawn as a grid."""
FEW_UNITS = 3
"""Units of which all have a block of their own."""


def survey_report(
    result: Published, template: bytes | None, paper: Paper, particulars: Particulars, now: datetime
) -> bytes:
    """Return the 测评情况报告; ``paper`` is the round's frozen one."""
    document, pictures = result.document, Pictures()
    every = [_Told.of(part, pictures) for part in result.parts]
    values = {
        **common_values(result, _("%(title)s情况报告", title=document["round"]["title"]), particulars.number, now),
        "基本情况": joined([meeting_block(result), _basics(document, particulars)]),
        "需要关注的单位": _each(every, lambda one: units_of_concern(one.section)),
        "总体评价": joined(
            [
                counts_table(document),
                _each(every, lambda one: _overall(one, pictures)),
                composites_table(particulars.composites),
                previous_table(particulars.previous),
            ]
        ),
        "口径": _each(every, lambda one: method_block(one.result.document)),
        "各项评价": _each(every, lambda one: _details(one.result, one.figures, one.chosen)),
        "意见建议": opinions(document, [unit for one in every for unit in one.chosen], particulars.merged),
        "主要问题": _each(every, lambda one: problems(one.section)),
        "整改安排": _each(every, lambda one: next_steps(one.section)),
        "统计表": _each(every, lambda one: counts(one.section, one.chosen)),
        "测评表": form_table(paper),
        "监票情况": scrutiny_tables(document, _("附表")),
    }
    return fill_template(
        ReportKind.SURVEY, template or template_in_words(ReportKind.SURVEY, sort_rated(document)), values, pictures, now
    )


@dataclass(frozen=True, slots=True)
class _Told:
    """A section of a result on its way into the report: its figures, and the units that have blocks of their own."""

    result: Published
    figures: Figures
    chosen: list[Target]

    @property
    def section(self) -> Section:
        return self.result.section

    @classmethod
    def of(cls, result: Published, pictures: Pictures) -> "_Told":
        figures, chosen = Figures(result.section, pictures), units_told(result.section)
        figures.draw(part["total"] for unit in chosen for part in parts_of(unit))
        return cls(result, figures, chosen)


def _each(told: Sequence[_Told], write: Callable[[_Told], Markup]) -> Markup:
    """Write something of every section, each under its name where there are several."""
    if len(told) == 1:
        return write(told[0])
    return joined([part for one in told for part in (paragraph(one.section["noun"], Style.SUBHEADING), write(one))])


def _overall(one: _Told, pictures: Pictures) -> Markup:
    return joined([_overall_table(one.section, one.figures), _overall_charts(one.result.document, pictures)])


def _basics(document: Document, particulars: Particulars) -> Markup:
    facts = document["round"]
    forms = listed(titled(title) for title in dict.fromkeys(one["form_title"] for one in document["sections"]))
    circumstances = _(
        "测评时间：%(time)s。测评地点：%(place)s。测评方式：%(method)s。测评表为%(forms)s。",
        time=particulars.time or blank(),
        place=particulars.place or blank(),
        method=_(particulars.method) or blank(),
        forms=forms,
    )
    named = round_named(facts["campaign"], facts["title"])
    begin = _(
        "根据%(basis)s，%(organisation)s组织了%(named)s。",
        basis=particulars.basis or blank(),
        organisation=facts["organisation"],
        named=named,
    )
    return joined(
        [
            paragraph(begin),
            paragraph(circumstances),
            paragraph(chain_sentence(document)),
            paragraphs(_("提示：%(text)s。", text=said(text)) for text in warnings_of(document)),
            chain_table(document, SHORT_CHAIN, _("表 1　参评人员和计票链")),
        ]
    )


def units_told(section: Section) -> list[Target]:
    """Return the units worth more than a row of the overall table: those flagged; all where there are few."""
    units = section["targets"]
    return [unit for unit in units if len(units) <= FEW_UNITS or unit["verdict"]["code"] in OF_CONCERN]


def _overall_table(section: Section, figures: Figures) -> Markup:
    columns = [
        Column(_("序"), 8, Style.HEAD),
        Column(about(section["objects"], "单位"), 0, Style.CELL),
        *figures.columns(),
        Column(_("结论"), 15, Style.HEAD),
    ]
    rows = [
        [str(unit["position"]), unit["name"], *figures.cells(overall_of(unit)["total"]), unit["verdict"]["label"]]
        for unit in section["targets"]
    ]
    made = ruled(about(section["objects"], OVERALL), columns, rows)
    return joined([made, paragraphs(notes_of_sums(sums_of(section["targets"])), Style.NOTE)])


def _overall_charts(document: Document, pictures: Pictures) -> Markup:
    section = only_section(document)
    units = section["targets"]
    png = (
        in_words(overall_chart(document), told).png()
        if len(units) <= UNITS_PER_CHART
        else multiples_png(document, told)
    )
    words = about(
        section["objects"], "图 1　各单位总体评价的%(drawn)s", drawn=_("分布" if has_rates(section) else MEAN)
    )
    picture = pictures.run(png, TEXT_WIDTH, words)
    note = signs_missing(unit["name"] for unit in units)
    notes = [paragraph(note, Style.NOTE)] if note else []
    return joined([paragraph(words, Style.CAPTION), paragraph(picture, Style.PICTURE), *notes])


def _details(result: Published, figures: Figures, chosen: Sequence[Target]) -> Markup:
    """Return a block for each chosen unit, or one table where they are many, and where everything else is found."""
    sort = result.section["objects"]
    if len(chosen) > FEW_TOLD:
        rest = about(sort, "各项的分布、各类别的评价和其余单位见统计表（Excel）。")
        return joined([_matrix(result.section, chosen), paragraph(rest)])
    blocks = [_unit_block(result, figures, unit) for unit in chosen]
    others = len(result.section["targets"]) - len(chosen)
    rest = (
        about(sort, "其余 %(others)s 个单位的各项、各类别评价见统计表（Excel）。", others=others)
        if chosen
        else about(sort, "各单位的各项、各类别评价见统计表（Excel）。")
    )
    return joined([*blocks, *([paragraph(rest)] if others else [])])


def _matrix(section: Section, chosen: Sequence[Target]) -> Markup:
    """Return 满意率, or the mean, of every item of many units in one table."""
    labels = [full_label(item) for item in section["items"]]
    width = (TEXT_WIDTH - 55) / len(labels)
    columns = [
        Column(_("序"), 8, Style.HEAD),
        Column(about(section["objects"], "单位"), 0, Style.CELL),
        *(Column(label, width) for label in labels),
        Column(_("结论"), 13, Style.HEAD),
    ]
    rows = (
        [str(unit["position"]), unit["name"], *figures, unit["verdict"]["label"]]
        for unit in chosen
        for figures in [[rate_or_word(section, item["total"]) for item in unit["items"]]]
    )
    caption = about(section["objects"], "表 3　需补课和提醒的单位各项%(figure)s", figure=said(single_head(section)))
    return ruled(caption, columns, rows)


def _unit_block(result: Published, figures: Figures, unit: Target) -> Markup:
    place, name = unit["position"], unit["name"]
    return joined(
        [
            paragraph(
                _("%(place)s．%(name)s（%(word)s）", place=place, name=name, word=unit["verdict"]["label"]),
                Style.SUBHEADING,
            ),
            paragraphs([text for text in (reasons_of(unit["verdict"]),) if text], Style.LEAD),
            paragraphs(
                (
                    _("“%(item)s”%(word)s：%(why)s", item=item, word=ruling["label"], why=reasons_of(ruling))
                    for item, ruling in below(unit)
                ),
                Style.LEAD,
            ),
            paragraphs((_("提示：%(text)s。", text=said(text)) for text in notes_for(unit, result.scope)), Style.LEAD),
            items_table(figures, unit, _("%(name)s各项评价", name=name)),
            groups_table(result.section, unit, _("%(name)s各类别评价", name=name)),
        ]
    )
