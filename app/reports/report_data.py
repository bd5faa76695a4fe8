"""What Word reports say, piece by piece: tables and sentences of texts that stand in the result document."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from markupsafe import Markup

from app.core.chinese import chinese_date
from app.core.errors import DomainError
from app.office.markup import (
    TEXT_WIDTH,
    Cell,
    Column,
    Pictures,
    Spanning,
    Style,
    joined,
    one_line,
    paragraph,
    paragraphs,
    table,
    two_lines,
)
from app.publication.domain import BANDS_ONLY, Document, has_intervals
from app.publication.reads import Published
from app.reports.strips import strip_pngs

BLANK = "＿＿＿＿＿＿"
NUMBER_BLANK = "〔　　　　〕　　号"
WITHHELD = "为保护匿名不显示"
NONE = "—"

_NAME_WIDTH = 23
_STRIP = 22
_GRADE, _RATE, _COUNT, _RANGED = 13.5, 13.5, 10, 20
_MEASURES = {"mean_score": "综合得分", "positive_rate": "总体满意率"}
_CHAIN = {
    "expected": "应参加", "printed": "印制", "voided": "作废", "spare": "剩余", "issued": "发出",
    "returned": "收回", "valid": "有效", "invalid": "无效", "blank": "空白", "handed_back": "退回",
    "missing": "未收回", "return_rate": "回收率",
}  # fmt: skip
_ALWAYS_SHOWN = frozenset({"expected", "printed", "voided", "spare", "issued"})
SHORT_CHAIN = ("expected", "issued", "returned", "valid", "invalid", "blank", "return_rate")
WHOLE_CHAIN = tuple(_CHAIN)


def whole_document(result: Published) -> Document:
    """Return the document of a result that holds figures; DomainError ``not_found`` for one that holds bands only."""
    if result.scope in BANDS_ONLY:
        raise DomainError("not_found")
    return result.document


def common_values(result: Published, title: str, number: str, now: datetime) -> dict[str, str]:
    """Return the fields that every kind of report has."""
    about = result.document["round"]
    version = f"第 {result.version} 版。更正理由：{result.reason}" if result.version > 1 else ""
    return {
        "标题": one_line(f"{'（演练）' if about['rehearsal'] else ''}{title}"),
        "组织单位": one_line(about["organisation"]),
        "活动": one_line(about["campaign"]),
        "日期": chinese_date(now),
        "核验码": result.code,
        "文号": one_line(number) or NUMBER_BLANK,
        "版本": one_line(version),
    }


def days_words(first: datetime | None, last: datetime | None) -> str:
    """Say from which day to which; nothing unless both are known."""
    if first is None or last is None:
        return ""
    return "至".join(dict.fromkeys((chinese_date(first), chinese_date(last))))


class Figures:
    """Tables of figures in one manner: shares of the grades, rates, 有效, 不了解率."""

    def __init__(self, document: Document, pictures: Pictures) -> None:
        self._document, self._pictures = document, pictures
        scale = document["scale"]
        self._grades = [grade["label"] for grade in scale["grades"]]
        self._others = [key for key in ("unknown", "abstain") if scale[key] is not None]
        measure = document["formula"].get("measure")
        self._extra = measure if measure in _MEASURES else None
        self._strips: dict[tuple[float, ...], bytes] = {}

    def into(self, pictures: Pictures) -> "Figures":
        """Return the same figures for another report, with the bars that have been drawn."""
        other = Figures(self._document, pictures)
        other._strips = self._strips
        return other

    def columns(self) -> list[Column]:
        """Return the columns of a cell's figures."""
        extra = [Column(_MEASURES[self._extra], _RATE)] if self._extra else []
        others = [Column(f"{self._document['scale'][key]}率", _RATE) for key in self._others]
        return [
            *(Column(label, _GRADE) for label in self._grades),
            Column("满意率", _RANGED if has_intervals(self._document) else _RATE),
            *extra,
            Column("不满意率", _RATE),
            Column("有效", _COUNT),
            *others,
        ]

    def cells(self, cell: Document) -> list[Cell]:
        """Return the figures of a cell; of a hidden one the words that say so, over all columns."""
        if not cell["shown"]:
            return [Spanning(cell["text"], len(self.columns()))]
        rates = ["satisfied_rate", *([self._extra] if self._extra else []), "dissatisfied_rate", "valid"]
        texts: list[Cell] = [cell[key]["text"] if cell[key] else NONE for key in rates]
        if cell.get("interval"):
            texts[0] = two_lines(cell["satisfied_rate"]["text"], cell["interval"]["text"])
        return [*self._shares(cell), *texts, *(cell[key]["rate"]["text"] for key in self._others)]

    def _shares(self, cell: Document) -> list[Cell]:
        rows = cell["distribution"]
        if not rows:
            return [NONE] * len(self._grades)
        pairs = zip(rows, self._grades, strict=True)
        return [
            row["share"]["text"] if row["label"] == label else f"{row['label']} {row['share']['text']}"
            for row, label in pairs
        ]

    def draw(self, cells: Iterable[Document]) -> None:
        """Draw the bars of many cells at once, ahead of their tables."""
        rows = list(dict.fromkeys(shares for cell in cells if (shares := _parts_of(cell)) not in self._strips))
        rows = [shares for shares in rows if shares]
        self._strips.update(zip(rows, strip_pngs(rows, len(self._grades)), strict=True))

    def strip(self, cell: Document) -> Cell:
        """Return the bar of a cell that has been drawn; a dash where no shares are shown."""
        shares = _parts_of(cell)
        if shares not in self._strips:
            return NONE
        words = "，".join(f"{row['label']} {row['share']['text']}" for row in cell["distribution"])
        return self._pictures.run(self._strips[shares], _STRIP - 2, words)


