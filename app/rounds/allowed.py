"""What a reader of a round's pages may do there now: decided here, so that a page only asks."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from app.rounds.domain import Event, RoundState, next_state

BEFORE_CLOSE = frozenset({RoundState.DRAFT, RoundState.READY, RoundState.OPEN})
AFTER_OPENING = frozenset({RoundState.COUNTED, RoundState.PUBLISHED, RoundState.ARCHIVED})
NEXT_ACTS = {RoundState.DRAFT: "freeze", RoundState.READY: "open", RoundState.OPEN: "close"}
STATIONS = (
    RoundState.DRAFT, RoundState.READY, RoundState.OPEN, RoundState.SEALED, RoundState.COUNTED, RoundState.PUBLISHED,
)  # fmt: skip
"""The stations that a round passes, as its page shows them."""


@dataclass(frozen=True, slots=True)
class RoundPowers:
    """What one reader may do with one round."""

    next_act: str
    """``freeze``, ``open``, ``close`` or nothing: the act that leads to the next state."""
    organise: bool
    open_box: bool
    publish: bool
    read_result: bool
    repeat: bool
    edit: bool
    schedule: bool
    set_start: bool
    rehearse: bool
    archive: bool
    void: bool
    look_up_receipts: bool
    read_scrutiny: bool
    print_anew: bool
    """Whether slips that became void can still be replaced."""
    see_freeze: bool
    score: bool
    """Whether named scores and awards stand beside it."""
    station: int
    """Where the round stands among ``STATIONS``; -1 where it left the way."""


def powers(roles: AbstractSet[str], state: RoundState, *, is_rehearsal: bool) -> RoundPowers:
    """Return what somebody of these roles may do with a round in this state."""
    organise = "organiser" in roles
    shown = RoundState.PUBLISHED if state is RoundState.ARCHIVED else state
    return RoundPowers(
        next_act=NEXT_ACTS.get(state, "") if organise else "",
        organise=organise,
        open_box=state is RoundState.SEALED,
        publish=organise and state is RoundState.COUNTED,
        read_result=organise and state in {RoundState.PUBLISHED, RoundState.ARCHIVED},
        repeat=organise and state is RoundState.VOID,
        edit=organise and state is RoundState.DRAFT,
        schedule=organise and state in BEFORE_CLOSE,
        set_start=state is not RoundState.OPEN,
        rehearse=organise and state in {RoundState.DRAFT, RoundState.READY} and not is_rehearsal,
        archive=organise and state is RoundState.PUBLISHED,
        void=organise and next_state(state, Event.VOID) is not None,
        look_up_receipts=state in {RoundState.OPEN, RoundState.SEALED},
        read_scrutiny=state in AFTER_OPENING,
        print_anew=state in BEFORE_CLOSE,
        see_freeze=state is RoundState.DRAFT,
        score=organise and state not in {RoundState.DRAFT, RoundState.VOID},
        station=STATIONS.index(shown) if shown in STATIONS else -1,
    )
