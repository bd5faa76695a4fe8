"""Opening the box (docs/design.md “Opening”).

All envelopes are read and checked in memory, one at a time, and the result is worked out of the stacks in hand; then
one transaction, which only writes, swaps envelopes for stacks: a crash leaves the sealed box or the finished stacks,
and ``tidying.recover`` finishes what comes after. The service does it in a process of its own
(``conducting``), whose memory is the only place where whole ballots ever lie.
"""

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from app.accounts.people import all_names
from app.ballots.reads import SealedEnvelope, envelopes
from app.ballots.tags import Tags, tags_of
from app.ballots.verification import is_rightly_tagged
from app.box.ceremony import check_counts, check_paper, check_root, check_tags, sealed_round
from app.box.counted import LooseRemark, Stacks
from app.box.envelope import BadEnvelope, Ballot, decode
from app.box.models import Opening, Remark, RoundKey, Stack
from app.box.preparing import Prepare, Prepared
from app.box.seal import envelope_info, unseal
from app.box.shredding import shred
from app.core.acting import Acting, Principal
from app.core.db import Database
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.core.masking import Masker
from app.core.memory import give_back_memory
from app.core.secrets import shuffled, token_bytes
from app.rounds.domain import Paper, RoundState
from app.rounds.gone import tidy
from app.rounds.papers import papers_in
from app.rounds.reads import frozen_text
from app.rounds.service import count_round, locked_round
from app.slips.service import keep_used

LOG = logging.getLogger("manyidu")
AfterCounting = Callable[[Acting, str], None]
"""What is noted in the transaction that empties a box."""
INSERT_ROWS = 2_000
TRIES = 5
"""How often what other features make of the stacks is worked out while staff go on changing what it rests on."""


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
    invalid: Counter[str] = field(default_factory=Counter)
    """By voter group: envelopes that came in by the booth and hold no ballot of this paper (无效)."""
    is_writing: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """Where boxes are opened: database, key folder, clock, and what other features make of a counted round.

    ``prepare`` works out of the stacks what is stored with them; ``after_counting`` is called when all is written.
    """

    database: Database
    folder: KeyFolder
    clock: Callable[[], datetime]
    prepare: Sequence[Prepare] = ()
    after_counting: Sequence[AfterCounting] = ()


def open_box(room: Room, attempt: Attempt, progress: Progress) -> None:
    """Turn the sealed envelopes into stacks and destroy the key.

    DomainError ``box_not_sealed``, ``more_back_than_out``, ``box_not_as_spent``, ``box_tampered``,
    ``box_paper_changed``, ``root_missing``, ``root_differs`` or ``envelopes_damaged`` (``count``):
    then the box stays sealed as it was.
    """
    with room.database.reading() as session:
        sealed_round(session, attempt.round_id)
        text, digest = frozen_text(session, attempt.round_id)
        paper = papers_in(session, [text])[text]
        progress.total = sum(check_counts(session, paper).values())
        hide = Masker(all_names(session).values())
    check_tags(room.database, room.folder, paper)
    check_paper(room.database, paper.round_id, text)
    check_root(room.database, paper.round_id)
    tags = tags_of(room.folder, paper.round_id)
    open_one = partial(_open_one, attempt.private_key, (paper, digest), hide)
    stacks = shred(paper, _ballots(envelopes(room.database, paper.round_id), tags, open_one, progress), token_bytes)
    if progress.damaged:
        raise DomainError("envelopes_damaged", count=progress.damaged)
    progress.is_writing = True
    _put_down(room, attempt, paper, (stacks, progress.invalid))
    tidy(room.database, attempt.round_id)


def _ballots(
    pages: Iterator[Sequence[SealedEnvelope]],
    tags: Tags,
    open_one: Callable[[SealedEnvelope], Ballot | None],
    progress: Progress,
) -> Iterator[Ballot]:
    """Yield the ballots; what is none is counted in ``progress``.

    A wrong tag stops the opening in the end. A right tag around bytes that are no ballot is the work of a phone, and
    must stop nothing: else a single voter could keep a box shut for good.
    """
    for page in pages:
        for envelope in page:
            if not is_rightly_tagged(tags, envelope):
                progress.damaged += 1
            elif (ballot := open_one(envelope)) is None:
                progress.invalid[envelope.group_id] += 1
            else:
                yield ballot
        progress.done += len(page)


