"""A box store of its own, without a desk: what a test of the ballots package starts from."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import update

from app.ballots import reads, service, store
from app.ballots.domain import GateState, envelope_id, pack_counts
from app.ballots.models import GATE
from app.ballots.slot import Cast, Slot
from app.ballots.tags import tags_of
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.secrets import new_id, token_bytes

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
_TEXT = '{"title": "第一轮"}'
PAPER = (_TEXT, sha256(_TEXT.encode()).hexdigest())
GROUPS = ("residents", "staff")


def make_store(database: Database, folder: KeyFolder, codes: int = 5) -> tuple[str, dict[str, list[bytes]]]:
    """Make an open box with so many live codes per group; return the round's id and the codes' hashes by group."""
    round_id = new_id()
    service.create(database, folder, round_id, PAPER, GROUPS)
    hashes = {group: [token_bytes(32) for _ in range(codes)] for group in GROUPS}
    batches = [service.Batch(f"b-{group}", group, found) for group, found in hashes.items()]
    service.issue(database, folder, round_id, batches)
    assert service.change(database, folder, round_id, service.Change("i1", "", GateState.OPEN, None, bytes(32)))
    return round_id, hashes


def make_casts(group: str, hashes: Sequence[bytes]) -> list[Cast]:
    """Return a cast of random bytes for each code."""
    sealed = [token_bytes(100) for _ in hashes]
    return [Cast(digest, group, envelope_id(one), one) for digest, one in zip(hashes, sealed, strict=True)]


def fill(database: Database, folder: KeyFolder, round_id: str, hashes: Mapping[str, Sequence[bytes]]) -> None:
    """Cast with the first two codes of each group."""
    slot = Slot(database, folder.tag_secret(), round_id)
    casts = [cast for group, found in hashes.items() for cast in make_casts(group, found[:2])]
    assert slot.drop(casts, NOON) == [""] * len(casts)
    slot.close()


def sealed_in(database: Database, round_id: str) -> list[reads.SealedEnvelope]:
    """Return the envelopes in a box; none where there is no box."""
    if round_id not in reads.round_ids(database):
        return []
    return [envelope for rows in reads.envelopes(database, round_id) for envelope in rows]


def set_gate(database: Database, round_id: str, **values: object) -> None:
    """Set the gate behind the back of its service, rightly tagged."""
    with store.writing(database, round_id) as connection:
        gate = service._held(connection)
        service._set(connection, tags_of(database.keys, round_id), gate, values)


def change_counts(database: Database, round_id: str, group: str, *, proved: bool, **more: int) -> None:
    """Add to the counts of a group at the gate: as who has the key folder would, or as who has only SQL."""
    counts = reads.counts(database, round_id)
    packed = pack_counts(list(counts), {**counts, group: counts[group].plus(**more)})
    if proved:
        set_gate(database, round_id, counts=packed)
        return
    with store.writing(database, round_id) as connection:
        connection.execute(update(GATE).values(counts=packed))


def by_hand(database: Database, round_id: str, *statements: str) -> None:
    """Do what an administrator of the database can do: run SQL in the box, past the product."""
    if database.is_sqlite:
        with closing(sqlite3.connect(store.file_of(database, round_id))) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()
        return
    with database.aside.begin() as connection:
        connection.exec_driver_sql(f"SET LOCAL search_path = {store.schema_of(round_id)}")
        for statement in statements:
            connection.exec_driver_sql(statement)


def literal(database: Database, value: bytes) -> str:
    """Return bytes as the database writes them."""
    return f"x'{value.hex()}'" if database.is_sqlite else f"'\\x{value.hex()}'::bytea"
