"""Who holds connections, and who is refused to compute meanwhile."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from typing import TypeVar

import pytest
from sqlalchemy import Connection

from app.core.db import Database
from app.core.holding import begin_request, hold_nothing

Result = TypeVar("Result")


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    """One thread of a pool, which serves one request after the other."""
    with ThreadPoolExecutor(1) as one:
        yield one


def request() -> Context:
    """Return the context of a new request."""
    context = copy_context()
    context.run(begin_request)
    return context


def in_a_copy(context: Context, thread: ThreadPoolExecutor, act: Callable[[], Result]) -> Result:
    """Do something in a thread, as the server does: in a copy of the request's context."""
    return thread.submit(context.run(copy_context).run, act).result(timeout=30)


def refused(act: Callable[[], None]) -> bool:
    try:
        act()
    except RuntimeError:
        return True
    return False


def compute() -> None:
    hold_nothing("computing")


def test_a_thread_that_went_on_to_the_next_request_holds_nothing_of_it(
    database: Database, thread: ThreadPoolExecutor
) -> None:
    first, second = request(), request()
    taken: Connection = in_a_copy(first, thread, database.engine.connect)
    try:
        assert not refused(lambda: in_a_copy(second, thread, compute))
        with ThreadPoolExecutor(1) as other:
            assert refused(lambda: in_a_copy(first, other, compute)), "the first request holds it in every thread"
    finally:
        in_a_copy(second, thread, taken.close)
    assert not refused(lambda: in_a_copy(first, thread, compute))


def test_outside_of_requests_a_thread_is_the_holder(database: Database, thread: ThreadPoolExecutor) -> None:
    with database.engine.connect():
        assert refused(compute)
        assert not refused(lambda: thread.submit(compute).result(timeout=30))
    compute()
