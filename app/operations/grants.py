"""Rights of the database role under which ``serve --only booth`` runs: boxes to serve, and what anybody may read."""

from collections.abc import Sequence
from typing import Final

from psycopg import sql
from sqlalchemy import Connection, text

from app.ballots import reads, rights
from app.core.db import Database
from app.core.key_folder import SettingsError

READ: Final = (
    "alembic_version",
    "announcement",
    "box_root",
    "campaign",
    "campaign_copy",
    "campaign_form",
    "campaign_section",
    "group_leaves_out",
    "named_entry",
    "order_attempt",
    "plan",
    "remedial_action",
    "remedial_order",
    "result_release",
    "result_signature",
    "result_version",
    "round",
    "round_document",
    "section_object",
    "stage",
    "unit",
    "voter_group",
)
"""The tables behind the pages of voters and the public: papers, receipts, released results, what units promised."""
COUNTS: Final = "unknown_code_count"
"""How many unknown codes a minute had: the booth adds to it, and reads it for ``/healthz``."""
_ON_DESK: Final = (
    sql.SQL("GRANT CONNECT ON DATABASE {database} TO {role}"),
    sql.SQL("GRANT USAGE ON SCHEMA public TO {role}"),
    sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"),
    sql.SQL("GRANT SELECT ON {tables} TO {role}"),
    sql.SQL("GRANT SELECT, INSERT, UPDATE ON {counts} TO {role}"),
)
_ABOUT: Final = text(
    "SELECT rolsuper OR pg_has_role(rolname, current_user, 'MEMBER') FROM pg_roles WHERE rolname = :role"
)


def grant(database: Database, role: str, *, do: bool = True) -> list[str]:
    """Give a role what the booth needs and no more; return the statements, which are only told where ``do`` is False.

    Doing so again is right after every upgrade. SettingsError where there are no roles, no such one, or one that
    may do everything anyway.
    """
    if database.is_sqlite:
        message = "roles are PostgreSQL's: an embedded database has none (DATABASE_URL)"
        raise SettingsError(message)
    with database.engine.begin() as connection:
        return _grant(connection, database, role, do=do)


def _grant(connection: Connection, database: Database, role: str, *, do: bool = True) -> list[str]:
    _check(connection, role)
    told = [statement.as_string() for statement in _statements(connection, database, role)]
    for statement in told if do else ():
        connection.exec_driver_sql(statement)
    return told


def renew(connection: Connection, database: Database) -> None:
    """Give the roles that have served voters until now what the schema of this version asks for.

    In the transaction that makes the schema: were it cut off between the two, no start would do the rest.
    """
    for role in rights.booth_roles(connection):
        _grant(connection, database, role)


def _check(connection: Connection, role: str) -> None:
    may_everything = connection.execute(_ABOUT, {"role": role}).scalar_one_or_none()
    if may_everything is None:
        message = f"there is no role {role}: make it first, CREATE ROLE {role} LOGIN PASSWORD '…'"
        raise SettingsError(message)
    if may_everything:
        message = f"{role} may do all that the desk may: make a role of its own for the booth"
        raise SettingsError(message)


def _statements(connection: Connection, database: Database, role: str) -> Sequence[sql.Composed]:
    names = {
        "role": sql.Identifier(role),
        "database": sql.Identifier(str(connection.engine.url.database)),
        "tables": sql.SQL(", ").join(sql.Identifier("public", table) for table in READ),
        "counts": sql.Identifier("public", COUNTS),
    }
    on_desk = [each.format(**names) for each in _ON_DESK]
    return [*on_desk, rights.on_new_boxes(role), *rights.on_boxes(role, reads.schemas(database))]
