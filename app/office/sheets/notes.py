"""What of a file was not taken: where it stands, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True)
class Note:
    """Something of a file that was not taken, or not as it stands there.

    ``kind``: "sheet", "column", "row", "range", "file"; ``places`` are a name, a letter, areas, or
    numbers such as 3 and 5–8. The sentence is ``NOTE_SENTENCES[code]``, filled with ``params``.
    """

    sheet: str
    kind: str
    places: tuple[str, ...]
    code: str
    params: dict[str, object] = field(default_factory=dict)


NOTE_SENTENCES: Final[Mapping[str, str]] = {
    "lost_styles": "文件中的单元格格式已损坏，数字和日期按存储的原值读取，请仔细核对。",
    "sheet_hidden": "工作表是隐藏的，没有读取。需要时请取消隐藏后再上传。",
    "sheet_chart": "不是普通工作表，没有读取。",
    "sheet_broken": "工作表的内容缺失，没有读取。",
    "sheet_large": "工作表太大，没有读取。",
    "sheet_other": "没有所需的列，没有读取。",
    "sheet_second": "已经读取“%(taken)s”，这一张没有读取。",
    "column_unknown": "“%(title)s”不是所需的列，没有读取。",
    "column_untitled": "没有列名，没有读取。",
    "column_again": "“%(title)s”与“%(other)s”意思相同，只读取了“%(other)s”。",
    "column_hidden": "“%(title)s”是隐藏的列，也读取了。",
    "column_short": "“%(title)s”只用来核对不参评单位，不保存。",
    "column_order": "“%(title)s”不保存：先后按行的顺序。",
    "column_note": "“%(title)s”不保存。",
    "rows_above": "在表头之前，没有读取。",
    "row_without": "所需的列都没有填写，没有读取。",
    "row_header_again": "又是一行表头，没有读取。",
    "row_note": "像是表下的说明、签字或者日期，没有读取。",
    "row_total": "像是合计，没有读取。",
    "row_subtitle": "是一行小标题，没有读取。",
    "row_hidden": "是隐藏的行（例如筛选后看不到的），没有读取。需要时请取消隐藏后再上传。",
    "filled": "合并的单元格，按看到的样子填到了每一行。",
    "source_other": "来源“%(value)s”按“其他”读取。",
}


def rows_told(rows: Iterable[int]) -> tuple[str, ...]:
    """Return row numbers in few words: 3 and 5–8."""
    spans: list[list[int]] = []
    for row in sorted(set(rows)):
        if spans and spans[-1][1] == row - 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    return tuple(str(first) if first == last else f"{first}–{last}" for first, last in spans)
