"""Whether a retest is planned within the time that its order set."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.chinese import CHINA
from app.core.errors import Ours
from app.rectification.models import OrderAttempt, RemedialOrder
from app.rectification.rules.plans import is_after
from app.rounds.reads import RoundView, retest_of
from app.rounds.steps import Step


def before_opening(session: Session, row: RoundView) -> list[Step]:
    """Return the checklist's line about the time of a retest; that is no hindrance."""
    again, planned = retest_of(session, row.id), row.closes_at or row.opens_at
    if again is None or planned is None:
        return []
    last = (OrderAttempt.order_id == RemedialOrder.id) & (OrderAttempt.attempt == RemedialOrder.attempt)
    days = select(OrderAttempt.retest_due).join(RemedialOrder, last)
    until = session.scalar(days.where(RemedialOrder.round_id == again.of, RemedialOrder.unit_id.in_(again.unit_ids)))
    in_time = not is_after(planned.astimezone(CHINA).date(), until)
    told = (Ours.filled("%(day)s", day=until),) if until else ()
    return [Step("retest_time", "复测的时间在补课通知定的复测期限之内", in_time, "", told, needed=False)]
