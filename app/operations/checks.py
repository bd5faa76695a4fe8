"""``manyidu check``: what an administrator wants to know before a meeting."""

from collections.abc import Iterator

from app.audit.service import check_chain
from app.ballots import reads as ballots
from app.box.ceremony import check_tags
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.core.signing import public_half
from app.operations.server import check_engine, open_database
from app.rounds.domain import RoundState
from app.rounds.reads import all_rounds, frozen_paper


def run_checks(settings: Settings) -> Iterator[str]:
    """Yield a line per check that passed, or a warning.

    SettingsError, or DomainError ``box_tampered`` or ``audit_broken``, at the first that did not pass.
    """
    folder = KeyFolder(settings.data / "keys")
    with open_database(settings) as database:
        yield "schema: current"
        check_engine(database.engine)
        yield f"database: durable ({database.engine.dialect.name})"
        with database.reading() as session:
            found = check_chain(session)
        yield from _boxes(database, folder)
    folder.pepper()
    folder.form_secret()
    folder.tag_secret()
    yield f"signing key: public half {public_half(folder.signing_key()).hex()}"
    yield f"key folder: private, {len(folder.parts())} sealed box(es)"
    if found.broken_at is not None:
        raise DomainError("audit_broken")
    yield f"audit log: {found.entries} entries, head {found.head}"


def _boxes(database: Database, folder: KeyFolder) -> Iterator[str]:
    """Check every tag of every sealed box, and whether the order of casts is being archived (SEC-75, SEC-87)."""
    with database.reading() as session:
        known = {row.id: row for row in all_rounds(session)}
        papers = {row.id: frozen_paper(session, row.id)[0] for row in known.values() if row.state is RoundState.SEALED}
    boxes = ballots.round_ids(database)
    for round_id in sorted(boxes & papers.keys()):
        check_tags(database, folder, papers[round_id])
    yield f"boxes: {len(boxes)}, {len(boxes & papers.keys())} of them sealed with every tag right"
    if strangers := boxes - known.keys():
        yield f"warning: {len(strangers)} box(es) of rounds that this database does not know"
    if any(row.state is RoundState.OPEN for row in known.values()) and _archives(database):
        yield "warning: the WAL is archived while a round is open; it keeps the order of casts: switch archive_mode off"


def _archives(database: Database) -> bool:
    if database.is_sqlite:
        return False
    with database.engine.connect() as connection:
        return connection.exec_driver_sql("SHOW archive_mode").scalar() != "off"
