"""The 整改台账 as an Excel workbook, out and in: what was exported and edited comes back, or nothing at all does.

Progress, 群众评价 and 制度成果 come in by upload, under the rules and rights of the page of an action: planned texts
are settled with the plan, acceptance and state belong to the acts of the ledger. Rows that do not match are named with
the reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from pydantic import TypeAdapter

from app.audit import service as audit
from app.core.acting import Acting
from app.core.chinese import day_however_written
from app.core.errors import Ours
from app.core.folding import folded
from app.office.sheets import tables
from app.office.sheets.carried import brought, carried
from app.office.sheets.listings import Listing, in_both
from app.office.sheets.tables import CellProblem, Reading, Table, has_needed, left_sheets
from app.office.workbook import plain, read_workbook
from app.rectification.ledger.cells import cells_of, in_both_languages, rating_words, unit_words
from app.rectification.ledger.recording import Change, record
from app.rectification.ledger.service import LedgerRow, by_now, rule_view
from app.rectification.orders.service import today_of
from app.rectification.rules.allowed import reader_powers
from app.rectification.rules.columns import LEDGER_COLUMNS
from app.rectification.rules.ledger import Act, ActionEvent, ActionState, rules_in, takes_rules, why_not
from app.rectification.rules.ratings import MEASURED
from app.rectification.rules.refusals import Refusal
from app.rectification.rules.wording import ACTION_STATES
from app.web.i18n import LANGUAGES, worded

SHEETS = ("整改台账", "Rectification ledger")
KEY = "事项编码（勿改）"
UNIT = "单位"
NEW_PROGRESS = "本次进展（填写）"
BEFORE = "核对码（勿改）"
"""The column that tells what was in a row that may be changed when it went out, as ``before_of`` writes it."""
HEADS = (KEY, UNIT, *(column.heading for column in LEDGER_COLUMNS), NEW_PROGRESS, BEFORE)
RATING, SOURCE, RULES, RULES_COUNT = "群众评价", "评价来源", "制度成果", "制度数"
_ALSO = {
    KEY: ("Code of the action (do not change)",),
    UNIT: ("责任单位", "整改单位", "单位名称", "Unit"),
    NEW_PROGRESS: ("最新进展", "New progress (fill in)"),
    BEFORE: ("Check code (do not change)",),
    "延期": ("Extension",),
    "问题": ("存在问题", "整改问题", "问题内容"),
    "分类": ("整改分类", "整改类别", "整改类型"),
    "整改目标": ("目标",),
    "整改措施": ("措施", "具体措施"),
    "责任领导": ("牵头领导", "分管领导"),
    "主办单位": ("牵头单位", "Lead unit"),
    "协办单位": ("配合单位",),
    "责任人": ("具体责任人", "直接责任人"),
    "完成时限": ("整改时限", "完成期限"),
    RULES: ("制度名称", "制度成果名称", "建立制度", "建章立制", "出台制度"),
    RULES_COUNT: ("制度成果数", "制度个数", "建立制度数"),
    RATING: ("群众满意度", "群众评议"),
    "状态": ("整改状态",),
}
"""Other titles of columns, as tables in use have them, and English ones that the catalogue does not know."""
SIGNED = "主要负责人签批"
LATER = frozenset(("分类", SIGNED, SOURCE, RULES, RULES_COUNT, BEFORE))
"""Columns that workbooks from before they were there lack; nothing is changed or compared where one is missing."""
LISTING: Final = Listing(
    {head: (head, *_ALSO.get(head, ())) for head in HEADS}, tuple(head for head in HEADS if head not in LATER)
)
MOST_CELLS = 400_000
"""Of one workbook; ten thousand actions with every column filled are 290,000."""
PROBLEM_SENTENCES: Final[Mapping[str, str]] = {
    **tables.PROBLEM_SENTENCES,
    "ledger_missing": "没有名为“%(sheet)s”的工作表，别的工作表也没有所需的列。请上传从“整改台账”页导出的文件。",
    "action_not_here": "没有这个事项，或不在您的范围内。请核对事项编码，或删去这一行。",
    "action_twice": "同一事项出现了两次。请只保留一行。",
    "column_settled": "“%(column)s”与台账不一致。这一列不能通过导入修改，请恢复原来的内容。",
    "column_too_long": "“%(column)s”超过 %(limit)s 字。请改短一些。",
    "rating_by_vote": "“%(column)s”由“%(vote)s”得出，不能改写。请恢复原来的内容。",
    "rating_by_others": "“%(column)s”由组织者或督办员填写。请恢复原来的内容。",
    "rules_closed": "状态为“%(state)s”，不能再改“%(column)s”。请恢复原来的内容。",
    "progress_empty": "进展没有写明情况。请写明做了什么。",
    "progress_closed": "状态为“%(state)s”，不能再填报进展。请清空“%(column)s”。",
    "changed_since": "“%(column)s”在导出以后已改为“%(value)s”，也可能是您上次导入的。请重新导出台账，在新表格里填。",
    "emptied_since": "“%(column)s”在导出以后已清空，也可能是您上次导入的。请重新导出台账，在新表格里填。",
}
_SIGNS = 12
_LIMITS = {NEW_PROGRESS: 2000, RATING: 200, RULES: 2000}
_OPEN = frozenset((RATING, SOURCE, RULES, RULES_COUNT))
"""What may be changed, and what follows from it."""
_SETTLED = tuple(column for column in LEDGER_COLUMNS if column.heading not in _OPEN)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A row that cannot be imported; its sentence is that of ``code``, filled with ``params``."""

    row: int
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


