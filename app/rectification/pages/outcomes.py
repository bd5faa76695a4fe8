"""What a page says after an act: what was done, who was told of it, and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core.chinese import CHINA
from app.rectification.ledger.service import RULES_MADE
from app.rectification.messages.notify import (
    ACTION_TOLD,
    EXTENSION,
    EXTENSION_DECIDED,
    MODE_CHANGED,
    ORDER_TOLD,
    PLAN_TOLD,
    SIGNED,
    Side,
)
from app.rectification.messages.notify import told_names as names_told
from app.rectification.models import ActionEntry, OrderEntry, PlanEntry
from app.rectification.orders.reads import OrderView
from app.rectification.rules.ledger import ActionEvent
from app.rectification.rules.orders import ORDER_EVENT_OF, OrderEvent
from app.rectification.rules.plans import PlanEvent
from app.web.desk import Desk

DONE = "done"
"""What an address says after an act, so that its page tells of it."""
MODE = "mode"
ORDER_DONE: Mapping[str, str] = {
    OrderEvent.CONFIRM: "已责令补课。",
    OrderEvent.WAIVE: "已决定免于补课，理由记在本页。",
    OrderEvent.SUBMIT_PLAN: "方案已报送。",
    OrderEvent.RETURN_PLAN: "方案已退回修改。",
    OrderEvent.ACCEPT_PLAN: "方案已审定，各项已列入整改台账。",
    OrderEvent.BEGIN: "承诺已公示，开始整改。任何人不用登录都能看到公开承诺页面。",
    OrderEvent.COMPLETE: "已报告整改完成。",
    OrderEvent.SEND_BACK: "已退回继续整改。",
    OrderEvent.PLAN_RETEST: "已建立复测轮次。请打开复测轮次，印票、投票、公布。",
    OrderEvent.COUNT_RETEST: "已登记复测结果。",
    OrderEvent.VOID_RETEST: "复测作废或者样本不足，没有结论，请重新安排。",
    OrderEvent.CLOSE: "已登记复测结果：达标，补课办结。",
    OrderEvent.ESCALATE: "已登记复测结果：未达标，升级督办。",
    OrderEvent.ORDER_AGAIN: "已再次责令补课。",
    MODE: "督办方式已经更改，理由记在“经过”中。",
}
PLAN_DONE: Mapping[PlanEvent, str] = {
    PlanEvent.WITHDRAW: "要求已经撤回。",
    PlanEvent.REDATE: "报送方案的期限已经更改，理由记在“经过”中。",
    **{event: ORDER_DONE[ORDER_EVENT_OF[event]] for event in ORDER_EVENT_OF},
}
ACTION_DONE: Mapping[str, str] = {
    ActionEvent.BEGIN: "已开始整改。有进展时在这里填报。",
    ActionEvent.PROGRESS: "进展已记下。全部做完后，在这里报告完成。",
    ActionEvent.COMPLETE: "已报告完成，等待他人验收。",
    ActionEvent.RETURN: "已退回，由单位继续整改。",
    ActionEvent.ACCEPT: "已验收销号。",
    ActionEvent.TURN_LONG_TERM: "已转入长期，不再计时限；需要时可以恢复整改。",
    ActionEvent.EXPLAIN: "已记下暂不具备条件的说明，不再计时限；条件具备时可以恢复整改。",
    ActionEvent.RESUME: "已恢复整改，时限重新计算。",
    SIGNED: "已签批。",
    RULES_MADE: "制度成果已记下。",
    EXTENSION: "延期申请已提交，等待他人批复；批复以前原来的时限不变。",
    EXTENSION_DECIDED: "延期申请已批复。",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The sentence of what was done, and who finds it in his inbox; None where nobody is to be told."""

    sentence: str
    told: Sequence[str] | None


def outcome_shown(outcome: Outcome | None) -> dict[str, object]:
    """Return what a page is given: it says more than the sentence that the form alone would leave, and not both."""
    return {"outcome": outcome} if outcome is None else {"outcome": outcome, "done": ""}


def order_outcome(desk: Desk, order: OrderView, entries: Sequence[OrderEntry]) -> Outcome | None:
    """Return what the reader has just done to an order, where the page was asked for after an act of his."""
    done = desk.request.query_params.get(DONE)
    if not done or not entries or entries[-1].by_name != desk.staff.name or not _is_today(desk, entries[-1]):
        return None
    if done == MODE:
        return _outcome(desk, order.unit_id, ORDER_DONE[MODE], MODE_CHANGED[0])
    event = OrderEvent(entries[-1].event)
    return _outcome(desk, order.unit_id, ORDER_DONE[event], ORDER_TOLD[event][0] if event in ORDER_TOLD else None)


def action_outcome(desk: Desk, unit_id: str, entries: Sequence[ActionEntry]) -> Outcome | None:
    """Return what the reader has just done to an action; the address names it, and nothing was done to it since."""
    event, newest = desk.request.query_params.get(DONE), entries[-1] if entries else None
    if event is None or newest is None or not _is_today(desk, newest):
        return None
    if not any((each.event, each.by_id, each.at) == (event, desk.staff.id, newest.at) for each in entries):
        return None
    return _outcome(desk, unit_id, ACTION_DONE[event], ACTION_TOLD[event][0] if event in ACTION_TOLD else None)


def plan_outcome(desk: Desk, unit_id: str, entries: Sequence[PlanEntry]) -> Outcome | None:
    """Return what the reader has just done to a plan without an order, where its page was asked for after that."""
    newest = entries[-1] if entries else None
    if not desk.request.query_params.get(DONE) or newest is None or newest.by_name != desk.staff.name:
        return None
    event = PlanEvent(newest.event)
    if event not in PLAN_DONE or not _is_today(desk, newest):
        return None
    return _outcome(desk, unit_id, PLAN_DONE[event], PLAN_TOLD[event][0] if event in PLAN_TOLD else None)


def _is_today(desk: Desk, entry: OrderEntry | ActionEntry | PlanEntry) -> bool:
    return entry.at.astimezone(CHINA).date() == desk.today


def _outcome(desk: Desk, unit_id: str, sentence: str, side: Side | None) -> Outcome:
    if side is None:
        return Outcome(sentence, None)
    return Outcome(sentence, names_told(desk.session, unit_id, side, desk.staff.id))
