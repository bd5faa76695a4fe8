"""督办: blue, yellow and red notices computed from dates alone, so that a daily run never says a thing twice."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.rectification.rules.ledger import LedgerAction, current_due, is_open
from app.rectification.rules.orders import Deadlines, OrderState, running_deadline
from app.rectification.rules.workdays import Holidays, add_working_days


class Mode(StrEnum):
    """挂牌督办, 限时办结, 现场会办, 立项督查."""

    LISTED = "listed"
    TIME_LIMITED = "time_limited"
    ON_SITE = "on_site"
    TRACKED = "tracked"


class Level(StrEnum):
    """Due soon, behind, overdue."""

    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"


class SubjectKind(StrEnum):
    """What a notice is about; the first three are the deadlines of an order."""

    PLAN = "plan"
    REMEDIAL = "remedial"
    RETEST = "retest"
    ASKED_PLAN = "asked_plan"
    ACTION = "action"


@dataclass(frozen=True, slots=True)
class Subject:
    """Something open with a last day. ``progress_on`` matters where ``wants_progress``: the last entry's day."""

    kind: SubjectKind
    id: str
    unit_id: str
    since: date
    due: date
    wants_progress: bool = False
    progress_on: date | None = None


@dataclass(frozen=True, slots=True)
class NoticeRules:
    """When blue and yellow begin."""

    blue_days: int = 7
    yellow_working_days: int = 3


@dataclass(frozen=True, slots=True)
class Notice:
    """One 督办单; ``id`` is the same on every day that would send the same one."""

    id: str
    kind: SubjectKind
    subject_id: str
    unit_id: str
    level: Level
    due: date


DEFAULT_NOTICES = NoticeRules()


def action_subject(action: LedgerAction, unit_id: str, announced_on: date) -> Subject | None:
    """Return the action as a subject; None when no time runs. Half time is reckoned from the announcement."""
    due = current_due(action)
    if due is None or not is_open(action.state):
        return None
    # A reported completion is progress: from then on it is the acceptor who is waited for.
    progress = action.completed_on or action.progress_on
    return Subject(SubjectKind.ACTION, action.id, unit_id, announced_on, due, wants_progress=True, progress_on=progress)


def order_subject(order_id: str, unit_id: str, state: OrderState, dates: Deadlines, ordered_on: date) -> Subject | None:
    """Return the deadline of an order that runs now; None when none does."""
    running = running_deadline(state, dates)
    if running is None:
        return None
    task, due = running
    return Subject(SubjectKind(task.value), order_id, unit_id, ordered_on, due)


def is_behind(subject: Subject, today: date) -> bool:
    """Whether more than half of the time has passed without a progress entry."""
    if not subject.wants_progress or (subject.progress_on is not None and subject.progress_on >= subject.since):
        return False
    return 2 * (today - subject.since) > subject.due - subject.since


def notices(
    subjects: Iterable[Subject], today: date, holidays: Holidays, rules: NoticeRules = DEFAULT_NOTICES
) -> tuple[Notice, ...]:
    """Return what is to be said on a day, at most one notice for each subject, in the order given."""
    yellow_until = add_working_days(today, rules.yellow_working_days, holidays)
    blue_until = today + timedelta(days=rules.blue_days)
    found = ((subject, _level(subject, today, yellow_until, blue_until)) for subject in subjects)
    return tuple(_notice(subject, level) for subject, level in found if level)


def unsent(computed: Iterable[Notice], known_ids: Collection[str]) -> tuple[Notice, ...]:
    """Return the notices that have not been recorded yet."""
    return tuple(notice for notice in computed if notice.id not in known_ids)


def _level(subject: Subject, today: date, yellow_until: date, blue_until: date) -> Level | None:
    if today > subject.due:
        return Level.RED
    if subject.due <= yellow_until or is_behind(subject, today):
        return Level.YELLOW
    return Level.BLUE if subject.due <= blue_until else None


def _notice(subject: Subject, level: Level) -> Notice:
    parts = (subject.kind.value, subject.id, level.value, subject.due.isoformat())
    return Notice(":".join(parts), subject.kind, subject.id, subject.unit_id, level, subject.due)