def _open_one(
    private_key: X25519PrivateKey, frozen: tuple[Paper, str], hide: Masker, envelope: SealedEnvelope
) -> Ballot | None:
    """Return the ballot, or None where the envelope holds none of this paper and group.

    Personal data in its remarks are hidden already: nobody reads them as they were written.
    """
    paper, digest = frozen
    try:
        plaintext = unseal(private_key, envelope_info(paper.round_id, digest, envelope.group_id), envelope.sealed)
        ballot = decode(paper, digest, plaintext)
    except BadEnvelope:
        return None
    if ballot.group_id != envelope.group_id:
        return None
    masked = ((unit, hide.mask(text)) for unit, text in ballot.remarks)
    return replace(ballot, remarks=tuple((unit, text) for unit, text in masked if text)) if ballot.remarks else ballot


def _put_down(room: Room, attempt: Attempt, paper: Paper, found: tuple[Stacks, Counter[str]]) -> None:
    """Work out what goes with the stacks, and store both; again where the desk changed what it rests on."""
    for _ in range(TRIES):
        with room.database.reading() as session:
            works = [prepare(session, paper, found[0]) for prepare in room.prepare]
        prepared = [work() for work in works]
        if _swap(room, attempt, paper, found, prepared):
            return
    raise DomainError("box_changed")


def _swap(
    room: Room, attempt: Attempt, paper: Paper, found: tuple[Stacks, Counter[str]], prepared: Sequence[Prepared]
) -> bool:  # fmt: skip
    """Put the stacks in the envelopes' place: the one transaction that decides. ``found``: stacks, and invalid ones.

    Return whether it was done: not if what was ``prepared`` does not hold any more.
    """
    stacks, invalid = found
    with room.database.writing() as session:
        if locked_round(session, attempt.round_id).state is not RoundState.SEALED:
            raise DomainError("box_not_sealed")
        returned = Counter(stacks.returned) + invalid
        if check_counts(session, paper) != dict(returned):
            raise DomainError("box_changed")
        if not all(one.still_holds(session) for one in prepared):
            return False
        _store(session, attempt.round_id, stacks)
        keep_used(session, attempt.round_id)
        acting = Acting(session, room.clock(), attempt.actor)
        _record(acting, attempt, returned.total(), _told(paper, returned.total(), invalid.total()))
        for one in prepared:
            one.write(acting)
        for hook in room.after_counting:
            hook(acting, attempt.round_id)
    return True


def _store(session: Session, round_id: str, stacks: Stacks) -> None:
    """Write the stacks, and let go of the remarks: what is written next may need as much memory."""
    rows = [
        {"round_id": round_id, "unit_id": unit, "group_id": group, "marks": marks}
        for (unit, group), marks in shuffled(stacks.marks.items())
    ]
    session.execute(insert(Stack), rows)
    for start in range(0, len(stacks.remarks), INSERT_ROWS):
        session.execute(insert(Remark), [_row(round_id, it) for it in stacks.remarks[start : start + INSERT_ROWS]])
    stacks.remarks.clear()
    give_back_memory()


def _row(round_id: str, remark: LooseRemark) -> dict[str, object]:
    return {"round_id": round_id, "id": remark.id, "unit_id": remark.unit_id, "text": remark.text}


def _told(paper: Paper, envelopes: int, invalid: int) -> dict[str, int]:
    """Return how many were invalid, unless too few were valid for that to be told: how many came is known (SEC-43)."""
    return {"invalid": invalid} if envelopes - invalid >= paper.scheme.floor else {}


def _record(acting: Acting, attempt: Attempt, envelopes: int, invalid: Mapping[str, int]) -> None:
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
    count_round(acting, attempt.round_id, **detail, **invalid)
