"""A round that went the whole way, its package, and packages as somebody changed them."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

from app.archive import service
from app.archive.domain import MANIFEST, SUMS, Member, packed
from app.archive.making import package
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.key_folder import KeyFolder
from app.core.settings import Settings
from app.office.bench import Bench, let_go
from app.operations import verify
from app.rounds.domain import RoundState
from tests.cast import MORNING, make_cast
from tests.found import some
from tests.security.world import World, make_round

Members = list[tuple[str, bytes]]


def make_published(database: Database, settings: Settings) -> tuple[str, Principal]:
    """Lead a round with ballots from its slips to its published result; return its id and the organiser."""
    with database.writing() as session:
        people = make_cast(session)
    world = World(database, KeyFolder(settings.data / "keys"), settings, None, {})
    return make_round(world, people["zhangsan"], RoundState.PUBLISHED), people["zhangsan"]


def note(database: Database, round_id: str, actor: Principal) -> None:
    """Note that the package of a round is made."""
    with database.writing() as session:
        version = service.version_to_pack(session, MORNING, round_id)
        service.note_package(Acting(session, MORNING, actor), round_id, version)


def make_package(settings: Settings, round_id: str, actor: Principal) -> bytes:
    """Make it as the workshop does."""
    url = settings.sqlalchemy_url
    try:
        return package(Bench({"round": round_id}, b"", actor, MORNING, url, settings.data, settings.base_url)).content
    finally:
        let_go(url)


def opened(content: bytes) -> dict[str, bytes]:
    """Return the files of a package by their names."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {entry.filename: file.read(entry) for entry in file.infolist()}


def closed(files: dict[str, bytes]) -> bytes:
    """Pack files as the product does, with new checksums and the manifest as it stands."""
    rest = [Member(name, content) for name, content in files.items() if name not in {MANIFEST, SUMS}]
    return packed(files[MANIFEST], rest)


def stored(members: Members) -> bytes:
    """Pack files one after the other as they are given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in members:
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


def said(folder: Path, content: bytes, **wanted: str) -> list[verify.Finding]:
    """Return what the verifier says of a package; UnreadableError where it refuses to open it."""
    path = folder / "archive.zip"
    path.write_bytes(content)
    return verify.check_package(verify.unpack(path), verify.Wanted(**wanted))


def is_right(folder: Path, content: bytes, **wanted: str) -> bool:
    """Whether nothing is wrong with a package."""
    return all(finding.right for finding in some(said(folder, content, **wanted)))


Change = Callable[[dict[str, bytes]], bytes]
