"""Documents of 补课 as Word files, filled from what is recorded; a person edits and signs them."""

from collections.abc import Sequence
from datetime import date

from docx.document import Document as DocumentType

from app.core.chinese import chinese_day
from app.office.markup import Column, Style
from app.office.word_layout import Kind, blank_document, paragraph, ruled, saved, signed, table, written
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
from app.rectification.ledger.cells import cells_of, signature_words
from app.rectification.ledger.service import LedgerRow
from app.rectification.orders.reads import OrderView
from app.rectification.plans.reads import PlanHead
from app.rectification.plans.service import PlanView
from app.rectification.rules.columns import LEDGER_COLUMNS
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
_NUMERALS = "〇一二三四五"
_LEDGER_WIDTHS = (20, 10, 28, 13, 11, 22, 30, 13, 17, 17, 12, 10, 21, 24, 11, 21, 21, 18, 20, 8, 16, 18, 12, 12, 14)


def order_notice(order: OrderView, organisation: str, round_title: str) -> bytes:
    """Return 补课通知书 of the order that holds now; ValueError for a waived one, which has none."""
    current = order.current
    if current is None:
        msg = "a waived unit gets no notice"
        raise ValueError(msg)
    document, dates = blank_document(), current.dates
    paragraph(document, organisation, Kind.CENTRED)
    paragraph(document, current.document_number, Kind.CENTRED)
    paragraph(document, "补课通知书", Kind.TITLE)
    paragraph(document, f"{order.unit_name}：", Kind.ADDRESSEE)
    again = f"（第{current.attempt}次）" if current.attempt > 1 else ""
    paragraph(document, f"根据“{round_title}”的结果，现责令你单位补课{again}，限期整改。{sentence(current.reason)}")
    lines = [
        f"{chinese_day(dates.plan)}前报送整改方案，做到整改内容、目标和时限、措施、责任明确，并作出公开承诺。",
        f"{chinese_day(dates.remedial)}前完成整改，并报告完成情况。",
        f"{chinese_day(dates.retest)}前组织复测，参评类别不变，以复测结果决定是否办结。",
        *([f"对你单位的整改实行{MODES[Mode(order.mode)]}。"] if order.mode else []),
    ]
    for number, line in zip("一二三四", lines, strict=False):
        paragraph(document, f"{number}、{line}")
    signed(document, organisation, current.ordered_on)
    return saved(document)


def plan_document(view: PlanView, order: OrderView | None, rows: Sequence[LedgerRow], day: date) -> bytes:
    """Return 整改方案 of a unit, signed on the day it was submitted: every action with its five points."""
    document, plan, signature = blank_document(), view.head, view.signature
    paragraph(document, f"{plan.unit_name}整改方案", Kind.TITLE)
    if not plan.is_in_force:
        paragraph(document, "（未审定稿）", Kind.CENTRED)
    paragraph(document, f"{_basis(plan, order)}共 {len(rows)} 项整改事项。")
    for number, each in enumerate(rows, start=1):
        _action(document, number, cells_of(each))
    if signature.is_given:
        paragraph(document, f"主要负责人签批：{signature_words(signature)}")
    signed(document, plan.unit_name, day)
    return saved(document)


def _basis(plan: PlanHead, order: OrderView | None) -> str:
    """Say what wants the plan."""
    if order is None:
        return f"根据{chinese_day(plan.asked_on)}提出的制定整改方案的要求，制定本方案。"
    current = next(each for each in order.attempts if each.attempt == plan.attempt)
    dates = current.dates
    return (
        f"根据{current.document_number}要求，制定本方案。整改期限为{chinese_day(dates.remedial)}，"
        f"复测期限为{chinese_day(dates.retest)}。"
    )


def _action(document: DocumentType, number: int, row: dict[str, str]) -> None:
    paragraph(document, f"{number}．{row['problem']}", Kind.SECTION)
    columns = [
        column for column in LEDGER_COLUMNS if column.planned and column.key != "problem" and row[column.key].strip()
    ]
    for place, column in enumerate(columns, start=1):
        style = Style.LEAD if place < len(columns) else Style.BODY
        paragraph(document, f"{column.heading}：{row[column.key]}", style)


def ledger_document(rows: Sequence[LedgerRow], title: str) -> bytes:
    """Return 整改台账 as a wide table with every column."""
    document, factor = blank_document(wide=True), _WIDE / sum(_LEDGER_WIDTHS)
    heads = ("单位", *(column.heading for column in LEDGER_COLUMNS))
    paragraph(document, title, Kind.TITLE)
    columns = [Column(head, width * factor, Style.SMALL) for head, width in zip(heads, _LEDGER_WIDTHS, strict=True)]
    table(document, columns, ((each.plan.unit_name, *_texts(each)) for each in rows))
    if not rows:
        paragraph(document, "台账中没有整改事项。", Style.NOTE)
    return saved(document)


def _texts(each: LedgerRow) -> list[str]:
    told = cells_of(each)
    return [told[column.key] for column in LEDGER_COLUMNS]


def newsletter_document(told: Newsletter, progress: Progress) -> bytes:
    """Return 简报: masthead, issue, office and day over a red line, then where the campaign stands."""
    document = blank_document()
    paragraph(document, told.masthead, Kind.MASTHEAD)
    paragraph(document, f"第 {told.issue} 期", Kind.CENTRED)
    ruled(document, told.office, chinese_day(told.day))
    paragraph(document, told.title or "整改落实工作进展情况", Kind.TITLE)
    written(document, told.story)
    paragraph(document, "一、总体进展", Kind.SECTION)
    paragraph(document, progress_words(progress))
    _lists(document, progress, 2)
    if told.sent_to:
        ruled(document, f"送：{told.sent_to}")
    return saved(document)


def bulletin_document(told: Bulletin, progress: Progress) -> bytes:
    """Return 通报: number, title, addressee, every asked plan and order with its state, and what is overdue."""
    document = blank_document()
    paragraph(document, told.office, Kind.CENTRED)
    paragraph(document, told.document_number, Kind.CENTRED)
    paragraph(document, told.title, Kind.TITLE)
    paragraph(document, f"{told.addressee}：", Kind.ADDRESSEE)
    written(document, told.opening)
    paragraph(document, f"现将整改落实进展情况通报如下。{progress_words(progress)}")
    following = _lists(document, progress, 1)
    paragraph(document, f"{_NUMERALS[following]}、有关要求", Kind.SECTION)
    paragraph(document, "各有关单位要按照期限完成整改，期限已过的要说明原因、抓紧办理，并及时报告进展情况。")
    signed(document, told.office, told.day)
    return saved(document)


def _lists(document: DocumentType, progress: Progress, first: int) -> int:
    """Write the lists that there are, headed by numbers from ``first`` on; return the number that comes next."""
    orders = [("各单位补课情况", ORDER_COLUMNS, order_rows(progress))]
    lists = [
        *([("各单位整改方案情况", PLAN_COLUMNS, plan_rows(progress))] if progress.asked else []),
        *(orders if progress.ordered or not progress.asked else []),
        *([("环节步骤完成情况", STEP_COLUMNS, step_rows(progress.board))] if progress.board.stages else []),
    ]
    for number, (heading, columns, rows) in enumerate(lists, start=first):
        paragraph(document, f"{_NUMERALS[number]}、{heading}", Kind.SECTION)
        if rows:
            table(document, columns, rows)
        else:
            paragraph(document, "目前没有责令补课的单位。")
        if rows and columns is not STEP_COLUMNS:
            paragraph(document, "各单位按机构序列排列，不作排名。", Style.NOTE)
    return first + len(lists)
