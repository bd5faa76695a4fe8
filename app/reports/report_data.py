"""What Word reports say, piece by piece: tables and sentences of texts that stand in the result document."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from app.campaigns.domain import Measure
from app.core.chinese import chinese_date
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
from app.publication.announced import Slide, beside_word, options_text, slides_of, summary_of_words
from app.publication.charts import distribution_of, shares_of
from app.publication.domain import has_intervals
from app.publication.editions import Published
from app.reports.fields import ROOT
from app.reports.strips import strip_pngs
from app.tally import shown
from app.tally.document import Document, Section, Target, extent_of, only_section, parts_of
from app.tally.facts import texts_of
from app.tally.headed import figures_of, has_means, heads_of, is_judged_by_points, main_of, single_head
from app.tally.sectioned import ballot_texts
from app.tally.shown import (
    NO_FIGURE,
    RETURNS,
    SLIPS,
    ChainRow,
    ItemTable,
    ReturnKey,
    Ruling,
    ShownCell,
    SlipKey,
    figure_text,
    measure_of,
)
from app.tally.sums import sum_lines, sums_in
from app.tally.wording import CHAIN, HIDDEN_TEXT

BLANK = "＿＿＿＿＿＿"
NUMBER_BLANK = "〔　　　　〕　　号"

_NAME_WIDTH = 23
_STRIP = 22
_GRADE, _RATE, _COUNT, _RANGED = 13.5, 13.5, 10, 20


@dataclass(frozen=True, slots=True)
class ChainColumns:
    """Which numbers of the counting chain a table shows; with ``returns`` stand 回收率 and 参评率."""

    slips: tuple[SlipKey, ...]
    returns: tuple[ReturnKey, ...] = ()

    def labels(self) -> list[str]:
        """Return the heads of the columns."""
        return [CHAIN[key] for key in (*self.slips, *self.returns, *(RATES if self.returns else []))]


RATES = ("return_rate", "participation_rate")
SHORT_CHAIN = ChainColumns(("expected", "issued"), ("returned", "valid", "invalid", "blank"))
SLIPS_CHAIN = ChainColumns(SLIPS)
RETURNS_CHAIN = ChainColumns(("issued",), RETURNS)


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
        ROOT: result.signs or "无",
        "文号": one_line(number) or NUMBER_BLANK,
        "版本": one_line(version),
    }


class Figures:
    """Tables of figures in one manner: shares of the grades, rates, 有效, 不了解率."""

    def __init__(self, section: Section, pictures: Pictures) -> None:
        self._section, self._pictures = section, pictures
        scale = section["scale"]
        self._grades = [grade["label"] for grade in scale["grades"]]
        self._others = [label for label in (scale["unknown"], scale["abstain"]) if label is not None]
        measure = section["formula"]["measure"]
        self._extra = None if measure == Measure.SATISFIED_RATE or has_means(section) else measure
        self._strips: dict[tuple[float, ...], bytes] = {}

    def into(self, pictures: Pictures) -> "Figures":
        """Return the same figures for another report, with the bars that have been drawn."""
        other = Figures(self._section, pictures)
        other._strips = self._strips
        return other

    def columns(self) -> list[Column]:
        """Return the columns of a cell's figures."""
        extra = [Column(self._section["formula"]["measure_label"], _RATE)] if self._extra else []
        others = [Column(f"{label}率", _RATE) for label in self._others]
        first, *rest = heads_of(self._section)
        return [
            *(Column(label, _GRADE) for label in self._grades),
            Column(first, _RANGED if has_intervals(self._section) else _RATE),
            *extra,
            *(Column(head, _RATE) for head in rest),
            Column("有效人数", _COUNT),
            *others,
        ]

    def cells(self, cell: shown.Cell) -> list[Cell]:
        """Return the figures of a cell; of a hidden one the words that say so, over all columns."""
        if not cell["shown"]:
            return [Spanning(cell["text"], len(self.columns()))]
        (first, *rest), interval = figures_of(self._section, cell), cell["interval"]
        extra = [figure_text(measure_of(cell, self._extra))] if self._extra else []
        others = [figure_text(other["rate"]) for other in (cell["unknown"], cell["abstain"]) if other is not None]
        return [
            *self._shares(cell),
            two_lines(first, interval["text"]) if interval and not is_judged_by_points(self._section) else first,
            *extra,
            *rest,
            cell["valid"]["text"],
            *others,
        ]

    def _shares(self, cell: ShownCell) -> list[Cell]:
        rows = cell["distribution"]
        if not rows:
            return [NO_FIGURE] * len(self._grades)
        told = [
            row["share"]["text"] if row["label"] == label else f"{row['label']} {row['share']['text']}"
            for row, label in zip(rows, self._grades, strict=False)
        ]
        return [*told, *[NO_FIGURE] * (len(self._grades) - len(rows))]  # an item may have fewer grades of its own

    def draw(self, cells: Iterable[shown.Cell]) -> None:
        """Draw the bars of many cells at once, ahead of their tables."""
        rows = list(dict.fromkeys(shares for cell in cells if (shares := shares_of(cell)) not in self._strips))
        rows = [shares for shares in rows if shares]
        self._strips.update(zip(rows, strip_pngs(rows, len(self._grades)), strict=True))

    def strip(self, cell: shown.Cell) -> Cell:
        """Return the bar of a cell that has been drawn; a dash where no shares are shown."""
        shares = shares_of(cell)
        if shares not in self._strips:
            return NO_FIGURE
        words = "，".join(f"{row['label']} {row['share']['text']}" for row in distribution_of(cell))
        return self._pictures.run(self._strips[shares], _STRIP - 2, words)


