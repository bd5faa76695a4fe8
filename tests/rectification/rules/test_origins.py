"""The ledger's rules hold whatever wanted a plan, an order or a request, and wherever the problem came from."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rectification.rules.issues import ENTERED_ORIGINS, SOURCES_OF_ACTIONS, IssueOrigin, is_told
from app.rectification.rules.ledger import (
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
)
from app.rectification.rules.orders import ORDER_EVENT_OF, OrderEvent, OrderState, Standing, advance
from app.rectification.rules.people import Person, may_be_same
from app.rectification.rules.plans import (
    PLANS_IN_FORCE,
    PLANS_OPEN,
    Action,
    ActionKind,
    Origin,
    Plan,
    PlanEvent,
    PlanState,
    next_plan_state,
    redate_plan,
    submit_plan,
    unanswered_issues,
)
from app.rectification.rules.refusals import Refusal
from app.web.letters import Letters

TODAY = date(2026, 11, 24)
DAYS = st.dates(date(2026, 11, 1), date(2027, 3, 31))
OWNER, OTHERS = Person("张三", "p1"), (Person("李四", "p2"), Person("王五", "p3"), Person("张 三", "p9"), Person(""))
ACTS = st.builds(
    Act, st.sampled_from((OWNER, *OTHERS)), DAYS, st.sampled_from(("", "无", "已增开窗口")), st.none() | DAYS
)
PLACES = st.integers(0, 5)
ON_ACTIONS = st.tuples(PLACES, st.sampled_from(ActionEvent), ACTS)
FOR_TIME = st.tuples(PLACES, DAYS, ACTS, ACTS, st.booleans())
STEPS = st.lists(st.sampled_from(PlanEvent) | ON_ACTIONS | FOR_TIME, max_size=60)
TITLES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30)
every_origin = pytest.mark.parametrize("origin", Origin)
every_source = pytest.mark.parametrize("source", IssueOrigin)
STANDS = {
    PlanState.DRAFT: OrderState.ORDERED,
    PlanState.RETURNED: OrderState.PLAN_RETURNED,
    PlanState.SUBMITTED: OrderState.PLAN_SUBMITTED,
    PlanState.ACCEPTED: OrderState.PLAN_ACCEPTED,
    PlanState.ANNOUNCED: OrderState.IN_PROGRESS,
}
"""Where an order stands beside its plan."""
IN_LEDGER = {PlanEvent.ACCEPT: ActionEvent.APPROVE, PlanEvent.ANNOUNCE: ActionEvent.ANNOUNCE}


@dataclass
class Matter:
    """A plan of some origin with its actions, moved by the rules alone; an order stands beside it where one wants it.

    Its actions all answer one issue.
    """

    origin: Origin
    source: IssueOrigin
    state: PlanState = PlanState.DRAFT
    order: Standing = field(default_factory=lambda: Standing(OrderState.ORDERED, 1))
    actions: list[LedgerAction] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Plan the actions."""
        due = TODAY + timedelta(days=30)
        self.actions = [LedgerAction(f"a{number}", OWNER, due=due) for number in range(6)]

    @property
    def plan(self) -> Plan:
        text = SOURCES_OF_ACTIONS[self.source].format(issue="停车不便")
        whole = Action("停车不便", text, ActionKind.DATED, TODAY, text, "王五", "甲科", (), "张三", text, self.source)
        return Plan(tuple(replace(whole, due=action.due) for action in self.actions))

    def happen(self, event: PlanEvent) -> None:
        """Let something happen to the plan: a request can be withdrawn and changed, an order cannot."""
        if self.origin is Origin.ORDER and event in {PlanEvent.WITHDRAW, PlanEvent.ASK, PlanEvent.REDATE}:
            return
        after = next_plan_state(self.state, event)
        if event is PlanEvent.SUBMIT:
            assert submit_plan(self.state, self.plan, TODAY) is after, "a whole plan lacks nothing, whatever wanted it"
        if isinstance(after, Refusal):
            return
        self.state = after
        if self.origin is Origin.ORDER and event in ORDER_EVENT_OF:
            moved = advance(self.order, ORDER_EVENT_OF[event])
            assert isinstance(moved, Standing), (event, self.order)
            self.order = moved
        if event in IN_LEDGER:
            self.actions = [self._followed(action, IN_LEDGER[event]) for action in self.actions]

    @staticmethod
    def _followed(action: LedgerAction, event: ActionEvent) -> LedgerAction:
        after = next_action_state(action.state, event)
        return action if isinstance(after, Refusal) else replace(action, state=after)

    def work(self, place: int, event: ActionEvent, doing: Act) -> None:
        """Let something happen to an action that stands in the ledger."""
        before = self.actions[place]
        if event in {ActionEvent.APPROVE, ActionEvent.ANNOUNCE} or before.state is ActionState.DRAFTED:
            return
        after = move(before, event, doing)
        if isinstance(after, LedgerAction):
            kept = current_due(before)
            assert current_due(after) == (doing.due or kept if event is ActionEvent.RESUME else kept)
            self.actions[place] = after

    def give_time(self, place: int, until: date, asking: Act, deciding: Act, *, granted: bool) -> None:
        """Ask for more time and decide."""
        before = self.actions[place]
        asked = ask_extension(before, asking, until)
        decided = decide_extension(before, asked, deciding, granted=granted) if isinstance(asked, Extension) else asked
        if isinstance(decided, Refusal):
            return
        after, _ = decided
        assert not may_be_same(deciding.by, asking.by)
        assert not may_be_same(deciding.by, OWNER)
        assert (current_due(after) or date.max) > (current_due(before) or date.max) if granted else after == before
        self.actions[place] = after

    def check(self) -> None:
        """Nothing is lost, order and ledger follow the plan, and nobody has accepted his own work."""
        assert [action.id for action in self.actions] == [f"a{number}" for number in range(6)]
        if self.origin is Origin.ORDER:
            assert self.order.state is STANDS[self.state]
        drafted = [action.state is ActionState.DRAFTED for action in self.actions]
        assert not any(drafted) if self.state in PLANS_IN_FORCE else all(drafted)
        for action in self.actions:
            if action.state is ActionState.CLOSED_OUT:
                assert action.accepted_by is not None
                assert not may_be_same(action.accepted_by, OWNER)
                assert action.completed_by is None or not may_be_same(action.accepted_by, action.completed_by)


