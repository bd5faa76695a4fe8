"""Runs migrations on a connection handed in by ``app.core.migrate``, or on the configured database."""

from alembic import context
from sqlalchemy import Connection

import app.schema  # noqa: F401 - fills Base.metadata
from app.core.db import Base, make_engine
from app.core.settings import Settings

LOCK_TIMEOUT = "10s"
STATEMENT_TIMEOUT = "10min"


def _run(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(1835101793)")
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
    context.run_migrations()


def _main() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        _run(given)
        return
    engine = make_engine(Settings().sqlalchemy_url)
    with engine.begin() as connection:
        _run(connection)
    engine.dispose()


_main()