def _parts_of(cell: Document) -> tuple[float, ...]:
    return tuple(row["share"]["tenths"] / 1000 for row in cell.get("distribution", ()))


def fitted(columns: Sequence[Column]) -> list[Column]:
    """Give the column of width 0 what the others leave; where that is too little, all others are narrowed alike."""
    taken = sum(column.width for column in columns)
    factor = min(1.0, (TEXT_WIDTH - _NAME_WIDTH) / taken)
    rest = TEXT_WIDTH - taken * factor
    return [Column(column.label, column.width * factor or rest, column.style) for column in columns]


def parts_of(unit: Document) -> Sequence[Document]:
    """Return what a unit was judged by: its items, after all of them pooled where the form asks no overall one."""
    return [unit["overall"], *unit["items"]] if unit["overall"]["key"] is None else unit["items"]


def items_table(figures: Figures, unit: Document, caption: str) -> Markup:
    """Return the table of a unit's items with a bar in every row."""
    columns = fitted([Column("指标", 0, Style.CELL), Column("分布", _STRIP, Style.HEAD), *figures.columns()])
    rows = ([part["label"], figures.strip(part["total"]), *figures.cells(part["total"])] for part in parts_of(unit))
    return table(caption, columns, rows)


def groups_table(unit: Document, caption: str) -> Markup:
    """Return the table of 满意率 by voter group and item; the document's own words where no group is shown."""
    items = [item for item in unit["items"] if item["groups"]]
    if not items:
        return paragraph(next((item["groups_text"] for item in unit["items"]), WITHHELD), Style.NOTE)
    width = (TEXT_WIDTH - 36) / len(items)
    columns = [Column("类别", 36, Style.CELL), *(Column(item["label"], width) for item in items)]
    names = {row["id"]: row["name"] for item in items for row in item["groups"]}
    cells = [{row["id"]: row["cell"] for row in item["groups"]} for item in items]
    rows = [[name, *(_rate_or_word(by_group.get(group)) for by_group in cells)] for group, name in names.items()]
    hidden = any(row["cell"]["shown"] is False for item in items for row in item["groups"])
    notes = ["表中为满意率。", *([f"“不显示”：{WITHHELD}。"] if hidden else []), *_merged_notes(items)]
    notes += [f"“{item['label']}”：{item['groups_text']}。" for item in unit["items"] if not item["groups"]]
    return joined([table(caption, columns, rows), paragraph("".join(notes), Style.NOTE)])


def _merged_notes(items: Sequence[Document]) -> list[str]:
    """Say which voter groups a merged row holds; it may be others for another item."""
    merged: dict[tuple[str, ...], list[str]] = {}
    for item in items:
        for row in item["groups"]:
            if row.get("members"):
                merged.setdefault((row["name"], *row["members"]), []).append(item["label"])
    return [
        f"“{name}”"
        + ("" if len(labels) == len(items) else f"（{'、'.join(labels)}）")
        + f"包括：{'、'.join(members)}。"
        for (name, *members), labels in merged.items()
    ]


