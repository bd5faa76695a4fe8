"""What Word reports say, piece by piece: tables and sentences of texts that stand in the result document."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from markupsafe import Markup

from app.campaigns.domain import Measure
from app.office.language import _, clauses, date_of, listed, run_on, said
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
    two_lines,
)
from app.publication.charts import distribution_of, shares_of
from app.publication.domain import has_intervals
from app.publication.editions import Published
from app.reports.fields import ROOT
from app.reports.language import lines_of_meeting, notes_of_sums
from app.reports.ruled import ruled
from app.reports.strips import strip_pngs
from app.tally import shown
from app.tally.document import Document, Section, Target, only_section, parts_of
from app.tally.facts import texts_of
from app.tally.headed import figures_of, has_means, heads_of, is_judged_by_points, main_of, single_head
from app.tally.headings import full_label, headed, label_under
from app.tally.shown import (
    NO_FIGURE,
    ItemTable,
    Overall,
    Ruling,
    ShownCell,
    figure_text,
    measure_of,
)
from app.tally.sums import sums_in
from app.tally.wording import HIDDEN_TEXT

NUMBER_BLANK = "〔　　　　〕　　号"

_STRIP = 22
_GRADE, _RATE, _COUNT, _RANGED = 13.5, 13.5, 10, 20


def common_values(result: Published, title: str, number: str, now: datetime) -> dict[str, str]:
    """Return the fields that every kind of report has."""
    about = result.document["round"]
    version = "第 %(version)s 版。更正理由：%(reason)s"
    corrected = _(version, version=result.version, reason=result.reason) if result.version > 1 else ""
    return {
        "标题": one_line(_("（演练）%(title)s", title=title) if about["rehearsal"] else title),
        "组织单位": one_line(about["organisation"]),
        "活动": one_line(about["campaign"]),
        "日期": date_of(now),
        "核验码": result.code,
        ROOT: result.signs or _("无"),
        "文号": one_line(number) or _(NUMBER_BLANK),
        "版本": one_line(corrected),
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
        extra = [Column(said(self._section["formula"]["measure_label"]), _RATE)] if self._extra else []
        others = [Column(_("%(label)s率", label=label), _RATE) for label in self._others]
        first, *rest = heads_of(self._section)
        return [
            *(Column(label, _GRADE) for label in self._grades),
            Column(said(first), _RANGED if has_intervals(self._section) else _RATE),
            *extra,
            *(Column(said(head), _RATE) for head in rest),
            Column(_("有效人数"), _COUNT),
            *others,
        ]

    def cells(self, cell: shown.Cell) -> list[Cell]:
        """Return the figures of a cell; of a hidden one the words that say so, over all columns."""
        if not cell["shown"]:
            return [Spanning(said(cell["text"]), len(self.columns()))]
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
        words = _("，").join(f"{row['label']} {row['share']['text']}" for row in distribution_of(cell))
        return self._pictures.run(self._strips[shares], _STRIP - 2, words)


def items_table(figures: Figures, unit: Target, caption: str) -> Markup:
    """Return the table of a unit's items with a bar in every row."""
    columns = [Column(_("指标"), 0, Style.CELL), Column(_("分布"), _STRIP, Style.HEAD), *figures.columns()]
    rows = rows_of(parts_of(unit), columns, lambda part: [figures.strip(part["total"]), *figures.cells(part["total"])])
    return joined([ruled(caption, columns, rows), paragraphs(notes_of_sums(sums_in(unit)), Style.NOTE)])


def rows_of(
    parts: Iterable[ItemTable | Overall], columns: Sequence[Column], cells: Callable[[ItemTable | Overall], list[Cell]]
) -> Iterator[list[Cell]]:
    """Yield the row of each item, before which stands a row of the heading that begins with it."""
    for heading, part in headed(parts):
        if heading:
            yield [Spanning(heading, len(columns))]
        yield [label_under(part), *cells(part)]


