"""Loops that let others have their turn."""

import threading

from app.core.turns import AT_ONCE, in_turns


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
