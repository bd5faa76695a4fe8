"""Documents of 补课 as Word files, filled from what is recorded; a person edits and signs them."""

from collections.abc import Sequence
from datetime import date

from docx.document import Document as DocumentType

from app.office.language import _, day_of, language_of_file, run_on, said
from app.office.markup import Column, Style
from app.office.word_layout import Kind, blank_document, paragraph, ruled, saved, signed, written
from app.rectification.documents.progress import (
    Bulletin,
    Newsletter,
    Progress,
    order_rows,
    plan_rows,
    progress_words,
    sentence,
    step_rows,
)
from app.rectification.documents.tables import heading, numbered, table
from app.rectification.ledger.cells import cells_of, signature_words
from app.rectification.ledger.service import LedgerRow
from app.rectification.orders.reads import OrderView
from app.rectification.plans.reads import PlanHead
from app.rectification.plans.service import PlanView
from app.rectification.rules.columns import LEDGER_COLUMNS
from app.rectification.rules.orders import Deadlines
from app.rectification.rules.supervision import Mode
from app.rectification.rules.wording import MODES

ORDER_COLUMNS = (
    Column("序", 9, Style.HEAD),
    Column("单位", 30, Style.CELL),
    Column("文号", 36, Style.CELL),
    Column("状态", 18, Style.CELL),
    Column("期限", 34, Style.CELL),
    Column("督办方式", 15, Style.CELL),
    Column("逾期事项", 14),
)
PLAN_COLUMNS = (
    Column("序", 9, Style.HEAD),
    Column("单位", 43, Style.CELL),
    Column("方案状态", 22, Style.CELL),
    Column("报送期限", 48, Style.CELL),
    Column("台账事项", 17),
    Column("逾期事项", 17),
)
STEP_COLUMNS = (
    Column("阶段", 32, Style.CELL),
    Column("步骤", 50, Style.CELL),
    Column("已完成（个）", 25),
    Column("未完成（个）", 25),
    Column("已逾期（个）", 24),
)
_WIDE = 267
_LEDGER_WIDTHS = (20, 10, 28, 13, 11, 22, 30, 13, 17, 17, 12, 10, 21, 24, 11, 21, 21, 18, 20, 8, 16, 18, 12, 12, 14)


def order_notice(order: OrderView, organisation: str, round_title: str) -> bytes:
    """Return 补课通知书 of the order that holds now; ValueError for a waived one, which has none."""
    current = order.current
    if current is None:
        msg = "a waived unit gets no notice"
        raise ValueError(msg)
    document = blank_document()
    paragraph(document, said(organisation), Kind.CENTRED)
    paragraph(document, current.document_number, Kind.CENTRED)
    paragraph(document, _("补课通知书"), Kind.TITLE)
    paragraph(document, _("%(addressee)s：", addressee=said(order.unit_name)), Kind.ADDRESSEE)
    paragraph(document, run_on((_ordered_by(current.attempt, said(round_title)), sentence(current.reason))))
    for number, line in enumerate(_asked_of_unit(current.dates, order.mode), start=1):
        paragraph(document, numbered(number, line))
    signed(document, said(organisation), current.ordered_on)
    return saved(document)


def _ordered_by(attempt: int, title: str) -> str:
    if attempt > 1:
        return _("根据“%(round)s”的结果，现责令你单位补课（第%(attempt)s次），限期整改。", round=title, attempt=attempt)
    return _("根据“%(round)s”的结果，现责令你单位补课，限期整改。", round=title)


def _asked_of_unit(dates: Deadlines, mode: str) -> list[str]:
    """Say what a unit has to do until when."""
    return [
        _("%(day)s前报送整改方案，做到整改内容、目标和时限、措施、责任明确，并作出公开承诺。", day=day_of(dates.plan)),
        _("%(day)s前完成整改，并报告完成情况。", day=day_of(dates.remedial)),
        _("%(day)s前组织复测，参评类别不变，以复测结果决定是否办结。", day=day_of(dates.retest)),
        *([_("对你单位的整改实行%(mode)s。", mode=_(MODES[Mode(mode)]))] if mode else []),
    ]


def plan_document(view: PlanView, order: OrderView | None, rows: Sequence[LedgerRow], day: date) -> bytes:
    """Return 整改方案 of a unit, signed on the day it was submitted: every action with its five points."""
    document, plan, signature = blank_document(), view.head, view.signature
    paragraph(document, _("%(unit)s整改方案", unit=said(plan.unit_name)), Kind.TITLE)
    if not plan.is_in_force:
        paragraph(document, _("（未审定稿）"), Kind.CENTRED)
    paragraph(document, run_on((_basis(plan, order), _("共 %(count)s 项整改事项。", count=len(rows)))))
    for number, each in enumerate(rows, start=1):
        _action(document, number, cells_of(each))
    if signature.is_given:
        words = signature_words(signature)
        paragraph(document, _("%(label)s：%(text)s", label=_("主要负责人签批"), text=words))
    signed(document, said(plan.unit_name), day)
    return saved(document)


