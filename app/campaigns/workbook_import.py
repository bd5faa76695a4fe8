"""Units and voter groups out of an uploaded workbook: every bad cell is named before anything is saved."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.campaigns.domain import GROUP_FLOOR
from app.core.errors import DomainError
from app.office.workbook import Row, Sheet, Workbook

UNITS_SHEET = "单位"
GROUPS_SHEET = "参评人员类别"
UNITS_SHEETS = (UNITS_SHEET, "参评单位", "被测评单位", "单位名单")
GROUPS_SHEETS = (GROUPS_SHEET, "参评人员", "人员类别", "类别")
SHEETS = UNITS_SHEETS + GROUPS_SHEETS

# The first title is the one the template prints.
TITLES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    UNITS_SHEET: {
        "order": ("序号", "编号", "排序", "序"),
        "name": ("单位名称", "单位", "名称", "参评单位", "被测评单位", "单位全称"),
        "short": ("简称", "单位简称"),
        "note": ("备注", "说明"),
    },
    GROUPS_SHEET: {
        "order": ("序号", "编号", "排序", "序"),
        "name": ("类别名称", "类别", "参评人员类别", "人员类别", "参评人员", "名称"),
        "expected": ("应参加人数", "应参加", "人数", "应到人数", "应到"),
        "leaves_out": ("不参评单位", "不测评单位", "不评单位", "回避单位"),
    },
}
REQUIRED = {UNITS_SHEET: ("name",), GROUPS_SHEET: ("name", "expected")}

MAX_NAME = 60
MAX_ORDER = 9_999
MAX_EXPECTED = 100_000
MAX_LISTED = {UNITS_SHEET: 1_000, GROUPS_SHEET: 100}

_HEADER_WITHIN = 10
_SHOWN = 40
_TOTALS = frozenset({"合计", "总计", "小计", "共计"})
_NOTHING = frozenset({"无", "没有", "-", "—", "——", "/"})
_EXCEL_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})
_SEPARATOR = re.compile(r"[、;；,，\n\r]+")
_EXCEL_ESCAPE = re.compile(r"_x[0-9A-Fa-f]{4}_")

PROBLEM_SENTENCES: Mapping[str, str] = {
    "header_missing": "没有找到“%(wanted)s”这一列。请在表头写上这个列名。",
    "header_twice": "“%(value)s”这一列出现了两次。请只保留一列。",
    "sheet_empty": "表头下面没有内容。请填写后再上传。",
    "too_many_rows": "最多 %(limit)s 行，从这一行起没有读取。请删去多余的行。",
    "total_row": "这像是“%(value)s”行，不是名单。请删去这一行。",
    "order_empty": "其他行有序号，这一行没有。请补上序号，或清空整列序号。",
    "order_not_whole": "“%(value)s”不是 1 到 %(high)s 之间的整数。",
    "order_twice": "序号 %(value)s 与第 %(first_row)s 行重复。",
    "text_empty": "没有填写。",
    "text_too_long": "共 %(length)s 个字，最多 %(limit)s 个字。",
    "text_control": "含有看不见的字符（%(value)s）或换行。请删去后重新填写。",
    "text_error": "单元格是公式错误“%(value)s”。请改为文字。",
    "name_twice": "“%(value)s”与第 %(first_row)s 行重复。",
    "expected_empty": "没有填写应参加人数。",
    "expected_not_whole": "“%(value)s”不是整数。请只填数字。",
    "expected_out_of_range": "“%(value)s”不在 1 到 %(high)s 之间。",
    "expected_below_k": "只有 %(value)s 人，少于 %(k)s 人的类别不能保证匿名。请与其他类别合并。",
    "unit_unknown": "单位名单中没有“%(value)s”。请核对名称，多个单位用“、”隔开。",
    "all_units_left_out": "所有单位都被列为不参评，这一类别将无事可评。",
}


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A rated unit as the workbook lists it; ``order`` is its place in the official order."""

    order: int
    name: str
    short: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A voter group as the workbook lists it; ``leaves_out`` holds full names of units."""

    order: int
    name: str
    expected: int
    leaves_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CellProblem:
    """What is wrong in one cell; its sentence is ``PROBLEM_SENTENCES[code] % params``."""

    sheet: str
    row: int
    column: str
    column_name: str
    code: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preview:
    """Good rows in official order and every problem; may be saved only if there is no problem.

    ``units`` or ``groups`` is None where the workbook lists none: what is saved already stays.
    """

    units: tuple[UnitRow, ...] | None
    groups: tuple[GroupRow, ...] | None
    problems: tuple[CellProblem, ...]


def preview_workbook(workbook: Workbook, known_units: Sequence[str] = ()) -> Preview:
    """Check a workbook read with ``read_workbook(data, SHEETS)``.

    ``known_units`` are the campaign's units, used where the workbook brings none. Raises DomainError
    ``workbook_no_sheet`` if neither sheet is there.
    """
    units_sheet, groups_sheet = workbook.sheet(*UNITS_SHEETS), workbook.sheet(*GROUPS_SHEETS)
    if units_sheet is None and groups_sheet is None:
        found = "、".join(workbook.names)[:200]
        raise DomainError("workbook_no_sheet", units=UNITS_SHEET, groups=GROUPS_SHEET, found=found)
    problems: list[CellProblem] = []
    units, groups, rateable = None, None, {_key(name): name for name in known_units}
    if units_sheet is not None and (table := _Table(units_sheet, UNITS_SHEET, problems)).rows:
        units, rateable = _units(table)
    if groups_sheet is not None and (table := _Table(groups_sheet, GROUPS_SHEET, problems)).rows:
        groups = _groups(table, rateable)
    if units is None and groups is None and not problems:
        empty = units_sheet or groups_sheet
        problems += [CellProblem(empty.name, 1, "A", "", "sheet_empty")] if empty else []
    return Preview(units, groups, tuple(problems))


def _key(text: str) -> str:
    """Names that a reader could not tell apart have one key."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _title(text: str) -> str:
    return re.sub(r"\(.*?\)|[*:]", "", _key(text))


