"""测评情况报告 in Word, from the result document and from nothing else."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from app.campaigns.domain import ANSWERING, Objects
from app.campaigns.nouns import called
from app.core.printable import signs_missing
from app.office.markup import TEXT_WIDTH, Column, Pictures, Style, joined, paragraph, paragraphs, table
from app.publication.charts import multiples_png, overall_chart
from app.publication.domain import notes_for, units_of_verdict, units_with_remarks
from app.publication.editions import Published
from app.reports.appendix import FEW_TOLD, counts, form_table
from app.reports.beside import composites_table, previous_table
from app.reports.called import sort_rated
from app.reports.fields import ReportKind
from app.reports.naming import round_in_campaign
from app.reports.report_data import (
    BLANK,
    SHORT_CHAIN,
    Figures,
    chain_sentence,
    chain_table,
    common_values,
    counts_table,
    fitted,
    groups_table,
    items_table,
    meeting_block,
    method_block,
    rate_or_word,
    reasons_of,
    remarks_block,
    warnings_of,
)
from app.reports.scrutiny import Particulars, scrutiny_tables
from app.reports.templates import fill_template, worded_template
from app.rounds.domain import Paper
from app.rounds.ports import Merged
from app.tally.document import Document, Section, Target, every_target, only_section, overall_of, parts_of
from app.tally.headed import MEAN, has_rates, single_head
from app.tally.shown import Ruling
from app.tally.sums import sum_lines, sums_of
from app.tally.verdict import Verdict
from app.tally.words import word_for, word_rows

OVERALL = "表 2　各单位总体评价（按机构序列，不作排名）"
UNITS_PER_CHART = 15
"""Up to here every unit has a row in the picture of all; more are drawn as a grid."""
FEW_UNITS = 3
"""Units of which all have a block of their own."""
REMARKS_LISTED, REMARKS_OF_MANY, MOST_HEARD = 10, 3, 20

_FLAGGED = (Verdict.REMEDIAL, Verdict.ATTENTION)


def survey_report(
    result: Published, template: bytes | None, paper: Paper, particulars: Particulars, now: datetime
) -> bytes:
    """Return the 测评情况报告; ``paper`` is the round's frozen one."""
    document, about, pictures = result.document, result.document["round"], Pictures()
    told = [_Told.of(part, pictures) for part in result.parts]
    values = {
        **common_values(result, f"{about['title']}情况报告", particulars.number, now),
        "基本情况": joined([meeting_block(result), _basics(document, particulars)]),
        "需要关注的单位": _each(told, lambda one: _units_of_concern(one.section)),
        "总体评价": joined(
            [
                counts_table(document),
                _each(told, lambda one: _overall(one, pictures)),
                composites_table(particulars.composites),
                previous_table(particulars.previous),
            ]
        ),
        "口径": _each(told, lambda one: method_block(one.result.document)),
        "各项评价": _each(told, lambda one: _details(one.result, one.figures, one.chosen)),
        "意见建议": _opinions(document, [unit for one in told for unit in one.chosen], particulars.merged),
        "主要问题": _each(told, lambda one: _problems(one.section)),
        "整改安排": _each(told, lambda one: _next_steps(one.section)),
        "统计表": _each(told, lambda one: counts(one.section, one.chosen)),
        "测评表": form_table(paper),
        "监票情况": scrutiny_tables(document, "附表"),
    }
    return fill_template(ReportKind.SURVEY, template or worded_template(sort_rated(document)), values, pictures, now)


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
    about = document["round"]
    forms = "、".join(f"《{title}》" for title in dict.fromkeys(one["form_title"] for one in document["sections"]))
    circumstances = (
        f"测评时间：{particulars.time or BLANK}。测评地点：{particulars.place or BLANK}。"
        f"测评方式：{particulars.method or BLANK}。测评表为{forms}。"
    )
    named = round_in_campaign(about["campaign"], about["title"])
    begin = f"根据{particulars.basis or BLANK}，{about['organisation']}组织了{named}。"
    return joined(
        [
            paragraph(begin),
            paragraph(circumstances),
            paragraph(chain_sentence(document)),
            paragraphs(f"提示：{text}。" for text in warnings_of(document)),
            chain_table(document, SHORT_CHAIN, "表 1　参评人员和计票链"),
        ]
    )


def units_told(section: Section) -> list[Target]:
    """Return the units worth more than a row of the overall table: those flagged; all where there are few."""
    units = section["targets"]
    return [unit for unit in units if len(units) <= FEW_UNITS or unit["verdict"]["code"] in _FLAGGED]


