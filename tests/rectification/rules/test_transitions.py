"""A table of allowed moves becomes an answer for everything."""

from enum import StrEnum

from app.rectification.rules.refusals import Refusal
from app.rectification.rules.transitions import events_allowed, total_table
from app.web.errors import ALL_SENTENCES


class Light(StrEnum):
    """A lamp, in the order of its life."""

    DARK = "dark"
    DIM = "dim"
    BRIGHT = "bright"
    BROKEN = "broken"


class Turn(StrEnum):
    """What is done to it."""

    UP = "up"
    FULL = "full"
    HIT = "hit"


TABLE = total_table(
    Light,
    Turn,
    moves={
        Light.DARK: {Turn.UP: Light.DIM},
        Light.DIM: {Turn.FULL: Light.BRIGHT, Turn.HIT: Light.BROKEN},
        Light.BRIGHT: {Turn.HIT: Light.BROKEN},
    },
    ends={Light.BROKEN: Refusal.ENDED},
)


def test_it_works() -> None:
    assert {pair: TABLE[pair] for pair in TABLE if pair[0] is Light.DIM} == {
        (Light.DIM, Turn.UP): Refusal.TOO_LATE,
        (Light.DIM, Turn.FULL): Light.BRIGHT,
        (Light.DIM, Turn.HIT): Light.BROKEN,
    }
    assert TABLE[Light.DARK, Turn.FULL] is Refusal.TOO_EARLY
    assert {TABLE[Light.BROKEN, turn] for turn in Turn} == {Refusal.ENDED}


def test_it_names_what_is_allowed_now() -> None:
    assert events_allowed(TABLE, Light.DIM) == (Turn.FULL, Turn.HIT)
    assert events_allowed(TABLE, Light.BROKEN) == ()


def test_every_refusal_has_its_sentence() -> None:
    assert [refusal for refusal in Refusal if refusal.value not in ALL_SENTENCES] == []
