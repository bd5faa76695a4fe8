"""Connections to PostgreSQL that have rested in a pool: whether their server still serves them."""

from select import POLLIN, poll
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import InvalidatePoolError

if TYPE_CHECKING:
    import psycopg


def ask_first(connection: "psycopg.Connection[Any]", _entry: object, _proxy: object) -> None:
    """Ask a server that has sent something since its connection was used, most likely its end, whether it still serves.

    Without being asked for something it sends nothing else, so nobody has to ask at each turn.
    """
    arrived = poll()
    try:
        arrived.register(connection.fileno(), POLLIN)
        if arrived.poll(0):
            connection.execute("")
            connection.rollback()
    except connection.OperationalError as error:
        raise InvalidatePoolError from error
