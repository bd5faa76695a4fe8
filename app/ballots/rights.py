"""What a database role that serves voters alone may do to a box on PostgreSQL: spend codes, drop envelopes, count.

It reads no envelope, removes nothing and opens or closes no gate. Such a role is one that may use every schema the
desk makes: PostgreSQL keeps that itself, as a default privilege of the desk's role, so that no setting names it twice.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from psycopg import sql
from sqlalchemy import Connection, text

_ON_A_BOX: Final = (
    sql.SQL("GRANT USAGE ON SCHEMA {box} TO {role}"),
    sql.SQL("GRANT SELECT, UPDATE (counts) ON {box}.gate TO {role}"),
    sql.SQL("GRANT SELECT, UPDATE (state, tag) ON {box}.code TO {role}"),
    sql.SQL("GRANT SELECT (id), INSERT ON {box}.envelope TO {role}"),
)
_ON_NEW_BOXES: Final = sql.SQL("ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO {role}")
_ROLES: Final = text(
    """
    SELECT DISTINCT pg_get_userbyid(given.grantee)
    FROM pg_default_acl, aclexplode(defaclacl) AS given
    WHERE defaclobjtype = 'n' AND pg_get_userbyid(defaclrole) = current_user AND given.privilege_type = 'USAGE'
        AND given.grantee NOT IN (0, defaclrole)
    """
)


def booth_roles(connection: Connection) -> Sequence[str]:
    """Return the roles that serve voters alone; none on an embedded database."""
    return [] if connection.dialect.name == "sqlite" else sorted(connection.scalars(_ROLES))


def on_boxes(role: str, schemas: Iterable[str]) -> list[sql.Composed]:
    """Return the statements that let a role serve the boxes in these schemas."""
    names = {"role": sql.Identifier(role)}
    return [each.format(box=sql.Identifier(schema), **names) for schema in schemas for each in _ON_A_BOX]


def on_new_boxes(role: str) -> sql.Composed:
    """Return the statement by which each box that is made from now on is the role's to serve."""
    return _ON_NEW_BOXES.format(role=sql.Identifier(role))


def share(connection: Connection, schema: str) -> None:
    """Let all such roles serve a box that has just been made."""
    for role in booth_roles(connection):
        for statement in on_boxes(role, [schema]):
            connection.exec_driver_sql(statement.as_string())
