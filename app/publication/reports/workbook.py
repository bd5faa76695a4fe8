"""A published result as an Excel workbook: text is always text, exact figures are numbers, there is no formula."""

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from app.publication.domain import Document, notes_for, units_with_remarks
from app.publication.reads import Published
from app.web.pages import chinese_time

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RISKY = tuple("=+-@\t\r\n|%")
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_WIDE = 28
_LONG = 80
_NARROW = 11
_A4 = 9

Value = str | int | Mapping[str, object] | None


@dataclass(frozen=True, slots=True)
class _Formats:
    head: Format
    text: Format
    quoted: Format
    whole: Format
    percent: Format
    whole_percent: Format
    score: Format


class _Table:
    """One worksheet, written from top to bottom."""

    def __init__(self, sheet: Worksheet, formats: _Formats) -> None:
        self._sheet, self._formats, self._row = sheet, formats, 0

    def head(self, labels: Iterable[str], widths: Sequence[int] = ()) -> None:
        """Write the column heads and keep them in sight."""
        for column, label in enumerate(labels):
            width = widths[column] if column < len(widths) else _NARROW
            self._sheet.set_column(column, column, width)
            self._sheet.write_string(0, column, plain(label), self._formats.head)
        self._sheet.freeze_panes(1, 2)
        self._row = 1

    def row(self, values: Iterable[Value]) -> None:
        """Write one row."""
        for column, value in enumerate(values):
            self._write(column, value)
        self._row += 1

    def _write(self, column: int, value: Value) -> None:
        if value is None:
            return
        if isinstance(value, str):
            words = plain(value)
            shape = self._formats.quoted if words.startswith(_RISKY) else self._formats.text
            self._sheet.write_string(self._row, column, words, shape)
            return
        number, shape = (value, self._formats.whole) if isinstance(value, int) else self._figure(value)
        if number is None:
            self._write(column, str(value["text"]) if isinstance(value, Mapping) else "")
        else:
            self._sheet.write_number(self._row, column, number, shape)

    def _figure(self, figure: Mapping[str, object]) -> tuple[float | None, Format]:
        """Return a figure of the document as the number it shows; None for bands."""
        text, tenths, count = str(figure["text"]), figure.get("tenths"), figure.get("count")
        if isinstance(tenths, int):
            shape = self._formats.percent if "." in text else self._formats.whole_percent
            return tenths / 1000, shape
        if isinstance(count, int):
            return count, self._formats.whole
        exact = re.fullmatch(r"\d+(\.\d)?", text) is not None
        shape = self._formats.score if "." in text else self._formats.whole
        return (float(text) if exact else None), shape


def plain(text: str) -> str:
    """Return the text without the characters that XML cannot carry."""
    return _NOT_XML.sub("", text)


def result_workbook(result: Published) -> bytes:
    """Return the workbook's bytes: 汇总， 各单位， 各指标， 各类别， 意见， 口径."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        book.set_properties({"title": plain(result.document["round"]["title"]), "created": result.published_at})
        formats = _formats(book)
        for name, fill in _SHEETS:
            sheet = book.add_worksheet(name)
            _set_up_print(sheet, f"核验码 {result.code}")
            fill(_Table(sheet, formats), result)
    return out.getvalue()


def _set_up_print(sheet: Worksheet, footer: str) -> None:
    """Print on A4 across, as wide as the paper, with the heads on every page."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(f"&L{footer}&C单位按机构序列排列，不作排名&R&P/&N")


def _formats(book: xlsxwriter.Workbook) -> _Formats:
    wrapped = {"text_wrap": True, "valign": "top"}
    return _Formats(
        head=book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"}),
        text=book.add_format(wrapped),
        quoted=book.add_format({**wrapped, "quote_prefix": True}),
        whole=book.add_format({"num_format": "0", "valign": "top"}),
        percent=book.add_format({"num_format": "0.0%", "valign": "top"}),
        whole_percent=book.add_format({"num_format": "0%", "valign": "top"}),
        score=book.add_format({"num_format": "0.0", "valign": "top"}),
    )