English = Mapping[str, Mapping[str, str]]
"""By the id of a campaign, the English of names in it."""
NO_ENGLISH: Final[English] = MappingProxyType({})
_Why = tuple[str, Mapping[str, object]] | None
"""The code of what is wrong with a row and what its sentence is filled with; None where nothing is."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would change, beside the action it is about, and what is wrong; all of it comes in or nothing."""

    changes: tuple[tuple[Change, LedgerRow], ...]
    wrong: tuple[Mismatch, ...] = ()
    problems: tuple[CellProblem, ...] = ()
    reading: Reading = field(default=Reading(), compare=False)

    @property
    def is_whole(self) -> bool:
        """Whether it may come in."""
        return not self.wrong and not self.problems


_CARRIED = TypeAdapter(list[tuple[str, str, str | None, str | None, str]])


def preview_upload(
    acting: Acting, known: Iterable[LedgerRow], content: bytes, english: English = NO_ENGLISH
) -> Preview:
    """Compare a workbook with ``known``, the ledger within reach; no session is needed.

    ``english``: what names are called in English, by campaign: a workbook that was taken in English says them so.
    DomainError ``workbook_…`` where it is none of ours.
    """
    workbook = read_workbook(content, SHEETS, most_cells=MOST_CELLS)
    sheet = workbook.sheet(*SHEETS) or next((each for each in workbook.sheets if has_needed(each, LISTING)), None)
    if sheet is None:
        missing = Mismatch(1, "ledger_missing", {"sheet": in_both(SHEETS)})
        return Preview((), (missing,), (), left_sheets(workbook, [], (LISTING,)))
    table = Table(sheet, LISTING)
    check = _Check(acting, {each.row.id: each for each in known}, english)
    heads = [head for head in HEADS if head in table.columns]
    for row in table.rows():
        check.take(row.number, {head: table.text(row, head) for head in heads})
    reading = table.reading() + left_sheets(workbook, [sheet], (LISTING,))
    return Preview(tuple(check.changes), tuple(check.wrong), tuple(table.problems), reading)