def fitted(columns: Sequence[Column]) -> list[Column]:
    """Give the column of width 0 what the others leave; where that is too little, all others are narrowed alike."""
    taken = sum(column.width for column in columns)
    factor = min(1.0, (TEXT_WIDTH - _NAME_WIDTH) / taken)
    rest = TEXT_WIDTH - taken * factor
    return [Column(column.label, column.width * factor or rest, column.style) for column in columns]


def items_table(figures: Figures, unit: Target, caption: str) -> Markup:
    """Return the table of a unit's items with a bar in every row."""
    columns = fitted([Column("指标", 0, Style.CELL), Column("分布", _STRIP, Style.HEAD), *figures.columns()])
    rows = ([part["label"], figures.strip(part["total"]), *figures.cells(part["total"])] for part in parts_of(unit))
    return joined([table(caption, columns, rows), paragraphs(sum_lines(sums_in(unit)), Style.NOTE)])


def groups_table(section: Section, unit: Target, caption: str) -> Markup:
    """Return the table of 满意率 or means by voter group and item; the document's own words where no group is shown."""
    items = [item for item in unit["items"] if item["groups"]]
    if not items:
        return paragraph(next((item["groups_text"] for item in unit["items"]), HIDDEN_TEXT), Style.NOTE)
    width = (TEXT_WIDTH - 36) / len(items)
    columns = [Column("类别", 36, Style.CELL), *(Column(item["label"], width) for item in items)]
    names = {row["id"]: row["name"] for item in items for row in item["groups"]}
    cells = [{row["id"]: row["cell"] for row in item["groups"]} for item in items]
    rows = [[name, *(rate_or_word(section, found.get(group)) for found in cells)] for group, name in names.items()]
    hidden = any(row["cell"]["shown"] is False for item in items for row in item["groups"])
    unseen = [f"“不显示”：{HIDDEN_TEXT}。"] if hidden else []
    notes = [f"表中为{single_head(section)}。", *unseen, *_merged_notes(items)]
    notes += [f"“{item['label']}”：{item['groups_text']}。" for item in unit["items"] if not item["groups"]]
    return joined([table(caption, columns, rows), paragraph("".join(notes), Style.NOTE)])


def _merged_notes(items: Sequence[ItemTable]) -> list[str]:
    """Say which voter groups a merged row holds; it may be others for another item."""
    merged: dict[tuple[str, ...], list[str]] = {}
    for item in items:
        for row in item["groups"]:
            if "members" in row:
                merged.setdefault((row["name"], *row["members"]), []).append(item["label"])
    return [
        f"“{name}”"
        + ("" if len(labels) == len(items) else f"（{'、'.join(labels)}）")
        + f"包括：{'、'.join(members)}。"
        for (name, *members), labels in merged.items()
    ]


def rate_or_word(section: Section, cell: shown.Cell | None) -> str:
    """Return the figure of a cell that decides, or the word that it is not shown; a dash where there is no cell."""
    if cell is None:
        return NO_FIGURE
    return main_of(section, cell) if cell["shown"] else "不显示"


def chain_table(document: Document, shown_columns: ChainColumns, caption: str) -> Markup:
    """Return the counting chain of every voter group and of all together."""
    chain = document["chain"]
    labels = shown_columns.labels()
    columns = fitted([Column("类别", 0, Style.CELL), *(Column(label, 120 / max(len(labels), 7)) for label in labels)])
    rows = [_chain_row(row["name"], row, shown_columns) for row in chain["groups"]]
    told = table(caption, columns, [*rows, _chain_row("合计", chain["total"], shown_columns)])
    by_section = [f"{text}。" for text in ballot_texts(chain) if shown_columns.returns]
    return joined([told, paragraphs(by_section, Style.NOTE)])


