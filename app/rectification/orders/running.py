"""What orders wait for, without their history: of thousands a page needs no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.campaigns.listing import places_of_units
from app.core.acting import Principal
from app.rectification.models import OrderAttempt, RemedialOrder
from app.rectification.orders.reads import reach
from app.rectification.rules.orders import ORDER_ENDS, Deadlines, OrderState


@dataclass(frozen=True, slots=True)
class OrderHead:
    """An order that was given, with the dates of its last attempt."""

    id: str
    campaign_id: str
    unit_id: str
    unit_name: str
    unit_position: int
    state: OrderState
    mode: str
    ordered_on: date
    dates: Deadlines

    @property
    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self.state not in ORDER_ENDS


_COLUMNS: tuple[Any, ...] = (
    RemedialOrder.id, RemedialOrder.campaign_id, RemedialOrder.unit_id, RemedialOrder.state, RemedialOrder.mode,
    OrderAttempt.ordered_on, OrderAttempt.plan_due, OrderAttempt.remedial_due, OrderAttempt.retest_due,
)  # fmt: skip


def order_heads(session: Session, staff: Principal, campaign_id: str = "") -> Sequence[OrderHead]:
    """Return the orders within reach that were given, campaign by campaign, in official order of units."""
    last = (OrderAttempt.order_id == RemedialOrder.id) & (OrderAttempt.attempt == RemedialOrder.attempt)
    query = select(*_COLUMNS).join(OrderAttempt, last)
    query = query.order_by(RemedialOrder.campaign_id, RemedialOrder.created_at, RemedialOrder.id)
    if campaign_id:
        query = query.where(RemedialOrder.campaign_id == campaign_id)
    units = reach(session, staff)
    rows = [row for row in session.execute(query) if units is None or row.unit_id in units]
    names = places_of_units(session, {row.campaign_id for row in rows})
    found = [_head(row, names[row.unit_id]) for row in rows]
    return sorted(found, key=lambda head: (head.campaign_id, head.unit_position))


def _head(row: Row[Any], unit: tuple[str, int]) -> OrderHead:
    dates = Deadlines(row.plan_due, row.remedial_due, row.retest_due)
    state = OrderState(row.state)
    return OrderHead(row.id, row.campaign_id, row.unit_id, *unit, state, row.mode, row.ordered_on, dates)
