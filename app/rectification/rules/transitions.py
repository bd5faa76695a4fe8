"""A total table of state × event, made from the moves that are allowed."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from app.rectification.rules.refusals import Refusal

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


def total_table(
    states: type[State],
    events: type[Event],
    moves: Mapping[State, Mapping[Event, State]],
    ends: Mapping[State, Refusal],
) -> Mapping[tuple[State, Event], State | Refusal]:
    """Answer every event in every state.

    States stand in the order of their way: an event that only later states know comes too early, one that only
    earlier states know too late. ``ends`` names the refusal of states that lie beside that way.
    """
    order = list(states)
    first = {event: min(order.index(state) for state in order if event in moves.get(state, {})) for event in events}
    table: dict[tuple[State, Event], State | Refusal] = {}
    for place, state in enumerate(order):
        for event in events:
            why = Refusal.TOO_EARLY if place < first[event] else Refusal.TOO_LATE
            table[state, event] = moves.get(state, {}).get(event, ends.get(state, why))
    return table


def events_allowed(table: Mapping[tuple[State, Event], State | Refusal], state: State) -> tuple[Event, ...]:
    """Return what can happen in a state, for buttons and for the sentence of a refusal."""
    return tuple(event for (at, event), after in table.items() if at == state and not isinstance(after, Refusal))
