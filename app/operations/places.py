"""The data folder: made when it is needed, and refused in a sentence where it cannot be used."""

import os
from pathlib import Path

from app.core.key_folder import SettingsError
from app.core.settings import EXAMPLES, Settings

KEYS = "keys"


def made(settings: Settings) -> Path:
    """Return the data folder, made if need be; SettingsError where it or its key folder cannot be written."""
    for folder in (settings.data, settings.data / KEYS):
        _check(folder, settings.data)
    return settings.data


def check_target(target: Path, example: str) -> None:
    """Refuse a file to write, before anything is read for it, where none can be; SettingsError."""
    folder = target.resolve().parent
    why = f"the folder {folder} is not there" if not folder.is_dir() else ""
    why = why or ("is a folder, and no file" if target.is_dir() else "")
    if not why and not os.access(folder, os.W_OK | os.X_OK):
        why = f"this user may not write in the folder {folder}"
    if why:
        message = f"{target}: {why}; for example {example}"
        raise SettingsError(message)


def _check(folder: Path, data: Path) -> None:
    try:
        folder.mkdir(mode=0o777 if folder == data else 0o700, parents=True, exist_ok=True)
        usable = os.access(folder, os.W_OK | os.X_OK)
    except OSError as error:
        raise _refusal(data, f"the folder {folder} cannot be made ({error.strerror})") from error
    if not usable:
        raise _refusal(data, f"this user may not write in the folder {folder}")


def _refusal(data: Path, why: str) -> SettingsError:
    return SettingsError(f"MANYIDU_DATA={data}: {why}; for example MANYIDU_DATA={EXAMPLES['DATA']}")
