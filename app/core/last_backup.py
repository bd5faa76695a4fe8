"""When the desk was last backed up, and to where: a note beside the data, so that a page can say it is long ago."""

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

_NOTE: Final = "last-backup.json"


@dataclass(frozen=True, slots=True)
class LastBackup:
    """When the last backup was written, in which folder, and whether one could be written there now."""

    made_at: datetime
    folder: Path
    is_writable: bool


def note_backup(data: Path, target: Path, now: datetime) -> None:
    """Remember that a backup was written to ``target``; ``data`` is the folder of the installation."""
    told = {"made_at": now.isoformat(), "folder": str(target.resolve().parent)}
    draft = data / f".{_NOTE}"
    draft.write_text(json.dumps(told), "utf-8")
    draft.replace(data / _NOTE)


def last_backup(data: Path) -> LastBackup | None:
    """Return what is known of the last backup; None where there was none, or the note cannot be read."""
    try:
        told = json.loads((data / _NOTE).read_text("utf-8"))
        made_at, folder = datetime.fromisoformat(told["made_at"]), Path(told["folder"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return LastBackup(made_at, folder, folder.is_dir() and os.access(folder, os.W_OK))
