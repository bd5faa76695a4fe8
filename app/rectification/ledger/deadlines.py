"""The daily run of 督办: what is due soon, behind or overdue is noticed once, and told to those it concerns."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.accounts.service import everyone, liaisons_of, principal
from app.audit import service as audit
from app.audit.service import SYSTEM
from app.core.acting import Principal
from app.core.chinese import CHINA, chinese_day
from app.core.errors import DomainError
from app.core.secrets import new_id
from app.inbox.models import InboxItem
from app.rectification.ledger.service import rule_view
from app.rectification.messages.notify import action_title
from app.rectification.models import RemedialAction, SupervisionNotice
from app.rectification.orders.reads import OrderView, holidays_of, orders, reach, unknown_years
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
_NOT_RUNNING = tuple(state.value for state in (*ACTION_ENDS, ActionState.DRAFTED))
_DAILY_RUN = 0x64616979
"""Key of PostgreSQL's lock: two runs at once take turns."""


@dataclass(frozen=True, slots=True)
class Matter:
    """Something with a running deadline: as the rules see it, and as people speak of it."""

    campaign_id: str
    unit_name: str
    subject: Subject
    title: str
    href: str


def matters(session: Session, views: Sequence[OrderView], until: date | None = None) -> list[Matter]:
    """Return what has a deadline, at the latest ``until``, in the order of the ``views``, which are official."""
    found = [matter for view in views for matter in _of_order(view)] + _of_ledger(session, views, until)
    places = {(view.campaign_id, view.unit_id): place for place, view in enumerate(views)}
    kept = [matter for matter in found if until is None or matter.subject.due <= until]
    return sorted(kept, key=lambda matter: places[matter.campaign_id, matter.subject.unit_id])


def _of_order(view: OrderView) -> Iterator[Matter]:
    if view.current is None:
        return
    now = view.current
    subject = order_subject(view.id, view.unit_id, view.standing.state, now.dates, now.ordered_on)
    if subject is not None:
        title = TASKS[Task(subject.kind.value)]
        yield Matter(view.campaign_id, view.unit_name, subject, title, f"/rectification/orders/{view.id}")


def _of_ledger(session: Session, views: Sequence[OrderView], until: date | None) -> list[Matter]:
    """Return the open actions of the ledger; the rows of the many that have ended are not even read."""
    by_id = {view.id: view for view in views}
    query = select(RemedialAction).where(RemedialAction.state.not_in(_NOT_RUNNING), RemedialAction.order_id.in_(by_id))
    if until is not None:
        query = query.where(_last_day() <= until)
    rows = session.scalars(query.order_by(RemedialAction.attempt, RemedialAction.position, RemedialAction.id))
    found = (_of_action(by_id[row.order_id], row) for row in rows)
    return [matter for matter in found if matter]


def _last_day() -> ColumnElement[date | None]:
    return func.coalesce(RemedialAction.extended_to, RemedialAction.due)


def _of_action(view: OrderView, row: RemedialAction) -> Matter | None:
    ordered_on = next(each.ordered_on for each in view.attempts if each.attempt == row.attempt)
    subject = action_subject(rule_view(row), view.unit_id, row.announced_on or ordered_on)
    if subject is None:
        return None
    return Matter(
        view.campaign_id, view.unit_name, subject, action_title(row.problem), f"/rectification/actions/{row.id}"
    )


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
    for matter in matters(session, orders(session, SYSTEM)):
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
    names = {staff.id: staff.name for staff in everyone(session)}
    for campaign_id, some in _by_campaign(session).items():
        new = _new_notices(session, today, campaign_id, some)
        by_subject = {(matter.subject.kind, matter.subject.id): matter for matter in some}
        readers = _readers(session, {notice.unit_id for notice in new})
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
    readers = _readers(session, {notice.unit_id for notice in new})
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


def _readers(session: Session, unit_ids: Collection[str]) -> _Readers:
    found = liaisons_of(session, unit_ids)
    liaisons = {unit: [staff.id for staff in some if not staff.disabled] for unit, some in found.items()}
    return _Readers(liaisons, [principal(staff) for staff in everyone(session) if not staff.disabled])


