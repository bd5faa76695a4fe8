"""Opinions out of an uploaded workbook: every bad cell is named before anything is saved, what is shown is masked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pydantic import TypeAdapter

from app.campaigns.both_names import BothNames
from app.campaigns.reads import CampaignView
from app.core.errors import DomainError
from app.core.folding import folded
from app.core.masking import length
from app.office.sheets import tables
from app.office.sheets.carried import brought, carried
from app.office.sheets.listings import Listing
from app.office.sheets.notes import Note, rows_told
from app.office.sheets.tables import SHOWN, CellProblem, Reading, Table, cells_row, has_needed, left_sheets
from app.office.workbook import Row, Sheet, Workbook, read_workbook
from app.opinions.domain import MOST_OPINIONS, TEXT_LIMIT, Source
from app.opinions.service import NUMBER_LIMIT, Hiding, TypedOpinion, number_key

SHEET = "意见"
SHEETS = (SHEET, "意见建议", "征求意见", "Opinions")
LISTING: Final = Listing(
    {
        "source": (
            "来源", "意见来源", "渠道", "来源渠道", "收集渠道", "征集渠道", "征求渠道", "途径", "收集方式",
            "Source",
        ),
        "number": ("编号", "意见编号", "号", "编码", "序号", "流水号", "No.", "Number"),
        "unit": (
            "单位", "单位名称", "涉及单位", "被测评单位", "责任单位", "涉及部门", "责任部门", "部门", "承办单位",
            "承办部门", "主办单位", "牵头单位", "整改单位", "被评单位", "测评对象", "参评单位", "所属单位",
            "涉及单位名称", "对口单位", "Unit", "Unit concerned",
        ),
        "text": (
            "意见", "意见内容", "意见建议", "意见和建议", "意见与建议", "意见及建议", "具体意见", "具体内容", "内容",
            "反映内容", "反映问题", "反映的问题", "问题和建议", "问题", "问题描述", "建议", "意见或建议", "意见原文",
            "Opinion", "Opinions",
        ),
    },
    ("source", "number", "text"),
)  # fmt: skip
TITLES: Mapping[str, Sequence[str]] = LISTING.titles
SOURCES: Mapping[Source, tuple[str, ...]] = {
    Source.SHEET: ("征求意见表", "意见表", "征求意见", "意见征求表", "书面征求意见", "Opinion form"),
    Source.MEETING: ("座谈会", "座谈", "座谈会议", "Meeting"),
    Source.OTHER: (
        "其他", "其它", "意见箱", "来信", "来访", "电话", "网络", "网上", "信访", "走访", "调研", "热线", "邮件",
        "Other",
    ),
}  # fmt: skip
_SAID_OTHER = frozenset({"其他", "其它", "other"})
_BETWEEN_UNITS = re.compile(r"[、;；,，\n/]+")

PROBLEM_SENTENCES: Mapping[str, str] = {
    **tables.PROBLEM_SENTENCES,
    "too_many_rows": "最多 %(limit)s 条意见，从这一行起没有读取。请删去多余的行。",
    "source_unknown": "“%(value)s”不是来源。请写“征求意见表”“座谈会”或“其他”。",
    "number_twice": "来源和编号与第 %(first_row)s 行重复。",
    "number_elsewhere": "来源和编号与工作表“%(sheet)s”第 %(first_row)s 行重复。",
    "number_known": "这个来源的“%(value)s”号意见已经录入。请核对编号，或删去这一行。",
    "unit_unknown": "单位名单中没有“%(value)s”。请核对名称，不针对某个单位的留空。",
    "unit_several": "“%(value)s”是几个单位，一条意见只能针对一个。请分成几行，或留空。",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """Good rows, masked, and every problem; may be saved only if there is no problem."""

    rows: tuple[TypedOpinion, ...]
    problems: tuple[CellProblem, ...]
    reading: Reading = field(default=Reading(), compare=False)


@dataclass(frozen=True, slots=True)
class Known:
    """What rows are checked against: the campaign's units, what was collected before, and whom to mask."""

    campaign: CampaignView
    numbers: frozenset[tuple[str, str]]
    hide: Hiding


_CARRIED = TypeAdapter(list[tuple[str, str, str, str]])


def preview_upload(known: Known, data: bytes) -> Preview:
    """Read an uploaded workbook; DomainError ``workbook_…`` where it is none."""
    workbook = read_workbook(data, SHEETS)
    sheets = _chosen(workbook)
    made = _preview(known, sheets)
    return replace(made, reading=made.reading + left_sheets(workbook, sheets, (LISTING,)))


def _chosen(workbook: Workbook) -> list[Sheet]:
    """Return every sheet with the columns of opinions, the template's own first; one sheet where none has them."""
    read = [sheet for sheet in workbook.sheets if not sheet.state]
    ordered = sorted(read, key=lambda sheet: SHEETS.index(sheet.name) if sheet.name in SHEETS else len(SHEETS))
    fitting = [sheet for sheet in ordered if has_needed(sheet, LISTING)]
    chosen = fitting or [sheet for sheet in ordered if sheet.rows][:1] or ordered[:1]
    if not chosen:
        raise DomainError("workbook_hidden")
    return chosen


