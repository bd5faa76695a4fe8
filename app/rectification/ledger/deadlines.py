"""The daily run of 督办: what is due soon, behind or overdue is noticed once, and told to those it concerns."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.accounts.people import all_names, who_see
from app.accounts.service import liaisons_of, principal
from app.audit import service as audit
from app.audit.service import SYSTEM
from app.campaigns.listing import offices_holding
from app.campaigns.reads import office_of
from app.core.acting import Principal
from app.core.chinese import CHINA, chinese_day
from app.core.secrets import new_id
from app.inbox.models import InboxItem
from app.rectification.ledger.service import rule_view
from app.rectification.messages.notify import action_title
from app.rectification.models import RemedialAction, SupervisionNotice
from app.rectification.orders.reads import OrderView, holidays_of, orders, years_unknown_in
from app.rectification.plans.reads import PlanHead, plan_heads
from app.rectification.rules.ledger import ACTION_ENDS, ActionState
from app.rectification.rules.orders import ORDER_ENDS, Task
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

TOLD_ALWAYS = ("organiser", "supervisor")
TOLD_OF_OVERDUE = (*TOLD_ALWAYS, "leader")
NOT_RUNNING = tuple(state.value for state in (*ACTION_ENDS, ActionState.DRAFTED))
_DAILY_RUN = 0x64616979
"""Key of PostgreSQL's lock: two runs at once take turns."""


@dataclass(frozen=True)
class Watched:
    """The orders and plans within somebody's reach, both in official order of units."""

    orders: Sequence[OrderView]
    plans: Sequence[PlanHead]

    @cached_property
    def waiting(self) -> Sequence["Matter"]:
        """What orders wait for, then the plans that were asked for without one and are not there yet."""
        of_orders = [matter for view in self.orders for matter in _of_order(view)]
        return [*of_orders, *(_of_plan(head) for head in self.plans if head.is_open and not head.order_id)]


def watched(session: Session, staff: Principal, campaign_id: str = "") -> Watched:
    """Return what somebody may see of a campaign, or of all."""
    return Watched(orders(session, staff, campaign_id), plan_heads(session, staff, campaign_id))


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


def _of_order(view: OrderView) -> Iterator[Matter]:
    if view.current is None:
        return
    now = view.current
    subject = order_subject(view.id, view.unit_id, view.standing.state, now.dates, now.ordered_on)
    if subject is not None:
        title, href = TASKS[Task(subject.kind.value)], f"/rectification/orders/{view.id}"
        yield Matter(view.campaign_id, view.unit_name, subject, title, href, view.unit_position)


def _of_plan(head: PlanHead) -> Matter:
    subject = Subject(SubjectKind.ASKED_PLAN, head.id, head.unit_id, head.asked_on, head.due)
    href = f"/rectification/plans/{head.id}"
    return Matter(head.campaign_id, head.unit_name, subject, TASKS[Task.PLAN], href, head.unit_position)


def matters_of(session: Session, heads: Sequence[PlanHead], *wanted: ColumnElement[bool]) -> list[Matter]:
    """Return the open actions of the ledger that are wanted; the rows of the many that have ended are not even read."""
    by_id = {head.id: head for head in heads}
    query = select(RemedialAction).where(RemedialAction.state.not_in(NOT_RUNNING), RemedialAction.plan_id.in_(by_id))
    rows = session.scalars(query.where(*wanted).order_by(RemedialAction.position, RemedialAction.id)).all()
    places = {plan_id: place for place, plan_id in enumerate(by_id)}
    found = (_of_action(by_id[row.plan_id], row) for row in sorted(rows, key=lambda row: places[row.plan_id]))
    return [matter for matter in found if matter]


def last_day() -> ColumnElement[date | None]:
    """Return the last day of an action that counts, after extension."""
    return func.coalesce(RemedialAction.extended_to, RemedialAction.due)


def _of_action(head: PlanHead, row: RemedialAction) -> Matter | None:
    subject = action_subject(rule_view(row), head.unit_id, row.announced_on or head.asked_on)
    if subject is None:
        return None
    title, href = action_title(row.problem), f"/rectification/actions/{row.id}"
    return Matter(head.campaign_id, head.unit_name, subject, title, href, head.unit_position)


