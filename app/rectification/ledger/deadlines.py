"""The daily run of 督办: what is due soon, behind or overdue is noticed once, and told to those it concerns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from app.accounts.people import all_names, who_see_each
from app.accounts.service import liaisons_of, principal
from app.audit import service as audit
from app.audit.service import SYSTEM
from app.campaigns.listing import offices_holding
from app.core.acting import Principal
from app.core.chinese import CHINA, chinese_day
from app.core.secrets import new_id
from app.inbox.models import InboxItem
from app.rectification.messages.notify import action_title
from app.rectification.models import RemedialAction, SupervisionNotice
from app.rectification.orders.days import tables_of
from app.rectification.orders.running import OrderHead, order_heads
from app.rectification.plans.reads import PlanHead, plan_heads
from app.rectification.rules.ledger import ACTION_ENDS, ActionState, LedgerAction
from app.rectification.rules.orders import Task
from app.rectification.rules.people import Person
from app.rectification.rules.supervision import (
    DEFAULT_NOTICES,
    Level,
    Notice,
    Subject,
    SubjectKind,
    action_subject,
    notices,
    order_subject,
    unsent,
)
from app.rectification.rules.wording import NOTICE_TOLD, TASKS
from app.rectification.rules.workdays import years_unknown_in

TOLD_ALWAYS = ("organiser", "supervisor")
TOLD_OF_OVERDUE = (*TOLD_ALWAYS, "leader")
NOT_RUNNING = tuple(state.value for state in (*ACTION_ENDS, ActionState.DRAFTED))
_DAILY_RUN = 0x64616979
"""Key of PostgreSQL's lock: two runs at once take turns."""


@dataclass(frozen=True)
class Watched:
    """The orders and plans within somebody's reach, both in official order of units."""

    orders: Sequence[OrderHead]
    plans: Sequence[PlanHead]

    @property
    def campaigns(self) -> frozenset[str]:
        """The campaigns of which they are."""
        return frozenset({one.campaign_id for one in self.orders} | {one.campaign_id for one in self.plans})

    @cached_property
    def waiting(self) -> Sequence["Matter"]:
        """What orders wait for, then the plans that were asked for without one and are not there yet."""
        of_orders = [matter for head in self.orders for matter in _of_order(head)]
        return [*of_orders, *(_of_plan(head) for head in self.plans if head.is_open and not head.order_id)]


def watched(session: Session, staff: Principal, campaign_id: str = "") -> Watched:
    """Return what somebody may see of a campaign, or of all."""
    return Watched(order_heads(session, staff, campaign_id), plan_heads(session, staff, campaign_id))


@dataclass(frozen=True, slots=True)
class Matter:
    """Something with a running deadline: as the rules see it, and as people speak of it; ``place`` in all units."""

    campaign_id: str
    unit_name: str
    subject: Subject
    title: str
    href: str
    place: int = 0


def matters(session: Session, within: Watched) -> list[Matter]:
    """Return what has a deadline, units in official order."""
    found = [*within.waiting, *matters_of(session, within.plans)]
    return sorted(found, key=lambda matter: (matter.campaign_id, matter.place))


def _of_order(head: OrderHead) -> Iterator[Matter]:
    subject = order_subject(head.id, head.unit_id, head.state, head.dates, head.ordered_on)
    if subject is not None:
        title, href = TASKS[Task(subject.kind.value)], f"/rectification/orders/{head.id}"
        yield Matter(head.campaign_id, head.unit_name, subject, title, href, head.unit_position)


def _of_plan(head: PlanHead) -> Matter:
    subject = Subject(SubjectKind.ASKED_PLAN, head.id, head.unit_id, head.asked_on, head.due)
    href = f"/rectification/plans/{head.id}"
    return Matter(head.campaign_id, head.unit_name, subject, TASKS[Task.PLAN], href, head.unit_position)


_ACTION = RemedialAction
_OF_ACTIONS: tuple[Any, ...] = (
    _ACTION.id, _ACTION.plan_id, _ACTION.problem, _ACTION.state, _ACTION.due, _ACTION.extended_to,
    _ACTION.progress_on, _ACTION.completed_on, _ACTION.announced_on,
)  # fmt: skip
_NOBODY = Person("")


def matters_of(session: Session, heads: Sequence[PlanHead], *wanted: ColumnElement[bool]) -> list[Matter]:
    """Return the open actions of the ledger that are wanted; the rows of the many that have ended are not even read."""
    by_id = {head.id: head for head in heads}
    query = select(*_OF_ACTIONS).where(_ACTION.state.not_in(NOT_RUNNING), _ACTION.plan_id.in_(by_id), *wanted)
    rows = session.execute(query.order_by(_ACTION.position, _ACTION.id)).all()
    places = {plan_id: place for place, plan_id in enumerate(by_id)}
    found = (_of_action(by_id[row.plan_id], row) for row in sorted(rows, key=lambda row: places[row.plan_id]))
    return [matter for matter in found if matter]


def last_day() -> ColumnElement[date | None]:
    """Return the last day of an action that counts, after extension."""
    return func.coalesce(RemedialAction.extended_to, RemedialAction.due)