def _whole(text: str) -> int | None:
    """Return the whole number in ``text``, also in full-width digits, with thousands separators or 人 behind it."""
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", _key(text)).removesuffix("人").removesuffix(".0")
    return int(plain) if re.fullmatch(r"[0-9]{1,9}", plain) else None


class _Table:
    """A sheet from its header downwards; collects the problems of its cells."""

    def __init__(self, sheet: Sheet, kind: str, problems: list[CellProblem]) -> None:
        self.sheet = sheet
        self.kind = kind
        self.problems = problems
        self.columns: dict[str, str] = {}
        self.names: dict[str, str] = {key: titles[0] for key, titles in TITLES[kind].items()}
        self._first_rows: dict[tuple[str, str], int] = {}
        self.rows = list(self._listing(self._find_header()))

    def _find_header(self) -> tuple[Row, ...]:
        """Fill ``columns``; the rows below the header, none if a required column is missing."""
        best = max(enumerate(self.sheet.rows[:_HEADER_WITHIN]), key=lambda at: self._matches(at[1]), default=None)
        if best is None or not self._matches(best[1]):
            self.report(1, REQUIRED[self.kind][0], "header_missing", wanted=self.names[REQUIRED[self.kind][0]])
            return ()
        place, header = best
        for cell in header.cells:
            key = self._column_key(cell.text)
            if key in self.columns:
                self.report(header.number, key, "header_twice", column=cell.column, value=cell.text[:_SHOWN])
            elif key:
                self.columns[key] = cell.column
                self.names[key] = cell.text.strip()[:_SHOWN]
        missing = [key for key in REQUIRED[self.kind] if key not in self.columns]
        for key in missing:
            self.report(header.number, key, "header_missing", wanted=self.names[key])
        return () if missing else self.sheet.rows[place + 1 :]

    def _column_key(self, text: str) -> str:
        title = _title(text)
        return next((key for key, titles in TITLES[self.kind].items() if title in titles), "")

    def _matches(self, row: Row) -> int:
        return len({key for cell in row.cells if (key := self._column_key(cell.text))})

    def _listing(self, body: tuple[Row, ...]) -> Iterator[Row]:
        """Yield the rows that list something; a blank row ends nothing, a total is reported."""
        counted = 0
        for row in body:
            texts = {key: self.text(row, key) for key in self.columns}
            if not any(text for key, text in texts.items() if key != "note"):
                continue
            if total := {texts.get("order", ""), texts["name"]} & _TOTALS:
                self.report(row.number, "name", "total_row", value=min(total))
                continue
            counted += 1
            if counted > MAX_LISTED[self.kind]:
                self.report(row.number, "name", "too_many_rows", limit=MAX_LISTED[self.kind])
                return
            yield row

    def text(self, row: Row, key: str) -> str:
        """Return the trimmed text under a column; empty if there is no such column."""
        return row.text(self.columns[key]).strip() if key in self.columns else ""

    def report(self, row: int, key: str, code: str, *, column: str = "", **params: object) -> None:
        """Add a problem of the cell under column ``key`` (or under the letter ``column``)."""
        letter = column or self.columns.get(key, "A")
        self.problems.append(CellProblem(self.sheet.name, row, letter, self.names[key], code, params))

    def is_first(self, row: Row, key: str, text: str, code: str) -> bool:
        """Whether no row above holds the same; otherwise reported."""
        first = self._first_rows.setdefault((key, _key(text)), row.number)
        if first != row.number:
            self.report(row.number, key, code, value=text[:_SHOWN], first_row=first)
        return first == row.number

    def name(self, row: Row, key: str = "name") -> str | None:
        """Return the checked text; None if it was reported. Text that looks like a formula is text."""
        text = self.text(row, key)
        bad = next((letter for letter in text if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"}), "")
        if text in _EXCEL_ERRORS:
            self.report(row.number, key, "text_error", value=text)
        elif bad or _EXCEL_ESCAPE.search(text):
            self.report(row.number, key, "text_control", value=f"U+{ord(bad):04X}" if bad else "_x…_")
        elif len(text) > MAX_NAME:
            self.report(row.number, key, "text_too_long", length=len(text), limit=MAX_NAME)
        elif not text and key == "name":
            self.report(row.number, key, "text_empty")
        else:
            return text if key != "name" or self.is_first(row, key, text, "name_twice") else None
        return None

    def ordered_rows(self) -> list[tuple[Row, int | None]]:
        """Pair each row with its place, which is that in the sheet where no numbers are given; None if reported."""
        if not any(self.text(row, "order") for row in self.rows):
            return [(row, place) for place, row in enumerate(self.rows, start=1)]
        return [(row, self._order(row)) for row in self.rows]

    def _order(self, row: Row) -> int | None:
        text = self.text(row, "order")
        number = _whole(text)
        if not text:
            self.report(row.number, "order", "order_empty")
        elif number is None or not 1 <= number <= MAX_ORDER:
            self.report(row.number, "order", "order_not_whole", value=text[:_SHOWN], high=MAX_ORDER)
        elif self.is_first(row, "order", str(number), "order_twice"):
            return number
        return None


def _units(table: _Table) -> tuple[tuple[UnitRow, ...], dict[str, str]]:
    """Read the units; and every listed name or short name to its unit, also where the row has a problem."""
    found: list[UnitRow] = []
    rateable = {_key(text): table.text(row, "name") for row in table.rows if (text := table.text(row, "short"))}
    rateable |= {_key(text): text for row in table.rows if (text := table.text(row, "name"))}
    for row, order in table.ordered_rows():
        name, short, note = table.name(row), table.name(row, "short"), table.text(row, "note")
        if order is not None and name is not None and short is not None:
            found.append(UnitRow(order, name, short, note[:MAX_NAME]))
    return tuple(sorted(found, key=lambda unit: unit.order)), rateable


def _groups(table: _Table, rateable: Mapping[str, str]) -> tuple[GroupRow, ...]:
    found = []
    for row, order in table.ordered_rows():
        name, expected, leaves_out = table.name(row), _expected(table, row), _leaves_out(table, row, rateable)
        if order is not None and name is not None and expected is not None and leaves_out is not None:
            found.append(GroupRow(order, name, expected, leaves_out))
    return tuple(sorted(found, key=lambda group: group.order))


def _expected(table: _Table, row: Row) -> int | None:
    text = table.text(row, "expected")
    number = _whole(text)
    if not text:
        table.report(row.number, "expected", "expected_empty")
    elif number is None:
        table.report(row.number, "expected", "expected_not_whole", value=text[:_SHOWN])
    elif not 1 <= number <= MAX_EXPECTED:
        table.report(row.number, "expected", "expected_out_of_range", value=text[:_SHOWN], high=MAX_EXPECTED)
    elif number < GROUP_FLOOR:
        table.report(row.number, "expected", "expected_below_k", value=number, k=GROUP_FLOOR)
    else:
        return number
    return None


def _leaves_out(table: _Table, row: Row, rateable: Mapping[str, str]) -> tuple[str, ...] | None:
    text = table.text(row, "leaves_out")
    if text in _NOTHING:
        return ()
    # A unit whose own name has a separator in it may stand alone in the cell.
    asked = [text] if _key(text) in rateable else [part.strip() for part in _SEPARATOR.split(text) if part.strip()]
    unknown = [part for part in asked if _key(part) not in rateable]
    for part in unknown[:_SHOWN]:
        table.report(row.number, "leaves_out", "unit_unknown", value=part[:_SHOWN])
    names = tuple(dict.fromkeys(rateable[_key(part)] for part in asked if _key(part) in rateable))
    if names and not unknown and set(names) == set(rateable.values()):
        table.report(row.number, "leaves_out", "all_units_left_out")
        return None
    return None if unknown else names
