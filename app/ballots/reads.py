"""What a box tells: its gate, its envelopes page by page, and whether all of its tags are right."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, func, select
from sqlalchemy.sql import Executable

from app.ballots import store
from app.ballots.domain import FORMAT, Count, Gate, GateState, unpack_counts
from app.ballots.models import ENVELOPE, GATE, TAGGED
from app.ballots.tags import Tags, tags_of
from app.core.db import Database
from app.core.errors import DomainError

PAGE_ROWS = 1_000
ID_ROWS = 10_000
_GATE = select(GATE)
_ENVELOPES = (
    select(ENVELOPE.c.id, ENVELOPE.c.group_id, ENVELOPE.c.sealed, ENVELOPE.c.tag)
    .where(ENVELOPE.c.id > bindparam("after"))
    .order_by(ENVELOPE.c.id)
    .limit(PAGE_ROWS)
)
_IDS = select(ENVELOPE.c.id).where(ENVELOPE.c.id > bindparam("after")).order_by(ENVELOPE.c.id).limit(ID_ROWS)


class SealedEnvelope(NamedTuple):
    """An envelope as it lies in the box."""

    id: bytes
    group_id: str
    sealed: bytes
    tag: bytes


def when(moment: datetime | None) -> str:
    """Return a time as a gate keeps it: ISO 8601 in UTC, empty for none."""
    return "" if moment is None else moment.astimezone(UTC).isoformat()


def moment(text: str) -> datetime | None:
    """Return the time that ``when`` wrote."""
    return datetime.fromisoformat(text) if text else None


def round_ids(database: Database) -> frozenset[str]:
    """Return the ids of the rounds that have a box."""
    return store.round_ids(database)


def schemas(database: Database) -> list[str]:
    """Return the PostgreSQL schemas of all boxes."""
    return [store.schema_of(round_id) for round_id in sorted(store.round_ids(database))]


def gate(database: Database, round_id: str) -> Gate:
    """Return the gate of a round's box.

    DomainError ``box_missing``, ``box_other_format``, or ``gate_tampered`` if somebody without the key folder set it.
    """
    row = _row(database, round_id)
    if not is_right(tags_of(database.keys, round_id), row):
        raise DomainError("gate_tampered")
    return _gate(row)


def is_right(tags: Tags, row: Row[Any]) -> bool:
    """Whether a whole row of a gate is as it was written, its paper included."""
    kept = row._mapping  # noqa: SLF001 - its public name
    if sha256(kept["paper"].encode()).hexdigest() != kept["paper_hash"]:
        return False
    return tags.is_gate(kept["tag"], [kept[column.name] for column in TAGGED])


def _row(database: Database, round_id: str) -> Row[Any]:
    with store.reading(database, round_id) as connection:
        row = connection.execute(_GATE).one_or_none()
    if row is None:
        raise DomainError("box_missing")
    if row.format != FORMAT:
        raise DomainError("box_other_format", found=row.format, known=FORMAT)
    return row


def last_act(database: Database, round_id: str) -> str | None:
    """Return the id of the last act on a gate, whoever wrote it; None where there is no box."""
    try:
        return str(_row(database, round_id).intent)
    except DomainError as error:
        if error.code != "box_missing":
            raise
        return None


def find_gate(database: Database, round_id: str) -> Gate | None:
    """Return the gate of a round's box, or None where there is none; DomainError as ``gate`` otherwise."""
    try:
        return gate(database, round_id)
    except DomainError as error:
        if error.code != "box_missing":
            raise
        return None


def _gate(row: Row[Any]) -> Gate:
    kept = row._mapping  # noqa: SLF001 - its public name
    return Gate(
        round_id=kept["round_id"],
        state=GateState(kept["state"]),
        closes_at=moment(kept["closes_at"]),
        intent=kept["intent"],
        public_key=kept["public_key"],
        paper=kept["paper"],
        paper_hash=kept["paper_hash"],
        counts=_counts(row),
    )


def _counts(row: Row[Any]) -> dict[str, Count]:
    return unpack_counts(json.loads(row.groups), row.counts)


def counts(database: Database, round_id: str) -> dict[str, Count]:
    """Return the counts of every voter group, which nothing proves before the box is opened; none without a box."""
    try:
        return _counts(_row(database, round_id))
    except DomainError as error:
        if error.code != "box_missing":
            raise
        return {}


def envelopes(database: Database, round_id: str) -> Iterator[Sequence[SealedEnvelope]]:
    """Yield the sealed envelopes in the order of their ids, a page at a time, so that no reader holds the box for long.

    DomainError ``box_missing``.
    """
    last = b""
    while rows := page(database, round_id, _ENVELOPES, last):
        yield [SealedEnvelope(*row) for row in rows]
        last = rows[-1][0]


def ids(database: Database, round_id: str) -> list[bytes]:
    """Return the ids of all envelopes, sorted; DomainError ``box_missing``."""
    found: list[bytes] = []
    while rows := page(database, round_id, _IDS, found[-1] if found else b""):
        found += [row[0] for row in rows]
    return sorted(found)


def page(database: Database, round_id: str, query: Executable, after: bytes) -> Sequence[Any]:
    """Return the rows of a query that asks for those after a key; DomainError ``box_missing``."""
    with store.reading(database, round_id) as connection:
        return connection.execute(query, {"after": after}).all()


def has_receipt(database: Database, round_id: str, prefix: bytes) -> bool:
    """Whether an envelope lies in the box whose id begins so; not where there is no box."""
    low, high = prefix + bytes(16 - len(prefix)), prefix + b"\xff" * (16 - len(prefix))
    found = select(func.count()).where(ENVELOPE.c.id.between(low, high))
    try:
        with store.reading(database, round_id) as connection:
            return bool(connection.scalar(found))
    except DomainError:
        return False
