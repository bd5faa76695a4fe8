"""Noting that a package was made, and putting a round away: what is left of its ballots is wiped, and told."""

import logging
from datetime import datetime
from functools import partial

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.archive.domain import ARCHIVED, PACKAGED
from app.audit import service as audit
from app.ballots import reads as ballots
from app.box.service import put_away
from app.core.acting import Acting, Principal
from app.core.db import Database, after_commit, database_of
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.publication.domain import Scope, Viewer, sight_of
from app.publication.reads import ledger_of, readable, versions_of
from app.rounds.gone import tidy
from app.rounds.ports import Ports
from app.rounds.reads import get_round
from app.rounds.service import archive_round, purge_rehearsals

LOG = logging.getLogger("manyidu")


def version_to_pack(session: Session, now: datetime, round_id: str) -> int:
    """Return the version that a package of a round is made of; DomainError ``result_not_published``."""
    sight = sight_of(Viewer(Scope.ORGANISERS), ledger_of(session, round_id), now)
    return readable(session, round_id, sight)[1].version


def note_package(acting: Acting, round_id: str, version: int) -> None:
    """Write down that the package of a version was made."""
    audit.record(acting.session, acting.now, acting.actor, PACKAGED, round_id, version=version)


def note_made(database: Database, now: datetime, actor: Principal, packed: tuple[str, int]) -> None:
    """Write the same down (round's id and version) in a transaction of its own, once the workshop has the bytes.

    What cannot be written down unlocks no archiving: the package is made once more.
    """
    try:
        with database.writing() as session:
            note_package(Acting(session, now, actor), *packed)
    except SQLAlchemyError as error:
        LOG.error("a package could not be noted: %s", type(error).__name__)  # noqa: TRY400 - may quote values


def is_packaged(acting: Acting, round_id: str) -> bool:
    """Whether a package was made of the newest version of a round's result."""
    noted = audit.last_detail(acting.session, PACKAGED, round_id).get("version")
    return noted is not None and int(noted) == versions_of(acting.session, round_id)[-1].version


def archive(acting: Acting, folder: KeyFolder, ports: Ports, round_id: str) -> None:
    """Put a published round away and wipe what the rule says (``domain.WIPED``); the log tells how much.

    DomainError ``round_wrong_state``, or ``archive_no_package`` while there is no package of the newest version.
    """
    session, database = acting.session, database_of(acting.session)
    had_wifi = bool(get_round(session, round_id).wifi_name)
    boxes_left, parts_left = round_id in ballots.round_ids(database), round_id in folder.parts()
    archive_round(acting, round_id)
    if not is_packaged(acting, round_id):
        raise DomainError("archive_no_package")
    ballots_left = put_away(session, round_id)
    rehearsals = purge_rehearsals(acting, folder, ports, round_id)
    after_commit(session, partial(tidy, database, round_id))
    told = {"rehearsals": rehearsals, "wifi": int(had_wifi), "box": int(boxes_left), "key": int(parts_left)}
    audit.record(session, acting.now, acting.actor, ARCHIVED, round_id, **ballots_left, **told)
