"""A page of the 整改台账: only the actions that are shown are read, in official order of units."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, Row, and_, case, func, select
from sqlalchemy.orm import Session

from app.core.acting import Principal
from app.core.folding import folded
from app.core.lists import ANYTHING, Listed, Wish, stretch
from app.rectification.ledger.deadlines import last_day
from app.rectification.ledger.searching import stands, words_of
from app.rectification.ledger.service import LedgerRow, ledger_row
from app.rectification.models import RemedialAction, UnitPlan
from app.rectification.plans.reads import PlanHead, plan_heads
from app.rectification.rules.ledger import ACTION_ENDS, ActionState, is_open
from app.rectification.rules.picks import Pick, Show, week_of

PAGE = 100
EVERYTHING = Pick()


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """One page of the ledger; ``running`` (not 已销号) and ``late`` count the actions of all pages."""

    listed: Listed[LedgerRow]
    running: int = 0
    late: int = 0

    @property
    def rows(self) -> Sequence[LedgerRow]:
        """The actions of the page."""
        return self.listed.rows

    @property
    def total(self) -> int:
        """How many actions are picked."""
        return self.listed.total

    def told(self, told: Callable[[Sequence[LedgerRow]], Sequence[LedgerRow]]) -> "LedgerPage":
        """Return the page with other rows in the place of its own."""
        return replace(self, listed=self.listed.told(told))


def ledger_page(
    session: Session, staff: Principal, today: date, pick: Pick = EVERYTHING, wish: Wish = ANYTHING
) -> LedgerPage:
    """Return one page of the picked actions within reach, the last one where there is none of that number."""
    wanted = _wanted(session, staff, pick)
    conditions = list(_picked(pick, today, wanted))
    counts = _counts(session, conditions, today)
    of_plans = [counts.get(each.id, (0, 0, 0)) for each in wanted]
    shown = stretch([(head, count[0]) for head, count in zip(wanted, of_plans, strict=True)], wish, PAGE)
    running, late = sum(count[1] for count in of_plans), sum(count[2] for count in of_plans)
    return LedgerPage(shown.listed(list(_rows(session, shown.groups, conditions, today))), running, late)


def picked_rows(session: Session, staff: Principal, today: date, pick: Pick) -> list[LedgerRow]:
    """Return all picked actions within reach, in the order of the pages."""
    wanted = _wanted(session, staff, pick)
    return list(_rows(session, wanted, list(_picked(pick, today, wanted)), today))


@dataclass(frozen=True, slots=True)
class PickedAction:
    """An action to choose from: little enough to be read for every one that is picked."""

    id: str
    name: str
    state: ActionState
    campaign_id: str


def picked_actions(session: Session, staff: Principal, today: date, pick: Pick) -> list[PickedAction]:
    """Return all picked actions within reach by their names, in the order of the pages."""
    wanted = _wanted(session, staff, pick)
    one, heads = RemedialAction, {head.id: (place, head) for place, head in enumerate(wanted)}
    query = select(one.id, one.plan_id, one.position, one.problem, one.state)
    rows = session.execute(query.where(one.plan_id.in_(heads), *_picked(pick, today, wanted))).all()
    ordered = sorted(rows, key=lambda row: (heads[row.plan_id][0], row.position, row.id))
    return [_action(heads[row.plan_id][1], row) for row in ordered]


def _action(head: PlanHead, row: Row[str, str, int, str, str]) -> PickedAction:
    name = f"{head.unit_name} {head.number(row.position)} {row.problem}"
    return PickedAction(row.id, name, ActionState(row.state), head.campaign_id)


def _wanted(session: Session, staff: Principal, pick: Pick) -> list[PlanHead]:
    unit = folded(pick.unit)
    found = (each for each in plan_heads(session, staff, pick.campaign) if unit in folded(each.unit_name))
    return [each for each in found if pick.order in {"", each.order_id} and pick.plan in {"", each.id}]


def _counts(
    session: Session, conditions: Sequence[ColumnElement[bool]], today: date
) -> dict[str, tuple[int, int, int]]:
    """Return by plan how many actions are picked, how many of them are not 已销号, and how many are late."""
    running = case((RemedialAction.state != ActionState.CLOSED_OUT.value, 1), else_=0)
    late = case((and_(*_shown(Show.LATE, today)), 1), else_=0)
    counted = select(RemedialAction.plan_id, func.count(), func.sum(running), func.sum(late))
    rows = session.execute(counted.where(*conditions).group_by(RemedialAction.plan_id))
    return {plan_id: (count, int(open_), int(overdue)) for plan_id, count, open_, overdue in rows}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many actions there are, how many are announced, and how many have not ended."""

    all: int
    announced: int
    running: int


def counts(session: Session, public_id: str) -> Counts:
    """Count the actions of the accepted plans of a public address, those of an order's earlier attempts too."""
    rows = session.execute(
        select(RemedialAction.state, RemedialAction.announced_on)
        .join(UnitPlan, UnitPlan.id == RemedialAction.plan_id)
        .where(UnitPlan.public_id == public_id, RemedialAction.state != ActionState.DRAFTED.value)
    ).all()
    running = sum(is_open(ActionState(state)) for state, _ in rows)
    return Counts(len(rows), sum(day is not None for _, day in rows), running)


def announced(session: Session, public_id: str) -> Sequence[RemedialAction]:
    """Return the actions of a public address, those of an order's earlier attempts first."""
    query = select(RemedialAction).join(UnitPlan, UnitPlan.id == RemedialAction.plan_id)
    query = query.where(UnitPlan.public_id == public_id, RemedialAction.announced_on.is_not(None))
    return session.scalars(query.order_by(UnitPlan.attempt, RemedialAction.position)).all()


def _rows(
    session: Session, cut: Sequence[PlanHead], conditions: Sequence[ColumnElement[bool]], today: date
) -> Iterator[LedgerRow]:
    query = select(RemedialAction).where(RemedialAction.plan_id.in_([head.id for head in cut]), *conditions)
    found: dict[str, list[RemedialAction]] = {}
    for row in session.scalars(query.order_by(RemedialAction.position, RemedialAction.id)):
        found.setdefault(row.plan_id, []).append(row)
    for head in cut:
        yield from (ledger_row(head, row, today) for row in found.get(head.id, ()))


def _picked(pick: Pick, today: date, heads: Sequence[PlanHead]) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of what is picked; a word may stand in an action or in the name of its unit."""
    yield RemedialAction.state != ActionState.DRAFTED.value
    yield from _shown(pick.show, today)
    if pick.state:
        yield RemedialAction.state == pick.state
    if pick.kind:
        yield RemedialAction.kind == pick.kind
    if pick.since is not None:
        yield last_day() >= pick.since
    if pick.until is not None:
        yield last_day() <= pick.until
    if pick.lead:
        yield RemedialAction.searched_people.contains(folded(pick.lead), autoescape=True)
    if words := words_of(pick.text):
        yield stands(words, [(head.unit_name, head.id) for head in heads], RemedialAction.plan_id)


def _shown(show: Show, today: date) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions of one touch; what is late is the same as in ``ledger.overdue``."""
    if show is Show.OPEN:
        yield RemedialAction.state != ActionState.CLOSED_OUT.value
    if show in {Show.LATE, Show.WEEK}:
        yield RemedialAction.state.not_in([state.value for state in ACTION_ENDS])
    if show is Show.LATE:
        yield last_day() < today
    if show is Show.WEEK:
        yield last_day().between(*week_of(today))
