"""A published result as an Excel workbook: text is always text, exact figures are numbers, there is no formula."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, repeat
from typing import Final

import xlsxwriter

from app.campaigns.nouns import called, sort_of
from app.core.chinese import chinese_time
from app.office.books import written
from app.office.workbook import plain
from app.publication.announced import beside_word, slides_of
from app.publication.composite_rows import Composites
from app.publication.domain import has_intervals, notes_for, units_with_remarks
from app.publication.editions import Published
from app.publication.previous import PREVIOUS_HEADS, PREVIOUS_NOTE, Before
from app.reports.worksheet import (
    LONG,
    NARROW,
    PLACE,
    TELLING,
    WIDE,
    Table,
    Value,
    formats_of,
    set_up_print,
)
from app.tally.by_section import SectionCounted, SectionUncounted
from app.tally.document import Section, extent_of, overall_of
from app.tally.facts import texts_of
from app.tally.headed import DISSATISFIED, MEAN, RATE, SCORE, has_rates
from app.tally.shown import (
    RETURNS,
    SLIPS,
    Cell,
    ChainRow,
    GroupRow,
    ItemTable,
    MergedRow,
    Ruling,
    ShownCell,
    participation_rate,
)
from app.tally.sums import sum_of
from app.tally.wording import CHAIN
from app.tally.words import word_rows

ORDER: Final = "单位按机构序列排列，不作排名"
SUM: Final = "占比合计"
"""Heads what printed shares add up to, where that is not the whole."""
_NAME_SIGNS: Final = 31


def result_workbook(result: Published, composites: Composites | None = None, previous: Sequence[Before] = ()) -> bytes:
    """Return the workbook's bytes: 汇总、计票链、各单位、各指标、各类别、意见、口径; what stands beside where it does.

    各单位 is 各位同志, 各项目 or 各报告 where these were rated.

    Where a round has several sections, each has sheets of its own for its units, items, groups and rules.
    """
    beside: list[tuple[str, Callable[[Table], None]]] = []
    if composites is not None:
        beside.append(("综合评价", partial(_composites, composites)))
    if previous:
        beside.append(("与上次结果", partial(_previous, previous)))
    return written(lambda book: _fill(book, result, beside))


def _fill(book: xlsxwriter.Workbook, result: Published, beside: Sequence[tuple[str, Callable[[Table], None]]]) -> None:
    title = plain(result.document["round"]["title"])
    book.set_properties({"title": title, "created": result.published_at})
    formats = formats_of(book)
    order = called(sort_of([section["objects"] for section in result.document["sections"]]), ORDER)
    for name, fill, part in _sheets(result):
        sheet = book.add_worksheet(name)
        set_up_print(sheet, title, result.footer, order)
        fill(Table(sheet, formats), part)
    for name, write in beside:
        sheet = book.add_worksheet(name)
        set_up_print(sheet, title, result.footer, order)
        write(Table(sheet, formats))


def _sheets(result: Published) -> Iterator[tuple[str, Callable[[Table, Published], None], Published]]:
    """Yield the sheets with their names, each with what it is filled from."""
    parts = result.parts
    announced = ("公开计票", _counts, False)
    for name, fill, is_of_section in (_SHEETS[0], announced, *_SHEETS[1:]) if extent_of(result.document) else _SHEETS:
        if not is_of_section:
            yield name, fill, result
        elif len(parts) == 1:
            yield called(parts[0].section["objects"], name), fill, parts[0]
        else:
            for number, part in enumerate(parts, start=1):
                rated = called(part.section["objects"], name)
                yield _sheet_name(number, part.section["noun"], rated), fill, part


def _sheet_name(number: int, noun: str, name: str) -> str:
    """Return a name that no other sheet has and Excel takes: 31 signs at most, without those of addresses."""
    clean = "".join(sign for sign in noun if sign not in "[]:*?/\\'")
    return f"{number} {clean[: _NAME_SIGNS - len(name) - 4]} {name}"


def _figure_heads(section: Section) -> list[str]:
    scale = section["scale"]
    grades = [grade["label"] for grade in scale["grades"]]
    others = [f"{label}率" for label in (scale["unknown"], scale["abstain"]) if label is not None]
    interval = ["满意率可能区间"] if has_intervals(section) else []
    rates = [RATE, *interval, "总体满意率", DISSATISFIED] if has_rates(section) else []
    return [*grades, *rates, SCORE if rates else MEAN, "有效（人）", *others, "等次用语", SUM]


def _figures(section: Section, cell: Cell) -> list[Value]:
    """Return the figures of a cell under ``_figure_heads``; of a hidden cell only the words that say so."""
    if not cell["shown"]:
        return [cell["text"]]
    grades = section["scale"]["grades"]
    rows = cell["distribution"]
    shares: list[Value] = [*(row["share"] for row in rows), *[None] * (len(grades) - len(rows))]
    others = [other for other in (cell["unknown"], cell["abstain"]) if other is not None]
    labels = "/".join(row["label"] for row in rows)
    return [
        *shares,
        *_rates(section, cell),
        cell["mean_score"],
        cell["valid"],
        *(other["rate"] for other in others),
        labels if labels != "/".join(grade["label"] for grade in grades) else None,
        sum_of(cell) or None,
    ]


def _rates(section: Section, cell: ShownCell) -> list[Value]:
    if not has_rates(section):
        return []
    interval = cell["interval"]
    spread: list[Value] = [interval["text"] if interval else None] if has_intervals(section) else []
    return [cell["satisfied_rate"], *spread, cell["positive_rate"], cell["dissatisfied_rate"]]


def _summary(table: Table, result: Published) -> None:
    document = result.document
    about = document["round"]
    table.head(["项目", "内容"], [WIDE, LONG])
    table.row(["名称", f"{about['title']}（演练）" if about["rehearsal"] else about["title"]])
    table.row(["主办单位", about["organisation"]])
    table.row(["活动", about["campaign"]])
    for part in result.parts:
        table.row(["测评表", part.section["form_title"]])
    table.row(["公布时间", chinese_time(result.published_at)])
    table.row(["核验码", result.code])
    if result.root:
        table.row(["票箱指纹", f"{result.signs}　{result.root}"])
    table.row(["版本", f"第 {result.version} 版"])
    if result.reason:
        table.row(["更正理由", result.reason])
    for label, text in result.meeting.lines():
        table.row([label, text])
    if "disclosure" in about:
        table.row(["公布到什么程度", about["disclosure"]["text"]])
    for label, count in (row for part in result.parts for row in _verdict_rows(part.section)):
        table.row([label, count])
    for warning in [*document["chain"]["warnings"], *document["notes"]]:
        table.row(["提示", warning["text"]])


def _verdict_rows(section: Section) -> list[tuple[str, int]]:
    return [(f"{row['label']}（{section['noun']}数）", row["count"]) for row in word_rows(section)]


def _chain(table: Table, result: Published) -> None:
    chain = result.document["chain"]
    table.head(["类别", *CHAIN.values()], [TELLING])
    for group in chain["groups"]:
        table.row([group["name"], *_chain_row(group)])
    table.row(["合计", *_chain_row(chain["total"])])
    for section in chain.get("sections", ()):
        table.row([f"分表“{section['noun']}”", *_section_row(section)])


def _chain_row(row: ChainRow) -> list[Value]:
    slips = [row[key] for key in SLIPS]
    if "returned" not in row:
        return [*slips, *(["不显示"] if not row["shown"] else [])]
    rates = (row["return_rate"], participation_rate(row))
    return [*slips, *(row[key] for key in RETURNS), row.get("present"), row.get("not_voted"), *rates]


def _section_row(row: SectionCounted | SectionUncounted) -> list[Value]:
    """Return the ballots of a section under the heads of the chain: slips are the round's, not its sections'."""
    slips: list[Value] = [None] * len(SLIPS)
    return [*slips, row["returned"], row["valid"], row["invalid"]] if "returned" in row else [*slips, "不显示"]


def _by_unit(table: Table, result: Published) -> None:
    section = result.section
    heads = ["序", called(section["objects"], "单位"), "结论", "原因和提示", *_figure_heads(section)]
    table.head(heads, [PLACE, WIDE, NARROW, TELLING])
    for unit in section["targets"]:
        told = [*_reasons(unit["verdict"]), *notes_for(unit, result.scope)]
        lead: list[Value] = [unit["position"], unit["name"], unit["verdict"]["label"], "；".join(told)]
        table.row([*lead, *_figures(section, overall_of(unit)["total"])])


def _previous(previous: Sequence[Before], table: Table) -> None:
    table.head(PREVIOUS_HEADS, [WIDE, WIDE, WIDE, LONG, NARROW])
    for row in previous:
        table.row(row.cells)
    table.row([PREVIOUS_NOTE])


def _composites(composites: Composites, table: Table) -> None:
    """Write scores as texts: what is a range is no number, and nothing is to be added up again."""
    judged = bool(composites.rule)
    heads, widths = ["综合评价结论"] * judged, [WIDE] * judged
    table.head(["对象", "综合评价得分", *heads, "各部分", "组织评定"], [WIDE, NARROW, *widths, LONG, WIDE])
    for row in composites.rows:
        word: list[Value] = [row.conclusion_text] if judged else []
        table.row([row.name, row.score or row.why, *word, row.parts_text, row.award_text])
    told = (("算法", composites.formula), ("判定规则", composites.rule), ("合计", composites.words_text))
    for name, text in told:
        if text:
            table.row([name, None, *[None] * judged, text])


def _by_item(table: Table, result: Published) -> None:
    section = result.section
    lined = bool(section["formula"]["item_lines"])
    judged = ["结论", "原因"] if lined else []
    widths = [PLACE, WIDE, WIDE, *([NARROW, TELLING] if lined else [])]
    table.head(["序", called(section["objects"], "单位"), "指标", *judged, *_figure_heads(section)], widths)
    for unit in section["targets"]:
        for item in unit["items"]:
            lead: list[Value] = [unit["position"], unit["name"], item["label"], *(_judged(item) if lined else [])]
            table.row([*lead, *_figures(section, item["total"])])


def _judged(item: ItemTable) -> list[Value]:
    """Return verdict and reasons of an item that has a line of its own."""
    ruling = item["verdict"]
    return [ruling["label"], "；".join(_reasons(ruling))] if ruling else [None, None]


def _reasons(ruling: Ruling) -> list[str]:
    return [reason["text"] for reason in ruling["reasons"]]


def _by_group(table: Table, result: Published) -> None:
    section = result.section
    named = called(section["objects"], "单位")
    table.head(["序", named, "指标", "类别", *_figure_heads(section)], [PLACE, WIDE, WIDE, WIDE])
    for unit in section["targets"]:
        for item in unit["items"]:
            lead: list[Value] = [unit["position"], unit["name"], item["label"]]
            if not item["groups"]:
                table.row([*lead, item["groups_text"]])
            for group in item["groups"]:
                table.row([*lead, _group_name(group), *_figures(section, group["cell"])])


def _group_name(group: GroupRow | MergedRow) -> str:
    return f"{group['name']}（{'、'.join(group['members'])}）" if "members" in group else group["name"]


def _counts(table: Table, result: Published) -> None:
    """Write the counts of an announced round: one row for every option of whatever was asked."""
    heads = ["序", "对象", "指标", "选项", "票数", "占比", "有效", "结论", "后续", "主办单位", "分表", SUM]
    table.head(heads, [PLACE, WIDE, WIDE, NARROW])
    for slide in slides_of(result.document):
        word: list[Value] = [slide.word, beside_word(slide) or None, slide.responsible or None, slide.part or None]
        for part in slide.asked:
            lead: list[Value] = [slide.position, slide.name, part.label]
            for one in part.options:
                count = int(one.count) if one.count else None
                valid = int(part.valid) if part.valid.isdecimal() else part.valid
                table.row([*lead, one.label, count, one.share, valid, *word, part.note or None])
            if part.text:
                table.row([*lead, part.text, None, None, None, *word])


def _remarks(table: Table, result: Published) -> None:
    named = called(sort_of([section["objects"] for section in result.document["sections"]]), "单位")
    table.head(["序", named, "意见"], [PLACE, WIDE, LONG])
    for unit in units_with_remarks(result.document):
        for text in unit["remarks"]["texts"]:
            table.row([unit["position"], unit["name"], text])


def _method(table: Table, result: Published) -> None:
    section, about = result.section, result.document["round"]
    formula, scale = section["formula"], section["scale"]
    table.head(["项目", "内容"], [WIDE, LONG])
    for name, text in zip(chain(("口径", "判定规则"), repeat("另外规定")), texts_of(section), strict=False):
        table.row([name, text])
    table.row(["最少公布人数", about["k"]])
    table.row(["意见最少公布人数", about["remark_k"]])
    for grade in scale["grades"]:
        table.row([f"等次 {grade['label']}", f"{grade['score']} 分"])
    for weight in formula["weights"]:
        table.row([f"权重 {weight['name']}", weight["text"]])
    if result.is_whole:
        table.row(["结果指纹（SHA-256）", result.digest])


_SHEETS = (
    ("汇总", _summary, False),
    ("计票链", _chain, False),
    ("各单位", _by_unit, True),
    ("各指标", _by_item, True),
    ("各类别", _by_group, True),
    ("意见", _remarks, False),
    ("口径", _method, True),
)
"""Each sheet with whether it tells of a section."""
