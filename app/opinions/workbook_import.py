"""Opinions out of an uploaded workbook: every bad cell is named before anything is saved, what is shown is masked."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from app.campaigns.reads import CampaignView
from app.campaigns.workbook_import import CellProblem
from app.core.errors import DomainError
from app.core.masking import length
from app.office.workbook import Cell, Row, Sheet, read_workbook
from app.opinions.domain import MOST_OPINIONS, TEXT_LIMIT, Source
from app.opinions.service import NUMBER_LIMIT, Hiding, TypedOpinion, number_key

SHEET = "意见"
SHEETS = (SHEET, "意见建议", "征求意见", "Sheet1")
# The first title is the one the template prints.
TITLES: Mapping[str, tuple[str, ...]] = {
    "source": ("来源", "意见来源", "渠道"),
    "number": ("编号", "序号", "号", "编码"),
    "unit": ("单位", "单位名称", "涉及单位", "被测评单位"),
    "text": ("意见", "意见内容", "意见建议", "意见和建议", "内容"),
}
NEEDED = ("source", "number", "text")
SOURCES: Mapping[Source, tuple[str, ...]] = {
    Source.SHEET: ("征求意见表", "意见表", "征求意见"),
    Source.MEETING: ("座谈会", "座谈"),
    Source.OTHER: ("其他", "其它", "意见箱", "来信", "来访", "电话"),
}
CHUNK = 150_000
MOST_CARRIED = 650_000
_LETTERS = "ABCD"
_HEADER_WITHIN = 10
_SHOWN = 40

PROBLEM_SENTENCES: Mapping[str, str] = {
    "header_missing": "没有找到“%(wanted)s”这一列。请在表头写上这个列名。",
    "header_twice": "“%(value)s”这一列出现了两次。请只保留一列。",
    "sheet_empty": "表头下面没有内容。请填写后再上传。",
    "too_many_rows": "最多 %(limit)s 条意见，从这一行起没有读取。请删去多余的行。",
    "text_empty": "没有填写。",
    "source_unknown": "“%(value)s”不是来源。请写“征求意见表”“座谈会”或“其他”。",
    "text_too_long": "共 %(length)s 个字，最多 %(limit)s 个字。",
    "text_error": "单元格是公式错误“%(value)s”。请改为文字。",
    "number_twice": "来源和编号与第 %(first_row)s 行重复。",
    "number_known": "这个来源的“%(value)s”号意见已经录入。请核对编号，或删去这一行。",
    "unit_unknown": "单位名单中没有“%(value)s”。请核对名称，不针对某个单位的留空。",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """Good rows, masked, and every problem; may be saved only if there is no problem."""

    rows: tuple[TypedOpinion, ...]
    problems: tuple[CellProblem, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What rows are checked against: the campaign's units, what was collected before, and whom to mask."""

    campaign: CampaignView
    numbers: frozenset[tuple[str, str]]
    hide: Hiding


_CARRIED = TypeAdapter(list[tuple[str, str, str, str]])


def preview_upload(known: Known, data: bytes) -> Preview:
    """Read an uploaded workbook; DomainError ``workbook_…`` where it is none."""
    workbook = read_workbook(data)
    sheet = workbook.sheet(*SHEETS) or next(iter(workbook.sheets), None)
    if sheet is None:
        raise DomainError("workbook_empty")
    return _preview(known, sheet)


def preview_carried(known: Known, parts: Sequence[str]) -> Preview:
    """Check what the page carried by the same rules as the upload."""
    try:
        rows = [row for part in parts for row in _CARRIED.validate_json(part)]
    except ValidationError as error:
        raise DomainError("form_malformed") from error
    texts = [tuple(titles[0] for titles in TITLES.values()), *rows]
    return _preview(known, Sheet(SHEET, tuple(_row(number, row) for number, row in enumerate(texts, 1))))


def _row(number: int, texts: Sequence[str]) -> Row:
    cells = (Cell(SHEET, number, letter, text) for letter, text in zip(_LETTERS, texts, strict=True) if text)
    return Row(number, tuple(cells))


def carry(known: Known, preview: Preview) -> list[str]:
    """Return the rows as the page carries them, in parts; DomainError ``import_too_much``."""
    names = {unit.id: unit.name for unit in known.campaign.units}
    parts, part, size, total = [], list[list[str]](), 0, 0
    for row in preview.rows:
        texts = [SOURCES[Source(row.source)][0], row.number, names.get(row.unit_id, ""), row.text]
        if size > CHUNK:
            parts.append(part)
            part, size = [], 0
        part.append(texts)
        long = len(json.dumps(texts, ensure_ascii=False))
        size, total = size + long, total + long
    if total > MOST_CARRIED:
        raise DomainError("import_too_much")
    return [json.dumps(part, ensure_ascii=False, separators=(",", ":")) for part in [*parts, part] if part]


