"""Backup of an installation, at any hour: the desk, never a box (SEC-86).

The key folder's server parts and its tag secret never go along: paper shares and an old backup together must open
nothing (SEC-17), and no slip printed before a restore is worth anything after it.
"""

import hashlib
import json
import shutil
import tarfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from app.core.db import Base, Database
from app.core.durable import put_in_place
from app.core.key_folder import EARLIER_SIGNED, KeyFolder
from app.core.migrate import current_revision
from app.operations.scratch import clear_left, passing
from app.rectification.ledger.attachments import FOLDER

FORMAT = 2
"""Backups of format 1, which the first releases wrote, have neither a time nor digests of their files."""
ABOUT = "about.json"
SECRETS = ("pepper", "form-secret", "receipt-key", "signing-key", "factor-secret", EARLIER_SIGNED)
PREFIX = "secret-"
PASSING = frozenset({"job", "opening_job", "opening_share", "round_gone", "round_intent"})
"""Tables of what is under way in this very moment: after a restore nothing of it is."""
ROWS_AT_ONCE = 500


def back_up(database: Database, folder: KeyFolder, target: Path, now: datetime) -> None:
    """Write a .tar.gz of the desk's tables, attachments and the lasting secrets, as they are in one moment."""
    clear_left(folder.path.parent, now)
    with passing(target.resolve().parent, now) as scratch:
        place, draft = scratch / "content", scratch / "backup.tar.gz"
        place.mkdir()
        revision = current_revision(database.engine)
        _write_tables(database, place)
        _copy_files(folder, place)
        about = {"format": FORMAT, "revision": revision, "made_at": now.isoformat(), "files": digests(place)}
        (place / ABOUT).write_text(json.dumps(about), "utf-8")
        with tarfile.open(draft, "w:gz") as archive:
            for file_path in sorted(place.iterdir()):
                archive.add(file_path, file_path.name)
        draft.chmod(0o600)
        put_in_place(draft, target)


def _write_tables(database: Database, place: Path) -> None:
    with database.reading() as session:
        if not database.is_sqlite:
            # One state of all tables, whatever is written meanwhile; SQLite's reading transactions see one anyway.
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        for table in Base.metadata.sorted_tables:
            if table.name not in PASSING:
                with (place / f"{table.name}.jsonl").open("w", encoding="utf-8") as file:
                    file.writelines(_lines(session, table))


def _lines(session: Session, table: Table) -> Iterator[str]:
    query = select(table).execution_options(yield_per=ROWS_AT_ONCE)
    for row in session.execute(query).mappings():
        yield json.dumps({name: _encode(value) for name, value in row.items()}, ensure_ascii=False) + "\n"


def _encode(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, date) else value


def _copy_files(folder: KeyFolder, place: Path) -> None:
    for name in SECRETS:
        if (folder.path / name).exists():
            shutil.copyfile(folder.path / name, place / f"{PREFIX}{name}")
    if (folder.path.parent / FOLDER).is_dir():
        shutil.copytree(folder.path.parent / FOLDER, place / FOLDER)


def digests(place: Path) -> dict[str, str]:
    """Return the SHA-256 (hex) of every file below a folder but ``about.json``, by its path there."""
    found = {}
    for file_path in sorted(path for path in place.rglob("*") if path.is_file() and path != place / ABOUT):
        with file_path.open("rb") as file:
            found[file_path.relative_to(place).as_posix()] = hashlib.file_digest(file, "sha256").hexdigest()
    return found
