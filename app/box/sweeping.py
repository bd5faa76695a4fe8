"""Getting rid of what databases keep of deleted envelopes, and of server parts that nobody needs any more."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.rounds.domain import RoundState
from app.rounds.reads import all_rounds

OVER = frozenset({RoundState.COUNTED, RoundState.PUBLISHED, RoundState.ARCHIVED, RoundState.VOID})
LOCK_WAIT = "SET lock_timeout = '10s'"


def sweep(database: Database) -> None:
    """Rewrite the tables, so that neither old bytes nor the order in which rows came remain."""
    if database.is_sqlite:
        _vacuum_sqlite(database)
        return
    with database.reading() as session:
        # A full vacuum locks the table for as long as it rewrites it, and a round that is open casts into it.
        full = "" if any(row.state is RoundState.OPEN for row in all_rounds(session)) else "FULL "
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(LOCK_WAIT)
        for table in ("envelope", "slip_code"):
            connection.exec_driver_sql(f"VACUUM {full}{table}")
        connection.exec_driver_sql("RESET lock_timeout")


def _vacuum_sqlite(database: Database) -> None:
    """Use a plain connection, because SQLite vacuums outside transactions only and SQLAlchemy begins one."""
    connection = database.engine.raw_connection()
    try:
        cursor = connection.cursor()
        for statement in ("PRAGMA query_only=0", "VACUUM"):
            cursor.execute(statement)
        cursor.close()
    finally:
        connection.close()


def recover(database: Database, folder: KeyFolder) -> None:
    """Finish what a crash right after an opening left: server parts of finished rounds, bytes of deleted envelopes.

    Parts of rounds that this database does not know are kept: it may be the wrong database.
    """
    with database.reading() as session:
        over = {row.id for row in all_rounds(session) if row.state in OVER}
        dirty = _keeps_deleted(session, sqlite=database.is_sqlite)
    leftover = folder.parts() & over
    for round_id in leftover:
        folder.destroy_part(round_id)
    if leftover or dirty:
        sweep(database)


def _keeps_deleted(session: Session, *, sqlite: bool) -> bool:
    if sqlite:
        return bool(session.scalar(text("PRAGMA freelist_count")))
    query = "SELECT pg_relation_size('envelope') > 0 AND NOT EXISTS (SELECT FROM envelope)"
    return bool(session.scalar(text(query)))
