"""Orders as pages see them, each within the reach of the one who asks: a liaison sees his own units only."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row as Columns
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from app.accounts.service import units_of
from app.campaigns.domain import ANSWERING
from app.campaigns.listing import places_of_units
from app.campaigns.reads import get_campaign, kinds_of, office_of
from app.core.acting import Principal
from app.core.errors import DomainError
from app.core.lists import Listed, Wish, cut
from app.publication.composite_rows import Row
from app.publication.concluded import failed_targets, judged_scores
from app.publication.reads import published, viewer_of
from app.publication.verdicts import TargetVerdict
from app.rectification.models import OrderAttempt, OrderEntry, RemedialOrder, UnitPlan
from app.rectification.orders.days import table_of
from app.rectification.rules.orders import Deadlines, OrderEvent, OrderState, Standing, Suggestion
from app.rectification.rules.workdays import (
    Holidays,
    working_day_from,
    years_unknown_in,
)
from app.rounds.reads import RoundView, frozen_papers, get_round, retests
from app.tally.document import Target, every_target
from app.tally.verdict import Verdict


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One order of a unit, first or repeated."""

    attempt: int
    document_number: str
    reason: str
    ordered_on: date
    ordered_by: str
    dates: Deadlines
    retest_round_id: str | None
    outcome: str
    plan_id: str = ""


@dataclass(frozen=True, slots=True)
class OrderView:
    """A unit's orders after one round; ``attempts`` oldest first, none where the order was waived."""

    id: str
    public_id: str
    campaign_id: str
    round_id: str
    unit_id: str
    unit_name: str
    unit_position: int
    standing: Standing
    mode: str
    waived_reason: str
    attempts: tuple[AttemptView, ...]

    @property
    def current(self) -> AttemptView | None:
        """The order that holds now."""
        return self.attempts[-1] if self.attempts else None

    @property
    def failed_in_a_row(self) -> int:
        """How many results in a row failed, the one that the order follows from among them; fewer than two: nothing."""
        failed = 1
        for attempt in self.attempts:
            failed = failed + 1 if attempt.outcome == Verdict.REMEDIAL.value else failed
        return failed if failed > 1 else 0


@dataclass(frozen=True, slots=True)
class FlagLine:
    """A unit whose published result lies below the line and about which nobody has decided yet, in the list of all."""

    round: RoundView
    unit: TargetVerdict


@dataclass(frozen=True, slots=True)
class Flag:
    """Such a unit with what the result says about it; ``score``: its composite, where the word of that means failed."""

    round: RoundView
    unit: Target
    score: Row | None = None

    @property
    def has_failed_votes(self) -> bool:
        """Whether the verdict of the votes means failed."""
        return self.unit["verdict"]["code"] == Verdict.REMEDIAL

    @property
    def reasons(self) -> Sequence[str]:
        """Why it is flagged, by the votes and by the score."""
        voted = [reason["text"] for reason in self.unit["verdict"]["reasons"]] if self.has_failed_votes else []
        return [*voted, *([self.score.reason] if self.score else [])]


def reach(session: Session, staff: Principal) -> frozenset[str] | None:
    """Return the units whose orders somebody may see; None means all."""
    return units_of(session, staff.id) if "liaison" in staff.roles else None


_OF_ORDERS = inspect(RemedialOrder).columns.values()
_OF_ATTEMPTS = inspect(OrderAttempt).columns.values()
"""Columns of the many that a page reads: rows of them are made in half the time of objects."""


def standing_of(row: RemedialOrder | Columns[Any]) -> Standing:
    """Return where an order stands."""
    suggestions = tuple(Suggestion(text) for text in json.loads(row.suggestions))
    return Standing(OrderState(row.state), row.attempt, row.failures, suggestions)


def _attempts(session: Session, order_ids: Collection[str]) -> dict[str, list[AttemptView]]:
    found: dict[str, list[AttemptView]] = {}
    of_plan = (UnitPlan.order_id == OrderAttempt.order_id) & (UnitPlan.attempt == OrderAttempt.attempt)
    columns = select(*_OF_ATTEMPTS, UnitPlan.id.label("plan_id")).join(UnitPlan, of_plan)
    rows = columns.where(OrderAttempt.order_id.in_(order_ids)).order_by(OrderAttempt.attempt)
    for row in session.execute(rows):
        dates = Deadlines(row.plan_due, row.remedial_due, row.retest_due)
        view = AttemptView(
            row.attempt, row.document_number, row.reason, row.ordered_on, row.ordered_by, dates, row.retest_round_id,
            row.outcome, row.plan_id,
        )  # fmt: skip
        found.setdefault(row.order_id, []).append(view)
    return found


