"""Bringing a database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

APP = Path(__file__).parents[1]
MIGRATIONS = next(folder for folder in (APP / "migrations", APP.parent / "migrations") if folder.is_dir())
"""Inside the package in a wheel, beside it in a checkout."""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply all migrations in one transaction."""
    with engine.begin() as connection:
        upgrade_on(connection, revision)


def upgrade_on(connection: Connection, revision: str = "head") -> None:
    """Apply all migrations in the transaction of this connection."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Undo migrations in one transaction."""
    with engine.begin() as connection:
        downgrade_on(connection, revision)


def downgrade_on(connection: Connection, revision: str = "base") -> None:
    """Undo migrations in the transaction of this connection."""
    config = _config()
    config.attributes["connection"] = connection
    command.downgrade(config, revision)


def current_revision(engine: Engine) -> str | None:
    """Return the revision the database stands at."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_current(engine: Engine) -> bool:
    """Whether the database stands at the newest schema."""
    return current_revision(engine) == ScriptDirectory.from_config(_config()).get_current_head()


def is_known(revision: object) -> bool:
    """Whether a revision is one that this program can upgrade from."""
    return revision in {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
