"""Results from before there were signatures: signed once in the life of an installation, at its first start since.

Signing needs the key folder, which no migration may touch. The folder then notes that it was done: a signature that is
missing later was taken away, and is not made anew by the machine.
"""

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.audit import service as audit
from app.core.db import Database
from app.publication.models import ResultSignature, ResultVersion
from app.publication.signing import Signed, root_text, sign, version_text
from app.publication.verdicts import Written
from app.tally.document import text_digest

LOG = logging.getLogger("manyidu")
Key = tuple[str, int]


def sign_earlier(database: Database, now: datetime) -> None:
    """Sign every version that has no signature, unless that was done before; a damaged document is left unsigned."""
    if database.keys.has_signed_earlier():
        return
    for key in _unsigned(database):
        made = _signed(database, key)
        if made is None:
            LOG.error("a stored result is damaged and was not signed")
        else:
            _write(database, made, now)
    database.keys.note_signed_earlier()


def _unsigned(database: Database) -> list[Key]:
    same = (ResultSignature.round_id == ResultVersion.round_id, ResultSignature.version == ResultVersion.version)
    missing = ~select(ResultSignature.round_id).where(*same).exists()
    query = select(ResultVersion.round_id, ResultVersion.version).where(missing)
    with database.reading() as session:
        return [(row.round_id, row.version) for row in session.execute(query)]


def _signed(database: Database, key: Key) -> Signed | None:
    with database.reading() as session:
        text, digest = version_text(session, *key)
        root = root_text(session, key[0])
    written = Written(text, text_digest(text), ())
    return sign(database.keys.signing_key(), written, (*key, root)) if written.digest == digest else None


def _write(database: Database, made: Signed, now: datetime) -> None:
    round_id, version = made.statement.round_id, made.statement.version
    row = ResultSignature(round_id=round_id, version=version, root=made.statement.root, signature=made.signature)
    try:
        with database.writing() as session:
            session.add(row)
            session.flush()
            audit.record(session, now, audit.SYSTEM, "result.sign", round_id, version=version)
    except IntegrityError:
        return  # another node was quicker
