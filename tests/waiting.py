"""Waiting for a condition with a bound."""

from collections.abc import Callable
from threading import Event, Thread
from time import monotonic

import sqlalchemy as sa

from app.core.db import Database


def wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Return once the condition holds; fail when it does not in time."""
    deadline, pause = monotonic() + seconds, Event()
    while not condition():
        assert monotonic() < deadline, "what was waited for did not come"
        pause.wait(0.05)


def held_up(database: Database, act: Callable[[], object]) -> Thread:
    """Begin to act in a thread on PostgreSQL, and return once it waits for a row that somebody else holds."""
    thread = Thread(target=act)
    thread.start()
    wait_until(lambda: waits_for_a_lock(database), 30)
    return thread


def waits_for_a_lock(database: Database) -> bool:
    """Whether somebody waits for what another holds on PostgreSQL."""
    with database.engine.connect() as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return bool(connection.scalar(sa.text(query)))