def groups_table(section: Section, unit: Target, caption: str) -> Markup:
    """Return the table of 满意率 or means by voter group and item; the document's own words where no group is shown."""
    items = [item for item in unit["items"] if item["groups"]]
    if not items:
        return paragraph(said(next((item["groups_text"] for item in unit["items"]), HIDDEN_TEXT)), Style.NOTE)
    width = (TEXT_WIDTH - 36) / len(items)
    columns = [Column(_("类别"), 36, Style.CELL), *(Column(full_label(item), width) for item in items)]
    names = {row["id"]: said(row["name"]) for item in items for row in item["groups"]}
    cells = [{row["id"]: row["cell"] for row in item["groups"]} for item in items]
    rows = [[name, *(rate_or_word(section, found.get(group)) for found in cells)] for group, name in names.items()]
    hidden = any(row["cell"]["shown"] is False for item in items for row in item["groups"])
    unseen = [_("“不显示”：%(why)s。", why=said(HIDDEN_TEXT))] if hidden else []
    notes = [_("表中为%(figure)s。", figure=said(single_head(section))), *unseen, *_merged_notes(items)]
    untold = [(item["label"], said(item["groups_text"])) for item in unit["items"] if not item["groups"]]
    notes += [_("“%(name)s”：%(why)s。", name=label, why=why) for label, why in untold]
    return joined([ruled(caption, columns, rows), paragraph(run_on(notes), Style.NOTE)])


def _merged_notes(items: Sequence[ItemTable]) -> list[str]:
    """Say which voter groups a merged row holds; it may be others for another item."""
    merged: dict[tuple[str, ...], list[str]] = {}
    for item in items:
        for row in item["groups"]:
            if "members" in row:
                merged.setdefault((said(row["name"]), *row["members"]), []).append(item["label"])
    found = [(name, listed(members), labels) for (name, *members), labels in merged.items()]
    return [
        _("“%(name)s”包括：%(members)s。", name=name, members=members)
        if len(labels) == len(items)
        else _("“%(name)s”（%(items)s）包括：%(members)s。", name=name, items=listed(labels), members=members)
        for name, members, labels in found
    ]


def rate_or_word(section: Section, cell: shown.Cell | None) -> str:
    """Return the figure of a cell that decides, or the word that it is not shown; a dash where there is no cell."""
    if cell is None:
        return NO_FIGURE
    return main_of(section, cell) if cell["shown"] else _("不显示")


def meeting_block(result: Published) -> Markup:
    """Return what was typed to stand beside the result."""
    return paragraphs(lines_of_meeting(result))


def reasons_of(verdict: Ruling) -> str:
    """Return the reasons of a verdict as one sentence; empty if there are none."""
    texts = [said(reason["text"]) for reason in verdict["reasons"]]
    return _("%(text)s。", text=clauses(texts)) if texts else ""


def method_block(document: Document) -> Markup:
    """Return formula, rule and weights, as they were frozen with the paper."""
    return paragraphs(_method_lines(document), Style.NOTE)


def _method_lines(document: Document) -> Iterator[str]:
    yield from map(said, texts_of(only_section(document)))
    about = document["round"]
    if "disclosure" in about:
        promise, k = said(about["disclosure"]["text"]), about["k"]
        yield run_on(
            [_("无记名。"), _("投票前已说明：%(promise)s", promise=promise), _("有效少于 %(k)s 份的数据不显示。", k=k)]
        )
        return
    limits = (
        "有效少于 %(k)s 份的数据不显示；评价几乎全部相同，或几乎没有人满意的，只显示区间；意见满 %(remark)s 条才显示。"
    )
    yield _(limits, k=about["k"], remark=about["remark_k"])


def remarks_block(unit: Target, remark_k: int, most: int) -> Markup:
    """Return the remarks to a unit that may be read, at most ``most`` of them."""
    remarks = unit["remarks"]
    if not remarks["shown"]:
        return paragraph(_("没有意见，或不足 %(k)s 条，为保护匿名不显示。", k=remark_k))
    texts = remarks["texts"]
    rest = "" if len(texts) <= most else _("，以下列出 %(most)s 条，其余见统计表“意见”", most=most)
    told = _("共 %(count)s 条%(rest)s。顺序随机，与任何一张票无关。", count=remarks["count"], rest=rest)
    head = paragraph(told)
    return joined([head, paragraphs((f"• {text}" for text in texts[:most]), Style.REMARK)])
