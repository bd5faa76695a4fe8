"""Units and voter groups out of an uploaded workbook: every bad cell is named before anything is saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.campaigns import list_table
from app.campaigns.both_names import NO_NAMES, BothNames
from app.campaigns.domain import GROUP_FLOOR
from app.campaigns.list_table import CHINESE, ENGLISH, MAX_NAME, ListTable, named, whole
from app.core.errors import DomainError
from app.core.folding import folded
from app.office.sheets.listings import Listing, in_both
from app.office.sheets.tables import SHOWN, CellProblem, Reading, has_needed, left_sheets, names_told
from app.office.workbook import Row, Sheet, Workbook

UNITS_SHEET = "单位"
GROUPS_SHEET = "参评人员类别"
UNITS_SHEETS = (UNITS_SHEET, "参评单位", "被测评单位", "单位名单", "测评对象", "单位名录", "Units")
GROUPS_SHEETS = (GROUPS_SHEET, "参评人员", "人员类别", "类别", "Voter groups")
SHEETS = UNITS_SHEETS + GROUPS_SHEETS

_ORDER = ("序号", "编号", "排序", "序", "顺序", "次序", "No.")
LISTINGS: Final[Mapping[str, Listing]] = {
    UNITS_SHEET: Listing(
        {
            "order": _ORDER,
            "name": (
                "单位名称", "单位", "名称", "参评单位", "被测评单位", "单位全称", "被评单位", "测评单位", "测评对象",
                "部门名称", "部门", "责任单位", "涉及单位", "涉及部门", "单位(部门)名称", "机构名称", "全称",
                "Unit", "Name of the unit", "Name",
            ),
            "short": ("简称", "单位简称", "Short name"),
            "english": ENGLISH,
            "chinese": CHINESE,
            "note": ("备注", "说明", "Notes"),
        },
        ("name",),
        {"short": "column_short", "note": "column_note"},
    ),
    GROUPS_SHEET: Listing(
        {
            "order": _ORDER,
            "name": (
                "类别名称", "类别", "参评人员类别", "人员类别", "参评人员", "名称", "参评类别", "人员", "参评对象",
                "评议人员类别", "评议人员", "测评人员类别", "测评人员", "群体",
                "Voter group", "Group", "Name",
            ),
            "expected": (
                "应参加人数", "应参加", "人数", "应到人数", "应到", "应参评人数", "参评人数",
                "应参加测评人数", "总人数", "People expected",
            ),
            "leaves_out": (
                "不参评单位", "不测评单位", "不评单位", "回避单位", "不参评的单位", "不参加测评的单位", "不评议单位",
                "Units not rated",
            ),
            "english": ENGLISH,
            "chinese": CHINESE,
        },
        ("name", "expected"),
    ),
}  # fmt: skip
TITLES: Mapping[str, Mapping[str, Sequence[str]]] = {kind: listing.titles for kind, listing in LISTINGS.items()}

MAX_EXPECTED = 100_000
MAX_LISTED = {UNITS_SHEET: 1_000, GROUPS_SHEET: 100}

PROBLEM_SENTENCES: Mapping[str, str] = {
    **list_table.PROBLEM_SENTENCES,
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
    english: str = ""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A voter group as the workbook lists it; ``leaves_out`` holds full names of units."""

    order: int
    name: str
    expected: int
    leaves_out: tuple[str, ...] = ()
    english: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """Good rows in official order and every problem; may be saved only if there is no problem.

    ``units`` or ``groups`` is None where the workbook lists none: what is saved already stays.
    """

    units: tuple[UnitRow, ...] | None
    groups: tuple[GroupRow, ...] | None
    problems: tuple[CellProblem, ...]
    reading: Reading = field(default=Reading(), compare=False)


@dataclass(frozen=True, slots=True)
class Known:
    """What a campaign has by now: its units, used where a workbook brings none, and names that may be in English."""

    units: tuple[str, ...] = ()
    unit_names: BothNames = NO_NAMES
    group_names: BothNames = NO_NAMES


NOTHING_KNOWN: Final = Known()