def _chain_row(name: str, row: ChainRow, columns: ChainColumns) -> list[Cell]:
    slips = [str(row[key]) for key in columns.slips]
    if not columns.returns:
        return [name, *slips]
    if "returned" not in row:
        return [name, *slips, Spanning(HIDDEN_TEXT, len(columns.returns) + len(RATES))]
    rates = (row["return_rate"], shown.participation_rate(row))
    return [name, *slips, *(str(row[key]) for key in columns.returns), *map(figure_text, rates)]


def chain_sentence(document: Document) -> str:
    """Say the counting chain of all voter groups together."""
    total = document["chain"]["total"]
    begin = f"应参加 {total['expected']} 人，发出 {total['issued']} 份，"
    if "returned" not in total:
        return f"{begin}收回情况{HIDDEN_TEXT}。"
    rates = zip(RATES, (total["return_rate"], shown.participation_rate(total)), strict=True)
    told = "".join(f"，{CHAIN[key]} {rate['text']}" for key, rate in rates if rate)
    if "present" in total and "not_voted" in total:
        begin = f"应参加 {total['expected']} 人，到会 {total['present']} 人，发出 {total['issued']} 份，"
        told = f"，未投票 {total['not_voted']} 人{told}"
    return (
        f"{begin}收回 {total['returned']} 份，其中有效 {total['valid']} 份、无效 {total['invalid']} 份、"
        f"空白 {total['blank']} 份{told}。"
    )


def warnings_of(document: Document) -> list[str]:
    """Return what the reader of the whole result must be warned of."""
    return [note["text"] for note in (*document["chain"]["warnings"], *document["notes"])]


def counts_table(document: Document) -> Markup:
    """Return the counts of an announced round, every option of whatever was asked; nothing of a protected one."""
    if extent_of(document) is None:
        return Markup()
    slides = slides_of(document)
    columns = [
        Column("对象", 0, Style.CELL),
        Column("指标", 28),
        Column("票数（占比）", 68, Style.CELL),
        Column("有效", 12),
        Column("结论", 18),
    ]
    rows = [row for at, slide in enumerate(slides) for row in _told_rows(slide, slides[at - 1].part if at else "")]
    words = "，".join(f"{word} {count} 个" for word, _, count in summary_of_words(slides))
    return joined(
        [table("公开计票结果", fitted(columns), rows), paragraph(f"共 {len(slides)} 个：{words}。", Style.NOTE)]
    )


def _told_rows(slide: Slide, before: str) -> Iterator[list[Cell]]:
    """Yield the rows of an object, under one with the name of its section where that begins."""
    if slide.part != before:
        yield [Spanning(slide.part, 5)]
    name = f"{slide.name}（{slide.responsible}）" if slide.responsible else slide.name
    word = two_lines(slide.word, beside) if (beside := beside_word(slide)) else slide.word
    for place, part in enumerate(slide.asked):
        lead = ("", "") if place else (name, word)
        yield [lead[0], part.label, options_text(part), part.valid or NO_FIGURE, lead[1]]


def meeting_block(result: Published) -> Markup:
    """Return what was typed to stand beside the result."""
    return paragraphs(f"{label}：{text}" for label, text in result.meeting.lines())


def reasons_of(verdict: Ruling) -> str:
    """Return the reasons of a verdict as one sentence; empty if there are none."""
    texts = [reason["text"] for reason in verdict["reasons"]]
    return f"{'；'.join(texts)}。" if texts else ""


def method_block(document: Document) -> Markup:
    """Return formula, rule and weights, as they were frozen with the paper."""
    return paragraphs(_method_lines(document), Style.NOTE)


def _method_lines(document: Document) -> Iterator[str]:
    yield from texts_of(only_section(document))
    about = document["round"]
    if "disclosure" in about:
        yield f"无记名。投票前已说明：{about['disclosure']['text']}有效少于 {about['k']} 份的数据不显示。"
        return
    yield (
        f"有效少于 {about['k']} 份的数据不显示；评价几乎全部相同，或几乎没有人满意的，只显示区间；"
        f"意见满 {about['remark_k']} 条才显示。"
    )


def remarks_block(unit: Target, remark_k: int, most: int) -> Markup:
    """Return the remarks to a unit that may be read, at most ``most`` of them."""
    remarks = unit["remarks"]
    if not remarks["shown"]:
        return paragraph(f"没有意见，或不足 {remark_k} 条，为保护匿名不显示。")
    texts = remarks["texts"]
    listed = "" if len(texts) <= most else f"，以下列出 {most} 条，其余见统计表“意见”"
    head = paragraph(f"共 {remarks['count']} 条{listed}。顺序随机，与任何一张票无关。")
    return joined([head, paragraphs((f"• {text}" for text in texts[:most]), Style.REMARK)])
