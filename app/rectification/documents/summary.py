"""总结报告 of one order or of a campaign: what is recorded stands there, what only a person can say is left blank."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

from docx.document import Document as DocumentType

from app.campaigns.domain import Measure
from app.core.errors import Ours
from app.office.language import _, blank, clauses, day_of, listed, run_on, said, told
from app.office.markup import Column, Style
from app.office.word_layout import NONE, Kind, blank_document, paragraph, picture, saved, signed
from app.publication.charts import before_after_chart
from app.rectification.documents.notices import ORDER_COLUMNS, PLAN_COLUMNS, STEP_COLUMNS
from app.rectification.documents.progress import (
    Progress,
    campaign_words,
    marked,
    order_rows,
    plan_rows,
    progress_words,
    running_of,
    sentence,
    step_rows,
)
from app.rectification.documents.results import OrderResult, footers
from app.rectification.documents.tables import heading, table
from app.rectification.ledger.cells import cells_of
from app.rectification.ledger.service import LedgerRow
from app.rectification.orders.reads import AttemptView, OrderView
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
_NUMBERED = (Ours("事项", "Actions"), "已销号", Ours("转入长期", "Long-term"), "已说明", "未办结", "逾期", "制度成果")
UNIT_COLUMNS = (Column("单位", 46, Style.CELL), *(Column(head, 15.7) for head in _NUMBERED))
RESULT_COLUMNS = (
    Column("单位", 44, Style.CELL),
    Column("第一次测评", 34, Style.CELL),
    Column("结论", 18, Style.HEAD),
    Column("复测", 42, Style.CELL),
    Column("结论", 18, Style.HEAD),
)


def _figure(part: Table, measure: Measure) -> str:
    cell = part["total"]
    return said(figure_text(measure_of(cell, measure)) if cell["shown"] else cell["text"])


def order_summary(
    order: OrderView, rows: Sequence[LedgerRow], found: OrderResult, organisation: str, today: date
) -> bytes:
    """Return 总结报告 of one unit; ValueError for a waived one, which has nothing to sum up."""
    if order.current is None:
        msg = "a waived unit has nothing to sum up"
        raise ValueError(msg)
    document = blank_document()
    paragraph(document, _("%(unit)s整改落实情况总结报告", unit=said(order.unit_name)), Kind.TITLE)
    _sections(
        document,
        (
            (_("基本情况"), lambda: _basics(document, order, organisation, today)),
            (_("整改落实情况"), lambda: _work(document, rows)),
            (_("整改成效"), lambda: _results(document, found)),
            (_("存在的不足"), lambda: _shortcomings(document, rows)),
            (_("下一步打算"), lambda: _next_steps(document, rows)),
        ),
    )
    signed(document, said(order.unit_name), today)
    return saved(document, footers([found]))


def _sections(document: DocumentType, sections: Sequence[tuple[str, Callable[[], None]]]) -> None:
    for number, (name, fill) in enumerate(sections, start=1):
        heading(document, number, name)
        fill()


def _basics(document: DocumentType, order: OrderView, organisation: str, today: date) -> None:
    for each in order.attempts:
        paragraph(document, _ordered(each, said(organisation), said(order.unit_name)))
    state = _("目前状态：%(state)s。", state=_(ORDER_STATES[order.standing.state]))
    mode = _("督办方式：%(mode)s。", mode=_(MODES[Mode(order.mode)])) if order.mode else ""
    ahead = ""
    if running := running_of(order):
        day = marked(day_of(running[1]), late=running[1] < today)
        ahead = _("下一步：%(task)s，期限为%(day)s。", task=running[0], day=day)
    paragraph(document, run_on((state, mode, ahead)))


def _ordered(attempt: AttemptView, organisation: str, unit: str) -> str:
    """Say who ordered what, why, and until when."""
    values = {"organisation": organisation, "number": attempt.document_number, "unit": unit}
    values["day"] = day_of(attempt.ordered_on)
    if attempt.attempt > 1:
        ordered = _(
            "%(day)s，%(organisation)s以%(number)s再次（第%(attempt)s次）责令%(unit)s补课。",
            attempt=attempt.attempt,
            **values,
        )
    else:
        ordered = _("%(day)s，%(organisation)s以%(number)s责令%(unit)s补课。", **values)
    reason = _("%(label)s：%(text)s", label=_("理由和要求"), text=sentence(attempt.reason))
    dates = {name: day_of(getattr(attempt.dates, name)) for name in ("plan", "remedial", "retest")}
    until = _("方案报送期限为%(plan)s，整改期限为%(remedial)s，复测期限为%(retest)s。", **dates)
    return run_on((ordered, reason, until))


def _state_words(rows: Sequence[LedgerRow]) -> str:
    numbers = Counter(ActionState(each.row.state) for each in rows)
    parts = [_counted(ACTION_STATES[state], numbers[state]) for state in ActionState if numbers[state]]
    overdue = sum(each.is_overdue for each in rows)
    kinds = Counter(each.row.kind for each in rows)
    by_kind = listed(_counted(ACTION_KINDS[kind], kinds[kind]) for kind in ActionKind if kinds[kind])
    words = _(
        "整改台账共 %(count)s 项，其中%(states)s；逾期未办结 %(overdue)s 项。",
        count=len(rows),
        states=_("，").join(parts),
        overdue=overdue,
    )
    return run_on((words, _("按分类，%(kinds)s。", kinds=by_kind) if by_kind else ""))


def _counted(word: str, count: int) -> str:
    return _("%(word)s %(count)s 项", word=_(word), count=count)


def _rules_made(rows: Sequence[LedgerRow]) -> list[str]:
    """Return the rules that were made under these actions, each with whose it is."""
    return [
        _("%(text)s（%(code)s）", text=name, code=said(each.plan.unit_name))
        for each in rows
        for name in rules_in(each.row.rules_made)
    ]


def _tell_rules(document: DocumentType, rows: Sequence[LedgerRow]) -> None:
    names = _rules_made(rows)
    if names:
        paragraph(document, _("制度成果共 %(count)s 项：%(names)s。", count=len(names), names=clauses(names)))


def _work(document: DocumentType, rows: Sequence[LedgerRow]) -> None:
    if not rows:
        paragraph(document, _("整改方案尚未审定，台账中没有整改事项。"))
        return
    paragraph(document, _state_words(rows))
    table(document, ACTION_COLUMNS, (_action(each) for each in rows))
    _tell_rules(document, rows)


def _action(each: LedgerRow) -> tuple[str, ...]:
    row = cells_of(each)
    due = marked(_due(each), late=each.is_overdue)
    rest = (row["completion"] or NONE, row["public_rating"] or NONE, row["state"])
    return (row["number"], row["problem"], row["measures"], due, *rest)


def _due(each: LedgerRow) -> str:
    lasting = each.row.kind == ActionKind.LASTING.value
    return day_of(each.due) if each.due else _("长期坚持") if lasting else NONE


def _results(document: DocumentType, found: OrderResult) -> None:
    if found.unit is None:
        paragraph(document, _(NOT_RELEASED))
        return
    measure, label = found.measure
    if (both := found.retest) is None:
        rows = [(said(part["label"]), _figure(part, measure)) for part in parts_of(found.unit)]
        rows.append((_("结论"), said(found.unit["verdict"]["label"])))
        table(document, (Column("指标", 100, Style.CELL), Column(_of_round(found.title, label), 56)), rows)
        paragraph(document, sentence(said(found.both.reason)) if found.both else _(NOT_RETESTED))
        return
    pairs = [(said(one["label"]), _figure(one, measure), _figure(other, measure)) for one, other in both.pairs]
    pairs.append((_("结论"), said(both.before["verdict"]["label"]), said(both.after["verdict"]["label"])))
    heads = (Column("指标", 66, Style.CELL), *(Column(_of_round(title, label), 45) for title in both.titles))
    table(document, heads, pairs)
    if measure == Measure.SATISFIED_RATE:
        name, titles, drawn = told((both.before["name"], both.titles, both.rows))
        words = _("“%(first)s”和“%(second)s”满意率的比较图，数值见上表", first=titles[0], second=titles[1])
        picture(document, before_after_chart(name, titles, drawn).png(), words)
        if note := signs_missing((name, *titles, *(row[0] for row in drawn))):
            paragraph(document, note, Style.NOTE)
    paragraph(document, _("第一次测评的结果保持不变，两次结果并列，不作排名。"), Style.NOTE)


def _open_lines(rows: Sequence[LedgerRow]) -> list[str]:
    return [
        _open_line(each)
        for each in rows
        if is_open(ActionState(each.row.state)) or each.row.state == ActionState.EXPLAINED.value
    ]


def _open_line(each: LedgerRow) -> str:
    values = {"unit": said(each.plan.unit_name), "problem": each.row.problem, "due": _due(each)}
    values["state"] = cells_of(each)["state"]
    if each.is_overdue:
        return _("%(unit)s：%(problem)s（%(state)s，时限 %(due)s，已逾期）。", **values)
    return _("%(unit)s：%(problem)s（%(state)s，时限 %(due)s）。", **values)


def _of_round(title: str, label: str) -> str:
    return run_on((f"“{said(title)}”", said(label)))


def _to_fill(document: DocumentType, hint: str) -> None:
    paragraph(document, _("（%(hint)s）%(gap)s", hint=hint, gap=blank()))


def _shortcomings(document: DocumentType, rows: Sequence[LedgerRow]) -> None:
    lines = _open_lines(rows)
    if lines:
        paragraph(document, _("台账中尚未办结、暂不具备条件的事项："), Kind.SUBSECTION)
        for line in lines:
            paragraph(document, line)
    _to_fill(document, _("请据实填写存在的不足"))


def _next_steps(document: DocumentType, rows: Sequence[LedgerRow]) -> None:
    numbers = sum(is_open(ActionState(each.row.state)) for each in rows)
    lasting = sum(each.row.state == ActionState.LONG_TERM.value for each in rows)
    if numbers:
        paragraph(document, _("继续办理尚未办结的 %(count)s 项。", count=numbers))
    if lasting:
        paragraph(document, _("转入长期的 %(count)s 项继续坚持，并按期报告进展。", count=lasting))
    _to_fill(document, _("请填写下一步打算"))


def campaign_summary(progress: Progress, found: Sequence[tuple[OrderView, OrderResult]]) -> bytes:
    """Return 总结报告 of all orders of a campaign within reach, units in official order."""
    document, campaign = blank_document(), progress.board.campaign
    paragraph(document, said(campaign.title), Kind.TITLE_ABOVE)
    paragraph(document, _("整改落实情况总结报告"), Kind.TITLE_BELOW)
    _sections(
        document,
        (
            (_("基本情况"), lambda: _campaign_basics(document, progress)),
            (_("整改落实情况"), lambda: _campaign_work(document, progress)),
            (_("整改成效"), lambda: _campaign_results(document, found)),
            (_("存在的不足"), lambda: _shortcomings(document, progress.rows)),
            (_("下一步打算"), lambda: _next_steps(document, progress.rows)),
        ),
    )
    signed(document, said(campaign.organisation), progress.today)
    return saved(document, footers(result for _order, result in found))


def _campaign_basics(document: DocumentType, progress: Progress) -> None:
    paragraph(document, campaign_words(progress))
    paragraph(document, progress_words(progress))
    waived = [order for order in progress.orders if order.current is None]
    for order in waived:
        values = {"unit": said(order.unit_name), "reason": sentence(order.waived_reason)}
        paragraph(document, _("%(unit)s按决定免于补课，理由：%(reason)s", **values))
    if progress.asked:
        paragraph(document, _("各单位整改方案情况"), Kind.SUBSECTION)
        table(document, PLAN_COLUMNS, plan_rows(progress))
    if progress.ordered:
        table(document, ORDER_COLUMNS, order_rows(progress))
    if progress.board.stages:
        paragraph(document, _("环节步骤完成情况"), Kind.SUBSECTION)
        table(document, STEP_COLUMNS, step_rows(progress.board))


def _campaign_work(document: DocumentType, progress: Progress) -> None:
    if not progress.rows:
        paragraph(document, _("台账中没有整改事项。"))
        return
    paragraph(document, _state_words(progress.rows))
    by_unit: dict[str, list[LedgerRow]] = {plan.unit_id: [] for plan in progress.plans}
    for each in progress.rows:
        by_unit[each.plan.unit_id].append(each)
    names = {unit.id: unit.name for unit in progress.board.units}
    rows = [(said(names[unit]), *_numbers(by_unit[unit])) for unit in names if unit in by_unit]
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
        paragraph(document, _(NOT_RELEASED) if found else _("没有责令补课的单位。"))
        return
    table(document, RESULT_COLUMNS, (_result_row(order, result) for order, result in shown))
    paragraph(document, _("各单位按机构序列排列，不作排名；第一次测评的结果保持不变。"), Style.NOTE)


def _result_row(order: OrderView, result: OrderResult) -> tuple[str, ...]:
    (measure, label), unit, name = result.measure, result.unit, said(order.unit_name)
    if unit is None:
        return (name, *(NONE for _column in RESULT_COLUMNS[1:]))
    label = said(label)
    first = (name, f"{label} {_figure(unit['overall'], measure)}", said(unit["verdict"]["label"]))
    if (both := result.retest) is not None:
        return (*first, f"{label} {_figure(both.after['overall'], measure)}", said(both.after["verdict"]["label"]))
    return (*first, said(result.both.reason) if result.both else _(NOT_RETESTED), NONE)
