"""What is due soon or overdue, a page at a time: of the many no more is read than how many there are by plan."""

from collections.abc import Sequence
from datetime import date
from itertools import islice

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.core.lists import ANYTHING, Listed, Wish, stretch
from app.rectification.ledger.deadlines import NOT_RUNNING, Matter, Watched, last_day, matters_of
from app.rectification.ledger.searching import stands, words_of
from app.rectification.models import RemedialAction
from app.rectification.plans.reads import PlanHead

Group = tuple[str, int, int]
"""Campaign, place of the unit, and of the plan, after what orders and plans wait for."""


def coming(session: Session, within: Watched, until: date, wish: Wish = ANYTHING) -> Listed[Matter]:
    """Return a page of what is due at the latest ``until``, looked for by unit and matter, units in official order."""
    waiting: dict[Group, list[Matter]] = {}
    for one in within.waiting:
        if one.subject.due <= until and wish.fits(one.unit_name, one.title):
            waiting.setdefault((one.campaign_id, one.place, -1), []).append(one)
    late = _late(within.plans, until, wish)
    counted = select(RemedialAction.plan_id, func.count()).where(*late).group_by(RemedialAction.plan_id)
    counts = dict(session.execute(counted).all())
    plans = {(head.campaign_id, head.unit_position, place): head for place, head in enumerate(within.plans)}
    sizes = {group: len(some) for group, some in waiting.items()}
    sizes |= {group: counts[head.id] for group, head in plans.items() if head.id in counts}
    shown = stretch(sorted(sizes.items()), wish)
    actions = iter(matters_of(session, [plans[group] for group in shown.groups if group in plans], *late))
    rows = [one for group in shown.groups for one in waiting.get(group) or list(islice(actions, sizes[group]))]
    return shown.listed(rows)


def _late(plans: Sequence[PlanHead], until: date, wish: Wish) -> list[ColumnElement[bool]]:
    late = [RemedialAction.state.not_in(NOT_RUNNING), last_day() <= until]
    words = words_of(wish.text)
    named = [(head.unit_name, head.id) for head in plans]
    return [*late, stands(words, named, RemedialAction.plan_id)] if words else late
