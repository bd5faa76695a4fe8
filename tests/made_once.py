"""What many tests begin with: made by the services once for each kind of database, and copied from there as it lies.

A copy takes a tenth of the making; stores of boxes are not copied. Where anything lies in a database already it is
made anew, for it may hang on that.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from app.core.db import Base, Database
from app.core.key_folder import KeyFolder
from app.core.scope import ROOT
from tests.kept import forget_results

Value = TypeVar("Value")
TABLES = [table for table in Base.metadata.sorted_tables if table.name != "office"]
OFFICES = sa.select(sa.literal("office")).where(
    sa.exists().where(sa.column("id") != ROOT).select_from(sa.table("office"))
)
"""Offices but the one that every installation has."""
FILLED = sa.union_all(
    OFFICES, *(sa.select(sa.literal(table.name)).where(sa.exists().select_from(table)) for table in TABLES)
)


@dataclass(frozen=True, slots=True)
class Copied:
    """What a maker returned, and what it left: rows by table, and files of the key folder by name."""

    value: Any
    rows: list[tuple[sa.Table, list[dict[str, Any]]]]
    files: dict[str, bytes]


_COPIES: dict[tuple[str, str, str], Copied] = {}


def made_once(database: Database, make: Callable[[Database], Value]) -> Value:
    """Make something that nobody changes but in a database; in an empty one, what was made before it is put there."""
    kind, folder = (database.engine.dialect.name, make.__module__, make.__qualname__), database.keys
    if not is_empty(database):
        return make(database)
    before, copied = files_of(folder), _COPIES.get(kind)
    if copied is None:
        value = make(database)
        new = {name: content for name, content in files_of(folder).items() if name not in before}
        _COPIES[kind] = Copied(value, rows_of(database), new)
        return value
    if not copied.files.keys().isdisjoint(before):
        return make(database)
    put(database, copied)
    found: Value = copied.value
    return found


def is_empty(database: Database) -> bool:
    """Whether nothing was ever written into an installation."""
    with database.engine.connect() as connection:
        return connection.scalars(FILLED).first() is None


def files_of(folder: KeyFolder) -> dict[str, bytes]:
    """Return the files of a key folder."""
    return {path.name: path.read_bytes() for path in folder.path.iterdir()}


def rows_of(database: Database) -> list[tuple[sa.Table, list[dict[str, Any]]]]:
    """Return all rows, table by table, in the order in which they can be put somewhere."""
    with database.engine.connect() as connection:
        found = [(table, connection.execute(sa.select(table)).mappings().all()) for table in TABLES]
    return [(table, [dict(row) for row in rows]) for table, rows in found if rows]


def put(database: Database, copied: Copied) -> None:
    """Put a copy into an empty installation; its results have the digests of others' copies, so none is kept."""
    forget_results()
    with database.engine.begin() as connection:
        for table, rows in copied.rows:
            connection.execute(sa.insert(table), rows)
    for name, content in copied.files.items():
        path = database.keys.path / name
        path.touch(mode=0o600)
        path.write_bytes(content)
