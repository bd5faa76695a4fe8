"""Loops that let others have their turn."""

import os
import sys
import threading
from datetime import datetime

from starlette.testclient import TestClient

from app.core.settings import Settings
from app.core.turns import AT_ONCE, NICENESS, SHORT_SECONDS, ShortTurns, give_way, in_turns
from app.main import build_api, wrap
from app.office.workshop import Workshop
from tests.conftest import BASE_URL, MORNING


def test_it_works() -> None:
    assert list(in_turns(range(3 * AT_ONCE + 1))) == list(range(3 * AT_ONCE + 1))
    assert list(in_turns([], 1)) == []


def test_other_threads_go_on_meanwhile() -> None:
    """The other thread is let in at each pause, however long the interpreter would keep it out by itself."""
    told, begun = list[int](), threading.Event()

    def count() -> None:
        begun.set()
        for number in in_turns(range(200), 1):
            told.append(number)

    other = threading.Thread(target=count)
    other.start()
    begun.wait(30)
    seen = {len(told) for _ in in_turns(range(200), 1)}
    other.join(30)
    assert len(seen) > 2


def test_turns_are_short_while_somebody_is_within() -> None:
    before, turns = sys.getswitchinterval(), ShortTurns()
    with turns:
        with turns:
            assert sys.getswitchinterval() == SHORT_SECONDS
        assert sys.getswitchinterval() == SHORT_SECONDS
    assert sys.getswitchinterval() == before


def test_they_are_short_beside_pages_of_staff_and_long_for_casts(settings: Settings, workshop: Workshop) -> None:
    noted: set[float] = set()

    def clock() -> datetime:
        noted.add(sys.getswitchinterval())
        return MORNING

    app = wrap(build_api(settings, clock, workshop=workshop), settings)
    with TestClient(app, base_url=BASE_URL, headers={"origin": BASE_URL}) as client:
        client.post("/login", data={"login": "nobody", "password": "wrong"})
        assert SHORT_SECONDS in noted
        noted.clear()
        client.post("/v/paper", data={"code": "0000-0000-0000-0"})
        assert noted
        assert SHORT_SECONDS not in noted


def test_a_thread_gives_way_by_itself() -> None:
    own, seen = os.getpriority(os.PRIO_PROCESS, threading.get_native_id()), list[int]()

    def run() -> None:
        give_way()
        seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    other = threading.Thread(target=run)
    other.start()
    other.join(30)
    assert seen == [max(own, NICENESS)]
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == own
