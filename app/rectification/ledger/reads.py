"""A page of the 整改台账: only the actions that are shown are read, in official order of units."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.core.acting import Principal
from app.rectification.ledger.service import LedgerRow, ledger_row
from app.rectification.models import RemedialAction
from app.rectification.orders.reads import Place, places, views_of
from app.rectification.rules.ledger import ACTION_ENDS, ActionState, is_open

PAGE = 100


class Show(StrEnum):
    """Which actions are picked; the order never changes."""

    ALL = ""
    OPEN = "open"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """One page of the ledger; ``total`` counts the actions of all pages."""

    rows: Sequence[LedgerRow]
    total: int
    part: int
    parts: int


def ledger_page(
    session: Session, staff: Principal, today: date, pick: tuple[Show, str] = (Show.ALL, ""), part: int = 1
) -> LedgerPage:
    """Return one page of the ledger within reach; ``pick`` = (which actions, of which order; empty = all)."""
    show, order_id = pick
    wanted = [place for place in places(session, staff) if order_id in {"", place.order_id}]
    counted = select(RemedialAction.order_id, func.count()).where(*_picked(show, today))
    counts = dict(session.execute(counted.group_by(RemedialAction.order_id)).all())
    total = sum(counts.get(place.order_id, 0) for place in wanted)
    parts = max(1, -(-total // PAGE))
    part = min(max(part, 1), parts)
    start = (part - 1) * PAGE
    cut, skipped = _cut(wanted, counts, start)
    rows = list(_rows(session, cut, show, today))
    return LedgerPage(rows[start - skipped : start - skipped + PAGE], total, part, parts)


def picked_rows(session: Session, staff: Principal, today: date, pick: tuple[Show, str]) -> list[LedgerRow]:
    """Return all picked actions within reach, in the order of the pages."""
    show, order_id = pick
    return list(
        _rows(session, [each for each in places(session, staff) if order_id in {"", each.order_id}], show, today)
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """How many actions of an order there are, how many are announced, and how many have not ended."""

    all: int
    announced: int
    running: int


def counts(session: Session, order_id: str) -> Counts:
    """Count the actions of an order's accepted plans, those of earlier attempts too."""
    rows = session.execute(
        select(RemedialAction.state, RemedialAction.announced_on).where(
            RemedialAction.order_id == order_id, *_picked(Show.ALL, date.min)
        )
    ).all()
    running = sum(is_open(ActionState(state)) for state, _ in rows)
    return Counts(len(rows), sum(day is not None for _, day in rows), running)


def announced(session: Session, order_id: str) -> Sequence[RemedialAction]:
    """Return the actions whose commitments are public, those of earlier attempts first."""
    query = select(RemedialAction).where(RemedialAction.order_id == order_id, RemedialAction.announced_on.is_not(None))
    return session.scalars(query.order_by(RemedialAction.attempt, RemedialAction.position)).all()


def _cut(wanted: Sequence[Place], counts: dict[str, int], start: int) -> tuple[list[Place], int]:
    """Return the orders whose actions stand on the page that begins at ``start``, and how many stand before them."""
    cut: list[Place] = []
    before = skipped = 0
    for place in wanted:
        after = before + counts.get(place.order_id, 0)
        if after <= start:
            skipped = after
        elif before < start + PAGE and after > before:
            cut.append(place)
        before = after
    return cut, skipped


def _rows(session: Session, cut: Sequence[Place], show: Show, today: date) -> Iterator[LedgerRow]:
    ids = [place.order_id for place in cut]
    query = select(RemedialAction).where(RemedialAction.order_id.in_(ids), *_picked(show, today))
    found: dict[str, list[RemedialAction]] = {}
    order = (RemedialAction.attempt, RemedialAction.position, RemedialAction.id)
    for row in session.scalars(query.order_by(*order)):
        found.setdefault(row.order_id, []).append(row)
    for view in views_of(session, cut):
        yield from (ledger_row(view, row, today) for row in found.get(view.id, ()))


def _picked(show: Show, today: date) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of what is shown; what is late is the same as in ``ledger.overdue``."""
    in_ledger = RemedialAction.state != ActionState.DRAFTED.value
    if show is Show.OPEN:
        return in_ledger, RemedialAction.state != ActionState.CLOSED_OUT.value
    if show is Show.LATE:
        running = RemedialAction.state.not_in([state.value for state in ACTION_ENDS])
        return in_ledger, running, func.coalesce(RemedialAction.extended_to, RemedialAction.due) < today
    return (in_ledger,)