def remedial_due(session: Session, order_id: str, attempt: int) -> date | None:
    """Return the day until which an order wants 补课 done; None where there is no order."""
    return session.scalar(
        select(OrderAttempt.remedial_due).where(OrderAttempt.order_id == order_id, OrderAttempt.attempt == attempt)
    )


def orders(session: Session, staff: Principal, campaign_id: str = "") -> Sequence[OrderView]:
    """Return the orders within reach, campaign by campaign, in official order of units; oldest first for one unit."""
    return views_of(session, places(session, staff, campaign_id))


@dataclass(frozen=True, slots=True)
class Place:
    """Where an order stands in the list of all: little enough to be read for every order."""

    order_id: str
    campaign_id: str
    unit_name: str
    unit_position: int
    state: str


def places(session: Session, staff: Principal, campaign_id: str = "") -> Sequence[Place]:
    """Return the orders within reach by their places alone, in the order of ``orders``."""
    columns = (RemedialOrder.id, RemedialOrder.campaign_id, RemedialOrder.unit_id, RemedialOrder.state)
    query = select(*columns).order_by(RemedialOrder.campaign_id, RemedialOrder.created_at, RemedialOrder.id)
    if campaign_id:
        query = query.where(RemedialOrder.campaign_id == campaign_id)
    units = reach(session, staff)
    rows = [row for row in session.execute(query) if units is None or row[2] in units]
    names = places_of_units(session, {row[1] for row in rows})
    found = [Place(order, campaign, *names[unit], state) for order, campaign, unit, state in rows]
    return sorted(found, key=lambda place: (place.campaign_id, place.unit_position))


def found_orders(session: Session, staff: Principal, wish: Wish) -> Listed[OrderView]:
    """Return a page of the orders within reach that a reader looks for by unit and state, in the order of ``orders``.

    Only the orders that are shown are read whole.
    """
    every = [each for each in places(session, staff) if wish.state in {"", each.state} and wish.fits(each.unit_name)]
    return cut(every, wish).told(lambda page: views_of(session, page))


def views_of(session: Session, wanted: Sequence[Place]) -> Sequence[OrderView]:
    """Return these orders whole, in the order given."""
    ids = [place.order_id for place in wanted]
    rows = {row.id: row for row in session.execute(select(*_OF_ORDERS).where(RemedialOrder.id.in_(ids)))}
    attempts = _attempts(session, ids)
    return [
        _view(rows[place.order_id], (place.unit_position, place.unit_name), attempts.get(place.order_id, []))
        for place in wanted
    ]


def _view(row: RemedialOrder | Columns[Any], unit: tuple[int, str], attempts: Sequence[AttemptView]) -> OrderView:
    return OrderView(
        id=row.id,
        public_id=row.public_id,
        campaign_id=row.campaign_id,
        round_id=row.round_id,
        unit_id=row.unit_id,
        unit_name=unit[1],
        unit_position=unit[0],
        standing=standing_of(row),
        mode=row.mode,
        waived_reason=row.waived_reason,
        attempts=tuple(attempts),
    )


def get_order(session: Session, staff: Principal, order_id: str) -> OrderView:
    """Return an order within reach; DomainError ``order_unknown``, also for one that is out of reach."""
    row = session.get(RemedialOrder, order_id)
    units = reach(session, staff)
    if row is None or (units is not None and row.unit_id not in units):
        raise DomainError("order_unknown")
    return _order_view(session, row)


def _order_view(session: Session, row: RemedialOrder) -> OrderView:
    units = get_campaign(session, row.campaign_id).units
    place = next(place for place, unit in enumerate(units, start=1) if unit.id == row.unit_id)
    return _view(row, (place, units[place - 1].name), _attempts(session, [row.id]).get(row.id, []))


def entries_of(session: Session, order_id: str) -> Sequence[OrderEntry]:
    """Return what happened to an order, oldest first; what happened in one step stands in the order of the events."""
    rows = session.scalars(select(OrderEntry).where(OrderEntry.order_id == order_id))
    events = list(OrderEvent)
    return sorted(rows, key=lambda row: (row.at, events.index(OrderEvent(row.event)), row.id))