def years_unknown(session: Session, views: Sequence[OrderView], today: date) -> Mapping[str, tuple[int, ...]]:
    """Return by campaign with a running order the years whose holidays nobody has entered and today's notices need."""
    running = dict.fromkeys(view.campaign_id for view in views if view.standing.state not in ORDER_ENDS)
    days = DEFAULT_NOTICES.yellow_working_days
    found = {campaign_id: unknown_years(session, campaign_id, today, days) for campaign_id in running}
    return {campaign_id: years for campaign_id, years in found.items() if years}


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A 督办单 as pages show it; ``is_open`` says whether its deadline still runs."""

    id: str
    campaign_id: str
    unit_id: str
    unit_name: str
    kind: SubjectKind
    title: str
    level: Level
    due: date
    issued_on: date
    href: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class NoticePage:
    """One page of 督办单, of all ``total`` that were asked for."""

    notices: list[NoticeView]
    total: int
    part: int
    parts: int


def issued_notices(
    session: Session, views: Sequence[OrderView], *, only_open: bool = False, part: int = 1, size: int = 10_000
) -> NoticePage:
    """Return the notices of these orders: units in the order of the ``views``, newest first for one unit."""
    running = _running(session, views)
    places = {(view.campaign_id, view.unit_id): place for place, view in enumerate(views)}
    one = SupervisionNotice
    # Of the many only what decides about order and page is read.
    columns = select(one.id, one.campaign_id, one.unit_id, one.kind, one.subject_id, one.due, one.issued_on)
    found = [
        (places[campaign_id, unit_id], -issued_on.toordinal(), notice_id)
        for notice_id, campaign_id, unit_id, kind, subject_id, due, issued_on in session.execute(columns)
        if (campaign_id, unit_id) in places and (not only_open or (kind, subject_id, due) in running)
    ]
    parts = max(1, -(-len(found) // size))
    part = min(max(part, 1), parts)
    shown = [notice_id for _, _, notice_id in sorted(found)[(part - 1) * size : part * size]]
    rows = {row.id: row for row in session.scalars(select(one).where(one.id.in_(shown)))}
    return NoticePage(
        _views(session, views, [rows[notice_id] for notice_id in shown], running), len(found), part, parts
    )


def get_notice(session: Session, staff: Principal, notice_id: str) -> NoticeView:
    """Return a notice within reach; DomainError ``notice_unknown``."""
    row = session.get(SupervisionNotice, notice_id)
    units = reach(session, staff)
    if row is None or (units is not None and row.unit_id not in units):
        raise DomainError("notice_unknown")
    views = orders(session, staff, row.campaign_id)
    return _views(session, views, [row], _running(session, views))[0]


_Running = frozenset[tuple[str, str, date | None]]


def _views(
    session: Session, views: Sequence[OrderView], rows: Sequence[SupervisionNotice], running: _Running
) -> list[NoticeView]:
    names = {(view.campaign_id, view.unit_id): view.unit_name for view in views}
    actions = {row.subject_id for row in rows if row.kind == SubjectKind.ACTION.value}
    problems = select(RemedialAction.id, RemedialAction.problem).where(RemedialAction.id.in_(actions))
    titles = {action_id: action_title(problem) for action_id, problem in session.execute(problems)}
    return [
        _view(row, names[row.campaign_id, row.unit_id], titles, (row.kind, row.subject_id, row.due) in running)
        for row in rows
    ]


def _running(session: Session, views: Sequence[OrderView]) -> _Running:
    """Return kind, id and last day of all whose time runs; a few columns only, for there can be many."""
    of_orders = {(one.subject.kind.value, one.subject.id, one.subject.due) for view in views for one in _of_order(view)}
    rows = session.execute(select(RemedialAction.id, _last_day()).where(RemedialAction.state.not_in(_NOT_RUNNING)))
    return frozenset(of_orders.union((SubjectKind.ACTION.value, action_id, due) for action_id, due in rows))


def _view(row: SupervisionNotice, unit_name: str, titles: Mapping[str, str], is_open: bool) -> NoticeView:
    kind = SubjectKind(row.kind)
    of_action = kind is SubjectKind.ACTION
    return NoticeView(
        id=row.id,
        campaign_id=row.campaign_id,
        unit_id=row.unit_id,
        unit_name=unit_name,
        kind=kind,
        title=titles[row.subject_id] if of_action else TASKS[Task(kind.value)],
        level=Level(row.level),
        due=row.due,
        issued_on=row.issued_on,
        href=f"/rectification/{'actions' if of_action else 'orders'}/{row.subject_id}",
        is_open=is_open,
    )
