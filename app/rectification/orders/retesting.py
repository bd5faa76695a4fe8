"""The second vote on an ordered unit, and what follows from it; the first result is never touched."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy.orm import Session

from app.audit import service as audit
from app.core.acting import Acting, Principal
from app.core.errors import DomainError
from app.publication.agreement import why_not
from app.publication.composite_rows import Composites, Row
from app.publication.concluded import judged_scores
from app.publication.domain import Pair, Viewer, unit_of
from app.publication.editions import Published
from app.publication.own_scores import composites_to_units
from app.publication.reads import published, viewer_of
from app.rectification.orders.reads import OrderView
from app.rectification.orders.service import attempt_row, locked_order, note, order_moved
from app.rectification.rules.orders import OrderEvent, Standing, retest_event
from app.rectification.rules.wording import OF_ANOTHER, SCORE_DECIDED, VOTES_DECIDED
from app.rounds.domain import RoundState
from app.rounds.reads import frozen_paper, get_round, last_repeat
from app.rounds.retesting import create_retest
from app.tally.document import Section, Target, every_target
from app.tally.headed import RATE, head_of
from app.tally.restraint import may_compare
from app.tally.shown import Table
from app.tally.verdict import MEANING_OF, Verdict

NOT_COMPARED = "两次测评的参评人员相差 1 人以上、{k} 人以下，为保护匿名不作比较"


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The first result of a unit beside the retest of an attempt; ``reason`` says why they are not set side by side."""

    before: Target
    after: Target
    titles: tuple[str, str]
    reason: str = ""
    attempt: int = 1
    round_id: str = ""
    head: str = RATE
    """What the figure is called that decides about the unit."""

    @property
    def rows(self) -> tuple[Pair, ...]:
        """The pairs as a chart draws them."""
        return tuple((one["label"], one["total"], other["total"], self.reason) for one, other in self.pairs)

    @property
    def pairs(self) -> list[tuple[Table, Table]]:
        """Every item that both rounds asked, before and after; first all of them pooled if no overall one is asked."""
        later = {item["key"]: item for item in self.after["items"]}
        items: list[tuple[Table, Table]] = [
            (item, later[item["key"]]) for item in self.before["items"] if item["key"] in later
        ]
        pooled = [(self.before["overall"], self.after["overall"])] if self.before["overall"]["key"] is None else []
        return [*pooled, *items]


def plan_retest(acting: Acting, order_id: str, title: str) -> str:
    """Make the retest round of an order; it then goes the way of every round. Return its id."""
    order = locked_order(acting.session, order_id)
    order_moved(order, OrderEvent.PLAN_RETEST)
    made = create_retest(acting, order.round_id, [order.unit_id], title)
    attempt_row(acting.session, order).retest_round_id = made
    note(acting, order, OrderEvent.PLAN_RETEST, title)
    audit.record(acting.session, acting.now, acting.actor, "order.plan_retest", order_id, round=made)
    return made


def count_retest(acting: Acting, order_id: str) -> Standing:
    """Take up the published result of the retest: it closes the order, escalates it, or says nothing."""
    session = acting.session
    order = locked_order(session, order_id)
    attempt = attempt_row(session, order)
    if attempt.retest_round_id is None:
        raise DomainError("retest_not_published")
    attempt.retest_round_id = last_repeat(session, attempt.retest_round_id)
    if get_round(session, attempt.retest_round_id).state is RoundState.VOID:
        attempt.outcome = Verdict.INVALID.value
        return _outcome(acting, order_id, Verdict.INVALID)
    result = seeing(session, acting.actor, acting.now)(attempt.retest_round_id)
    unit = unit_of(every_target(result.document), order.unit_id) if result else None
    if result is None or unit is None:
        raise DomainError("retest_not_published")
    order_moved(order, OrderEvent.COUNT_RETEST)
    verdict, words = _found(acting, result, unit)
    note(acting, order, OrderEvent.COUNT_RETEST, words)
    attempt.outcome = verdict.value
    return _outcome(acting, order_id, verdict)


