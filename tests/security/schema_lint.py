"""Looks for anything in a ballot-side table that could tell a time, an order or a person (SEC-06)."""

import re
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy import Connection, Table
from sqlalchemy.types import Integer, LargeBinary, Text

TYPES = (Integer, Text, LargeBinary)
LIVE_TYPES = {"sqlite": {"INTEGER", "TEXT", "BLOB"}, "postgresql": {"integer", "text", "bytea"}}
NAMES = re.compile(
    r"(^|_)(ip|addr|address|host|port|user|agent|staff|person|actor|by|name|phone|device|request|session|token|code"
    r"|time|date|at|when|day|hour|seq|sequence|serial|number|no|order|position|rank|created|updated|modified|received)($|_)"
)
POSTGRESQL_COLUMNS = sa.text(
    "SELECT column_name, data_type, column_default, is_identity, is_generated FROM information_schema.columns"
    " WHERE table_schema = current_schema() AND table_name = :name"
)
POSTGRESQL_TRIGGERS = sa.text(
    "SELECT tgname FROM pg_trigger WHERE tgrelid = CAST(:name AS regclass) AND NOT tgisinternal"
)
POSTGRESQL_KEYS = sa.text(
    "SELECT conname FROM pg_constraint WHERE contype = 'f' AND conrelid = CAST(:name AS regclass)"
)


def model_problems(table: Table) -> Iterator[str]:
    """Yield what is wrong with a table of the models."""
    options = table.dialect_options["sqlite"]
    if not options.get("strict") or options.get("with_rowid") is not False:
        yield f"{table.name}: must be STRICT and WITHOUT ROWID"
    if table.foreign_keys:
        yield f"{table.name}: has a foreign key"
    for column in table.columns:
        place = f"{table.name}.{column.name}"
        if type(column.type) not in TYPES:
            yield f"{place}: type {type(column.type).__name__}"
        if NAMES.search(column.name):
            yield f"{place}: name"
        if column.default is not None or column.server_default is not None or column.identity is not None:
            yield f"{place}: is filled in by itself"
        if column.autoincrement is True or column.computed is not None:
            yield f"{place}: counts or is computed"


def live_problems(connection: Connection, name: str) -> Iterator[str]:
    """Yield what is wrong with a table as the database has it."""
    if connection.dialect.name == "sqlite":
        yield from _sqlite_problems(connection, name)
    else:
        yield from _postgresql_problems(connection, name)


def _sqlite_problems(connection: Connection, name: str) -> Iterator[str]:
    listed = connection.exec_driver_sql(f'PRAGMA table_list("{name}")').mappings().one()
    if not listed["wr"] or not listed["strict"]:
        yield f"{name}: must be STRICT and WITHOUT ROWID"
    if connection.exec_driver_sql(f'PRAGMA foreign_key_list("{name}")').first():
        yield f"{name}: has a foreign key"
    for column in connection.exec_driver_sql(f'PRAGMA table_xinfo("{name}")').mappings():
        if column["type"] not in LIVE_TYPES["sqlite"]:
            yield f"{name}.{column['name']}: type {column['type']}"
        if column["dflt_value"] is not None or column["hidden"]:
            yield f"{name}.{column['name']}: is filled in by itself"
        if NAMES.search(column["name"]):
            yield f"{name}.{column['name']}: name"
    triggers = sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :name")
    for trigger in connection.scalars(triggers, {"name": name}):
        yield f"{name}: trigger {trigger}"


def _postgresql_problems(connection: Connection, name: str) -> Iterator[str]:
    for column, kind, default, identity, generated in connection.execute(POSTGRESQL_COLUMNS, {"name": name}):
        if kind not in LIVE_TYPES["postgresql"]:
            yield f"{name}.{column}: type {kind}"
        if default is not None or identity != "NO" or generated != "NEVER":
            yield f"{name}.{column}: is filled in by itself"
        if NAMES.search(column):
            yield f"{name}.{column}: name"
    for key in connection.scalars(POSTGRESQL_KEYS, {"name": name}):
        yield f"{name}: has a foreign key {key}"
    for trigger in connection.scalars(POSTGRESQL_TRIGGERS, {"name": name}):
        yield f"{name}: trigger {trigger}"
