"""Plans as pages and the ledger see them, each within the reach of the one who asks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session

from app.campaigns.listing import places_of_units, titles
from app.core.acting import Principal
from app.core.errors import DomainError
from app.core.lists import Listed, Wish, cut
from app.rectification.models import UnitPlan
from app.rectification.orders.reads import reach
from app.rectification.rules.plans import PLANS_IN_FORCE, PLANS_OPEN, Origin, PlanState


@dataclass(frozen=True, slots=True)
class PlanHead:
    """Whose plan it is, why there is one, and where it stands.

    ``order_id`` is empty and ``attempt`` 0 where no order wants the plan.
    """

    id: str
    public_id: str
    campaign_id: str
    unit_id: str
    unit_name: str
    unit_position: int
    origin: Origin
    order_id: str
    attempt: int
    due: date
    asked_on: date
    asked_by: str
    state: PlanState

    @property
    def is_open(self) -> bool:
        """Whether it may still be edited."""
        return self.state in PLANS_OPEN

    @property
    def is_awaited(self) -> bool:
        """Whether it was asked for without an order and its commitments are not public yet."""
        return not self.order_id and self.state is not PlanState.ANNOUNCED

    @property
    def is_in_force(self) -> bool:
        """Whether its actions stand in the ledger."""
        return self.state in PLANS_IN_FORCE

    @property
    def home(self) -> str:
        """The address of the page on which it is dealt with: that of its order where there is one."""
        return f"/rectification/orders/{self.order_id}" if self.order_id else f"/rectification/plans/{self.id}"

    @property
    def picked(self) -> str:
        """The condition by which the ledger shows its actions, with those of the order's other attempts."""
        return f"order={self.order_id}" if self.order_id else f"plan={self.id}"

    def number(self, position: int) -> str:
        """Return the number of the action at a position, from 1: ``2-3`` is the third of a second order."""
        return f"{self.attempt}-{position}" if self.attempt else str(position)


_COLUMNS = (
    UnitPlan.id, UnitPlan.public_id, UnitPlan.campaign_id, UnitPlan.unit_id, UnitPlan.origin, UnitPlan.order_id,
    UnitPlan.attempt, UnitPlan.due, UnitPlan.asked_on, UnitPlan.asked_by, UnitPlan.state,
)  # fmt: skip


def plan_heads(
    session: Session, staff: Principal, campaign_id: str = "", *wanted: ColumnElement[bool]
) -> Sequence[PlanHead]:
    """Return the plans within reach, campaign by campaign, in official order of units; oldest first for one unit.

    What was withdrawn is not among them; of the others those that are ``wanted``.
    """
    query = select(*_COLUMNS).where(UnitPlan.state != PlanState.WITHDRAWN.value, *wanted)
    if campaign_id:
        query = query.where(UnitPlan.campaign_id == campaign_id)
    units = reach(session, staff)
    return _heads(session, (row for row in session.execute(query) if units is None or row.unit_id in units))


def found_plans(session: Session, staff: Principal, wish: Wish) -> Listed[tuple[PlanHead, str]]:
    """Return a page of the plans within reach that a reader looks for by unit, campaign and state, with its title."""
    named = titles(session)
    every = [
        (head, named[head.campaign_id])
        for head in plan_heads(session, staff)
        if wish.state in {"", head.state.value} and wish.fits(head.unit_name, named[head.campaign_id])
    ]
    return cut(every, wish)


def heads_of(session: Session, public_id: str) -> Sequence[PlanHead]:
    """Return the plans of a public address, oldest first: those of one order, or the one that was asked for."""
    return _heads(session, session.execute(select(*_COLUMNS).where(UnitPlan.public_id == public_id)))


def plan_of_order(session: Session, order_id: str, attempt: int) -> PlanHead | None:
    """Return the plan of an order's attempt; None where the unit was not ordered."""
    query = select(*_COLUMNS).where(UnitPlan.order_id == order_id, UnitPlan.attempt == attempt)
    return next(iter(_heads(session, session.execute(query))), None)


def get_head(session: Session, staff: Principal, plan_id: str) -> PlanHead:
    """Return a plan within reach; DomainError ``plan_unknown``, also for one that is out of reach."""
    found = _heads(session, session.execute(select(*_COLUMNS).where(UnitPlan.id == plan_id)))
    units = reach(session, staff)
    if not found or (units is not None and found[0].unit_id not in units):
        raise DomainError("plan_unknown")
    return found[0]


def _heads(session: Session, found: Iterable[Any]) -> list[PlanHead]:
    rows = list(found)
    names = places_of_units(session, {row.campaign_id for row in rows})
    return sorted((_head(row, names) for row in rows), key=_place)


def _place(head: PlanHead) -> tuple[object, ...]:
    return (head.campaign_id, head.unit_position, head.asked_on, head.order_id, head.attempt, head.id)


def _head(row: Row[Any], names: Mapping[str, tuple[str, int]]) -> PlanHead:
    told: tuple[Any, ...] = tuple(row)
    plan_id, public_id, campaign_id, unit_id, origin, order_id, attempt, due, asked_on, asked_by, state = told
    return PlanHead(
        plan_id,
        public_id,
        campaign_id,
        unit_id,
        *names[unit_id],
        Origin(origin),
        order_id or "",
        attempt or 0,
        due,
        asked_on,
        asked_by,
        PlanState(state),
    )
