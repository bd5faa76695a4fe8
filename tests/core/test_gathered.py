"""What waits together is done together, and everybody hears his own answer."""

import asyncio
import logging
from collections.abc import Sequence
from threading import Event

import pytest

from app.core import gathered
from app.core.errors import DomainError
from app.core.gathered import Gathered
from app.core.watch import Pulse


class Doubling:
    """Doubles numbers once it may go on, refuses odd ones, breaks on negative ones, and counts its batches."""

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.has_begun, self.may_go_on = Event(), Event()

    def __call__(self, asked: Sequence[int]) -> Sequence[int | DomainError]:
        self.batches.append(len(asked))
        self.has_begun.set()
        assert self.may_go_on.wait(20)
        if min(asked) < 0:
            raise ValueError(asked)
        return [DomainError("odd") if number % 2 else 2 * number for number in asked]


def test_it_works() -> None:
    work = Doubling()
    work.may_go_on.set()
    questions: Gathered[int, int] = Gathered("doubling", work)

    async def hall() -> list[int]:
        return await asyncio.gather(*(questions.ask(number) for number in range(0, 100, 2)))

    assert asyncio.run(hall()) == list(range(0, 200, 4))
    assert work.batches == [50]
    questions.close()


def test_what_comes_while_it_works_is_the_next_batch() -> None:
    work = Doubling()
    questions: Gathered[int, int] = Gathered("doubling", work)

    async def hall() -> list[int]:
        first = asyncio.create_task(questions.ask(0))
        await asyncio.to_thread(work.has_begun.wait, 20)
        others = [asyncio.create_task(questions.ask(number)) for number in (2, 4, 6)]
        await asyncio.sleep(0)
        work.may_go_on.set()
        return await asyncio.gather(first, *others)

    assert asyncio.run(hall()) == [0, 4, 8, 12]
    assert work.batches[0] == 1
    assert sum(work.batches) == 4
    questions.close()


def test_a_refusal_is_for_the_one_who_asked() -> None:
    work = Doubling()
    work.may_go_on.set()
    questions: Gathered[int, int] = Gathered("doubling", work)

    async def hall() -> list[int | BaseException]:
        return await asyncio.gather(*(questions.ask(number) for number in (1, 2)), return_exceptions=True)

    refused, answer = asyncio.run(hall())
    assert isinstance(refused, DomainError)
    assert (refused.code, answer) == ("odd", 4)
    questions.close()


def test_work_that_breaks_says_busy_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    work = Doubling()
    work.may_go_on.set()
    questions: Gathered[int, int] = Gathered("doubling", work)
    with caplog.at_level(logging.ERROR), pytest.raises(DomainError, match="busy"):
        asyncio.run(questions.ask(-42))
    assert "ValueError" in caplog.text
    assert "42" not in caplog.text
    assert asyncio.run(questions.ask(4)) == 8
    questions.close()


def test_work_that_is_stuck_is_missed_and_what_broke_is_told_until_it_goes_well() -> None:
    """Else no voter gets a paper, and whoever watches the service hears that all is well."""
    seconds, work = [0.0], Doubling()
    questions: Gathered[int, int] = Gathered("doubling", work)
    questions.pulse = Pulse("doubling", 30.0, lambda: seconds[0])
    assert not questions.pulse.stands_still

    async def hall() -> None:
        stuck = asyncio.create_task(questions.ask(2))
        await asyncio.to_thread(work.has_begun.wait, 20)
        seconds[0] = 31.0
        assert questions.pulse.stands_still
        work.may_go_on.set()
        assert await stuck == 4
        with pytest.raises(DomainError, match="busy"):
            await questions.ask(-1)
        assert questions.pulse.last_error == "ValueError"
        await questions.ask(2)

    asyncio.run(hall())
    questions.close()
    assert (questions.pulse.stands_still, questions.pulse.last_error) == (False, "")


def test_it_refuses_more_than_can_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathered, "MAX_WAITING", 0)
    with pytest.raises(DomainError, match="busy"):
        asyncio.run(Gathered("doubling", Doubling()).ask(2))
