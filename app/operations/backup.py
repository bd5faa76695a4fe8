"""Backup and restore of an installation in which no round is under way.

The key folder's server parts never go along: paper shares and an old backup together must open nothing (SEC-17).
"""

import json
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Date, LargeBinary, Table, insert, select
from sqlalchemy.orm import Session

from app.box import service as box
from app.core.db import Base, Database, UtcDateTime
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.migrate import current_revision
from app.rectification.ledger.attachments import FOLDER
from app.rounds.domain import RoundState
from app.rounds.reads import all_rounds

SECRETS = ("pepper", "form-secret", "receipt-key")
UNDER_WAY = {RoundState.OPEN, RoundState.SEALED}
ROWS_PER_INSERT = 500
FORMAT = 1


def _tables() -> list[Table]:
    return list(Base.metadata.sorted_tables)


def _encode(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if isinstance(value, date) else value


def _lines(session: Session, table: Table) -> Iterator[str]:
    for row in session.execute(select(table).execution_options(yield_per=ROWS_PER_INSERT)).mappings():
        yield json.dumps({name: _encode(value) for name, value in row.items()}, ensure_ascii=False) + "\n"


def back_up(database: Database, folder: KeyFolder, target: Path) -> None:
    """Write a .tar.gz of all tables, attachments and the lasting secrets; DomainError ``round_under_way``."""
    with tempfile.TemporaryDirectory(dir=target.resolve().parent) as scratch, database.reading() as session:
        place = Path(scratch)
        if any(row.state in UNDER_WAY for row in all_rounds(session)):
            raise DomainError("round_under_way")
        about = {"format": FORMAT, "revision": current_revision(database.engine)}
        (place / "about.json").write_text(json.dumps(about), "utf-8")
        for table in _tables():
            with (place / f"{table.name}.jsonl").open("w", encoding="utf-8") as file:
                file.writelines(_lines(session, table))
        for name in SECRETS:
            if (folder.path / name).exists():
                shutil.copyfile(folder.path / name, place / f"secret-{name}")
        if (folder.path.parent / FOLDER).is_dir():
            shutil.copytree(folder.path.parent / FOLDER, place / FOLDER)
        draft = place / "backup.tar.gz"
        with tarfile.open(draft, "w:gz") as archive:
            for file_path in sorted(place.iterdir()):
                if file_path != draft:
                    archive.add(file_path, file_path.name)
        draft.chmod(0o600)
        draft.replace(target)


def _decode(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    values = {}
    for name, value in row.items():
        column = table.c[name]
        if value is not None and isinstance(column.type, LargeBinary):
            value = bytes.fromhex(value)  # noqa: PLW2901
        elif value is not None and isinstance(column.type, UtcDateTime):
            value = datetime.fromisoformat(value)  # noqa: PLW2901
        elif value is not None and isinstance(column.type, Date):
            value = date.fromisoformat(value)  # noqa: PLW2901
        values[name] = value
    return values


def _is_empty(session: Session) -> bool:
    return all(session.execute(select(table).limit(1)).first() is None for table in _tables())


def restore(database: Database, data: Path, source: Path) -> None:
    """Fill an empty, migrated installation from a backup; DomainError ``restore_not_empty`` or ``restore_other``."""
    keys = data / "keys"
    with tempfile.TemporaryDirectory() as scratch, database.writing() as session:
        place = Path(scratch)
        with tarfile.open(source, "r:gz") as archive:
            archive.extractall(place, filter="data")
        about = json.loads((place / "about.json").read_text("utf-8"))
        if about != {"format": FORMAT, "revision": current_revision(database.engine)}:
            raise DomainError("restore_other", revision=about.get("revision"))
        if not _is_empty(session) or any(path.exists() for path in (*(keys / name for name in SECRETS), data / FOLDER)):
            raise DomainError("restore_not_empty")
        for table in _tables():
            _fill(session, table, place / f"{table.name}.jsonl")
        if (place / FOLDER).is_dir():
            shutil.copytree(place / FOLDER, data / FOLDER)
        folder = KeyFolder(keys)
        for name in SECRETS:
            if (place / f"secret-{name}").exists():
                shutil.copyfile(place / f"secret-{name}", keys / name)
                (keys / name).chmod(0o600)
        _forget_keys(session, folder)


def _forget_keys(session: Session, folder: KeyFolder) -> None:
    """Make rounds that wait for their opening ask for new keys: the server parts of the old ones are not here."""
    for row in all_rounds(session):
        if row.state is RoundState.READY:
            box.purge(session, folder, row.id)


def _fill(session: Session, table: Table, file_path: Path) -> None:
    batch: list[dict[str, Any]] = []
    with file_path.open(encoding="utf-8") as file:
        for line in file:
            batch.append(_decode(table, json.loads(line)))
            if len(batch) >= ROWS_PER_INSERT:
                session.execute(insert(table), batch)
                batch.clear()
    if batch:
        session.execute(insert(table), batch)
