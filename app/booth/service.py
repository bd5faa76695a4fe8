"""From a code to the paper it is for, and from answers to what lies in the box."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from app.booth.domain import (
    NONCE_SIGNS,
    SEED_SIGNS,
    Answers,
    CastRequest,
    Sheet,
    blank,
    missing_places,
    read_answers,
)
from app.box.drop import Vote, public_key
from app.box.envelope import Ballot, encode
from app.box.seal import envelope_id, envelope_info, seal
from app.core.errors import DomainError
from app.core.secrets import token_bytes
from app.rounds import reads as rounds
from app.rounds.document_reads import FIRST, DocumentFile, document_file
from app.rounds.domain import Paper, RoundState
from app.rounds.reads import Standing
from app.slips import redeem
from app.slips.codes import code_hash, parse_code
from app.slips.redeem import Claim, FoundCode


@dataclass(frozen=True, slots=True)
class Counter:
    """All that is needed to seal ballots of one round; nothing in it changes while the round is open."""

    paper: Paper
    paper_hash: str
    public_key: bytes
    stays: bool
    """Whether the round is open, so that this may be kept for the next ballot."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Keys of the installation that casting needs."""

    pepper: bytes
    receipt_key: bytes


@dataclass(frozen=True, slots=True)
class Admission:
    """What a code opens: the paper of a round, as a voter group gets it."""

    round_id: str
    group_id: str
    paper_hash: str


def admit(connection: Connection, hashes: Sequence[bytes], now: datetime) -> list[Admission | DomainError]:
    """Return what each code opens now, or why it opens nothing.

    The refusals: ``code_unknown``, those of ``rounds.refusal``, ``code_used``, ``code_voided``.
    """
    found = redeem.look_up_all(connection, hashes)
    standing = rounds.standing(connection, {code.claim.round_id for code in found.values()}, now)
    return [_admitted(found.get(digest), standing) for digest in hashes]


def _admitted(code: FoundCode | None, standing: Mapping[str, Standing]) -> Admission | DomainError:
    if code is None:
        return DomainError("code_unknown")
    place = standing[code.claim.round_id]
    if refusal := place.refusal or redeem.refusal_of(code.state):
        return DomainError(refusal)
    return Admission(code.claim.round_id, code.claim.group_id, place.paper_hash)


def open_paper(session: Session, pepper: bytes, now: datetime, typed: str) -> Sheet:
    """Return the empty paper that a typed or scanned code is for; DomainError as ``parse_code`` and ``admit``."""
    code = parse_code(typed)
    (place,) = admit(session.connection(), [code_hash(pepper, code)], now)
    if isinstance(place, DomainError):
        raise place
    paper, digest = rounds.frozen_paper(session, place.round_id)
    return Sheet(code, place.group_id, paper, digest, new_nonce(), blank(paper))


def order_seed(pepper: bytes, code: str) -> str:
    """Return what decides the order of the units on the phone with this slip, and tells nothing of the code."""
    return hmac.digest(pepper, b"order of units\0" + code.encode(), "sha256").hex()[:SEED_SIGNS]


def new_nonce() -> str:
    """Draw the random part of a receipt, in hex."""
    return token_bytes(NONCE_SIGNS // 2).hex()


def open_document(session: Session, pepper: bytes, now: datetime, typed: str) -> DocumentFile:
    """Return the document that a code's paper is about.

    DomainError as ``open_paper``, ``not_found`` where there is none, ``paper_changed`` where it is not the frozen one.
    """
    paper = open_paper(session, pepper, now, typed).paper
    if paper.document is None:
        raise DomainError("not_found")
    file = document_file(session, paper.round_id, FIRST)
    if sha256(file.content).hexdigest() != paper.document.digest:
        raise DomainError("paper_changed")
    return file


def open_counter(session: Session, round_id: str) -> Counter:
    """Return what sealing for a round needs; DomainError ``paper_changed`` if there is no such round or paper."""
    try:
        paper, digest = rounds.frozen_paper(session, round_id)
    except DomainError as error:
        raise DomainError("paper_changed") from error
    stays = rounds.get_round(session, round_id).state is RoundState.OPEN
    return Counter(paper, digest, public_key(session, round_id), stays)


def seal_ballot(counter: Counter, secrets: Secrets, request: CastRequest) -> Vote:
    """Return the sealed ballot, ready for the box.

    DomainError as ``parse_code`` and ``encode``, ``paper_changed``, and ``mark_missing`` (``unit``, ``item``: names).
    """
    if request.paper_hash != counter.paper_hash:
        raise DomainError("paper_changed")
    digest = code_hash(secrets.pepper, parse_code(request.code))
    ballot = Ballot(request.group_id, request.marks, request.remarks)
    plaintext = encode_named(counter.paper, counter.paper_hash, ballot)
    receipt = envelope_id(secrets.receipt_key, request.nonce, digest, plaintext)
    sealed = seal(counter.public_key, envelope_info(request.round_id, counter.paper_hash, receipt), plaintext)
    return Vote(Claim(request.round_id, request.group_id, digest), receipt, sealed)


def encode_named(paper: Paper, paper_hash: str, ballot: Ballot) -> bytes:
    """Return the plaintext of a ballot, as ``encode``, but name a missing mark by its unit and item."""
    try:
        return encode(paper, paper_hash, ballot)
    except DomainError as error:
        if error.code != "missing_marks":
            raise
        raise _missing(paper, int(str(error.params["unit"])), int(str(error.params["item"]))) from None


def _missing(paper: Paper, unit: int, item: int) -> DomainError:
    return DomainError("mark_missing", unit=paper.units[unit].name, item=paper.items[item].label)


def posted_sheet(session: Session, head: CastRequest, text: Callable[[str], str] | None) -> Sheet:
    """Return the sheet of a posted page: marks one by one from its fields by ``text``, or all in the request itself.

    DomainError ``paper_changed``, ``group_unknown``, ``marks_malformed``.
    """
    try:
        paper, digest = rounds.frozen_paper(session, head.round_id)
    except DomainError as error:
        raise DomainError("paper_changed") from error
    if digest != head.paper_hash:
        raise DomainError("paper_changed")
    if head.group_id not in {group.id for group in paper.groups}:
        raise DomainError("group_unknown")
    answers = read_answers(paper, head.group_id, text) if text else Answers(head.marks, dict(head.remarks))
    if len(answers.marks) != len(paper.units) * len(paper.items):
        raise DomainError("marks_malformed")
    return Sheet(head.code, head.group_id, paper, digest, head.nonce.hex(), answers)


def check_answers(sheet: Sheet) -> None:
    """Refuse answers that cannot go into the box: ``mark_missing`` for the first on the page, else as ``encode``."""
    if missing := missing_places(sheet):
        raise _missing(sheet.paper, *missing[0])
    remarks = tuple(sorted(sheet.answers.remarks.items()))
    encode(sheet.paper, sheet.paper_hash, Ballot(sheet.group_id, sheet.answers.marks, remarks))
