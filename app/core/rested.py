"""Connections to PostgreSQL that have rested in a pool: whether their server still serves them."""

from select import POLLIN, poll
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

if TYPE_CHECKING:
    import psycopg

BRIEFLY: Final = 1.0
"""Seconds of rest after which a server is asked in any case: one that lost its power has sent nothing."""
_SINCE: Final = "rested_since"


def ask_rested(engine: Engine) -> None:
    """Let an engine replace connections whose server is gone before they are used.

    Under load nobody asks: a server that ends has sent something, and without being asked it sends nothing else.
    """
    event.listen(engine, "checkin", _begin_rest)
    event.listen(engine, "checkout", _ask_first)


def _begin_rest(_connection: object, entry: ConnectionPoolEntry) -> None:
    entry.info[_SINCE] = monotonic()


def _ask_first(connection: "psycopg.Connection[Any]", entry: ConnectionPoolEntry, _proxy: object) -> None:
    now, arrived = monotonic(), poll()
    try:
        arrived.register(connection.fileno(), POLLIN)
        if now - entry.info.get(_SINCE, now) > BRIEFLY or arrived.poll(0):
            connection.execute("")
            connection.rollback()
    except connection.OperationalError as error:
        raise InvalidatePoolError from error
