"""The 整改台账 as an Excel workbook, out and in: what was exported and edited comes back, or nothing at all does.

Only what a unit reports can be changed by upload: planned texts are settled with the plan, acceptance and state belong
to the acts of the ledger. Rows that do not match are named with their reason, and nothing is imported.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import xlsxwriter
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.secrets import new_id
from app.core.workbook import looks_like_formula, read_workbook
from app.publication.reports.worksheet import plain
from app.rectification.columns import LEDGER_COLUMNS
from app.rectification.ledger_acts import LedgerRow, ledger
from app.rectification.ledger_cells import cells_of
from app.rectification.models import ActionEntry, RemedialAction
from app.rectification.ordering import today_of
from app.rounds.ports import Acting

SHEET = "整改台账"
KEY = "事项编码（勿改）"
UNIT = "单位"
NEW_PROGRESS = "本次进展（填写）"
_HEADS = (KEY, UNIT, *(column.heading for column in LEDGER_COLUMNS), NEW_PROGRESS)
_LIMIT = 2000
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_EDITABLE = {"public_rating": "public_rating"}


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A row that cannot be imported, and why."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Change:
    """What a row of the workbook says anew of an action."""

    action_id: str
    progress: str
    public_rating: str


def ledger_workbook(rows: Sequence[LedgerRow]) -> bytes:
    """Return the ledger with all its columns, one row for each action, text as text."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _OPTIONS) as book:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        text = book.add_format({"text_wrap": True, "valign": "top"})
        quoted = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
        sheet = book.add_worksheet(SHEET)
        sheet.freeze_panes(1, 3)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, len(_HEADS) - 1, 16)
        sheet.set_landscape()
        sheet.repeat_rows(0)
        for column, words in enumerate(_HEADS):
            sheet.write_string(0, column, words, head)
        for place, each in enumerate(rows, start=1):
            for column, words in enumerate(_texts(each)):
                shown = plain(words)
                sheet.write_string(place, column, shown, quoted if looks_like_formula(shown) else text)
    return out.getvalue()


def _texts(each: LedgerRow) -> list[str]:
    told = cells_of(each)
    return [each.row.id, each.order.unit_name, *(told[column.key] for column in LEDGER_COLUMNS), ""]


def read_changes(session: Session, acting: Acting, content: bytes) -> tuple[list[Change], list[Mismatch]]:
    """Compare a workbook with the ledger within reach; DomainError ``workbook_…`` where it is none of ours."""
    sheet = read_workbook(content, (SHEET,)).sheet(SHEET)
    known = {each.row.id: each for each in ledger(session, acting.actor, today_of(acting))}
    if sheet is None or not sheet.rows:
        return [], [Mismatch(1, f"没有名为“{SHEET}”的工作表")]
    letters = {cell.text: cell.column for cell in sheet.rows[0].cells}
    missing = [head for head in _HEADS if head not in letters]
    if missing:
        return [], [Mismatch(sheet.rows[0].number, f"缺少列“{missing[0]}”")]
    changes: list[Change] = []
    wrong: list[Mismatch] = []
    seen: set[str] = set()
    for row in sheet.rows[1:]:
        told = {head: row.text(letters[head]).strip() for head in _HEADS}
        reason = _mismatch(told, known, seen)
        if reason:
            wrong.append(Mismatch(row.number, reason))
        elif change := _change(told, known[told[KEY]]):
            changes.append(change)
        seen.add(told[KEY])
    return changes, wrong


def _mismatch(told: Mapping[str, str], known: Mapping[str, LedgerRow], seen: set[str]) -> str:
    each = known.get(told[KEY])
    if each is None:
        return "没有这个事项，或不在您的范围内"
    if told[KEY] in seen:
        return "同一事项出现了两次"
    cells = cells_of(each)
    for column in LEDGER_COLUMNS:
        if column.key not in _EDITABLE and _folded(told[column.heading]) != _folded(plain(cells[column.key])):
            return f"“{column.heading}”与台账不一致；这一列不能通过导入修改"
    if max(len(told[NEW_PROGRESS]), len(told["群众评价"])) > _LIMIT:
        return f"填写的内容超过 {_LIMIT} 字"
    return ""


def _folded(text: str) -> str:
    return "".join(text.split())


def _change(told: Mapping[str, str], each: LedgerRow) -> Change | None:
    progress, rating = told[NEW_PROGRESS], told["群众评价"]
    if not progress and rating == each.row.public_rating.strip():
        return None
    return Change(each.row.id, progress, rating)


def apply_changes(acting: Acting, changes: Sequence[Change]) -> int:
    """Write what a checked workbook says anew; return how many actions it touched."""
    for change in changes:
        row = acting.session.get_one(RemedialAction, change.action_id, with_for_update=True)
        if change.progress:
            row.progress_on = today_of(acting)
        row.public_rating = change.public_rating
        text = change.progress or f"群众评价：{change.public_rating}"
        acting.session.add(
            ActionEntry(
                id=new_id(),
                action_id=row.id,
                at=acting.now,
                by_id=acting.actor.id,
                by_name=acting.actor.name,
                event="import",
                text=text,
            )
        )
    audit.record(acting.session, acting.now, acting.actor, "ledger.import", "", actions=len(changes))
    return len(changes)
