"""Units out of an uploaded list into a register: every bad cell is named, and what stands there already is left.

Nothing is stored between preview and confirmation: the page carries the rows, which are checked anew.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import TypeAdapter

from app.core.acting import Acting
from app.core.asides import is_total
from app.core.errors import DomainError
from app.core.folding import folded
from app.office.sheets import tables
from app.office.sheets.carried import brought, carried
from app.office.sheets.listings import Listing
from app.office.sheets.tables import SHOWN, CellProblem, Reading, Table, cells_row, has_needed, left_sheets, unseen_in
from app.office.workbook import Row, Sheet, Workbook, read_workbook
from app.offices import register
from app.offices.register import CODE_LIMIT, MOST_UNITS, NAME_LIMIT

SHEETS: Final = ("单位名录", "单位", "单位名单", "名录", "Register of units", "Units")
LISTING: Final = Listing(
    {
        "name": (
            "单位名称",
            "单位",
            "名称",
            "单位全称",
            "机构名称",
            "部门名称",
            "部门",
            "全称",
            "Unit",
            "Name of the unit",
            "Name",
        ),
        "code": ("代码", "单位代码", "统一社会信用代码", "信用代码", "机构代码", "组织机构代码", "编码", "Code"),
        "order": ("序号", "编号", "序", "顺序", "No."),
    },
    ("name",),
    {"order": "column_order"},
)
PROBLEM_SENTENCES: Final[Mapping[str, str]] = {
    **tables.PROBLEM_SENTENCES,
    "total_row": "这像是“%(value)s”行，不是名单。请删去这一行。",
    "name_twice": "“%(value)s”与第 %(first_row)s 行重复。",
    "register_over": "一个机构的名录最多 %(most)s 个单位，连同已有的，从这一行起超出。请删去多余的行。",
}
_CARRIED = TypeAdapter(list[tuple[str, str]])


@dataclass(frozen=True, slots=True)
class RegisterPreview:
    """Names and codes in the order of the list, which of the names are new, and every problem.

    It may be saved only if there is no problem.
    """

    rows: tuple[tuple[str, str], ...]
    new: frozenset[str]
    problems: tuple[CellProblem, ...]
    reading: Reading = field(default=Reading(), compare=False)


def preview_upload(known: Collection[str], data: bytes) -> RegisterPreview:
    """Read an uploaded list and say what of it is not ``known``; DomainError ``workbook_…`` where it is none."""
    workbook = read_workbook(data, SHEETS)
    return _preview(known, workbook)


def preview_carried(known: Collection[str], parts: Sequence[str]) -> RegisterPreview:
    """Check what the page carried by the same rules as the upload; DomainError ``form_malformed``."""
    texts = [("单位名称", "代码"), *brought(_CARRIED, parts)]
    rows = tuple(cells_row(number, row) for number, row in enumerate(texts, 1))
    return _preview(known, Workbook((Sheet(SHEETS[0], rows),)))


def carry(preview: RegisterPreview) -> list[str]:
    """Return the rows as the page carries them, in parts; DomainError ``import_too_much``."""
    return carried(preview.rows)


def save(acting: Acting, office_id: str, preview: RegisterPreview) -> int:
    """Add what is new to the register; return how many. DomainError ``import_has_problems`` or ``register_full``."""
    if preview.problems:
        raise DomainError("import_has_problems", count=len(preview.problems))
    return register.add(acting, office_id, preview.rows)


def _preview(known: Collection[str], workbook: Workbook) -> RegisterPreview:
    likely = [sheet for sheet in workbook.sheets if has_needed(sheet, LISTING)]
    sheet = workbook.sheet(*SHEETS) or next(iter(likely), workbook.sheets[0])
    table = _RegisterTable(sheet, LISTING)
    rows = tuple(table.units(known))
    if not rows and not table.problems:
        table.problems.append(CellProblem(sheet.name, table.header, "A", "", "sheet_empty"))
    reading = table.reading() + left_sheets(workbook, [sheet], (LISTING,))
    return RegisterPreview(rows, frozenset(name for name, _ in rows) - set(known), tuple(table.problems), reading)


class _RegisterTable(Table):
    def units(self, known: Collection[str]) -> Iterator[tuple[str, str]]:
        """Yield the good rows, and report the others and the first that is more than a register holds."""
        first, left = dict[str, int](), MOST_UNITS - len(known)
        for row in self.rows():
            order = self.text(row, "order")
            if total := self.total(row) or (order if is_total(order) else ""):
                self.report(row.number, "name", "total_row", value=total[:SHOWN])
                continue
            name, code = self._text(row, "name", NAME_LIMIT), self._text(row, "code", CODE_LIMIT)
            if name is None or code is None:
                continue
            if (at := first.setdefault(folded(name), row.number)) != row.number:
                self.report(row.number, "name", "name_twice", value=name[:SHOWN], first_row=at)
                continue
            left -= name not in known
            if left < 0:
                self.report(row.number, "name", "register_over", most=MOST_UNITS)
                return
            yield name, code

    def _text(self, row: Row, key: str, limit: int) -> str | None:
        """Return the text of a cell, its white space as one blank; None if it was reported."""
        text = self.text(row, key)
        plain = " ".join(text.split())
        if unseen := unseen_in(text):
            self.report(row.number, key, "text_control", value=unseen)
        elif len(plain) > limit:
            self.report(row.number, key, "text_too_long", length=len(plain), limit=limit)
        elif not plain and key == "name":
            self.report(row.number, key, "text_empty")
        else:
            return plain
        return None
