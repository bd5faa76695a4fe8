"""Migrating an installation, but never under an open round (SEC-70)."""

import sqlalchemy as sa

from app.core import migrate
from app.core.db import Database
from app.core.key_folder import SettingsError
from app.core.settings import Settings
from app.operations.restore import check_not_cut_off
from app.operations.server import open_database
from app.rounds.domain import RoundState


def _has_open_round(engine: sa.Engine) -> bool:
    if not sa.inspect(engine).has_table("round"):
        return False
    with engine.connect() as connection:
        count = connection.execute(
            sa.text("SELECT count(*) FROM round WHERE state IN (:open, :sealed)"),
            {"open": RoundState.OPEN.value, "sealed": RoundState.SEALED.value},
        )
        return bool(count.scalar())


def bring_up_to_date(settings: Settings) -> None:
    """Apply what migrations are missing; SettingsError when there are some and a round is open or sealed.

    DomainError ``restore_under_way`` or ``restore_cut_off``: nothing is made in an installation that is half restored.
    """
    with open_database(settings, migrated=False) as database:
        check_not_cut_off(database, settings.data)
        if migrate.is_current(database.engine):
            return
        if _has_open_round(database.engine):
            message = "a round is open or sealed: finish it with the old version before the schema is changed"
            raise SettingsError(message)
        with database.engine.begin() as connection:
            migrate.upgrade_on(connection)
            _renew_grants(connection, database)


def _renew_grants(connection: sa.Connection, database: Database) -> None:
    """Let a database role that serves voters go on; an embedded database has none."""
    if database.is_sqlite:
        return
    from app.operations.grants import renew  # noqa: PLC0415 - as in ``connect_postgresql``

    renew(connection, database)
