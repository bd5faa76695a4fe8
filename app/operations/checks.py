"""``manyidu check``: what an administrator wants to know before a meeting."""

from collections.abc import Iterator

from app.audit.service import check_chain
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.operations.server import check_engine, open_database


def run_checks(settings: Settings) -> Iterator[str]:
    """Yield a line per check that passed; SettingsError or DomainError ``audit_broken`` at the first that does not."""
    with open_database(settings) as database:
        yield "schema: current"
        check_engine(database.engine)
        yield f"database: durable ({database.engine.dialect.name})"
        with database.reading() as session:
            found = check_chain(session)
    folder = KeyFolder(settings.data / "keys")
    folder.pepper()
    folder.form_secret()
    folder.receipt_key()
    yield f"key folder: private, {len(folder.parts())} sealed box(es)"
    if found.broken_at is not None:
        raise DomainError("audit_broken")
    yield f"audit log: {found.entries} entries, head {found.head}"
