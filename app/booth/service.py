"""From a code to the paper it is for, and from answers to what lies in the box."""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from app.ballots import reads as ballots
from app.ballots.domain import ROUND_ID, Gate, GateState
from app.ballots.finder import Finder, Found
from app.booth.domain import SEED_SIGNS, Answers, CastRequest, Filled, Sheet, blank, missing_places, read_answers
from app.box.drop import Vote
from app.box.envelope import Ballot, encode, plaintext_size
from app.box.seal import SEALED_OVERHEAD, envelope_info, seal
from app.core.db import Database
from app.core.errors import DomainError
from app.rounds.document_reads import FIRST, DocumentFile, document_file
from app.rounds.domain import Paper
from app.rounds.papers import parse_paper
from app.slips import redeem
from app.slips.codes import code_hash, parse_code
from app.slips.redeem import Claim


@dataclass(frozen=True, slots=True)
class Counter:
    """All that is needed to take sealed ballots of one round; nothing in it changes while the round is open."""

    paper_hash: str
    group_ids: frozenset[str]
    size: int
    """Bytes of every sealed ballot of the round."""
    stays: bool
    """Whether the round is open, so that this may be kept for the next ballot."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What a code opens: the paper of a round, as a voter group gets it."""

    round_id: str
    group_id: str
    paper_hash: str


@dataclass(frozen=True, slots=True)
class Door:
    """Where codes are looked up: in the boxes, and those that no box knows are told of to be counted (SEC-55)."""

    finder: Finder
    pepper: bytes
    unknown: Callable[[], None]


def admit(door: Door, hashes: Sequence[bytes], now: datetime) -> list[Admission | DomainError]:
    """Return what each code opens now, or why it opens nothing.

    The refusals: ``code_unknown``, ``round_not_open``, ``round_closed``, ``code_used``, ``code_voided``; ``busy`` for
    one that may be of a box that cannot be read.
    """
    found = redeem.look_up_all(door.finder, hashes)
    for _ in (digest for digest in hashes if digest not in found):
        door.unknown()
    return [_admitted(found[digest], now) if digest in found else DomainError("code_unknown") for digest in hashes]


def _admitted(code: Found | None, now: datetime) -> Admission | DomainError:
    if code is None:
        return DomainError("busy")
    if refusal := code.refusal(now):
        return DomainError(refusal)
    return Admission(code.round_id, code.group_id, code.paper_hash)


@dataclass(frozen=True, slots=True)
class Pinned:
    """The paper that hangs at a box's gate, its hash, and the key to which ballots are sealed; no key, no ballots."""

    paper: Paper
    paper_hash: str
    key: bytes


def paper_at(database: Database, round_id: str) -> Pinned:
    """Return the paper at a box's gate; DomainError ``round_closed`` where there is no box any more."""
    gate = _gate(database, round_id)
    return Pinned(parse_paper(gate.paper), gate.paper_hash, gate.public_key)


def _gate(database: Database, round_id: str) -> Gate:
    found = ballots.find_gate(database, round_id) if ROUND_ID.fullmatch(round_id) else None
    if found is None:
        raise DomainError("round_closed")
    return found


def open_paper(database: Database, door: Door, now: datetime, typed: str) -> Sheet:
    """Return the empty paper that a typed or scanned code is for; DomainError as ``parse_code`` and ``admit``."""
    code = parse_code(typed)
    (place,) = admit(door, [code_hash(door.pepper, code)], now)
    if isinstance(place, DomainError):
        raise place
    return empty_sheet(paper_at(database, place.round_id), place.group_id, code)


def empty_sheet(pinned: Pinned, group_id: str, code: str) -> Sheet:
    """Return the paper as a voter of that group gets it."""
    return Sheet(code, group_id, pinned.paper, pinned.paper_hash, pinned.key, blank(pinned.paper))


def order_seed(pepper: bytes, code: str) -> str:
    """Return what decides the order of the units on the phone with this slip, and tells nothing of the code."""
    return hmac.digest(pepper, b"order of units\0" + code.encode(), "sha256").hex()[:SEED_SIGNS]


