"""A published round with flagged units, a liaison for one of them, and what a complete plan holds."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.models import StaffUnit
from app.campaigns.models import Unit, VoterGroup
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.publication import service as publication
from app.rectification.board.service import STAGES
from app.rectification.models import CampaignBoard, RemedialAction
from app.rectification.orders import service as ordering
from app.rectification.orders.reads import get_order
from app.rectification.orders.service import Confirmation
from app.rectification.plans import service as planning
from app.rectification.plans.service import PlanRow
from app.rectification.rules.board import SEED_STAGES
from app.rectification.rules.orders import OrderEvent
from app.rectification.rules.plans import Action, ActionKind
from app.rectification.rules.workdays import seed_holidays, working_day_from
from app.rounds.models import Round
from tests.cast import MORNING, make_cast
from tests.made_once import made_once
from tests.publication import counted

ZHANG = Principal("idzhangsan", "张三", "organiser")
WU = Principal("idwujiu", "吴九", "liaison")
ZHENG = Principal("idzhengshi", "郑十", "supervisor")
ZHAO = Principal("idzhaoliu", "赵六", "leader")
FLAGGED = "u3"
"""县文工团: 满意率 about half of the remedial line's."""


@dataclass(frozen=True, slots=True)
class Flagged:
    """The round, its campaign and the flagged unit."""

    round_id: str
    campaign_id: str
    unit_id: str = FLAGGED


def make_flagged(database: Database) -> Flagged:
    """Store the cast, and a flagged round."""
    return made_once(database, _flagged)


def _flagged(database: Database) -> Flagged:
    with database.writing() as session:
        make_cast(session)
    return store_flagged(database)


def store_flagged(database: Database) -> Flagged:
    """Store a round released to leaders and units, whose unit ``FLAGGED`` lies below the remedial line."""
    round_id = counted.store_counted(database, counted.make_votes())
    with database.writing() as session:
        campaign_id = session.get_one(Round, round_id).campaign_id
        for place, name in enumerate(counted.UNITS):
            session.add(Unit(id=f"u{place}", campaign_id=campaign_id, position=place + 1, name=name))
        for place, (name, expected) in enumerate(counted.GROUPS.items()):
            row = VoterGroup(id=f"g{place}", campaign_id=campaign_id, position=place + 1, name=name, expected=expected)
            session.add(row)
        stages = STAGES.dump_json(SEED_STAGES).decode()
        session.add(CampaignBoard(campaign_id=campaign_id, stages=stages))
        session.flush()
        session.add(StaffUnit(staff_id=WU.id, unit_id=FLAGGED))
        for scope in ("leaders", "unit"):
            publication.publish(Acting(session, MORNING, ZHANG), round_id, {"scope": scope})
    return Flagged(round_id, campaign_id)


def asked(session: Session, found: Flagged, **changes: object) -> Confirmation:
    """Return a confirmation with the dates that the rules propose."""
    dates = ordering.proposed_dates(session, found.campaign_id, MORNING.date(), 1)
    return replace(Confirmation("县委发〔2026〕8号", "满意率低于补课线，限期整改", dates), **changes)  # type: ignore[arg-type]


def make_order(database: Database) -> tuple[Flagged, str]:
    """Order the flagged unit."""
    return made_once(database, _ordered)


def _ordered(database: Database) -> tuple[Flagged, str]:
    found = _flagged(database)
    return found, order(database, found)


def order(database: Database, found: Flagged, unit_id: str = FLAGGED) -> str:
    """Order a flagged unit; return the order's id."""
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        return ordering.confirm(acting, found.round_id, unit_id, asked(session, found))


def make_action(**changes: object) -> Action:
    """Return an action that lacks nothing."""
    full = Action(
        problem="开放时间太短",
        goal="周末和晚上都能进馆",
        kind=ActionKind.DATED,
        due=MORNING.date() + timedelta(days=20),
        measures="调整排班，周末开放到二十点",
        sponsor="钱副局长",
        lead_unit="县文工团",
        co_units=("县文化馆",),
        owner="孙团长",
        commitment="十二月起每个周末开放",
    )
    return replace(full, **changes)  # type: ignore[arg-type]


def make_rows(*actions: Action) -> list[PlanRow]:
    """Return rows as they are typed, new ones all of them; what would be due on a day off is due on the next day."""
    worked = (replace(action, due=working(action.due)) for action in actions or (make_action(),))
    return [PlanRow("", action, "群众意见") for action in worked]


def make_ledger(database: Database, *actions: Action) -> tuple[Flagged, str, list[str]]:
    """Order, plan, accept and announce; return the ids of the ledger's actions."""
    if not actions:
        found, order_id, action_id = made_once(database, _kept)
        return found, order_id, [action_id]
    found, order_id = make_order(database)
    return found, order_id, keep_ledger(database, order_id, *actions)


def _kept(database: Database) -> tuple[Flagged, str, str]:
    found, order_id = _ordered(database)
    (action_id,) = keep_ledger(database, order_id)
    return found, order_id, action_id


def keep_ledger(database: Database, order_id: str, *actions: Action, by: Principal = WU) -> list[str]:
    """Plan, accept and announce; return the ids of the order's actions.

    They keep the last days that were asked for, days off too: those of plans from before a table was changed.
    """
    with database.writing() as session:
        plan_id = plan_id_of(session, order_id)
        planning.save_plan(Acting(session, MORNING, by), plan_id, make_rows(*actions))
        session.flush()
        planning.submit(Acting(session, MORNING, by), plan_id)
        planning.accept(Acting(session, MORNING, ZHENG), plan_id)
        planning.announce(Acting(session, MORNING, by), plan_id)
        session.flush()
        own = sa.select(RemedialAction.id).where(RemedialAction.plan_id == plan_id)
        ids = list(session.scalars(own.order_by(RemedialAction.position)))
        for action_id, action in zip(ids, actions or (make_action(),), strict=True):
            session.get_one(RemedialAction, action_id).due = action.due
        return ids


def completed(database: Database, found: Flagged) -> str:
    """Order the flagged unit, keep its ledger and report all of it done; return the order's id."""
    order_id = order(database, found)
    keep_ledger(database, order_id)
    with database.writing() as session:
        ordering.step(Acting(session, MORNING, WU), order_id, OrderEvent.COMPLETE, "已全部整改")
    return order_id


def plan_id_of(session: Session, order_id: str) -> str:
    """Return the id of the plan of the order that holds now."""
    plan = get_order(session, ZHANG, order_id).current
    assert plan is not None
    return plan.plan_id


def plan_path(database: Database, order: str) -> str:
    """Return the address of the plan of an order, by its id or its own address."""
    with database.reading() as session:
        return f"/rectification/plans/{plan_id_of(session, order.rsplit('/', 1)[-1])}"


def working(day: date | None) -> date | None:
    """Return the day, or the next on which offices are open, as seen from the cast's morning."""
    return day and working_day_from(max(day, MORNING.date()), seed_holidays((day.year, day.year + 1)))


def later(days: int) -> date:
    """Return a day after the cast's morning."""
    return MORNING.date() + timedelta(days=days)
