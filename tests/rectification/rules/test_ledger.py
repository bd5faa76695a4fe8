"""The ledger: nothing is lost, nobody accepts his own work, overdue is date arithmetic."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rectification.rules.columns import LEDGER_COLUMNS
from app.rectification.rules.ledger import (
    ACTION_ENDS,
    ACTION_TABLE,
    Act,
    ActionEvent,
    ActionState,
    Extension,
    LedgerAction,
    ask_extension,
    current_due,
    decide_extension,
    move,
    next_action_state,
    overdue,
)
from app.rectification.rules.people import Person, may_be_same
from app.rectification.rules.refusals import Refusal
from tests.found import some
from tests.rectification.walks import assert_total, reachable

TODAY = date(2026, 11, 24)
DUE = TODAY + timedelta(days=10)
OWNER, LIAISON, SUPERVISOR = Person("张三", "p1"), Person("李四", "p2"), Person("王五", "p3")
PEOPLE = st.sampled_from((OWNER, LIAISON, SUPERVISOR, Person("张 三", "p9"), Person("别名", "p1"), Person("")))
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
ACTS = st.builds(Act, PEOPLE, DAYS, st.sampled_from(("", "无", "已增开两个窗口")), st.none() | DAYS)
ACTION = LedgerAction("a1", OWNER, due=DUE)
ACTIONS = st.builds(
    LedgerAction,
    st.just("a1"),
    st.just(OWNER),
    st.sampled_from(ActionState),
    st.none() | DAYS,
    st.none() | DAYS,
)


def act(by: Person = LIAISON, on: date = TODAY, text: str = "已增开两个窗口", due: date | None = None) -> Act:
    return Act(by, on, text, due)


def walk(action: LedgerAction, *steps: tuple[ActionEvent, Act]) -> LedgerAction:
    for event, doing in steps:
        after = move(action, event, doing)
        assert isinstance(after, LedgerAction), (action.state, event, after)
        action = after
    return action


STARTED = walk(ACTION, *((event, act()) for event in (ActionEvent.APPROVE, ActionEvent.ANNOUNCE, ActionEvent.BEGIN)))
REPORTED = walk(STARTED, (ActionEvent.COMPLETE, act()))


def test_it_works() -> None:
    done = walk(
        STARTED,
        (ActionEvent.PROGRESS, act(text="窗口已装修")),
        (ActionEvent.COMPLETE, act()),
        (ActionEvent.RETURN, act(SUPERVISOR, text="预约系统尚未启用")),
        (ActionEvent.PROGRESS, act(on=TODAY + timedelta(days=2))),
        (ActionEvent.COMPLETE, act(on=TODAY + timedelta(days=3))),
        (ActionEvent.ACCEPT, act(SUPERVISOR, TODAY + timedelta(days=4))),
    )
    assert done.state is ActionState.CLOSED_OUT
    assert (done.begun_on, done.progress_on, done.completed_on, done.accepted_on) == tuple(
        TODAY + timedelta(days=days) for days in (0, 2, 3, 4)
    )
    assert (done.completed_by, done.accepted_by) == (LIAISON, SUPERVISOR)


def test_every_event_is_answered_in_every_state() -> None:
    assert_total(ACTION_TABLE, ActionState, ActionEvent)


@pytest.mark.parametrize("state", ActionState)
def test_every_end_can_be_reached_from_every_open_state(state: ActionState) -> None:
    ahead = reachable(ACTION_TABLE, state)
    assert ActionState.CLOSED_OUT in ahead
    assert ahead >= ACTION_ENDS or state is ActionState.CLOSED_OUT


def test_closed_out_is_final_and_everything_is_reached() -> None:
    assert reachable(ACTION_TABLE, ActionState.CLOSED_OUT) == {ActionState.CLOSED_OUT}
    assert reachable(ACTION_TABLE, ActionState.DRAFTED) == set(ActionState)


@given(st.integers(1, 6), st.lists(st.tuples(st.integers(0, 5), st.sampled_from(ActionEvent), ACTS), max_size=80))
def test_no_path_loses_an_action(count: int, steps: list[tuple[int, ActionEvent, Act]]) -> None:
    ledger = {f"a{number}": LedgerAction(f"a{number}", OWNER, due=DUE) for number in range(count)}
    ids = set(ledger)
    for place, event, doing in steps:
        before = ledger[f"a{place % count}"]
        after = move(before, event, doing)
        if isinstance(after, Refusal):
            assert ledger[before.id] is before
            continue
        assert after.id == before.id
        assert after.state is next_action_state(before.state, event)
        ledger[before.id] = after
    assert set(ledger) == ids
    assert sum(Counter(action.state for action in ledger.values()).values()) == count
    assert all(isinstance(action.state, ActionState) for action in some(ledger.values()))


@given(st.lists(st.tuples(st.sampled_from(ActionEvent), ACTS), max_size=120))
def test_nobody_accepts_his_own_work(steps: list[tuple[ActionEvent, Act]]) -> None:
    action = REPORTED
    for event, doing in steps:
        after = move(action, event, doing)
        action = action if isinstance(after, Refusal) else after
        if action.state is ActionState.CLOSED_OUT:
            assert action.accepted_by is not None
            assert action.completed_by is not None
            assert not may_be_same(action.accepted_by, action.owner)
            assert not may_be_same(action.accepted_by, action.completed_by)
        if action.state is ActionState.EXPLAINED:
            assert action.explanation == "已增开两个窗口"


@pytest.mark.parametrize(
    ("by", "refusal"),
    [
        (OWNER, Refusal.ACCEPTOR_IS_OWNER),
        (Person("张 三（组长）", "p7"), Refusal.ACCEPTOR_IS_OWNER),
        (Person("别名", "p1"), Refusal.ACCEPTOR_IS_OWNER),
        (LIAISON, Refusal.ACCEPTOR_IS_OWNER),
        (Person(" "), Refusal.ACCEPTOR_UNKNOWN),
    ],
)
def test_it_refuses_the_owner_and_the_reporter_as_acceptor(by: Person, refusal: Refusal) -> None:
    assert move(REPORTED, ActionEvent.ACCEPT, act(by)) is refusal
    assert move(REPORTED, ActionEvent.RETURN, act(by)) is refusal


def test_it_refuses_to_accept_where_the_owner_is_not_known() -> None:
    nobody = replace(REPORTED, owner=Person(""))
    assert move(nobody, ActionEvent.ACCEPT, act(SUPERVISOR)) is Refusal.OWNER_UNKNOWN


def test_it_refuses_an_acceptance_before_the_report() -> None:
    early = act(SUPERVISOR, TODAY - timedelta(days=1))
    assert move(REPORTED, ActionEvent.ACCEPT, early) is Refusal.ACT_BEFORE_LAST


@pytest.mark.parametrize(
    ("event", "refusal"),
    [
        (ActionEvent.PROGRESS, Refusal.ACTION_TEXT_MISSING),
        (ActionEvent.COMPLETE, Refusal.ACTION_TEXT_MISSING),
        (ActionEvent.TURN_LONG_TERM, Refusal.ACTION_TEXT_MISSING),
        (ActionEvent.EXPLAIN, Refusal.ACTION_EXPLANATION_MISSING),
    ],
)
def test_it_refuses_steps_without_their_text(event: ActionEvent, refusal: Refusal) -> None:
    assert move(STARTED, event, act(text="无")) is refusal
    assert move(REPORTED, ActionEvent.RETURN, act(SUPERVISOR, text="")) is Refusal.ACTION_TEXT_MISSING


@given(ACTIONS, DAYS)
def test_overdue_is_exactly_date_arithmetic(action: LedgerAction, today: date) -> None:
    last = action.due if action.extended_to is None else action.extended_to
    stopped = action.state in {ActionState.CLOSED_OUT, ActionState.LONG_TERM, ActionState.EXPLAINED}
    assert overdue(action.state, current_due(action), today) is (
        not stopped and last is not None and (today - last).days >= 1
    )


def test_the_last_day_itself_is_in_time() -> None:
    assert not overdue(STARTED.state, current_due(STARTED), DUE)
    day_after = DUE + timedelta(days=1)
    assert overdue(STARTED.state, current_due(STARTED), day_after)
    longer = replace(STARTED, extended_to=day_after)
    assert not overdue(longer.state, current_due(longer), day_after)


def test_an_action_set_aside_can_be_resumed_with_a_new_date_by_another() -> None:
    aside = walk(STARTED, (ActionEvent.EXPLAIN, act(text="资金未到位，明年列入预算")))
    late = DUE + timedelta(days=100)
    assert not overdue(aside.state, current_due(aside), late)
    assert move(aside, ActionEvent.PROGRESS, act()) is Refusal.SET_ASIDE
    assert move(aside, ActionEvent.RESUME, act(SUPERVISOR, late)) is Refusal.DUE_NEEDED
    assert move(aside, ActionEvent.RESUME, act(SUPERVISOR, late, due=late - timedelta(days=1))) is Refusal.DUE_NEEDED
    assert move(aside, ActionEvent.RESUME, act(OWNER, late, due=late)) is Refusal.RESUME_BY_OWNER
    resumed = walk(aside, (ActionEvent.RESUME, act(SUPERVISOR, late, due=late)))
    assert (resumed.state, current_due(resumed)) == (ActionState.IN_PROGRESS, late)
    assert walk(aside, (ActionEvent.RESUME, act(OWNER, DUE))).extended_to is None


def asked(**changes: date) -> Extension | Refusal:
    return ask_extension(STARTED, act(on=changes.get("on", TODAY)), changes.get("until", DUE + timedelta(days=15)))


def test_an_extension_is_asked_for_in_time_and_granted_by_another() -> None:
    extension = asked()
    assert isinstance(extension, Extension)
    decided = decide_extension(STARTED, extension, act(SUPERVISOR), granted=True)
    assert not isinstance(decided, Refusal)
    action, kept = decided
    assert current_due(action) == DUE + timedelta(days=15)
    assert (kept.granted, kept.decided_by, kept.until) == (True, SUPERVISOR, DUE + timedelta(days=15))
    assert decide_extension(action, kept, act(SUPERVISOR), granted=False) is Refusal.EXTENSION_DECIDED


def test_a_refused_extension_changes_no_date() -> None:
    extension = asked()
    assert isinstance(extension, Extension)
    decided = decide_extension(STARTED, extension, act(SUPERVISOR), granted=False)
    assert not isinstance(decided, Refusal)
    assert decided[0] == STARTED
    assert decided[1].granted is False


def test_it_refuses_an_extension_too_late_too_short_or_without_reason() -> None:
    later = DUE + timedelta(days=15)
    assert isinstance(asked(on=DUE - timedelta(days=1)), Extension)
    assert asked(on=DUE) is Refusal.EXTENSION_TOO_LATE
    assert asked(until=DUE) is Refusal.EXTENSION_NOT_LATER
    assert ask_extension(STARTED, act(text="略"), later) is Refusal.EXTENSION_REASON_MISSING
    assert ask_extension(STARTED, act(), later, pending=True) is Refusal.EXTENSION_PENDING
    assert ask_extension(REPORTED, act(), later) is Refusal.EXTENSION_NOT_OPEN
    assert ask_extension(replace(STARTED, due=None), act(), later) is Refusal.EXTENSION_NOT_OPEN


@pytest.mark.parametrize("by", [LIAISON, OWNER, Person("张三")])
def test_it_refuses_an_extension_granted_by_asker_or_owner(by: Person) -> None:
    extension = asked()
    assert isinstance(extension, Extension)
    assert decide_extension(STARTED, extension, act(by), granted=True) is Refusal.EXTENSION_BY_ASKER


def test_it_refuses_to_extend_what_has_been_set_aside_meanwhile() -> None:
    extension = asked()
    assert isinstance(extension, Extension)
    aside = walk(STARTED, (ActionEvent.TURN_LONG_TERM, act()))
    assert decide_extension(aside, extension, act(SUPERVISOR), granted=True) is Refusal.EXTENSION_NOT_OPEN


def test_the_ledger_has_its_columns_once_each() -> None:
    headings = [column.heading for column in LEDGER_COLUMNS]
    assert headings[0] == "编号"
    assert headings[-1] == "状态"
    assert len(headings) == len(set(headings)) == len({column.key for column in LEDGER_COLUMNS}) == 24
