"""What the system knows of a campaign's steps: opinions, results, reviews, plans, ledgers, retests fill their own."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.core.chinese import CHINA
from app.opinions.reads import collected_on
from app.publication.reads import READABLE, ledgers
from app.rectification.models import ActionEntry, OrderAttempt, RemedialAction, RemedialOrder, UnitPlan
from app.rectification.rules.board import Done, Source, Step
from app.rectification.rules.ledger import ACTION_ENDS, ActionEvent
from app.rectification.rules.orders import OrderState
from app.rectification.rules.plans import PLANS_IN_FORCE, PlanState
from app.rounds.reads import frozen_papers, rounds_of

ENDING = (ActionEvent.ACCEPT, ActionEvent.TURN_LONG_TERM, ActionEvent.EXPLAIN)
PLAN_PROOF = "整改方案已审定"
LEDGER_PROOF = "整改台账中的事项已全部销号、转入长期或者向群众说明"


@dataclass(frozen=True, slots=True)
class Fact:
    """That something of a kind happened for a unit on a day."""

    source: Source
    unit_id: str
    done: Done


Facts = Mapping[tuple[Source, str], tuple[Done, ...]]
"""By source and unit, oldest first."""


def facts_of(session: Session, campaign_id: str) -> Facts:
    """Return all that is known of a campaign: queries for each table, none for a round or a unit."""
    found: dict[tuple[Source, str], list[Done]] = {}
    for every in (_opinions, _rounds, _plans, _ledgers):
        for fact in every(session, campaign_id):
            found.setdefault((fact.source, fact.unit_id), []).append(fact.done)
    return {key: tuple(sorted(some, key=lambda done: done.on)) for key, some in found.items()}


def fact_for(facts: Facts, step: Step, unit_id: str) -> Done | None:
    """Return the first fact that fills a step; what happened before the step's time began belongs to another."""
    known = facts.get((step.source, unit_id), ())
    return next((done for done in known if step.starts is None or done.on >= step.starts), None)


def _day(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


def _opinions(session: Session, campaign_id: str) -> Iterator[Fact]:
    days = Counter((unit_id, _day(at)) for unit_id, at in collected_on(session, campaign_id))
    for (unit_id, day), count in days.items():
        yield Fact(Source.OPINIONS, unit_id, Done(day, f"登记征求到的意见 {count} 条"))


def _rounds(session: Session, campaign_id: str) -> Iterator[Fact]:
    """Yield every published round for every unit that it rated and that has not to be rated again.

    A round about a document fills 评议 only.
    """
    again, releases = _to_be_repeated(session, campaign_id), ledgers(session)
    held = [each for each in rounds_of(session, campaign_id) if not each.is_rehearsal and each.state in READABLE]
    papers = frozen_papers(session, [each.id for each in held])
    for each in held:
        released = [line.released_at for line in releases.get(each.id, ()) if line.withdrawn_at is None]
        if not released:
            continue
        paper = papers[each.id]
        source = Source.ROUND if paper.document is None else Source.REVIEW
        done = Done(_day(min(released)), f"“{each.title}”结果已公布")
        yield from (Fact(source, unit.id, done) for unit in paper.units if (each.id, unit.id) not in again)


def _to_be_repeated(session: Session, campaign_id: str) -> frozenset[tuple[str, str]]:
    """Return rounds and units whose 测评 is not over: the one a unit was ordered for, and retests it did not pass."""
    query = (
        select(RemedialOrder, OrderAttempt)
        .join(OrderAttempt, OrderAttempt.order_id == RemedialOrder.id)
        .where(RemedialOrder.campaign_id == campaign_id)
    )
    found = set()
    for order, attempt in session.execute(query):
        found.add((order.round_id, order.unit_id))
        passed = order.state == OrderState.CLOSED.value and attempt.attempt == order.attempt
        if attempt.retest_round_id and not passed:
            found.add((attempt.retest_round_id, order.unit_id))
    return frozenset(found)


def _plans(session: Session, campaign_id: str) -> Iterator[Fact]:
    query = (
        select(UnitPlan.unit_id, UnitPlan.decided_at)
        .where(UnitPlan.campaign_id == campaign_id)
        .where(UnitPlan.state.in_([state.value for state in PLANS_IN_FORCE]))
    )
    for unit_id, decided_at in session.execute(query):
        if decided_at is not None:
            yield Fact(Source.PLAN, unit_id, Done(_day(decided_at), PLAN_PROOF))


def _ledgers(session: Session, campaign_id: str) -> Iterator[Fact]:
    """Yield the units all of whose actions, those of a plan not yet accepted too, have come to an end."""
    ended = case((RemedialAction.state.in_([state.value for state in ACTION_ENDS]), 1), else_=0)
    query = (
        select(UnitPlan.unit_id, func.count(), func.sum(ended), func.max(RemedialAction.accepted_on))
        .join(UnitPlan, UnitPlan.id == RemedialAction.plan_id)
        .where(UnitPlan.campaign_id == campaign_id, UnitPlan.state != PlanState.WITHDRAWN.value)
        .group_by(UnitPlan.unit_id)
    )
    last = _last_ends(session, campaign_id)
    for unit_id, actions, ends, accepted_on in session.execute(query):
        days = [day for day in (accepted_on, last.get(unit_id)) if day is not None]
        if actions == ends and days:
            yield Fact(Source.LEDGER, unit_id, Done(max(days), LEDGER_PROOF))


def _last_ends(session: Session, campaign_id: str) -> Mapping[str, date]:
    query = (
        select(UnitPlan.unit_id, func.max(ActionEntry.at))
        .join(RemedialAction, RemedialAction.id == ActionEntry.action_id)
        .join(UnitPlan, UnitPlan.id == RemedialAction.plan_id)
        .where(UnitPlan.campaign_id == campaign_id, ActionEntry.event.in_([event.value for event in ENDING]))
        .group_by(UnitPlan.unit_id)
    )
    return {unit_id: _day(at) for unit_id, at in session.execute(query)}