def preview_carried(acting: Acting, known: Iterable[LedgerRow], parts: Sequence[str]) -> Preview:
    """Check what the page carried by the rules of the upload; DomainError ``form_malformed``."""
    check = _Check(acting, {each.row.id: each for each in known})
    for number, (action_id, progress, rating, rules, before) in enumerate(brought(_CARRIED, parts), 1):
        check.take_change(number, Change(action_id, progress, rating, rules), before)
    return Preview(tuple(check.changes), tuple(check.wrong))


def carry(preview: Preview) -> list[str]:
    """Return the changes as the page carries them, in parts; DomainError ``import_too_much``."""
    return carried(
        (change.action_id, change.progress, change.public_rating, change.rules_made, before_of(*_open_texts(each)))
        for change, each in preview.changes
    )


class _Check:
    """Rows of a workbook, taken one after the other and compared with the ledger."""

    def __init__(self, acting: Acting, known: Mapping[str, LedgerRow], english: English = NO_ENGLISH) -> None:
        self._acting = acting
        self._known = known
        self._english = english
        self._seen: set[str] = set()
        self.changes: list[tuple[Change, LedgerRow]] = []
        self.wrong: list[Mismatch] = []

    def take(self, number: int, told: Mapping[str, str]) -> None:
        """Keep what a row says anew, or why it does not match."""
        each = self._known.get(told[KEY])
        names = self._english.get(each.plan.campaign_id, {}) if each else {}
        if each is not None and (why := _unlike(told, each, names)):
            self._seen.add(each.row.id)
            self.wrong.append(Mismatch(number, *why))
            return
        change = Change(told[KEY], told[NEW_PROGRESS], _rating(told, each, names), _rules(told, each))
        self.take_change(number, change, told.get(BEFORE, ""))

    def take_change(self, number: int, change: Change, before: str) -> None:
        """Keep a change that the ledger takes, or why it does not; ``before``: what it was made of, ``before_of``."""
        each = self._known.get(change.action_id)
        if each is None:
            self.wrong.append(Mismatch(number, "action_not_here"))
            return
        is_second = each.row.id in self._seen
        self._seen.add(each.row.id)
        why = ("action_twice", {}) if is_second else _too_long(change) or self._refused(change, each)
        why = why or _changed_meanwhile(change, before, each)
        if why:
            self.wrong.append(Mismatch(number, *why))
        elif change.progress or change.public_rating is not None or change.rules_made is not None:
            self.changes.append((change, each))

    def _refused(self, change: Change, each: LedgerRow) -> _Why:
        """Say why the rules of the ledger do not take the change."""
        if change.public_rating is not None and each.rating is not None:
            return "rating_by_vote", {"column": LISTING.headings[RATING], "vote": each.rating.title}
        if change.public_rating is not None and not reader_powers(self._acting.actor.roles).supervise:
            return "rating_by_others", {"column": LISTING.headings[RATING]}
        state = Ours(ACTION_STATES[ActionState(each.row.state)])
        if change.rules_made is not None and not takes_rules(ActionState(each.row.state)):
            return "rules_closed", {"column": LISTING.headings[RULES], "state": state}
        if not change.progress:
            return None
        act = Act(by_now(self._acting), today_of(self._acting), change.progress)
        refusal = why_not(rule_view(each.row), ActionEvent.PROGRESS, act)
        if refusal is Refusal.ACTION_TEXT_MISSING:
            return "progress_empty", {}
        return ("progress_closed", {"column": LISTING.headings[NEW_PROGRESS], "state": state}) if refusal else None


def _unlike(told: Mapping[str, str], each: LedgerRow, names: Mapping[str, str]) -> _Why:
    """Say which column of a row, of a file in whatever language, is not what the ledger says."""
    if all(_differ(told[UNIT], name) for name in in_both_languages(unit_words, each, names)):
        return "column_settled", {"column": LISTING.headings[UNIT]}
    left = [*_SETTLED]
    for cells in in_both_languages(cells_of, each, names):
        left = [column for column in left if _differ(told.get(column.heading), cells[column.key])]
        if not left:
            return None
    return "column_settled", {"column": LISTING.headings[left[0].heading]}


