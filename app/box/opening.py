"""Opening the box (DESIGN.md section 1.5).

All envelopes are read and checked in memory, then one transaction swaps them for stacks: a crash leaves the sealed box
or the finished stacks, and ``tidying.recover`` finishes what comes after. The service does it in a process of its own
(``conducting``), whose memory is the only place where whole ballots ever lie.
"""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from app.accounts.service import everyone
from app.ballots.reads import SealedEnvelope, envelopes
from app.ballots.service import destroy
from app.ballots.tags import Tags
from app.ballots.verification import is_rightly_tagged, tags_of
from app.box.ceremony import check_counts, check_tags, sealed_round
from app.box.envelope import BadEnvelope, Ballot, decode
from app.box.models import Opening, Remark, RoundKey, Stack
from app.box.seal import envelope_info, unseal
from app.box.shredding import Stacks, shred
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.masking import Masker
from app.core.secrets import shuffled, token_bytes
from app.rounds.domain import Paper, RoundState
from app.rounds.reads import frozen_paper
from app.rounds.service import count_round, locked_round
from app.slips.service import keep_used

LOG = logging.getLogger("manyidu")
AfterCounting = Callable[[Acting, str], None]
"""What another feature does with a round, in the transaction that empties its box."""
INSERT_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Attempt:
    """Everything an opening needs: the unlocked key, who asks for it, before whom, with whose shares (numbers)."""

    round_id: str
    private_key: X25519PrivateKey = field(repr=False)
    actor: Principal
    present: tuple[str, ...]
    holders: tuple[int, ...]


@dataclass(slots=True)
class Progress:
    """How far an opening is: envelopes read of all, and whether it writes already."""

    done: int = 0
    total: int = 0
    damaged: int = 0
    is_writing: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """Where boxes are opened: database, key folder, clock, and what other features do with a counted round."""

    database: Database
    folder: KeyFolder
    clock: Callable[[], datetime]
    after_counting: Sequence[AfterCounting] = ()


def open_box(room: Room, attempt: Attempt, progress: Progress) -> None:
    """Turn the sealed envelopes into stacks and destroy the key.

    DomainError ``box_not_sealed``, ``more_back_than_out``, ``box_not_as_spent``, ``box_tampered`` or
    ``envelopes_damaged`` (``count``):
    then the box stays sealed as it was.
    """
    with room.database.reading() as session:
        sealed_round(session, attempt.round_id)
        paper, digest = frozen_paper(session, attempt.round_id)
        progress.total = sum(check_counts(session, paper).values())
        hide = Masker(staff.name for staff in everyone(session))
    check_tags(room.database, room.folder, paper)
    tags = tags_of(room.folder, paper.round_id)
    open_one = partial(_open_one, attempt.private_key, tags, (paper, digest))
    stacks = shred(paper, _ballots(envelopes(room.database, paper.round_id), open_one, progress), token_bytes)
    if progress.damaged:
        raise DomainError("envelopes_damaged", count=progress.damaged)
    progress.is_writing = True
    _swap(room, attempt, paper, _masked(stacks, hide))
    tidy(room.database, room.folder, attempt.round_id)


def _ballots(
    pages: Iterator[Sequence[SealedEnvelope]],
    open_one: Callable[[SealedEnvelope], Ballot | None],
    progress: Progress,
) -> Iterator[Ballot]:
    """Yield the ballots; envelopes that do not open are counted in ``progress``."""
    for page in pages:
        for envelope in page:
            ballot = open_one(envelope)
            if ballot is None:
                progress.damaged += 1
            else:
                yield ballot
        progress.done += len(page)


def _open_one(
    private_key: X25519PrivateKey, tags: Tags, frozen: tuple[Paper, str], envelope: SealedEnvelope
) -> Ballot | None:
    """Return the ballot, or None if this is not what the booth put in under this id and group."""
    paper, digest = frozen
    if not is_rightly_tagged(tags, envelope):
        return None
    try:
        plaintext = unseal(private_key, envelope_info(paper.round_id, digest, envelope.id), envelope.sealed)
        ballot = decode(paper, digest, plaintext)
    except BadEnvelope:
        return None
    return ballot if ballot.group_id == envelope.group_id else None


def _masked(stacks: Stacks, hide: Masker) -> Stacks:
    """Hide personal data in the remarks before they are stored: nobody reads them as they were written."""
    texts = [hide.mask(remark.text) for remark in stacks.remarks]
    remarks = [replace(remark, text=text) for remark, text in zip(stacks.remarks, texts, strict=True) if text]
    return replace(stacks, remarks=remarks)


def _swap(room: Room, attempt: Attempt, paper: Paper, stacks: Stacks) -> None:
    """Put the stacks in the envelopes' place: the one transaction that decides."""
    with room.database.writing() as session:
        if locked_round(session, paper.round_id).state is not RoundState.SEALED:
            raise DomainError("box_not_sealed")
        counted = {group: count for group, count in stacks.returned.items() if count}
        if check_counts(session, paper) != counted:
            raise DomainError("box_changed")
        _store(session, paper.round_id, stacks)
        keep_used(session, paper.round_id)
        acting = Acting(session, room.clock(), attempt.actor)
        _record(acting, attempt, sum(counted.values()))
        for hook in room.after_counting:
            hook(acting, paper.round_id)


def _store(session: Session, round_id: str, stacks: Stacks) -> None:
    rows = [
        {"round_id": round_id, "unit_id": unit, "group_id": group, "marks": marks}
        for (unit, group), marks in shuffled(stacks.marks.items())
    ]
    session.execute(insert(Stack), rows)
    for start in range(0, len(stacks.remarks), INSERT_ROWS):
        part = stacks.remarks[start : start + INSERT_ROWS]
        found = [{"round_id": round_id, "id": it.id, "unit_id": it.unit_id, "text": it.text} for it in part]
        session.execute(insert(Remark), found)


def _record(acting: Acting, attempt: Attempt, envelopes: int) -> None:
    acting.session.execute(
        update(RoundKey).where(RoundKey.round_id == attempt.round_id).values(destroyed_at=acting.now)
    )
    acting.session.add(
        Opening(
            round_id=attempt.round_id,
            opened_by=attempt.actor.name,
            present=json.dumps(attempt.present, ensure_ascii=False),
            holders=json.dumps(attempt.holders),
            envelopes=envelopes,
        )
    )
    detail = {"present": attempt.present, "holders": attempt.holders, "envelopes": envelopes}
    count_round(acting, attempt.round_id, **detail)


def tidy(database: Database, folder: KeyFolder, round_id: str) -> None:
    """Destroy the box and the server part, now that the stacks are safe."""
    try:
        destroy(database, round_id)
        folder.destroy_part(round_id)
    except Exception as error:  # noqa: BLE001 - the count is committed; the next start tidies again
        LOG.error("the opened box was not tidied: %s", type(error).__name__)  # noqa: TRY400 - texts may quote values
