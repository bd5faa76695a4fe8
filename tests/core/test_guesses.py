"""Unknown codes by the minute: how many lately, how many at the worst, and nothing about whose."""

from datetime import datetime, timedelta

from app.core.guesses import MANY, REMEMBERED_MINUTES, Guesses
from tests.cast import MORNING


class Moved:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now


def test_it_works() -> None:
    clock = Moved()
    guesses = Guesses(clock)
    for _ in range(MANY):
        guesses.note()
    assert (guesses.lately, guesses.most, guesses.total, guesses.are_many) == (MANY, MANY, MANY, False)
    guesses.note()
    assert guesses.are_many
    clock.now += timedelta(minutes=2)
    assert (guesses.lately, guesses.most) == (0, MANY + 1)
    clock.now += timedelta(minutes=REMEMBERED_MINUTES)
    assert (guesses.most, guesses.total, guesses.are_many) == (0, MANY + 1, False)


def test_it_remembers_an_hour_at_most() -> None:
    clock = Moved()
    guesses = Guesses(clock)
    for _ in range(5 * REMEMBERED_MINUTES):
        clock.now += timedelta(minutes=1)
        guesses.note()
    assert len(guesses._minutes) <= REMEMBERED_MINUTES + 2
    assert guesses.total == 5 * REMEMBERED_MINUTES
