"""Whether all tags in a box are right: what only somebody with the key folder can have made (SEC-75)."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import bindparam, select

from app.ballots.domain import CodeState, GateState, Verdict, envelope_id, verdict
from app.ballots.models import CODE
from app.ballots.reads import PAGE_ROWS, SealedEnvelope, envelopes, gate, page
from app.ballots.tags import Tags, tags_of
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder

_CODES = (
    select(CODE.c.hash, CODE.c.group_id, CODE.c.batch_id, CODE.c.state, CODE.c.tag)
    .where(CODE.c.hash > bindparam("after"))
    .order_by(CODE.c.hash)
    .limit(PAGE_ROWS)
)


def is_rightly_tagged(tags: Tags, envelope: SealedEnvelope) -> bool:
    """Whether an envelope is what the booth put in under this id and group, and the id the digest of its bytes."""
    if envelope.id != envelope_id(envelope.sealed):
        return False
    return tags.is_envelope(envelope.tag, envelope.id, envelope.group_id, envelope.sealed)


def verify(database: Database, folder: KeyFolder, round_id: str) -> Verdict:
    """Check every tag in the box; DomainError ``box_missing``.

    Of a box that is open the numbers of spent codes and envelopes may differ, because they are read one after another.
    """
    tags = tags_of(folder, round_id)
    counted = verdict(_codes(database, tags, round_id), _tagged_envelopes(database, tags, round_id))
    try:
        found = gate(database, round_id)
    except DomainError as error:
        if error.code != "gate_tampered":
            raise
        return replace(counted, gate_is_right=False)
    return replace(counted, gate_is_right=found.state is not GateState.CLOSED or counted.fits(found))


def _tagged_envelopes(database: Database, tags: Tags, round_id: str) -> Iterator[tuple[str, bool]]:
    for rows in envelopes(database, round_id):
        for envelope in rows:
            yield envelope.group_id, is_rightly_tagged(tags, envelope)


def _codes(database: Database, tags: Tags, round_id: str) -> Iterator[tuple[str, CodeState, bool]]:
    last = b""
    while rows := page(database, round_id, _CODES, last):
        for digest, group_id, batch_id, state, tag in rows:
            known = CodeState(state) if state in set(CodeState) else None
            right = known is not None and tags.is_code(tag, digest, group_id, batch_id, known)
            yield group_id, known or CodeState.VOIDED, right
        last = rows[-1][0]
