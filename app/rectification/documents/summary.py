"""总结报告 of one order or of a campaign: what is recorded stands there, what only a person can say is left blank."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

from docx.document import Document as DocumentType

from app.campaigns.domain import Measure
from app.core.chinese import chinese_day
from app.office.markup import Column, Style
from app.office.word_layout import GAP, NONE, Kind, blank_document, paragraph, picture, saved, signed, table
from app.publication.charts import before_after_png
from app.rectification.documents.notices import ORDER_COLUMNS, PLAN_COLUMNS, STEP_COLUMNS
from app.rectification.documents.progress import (
    Progress,
    campaign_words,
    due_words,
    order_rows,
    plan_rows,
    progress_words,
    sentence,
    step_rows,
)
from app.rectification.documents.results import OrderResult
from app.rectification.ledger.cells import cells_of
from app.rectification.ledger.service import LedgerRow
from app.rectification.orders.reads import OrderView
from app.rectification.rules.ledger import ActionState, is_open, rules_in
from app.rectification.rules.plans import ActionKind
from app.rectification.rules.supervision import Mode
from app.rectification.rules.wording import ACTION_KINDS, ACTION_STATES, MODES, ORDER_STATES
from app.reports.language import signs_missing
from app.tally.document import parts_of
from app.tally.shown import Table, figure_text, measure_of

NOT_RELEASED = "测评结果没有向本报告的读者公布，此处不列。"
NOT_RETESTED = "尚无已公布的复测结果。"
ACTION_COLUMNS = (
    Column("编号", 11, Style.CELL),
    Column("问题", 30, Style.CELL),
    Column("整改措施", 35, Style.CELL),
    Column("完成时限", 23, Style.CELL),
    Column("完成情况", 26, Style.CELL),
    Column("群众评价", 15, Style.CELL),
    Column("状态", 16, Style.CELL),
)
UNIT_COLUMNS = (
    Column("单位", 46, Style.CELL),
    *(Column(head, 15.7) for head in ("事项", "已销号", "转入长期", "已说明", "未办结", "逾期", "制度成果")),
)
RESULT_COLUMNS = (
    Column("单位", 44, Style.CELL),
    Column("第一次测评", 34, Style.CELL),
    Column("结论", 18, Style.HEAD),
    Column("复测", 42, Style.CELL),
    Column("结论", 18, Style.HEAD),
)


def _figure(part: Table, measure: Measure) -> str:
    cell = part["total"]
    return figure_text(measure_of(cell, measure)) if cell["shown"] else cell["text"]


def order_summary(
    order: OrderView, rows: Sequence[LedgerRow], found: OrderResult, organisation: str, today: date
) -> bytes:
    """Return 总结报告 of one unit; ValueError for a waived one, which has nothing to sum up."""
    if order.current is None:
        msg = "a waived unit has nothing to sum up"
        raise ValueError(msg)
    document = blank_document()
    paragraph(document, f"{order.unit_name}整改落实情况总结报告", Kind.TITLE)
    _sections(
        document,
        (
            ("基本情况", lambda: _basics(document, order, organisation, today)),
            ("整改落实情况", lambda: _work(document, rows)),
            ("整改成效", lambda: _results(document, found)),
            ("存在的不足", lambda: _shortcomings(document, rows)),
            ("下一步打算", lambda: _next_steps(document, rows)),
        ),
    )
    signed(document, order.unit_name, today)
    return saved(document, found.codes)


def _sections(document: DocumentType, sections: Sequence[tuple[str, Callable[[], None]]]) -> None:
    for number, (name, fill) in zip("一二三四五六", sections, strict=False):
        paragraph(document, f"{number}、{name}", Kind.SECTION)
        fill()


def _basics(document: DocumentType, order: OrderView, organisation: str, today: date) -> None:
    for each in order.attempts:
        again = f"再次（第{each.attempt}次）" if each.attempt > 1 else ""
        dates = each.dates
        paragraph(
            document,
            f"{chinese_day(each.ordered_on)}，{organisation}以{each.document_number}{again}责令{order.unit_name}补课。"
            f"理由和要求：{sentence(each.reason)}方案报送期限为{chinese_day(dates.plan)}，整改期限为{chinese_day(dates.remedial)}，"
            f"复测期限为{chinese_day(dates.retest)}。",
        )
    mode = f"督办方式：{MODES[Mode(order.mode)]}。" if order.mode else ""
    waits = due_words(order, today)
    ahead = "" if waits == NONE else f"下一步：{waits.replace('：', '，期限为', 1)}。"
    paragraph(document, f"目前状态：{ORDER_STATES[order.standing.state]}。{mode}{ahead}")


def _state_words(rows: Sequence[LedgerRow]) -> str:
    numbers = Counter(ActionState(each.row.state) for each in rows)
    parts = [f"{ACTION_STATES[state]} {numbers[state]} 项" for state in ActionState if numbers[state]]
    overdue = sum(each.is_overdue for each in rows)
    kinds = Counter(each.row.kind for each in rows)
    told = "、".join(f"{ACTION_KINDS[kind]} {kinds[kind]} 项" for kind in ActionKind if kinds[kind])
    by_kind = f"按分类，{told}。" if told else ""
    return f"整改台账共 {len(rows)} 项，其中{'，'.join(parts)}；逾期未办结 {overdue} 项。{by_kind}"


def _rules_made(rows: Sequence[LedgerRow]) -> list[str]:
    """Return the rules that were made under these actions, each with whose it is."""
    return [f"{name}（{each.plan.unit_name}）" for each in rows for name in rules_in(each.row.rules_made)]


def _tell_rules(document: DocumentType, rows: Sequence[LedgerRow]) -> None:
    names = _rules_made(rows)
    if names:
        paragraph(document, f"制度成果共 {len(names)} 项：{'；'.join(names)}。")


def _work(document: DocumentType, rows: Sequence[LedgerRow]) -> None:
    if not rows:
        paragraph(document, "整改方案尚未审定，台账中没有整改事项。")
        return
    paragraph(document, _state_words(rows))
    table(document, ACTION_COLUMNS, (_action(each) for each in rows))
    _tell_rules(document, rows)


def _action(each: LedgerRow) -> tuple[str, ...]:
    row = cells_of(each)
    due = _due(each) + ("（已逾期）" if each.is_overdue else "")
    rest = (row["completion"] or NONE, row["public_rating"] or NONE, row["state"])
    return (row["number"], row["problem"], row["measures"], due, *rest)


def _due(each: LedgerRow) -> str:
    lasting = each.row.kind == ActionKind.LASTING.value
    return chinese_day(each.due) if each.due else "长期坚持" if lasting else NONE


def _results(document: DocumentType, found: OrderResult) -> None:
    if found.unit is None:
        paragraph(document, NOT_RELEASED)
        return
    measure, label = found.measure
    if (both := found.retest) is None:
        rows = [(part["label"], _figure(part, measure)) for part in parts_of(found.unit)]
        rows.append(("结论", found.unit["verdict"]["label"]))
        table(document, (Column("指标", 100, Style.CELL), Column(f"“{found.title}”{label}", 56)), rows)
        paragraph(document, f"{found.both.reason}。" if found.both else NOT_RETESTED)
        return
    pairs = [(one["label"], _figure(one, measure), _figure(other, measure)) for one, other in both.pairs]
    pairs.append(("结论", both.before["verdict"]["label"], both.after["verdict"]["label"]))
    heads = (Column("指标", 66, Style.CELL), *(Column(f"“{title}”{label}", 45) for title in both.titles))
    table(document, heads, pairs)
    if measure == Measure.SATISFIED_RATE:
        drawn = before_after_png(both.before["name"], both.titles, both.rows)
        picture(document, drawn, f"“{both.titles[0]}”和“{both.titles[1]}”满意率的比较图，数值见上表")
        if note := signs_missing((both.before["name"], *both.titles, *(row[0] for row in both.rows))):
            paragraph(document, note, Style.NOTE)
    paragraph(document, "第一次测评的结果保持不变，两次结果并列，不作排名。", Style.NOTE)


def _open_lines(rows: Sequence[LedgerRow]) -> list[str]:
    return [
        f"{each.plan.unit_name}：{each.row.problem}（{cells_of(each)['state']}，时限 {_due(each)}"
        f"{'，已逾期' if each.is_overdue else ''}）。"
        for each in rows
        if is_open(ActionState(each.row.state)) or each.row.state == ActionState.EXPLAINED.value
    ]


def _to_fill(document: DocumentType, hint: str) -> None:
    paragraph(document, f"（{hint}）{GAP}")


def _shortcomings(document: DocumentType, rows: Sequence[LedgerRow]) -> None:
    lines = _open_lines(rows)
    if lines:
        paragraph(document, "台账中尚未办结、暂不具备条件的事项：", Kind.SUBSECTION)
        for line in lines:
            paragraph(document, line)
    _to_fill(document, "请据实填写存在的不足")


def _next_steps(document: DocumentType, rows: Sequence[LedgerRow]) -> None:
    numbers = sum(is_open(ActionState(each.row.state)) for each in rows)
    lasting = sum(each.row.state == ActionState.LONG_TERM.value for each in rows)
    if numbers:
        paragraph(document, f"继续办理尚未办结的 {numbers} 项。")
    if lasting:
        paragraph(document, f"转入长期的 {lasting} 项继续坚持，并按期报告进展。")
    _to_fill(document, "请填写下一步打算")


def campaign_summary(progress: Progress, found: Sequence[tuple[OrderView, OrderResult]]) -> bytes:
    """Return 总结报告 of all orders of a campaign within reach, units in official order."""
    document, campaign = blank_document(), progress.board.campaign
    paragraph(document, campaign.title, Kind.TITLE_ABOVE)
    paragraph(document, "整改落实情况总结报告", Kind.TITLE_BELOW)
    _sections(
        document,
        (
            ("基本情况", lambda: _campaign_basics(document, progress)),
            ("整改落实情况", lambda: _campaign_work(document, progress)),
            ("整改成效", lambda: _campaign_results(document, found)),
            ("存在的不足", lambda: _shortcomings(document, progress.rows)),
            ("下一步打算", lambda: _next_steps(document, progress.rows)),
        ),
    )
    signed(document, campaign.organisation, progress.today)
    return saved(document, tuple(dict.fromkeys(code for _, result in found for code in result.codes)))


def _campaign_basics(document: DocumentType, progress: Progress) -> None:
    paragraph(document, campaign_words(progress))
    paragraph(document, progress_words(progress))
    waived = [order for order in progress.orders if order.current is None]
    for order in waived:
        paragraph(document, f"{order.unit_name}按决定免于补课，理由：{sentence(order.waived_reason)}")
    if progress.asked:
        paragraph(document, "各单位整改方案情况", Kind.SUBSECTION)
        table(document, PLAN_COLUMNS, plan_rows(progress))
    if progress.ordered:
        table(document, ORDER_COLUMNS, order_rows(progress))
    if progress.board.stages:
        paragraph(document, "环节步骤完成情况", Kind.SUBSECTION)
        table(document, STEP_COLUMNS, step_rows(progress.board))


def _campaign_work(document: DocumentType, progress: Progress) -> None:
    if not progress.rows:
        paragraph(document, "台账中没有整改事项。")
        return
    paragraph(document, _state_words(progress.rows))
    by_unit: dict[str, list[LedgerRow]] = {plan.unit_id: [] for plan in progress.plans}
    for each in progress.rows:
        by_unit[each.plan.unit_id].append(each)
    names = {unit.id: unit.name for unit in progress.board.units}
    rows = [(names[unit], *_numbers(by_unit[unit])) for unit in names if unit in by_unit]
    table(document, UNIT_COLUMNS, rows)
    _tell_rules(document, progress.rows)


def _numbers(rows: Sequence[LedgerRow]) -> tuple[str, ...]:
    states = [ActionState(each.row.state) for each in rows]
    numbers = (
        len(states),
        *(states.count(state) for state in (ActionState.CLOSED_OUT, ActionState.LONG_TERM, ActionState.EXPLAINED)),
        sum(map(is_open, states)),
        sum(each.is_overdue for each in rows),
        len(_rules_made(rows)),
    )
    return tuple(map(str, numbers))


def _campaign_results(document: DocumentType, found: Sequence[tuple[OrderView, OrderResult]]) -> None:
    shown = [(order, result) for order, result in found if result.unit is not None]
    if not shown:
        paragraph(document, NOT_RELEASED if found else "没有责令补课的单位。")
        return
    table(document, RESULT_COLUMNS, (_result_row(order, result) for order, result in shown))
    paragraph(document, "各单位按机构序列排列，不作排名；第一次测评的结果保持不变。", Style.NOTE)


def _result_row(order: OrderView, result: OrderResult) -> tuple[str, ...]:
    (measure, label), unit = result.measure, result.unit
    if unit is None:
        return (order.unit_name, *(NONE for _ in RESULT_COLUMNS[1:]))
    first = (order.unit_name, f"{label} {_figure(unit['overall'], measure)}", unit["verdict"]["label"])
    if (both := result.retest) is not None:
        return (*first, f"{label} {_figure(both.after['overall'], measure)}", both.after["verdict"]["label"])
    return (*first, result.both.reason if result.both else NOT_RETESTED, NONE)