def _of_action(head: PlanHead, row: Row[Any]) -> Matter | None:
    state, days = ActionState(row.state), {name: getattr(row, name) for name in ("progress_on", "completed_on")}
    action = LedgerAction(row.id, _NOBODY, state, row.due, row.extended_to, **days)
    subject = action_subject(action, head.unit_id, row.announced_on or head.asked_on)
    if subject is None:
        return None
    title, href = action_title(row.problem), f"/rectification/actions/{row.id}"
    return Matter(head.campaign_id, head.unit_name, subject, title, href, head.unit_position)


def run_daily(session: Session, now: datetime, actor: Principal = SYSTEM) -> tuple[Notice, ...]:
    """Store what is to be said today and has not been said yet, and put it into inboxes; return the new notices."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(func.pg_advisory_xact_lock(_DAILY_RUN).select())
    today = now.astimezone(CHINA).date()
    due = _new_notices(session, today)
    session.add_all([_row(notice, matter.campaign_id, today) for notice, matter in due])
    session.flush()
    readers = _readers(session, due)
    for notice, matter in due:
        session.add_all([_item(notice, matter, now, staff_id) for staff_id in readers(notice, matter)])
    session.flush()
    if due:
        levels = {level.value: sum(notice.level is level for notice, _ in due) for level in Level}
        audit.record(session, now, actor, "supervision.run", "", **levels)
    return tuple(notice for notice, _ in due)


@dataclass(frozen=True, slots=True)
class DueNotice:
    """A 督办单 that a run would send now: of what, in which colour, and the names of who would be told."""

    matter: Matter
    level: Level
    told: tuple[str, ...]


def due_now(session: Session, now: datetime) -> list[DueNotice]:
    """Return what ``run_daily`` would send at this moment; nothing is stored."""
    due, names = _new_notices(session, now.astimezone(CHINA).date()), all_names(session)
    readers = _readers(session, due)
    return [
        DueNotice(matter, notice.level, tuple(names[staff_id] for staff_id in readers(notice, matter)))
        for notice, matter in due
    ]


def _new_notices(session: Session, today: date) -> list[tuple[Notice, Matter]]:
    """Return what nobody has been told yet with what it is about, campaign by campaign.

    Asked for all campaigns at once: an installation in its tenth year has hundreds.
    """
    found = matters(session, watched(session, SYSTEM))
    offices = offices_holding(session, {matter.campaign_id for matter in found})
    tables = tables_of(session, set(offices.values()), (today.year, today.year + 1))
    known = select(SupervisionNotice.id).where(SupervisionNotice.campaign_id.in_(offices))
    told = frozenset(session.scalars(known))
    by_subject = {(matter.subject.kind, matter.subject.id): matter for matter in found}
    return [
        (notice, by_subject[notice.kind, notice.subject_id])
        for campaign_id, some in groupby(found, key=lambda matter: matter.campaign_id)
        for notice in unsent(notices((one.subject for one in some), today, tables[offices[campaign_id]]), told)
    ]


def _row(notice: Notice, campaign_id: str, today: date) -> SupervisionNotice:
    return SupervisionNotice(
        id=notice.id,
        campaign_id=campaign_id,
        unit_id=notice.unit_id,
        kind=notice.kind.value,
        subject_id=notice.subject_id,
        level=notice.level.value,
        due=notice.due,
        issued_on=today,
    )


def _item(notice: Notice, matter: Matter, now: datetime, staff_id: str) -> InboxItem:
    words = {"unit": matter.unit_name, "title": matter.title, "due": chinese_day(notice.due)}
    text = NOTICE_TOLD[notice.level].format_map(words)
    return InboxItem(id=new_id(), staff_id=staff_id, notice_id=notice.id, text=text, href=matter.href, at=now)


class _Readers:
    """Who is told of a notice: the unit's liaisons, organisers and supervisors, of what is overdue leaders too."""

    def __init__(self, liaisons: Mapping[str, Sequence[str]], in_office: Mapping[str, Sequence[Principal]]) -> None:
        self._liaisons = liaisons
        self._in_office = in_office

    def __call__(self, notice: Notice, matter: Matter) -> tuple[str, ...]:
        """Return their ids, each once."""
        roles = TOLD_OF_OVERDUE if notice.level is Level.RED else TOLD_ALWAYS
        others = (one.id for one in self._in_office[matter.campaign_id] if not one.roles.isdisjoint(roles))
        return tuple(dict.fromkeys((*self._liaisons.get(notice.unit_id, ()), *others)))


def _readers(session: Session, due: Sequence[tuple[Notice, Matter]]) -> _Readers:
    found = liaisons_of(session, {notice.unit_id for notice, _ in due})
    liaisons = {unit: [staff.id for staff in some if not staff.disabled] for unit, some in found.items()}
    offices = offices_holding(session, {matter.campaign_id for _, matter in due})
    seen_by = who_see_each(session, set(offices.values()))
    able = {office: [principal(one) for one in some if not one.disabled] for office, some in seen_by.items()}
    return _Readers(liaisons, {campaign_id: able[office] for campaign_id, office in offices.items()})


def years_unknown(session: Session, within: Watched, today: date) -> tuple[int, ...]:
    """Return the years whose holidays nobody has entered but notices of running orders or plans need, each once."""
    ordered = {head.campaign_id for head in within.orders if head.is_running}
    asked = {head.campaign_id for head in within.plans if not head.order_id}
    days = DEFAULT_NOTICES.yellow_working_days
    tables = tables_of(session, set(offices_holding(session, ordered | asked).values()), (today.year, today.year + 1))
    return tuple(sorted({year for table in tables.values() for year in years_unknown_in(table, today, days)}))