def _units_of_concern(section: Section) -> Markup:
    counts = [row for row in word_rows(section) if row["code"] != Verdict.INVALID]
    numbers = "，".join(f"{row['label']} {row['count']} 个" for row in counts)
    lines = [
        f"{word_for(section, verdict)}：{'、'.join(unit['name'] for unit in found)}。"
        for verdict in (*_FLAGGED, Verdict.TOO_FEW, Verdict.INVALID)
        if (found := units_of_verdict(section, verdict))
    ]
    first = "以下单位需要关注，按机构序列列出，不作排名。" if lines else "没有需要关注的单位。"
    has_remarks = any(unit["remarks"]["shown"] for unit in section["targets"])
    heard = "群众的意见和建议见第三部分，原因见第四部分。" if has_remarks else ""
    return joined([paragraph(called(section["objects"], f"各单位结论：{numbers}。{first}{heard}")), paragraphs(lines)])


def _overall_table(section: Section, figures: Figures) -> Markup:
    columns = [
        Column("序", 8, Style.HEAD),
        Column(called(section["objects"], "单位"), 0, Style.CELL),
        *figures.columns(),
        Column("结论", 15, Style.HEAD),
    ]
    rows = [
        [str(unit["position"]), unit["name"], *figures.cells(overall_of(unit)["total"]), unit["verdict"]["label"]]
        for unit in section["targets"]
    ]
    made = table(called(section["objects"], OVERALL), fitted(columns), rows)
    return joined([made, paragraphs(sum_lines(sums_of(section["targets"])), Style.NOTE)])


def _overall_charts(document: Document, pictures: Pictures) -> Markup:
    section = only_section(document)
    units = section["targets"]
    png = overall_chart(document).png() if len(units) <= UNITS_PER_CHART else multiples_png(document)
    drawn = "分布" if has_rates(section) else MEAN
    words = called(section["objects"], f"图 1　各单位总体评价的{drawn}")
    picture = pictures.run(png, TEXT_WIDTH, words)
    note = signs_missing(unit["name"] for unit in units)
    told = [paragraph(note, Style.NOTE)] if note else []
    return joined([paragraph(words, Style.CAPTION), paragraph(picture, Style.PICTURE), *told])


def _details(result: Published, figures: Figures, chosen: Sequence[Target]) -> Markup:
    """Return a block for each chosen unit, or one table where they are many, and where everything else is found."""
    sort = result.section["objects"]
    if len(chosen) > FEW_TOLD:
        rest = called(sort, "各项的分布、各类别的评价和其余单位见统计表（Excel）。")
        return joined([_matrix(result.section, chosen), paragraph(rest)])
    blocks = [_unit_block(result, figures, unit) for unit in chosen]
    others = len(result.section["targets"]) - len(chosen)
    whose = f"其余 {others} 个单位" if chosen else "各单位"
    rest = called(sort, f"{whose}的各项、各类别评价见统计表（Excel）。")
    return joined([*blocks, *([paragraph(rest)] if others else [])])


def _matrix(section: Section, chosen: Sequence[Target]) -> Markup:
    """Return 满意率, or the mean, of every item of many units in one table."""
    labels = [item["label"] for item in section["items"]]
    width = (TEXT_WIDTH - 55) / len(labels)
    columns = [
        Column("序", 8, Style.HEAD),
        Column(called(section["objects"], "单位"), 0, Style.CELL),
        *(Column(label, width) for label in labels),
        Column("结论", 13, Style.HEAD),
    ]
    rows = (
        [str(unit["position"]), unit["name"], *figures, unit["verdict"]["label"]]
        for unit in chosen
        for figures in [[rate_or_word(section, item["total"]) for item in unit["items"]]]
    )
    caption = called(section["objects"], f"表 3　需补课和提醒的单位各项{single_head(section)}")
    return table(caption, fitted(columns), rows)


def _unit_block(result: Published, figures: Figures, unit: Target) -> Markup:
    place, name = unit["position"], unit["name"]
    return joined(
        [
            paragraph(f"{place}．{name}（{unit['verdict']['label']}）", Style.SUBHEADING),
            paragraphs([text for text in (reasons_of(unit["verdict"]),) if text], Style.LEAD),
            paragraphs(
                (f"“{item}”{ruling['label']}：{reasons_of(ruling)}" for item, ruling in _below(unit)), Style.LEAD
            ),
            paragraphs((f"提示：{text}。" for text in notes_for(unit, result.scope)), Style.LEAD),
            items_table(figures, unit, f"{name}各项评价"),
            groups_table(result.section, unit, f"{name}各类别评价"),
        ]
    )


def _below(unit: Target) -> list[tuple[str, Ruling]]:
    """Return the items that are below lines of their own, by their labels."""
    ruled = [(item["label"], item["verdict"]) for item in unit["items"]]
    return [(item, ruling) for item, ruling in ruled if ruling is not None and ruling["code"] in _FLAGGED]


