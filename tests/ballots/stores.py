"""A box store of its own, without a desk: what a test of the ballots package starts from."""

import sqlite3
from contextlib import closing

from app.ballots import service, store
from app.ballots.domain import GateState
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.secrets import new_id, token_bytes

PAPER = ('{"title": "第一轮"}', "ab" * 32)
GROUPS = ("residents", "staff")


def make_store(database: Database, folder: KeyFolder, codes: int = 5) -> tuple[str, dict[str, list[bytes]]]:
    """Make an open box with so many live codes per group; return the round's id and the codes' hashes by group."""
    round_id = new_id()
    service.create(database, round_id, PAPER, GROUPS)
    hashes = {group: [token_bytes(32) for _ in range(codes)] for group in GROUPS}
    batches = [service.Batch(f"b-{group}", group, found) for group, found in hashes.items()]
    service.issue(database, folder, round_id, batches)
    assert service.change(database, round_id, service.Change("i1", "", GateState.OPEN, None, bytes(32)))
    return round_id, hashes


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