def _rate_or_word(cell: Document | None) -> str:
    if cell is None:
        return NONE
    return str(cell["satisfied_rate"]["text"]) if cell["shown"] else "不显示"


def chain_table(document: Document, keys: Sequence[str], caption: str) -> Markup:
    """Return the counting chain of every voter group and of all together."""
    chain = document["chain"]
    columns = fitted([Column("类别", 0, Style.CELL), *(Column(_CHAIN[key], 120 / max(len(keys), 7)) for key in keys)])
    rows = [(row["name"], row) for row in chain["groups"]]
    return table(caption, columns, [_chain_row(name, row, keys) for name, row in [*rows, ("合计", chain["total"])]])


def _chain_row(name: str, row: Document, keys: Sequence[str]) -> list[Cell]:
    if row["shown"] and "returned" in row:
        return [name, *(_chain_text(row[key]) for key in keys)]
    known = [key for key in keys if key in _ALWAYS_SHOWN]
    return [name, *(_chain_text(row[key]) for key in known), Spanning(WITHHELD, len(keys) - len(known))]


def _chain_text(value: object) -> str:
    if value is None:
        return NONE
    return str(value["text"] if isinstance(value, Mapping) else value)


def chain_sentence(document: Document) -> str:
    """Say the counting chain of all voter groups together."""
    total = document["chain"]["total"]
    begin = f"应参加 {total['expected']} 人，发出 {total['issued']} 份，"
    if not total["shown"] or "returned" not in total:
        return f"{begin}收回情况{WITHHELD}。"
    rate = f"，回收率 {total['return_rate']['text']}" if total["return_rate"] else ""
    return (
        f"{begin}收回 {total['returned']} 份，其中有效 {total['valid']} 份、无效 {total['invalid']} 份、"
        f"空白 {total['blank']} 份{rate}。"
    )


def warnings_of(document: Document) -> list[str]:
    """Return what the reader of the whole result must be warned of."""
    return [note["text"] for note in (*document["chain"]["warnings"], *document["notes"])]


def reasons_of(judged: Document) -> str:
    """Return the reasons of a verdict as one sentence; empty if there are none."""
    texts = [reason["text"] for reason in judged["verdict"]["reasons"]]
    return f"{'；'.join(texts)}。" if texts else ""


def method_block(document: Document) -> Markup:
    """Return formula, lines and weights, as they were frozen with the paper."""
    return paragraphs(_method_lines(document), Style.NOTE)


def _method_lines(document: Document) -> Iterator[str]:
    formula = document["formula"]
    lines, measure = formula["lines"], formula.get("measure_label", "满意率")
    yield formula["text"]
    yield (
        f"提醒线：{measure}低于 {lines['attention']}。补课线：{measure}低于 {lines['remedial']}，"
        f"或不满意率高于 {lines['dissatisfied']}。恰在线上不算低于。"
    )
    for own in formula.get("item_lines", ()):
        yield (
            f"“{own['label']}”另有规定：提醒线 {own['attention']}，补课线 {own['remedial']}，"
            f"不满意率不高于 {own['dissatisfied']}。"
        )
    if formula["weights"]:
        weights = "、".join(f"{weight['name']} {weight['text']}" for weight in formula["weights"])
        yield f"类别权重：{weights}。"
    about = document["round"]
    yield f"有效少于 {about['k']} 份的数据不显示；意见满 {about['remark_k']} 条才显示。"


def remarks_block(unit: Document, remark_k: int, most: int) -> Markup:
    """Return the remarks to a unit that may be read, at most ``most`` of them."""
    remarks = unit["remarks"]
    if not remarks["shown"]:
        return paragraph(f"没有意见，或不足 {remark_k} 条，为保护匿名不显示。")
    texts = remarks["texts"]
    listed = "" if len(texts) <= most else f"，以下列出 {most} 条，其余见统计表“意见”"
    head = paragraph(f"共 {remarks['count']} 条{listed}。顺序随机，与任何一张票无关。")
    return joined([head, paragraphs((f"• {text}" for text in texts[:most]), Style.REMARK)])
