"""What a round's page offers to whom, in each state."""

import pytest

from app.rounds.allowed import STATIONS, RoundPowers, powers
from app.rounds.domain import RoundState

ACTS = ("edit", "schedule", "rehearse", "open_box", "publish", "read_result", "archive", "void", "repeat")


def offered(found: RoundPowers) -> list[str]:
    return [*filter(None, [found.next_act]), *(act for act in ACTS if getattr(found, act))]


@pytest.mark.parametrize(
    ("state", "acts"),
    [
        (RoundState.DRAFT, ["freeze", "edit", "schedule", "rehearse", "void"]),
        (RoundState.READY, ["open", "schedule", "rehearse", "void"]),
        (RoundState.OPEN, ["close", "schedule", "void"]),
        (RoundState.SEALED, ["open_box", "void"]),
        (RoundState.COUNTED, ["publish", "void"]),
        (RoundState.PUBLISHED, ["read_result", "archive"]),
        (RoundState.ARCHIVED, ["read_result"]),
        (RoundState.VOID, ["repeat"]),
    ],
)
def test_an_organiser_is_offered_what_the_state_allows(state: RoundState, acts: list[str]) -> None:
    assert offered(powers(frozenset({"organiser"}), state, is_rehearsal=False)) == acts


@pytest.mark.parametrize("state", RoundState)
def test_a_scrutineer_opens_boxes_and_reads_along(state: RoundState) -> None:
    found = powers(frozenset({"scrutineer"}), state, is_rehearsal=False)
    assert offered(found) == (["open_box"] if state is RoundState.SEALED else [])
    assert not found.organise
    assert found.read_scrutiny == (state in {RoundState.COUNTED, RoundState.PUBLISHED, RoundState.ARCHIVED})


def test_a_rehearsal_is_not_rehearsed() -> None:
    assert not powers(frozenset({"organiser"}), RoundState.READY, is_rehearsal=True).rehearse


def test_a_round_stands_at_its_station() -> None:
    places = [powers(frozenset({"organiser"}), state, is_rehearsal=False).station for state in RoundState]
    assert places == [*range(len(STATIONS)), len(STATIONS) - 1, -1]
