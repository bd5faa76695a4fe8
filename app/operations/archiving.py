"""``manyidu archive``: the package of a round, written by whoever runs the installation."""

from datetime import datetime
from pathlib import Path

from app.archive.making import package
from app.archive.service import note_package, version_to_pack
from app.audit.service import SYSTEM
from app.core.acting import Acting
from app.core.durable import put_in_place
from app.core.key_folder import SettingsError
from app.core.settings import Settings
from app.office.bench import Bench, let_go
from app.operations import places
from app.operations.scratch import passing
from app.operations.server import open_database
from app.rounds.reads import get_round

FOR_WHOM = "供组织单位存档，内容与组织者看到的相同，不要转给只能看部分结果的人"


def write_package(settings: Settings, now: datetime, round_id: str, target: Path) -> str:
    """Write it and say what it is; SettingsError where something lies at the target, DomainError as ``package``."""
    if target.exists():
        message = f"{target}: is there already; choose another name"
        raise SettingsError(message)
    places.check_target(target, "/srv/archive/round.zip")
    with open_database(settings) as database:
        with database.reading() as session:
            title, version = get_round(session, round_id).title, version_to_pack(session, now, round_id)
        url, base = settings.sqlalchemy_url, settings.base_url
        try:
            made = package(Bench({"round": round_id}, b"", SYSTEM, now, url, settings.data.resolve(), base))
        finally:
            let_go(url)
        with passing(target.resolve().parent, now) as scratch:  # a half-written one would stand in the way of the next
            draft = scratch / target.name
            draft.touch(mode=0o600)
            draft.write_bytes(made.content)
            put_in_place(draft, target)
        with database.writing() as session:
            note_package(Acting(session, now, SYSTEM), round_id, version)
    return f"“{title}”：{target}（{FOR_WHOM}）"
