"""Who finds in his inbox that an order or an action has moved on: those who have to act next, or have waited for it."""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy.orm import Session

from app.accounts.people import who_see
from app.accounts.service import liaisons_of, principal
from app.campaigns.listing import offices_of
from app.campaigns.reads import CampaignView, get_campaign
from app.core.acting import Acting, Principal
from app.core.chinese import chinese_day
from app.inbox import service as inbox
from app.rectification.models import RemedialAction, RemedialOrder, UnitPlan
from app.rectification.rules.ledger import ActionEvent
from app.rectification.rules.orders import OrderEvent
from app.rectification.rules.plans import PlanEvent
from app.rectification.rules.wording import ACTION_TITLE

PROBLEM_SHOWN = 40


class Side(StrEnum):
    """To whom something is told: the unit's liaisons, those who supervise, or organisers alone."""

    UNIT = "unit"
    SUPERVISION = "supervision"
    ORGANISERS = "organisers"


_ROLES = {Side.SUPERVISION: ("organiser", "supervisor"), Side.ORGANISERS: ("organiser",)}
ORDER_TOLD = {
    OrderEvent.CONFIRM: (Side.UNIT, "{unit}被责令补课，请按期报送整改方案。"),
    OrderEvent.WAIVE: (Side.UNIT, "{unit}按决定免于补课。"),
    OrderEvent.SUBMIT_PLAN: (Side.SUPERVISION, "{unit}报送了整改方案，请审定。"),
    OrderEvent.RETURN_PLAN: (Side.UNIT, "{unit}的整改方案被退回，请按审定意见修改后重新报送。"),
    OrderEvent.ACCEPT_PLAN: (Side.UNIT, "{unit}的整改方案已经审定，请公示承诺，开始整改。"),
    OrderEvent.COMPLETE: (Side.ORGANISERS, "{unit}报告整改完成，请安排复测，或者退回继续整改。"),
    OrderEvent.SEND_BACK: (Side.UNIT, "{unit}的整改不到位，被退回继续整改。"),
    OrderEvent.PLAN_RETEST: (Side.UNIT, "{unit}的复测已经安排。"),
    OrderEvent.CLOSE: (Side.UNIT, "{unit}复测达标，补课办结。"),
    OrderEvent.ESCALATE: (Side.UNIT, "{unit}复测未达标，升级督办。"),
    OrderEvent.ORDER_AGAIN: (Side.UNIT, "{unit}被再次责令补课，期限缩短，请按期报送整改方案。"),
}
PLAN_TOLD = {
    PlanEvent.SUBMIT: (Side.SUPERVISION, "{unit}报送了整改方案，请审定。"),
    PlanEvent.RETURN: (Side.UNIT, "{unit}的整改方案被退回，请按审定意见修改后重新报送。"),
    PlanEvent.ACCEPT: (Side.UNIT, "{unit}的整改方案已经审定，请公示承诺，开始整改。"),
    PlanEvent.REDATE: (Side.UNIT, "{unit}报送整改方案的期限改为{due}，理由见方案页面。"),
    PlanEvent.WITHDRAW: (Side.UNIT, "{unit}不再需要报送整改方案，要求已经撤回。"),
}
"""Of plans without an order; what happens to the others is told with their order."""
ASKED_FOR = (Side.UNIT, "请{unit}制定整改方案，在{due}前报送。")
ORDER_UNTOLD = frozenset({OrderEvent.BEGIN, OrderEvent.COUNT_RETEST, OrderEvent.VOID_RETEST})
"""What changes nothing for anybody but whoever does it."""
EXTENSION, EXTENSION_DECIDED, SIGNED = "extension", "extension_decided", "signed"
ACTION_TOLD = {
    ActionEvent.COMPLETE.value: (Side.SUPERVISION, "{unit}报告{title}已经完成，请验收。"),
    ActionEvent.ACCEPT.value: (Side.UNIT, "{unit}的{title}已经验收销号。"),
    ActionEvent.RETURN.value: (Side.UNIT, "{unit}的{title}被退回，请继续整改。"),
    SIGNED: (Side.SUPERVISION, "{unit}的主要负责人已签批{title}的完成情况，请验收。"),
    EXTENSION: (Side.SUPERVISION, "{unit}申请{title}延期，请批复。"),
    EXTENSION_DECIDED: (Side.UNIT, "{unit}的{title}延期申请已经批复。"),
}
ACTION_TO_SIGN = "{unit}报告{title}已经完成，请主要负责人签批。"
PLAN_TO_SIGN = "{unit}报送了整改方案，请主要负责人签批。"
PLAN_SIGNED = (Side.SUPERVISION, "{unit}的主要负责人已签批整改方案，请审定。")
MODE_CHANGED = (Side.UNIT, "对{unit}的督办方式改为“{mode}”。")
_TOLD = (*ORDER_TOLD.values(), *PLAN_TOLD.values(), *ACTION_TOLD.values(), ASKED_FOR, MODE_CHANGED, PLAN_SIGNED)
LETTERS = tuple(dict.fromkeys([*(sentence for _, sentence in _TOLD), ACTION_TO_SIGN, PLAN_TO_SIGN]))
"""Every sentence that is told here; ``app.web.letters`` finds them again."""


