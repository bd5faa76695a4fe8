"""What the pages of 补课 and 整改 offer to whom, in which state."""

import pytest

from app.rectification.rules.allowed import reader_powers
from app.rectification.rules.ledger import ActionState
from app.rectification.rules.orders import OrderState
from app.rectification.rules.plans import PlanState

ROLES = ("organiser", "supervisor", "liaison", "leader")


@pytest.mark.parametrize(
    ("role", "powers"),
    [
        ("organiser", (True, True, True, True)),
        ("supervisor", (False, True, True, False)),
        ("liaison", (False, False, True, True)),
        ("leader", (False, False, False, False)),
    ],
)
def test_a_role_has_its_powers(role: str, powers: tuple[bool, ...]) -> None:
    found = reader_powers(frozenset({role}))
    assert (found.organise, found.supervise, found.work, found.write_plan) == powers


def test_a_plan_is_reviewed_by_who_supervises_once_it_was_submitted() -> None:
    found = {(role, state) for role in ROLES for state in PlanState if reader_powers(frozenset({role})).reviews(state)}
    assert found == {("organiser", PlanState.SUBMITTED), ("supervisor", PlanState.SUBMITTED)}


def test_leaders_get_a_plan_when_it_is_settled() -> None:
    assert [role for role in ROLES if not reader_powers(frozenset({role})).reads_plan(is_open=True)] == ["leader"]
    assert all(reader_powers(frozenset({role})).reads_plan(is_open=False) for role in ROLES)


def test_the_next_step_is_the_plan_for_who_writes_it() -> None:
    found = {state for state in OrderState if reader_powers(frozenset({"liaison"})).plan_comes_next(state)}
    assert found == {OrderState.ORDERED, OrderState.PLAN_RETURNED}
    assert not any(reader_powers(frozenset({"supervisor"})).plan_comes_next(state) for state in OrderState)


def test_what_has_ended_is_neither_supervised_nor_suggested() -> None:
    for state in (OrderState.CLOSED, OrderState.WAIVED):
        assert not reader_powers(frozenset({"organiser"})).changes_mode(state)
        assert not reader_powers(frozenset({"organiser"})).heeds_suggestion(state)
    assert reader_powers(frozenset({"supervisor"})).changes_mode(OrderState.ESCALATED)
    assert not reader_powers(frozenset({"leader"})).changes_mode(OrderState.ESCALATED)


def test_more_time_is_asked_for_while_something_runs() -> None:
    found = [state for state in ActionState if reader_powers(frozenset({"liaison"})).asks_for_time(state)]
    assert found == [ActionState.APPROVED, ActionState.ANNOUNCED, ActionState.RETURNED, ActionState.IN_PROGRESS]
    assert not any(reader_powers(frozenset({"leader"})).asks_for_time(state) for state in ActionState)
    assert reader_powers(frozenset({"liaison"})).resumes(ActionState.LONG_TERM)
    assert not reader_powers(frozenset({"liaison"})).resumes(ActionState.COMPLETED)
