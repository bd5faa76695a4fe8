"""Signs of life of threads."""

import pytest

from app.core.watch import Pulse, Pulses, Watch


class Seconds:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def make_pulse(seconds: Seconds, name: str = "schedule") -> Pulse:
    return Pulse(name, 30.0, seconds)


def test_it_works() -> None:
    seconds = Seconds()
    watch = Watch()
    pulse = watch.add(make_pulse(seconds))
    assert watch.standing_still() == []
    pulse.beat()
    seconds.now += 30
    assert watch.standing_still() == []
    seconds.now += 1
    assert watch.standing_still() == ["schedule"]
    pulse.beat()
    assert watch.standing_still() == []


def test_who_rests_may_be_silent_for_as_long_as_he_likes() -> None:
    seconds = Seconds()
    pulse = make_pulse(seconds)
    pulse.beat()
    pulse.rest()
    seconds.now += 10_000
    assert not pulse.stands_still


def test_work_has_to_come_to_an_end() -> None:
    seconds = Seconds()
    pulse = make_pulse(seconds)
    with pulse.working():
        seconds.now += 31
        assert pulse.stands_still
    assert not pulse.stands_still


def test_a_thread_that_dies_at_work_is_missed() -> None:
    seconds = Seconds()
    pulse = make_pulse(seconds)
    with pytest.raises(KeyError), pulse.working():
        raise KeyError
    seconds.now += 31
    assert pulse.stands_still


def test_an_error_is_kept_by_its_kind_until_a_turn_goes_well() -> None:
    watch = Watch()
    pulse = watch.add(make_pulse(Seconds()))
    assert pulse.failed(ValueError("a secret"))
    assert not pulse.failed(ValueError("another"))
    assert watch.failing() == {"schedule": "ValueError"}
    assert pulse.failed(ValueError(), KeyError(), ValueError())
    assert not pulse.failed(KeyError(), ValueError())
    assert watch.failing() == {"schedule": "KeyError, ValueError"}
    pulse.went_well()
    assert watch.failing() == {}


def test_what_one_of_several_does_well_excuses_no_other() -> None:
    """Before, the writers of all boxes had one pulse: a stuck one was not missed while another box took votes."""
    seconds = Seconds()
    pulses = Pulses("box", 30.0, seconds)
    stuck, well, gone = pulses.begin(), pulses.begin(), pulses.begin()
    stuck.beat()
    stuck.failed(ValueError())
    seconds.now += 31
    with well.working():
        well.went_well()
    gone.failed(KeyError())
    pulses.end(gone)
    assert (pulses.stands_still, pulses.last_error) == (True, "ValueError")
    stuck.rest()
    stuck.went_well()
    assert (pulses.stands_still, pulses.last_error) == (False, "")