def run_daily(session: Session, now: datetime, actor: Principal = SYSTEM) -> tuple[Notice, ...]:
    """Store what is to be said today and has not been said yet, and put it into inboxes; return the new notices."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(func.pg_advisory_xact_lock(_DAILY_RUN).select())
    today = now.astimezone(CHINA).date()
    issued = [notice for some in _by_campaign(session).items() for notice in _run_campaign(session, now, today, *some)]
    if issued:
        levels = {level.value: sum(notice.level is level for notice in issued) for level in Level}
        audit.record(session, now, actor, "supervision.run", "", **levels)
    return tuple(issued)


def _by_campaign(session: Session) -> Mapping[str, list[Matter]]:
    found = defaultdict(list)
    for matter in matters(session, watched(session, SYSTEM)):
        found[matter.campaign_id].append(matter)
    return found


@dataclass(frozen=True, slots=True)
class DueNotice:
    """A 督办单 that a run would send now: of what, in which colour, and the names of who would be told."""

    matter: Matter
    level: Level
    told: tuple[str, ...]


def due_now(session: Session, now: datetime) -> list[DueNotice]:
    """Return what ``run_daily`` would send at this moment; nothing is stored."""
    today, found = now.astimezone(CHINA).date(), list[DueNotice]()
    names = all_names(session)
    for campaign_id, some in _by_campaign(session).items():
        new = _new_notices(session, today, campaign_id, some)
        by_subject = {(matter.subject.kind, matter.subject.id): matter for matter in some}
        readers = _readers(session, campaign_id, {notice.unit_id for notice in new})
        for notice in new:
            told = tuple(names[staff_id] for staff_id in readers(notice))
            found.append(DueNotice(by_subject[notice.kind, notice.subject_id], notice.level, told))
    return found


def _new_notices(session: Session, today: date, campaign_id: str, found: Sequence[Matter]) -> tuple[Notice, ...]:
    holidays = holidays_of(session, campaign_id, (today.year, today.year + 1))
    query = select(SupervisionNotice.id).where(SupervisionNotice.campaign_id == campaign_id)
    computed = notices((matter.subject for matter in found), today, holidays)
    return unsent(computed, frozenset(session.scalars(query)))


def _run_campaign(
    session: Session, now: datetime, today: date, campaign_id: str, found: Sequence[Matter]
) -> tuple[Notice, ...]:
    new = _new_notices(session, today, campaign_id, found)
    session.add_all([_row(notice, campaign_id, today) for notice in new])
    session.flush()
    by_subject = {(matter.subject.kind, matter.subject.id): matter for matter in found}
    readers = _readers(session, campaign_id, {notice.unit_id for notice in new})
    for notice in new:
        matter = by_subject[notice.kind, notice.subject_id]
        session.add_all([_item(notice, matter, now, staff_id) for staff_id in readers(notice)])
    session.flush()
    return new


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

    def __init__(self, liaisons: Mapping[str, Sequence[str]], in_office: Sequence[Principal]) -> None:
        self._liaisons = liaisons
        self._in_office = in_office

    def __call__(self, notice: Notice) -> tuple[str, ...]:
        """Return their ids, each once."""
        roles = TOLD_OF_OVERDUE if notice.level is Level.RED else TOLD_ALWAYS
        others = (one.id for one in self._in_office if not one.roles.isdisjoint(roles))
        return tuple(dict.fromkeys((*self._liaisons.get(notice.unit_id, ()), *others)))


def _readers(session: Session, campaign_id: str, unit_ids: Collection[str]) -> _Readers:
    found = liaisons_of(session, unit_ids)
    liaisons = {unit: [staff.id for staff in some if not staff.disabled] for unit, some in found.items()}
    seen_by = who_see(session, office_of(session, campaign_id))
    return _Readers(liaisons, [principal(staff) for staff in seen_by if not staff.disabled])


def years_unknown(session: Session, within: Watched, today: date) -> tuple[int, ...]:
    """Return the years whose holidays nobody has entered but notices of running orders or plans need, each once."""
    ordered = {view.campaign_id for view in within.orders if view.standing.state not in ORDER_ENDS}
    asked = {head.campaign_id for head in within.plans if not head.order_id}
    days = DEFAULT_NOTICES.yellow_working_days
    offices = offices_holding(session, ordered | asked)
    return tuple(sorted({year for each in offices for year in years_unknown_in(session, each, today, days)}))
