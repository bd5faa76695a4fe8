"""Unpacking of a backup file by file: only files and names that a backup has ever held.

``tarfile`` got filters of its own after 3.11.2, the Python of Debian 12; they would also let pass what no backup holds.
"""

import shutil
import tarfile
from pathlib import Path, PurePosixPath

from app.rectification.ledger.attachments import FOLDER

MOST_SIGNS = 200


def extract(archive: tarfile.TarFile, member: tarfile.TarInfo, place: Path) -> None:
    """Write one file of the archive into ``place`` or its folder of attachments; ValueError for anything else."""
    target = place / member.name
    if not _belongs(member) or target.is_file():
        message = "this is not in a backup, or is in it twice"
        raise ValueError(message)
    content = archive.extractfile(member)
    if content is None:  # a folder
        target.mkdir(exist_ok=True)
        return
    target.parent.mkdir(exist_ok=True)
    with content, target.open("wb") as file:
        shutil.copyfileobj(content, file)


def _belongs(member: tarfile.TarInfo) -> bool:
    parts = PurePosixPath(member.name).parts
    if len(member.name) > MOST_SIGNS or ".." in parts or "\0" in member.name:
        return False
    if member.isdir():
        return parts == (FOLDER,)
    return member.isreg() and (parts[:-1] == (FOLDER,) or (len(parts) == 1 and parts not in {(FOLDER,), ("/",)}))