def preview_workbook(workbook: Workbook, known: Known = NOTHING_KNOWN) -> Preview:
    """Check a workbook read with ``read_workbook(data, SHEETS)``; DomainError ``workbook_no_sheet``: no list in it."""
    units_sheet, groups_sheet = _chosen(workbook)
    problems: list[CellProblem] = []
    reading = Reading()
    units, groups, rateable = None, None, {**known.unit_names.known, **{folded(name): name for name in known.units}}
    if units_sheet is not None:
        names = {"name": known.unit_names}
        table = ListTable(units_sheet, LISTINGS[UNITS_SHEET], MAX_LISTED[UNITS_SHEET], problems, names)
        reading += table.reading()
        if table.listed:
            units, rateable = _units(table)
    if groups_sheet is not None:
        names = {"name": known.group_names}
        table = ListTable(groups_sheet, LISTINGS[GROUPS_SHEET], MAX_LISTED[GROUPS_SHEET], problems, names)
        reading += table.reading()
        groups = _groups(table, rateable) if table.listed else None
    if units is None and groups is None and not problems:
        empty = units_sheet or groups_sheet
        problems += [CellProblem(empty.name, 1, "A", "", "sheet_empty")] if empty else []
    taken = [sheet for sheet in (units_sheet, groups_sheet) if sheet is not None]
    return Preview(units, groups, tuple(problems), reading + left_sheets(workbook, taken, tuple(LISTINGS.values())))


def _chosen(workbook: Workbook) -> tuple[Sheet | None, Sheet | None]:
    """Return the sheets of units and groups: known by name, else by the titles of their columns."""
    units, groups = workbook.sheet(*UNITS_SHEETS), workbook.sheet(*GROUPS_SHEETS)
    others = [sheet for sheet in workbook.sheets if sheet not in (units, groups)]
    if groups is None:
        groups = next((sheet for sheet in others if has_needed(sheet, LISTINGS[GROUPS_SHEET])), None)
    if units is None and workbook.sheet(*GROUPS_SHEETS) is None:
        likely = (sheet for sheet in others if sheet is not groups and has_needed(sheet, LISTINGS[UNITS_SHEET]))
        units = next(likely, None)
    if units is None and groups is None:
        raise DomainError(
            "workbook_no_sheet",
            units=in_both(UNITS_SHEETS),
            groups=in_both(GROUPS_SHEETS),
            found=names_told(workbook.names),
        )
    return units, groups


def _units(table: ListTable) -> tuple[tuple[UnitRow, ...], dict[str, str]]:
    """Read the units; and whatever a listed one may be called to its name, also where the row has a problem."""
    found: list[UnitRow] = []
    for row, order in table.ordered_rows():
        name, short, english = table.name(row), table.words(row, "short"), table.english(row)
        if order is not None and name is not None and short is not None and english is not None:
            found.append(UnitRow(order, name, short, table.text(row, "note")[:MAX_NAME], english))
    return tuple(sorted(found, key=lambda unit: unit.order)), _called(table)


def _called(table: ListTable) -> dict[str, str]:
    """Return names by all that they may be called; a short name or English that several share means none of them."""
    meant: dict[str, set[str]] = {}
    for row in table.listed:
        for text in filter(None, (table.text(row, "short"), table.in_english(row))):
            meant.setdefault(folded(text), set()).add(table.called(row))
    alone = {text: name for text, names in meant.items() if len(names) == 1 for name in names}
    return alone | {folded(text): text for row in table.listed if (text := table.called(row))}


def _groups(table: ListTable, rateable: Mapping[str, str]) -> tuple[GroupRow, ...]:
    found = []
    for row, order in table.ordered_rows():
        name, expected, leaves_out = table.name(row), _expected(table, row), _leaves_out(table, row, rateable)
        english = table.english(row)
        if order is None or name is None or english is None:
            continue
        if expected is not None and leaves_out is not None:
            found.append(GroupRow(order, name, expected, leaves_out, english))
    return tuple(sorted(found, key=lambda group: group.order))


def _expected(table: ListTable, row: Row) -> int | None:
    text = table.text(row, "expected")
    number = whole(text)
    if not text:
        table.report(row.number, "expected", "expected_empty")
    elif number is None:
        table.report(row.number, "expected", "expected_not_whole", value=text[:SHOWN])
    elif not 1 <= number <= MAX_EXPECTED:
        table.report(row.number, "expected", "expected_out_of_range", value=text[:SHOWN], high=MAX_EXPECTED)
    elif number < GROUP_FLOOR:
        table.report(row.number, "expected", "expected_below_k", value=number, k=GROUP_FLOOR)
    else:
        return number
    return None


def _leaves_out(table: ListTable, row: Row, rateable: Mapping[str, str]) -> tuple[str, ...] | None:
    names, unknown = named(table.text(row, "leaves_out"), rateable)
    for part in unknown[:SHOWN]:
        table.report(row.number, "leaves_out", "unit_unknown", value=part[:SHOWN])
    if names and not unknown and set(names) == set(rateable.values()):
        table.report(row.number, "leaves_out", "all_units_left_out")
        return None
    return None if unknown else tuple(names)
