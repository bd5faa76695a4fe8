"""A retest that is planned after its order's last day for it is told before it is opened."""

from datetime import datetime, timedelta

import pytest

from app.core.acting import Acting
from app.core.chinese import CHINA
from app.core.db import Database
from app.main import PORTS
from app.rectification.orders import retesting
from app.rectification.orders.reads import get_order
from app.rectification.orders.retest_time import before_opening
from app.rounds.models import Round
from app.rounds.reads import get_round
from app.rounds.service import set_schedule
from tests.cast import MORNING
from tests.rectification.flagged import ZHANG, completed, make_flagged


@pytest.mark.parametrize(("days", "in_time"), [(0, True), (1, False)])
def test_it_works(database: Database, days: int, *, in_time: bool) -> None:
    order_id = completed(database, make_flagged(database))
    with database.writing() as session:
        acting = Acting(session, MORNING, ZHANG)
        made = retesting.plan_retest(acting, order_id, "县文工团复测")
        current = get_order(session, ZHANG, order_id).current
        assert current is not None
        last = current.dates.retest
        assert before_opening(session, get_round(session, made)) == []
        late_that_day = datetime(last.year, last.month, last.day, 23, 0, tzinfo=CHINA)
        set_schedule(acting, made, None, late_that_day + timedelta(days=days))
        (step,) = before_opening(session, get_round(session, made))
    assert (step.done, step.needed, step.detail) == (in_time, False, last.isoformat())
    assert before_opening in PORTS.before_opening


def test_a_round_that_is_no_retest_is_asked_for_no_such_time(database: Database) -> None:
    found = make_flagged(database)
    with database.writing() as session:
        session.get_one(Round, found.round_id).closes_at = MORNING
        session.flush()
        assert before_opening(session, get_round(session, found.round_id)) == []
