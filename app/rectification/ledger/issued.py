"""督办单 that were issued, as pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.campaigns.reads import units_of_campaign
from app.core.acting import Principal
from app.core.errors import DomainError
from app.rectification.ledger.deadlines import NOT_RUNNING, Watched, last_day, running, watched
from app.rectification.messages.notify import action_title
from app.rectification.models import RemedialAction, SupervisionNotice
from app.rectification.orders.reads import reach
from app.rectification.rules.orders import Task
from app.rectification.rules.supervision import Level, SubjectKind
from app.rectification.rules.wording import TASKS

_ABOUT: Final[Mapping[SubjectKind, tuple[str, Task | None]]] = {
    SubjectKind.PLAN: ("orders", Task.PLAN),
    SubjectKind.REMEDIAL: ("orders", Task.REMEDIAL),
    SubjectKind.RETEST: ("orders", Task.RETEST),
    SubjectKind.ASKED_PLAN: ("plans", Task.PLAN),
    SubjectKind.ACTION: ("actions", None),
}
"""Under which address a subject is found, and what is to be done; an action says so itself."""


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
    session: Session, within: Watched, *, only_open: bool = False, part: int = 1, size: int = 10_000
) -> NoticePage:
    """Return the notices of what is within reach: units in official order, newest first for one unit."""
    known, names = _running(session, within), _names(within)
    places = {unit: place for place, unit in enumerate(names)}
    one = SupervisionNotice
    # Of the many only what decides about order and page is read.
    columns = select(one.id, one.campaign_id, one.unit_id, one.kind, one.subject_id, one.due, one.issued_on)
    found = [
        (places[campaign_id, unit_id], -issued_on.toordinal(), notice_id)
        for notice_id, campaign_id, unit_id, kind, subject_id, due, issued_on in session.execute(columns)
        if (campaign_id, unit_id) in places and (not only_open or (kind, subject_id, due) in known)
    ]
    parts = max(1, -(-len(found) // size))
    part = min(max(part, 1), parts)
    shown = [notice_id for _, _, notice_id in sorted(found)[(part - 1) * size : part * size]]
    rows = {row.id: row for row in session.scalars(select(one).where(one.id.in_(shown)))}
    views = _views(session, names, [rows[notice_id] for notice_id in shown], known)
    return NoticePage(views, len(found), part, parts)


def get_notice(session: Session, staff: Principal, notice_id: str) -> NoticeView:
    """Return a notice within reach; DomainError ``notice_unknown``."""
    row = session.get(SupervisionNotice, notice_id)
    units = reach(session, staff)
    if row is None or (units is not None and row.unit_id not in units):
        raise DomainError("notice_unknown")
    # What the notice is about may have been withdrawn since.
    names = {(row.campaign_id, unit.id): unit.name for unit in units_of_campaign(session, row.campaign_id)}
    return _views(session, names, [row], _running(session, watched(session, staff, row.campaign_id)))[0]


_Running = frozenset[tuple[str, str, date | None]]
_Names = Mapping[tuple[str, str], str]
"""Names of units by campaign and id."""


def _views(session: Session, names: _Names, rows: Sequence[SupervisionNotice], known: _Running) -> list[NoticeView]:
    actions = {row.subject_id for row in rows if row.kind == SubjectKind.ACTION.value}
    problems = select(RemedialAction.id, RemedialAction.problem).where(RemedialAction.id.in_(actions))
    titles = {action_id: action_title(problem) for action_id, problem in session.execute(problems)}
    return [
        _view(row, names[row.campaign_id, row.unit_id], titles, (row.kind, row.subject_id, row.due) in known)
        for row in rows
    ]


def _names(within: Watched) -> _Names:
    """Return the names of all units within reach, in official order."""
    ordered = [(one.campaign_id, one.unit_position, one.unit_id, one.unit_name) for one in within.orders]
    planned = [(one.campaign_id, one.unit_position, one.unit_id, one.unit_name) for one in within.plans]
    return {(campaign_id, unit_id): name for campaign_id, _, unit_id, name in sorted({*ordered, *planned})}


def _running(session: Session, within: Watched) -> _Running:
    """Return kind, id and last day of all whose time runs; a few columns only, for there can be many."""
    of_orders = {(one.subject.kind.value, one.subject.id, one.subject.due) for one in running(within)}
    rows = session.execute(select(RemedialAction.id, last_day()).where(RemedialAction.state.not_in(NOT_RUNNING)))
    return frozenset(of_orders.union((SubjectKind.ACTION.value, action_id, due) for action_id, due in rows))


def _view(row: SupervisionNotice, unit_name: str, titles: Mapping[str, str], is_open: bool) -> NoticeView:
    kind = SubjectKind(row.kind)
    folder, task = _ABOUT[kind]
    return NoticeView(
        id=row.id,
        campaign_id=row.campaign_id,
        unit_id=row.unit_id,
        unit_name=unit_name,
        kind=kind,
        title=titles[row.subject_id] if task is None else TASKS[task],
        level=Level(row.level),
        due=row.due,
        issued_on=row.issued_on,
        href=f"/rectification/{folder}/{row.subject_id}",
        is_open=is_open,
    )
