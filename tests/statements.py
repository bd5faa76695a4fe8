"""What is asked of a database: by one session, or by all that answers requests."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

BEGINS = ("BEGIN", "SET TRANSACTION", "PRAGMA query_only")
"""What begins a transaction, which asks nothing; whether a connection is told anew that it may not write hangs on who
had it before."""
OTHERS = {"schedule", "shelf"}
"""Threads that ask for themselves, whoever reads a page meanwhile."""


@contextmanager
def listening(target: object, note: Callable[[sa.Connection, str, Any], None]) -> Iterator[None]:
    """Have ``note`` told of every statement that ``target`` sends meanwhile: connection, text and values."""

    def tell(connection: sa.Connection, _cursor: object, statement: str, values: object, *_rest: object) -> None:
        note(connection, statement, values)

    sa.event.listen(target, "before_cursor_execute", tell)
    try:
        yield
    finally:
        sa.event.remove(target, "before_cursor_execute", tell)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Yield what is asked meanwhile of any database for the sake of requests; to begin a transaction asks nothing.

    One statement for many rows is one.
    """
    asked: list[str] = []

    def note(_connection: object, statement: str, _values: object) -> None:
        if threading.current_thread().name not in OTHERS and not statement.startswith(BEGINS):
            asked.append(statement)

    with listening(sa.Engine, note):
        yield asked


@contextmanager
def sent(session: Session) -> Iterator[list[str]]:
    """Yield what is asked meanwhile after ``session`` has sent what it held back; no other one is at work."""
    session.connection()
    with statements() as asked:
        yield asked