def _basis(plan: PlanHead, order: OrderView | None) -> str:
    """Say what wants the plan."""
    if order is None:
        return _("根据%(day)s提出的制定整改方案的要求，制定本方案。", day=day_of(plan.asked_on))
    current = next(each for each in order.attempts if each.attempt == plan.attempt)
    return _(
        "根据%(number)s要求，制定本方案。整改期限为%(remedial)s，复测期限为%(retest)s。",
        number=current.document_number,
        remedial=day_of(current.dates.remedial),
        retest=day_of(current.dates.retest),
    )


def _action(document: DocumentType, number: int, row: dict[str, str]) -> None:
    point = ". " if language_of_file() == "en" else "．"
    paragraph(document, f"{number}{point}{row['problem']}", Kind.SECTION)
    columns = [
        column for column in LEDGER_COLUMNS if column.planned and column.key != "problem" and row[column.key].strip()
    ]
    for place, column in enumerate(columns, start=1):
        style = Style.LEAD if place < len(columns) else Style.BODY
        paragraph(document, _("%(label)s：%(text)s", label=_(column.heading), text=row[column.key]), style)


def ledger_document(rows: Sequence[LedgerRow], title: str) -> bytes:
    """Return 整改台账 as a wide table with every column."""
    document, factor = blank_document(wide=True), _WIDE / sum(_LEDGER_WIDTHS)
    heads = ("单位", *(column.heading for column in LEDGER_COLUMNS))
    paragraph(document, title, Kind.TITLE)
    columns = [Column(head, width * factor, Style.SMALL) for head, width in zip(heads, _LEDGER_WIDTHS, strict=True)]
    table(document, columns, ((said(each.plan.unit_name), *_texts(each)) for each in rows), _WIDE)
    if not rows:
        paragraph(document, _("台账中没有整改事项。"), Style.NOTE)
    return saved(document)


def _texts(each: LedgerRow) -> list[str]:
    told = cells_of(each)
    return [told[column.key] for column in LEDGER_COLUMNS]


def newsletter_document(told: Newsletter, progress: Progress) -> bytes:
    """Return 简报: masthead, issue, office and day over a red line, then where the campaign stands."""
    document = blank_document()
    paragraph(document, told.masthead, Kind.MASTHEAD)
    paragraph(document, _("第 %(issue)s 期", issue=told.issue), Kind.CENTRED)
    ruled(document, told.office, day_of(told.day))
    paragraph(document, told.title or _("整改落实工作进展情况"), Kind.TITLE)
    written(document, told.story)
    heading(document, 1, _("总体进展"))
    paragraph(document, progress_words(progress))
    _lists(document, progress, 2)
    if told.sent_to:
        ruled(document, _("%(label)s：%(text)s", label=_("送"), text=told.sent_to))
    return saved(document)


def bulletin_document(told: Bulletin, progress: Progress) -> bytes:
    """Return 通报: number, title, addressee, every asked plan and order with its state, and what is overdue."""
    document = blank_document()
    paragraph(document, told.office, Kind.CENTRED)
    paragraph(document, told.document_number, Kind.CENTRED)
    paragraph(document, told.title, Kind.TITLE)
    paragraph(document, _("%(addressee)s：", addressee=told.addressee), Kind.ADDRESSEE)
    written(document, told.opening)
    paragraph(document, run_on((_("现将整改落实进展情况通报如下。"), progress_words(progress))))
    following = _lists(document, progress, 1)
    heading(document, following, _("有关要求"))
    paragraph(document, _("各有关单位要按照期限完成整改，期限已过的要说明原因、抓紧办理，并及时报告进展情况。"))
    signed(document, told.office, told.day)
    return saved(document)


def _lists(document: DocumentType, progress: Progress, first: int) -> int:
    """Write the lists that there are, headed by numbers from ``first`` on; return the number that comes next."""
    orders = [(_("各单位补课情况"), ORDER_COLUMNS, order_rows(progress))]
    lists = [
        *([(_("各单位整改方案情况"), PLAN_COLUMNS, plan_rows(progress))] if progress.asked else []),
        *(orders if progress.ordered or not progress.asked else []),
        *([(_("环节步骤完成情况"), STEP_COLUMNS, step_rows(progress.board))] if progress.board.stages else []),
    ]
    for number, (words, columns, rows) in enumerate(lists, start=first):
        heading(document, number, words)
        if rows:
            table(document, columns, rows)
        else:
            paragraph(document, _("目前没有责令补课的单位。"))
        if rows and columns is not STEP_COLUMNS:
            paragraph(document, _("各单位按机构序列排列，不作排名。"), Style.NOTE)
    return first + len(lists)
