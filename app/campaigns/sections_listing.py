"""Sections with what is rated in them, out of an uploaded list: every bad cell is named before anything is saved."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Self

from app.campaigns import list_table
from app.campaigns.both_names import NO_NAMES, BothNames
from app.campaigns.domain import Objects
from app.campaigns.list_table import CHINESE, ENGLISH, ListTable, named
from app.campaigns.rules import MAX_SECTIONS, MAX_UNITS, NOUN_LIMIT, name_key
from app.core.errors import DomainError
from app.core.folding import folded
from app.office.sheets.listings import Listing
from app.office.sheets.tables import SHOWN, CellProblem, Reading, has_needed, left_sheets, names_told, unseen_in
from app.office.workbook import Row, Sheet, Workbook

SHEET: Final = "分表"
SHEETS: Final = (SHEET, "分表和对象", "测评对象", "测评对象名单", "名单", "Sections")
SORTS: Final[Mapping[Objects, tuple[str, ...]]] = MappingProxyType(
    {
        Objects.UNIT: ("单位", "班子", "Unit", "Units"),
        Objects.PERSON: ("人员", "同志", "干部", "Person", "People"),
        Objects.PROJECT: ("项目", "事项", "Project", "Projects"),
        Objects.DOCUMENT: ("文件", "报告", "文档", "Document", "Documents", "Report"),
    }
)
"""What may be written for a sort of object; the first of each language is what the template prints."""
_MEANT: Final = {folded(word): sort for sort, words in SORTS.items() for word in words}
LISTING: Final = Listing(
    {
        "section": ("分表", "分表名称", "分表名", "所在分表", "所属分表", "票面", "测评类别", "Section"),
        "objects": ("对象种类", "测评对象种类", "种类", "对象类型", "类型", "评什么", "Sort of object", "Sort", "Type"),
        "form": ("测评表", "测评表名称", "使用测评表", "所用测评表", "表名", "测评票", "表样", "Form", "Form used"),
        "name": (
            "名称", "对象名称", "测评对象", "被测评对象", "姓名", "单位名称", "项目名称", "报告名称", "事项名称",
            "名称(姓名)", "姓名(名称)", "Name", "Object",
        ),
        "english": ENGLISH,
        "chinese": CHINESE,
        "class": ("对象类别", "类别", "单位类别", "分类", "Class"),
        "duty": ("职务", "现任职务", "职务名称", "岗位", "Position"),
        "responsible": ("主办单位", "责任单位", "承办单位", "牵头单位", "办理单位", "Responsible unit"),
        "leaves_out": (
            "不参评的类别", "不参评类别", "不评的类别", "回避类别", "回避", "回避的参评人员", "不参评人员类别",
            "Groups that do not rate it",
        ),
        "order": ("序号", "编号", "排序", "序", "顺序", "次序", "No."),
    },
    ("section", "name"),
    {"order": "column_order"},
)  # fmt: skip
_WORDS: Final = ("class", "duty", "responsible")
OF_SECTION: Final = ("objects", "form")
"""Columns that say something of a section: once is enough, twice has to be the same."""

PROBLEM_SENTENCES: Final[Mapping[str, str]] = {
    **list_table.PROBLEM_SENTENCES,
    "section_empty": "没有填写分表。第一行要填，同一张分表的以下各行可以空着。",
    "section_new_without": "“%(section)s”是新的分表，还要填“%(wanted)s”。",
    "section_differs": "同一张分表“%(section)s”，第 %(first_row)s 行填的是“%(first)s”，这里是“%(value)s”。请改成一样。",
    "sort_unknown": "“%(value)s”不是对象种类。请填单位、人员、项目或文件。",
    "form_not_here": "没有叫“%(value)s”的测评表。请照“测评表”页上的名称填写。",
    "form_several": "有几张测评表都叫“%(value)s”。请先在“测评表”页上改名。",
    "group_not_here": "参评人员类别中没有“%(value)s”。请核对名称，多个类别用“、”隔开。",
    "all_groups_left_out": "所有类别都不评“%(value)s”，这样就没有人评。",
    "too_many_sections": "一个活动最多 %(limit)s 张分表，连同已有的和前面列出的，到“%(value)s”已经超出。"
    "请合并或删去一些。",
    "too_many_objects": "一个活动最多 %(limit)s 个测评对象，连同已有的和前面列出的，到“%(value)s”已经超出。"
    "请删去一些。",
    "group_rates_nothing": "连同已经设好的回避，“%(group)s”就没有测评对象可评了。请至少留一个。",
    "rule_unfit": "分表“%(section)s”有自己的判定用语，不适合“%(value)s”的等次。"
    "请先在这张分表的页上改判定用语，或换一张测评表。",
}


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """Something rated as the list has it; None where the list has no such column: what is saved stays."""

    name: str
    object_class: str | None = None
    duty: str | None = None
    responsible: str | None = None
    left_out: tuple[str, ...] | None = None
    """Names of voter groups that do not rate it."""
    english: str = ""
    """The English of its name, where the list says one."""


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section as the list has it, with what is rated in it, in order."""

    noun: str
    objects: Objects
    form_key: str
    rows: tuple[ObjectRow, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """What stands in a list of sections by name, which may be written in English."""

    nouns: BothNames
    forms: BothNames
    objects: BothNames
    groups: BothNames
    words: BothNames
    """Positions, and responsible units, which may be objects as well."""

    @classmethod
    def of(cls, own: Mapping[str, str], *sorts: Iterable[str]) -> Self:
        """Return names of each sort, in the order of the fields, with their English out of a campaign's dictionary."""
        return cls(*(BothNames.of(own, names) for names in sorts))


NAMELESS: Final = Names(NO_NAMES, NO_NAMES, NO_NAMES, NO_NAMES, NO_NAMES)


@dataclass(frozen=True, slots=True)
class Known:
    """What a list is checked against: the campaign's forms by key, its groups, its sections by noun (sort, form)."""

    forms: tuple[tuple[str, str], ...]
    groups: tuple[str, ...]
    sections: Mapping[str, tuple[Objects, str]]
    units: frozenset[str] = frozenset()
    """All that is rated, by ``name_key``."""
    left_out: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Of it, by the name of a group, what that does not rate."""
    unfit: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By the noun of a section that has a rule of its own, the forms that cannot be judged by it."""
    names: "Names" = field(default_factory=lambda: NAMELESS)


@dataclass(frozen=True, slots=True)
class SectionsPreview:
    """Sections in the order in which they are first named, and every problem; saved only if there is none.

    ``cells``: the texts as they were read, under the keys of their columns, for the page to carry.
    """

    sections: tuple[SectionRow, ...]
    problems: tuple[CellProblem, ...]
    columns: tuple[str, ...] = ()
    cells: tuple[tuple[str, ...], ...] = ()
    reading: Reading = field(default=Reading(), compare=False)


def preview_sections(workbook: Workbook, known: Known) -> SectionsPreview:
    """Check a workbook read with ``read_workbook(data, SHEETS)``; DomainError ``workbook_no_sections``."""
    sheet = _chosen(workbook)
    problems: list[CellProblem] = []
    names = known.names
    written = {"section": names.nouns, "name": names.objects, "duty": names.words, "responsible": names.words}
    table = ListTable(sheet, LISTING, MAX_UNITS, problems, written)
    drafts = _drafts(table, known)
    sections = tuple(found for draft in drafts if (found := draft.finished(table, known)))
    _check_counts(table, drafts, known)
    if not table.problems:
        _check_groups(table, [each for draft in drafts for each in draft.rows], known)
    if not table.listed and not table.problems:
        table.problems.append(CellProblem(sheet.name, 1, "A", "", "sheet_empty"))
    columns, cells = _cells(table)
    reading = table.reading() + left_sheets(workbook, [sheet], (LISTING,))
    return SectionsPreview(sections, tuple(table.problems), columns, cells, reading)


def _cells(table: ListTable) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return columns and texts for the page to carry: names as they are stored, their English beside them."""
    told = {"name": table.called, "english": table.in_english}
    kept = LISTING.titles.keys() - LISTING.unsaved.keys() - {"chinese"}
    columns = tuple(key for key in LISTING.titles if key in kept and (key in table.columns or key in told))
    return columns, tuple(
        tuple(told[key](row) if key in told else table.text(row, key) for key in columns) for row in table.listed
    )


def _chosen(workbook: Workbook) -> Sheet:
    named = workbook.sheet(*SHEETS)
    likely = (sheet for sheet in workbook.sheets if has_needed(sheet, LISTING))
    sheet = named if named is not None else next(likely, None)
    if sheet is None:
        raise DomainError("workbook_no_sections", found=names_told(workbook.names))
    return sheet


@dataclass(slots=True)
class _Draft:
    """A section while its rows are read: ``said`` is what a column says of it, with the row that says so."""

    noun: str
    row: Row
    said: dict[str, tuple[str, int]] = field(default_factory=dict)
    rows: list[tuple[int, ObjectRow]] = field(default_factory=list)
    """What it lists, each with the number of its row."""

    def take(self, table: ListTable, row: Row) -> None:
        """Take what a row says of the section; reported where another said otherwise."""
        for key in OF_SECTION:
            text = table.text(row, key)
            first, number = self.said.setdefault(key, (text, row.number)) if text else ("", 0)
            if _meant(key, first) != _meant(key, text):
                was, now = first[:SHOWN], text[:SHOWN]
                table.report(
                    row.number, key, "section_differs", section=self.noun, first_row=number, first=was, value=now
                )

    def finished(self, table: ListTable, known: Known) -> SectionRow | None:
        """Return the section; None where something of it was reported."""
        saved = known.sections.get(folded(self.noun))
        sort = _sort(table, self) if "objects" in self.said else saved[0] if saved else None
        key = _form(table, self, known, saved) if "form" in self.said else saved[1] if saved else None
        for wanted in OF_SECTION if saved is None else ():
            if wanted not in self.said:
                title = LISTING.headings[wanted]
                table.report(self.row.number, wanted, "section_new_without", section=self.noun, wanted=title)
        if key in known.unfit.get(folded(self.noun), ()):
            at = self.said.get("form", ("", self.row.number))[1]
            table.report(at, "form", "rule_unfit", section=self.noun, value=dict(known.forms)[key or ""])
        rows = tuple(row for _, row in self.rows)
        return None if sort is None or key is None else SectionRow(self.noun, sort, key, rows)


def _meant(key: str, text: str) -> str:
    """Return what a cell says of a section: a sort of object has several words."""
    sort = _MEANT.get(folded(text)) if key == "objects" else None
    return folded(text) if sort is None else sort


def _check_counts(table: ListTable, drafts: Sequence[_Draft], known: Known) -> None:
    """Report the first section and the first object that are more than a campaign can have, with those there are."""
    new = [draft for draft in drafts if folded(draft.noun) not in known.sections]
    for draft in new[max(MAX_SECTIONS - len(known.sections), 0) :][:1]:
        table.report(draft.row.number, "section", "too_many_sections", limit=MAX_SECTIONS, value=draft.noun[:SHOWN])
    added = [(at, row) for draft in drafts for at, row in draft.rows if name_key(row.name) not in known.units]
    for at, row in sorted(added, key=lambda each: each[0])[max(MAX_UNITS - len(known.units), 0) :][:1]:
        table.report(at, "name", "too_many_objects", limit=MAX_UNITS, value=row.name)


def _check_groups(table: ListTable, rows: Sequence[tuple[int, ObjectRow]], known: Known) -> None:
    """Report a group that would rate nothing, at the last row that it is left out of."""
    told = {name_key(row.name): row.left_out for _, row in rows if row.left_out is not None}
    every = known.units | {name_key(row.name) for _, row in rows}
    for group in known.groups:
        rated = every - {key for key, names in told.items() if group in names}
        rated -= known.left_out.get(group, frozenset()) - told.keys()
        at = max((at for at, row in rows if group in (row.left_out or ())), default=0)
        if at and not rated:
            table.report(at, "leaves_out", "group_rates_nothing", group=group)


def _drafts(table: ListTable, known: Known) -> list[_Draft]:
    """Read the rows by sections; an empty cell of a section is that above."""
    drafts: dict[str, _Draft] = {}
    draft: _Draft | None = None
    for row in table.listed:
        text = table.text(row, "section")
        if unseen := unseen_in(text):
            table.report(row.number, "section", "text_control", value=unseen)
        elif len(text) > NOUN_LIMIT:
            table.report(row.number, "section", "text_too_long", length=len(text), limit=NOUN_LIMIT)
        if text:
            draft = drafts.setdefault(folded(text), _Draft(text, row))
        if draft is None:
            table.report(row.number, "section", "section_empty")
            continue
        draft.take(table, row)
        draft.rows += [(row.number, each) for each in _objects(table, row, known)]
    return list(drafts.values())


def _objects(table: ListTable, row: Row, known: Known) -> Iterator[ObjectRow]:
    """Yield what a row lists; a row may name a section alone."""
    if not any(table.text(row, key) for key in ("name", "english", "chinese", *_WORDS, "leaves_out")):
        return
    name, english, left_out = table.name(row), table.english(row), _left_out(table, row, known)
    words = {key: table.words(row, key) for key in _WORDS if key in table.columns}
    if name is not None and english is not None and None not in words.values():
        yield ObjectRow(name, words.get("class"), words.get("duty"), words.get("responsible"), left_out, english)


def _sort(table: ListTable, draft: _Draft) -> Objects | None:
    text, row = draft.said["objects"]
    sort = _MEANT.get(folded(text))
    if sort is None:
        table.report(row, "objects", "sort_unknown", value=text[:SHOWN])
    return sort


def _form(table: ListTable, draft: _Draft, known: Known, saved: tuple[Objects, str] | None) -> str | None:
    text, row = draft.said["form"]
    title = folded(known.names.forms.stored(text))
    keys = [key for key, each in known.forms if folded(each) == title]
    if saved and saved[1] in keys:
        return saved[1]
    if len(keys) != 1:
        table.report(row, "form", "form_several" if keys else "form_not_here", value=text[:SHOWN])
        return None
    return keys[0]


def _left_out(table: ListTable, row: Row, known: Known) -> tuple[str, ...] | None:
    """Return the groups named in a row, in their order; None where there is no such column."""
    if "leaves_out" not in table.columns:
        return None
    written = {**known.names.groups.known, **{folded(name): name for name in known.groups}}
    chosen, strange = named(table.text(row, "leaves_out"), written)
    for part in strange[:SHOWN]:
        table.report(row.number, "leaves_out", "group_not_here", value=part[:SHOWN])
    if chosen and set(chosen) == set(known.groups):
        table.report(row.number, "leaves_out", "all_groups_left_out", value=table.text(row, "name")[:SHOWN])
    return tuple(name for name in known.groups if name in chosen)