@dataclass(frozen=True, slots=True)
class Undecided:
    """What nobody has decided about; ``damaged``: rounds of which it is not known, their result being damaged."""

    lines: Sequence[FlagLine]
    damaged: Sequence[RoundView]


def flags(session: Session, staff: Principal, now: datetime) -> Sequence[FlagLine]:
    """Return the flagged units of published results without an order or a waiver, newest round first."""
    return undecided(session, staff, now).lines


def undecided(session: Session, staff: Principal, now: datetime) -> Undecided:
    """Return them with the rounds of which nothing is known.

    Retests flag nobody anew: what they say is dealt with in the order they belong to.
    """
    known = session.execute(select(RemedialOrder.round_id, RemedialOrder.unit_id))
    taken = {(round_id, unit_id) for round_id, unit_id in known}
    held_again = retests(session)
    failures = failed_targets(session, viewer_of(session, staff), now)
    lines = [
        (line.round, found)
        for line, found in failures.found
        if not line.round.is_rehearsal and line.round.id not in held_again
    ]
    answering = _answering(session, [row for row, _ in lines])
    open_ones = [
        FlagLine(row, verdict)
        for row, found in lines
        for verdict in found
        if (row.id, verdict.target_id) not in taken and verdict.target_id in answering[row.id]
    ]
    return Undecided(open_ones, failures.damaged)


def _answering(session: Session, rows: Sequence[RoundView]) -> Mapping[str, frozenset[str]]:
    """Return by round what 补课 can be ordered of; a body that is rated with its members answers to others."""
    kinds = kinds_of(session, {row.campaign_id for row in rows})
    papers = frozen_papers(session, [row.id for row in rows if not kinds[row.campaign_id].body])
    sorts = {row.id: papers[row.id].parts if row.id in papers else () for row in rows}
    return {
        round_id: frozenset(unit.id for part in parts if part.objects in ANSWERING for unit in part.units)
        for round_id, parts in sorts.items()
    }


def _flagged(session: Session, staff: Principal, row: RoundView, now: datetime) -> list[Flag]:
    viewer = viewer_of(session, staff)
    result = published(session, row.id, viewer, now)
    units = every_target(result.document)
    scores = {each.id: each for each in judged_scores(session, result, viewer, now) if each.has_failed}
    answering = _answering(session, [row])[row.id]
    found = [Flag(row, unit, scores.get(unit["id"])) for unit in units if unit["id"] in answering]
    return [flag for flag in found if flag.has_failed_votes or flag.score]


def flagged_unit(session: Session, staff: Principal, now: datetime, round_id: str, unit_id: str) -> Flag:
    """Return one flagged unit; DomainError ``order_not_flagged`` where there is nothing to decide."""
    held = get_round(session, round_id)
    found = [] if held.is_rehearsal or held.id in retests(session) else _flagged(session, staff, held, now)
    flag = next((flag for flag in found if flag.unit["id"] == unit_id), None)
    if flag is None:
        raise DomainError("order_not_flagged")
    return flag


def holidays_of(session: Session, campaign_id: str, years: Collection[int]) -> Holidays:
    """Return the holiday table that a campaign follows: that of its office."""
    return table_of(session, office_of(session, campaign_id), years)


def days_table(session: Session, campaign_id: str, days: Collection[date | None]) -> Holidays:
    """Return the table that says whether these days are worked, and which working days come after them."""
    years = {year for day in days if day is not None for year in (day.year, day.year + 1)}
    return holidays_of(session, campaign_id, years)


def refuse_days_off(session: Session, campaign_id: str, days: Mapping[str, date]) -> None:
    """Refuse the first of these deadlines, by the names of their fields, that is none of the campaign's working days.

    DomainError ``deadline_day_off`` names the working day that comes next.
    """
    table = days_table(session, campaign_id, days.values())
    for field, day in days.items():
        if (later := working_day_from(day, table)) != day:
            raise DomainError("deadline_day_off", field=field, day=day, next=later)


def unknown_years(session: Session, campaign_id: str, start: date, working_days: int) -> tuple[int, ...]:
    """Return the years that working days after ``start`` run into and whose exchanged days nobody has entered yet."""
    return years_unknown_in(holidays_of(session, campaign_id, (start.year, start.year + 1)), start, working_days)
