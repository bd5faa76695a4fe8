"""A published result as an Excel workbook: text is always text, exact figures are numbers, there is no formula."""

import io

import xlsxwriter

from app.core.chinese import chinese_time
from app.publication.domain import Document, has_intervals, notes_for, units_with_remarks
from app.publication.reads import Published
from app.reports.worksheet import (
    LONG,
    NARROW,
    OPTIONS,
    PLACE,
    TELLING,
    WIDE,
    Table,
    Value,
    formats_of,
    plain,
    set_up_print,
)


def result_workbook(result: Published) -> bytes:
    """Return the workbook's bytes: 汇总， 计票链， 各单位， 各指标， 各类别， 意见， 口径."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        book.set_properties({"title": plain(result.document["round"]["title"]), "created": result.published_at})
        formats = formats_of(book)
        for name, fill in _SHEETS:
            sheet = book.add_worksheet(name)
            set_up_print(sheet, plain(result.document["round"]["title"]), result.code)
            fill(Table(sheet, formats), result)
    return out.getvalue()


def _figure_heads(document: Document) -> list[str]:
    scale = document["scale"]
    grades = [grade["label"] for grade in scale["grades"]]
    others = [f"{label}率" for label in (scale["unknown"], scale["abstain"]) if label is not None]
    interval = ["满意率可能区间"] if has_intervals(document) else []
    return [*grades, "满意率", *interval, "总体满意率", "不满意率", "综合得分", "有效评价", *others, "等次用语"]


def _figures(document: Document, cell: Document) -> list[Value]:
    """Return the figures of a cell under ``_figure_heads``; of a hidden cell only the words that say so."""
    if not cell["shown"]:
        return [cell["text"]]
    grades = document["scale"]["grades"]
    rows = cell["distribution"]
    shares: list[Value] = [row["share"] for row in rows] or [None] * len(grades)
    others = [cell[key] for key in ("unknown", "abstain") if document["scale"][key] is not None]
    labels = "/".join(row["label"] for row in rows)
    interval = cell.get("interval")
    return [
        *shares,
        cell["satisfied_rate"],
        *([interval["text"] if interval else None] if has_intervals(document) else []),
        cell["positive_rate"],
        cell["dissatisfied_rate"],
        cell["mean_score"],
        cell["valid"],
        *(other["rate"] for other in others),
        labels if labels != "/".join(grade["label"] for grade in grades) else None,
    ]


_CHAIN_HEADS = ("应参加", "印制", "作废", "剩余", "发出", "收回", "有效", "无效", "空白", "退回", "未收回", "回收率")
_CHAIN_KEYS = (
    "expected", "printed", "voided", "spare", "issued",
    "returned", "valid", "invalid", "blank", "handed_back", "missing", "return_rate",
)  # fmt: skip
_VERDICTS = {"met": "达标", "attention": "提醒", "remedial": "需补课", "too_few": "样本不足", "invalid": "结果无效"}


def _summary(table: Table, result: Published) -> None:
    document = result.document
    about = document["round"]
    table.head(["项目", "内容"], [WIDE, LONG])
    table.row(["名称", f"{about['title']}（演练）" if about["rehearsal"] else about["title"]])
    table.row(["单位", about["organisation"]])
    table.row(["活动", about["campaign"]])
    table.row(["测评表", about["form_title"]])
    table.row(["公布时间", chinese_time(result.published_at)])
    table.row(["核验码", result.code])
    table.row(["版本", f"第 {result.version} 版"])
    if result.reason:
        table.row(["更正理由", result.reason])
    for code, count in document["summary"].items():
        table.row([f"{_VERDICTS[code]}（单位数）", count])
    for warning in [*document["chain"]["warnings"], *document["notes"]]:
        table.row(["提示", warning["text"]])


def _chain(table: Table, result: Published) -> None:
    chain = result.document["chain"]
    table.head(["类别", *_CHAIN_HEADS], [TELLING])
    for group in chain["groups"]:
        table.row([group["name"], *_chain_row(group)])
    table.row(["合计", *_chain_row(chain["total"])])


def _chain_row(row: Document) -> list[Value]:
    return [row.get(key) for key in _CHAIN_KEYS] if row["shown"] else [*(row[key] for key in _CHAIN_KEYS[:5]), "不显示"]


def _by_unit(table: Table, result: Published) -> None:
    document = result.document
    heads = ["序", "单位", "结论", "原因和提示", *_figure_heads(document)]
    table.head(heads, [PLACE, WIDE, NARROW, TELLING])
    for unit in document["units"]:
        told = [*_reasons(unit), *notes_for(unit, result.scope)]
        lead = [unit["position"], unit["name"], unit["verdict"]["label"], "；".join(told)]
        table.row([*lead, *_figures(document, unit["overall"]["total"])])


def _by_item(table: Table, result: Published) -> None:
    document = result.document
    lined = bool(document["formula"]["item_lines"])
    judged = ["结论", "原因"] if lined else []
    widths = [PLACE, WIDE, WIDE, *([NARROW, TELLING] if lined else [])]
    table.head(["序", "单位", "指标", *judged, *_figure_heads(document)], widths)
    for unit in document["units"]:
        for item in unit["items"]:
            lead: list[Value] = [unit["position"], unit["name"], item["label"], *(_judged(item) if lined else [])]
            table.row([*lead, *_figures(document, item["total"])])


def _judged(item: Document) -> list[Value]:
    """Return verdict and reasons of an item that has a line of its own."""
    return [item["verdict"]["label"], "；".join(_reasons(item))] if item["verdict"] else [None, None]


def _reasons(judged: Document) -> list[str]:
    return [reason["text"] for reason in judged["verdict"]["reasons"]]


def _by_group(table: Table, result: Published) -> None:
    document = result.document
    table.head(["序", "单位", "指标", "类别", *_figure_heads(document)], [PLACE, WIDE, WIDE, WIDE])
    for unit in document["units"]:
        for item in unit["items"]:
            lead = [unit["position"], unit["name"], item["label"]]
            if not item["groups"]:
                table.row([*lead, item["groups_text"]])
            for group in item["groups"]:
                table.row([*lead, _group_name(group), *_figures(document, group["cell"])])


def _group_name(group: Document) -> str:
    return f"{group['name']}（{'、'.join(group['members'])}）" if "members" in group else str(group["name"])


def _remarks(table: Table, result: Published) -> None:
    table.head(["序", "单位", "意见"], [PLACE, WIDE, LONG])
    for unit in units_with_remarks(result.document):
        for text in unit["remarks"]["texts"]:
            table.row([unit["position"], unit["name"], text])


def _method(table: Table, result: Published) -> None:
    document = result.document
    formula, scale, about = document["formula"], document["scale"], document["round"]
    lines = formula["lines"]
    table.head(["项目", "内容"], [WIDE, LONG])
    table.row(["口径", formula["text"]])
    measure = formula["measure_label"]
    remedial = f"{measure}低于 {lines['remedial']}，或不满意率高于 {lines['dissatisfied']}；恰在线上不算低于"
    table.row(["提醒线", f"{measure}低于 {lines['attention']}"])
    table.row(["补课线", remedial])
    for item in formula["item_lines"]:
        words = f"提醒线 {item['attention']}，补课线 {item['remedial']}，不满意率线 {item['dissatisfied']}"
        table.row([f"指标自己的线 {item['label']}", words])
    table.row(["最小显示份数", about["k"]])
    table.row(["意见最小显示条数", about["remark_k"]])
    for grade in scale["grades"]:
        table.row([f"等次 {grade['label']}", f"{grade['score']} 分"])
    for weight in formula["weights"]:
        table.row([f"权重 {weight['name']}", weight["text"]])
    if result.is_whole:
        table.row(["结果指纹（SHA-256）", result.digest])


_SHEETS = (
    ("汇总", _summary),
    ("计票链", _chain),
    ("各单位", _by_unit),
    ("各指标", _by_item),
    ("各类别", _by_group),
    ("意见", _remarks),
    ("口径", _method),
)