def _opinions(document: Document, chosen: Sequence[Target], merged: Merged) -> Markup:
    remark_k, every, sort = document["round"]["remark_k"], units_with_remarks(document), sort_rated(document)
    few = len(every) <= FEW_TOLD
    heard = every if few else [unit for unit in chosen if unit["remarks"]["shown"]][:MOST_HEARD]
    blocks = [paragraph(line) for line in _issues(document, merged)]
    for unit in heard if few else ():
        blocks.append(paragraph(unit["name"], Style.SUBHEADING))
        blocks.append(remarks_block(unit, remark_k, REMARKS_LISTED))
    if not few:
        told = f"下面每个单位列出 {REMARKS_OF_MANY} 条，全部意见见统计表（Excel）。顺序随机，与任何一张票无关。"
        blocks.append(paragraph(called(sort, told)))
        blocks.append(paragraphs(map(_few_remarks, heard), Style.REMARK))
    if len(every) < sum(1 for _ in every_target(document)):
        whose = "其余单位" if every else "各单位"
        blocks.append(paragraph(called(sort, f"{whose}没有意见，或不足 {remark_k} 条，为保护匿名不显示。")))
    return joined(blocks)


def _few_remarks(unit: Target) -> str:
    texts = "；".join(text.rstrip("。；") for text in unit["remarks"]["texts"][:REMARKS_OF_MANY])
    return f"{unit['name']}（共 {unit['remarks']['count']} 条）：{texts}。"


def _issues(document: Document, merged: Merged) -> Iterator[str]:
    """Yield into which issues opinions were merged, each with the number of its opinions and its units."""
    if not merged.issues:
        return
    rest = f"，{merged.unsorted} 条尚未归并" if merged.unsorted else ""
    rest += f"，{merged.aside} 条经研究未采纳" if merged.aside else ""
    yield f"共征求到意见和建议 {merged.opinions} 条，归并为以下 {len(merged.issues)} 个问题{rest}。"
    for place, issue in enumerate(merged.issues, start=1):
        names = "、".join(unit["name"] for unit in every_target(document) if unit["id"] in issue.units)
        yield f"{place}．{issue.title}（{issue.opinions} 条{f'，涉及{names}' if names else ''}）"


def _problems(section: Section) -> Markup:
    """Return every reason once, with the units that it holds of."""
    found: dict[str, list[str]] = {}
    for unit in (*(unit for verdict in _FLAGGED for unit in units_of_verdict(section, verdict)), *_rest(section)):
        told = [reasons_of(unit["verdict"])] if unit["verdict"]["code"] in _FLAGGED else []
        for reason in [*told, *(f"“{item}”{reasons_of(ruling)}" for item, ruling in _below(unit))]:
            found.setdefault(reason.removesuffix("。"), []).append(unit["name"])
    lines = [
        f"{reason}（{called(section['objects'], f'{len(names)} 个单位')}）：{'、'.join(names)}。"
        for reason, names in found.items()
    ]
    return paragraphs(lines or [called(section["objects"], "没有单位或指标低于规定的线。")])


def _rest(section: Section) -> list[Target]:
    return [unit for unit in section["targets"] if unit["verdict"]["code"] not in _FLAGGED]


def _next_steps(section: Section) -> Markup:
    """Return what is to be done; of who does not answer to 补课 the rule says what follows from a word."""
    sort = section["objects"]
    remedial, attention = ([unit["name"] for unit in units_of_verdict(section, verdict)] for verdict in _FLAGGED)
    blocks: list[Markup] = []
    if Objects(sort) not in ANSWERING:
        return paragraphs(_consequences(section))
    if remedial:
        words = (
            f"对结论为“{word_for(section, Verdict.REMEDIAL)}”的单位，建议责令补课、限期整改，"
            "整改后由原类别人员复测。整改方案应明确内容、目标和时限、措施、责任，并作出公开承诺。时限由组织单位审定后填写。"
        )
        blocks += [paragraph(called(sort, words)), _deadlines(sort, remedial)]
    if attention:
        words = f"对结论为“{word_for(section, Verdict.ATTENTION)}”的单位，建议对照测评结果和群众意见自查整改："
        blocks.append(paragraph(called(sort, words) + f"{'、'.join(attention)}。"))
    if not blocks:
        blocks.append(paragraph(called(sort, "各单位继续对照群众的意见和建议改进工作，防止盲目攀比、片面追求高分。")))
    return joined(blocks)


def _consequences(section: Section) -> Iterator[str]:
    """Yield each word that was given to anybody who needs attention, with what follows from it."""
    for verdict in _FLAGGED:
        units = list(units_of_verdict(section, verdict))
        for word in dict.fromkeys(unit["verdict"]["label"] for unit in units):
            named = [unit for unit in units if unit["verdict"]["label"] == word]
            follows = named[0]["verdict"].get("consequence", "")
            yield f"结论为“{word}”的：{'、'.join(unit['name'] for unit in named)}。{f'{follows}。' if follows else ''}"


def _deadlines(sort: str, names: Iterable[str]) -> Markup:
    heads = ("整改方案报送时限", "整改完成时限", "复测时间", "责任领导")
    columns = [Column(called(sort, "单位"), 0, Style.CELL), *(Column(head, 27) for head in heads)]
    return table("补课安排", fitted(columns), ([name, *("" for _ in heads)] for name in names))
