"""督办方式 of an order: 挂牌督办, 限时办结, 现场会办 or 立项督查, changed by a person with a reason."""

from app.audit import service as audit
from app.core.acting import Acting
from app.core.errors import DomainError
from app.rectification.messages.notify import tell_of_mode
from app.rectification.orders.service import locked_order, remark
from app.rectification.rules.blank import is_blank
from app.rectification.rules.orders import ORDER_ENDS, OrderEvent, OrderState
from app.rectification.rules.refusals import Refusal
from app.rectification.rules.supervision import Mode
from app.rectification.rules.wording import MODE_REMARK, MODES, ORDER_STATES

ORDINARY = "一般督促"


def mode_words(mode: str) -> str:
    """Return how a mode is called; without one an order is urged in the ordinary way."""
    return MODES[Mode(mode)] if mode else ORDINARY


def set_mode(acting: Acting, order_id: str, mode: str, reason: str) -> None:
    """Change how an order that has not ended is supervised; the reason stands in its history."""
    if mode and mode not in set(Mode):
        raise DomainError("field_not_a_choice", field="督办方式")
    order = locked_order(acting.session, order_id)
    state = OrderState(order.state)
    if state in ORDER_ENDS or not order.attempt:
        raise DomainError("step_ended", state=ORDER_STATES[state], event="更改督办方式", allowed="")
    if is_blank(reason):
        raise DomainError(Refusal.ORDER_REASON_MISSING.value)
    if mode == order.mode:
        raise DomainError("mode_unchanged", mode=mode_words(mode))
    words = MODE_REMARK.format(before=mode_words(order.mode), after=mode_words(mode), reason=reason)
    detail = {"before": order.mode, "after": mode, "reason": reason}
    order.mode = mode
    remark(acting, order, OrderEvent.CONFIRM, words)
    tell_of_mode(acting, order, mode_words(mode))
    audit.record(acting.session, acting.now, acting.actor, "order.mode", order_id, **detail)