def _differ(told: str | None, stored: str) -> bool:
    """Whether a cell says something else than what is stored; a column that is not there says nothing."""
    return told is not None and not _alike(told, stored)


def _alike(told: str, cell: str) -> bool:
    """Whether a cell says what it went out with: spelt otherwise, or a day that a spreadsheet has taken for one."""
    if told == cell or folded(told) == folded(plain(cell)):
        return True
    day = day_however_written(cell)
    return day is not None and day == day_however_written(told)


def before_of(rating: str, rules: str) -> str:
    """Return what tells whether 群众评价 and 制度成果 of a row are as they were, without telling them again."""
    texts = (plain(rating).strip(), "\n".join(rules_in(plain(rules))))
    return "-".join(sha256(text.encode()).hexdigest()[:_SIGNS] for text in texts)


def _untouched(told: Mapping[str, str]) -> frozenset[str]:
    """Return which of 群众评价 and 制度成果 nobody has changed since the row went out; none where it does not say."""
    before = told.get(BEFORE, "").split("-")
    now = before_of(told[RATING], told.get(RULES, "")).split("-")
    return frozenset(head for head, one, other in zip((RATING, RULES), before, now, strict=False) if one == other)


def _changed_meanwhile(change: Change, before: str, each: LedgerRow) -> _Why:
    """Say what a change would replace that is no more what it was made of; nothing where that is not known."""
    stored = _open_texts(each)
    now = before_of(*stored).split("-")
    then = before.split("-") if before else now
    for head, new, old, was, is_now in zip(
        (RATING, RULES), (change.public_rating, change.rules_made), stored, then, now, strict=False
    ):
        if new is not None and was != is_now and folded(new) != folded(plain(old)):
            return "changed_since" if old else "emptied_since", {"column": LISTING.headings[head], "value": old}
    return None


def _open_texts(each: LedgerRow) -> tuple[str, str]:
    """Return 群众评价 and 制度成果 of an action, as its row shows them."""
    return _measured(each), each.row.rules_made


def _rating(told: Mapping[str, str], each: LedgerRow | None, names: Mapping[str, str]) -> str | None:
    """Return 群众评价 that a row gives anew; None where it is what it was, or was measured when the row went out."""
    if RATING in _untouched(told):
        return None
    if each is None:
        return None
    shown = (each.row.public_rating, *in_both_languages(rating_words, each, names))
    if told[RATING] in {plain(text).strip() for text in shown}:
        return None
    return None if _was_measured(told) and each.rating is None else told[RATING]


def _was_measured(told: Mapping[str, str]) -> bool:
    """Whether 群众评价 of a row came from a vote when it went out."""
    marks = (worded(language, MEASURED, {"title": ""}) for language in LANGUAGES)
    return told.get(SOURCE, "").startswith(tuple(marks))


def _measured(each: LedgerRow) -> str:
    return each.rating.words if each.rating else each.row.public_rating


def _rules(told: Mapping[str, str], each: LedgerRow | None) -> str | None:
    """Return the rules made that a row names anew, one a line; None where it names those there are."""
    if each is None or RULES not in told or RULES in _untouched(told):
        return None
    names = "\n".join(rules_in(told[RULES]))
    return None if names == "\n".join(rules_in(plain(each.row.rules_made))) else names


def _too_long(change: Change) -> _Why:
    told = {NEW_PROGRESS: change.progress, RATING: change.public_rating or "", RULES: change.rules_made or ""}
    long = next((head for head, limit in _LIMITS.items() if len(told[head]) > limit), "")
    return ("column_too_long", {"column": LISTING.headings[long], "limit": _LIMITS[long]}) if long else None


def apply_changes(acting: Acting, changes: Sequence[Change]) -> int:
    """Write what a checked workbook says anew; return how many actions it touched."""
    record(acting, changes)
    audit.record(acting.session, acting.now, acting.actor, "ledger.import", "", actions=len(changes))
    return len(changes)