def preview_carried(known: Known, parts: Sequence[str]) -> Preview:
    """Check what the page carried by the same rules as the upload."""
    rows = brought(_CARRIED, parts)
    texts = [tuple(titles[0] for titles in TITLES.values()), *rows]
    return _preview(known, [Sheet(SHEET, tuple(cells_row(number, row) for number, row in enumerate(texts, 1)))])


def carry(known: Known, preview: Preview) -> list[str]:
    """Return the rows as the page carries them, in parts; DomainError ``import_too_much``."""
    names = {unit.id: unit.name for unit in known.campaign.units}
    return carried(
        (SOURCES[Source(row.source)][0], row.number, names.get(row.unit_id, ""), row.text) for row in preview.rows
    )


def _preview(known: Known, sheets: Sequence[Sheet]) -> Preview:
    seen = _Seen()
    listed = [_Table(known, sheet, seen) for sheet in sheets]
    rows = tuple(row for table in listed for row in table.read() if row is not None)
    if not rows and not any(table.problems for table in listed):
        listed[0].report(1, "text", "sheet_empty")
    problems = tuple(problem for table in listed for problem in table.problems)
    return Preview(rows, problems, sum((table.reading() for table in listed), Reading()))


class _Seen:
    """What stood in earlier rows, of whatever sheet."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[str, str], tuple[str, int]] = {}
        self.count = 0


class _Table(Table):
    """A sheet of opinions."""

    def __init__(self, known: Known, sheet: Sheet, seen: _Seen) -> None:
        super().__init__(sheet, LISTING)
        self.known, self._seen = known, seen
        names = BothNames.of(known.campaign.english, (unit.name for unit in known.campaign.units)).known
        ids = {unit.name: unit.id for unit in known.campaign.units}
        self._units = {written: ids[name] for written, name in names.items()}
        self._sources = {folded(name): source for source, names in SOURCES.items() for name in names}
        self._others: dict[str, list[int]] = {}

    def read(self) -> Iterator[TypedOpinion | None]:
        """Yield every row that lists something; None for one with a problem."""
        for row in self.rows():
            self._seen.count += 1
            if self._seen.count > MOST_OPINIONS:
                self.report(row.number, "text", "too_many_rows", limit=MOST_OPINIONS)
                return
            yield self._opinion(row)

    def reading(self) -> Reading:
        """Return what was understood and not taken, and which sources were taken for another."""
        others = (
            Note(self.sheet.name, "row", rows_told(rows), "source_other", {"value": value[:SHOWN]})
            for value, rows in self._others.items()
        )
        return super().reading() + Reading((), tuple(others))

    def _opinion(self, row: Row) -> TypedOpinion | None:
        before = len(self.problems)
        source, unit_id = self._source(row), self._unit(row)
        number = self._number(row, source)
        text = self._words(row)
        return TypedOpinion(source, number, unit_id, text) if len(self.problems) == before else None

    def _filled(self, row: Row, key: str, limit: int) -> str:
        """Return the text of a cell; empty where it was reported."""
        text = self.text(row, key)
        if not text:
            self.report(row.number, key, "text_empty")
        elif len(text) > limit:
            self.report(row.number, key, "text_too_long", length=len(text), limit=limit)
        else:
            return text
        return ""

    def _source(self, row: Row) -> str:
        text = self._filled(row, "source", SHOWN)
        source = self._sources.get(folded(text), "")
        if text and not source:
            self.report(row.number, "source", "source_unknown", value=text)
        if source == Source.OTHER and folded(text) not in _SAID_OTHER:
            self._others.setdefault(text, []).append(row.number)
        return source

    def _number(self, row: Row, source: str) -> str:
        number = self._filled(row, "number", NUMBER_LIMIT)
        key = number_key(source, number)
        if number and source:
            here = self.sheet.name, row.number
            first = self._seen.numbers.setdefault(key, here)
            if first != here:
                code = "number_twice" if first[0] == here[0] else "number_elsewhere"
                self.report(row.number, "number", code, sheet=first[0], first_row=first[1])
            elif key in self.known.numbers:
                self.report(row.number, "number", "number_known", value=number)
        return number

    def _unit(self, row: Row) -> str:
        text = self.text(row, "unit")
        if text and folded(text) not in self._units:
            parts = [folded(part) for part in _BETWEEN_UNITS.split(text)]
            code = "unit_several" if len(parts) > 1 and set(parts) <= set(self._units) else "unit_unknown"
            self.report(row.number, "unit", code, value=text[:SHOWN])
        return self._units.get(folded(text), "") if text else ""

    def _words(self, row: Row) -> str:
        """Return the masked text. Marks may be longer than what they hide, so only signs of the writer count."""
        masked = self.known.hide.mask(self.text(row, "text"))
        if not masked:
            self.report(row.number, "text", "text_empty")
        elif length(masked) > TEXT_LIMIT:
            self.report(row.number, "text", "text_too_long", length=length(masked), limit=TEXT_LIMIT)
        return masked