@every_origin
@every_source
@given(begun=st.integers(0, 2), steps=STEPS)
def test_no_path_loses_an_action_of_any_origin(
    origin: Origin, source: IssueOrigin, begun: int, steps: list[PlanEvent | tuple[object, ...]]
) -> None:
    matter = Matter(origin, source)
    for way in (PlanEvent.SUBMIT, PlanEvent.ACCEPT, PlanEvent.ANNOUNCE) if begun else ():
        matter.happen(way)
    for place in range(6 if begun > 1 else 0):
        for done in (ActionEvent.BEGIN, ActionEvent.COMPLETE):
            matter.work(place, done, Act(OTHERS[0], date(2026, 11, 1), "已增开窗口"))
    for step in steps:
        match step:
            case PlanEvent():
                matter.happen(step)
            case (int(place), ActionEvent() as done, Act() as doing):
                matter.work(place, done, doing)
            case (int(place), date() as until, Act() as asking, Act() as deciding, bool(granted)):
                matter.give_time(place, until, asking, deciding, granted=granted)
        matter.check()


@every_origin
@every_source
def test_the_straight_way_of_any_origin_ends_in_a_closed_ledger(origin: Origin, source: IssueOrigin) -> None:
    matter = Matter(origin, source)
    for event in (PlanEvent.SUBMIT, PlanEvent.RETURN, PlanEvent.SUBMIT, PlanEvent.ACCEPT, PlanEvent.ANNOUNCE):
        matter.happen(event)
        matter.check()
    for place in range(6):
        for done, by in ((ActionEvent.BEGIN, 0), (ActionEvent.COMPLETE, 0), (ActionEvent.ACCEPT, 1)):
            matter.work(place, done, Act(OTHERS[by], TODAY, "已增开窗口"))
    matter.check()
    assert {action.state for action in matter.actions} == {ActionState.CLOSED_OUT}
    assert origin is Origin.ASKED or isinstance(advance(matter.order, OrderEvent.COMPLETE), Standing)


@every_source
@given(title=TITLES)
def test_the_ledger_says_of_every_source_where_a_problem_came_from(source: IssueOrigin, title: str) -> None:
    words = {sentence: f"{origin}:{{issue}}" for origin, sentence in SOURCES_OF_ACTIONS.items()}
    told = Letters(words).told(SOURCES_OF_ACTIONS[source].format(issue=title), words, str)
    assert told == f"{source}:{title}", "it is found again, whatever the title is"
    assert (source in ENTERED_ORIGINS) is (source is not IssueOrigin.OPINIONS)


@given(st.sets(st.sampled_from(("u1", "u2", "u3"))), st.integers(0, 90))
def test_nobody_is_told_of_an_issue_of_units_of_which_he_knows_nothing(about: set[str], known: int) -> None:
    assert is_told(about, known) is (not about or known > 0)


@given(st.lists(st.sampled_from(("i1", "i2", "i3", ""))), st.lists(st.sampled_from(("i1", "i2", "i3")), unique=True))
def test_an_issue_is_answered_or_named(answered: list[str], issues: list[str]) -> None:
    plan = Plan(tuple(Action(issue_id=issue) for issue in answered))
    left = unanswered_issues(plan, issues)
    assert set(left) == set(issues) - set(answered)
    assert list(left) == [issue for issue in issues if issue in left]


@given(st.sampled_from(PlanState), DAYS, DAYS, st.sampled_from(("", " ", "无", "县里统一推后")))
def test_the_day_of_a_request_moves_only_while_the_unit_writes(
    state: PlanState, before: date, due: date, reason: str
) -> None:
    after = redate_plan(state, before, due, TODAY, reason)
    may = state in PLANS_OPEN and due > TODAY and due != before and reason == "县里统一推后"
    assert (after is state) is may
    assert may or isinstance(after, Refusal)
