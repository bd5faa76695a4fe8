"""Walking state machines: what can be reached from where."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from app.rectification.rules.refusals import Refusal
from tests.found import some

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


def reachable(table: Mapping[tuple[State, Event], State | Refusal], start: State) -> set[State]:
    """Return the states that some sequence of events leads to, the first included."""
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        found = {after for (at, _), after in table.items() if at is here and not isinstance(after, Refusal)}
        waiting += sorted(found - seen)
        seen |= found
    return seen


def assert_total(
    table: Mapping[tuple[State, Event], State | Refusal], states: type[State], events: type[Event]
) -> None:
    """Check that every pair is answered, by a state or by a reason, and nothing else is."""
    assert set(table) == {(state, event) for state in states for event in events}
    assert all(isinstance(after, (states, Refusal)) for after in some(table.values()))
