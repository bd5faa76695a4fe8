"""The sealed envelopes of a round as the opening reads them, and their end."""

from collections.abc import Iterator, Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.box.models import Envelope
from app.core.db import Database

PAGE_ROWS = 1_000
Row = tuple[bytes, str, bytes]
"""Id, group id and sealed bytes."""


def pages(database: Database, round_id: str) -> Iterator[Sequence[Row]]:
    """Yield the envelopes page by page, so that no reader holds the database for long."""
    last = b""
    while rows := _page(database, round_id, last):
        yield rows
        last = rows[-1][0]


def _page(database: Database, round_id: str, after: bytes) -> Sequence[Row]:
    query = (
        select(Envelope.id, Envelope.group_id, Envelope.sealed)
        .where(Envelope.round_id == round_id, Envelope.id > after)
        .order_by(Envelope.id)
        .limit(PAGE_ROWS)
    )
    with database.reading() as session:
        return [(row.id, row.group_id, row.sealed) for row in session.execute(query)]


def empty(session: Session, round_id: str) -> None:
    """Delete the envelopes, in the transaction that stores the stacks."""
    session.execute(delete(Envelope).where(Envelope.round_id == round_id))
