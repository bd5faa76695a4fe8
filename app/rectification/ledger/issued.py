"""督办单 that were issued, as pages show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, and_, literal, select
from sqlalchemy.orm import Session

from app.campaigns.reads import units_of_campaign
from app.core.acting import Principal
from app.core.errors import DomainError
from app.core.lists import ANYTHING, Listed, Wish, cut
from app.rectification.ledger.deadlines import NOT_RUNNING, Watched, last_day, watched
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


def issued_notices(
    session: Session, within: Watched, wish: Wish = ANYTHING, *, only_open: bool = False
) -> Listed[NoticeView]:
    """Return a page of the notices of what is within reach: units in official order, newest first for one unit.

    They are looked for by unit and matter, and by level.
    """
    waits, names = _waits(within), _names(within)
    places = {unit: place for place, unit in enumerate(names)}
    found = [
        (places[campaign_id, unit_id], -issued_on.toordinal(), notice_id)
        for notice_id, campaign_id, unit_id, kind, subject_id, due, issued_on, problem, runs in session.execute(
            _columns(wish)
        )
        if (campaign_id, unit_id) in places
        and (not only_open or runs or (kind, subject_id, due) in waits)
        and (not wish.text or wish.fits(names[campaign_id, unit_id], _matter(kind, problem)))
    ]

    def views(page: Sequence[tuple[int, int, str]]) -> list[NoticeView]:
        shown = [notice_id for _, _, notice_id in page]
        every = session.scalars(select(SupervisionNotice).where(SupervisionNotice.id.in_(shown)))
        rows = {row.id: row for row in every}
        return _views(session, names, [rows[notice_id] for notice_id in shown], waits)

    return cut(sorted(found), wish).told(views)


def _columns(wish: Wish) -> Select[*tuple[Any, ...]]:
    """Return the query of the little that decides about order and page, of all notices of a level or of any."""
    one, action = SupervisionNotice, RemedialAction
    columns = (one.id, one.campaign_id, one.unit_id, one.kind, one.subject_id, one.due, one.issued_on)
    runs = and_(action.state.not_in(NOT_RUNNING), last_day() == one.due).label("runs")
    query = select(*columns, action.problem if wish.text else literal("").label("problem"), runs)
    query = query.outerjoin(action, action.id == one.subject_id)
    return query.where(one.level == wish.state) if wish.state else query


def _matter(kind: str, problem: str | None) -> str:
    """Return the words by which a notice's matter is looked for."""
    _, task = _ABOUT[SubjectKind(kind)]
    return TASKS[task] if task else problem or ""


def get_notice(session: Session, staff: Principal, notice_id: str) -> NoticeView:
    """Return a notice within reach; DomainError ``notice_unknown``."""
    row = session.get(SupervisionNotice, notice_id)
    units = reach(session, staff)
    if row is None or (units is not None and row.unit_id not in units):
        raise DomainError("notice_unknown")
    # What the notice is about may have been withdrawn since.
    names = {(row.campaign_id, unit.id): unit.name for unit in units_of_campaign(session, row.campaign_id)}
    return _views(session, names, [row], _waits(watched(session, staff, row.campaign_id)))[0]


_Waits = frozenset[tuple[str, str, date]]
"""Kind, id and last day of what orders and plans wait for."""
_Names = Mapping[tuple[str, str], str]
"""Names of units by campaign and id."""


def _views(session: Session, names: _Names, rows: Sequence[SupervisionNotice], waits: _Waits) -> list[NoticeView]:
    actions = {row.subject_id for row in rows if row.kind == SubjectKind.ACTION.value}
    columns = (RemedialAction.id, RemedialAction.problem, RemedialAction.state, last_day())
    found = session.execute(select(*columns).where(RemedialAction.id.in_(actions))).all()
    titles = {action_id: action_title(problem) for action_id, problem, _, _ in found}
    run = {(SubjectKind.ACTION.value, each[0], each[3]) for each in found if each[2] not in NOT_RUNNING}
    running_now = waits | run
    return [
        _view(row, names[row.campaign_id, row.unit_id], titles, (row.kind, row.subject_id, row.due) in running_now)
        for row in rows
    ]


def _names(within: Watched) -> _Names:
    """Return the names of all units within reach, in official order."""
    ordered = [(one.campaign_id, one.unit_position, one.unit_id, one.unit_name) for one in within.orders]
    planned = [(one.campaign_id, one.unit_position, one.unit_id, one.unit_name) for one in within.plans]
    return {(campaign_id, unit_id): name for campaign_id, _, unit_id, name in sorted({*ordered, *planned})}


def _waits(within: Watched) -> _Waits:
    return frozenset((one.subject.kind.value, one.subject.id, one.subject.due) for one in within.waiting)


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
