"""Bringing a database to the newest schema.

Alembic is loaded where something is migrated: a start only compares two names.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

if TYPE_CHECKING:
    from alembic.config import Config

APP = Path(__file__).parents[1]
MIGRATIONS = next(folder for folder in (APP / "migrations", APP.parent / "migrations") if folder.is_dir())
"""Inside the package in a wheel, beside it in a checkout."""


_NAMED: Final = re.compile(r'^(down_)?revision\b[^=]*= (?:"(\w+)"|None)$', re.MULTILINE)


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - see above

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
    from alembic import command  # noqa: PLC0415

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Undo migrations in one transaction."""
    with engine.begin() as connection:
        downgrade_on(connection, revision)


def downgrade_on(connection: Connection, revision: str = "base") -> None:
    """Undo migrations in the transaction of this connection."""
    from alembic import command  # noqa: PLC0415

    config = _config()
    config.attributes["connection"] = connection
    command.downgrade(config, revision)


def current_revision(engine: Engine) -> str | None:
    """Return the revision the database stands at; None for an empty one."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _revisions() -> tuple[set[str], set[str]]:
    """Return the revisions that the files name, and those that another one follows."""
    found = [_NAMED.findall(path.read_text("utf-8")) for path in sorted((MIGRATIONS / "versions").glob("*.py"))]
    named = [each for file in found for each in file]
    return {name for down, name in named if not down}, {name for down, name in named if down and name}


def head() -> str:
    """Return the newest revision."""
    revisions, followed = _revisions()
    (newest,) = revisions - followed
    return newest


def is_current(engine: Engine) -> bool:
    """Whether the database stands at the newest schema."""
    return current_revision(engine) == head()


def is_known(revision: object) -> bool:
    """Whether a revision is one that this program can upgrade from."""
    return revision in _revisions()[0]