def _preview(known: Known, sheet: Sheet) -> Preview:
    table = _Table(known, sheet)
    rows = tuple(row for row in table.read() if row is not None)
    if not rows and not table.problems:
        table.report(1, "text", "sheet_empty")
    return Preview(rows, tuple(table.problems))


def _key(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _column(title: str) -> str:
    plain = re.sub(r"\(.*?\)|[*:]", "", _key(title))
    return next((key for key, titles in TITLES.items() if plain in titles), "")


class _Table:
    """A sheet from its header downwards; collects the problems of its cells."""

    def __init__(self, known: Known, sheet: Sheet) -> None:
        self.known, self.sheet = known, sheet
        self.problems: list[CellProblem] = []
        self._columns: dict[str, str] = {}
        self._first_rows: dict[tuple[str, str], int] = {}
        self._units = {_key(unit.name): unit.id for unit in known.campaign.units}
        self._sources = {name: source for source, names in SOURCES.items() for name in names}

    def report(self, row: int, key: str, code: str, **params: object) -> None:
        """Add a problem of the cell under a column."""
        letter, name = self._columns.get(key, _LETTERS[list(TITLES).index(key)]), TITLES[key][0]
        self.problems.append(CellProblem(self.sheet.name, row, letter, name, code, params))

    def read(self) -> Iterator[TypedOpinion | None]:
        """Yield every row that lists something; None for one with a problem."""
        for counted, row in enumerate(self._body(), 1):
            if counted > MOST_OPINIONS:
                self.report(row.number, "text", "too_many_rows", limit=MOST_OPINIONS)
                return
            yield self._opinion(row)

    def _body(self) -> Iterator[Row]:
        """Yield the rows below the header, none where a needed column is missing."""
        heads = self.sheet.rows[:_HEADER_WITHIN]
        place = max(range(len(heads)), key=lambda at: sum(bool(_column(c.text)) for c in heads[at].cells), default=0)
        for cell in heads[place].cells if heads else ():
            key = _column(cell.text)
            if key in self._columns:
                self.report(heads[place].number, key, "header_twice", value=cell.text[:_SHOWN])
            elif key:
                self._columns[key] = cell.column
        missing = [key for key in NEEDED if key not in self._columns]
        for key in missing:
            self.report(heads[place].number if heads else 1, key, "header_missing", wanted=TITLES[key][0])
        body = () if missing else self.sheet.rows[place + 1 :]
        return (row for row in body if any(self._text(row, key) for key in TITLES))

    def _text(self, row: Row, key: str) -> str:
        return row.text(self._columns[key]).strip() if key in self._columns else ""

    def _opinion(self, row: Row) -> TypedOpinion | None:
        before = len(self.problems)
        source, unit_id = self._source(row), self._unit(row)
        number = self._number(row, source)
        text = self._words(row)
        return TypedOpinion(source, number, unit_id, text) if len(self.problems) == before else None

    def _filled(self, row: Row, key: str, limit: int) -> str:
        """Return the text of a cell; empty where it was reported."""
        text = self._text(row, key)
        if not text:
            self.report(row.number, key, "text_empty")
        elif text.startswith("#") and text.rstrip("!?").isupper() and len(text) < _HEADER_WITHIN:
            self.report(row.number, key, "text_error", value=text)
        elif len(text) > limit:
            self.report(row.number, key, "text_too_long", length=len(text), limit=limit)
        else:
            return text
        return ""

    def _source(self, row: Row) -> str:
        text = self._filled(row, "source", _SHOWN)
        source = self._sources.get(_key(text), "")
        if text and not source:
            self.report(row.number, "source", "source_unknown", value=text)
        return source

    def _number(self, row: Row, source: str) -> str:
        number = self._filled(row, "number", NUMBER_LIMIT)
        key = number_key(source, number)
        if number and source:
            first = self._first_rows.setdefault(key, row.number)
            if first != row.number:
                self.report(row.number, "number", "number_twice", first_row=first)
            elif key in self.known.numbers:
                self.report(row.number, "number", "number_known", value=number)
        return number

    def _unit(self, row: Row) -> str:
        text = self._text(row, "unit")
        if text and _key(text) not in self._units:
            self.report(row.number, "unit", "unit_unknown", value=text[:_SHOWN])
        return self._units.get(_key(text), "")

    def _words(self, row: Row) -> str:
        """Return the masked text. Marks may be longer than what they hide, so only signs of the writer count."""
        masked = self.known.hide.mask(self._text(row, "text"))
        if not masked:
            self.report(row.number, "text", "text_empty")
        elif length(masked) > TEXT_LIMIT:
            self.report(row.number, "text", "text_too_long", length=length(masked), limit=TEXT_LIMIT)
        return masked
