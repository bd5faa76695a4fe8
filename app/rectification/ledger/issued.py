"""督办单 that were issued, as pages show them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from app.campaigns.reads import units_of_campaign
from app.core.acting import Principal
from app.core.errors import DomainError
from app.core.lists import ANYTHING, Listed, Wish, stretch
from app.rectification.ledger.deadlines import NOT_RUNNING, Watched, last_day, watched
from app.rectification.ledger.searching import stands, words_of
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

_TASKS: Final[Mapping[str, str]] = {kind: TASKS[task] for kind, (_, task) in _ABOUT.items() if task}
"""What is to be done, in words, where the subject does not say so itself."""

_COLUMNS: Final[tuple[Any, ...]] = (
    SupervisionNotice.id,
    SupervisionNotice.campaign_id,
    SupervisionNotice.unit_id,
    SupervisionNotice.kind,
    SupervisionNotice.subject_id,
    SupervisionNotice.level,
    SupervisionNotice.due,
    SupervisionNotice.issued_on,
)
ASKED_AT_ONCE: Final = 10_000
"""Ids in one statement: both databases take three times as many, and each statement goes through all notices."""

_Waits = frozenset[tuple[str, str, date]]
"""Kind, id and last day of what orders and plans wait for."""
_Names = Mapping[str, str]
"""Names of units by id."""


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
    others = _of_others(session, names, wish, waits if only_open else None)
    wanted = _of_actions(names, wish, only_open=only_open)
    counted = select(SupervisionNotice.unit_id, func.count()).join(*_ACTION).where(*wanted)
    counts = dict(session.execute(counted.group_by(SupervisionNotice.unit_id)).all())
    shown = stretch([(unit, counts.get(unit, 0) + len(others.get(unit, ()))) for unit in names], wish)
    of_units = select(*_COLUMNS).join(*_ACTION).where(SupervisionNotice.unit_id.in_(shown.groups), *wanted)
    actions = session.execute(of_units).all()
    rows = [*actions, *(row for unit in shown.groups for row in others.get(unit, ()))]
    places = {unit: place for place, unit in enumerate(shown.groups)}
    ordered = sorted(rows, key=lambda row: (places[row.unit_id], -row.issued_on.toordinal(), row.id))
    return shown.listed(ordered).told(lambda page: _views(session, names, page, waits))


_ACTION: Final = (RemedialAction, RemedialAction.id == SupervisionNotice.subject_id)


def _of_actions(names: _Names, wish: Wish, *, only_open: bool) -> list[ColumnElement[bool]]:
    """Return the conditions of the notices of actions that are wanted; as there are many, they are only counted."""
    wanted = [SupervisionNotice.kind == SubjectKind.ACTION.value, *_of_level(wish)]
    if only_open:
        wanted += [RemedialAction.state.not_in(NOT_RUNNING), last_day() == SupervisionNotice.due]
    if words := words_of(wish.text):
        wanted.append(stands(words, [(name, unit) for unit, name in names.items()], SupervisionNotice.unit_id))
    return wanted


def _of_others(session: Session, names: _Names, wish: Wish, waits: _Waits | None) -> Mapping[str, Sequence[Row[Any]]]:
    """Return the notices of orders and of plans that are wanted by unit, those of what is waited for alone."""
    found: dict[str, list[Row[Any]]] = {}
    for row in _others_within(session, names, wish, waits):
        unit_id, kind = row.unit_id, row.kind
        if unit_id not in names or (waits is not None and (kind, row.subject_id, row.due) not in waits):
            continue
        if not wish.text or wish.fits(names[unit_id], _TASKS[kind]):
            found.setdefault(unit_id, []).append(row)
    return found


def _others_within(session: Session, names: _Names, wish: Wish, waits: _Waits | None) -> Iterator[Row[Any]]:
    """Yield the notices of what is waited for, or of all units, before their days and words are looked at."""
    query = select(*_COLUMNS).where(SupervisionNotice.kind != SubjectKind.ACTION.value, *_of_level(wish))
    column = SupervisionNotice.unit_id if waits is None else SupervisionNotice.subject_id
    ids = list(names) if waits is None else sorted({subject_id for _, subject_id, _ in waits})
    for start in range(0, len(ids), ASKED_AT_ONCE):
        yield from session.execute(query.where(column.in_(ids[start : start + ASKED_AT_ONCE])))


def _of_level(wish: Wish) -> list[ColumnElement[bool]]:
    return [SupervisionNotice.level == wish.state] if wish.state else []


def get_notice(session: Session, staff: Principal, notice_id: str) -> NoticeView:
    """Return a notice within reach; DomainError ``notice_unknown``."""
    row = session.execute(select(*_COLUMNS).where(SupervisionNotice.id == notice_id)).one_or_none()
    units = reach(session, staff)
    if row is None or (units is not None and row.unit_id not in units):
        raise DomainError("notice_unknown")
    # What the notice is about may have been withdrawn since.
    names = {unit.id: unit.name for unit in units_of_campaign(session, row.campaign_id)}
    return _views(session, names, [row], _waits(watched(session, staff, row.campaign_id)))[0]


def _views(session: Session, names: _Names, rows: Sequence[Row[Any]], waits: _Waits) -> list[NoticeView]:
    actions = {row.subject_id for row in rows if row.kind == SubjectKind.ACTION.value}
    columns = (RemedialAction.id, RemedialAction.problem, RemedialAction.state, last_day())
    found = session.execute(select(*columns).where(RemedialAction.id.in_(actions))).all()
    titles = {action_id: action_title(problem) for action_id, problem, _, _ in found}
    run = {(SubjectKind.ACTION.value, each[0], each[3]) for each in found if each[2] not in NOT_RUNNING}
    running_now = waits | run
    return [_view(row, names[row.unit_id], titles, (row.kind, row.subject_id, row.due) in running_now) for row in rows]


def _names(within: Watched) -> _Names:
    """Return the names of all units within reach, in official order."""
    ordered = [(one.campaign_id, one.unit_position, one.unit_id, one.unit_name) for one in within.orders]
    planned = [(one.campaign_id, one.unit_position, one.unit_id, one.unit_name) for one in within.plans]
    return {unit_id: name for _, _, unit_id, name in sorted({*ordered, *planned})}


def _waits(within: Watched) -> _Waits:
    return frozenset((one.subject.kind.value, one.subject.id, one.subject.due) for one in within.waiting)


def _view(row: Row[Any], unit_name: str, titles: Mapping[str, str], is_open: bool) -> NoticeView:
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
