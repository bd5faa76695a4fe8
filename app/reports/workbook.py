"""A published result as an Excel workbook: text is always text, exact figures are numbers, there is no formula."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, repeat
from typing import Final

import xlsxwriter

from app.campaigns.nouns import sort_of
from app.office.books import written
from app.office.language import _, clauses, listed, said, time_of
from app.office.workbook import plain
from app.publication.composite_rows import Composites
from app.publication.domain import has_intervals, notes_for, units_with_remarks
from app.publication.editions import Published
from app.publication.previous import Before
from app.reports.beside_sheets import composites_sheet, counts_sheet, previous_sheet
from app.reports.language import about, footer_of, meeting_lines
from app.reports.worksheet import (
    LONG,
    NARROW,
    PLACE,
    SUM,
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
from app.tally.headings import heading_of
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
_NAME_SIGNS: Final = 31


def result_workbook(result: Published, composites: Composites | None = None, previous: Sequence[Before] = ()) -> bytes:
    """Return the workbook's bytes: 汇总、计票链、各单位、各指标、各类别、意见、口径; what stands beside where it does.

    各单位 is 各位同志, 各项目 or 各报告 where these were rated.

    Where a round has several sections, each has sheets of its own for its units, items, groups and rules.
    """
    beside: list[tuple[str, Callable[[Table], None]]] = []
    if composites is not None:
        beside.append((_("综合评价"), partial(composites_sheet, composites)))
    if previous:
        beside.append((_("与上次结果"), partial(previous_sheet, previous)))
    return written(lambda book: _fill(book, result, beside))


def _fill(book: xlsxwriter.Workbook, result: Published, beside: Sequence[tuple[str, Callable[[Table], None]]]) -> None:
    title = plain(result.document["round"]["title"])
    book.set_properties({"title": title, "created": result.published_at})
    formats = formats_of(book)
    order = about(sort_of([section["objects"] for section in result.document["sections"]]), ORDER)
    footer = _("核验码 %(code)s", code=footer_of(result))
    for name, fill, part in _sheets(result):
        sheet = book.add_worksheet(name)
        set_up_print(sheet, title, footer, order)
        fill(Table(sheet, formats), part)
    for name, write in beside:
        sheet = book.add_worksheet(name)
        set_up_print(sheet, title, footer, order)
        write(Table(sheet, formats))


def _sheets(result: Published) -> Iterator[tuple[str, Callable[[Table, Published], None], Published]]:
    """Yield the sheets with their names, each with what it is filled from."""
    parts = result.parts
    announced = ("公开计票", counts_sheet, False)
    for name, fill, is_of_section in (_SHEETS[0], announced, *_SHEETS[1:]) if extent_of(result.document) else _SHEETS:
        if not is_of_section:
            yield _(name), fill, result
        elif len(parts) == 1:
            yield about(parts[0].section["objects"], name), fill, parts[0]
        else:
            for number, part in enumerate(parts, start=1):
                rated = about(part.section["objects"], name)
                yield _sheet_name(number, part.section["noun"], rated), fill, part


def _sheet_name(number: int, noun: str, name: str) -> str:
    """Return a name that no other sheet has and Excel takes: 31 signs at most, without those of addresses."""
    clean = "".join(sign for sign in noun if sign not in "[]:*?/\\'")
    return f"{number} {clean[: _NAME_SIGNS - len(name) - 4]} {name}"


def _figure_heads(section: Section) -> list[str]:
    scale = section["scale"]
    grades = [grade["label"] for grade in scale["grades"]]
    others = [_("%(label)s率", label=label) for label in (scale["unknown"], scale["abstain"]) if label is not None]
    interval = [_("满意率可能区间")] if has_intervals(section) else []
    rates = [_(RATE), *interval, _("总体满意率"), _(DISSATISFIED)] if has_rates(section) else []
    return [*grades, *rates, _(SCORE if rates else MEAN), _("有效（人）"), *others, _("等次用语"), _(SUM)]


def _figures(section: Section, cell: Cell) -> list[Value]:
    """Return the figures of a cell under ``_figure_heads``; of a hidden cell only the words that say so."""
    if not cell["shown"]:
        return [said(cell["text"])]
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
        said(sum_of(cell)) or None,
    ]


def _rates(section: Section, cell: ShownCell) -> list[Value]:
    if not has_rates(section):
        return []
    interval = cell["interval"]
    spread: list[Value] = [interval["text"] if interval else None] if has_intervals(section) else []
    return [cell["satisfied_rate"], *spread, cell["positive_rate"], cell["dissatisfied_rate"]]


def _summary(table: Table, result: Published) -> None:
    document = result.document
    told = document["round"]
    table.head([_("栏目"), _("内容")], [WIDE, LONG])
    title = told["title"]
    table.row([_("名称"), _("%(title)s（演练）", title=title) if told["rehearsal"] else title])
    table.row([_("主办单位"), told["organisation"]])
    table.row([_("活动"), told["campaign"]])
    for part in result.parts:
        table.row([_("测评表"), part.section["form_title"]])
    table.row([_("公布时间"), time_of(result.published_at)])
    table.row([_("核验码"), result.code])
    if result.root:
        table.row([_("票箱指纹"), f"{result.signs} {result.root}"])
    table.row([_("版本"), _("第 %(version)s 版", version=result.version)])
    if result.reason:
        table.row([_("更正理由"), result.reason])
    for label, text in meeting_lines(result):
        table.row([label, text])
    if "disclosure" in told:
        table.row([_("公布到什么程度"), said(told["disclosure"]["text"])])
    for label, count in (row for part in result.parts for row in _verdict_rows(part.section)):
        table.row([label, count])
    for warning in [*document["chain"]["warnings"], *document["notes"]]:
        table.row([_("提示"), said(warning["text"])])


def _verdict_rows(section: Section) -> list[tuple[str, int]]:
    noun = section["noun"]
    rows = [(said(row["label"]), row["count"]) for row in word_rows(section)]
    return [(_("%(label)s（%(noun)s数）", label=label, noun=noun), count) for label, count in rows]


def _chain(table: Table, result: Published) -> None:
    chain = result.document["chain"]
    table.head([_("类别"), *map(_, CHAIN.values())], [TELLING])
    for group in chain["groups"]:
        table.row([group["name"], *_chain_row(group)])
    table.row([_("合计"), *_chain_row(chain["total"])])
    for section in chain.get("sections", ()):
        table.row([_("分表“%(noun)s”", noun=section["noun"]), *_section_row(section)])


def _chain_row(row: ChainRow) -> list[Value]:
    slips = [row[key] for key in SLIPS]
    if "returned" not in row:
        return [*slips, *([_("不显示")] if not row["shown"] else [])]
    rates = (row["return_rate"], participation_rate(row))
    return [*slips, *(row[key] for key in RETURNS), row.get("present"), row.get("not_voted"), *rates]


def _section_row(row: SectionCounted | SectionUncounted) -> list[Value]:
    """Return the ballots of a section under the heads of the chain: slips are the round's, not its sections'."""
    slips: list[Value] = [None] * len(SLIPS)
    return [*slips, row["returned"], row["valid"], row["invalid"]] if "returned" in row else [*slips, _("不显示")]


def _by_unit(table: Table, result: Published) -> None:
    section = result.section
    heads = [_("序"), about(section["objects"], "单位"), _("结论"), _("原因和提示"), *_figure_heads(section)]
    table.head(heads, [PLACE, WIDE, NARROW, TELLING])
    for unit in section["targets"]:
        told = [*_reasons(unit["verdict"]), *notes_for(unit, result.scope)]
        lead: list[Value] = [unit["position"], unit["name"], unit["verdict"]["label"], clauses(map(said, told))]
        table.row([*lead, *_figures(section, overall_of(unit)["total"])])


def _by_item(table: Table, result: Published) -> None:
    section = result.section
    lined, over = bool(section["formula"]["item_lines"]), _over(section)
    judged = [_("结论"), _("原因")] if lined else []
    widths = [PLACE, WIDE, *(WIDE for _head in over), WIDE, *([NARROW, TELLING] if lined else [])]
    table.head([_("序"), about(section["objects"], "单位"), *over, _("指标"), *judged, *_figure_heads(section)], widths)
    for unit in section["targets"]:
        for item in unit["items"]:
            lead: list[Value] = [unit["position"], unit["name"], *_named(item, over), *(_judged(item) if lined else [])]
            table.row([*lead, *_figures(section, item["total"])])


def _over(section: Section) -> list[str]:
    """Return the head of the column of headings, where items stand under any."""
    return [_("所属标题")] if any(map(heading_of, section["items"])) else []


def _named(item: ItemTable, over: Sequence[str]) -> list[Value]:
    return [*(heading_of(item) for _head in over), item["label"]]


def _judged(item: ItemTable) -> list[Value]:
    """Return verdict and reasons of an item that has a line of its own."""
    ruling = item["verdict"]
    return [ruling["label"], clauses(map(said, _reasons(ruling)))] if ruling else [None, None]


def _reasons(ruling: Ruling) -> list[str]:
    return [reason["text"] for reason in ruling["reasons"]]


def _by_group(table: Table, result: Published) -> None:
    section = result.section
    named, over = about(section["objects"], "单位"), _over(section)
    widths = [PLACE, WIDE, *(WIDE for _head in over), WIDE, WIDE]
    table.head([_("序"), named, *over, _("指标"), _("类别"), *_figure_heads(section)], widths)
    for unit in section["targets"]:
        for item in unit["items"]:
            lead: list[Value] = [unit["position"], unit["name"], *_named(item, over)]
            if not item["groups"]:
                table.row([*lead, said(item["groups_text"])])
            for group in item["groups"]:
                table.row([*lead, _group_name(group), *_figures(section, group["cell"])])


def _group_name(group: GroupRow | MergedRow) -> str:
    name = said(group["name"])
    return _("%(name)s（%(members)s）", name=name, members=listed(group["members"])) if "members" in group else name


def _remarks(table: Table, result: Published) -> None:
    named = about(sort_of([section["objects"] for section in result.document["sections"]]), "单位")
    table.head([_("序"), named, _("意见")], [PLACE, WIDE, LONG])
    for unit in units_with_remarks(result.document):
        for text in unit["remarks"]["texts"]:
            table.row([unit["position"], unit["name"], text])


def _method(table: Table, result: Published) -> None:
    section, told = result.section, result.document["round"]
    formula, scale = section["formula"], section["scale"]
    table.head([_("栏目"), _("内容")], [WIDE, LONG])
    for name, text in zip(chain(("口径", "判定规则"), repeat("另外规定")), texts_of(section), strict=False):
        table.row([_(name), said(text)])
    table.row([_("最少公布人数"), told["k"]])
    table.row([_("意见最少公布人数"), told["remark_k"]])
    for grade in scale["grades"]:
        table.row([_("等次 %(label)s", label=grade["label"]), _("%(score)s 分", score=grade["score"])])
    for weight in formula["weights"]:
        table.row([_("权重 %(name)s", name=weight["name"]), weight["text"]])
    if result.is_whole:
        table.row([_("结果指纹（SHA-256）"), result.digest])


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