def _figure_heads(document: Document) -> list[str]:
    scale = document["scale"]
    grades = [grade["label"] for grade in scale["grades"]]
    others = [f"{label}率" for label in (scale["unknown"], scale["abstain"]) if label is not None]
    interval = ["满意率可能区间"] if _has_intervals(document) else []
    return [*grades, "满意率", *interval, "总体满意率", "不满意率", "综合得分", "有效评价", *others, "等次用语"]


def _has_intervals(document: Document) -> bool:
    return any(unit["overall"]["total"].get("interval") for unit in document["units"])


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
        *([interval["text"] if interval else None] if _has_intervals(document) else []),
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


def _summary(table: _Table, result: Published) -> None:
    document = result.document
    about = document["round"]
    table.head(["项目", "内容", *_CHAIN_HEADS], [_WIDE, _WIDE])
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
    table.row(["计票链", "合计", *_chain_row(document["chain"]["total"])])
    for group in document["chain"]["groups"]:
        table.row(["计票链", group["name"], *_chain_row(group)])


def _chain_row(row: Document) -> list[Value]:
    return [row.get(key) for key in _CHAIN_KEYS] if row["shown"] else [*(row[key] for key in _CHAIN_KEYS[:5]), "不显示"]


def _by_unit(table: _Table, result: Published) -> None:
    document = result.document
    heads = ["序", "单位", "结论", "原因和提示", *_figure_heads(document)]
    table.head(heads, [6, _WIDE, _NARROW, _WIDE])
    for unit in document["units"]:
        told = [*_reasons(unit), *notes_for(unit, result.scope)]
        lead = [unit["position"], unit["name"], unit["verdict"]["label"], "；".join(told)]
        table.row([*lead, *_figures(document, unit["overall"]["total"])])


def _by_item(table: _Table, result: Published) -> None:
    document = result.document
    lined = bool(document["formula"]["item_lines"])
    judged = ["结论", "原因"] if lined else []
    table.head(["序", "单位", "指标", *judged, *_figure_heads(document)], [6, _WIDE, _WIDE])
    for unit in document["units"]:
        for item in unit["items"]:
            lead: list[Value] = [unit["position"], unit["name"], item["label"], *(_judged(item) if lined else [])]
            table.row([*lead, *_figures(document, item["total"])])


def _judged(item: Document) -> list[Value]:
    """Return verdict and reasons of an item that has a line of its own."""
    return [item["verdict"]["label"], "；".join(_reasons(item))] if item["verdict"] else [None, None]


def _reasons(judged: Document) -> list[str]:
    return [reason["text"] for reason in judged["verdict"]["reasons"]]


def _by_group(table: _Table, result: Published) -> None:
    document = result.document
    table.head(["序", "单位", "指标", "类别", *_figure_heads(document)], [6, _WIDE, _WIDE, _WIDE])
    for unit in document["units"]:
        for item in unit["items"]:
            lead = [unit["position"], unit["name"], item["label"]]
            if not item["groups"]:
                table.row([*lead, item["groups_text"]])
            for group in item["groups"]:
                table.row([*lead, _group_name(group), *_figures(document, group["cell"])])


def _group_name(group: Document) -> str:
    return f"{group['name']}（{'、'.join(group['members'])}）" if "members" in group else str(group["name"])


def _remarks(table: _Table, result: Published) -> None:
    table.head(["序", "单位", "意见"], [6, _WIDE, _LONG])
    for unit in units_with_remarks(result.document):
        for text in unit["remarks"]["texts"]:
            table.row([unit["position"], unit["name"], text])


def _method(table: _Table, result: Published) -> None:
    document = result.document
    formula, scale, about = document["formula"], document["scale"], document["round"]
    lines = formula["lines"]
    table.head(["项目", "内容"], [_WIDE, _LONG])
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
    ("各单位", _by_unit),
    ("各指标", _by_item),
    ("各类别", _by_group),
    ("意见", _remarks),
    ("口径", _method),
)