def action_title(problem: str) -> str:
    """Return how messages speak of an action of the ledger."""
    short = problem[:PROBLEM_SHOWN] + ("…" if len(problem) > PROBLEM_SHOWN else "")
    return ACTION_TITLE.format(problem=" ".join(short.split()))


def tell_of_order(acting: Acting, order: RemedialOrder, event: OrderEvent) -> None:
    """Tell of an event of an order, if it is one that somebody waits for."""
    if event in ORDER_TOLD:
        _tell(acting, order, ORDER_TOLD[event], f"/rectification/orders/{order.id}")


def tell_of_plan(acting: Acting, plan: UnitPlan, event: PlanEvent) -> None:
    """Tell of an event of a plan without an order, if it is one that somebody waits for."""
    if event in PLAN_TOLD:
        _tell(acting, plan, PLAN_TOLD[event], f"/rectification/plans/{plan.id}")


def tell_of_asking(acting: Acting, campaign: CampaignView, plans: Sequence[UnitPlan]) -> None:
    """Tell the liaisons of all these units that a plan is asked of them."""
    _tell_units(acting, campaign, plans, ASKED_FOR[1])


def tell_of_dates(acting: Acting, campaign: CampaignView, plans: Sequence[UnitPlan]) -> None:
    """Tell the liaisons of all these units that they have another day for the plans asked of them."""
    _tell_units(acting, campaign, plans, PLAN_TOLD[PlanEvent.REDATE][1])


def _tell_units(acting: Acting, campaign: CampaignView, plans: Sequence[UnitPlan], sentence: str) -> None:
    readers = liaisons_of(acting.session, {plan.unit_id for plan in plans})
    names = {unit.id: unit.name for unit in campaign.units}
    for plan in plans:
        text = sentence.format(unit=names[plan.unit_id], due=chinese_day(plan.due))
        able = (staff.id for staff in readers.get(plan.unit_id, ()) if not staff.disabled)
        told = [staff_id for staff_id in able if staff_id != acting.actor.id]
        inbox.tell(acting.session, acting.now, told, text, f"/rectification/plans/{plan.id}")


def tell_of_mode(acting: Acting, order: RemedialOrder, mode: str) -> None:
    """Tell that an order is supervised in another way."""
    _tell(acting, order, MODE_CHANGED, f"/rectification/orders/{order.id}", mode=mode)


def tell_of_signed_plan(acting: Acting, plan: UnitPlan) -> None:
    """Tell that the head of a unit has signed off its plan."""
    _tell(acting, plan, PLAN_SIGNED, f"/rectification/plans/{plan.id}")


def tell_of_action(acting: Acting, action_id: str, event: str) -> None:
    """Tell of an event of an action, if it is one that somebody waits for."""
    if event in ACTION_TOLD:
        row = acting.session.get_one(RemedialAction, action_id)
        plan = acting.session.get_one(UnitPlan, row.plan_id)
        title = action_title(row.problem)
        _tell(acting, plan, ACTION_TOLD[event], f"/rectification/actions/{action_id}", title=title)


def _tell(acting: Acting, about: RemedialOrder | UnitPlan, message: tuple[Side, str], href: str, **words: str) -> None:
    side, sentence = message
    unit = get_campaign(acting.session, about.campaign_id).unit(about.unit_id)
    text = sentence.format_map({"unit": unit.name if unit else "", **words})
    told = [staff_id for staff_id, _ in _readers(acting.session, about.unit_id, side) if staff_id != acting.actor.id]
    inbox.tell(acting.session, acting.now, told, text, href)


def told_names(session: Session, unit_id: str, side: Side, but: str) -> list[str]:
    """Return the names of those who are told what ``but`` does."""
    return [name for staff_id, name in _readers(session, unit_id, side) if staff_id != but]


def _readers(session: Session, unit_id: str, side: Side) -> list[tuple[str, str]]:
    """Return ids and names."""
    if side is Side.UNIT:
        return [
            (staff.id, staff.name) for staff in liaisons_of(session, [unit_id]).get(unit_id, ()) if not staff.disabled
        ]
    return [(staff.id, staff.name) for staff in _who_see(session, unit_id) if staff.roles & set(_ROLES[side])]


def _who_see(session: Session, unit_id: str) -> list[Principal]:
    """Return all in office who see the unit's campaign."""
    seen_by = (one for office_id in offices_of(session, [unit_id]) for one in who_see(session, office_id))
    return [principal(one) for one in seen_by if not one.disabled]