def open_document(database: Database, door: Door, now: datetime, typed: str) -> DocumentFile:
    """Return the document that a code's paper is about.

    DomainError as ``open_paper``, ``not_found`` where there is none, ``paper_changed`` where it is not the frozen one.
    """
    paper = open_paper(database, door, now, typed).paper
    if paper.document is None:
        raise DomainError("not_found")
    with database.reading() as session:
        file = document_file(session, paper.round_id, FIRST)
    if sha256(file.content).hexdigest() != paper.document.digest:
        raise DomainError("paper_changed")
    return file


def open_counter(database: Database, round_id: str) -> Counter:
    """Return what taking ballots of a round needs; DomainError ``round_closed`` or ``round_not_open``."""
    gate = _gate(database, round_id)
    if not gate.public_key:
        raise DomainError("round_not_open")
    paper = parse_paper(gate.paper)
    groups = frozenset(group.id for group in paper.groups)
    size = plaintext_size(paper) + SEALED_OVERHEAD
    return Counter(gate.paper_hash, groups, size, gate.state is GateState.OPEN)


def check_envelope(counter: Counter, pepper: bytes, request: CastRequest) -> Vote:
    """Return the ballot, ready for the box; what is in it nobody here can know.

    DomainError as ``parse_code``, ``paper_changed``, ``group_unknown``, ``envelope_wrong_size``.
    """
    if request.paper_hash != counter.paper_hash:
        raise DomainError("paper_changed")
    if request.group_id not in counter.group_ids:
        raise DomainError("group_unknown")
    if len(request.sealed) != counter.size:
        raise DomainError("envelope_wrong_size")
    digest = code_hash(pepper, parse_code(request.code))
    return Vote(Claim(request.round_id, request.group_id, digest), request.sealed)


def seal_sheet(sheet: Sheet) -> CastRequest:
    """Seal the answers for a voter whose phone does not; DomainError as ``encode``, and ``mark_missing``."""
    remarks = tuple(sorted(sheet.answers.remarks.items()))
    plaintext = encode_named(sheet.paper, sheet.paper_hash, Ballot(sheet.group_id, sheet.answers.marks, remarks))
    info = envelope_info(sheet.paper.round_id, sheet.paper_hash, sheet.group_id)
    sealed = seal(sheet.key, info, plaintext)
    return CastRequest(sheet.code, sheet.paper.round_id, sheet.paper_hash, sheet.group_id, sealed)


def encode_named(paper: Paper, paper_hash: str, ballot: Ballot) -> bytes:
    """Return the plaintext of a ballot, as ``encode``, but name a missing mark by its unit and item."""
    try:
        return encode(paper, paper_hash, ballot)
    except DomainError as error:
        if error.code != "missing_marks":
            raise
        raise _missing(paper, int(str(error.params["unit"])), int(str(error.params["item"]))) from None


def _missing(paper: Paper, unit: int, item: int) -> DomainError:
    section = paper.section_at(unit)
    return DomainError("mark_missing", unit=paper.units[unit].name, item=section.items[item].label)


def posted_sheet(database: Database, head: Filled, text: Callable[[str], str] | None) -> Sheet:
    """Return the sheet of a posted page: marks one by one from its fields by ``text``, or all in the request itself.

    DomainError ``round_closed``, ``round_not_open``, ``paper_changed``, ``group_unknown``, ``marks_malformed``.
    """
    pinned = paper_at(database, head.round_id)
    paper = pinned.paper
    if not pinned.key:
        raise DomainError("round_not_open")
    if pinned.paper_hash != head.paper_hash:
        raise DomainError("paper_changed")
    if head.group_id not in {group.id for group in paper.groups}:
        raise DomainError("group_unknown")
    answers = read_answers(paper, head.group_id, text) if text else Answers(head.marks, dict(head.remarks))
    if len(answers.marks) != paper.cells:
        raise DomainError("marks_malformed")
    return Sheet(head.code, head.group_id, paper, pinned.paper_hash, pinned.key, answers)


def check_and_seal(sheet: Sheet) -> CastRequest | DomainError:
    """Seal answers, or return why they cannot go into the box: ``mark_missing`` for the first, else as ``encode``."""
    if missing := missing_places(sheet):
        return _missing(sheet.paper, *missing[0])
    try:
        return seal_sheet(sheet)
    except DomainError as error:
        return error
