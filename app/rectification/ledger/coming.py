"""What is due soon or overdue, a page at a time: of the many only what decides about order and page is read."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import literal, select
from sqlalchemy.orm import Session

from app.core.lists import ANYTHING, Listed, Wish, cut
from app.rectification.ledger.deadlines import NOT_RUNNING, Matter, Watched, last_day, matters_of
from app.rectification.models import RemedialAction

Place = tuple[str, int, int, int, str]
"""Campaign, place of unit and of plan (what orders and plans wait for comes first), position of the action, and id."""


def coming(session: Session, within: Watched, until: date, wish: Wish = ANYTHING) -> Listed[Matter]:
    """Return a page of what is due at the latest ``until``, looked for by unit and matter, units in official order."""
    waiting = {
        (one.campaign_id, one.place, -1, number, one.subject.id): one
        for number, one in enumerate(within.waiting)
        if one.subject.due <= until and wish.fits(one.unit_name, one.title)
    }

    def told(page: Sequence[Place]) -> list[Matter]:
        actions = matters_of(session, within.plans, RemedialAction.id.in_([key[-1] for key in page]))
        known = {one.subject.id: one for one in actions}
        return [waiting.get(key) or known[key[-1]] for key in page]

    return cut(sorted([*waiting, *_actions(session, within, until, wish)]), wish).told(told)


def _actions(session: Session, within: Watched, until: date, wish: Wish) -> Iterator[Place]:
    heads = {head.id: (place, head) for place, head in enumerate(within.plans)}
    problem = RemedialAction.problem if wish.text else literal("")
    query = select(RemedialAction.id, RemedialAction.plan_id, RemedialAction.position, problem)
    late = query.where(RemedialAction.state.not_in(NOT_RUNNING), last_day() <= until)
    for action_id, plan_id, position, words in session.execute(late):
        if plan_id not in heads:
            continue
        place, head = heads[plan_id]
        if wish.fits(head.unit_name, words):
            yield head.campaign_id, head.unit_position, place, position, action_id