def _found(acting: Acting, result: Published, unit: Target) -> tuple[Verdict, str]:
    """Return what a retest says of a unit, by its votes and by the word of its score where a rule judges that.

    A score of which no word is known decides nothing: then the votes do, or no order with such a part would ever end.
    """
    voted, label = Verdict(unit["verdict"]["code"]), unit["verdict"]["label"]
    viewer = viewer_of(acting.session, acting.actor)
    rows = judged_scores(acting.session, result, viewer, acting.now)
    row = next((row for row in rows if row.id == unit["id"]), None)
    if row is None or voted not in MEANING_OF:
        return voted, label
    scored = row.conclusion.code if row.conclusion else None
    told = _told(composites_to_units(acting.session, result, viewer, acting.now), row)
    sentence = SCORE_DECIDED if scored else VOTES_DECIDED
    return Verdict.REMEDIAL if scored is Verdict.REMEDIAL else voted, sentence.format(word=label, score=told)


def _told(to_units: Composites | None, row: Row) -> str:
    """Return the word of a score as the unit knows it, for its people read the history."""
    own = next((each for each in to_units.rows if each.id == row.id), None) if to_units else None
    return row.conclusion_text or row.why if own == row else OF_ANOTHER


def _outcome(acting: Acting, order_id: str, verdict: Verdict) -> Standing:
    order = locked_order(acting.session, order_id)
    event = retest_event(verdict)
    standing = order_moved(order, event)
    note(acting, order, event, standing.suggestions[-1].value if event is OrderEvent.ESCALATE else "")
    audit.record(acting.session, acting.now, acting.actor, f"order.{event.value}", order_id, verdict=verdict.value)
    return standing


Seen = Callable[[str], Published | None]
"""Gives a round's result as far as one reader may see it."""
Read = Callable[[Session, str, Viewer, datetime], Published]
"""Reads a result as ``published`` does."""


def seeing(session: Session, staff: Principal, now: datetime, read: Read = published) -> Seen:
    """Return what gives each round's result, read once; None for one that is not this reader's to see."""

    @cache
    def seen(round_id: str) -> Published | None:
        try:
            return read(session, round_id, viewer_of(session, staff), now)
        except DomainError as error:
            if error.code in {"result_not_published", "role_refused"}:
                return None
            raise

    return seen


def _rated(seen: Seen, round_id: str, unit_id: str) -> tuple[Section, Target] | None:
    """Return a unit's result with the section that it is of; None where it is not this reader's to see."""
    result = seen(round_id)
    if result is None or unit_of(every_target(result.document), unit_id) is None:
        return None
    section = result.around(unit_id).section
    unit = unit_of(section["targets"], unit_id)
    return None if unit is None else (section, unit)


def side_by_side(session: Session, seen: Seen, order: OrderView) -> SideBySide | None:
    """Return both results of the order that holds now, as far as this reader may see them (SEC-47)."""
    return next((pair for pair in pairs_of(session, seen, order) if pair.attempt == order.standing.attempt), None)


def pairs_of(session: Session, seen: Seen, order: OrderView) -> list[SideBySide]:
    """Return the first result beside every retest, oldest first, as far as this reader may see them."""
    before = _rated(seen, order.round_id, order.unit_id)
    if before is None:
        return []
    first, _ = frozen_paper(session, order.round_id)
    found = []
    for each in order.attempts:
        after = _rated(seen, each.retest_round_id, order.unit_id) if each.retest_round_id else None
        if each.retest_round_id and after is not None:
            second, _ = frozen_paper(session, each.retest_round_id)
            near = "" if may_compare(second, first, order.unit_id) else NOT_COMPARED.format(k=second.scheme.floor)
            reason = why_not(after, before) or near
            which = each.attempt, each.retest_round_id, head_of(after[0])
            found.append(SideBySide(before[1], after[1], (first.title, second.title), reason, *which))
    return found
