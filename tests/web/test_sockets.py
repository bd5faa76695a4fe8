"""Places among sockets: who gives way, who is turned away, who waited too long. The clock is ours."""

import asyncio
import logging

import pytest

from app.web.sockets import Limits, Line, Room, Sockets


class Plug:
    """A socket without a wire."""

    def __init__(self) -> None:
        self.line: Line | None = None
        self.room: Room | None = None
        self.left = 0
        self.aborted = False

    def unsent(self) -> int:
        return self.left

    def abort(self) -> None:
        self.aborted = True


class Hand:
    """A clock that is moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
def sockets(hand: Hand) -> Sockets:
    return Sockets(Limits(silent=2, voters=3, staff=1), hand)


def opened(sockets: Sockets, count: int = 1) -> list[Plug]:
    plugs = [Plug() for _ in range(count)]
    for plug in plugs:
        sockets.open(plug)
    return plugs


def asked(sockets: Sockets, room: Room) -> tuple[Plug, bool]:
    """Return a socket that sent a request, and whether there was room."""
    (plug,) = opened(sockets)
    may_stay = sockets.enter(plug, room)
    sockets.move(plug, sockets.working)
    return plug, may_stay


def sweep(sockets: Sockets, hand: Hand, after: float) -> None:
    hand.now += after
    asyncio.run(sockets.sweep())


@pytest.mark.parametrize("files", [64, 1_024, 4_096, 20_000, 1_000_000])
def test_it_works(files: int) -> None:
    limits = Limits.of(files)
    assert limits.silent <= files / 4
    assert min(limits.silent, limits.staff, limits.voters) > 0
    assert limits.silent + limits.staff + limits.voters < files
    assert limits.voters >= limits.staff
    assert Limits.of(20_000).voters > 10_000


def test_the_oldest_silent_socket_makes_room(sockets: Sockets) -> None:
    first, second, third = opened(sockets, 3)
    assert [plug.aborted for plug in (first, second, third)] == [True, False, False]


def test_who_says_nothing_is_closed_and_who_asks_in_time_is_not(sockets: Sockets, hand: Hand) -> None:
    silent, quick = opened(sockets, 2)
    sweep(sockets, hand, 9)
    sockets.enter(quick, sockets.voters)
    sockets.move(quick, sockets.working)
    sweep(sockets, hand, 2)
    assert (silent.aborted, quick.aborted) == (True, False)
    sweep(sockets, hand, 100_000)
    assert not quick.aborted, "what is at work is never closed"


def test_the_longest_idle_of_a_kind_gives_way_and_never_another_kind(sockets: Sockets) -> None:
    voters = [asked(sockets, sockets.voters)[0] for _ in range(3)]
    sockets.move(voters[1], sockets.voters.idle)
    sockets.move(voters[0], sockets.voters.idle)
    staff, may_stay = asked(sockets, sockets.staff)
    assert may_stay
    assert not any(plug.aborted for plug in voters)
    _, may_stay = asked(sockets, sockets.voters)
    assert may_stay
    assert [plug.aborted for plug in voters] == [False, True, False]
    assert not staff.aborted
    _, may_stay = asked(sockets, sockets.staff)
    assert not may_stay, "the one place of staff is at work"


def test_places_are_given_back(sockets: Sockets) -> None:
    plug, _ = asked(sockets, sockets.staff)
    assert not asked(sockets, sockets.staff)[1]
    sockets.leave(plug)
    sockets.leave(plug)
    assert sockets.staff.taken == 1
    (other,) = opened(sockets)
    sockets.enter(other, sockets.voters)
    sockets.enter(other, sockets.staff)
    assert (sockets.voters.taken, sockets.staff.taken) == (0, 2)


def test_dripping_buys_no_time(sockets: Sockets, hand: Hand) -> None:
    plug, _ = asked(sockets, sockets.voters)
    for line, seconds in ((sockets.head, 10), (sockets.voters.body, 20)):
        sockets.move(plug, line)
        hand.now += seconds - 1
        sockets.move(plug, line)
        sweep(sockets, hand, 0)
        assert not plug.aborted
        hand.now += 2
        assert line.ends[plug] < hand.now
    sweep(sockets, hand, 0)
    assert plug.aborted


def test_whoever_still_fetches_an_answer_gets_longer(sockets: Sockets, hand: Hand) -> None:
    idle, fetching = asked(sockets, sockets.voters)[0], asked(sockets, sockets.voters)[0]
    fetching.left = 1
    for plug in (idle, fetching):
        sockets.move(plug, sockets.voters.idle)
    sweep(sockets, hand, 74)
    assert not idle.aborted
    sweep(sockets, hand, 2)
    assert (idle.aborted, fetching.aborted) == (True, False)
    sweep(sockets, hand, 301)
    assert fetching.aborted


def test_shortage_is_told_once_a_minute_in_numbers(
    sockets: Sockets, hand: Hand, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "manyidu")
    opened(sockets, 5)
    sweep(sockets, hand, 0)
    opened(sockets, 5)
    asked(sockets, sockets.staff)
    asked(sockets, sockets.staff)
    sweep(sockets, hand, 1)
    assert caplog.messages == ["sockets are short: 3 silent sockets closed to make room"]
    sweep(sockets, hand, 60)
    assert "requests turned away, every staff socket being at work" in caplog.messages[1]
    sweep(sockets, hand, 60)
    assert len(caplog.messages) == 2
