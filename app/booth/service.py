"""From a code to the paper it is for, and from answers to what lies in the box."""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from app.ballots import reads as ballots
from app.ballots.domain import ROUND_ID, Gate, GateState
from app.ballots.finder import Finder, Found
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
from app.box.drop import Vote
from app.box.envelope import Ballot, encode
from app.box.seal import envelope_id, envelope_info, seal
from app.core.db import Database
from app.core.errors import DomainError
from app.core.secrets import token_bytes
from app.rounds.document_reads import FIRST, DocumentFile, document_file
from app.rounds.domain import Paper
from app.rounds.reads import parse_paper
from app.slips import redeem
from app.slips.codes import code_hash, parse_code
from app.slips.redeem import Claim


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


def admit(finder: Finder, hashes: Sequence[bytes], now: datetime) -> list[Admission | DomainError]:
    """Return what each code opens now, or why it opens nothing.

    The refusals: ``code_unknown``, ``round_not_open``, ``round_closed``, ``code_used``, ``code_voided``.
    """
    found = redeem.look_up_all(finder, hashes)
    return [_admitted(found.get(digest), now) for digest in hashes]


def _admitted(code: Found | None, now: datetime) -> Admission | DomainError:
    if code is None:
        return DomainError("code_unknown")
    if refusal := code.refusal(now):
        return DomainError(refusal)
    return Admission(code.round_id, code.group_id, code.paper_hash)


def paper_at(database: Database, round_id: str) -> tuple[Paper, str]:
    """Return the paper at a box's gate, and its hash; DomainError ``round_closed`` where there is no box any more."""
    gate = _gate(database, round_id)
    return parse_paper(gate.paper), gate.paper_hash


def _gate(database: Database, round_id: str) -> Gate:
    found = ballots.find_gate(database, round_id) if ROUND_ID.fullmatch(round_id) else None
    if found is None:
        raise DomainError("round_closed")
    return found


def open_paper(database: Database, finder: Finder, pepper: bytes, now: datetime, typed: str) -> Sheet:
    """Return the empty paper that a typed or scanned code is for; DomainError as ``parse_code`` and ``admit``."""
    code = parse_code(typed)
    (place,) = admit(finder, [code_hash(pepper, code)], now)
    if isinstance(place, DomainError):
        raise place
    paper, digest = paper_at(database, place.round_id)
    return Sheet(code, place.group_id, paper, digest, new_nonce(), blank(paper))


def order_seed(pepper: bytes, code: str) -> str:
    """Return what decides the order of the units on the phone with this slip, and tells nothing of the code."""
    return hmac.digest(pepper, b"order of units\0" + code.encode(), "sha256").hex()[:SEED_SIGNS]


def new_nonce() -> str:
    """Draw the random part of a receipt, in hex."""
    return token_bytes(NONCE_SIGNS // 2).hex()


def open_document(database: Database, finder: Finder, pepper: bytes, now: datetime, typed: str) -> DocumentFile:
    """Return the document that a code's paper is about.

    DomainError as ``open_paper``, ``not_found`` where there is none, ``paper_changed`` where it is not the frozen one.
    """
    paper = open_paper(database, finder, pepper, now, typed).paper
    if paper.document is None:
        raise DomainError("not_found")
    with database.reading() as session:
        file = document_file(session, paper.round_id, FIRST)
    if sha256(file.content).hexdigest() != paper.document.digest:
        raise DomainError("paper_changed")
    return file


def open_counter(database: Database, round_id: str) -> Counter:
    """Return what sealing for a round needs; DomainError ``round_closed`` without its box, or ``round_not_open``."""
    gate = _gate(database, round_id)
    if not gate.public_key:
        raise DomainError("round_not_open")
    return Counter(parse_paper(gate.paper), gate.paper_hash, gate.public_key, gate.state is GateState.OPEN)


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


def posted_sheet(database: Database, head: CastRequest, text: Callable[[str], str] | None) -> Sheet:
    """Return the sheet of a posted page: marks one by one from its fields by ``text``, or all in the request itself.

    DomainError ``round_closed``, ``paper_changed``, ``group_unknown``, ``marks_malformed``.
    """
    paper, digest = paper_at(database, head.round_id)
    if digest != head.paper_hash:
        raise DomainError("paper_changed")
    if head.group_id not in {group.id for group in paper.groups}:
        raise DomainError("group_unknown")
    answers = read_answers(paper, head.group_id, text) if text else Answers(head.marks, dict(head.remarks))
    if len(answers.marks) != len(paper.units) * len(paper.items):
        raise DomainError("marks_malformed")
    return Sheet(head.code, head.group_id, paper, digest, head.nonce.hex(), answers)


def fault_of(sheet: Sheet) -> DomainError | None:
    """Return why answers cannot go into the box: ``mark_missing`` for the first on the page, else as ``encode``."""
    if missing := missing_places(sheet):
        return _missing(sheet.paper, *missing[0])
    remarks = tuple(sorted(sheet.answers.remarks.items()))
    try:
        encode(sheet.paper, sheet.paper_hash, Ballot(sheet.group_id, sheet.answers.marks, remarks))
    except DomainError as error:
        return error
    return None
