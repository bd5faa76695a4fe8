"""Correcting the slip counts of a published result: a new version of the document, the old one kept (SEC-45).

Stacks never change, so every version rests on the same ballots. A correction must hold back exactly what the version
before it held back: where the new numbers would ask for more to be hidden, old tables and new chain could be combined.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.box import reads as box
from app.core.acting import Acting
from app.core.db import Database, locked_rows
from app.core.errors import DomainError
from app.publication.domain import Wanted
from app.publication.models import ResultRelease
from app.publication.reads import VersionLine, release_of, versions_of
from app.publication.service import by_unit, counting_chain, end_release, enter_release, people, store_version
from app.publication.signing import Signed, Stored, check_signature, sign, stored_signature
from app.publication.stored import stored_document
from app.publication.verdicts import written
from app.rounds.domain import Paper, RoundState
from app.rounds.ports import Act
from app.rounds.reads import frozen_paper, get_round
from app.rounds.service import locked_round
from app.slips.accounting import SlipAccount
from app.slips.service import correct_counts
from app.tally.chain import Chain
from app.tally.document import Document
from app.tally.restraint import restraint_of
from app.tally.result import result_document

Counts = Mapping[str, tuple[int, int]]
"""Spare and handed-back slips by voter group id."""


def request_of(session: Session, round_id: str, counts: Counts, reason: str, asked_by: str) -> dict[str, Any]:
    """Return what is asked for: the counts that differ from those that are known, and why."""
    paper, _ = frozen_paper(session, round_id)
    chain = counting_chain(session, paper, round_id)
    known = {group.id: (chain.group(group.id).spare, chain.group(group.id).handed_back) for group in paper.groups}
    changed = {group: list(pair) for group, pair in counts.items() if pair != known.get(group)}
    return {"counts": changed, "reason": reason, "asked_by": asked_by}


@dataclass(frozen=True, slots=True)
class _Basis:
    """What a correction rests on; ``chain`` is the corrected one."""

    paper: Paper
    chain: Chain
    before: VersionLine
    signature: Stored | None


def _basis(session: Session, round_id: str, request: Mapping[str, Any]) -> _Basis:
    if get_round(session, round_id).state is not RoundState.PUBLISHED:
        raise DomainError("round_wrong_state")
    paper, _ = frozen_paper(session, round_id)
    chain = _with_counts(paper, counting_chain(session, paper, round_id), _counts(request))
    last = versions_of(session, round_id)[-1]
    return _Basis(paper, chain, last, stored_signature(session, round_id, last.version))


def make_ready(database: Database, round_id: str, request: Mapping[str, Any]) -> Act:
    """Count the corrected version and sign it, while no transaction is held; return the act that stores it.

    DomainError as ``check_signature`` where the version before is not as it was signed: it says what is held back.
    """
    seed = database.keys.signing_key()
    with database.reading() as session:
        basis = _basis(session, round_id, request)
        before = stored_document(session, round_id, basis.before.version)
        stacks, remarks = box.stacks(session, round_id), by_unit(box.remarks(session, round_id))
    check_signature(seed, basis.signature, (round_id, basis.before.version, basis.before.digest))
    restraint = restraint_of(before)
    document = result_document(basis.paper, stacks, basis.chain, remarks, restraint)
    if _counted(document) == _counted(before):
        raise DomainError("correction_empty")
    if not restraint.is_kept_by(document):
        raise DomainError("correction_reveals")
    made = sign(seed, written(document), (round_id, basis.before.version + 1, basis.before.root))
    return partial(_correct, basis, made)


def _counted(document: Document) -> dict[str, object]:
    """Return the counting chain; what follows for sections from the same counts was not always told."""
    return {key: value for key, value in document["chain"].items() if key != "sections"}


def _correct(basis: _Basis, made: Signed, acting: Acting, round_id: str, request: Mapping[str, Any]) -> None:
    """Store the corrected version and put it in the place of the old one in every release that is in force.

    DomainError ``result_changed`` if what it rests on has changed since it was counted.
    """
    session, reason = acting.session, str(request["reason"])
    locked_round(session, round_id)
    if _basis(session, round_id, request) != basis:
        raise DomainError("result_changed")
    store_version(acting, round_id, made, reason)
    _release_again(acting, round_id, made.statement.version, request)
    correct_counts(session, round_id, _counts(request))
    detail = {"version": made.statement.version, "reason": reason}
    audit.record(session, acting.now, acting.actor, "result.correct", round_id, **detail)


def _release_again(acting: Acting, round_id: str, version: int, request: Mapping[str, Any]) -> None:
    query = select(ResultRelease).where(ResultRelease.round_id == round_id, ResultRelease.withdrawn_at.is_(None))
    by = people(acting, request)
    for row, release in [(row, release_of(row)) for row in locked_rows(acting.session, query)]:
        if release.is_active(acting.now):
            end_release(acting, row, str(request["reason"]))
            wanted = Wanted(release.scope, release.unit_ids, release.reader_ids, release.expires_at)
            enter_release(acting, round_id, version, wanted, by=by)


def _counts(request: Mapping[str, Any]) -> Counts:
    return {group: (int(pair[0]), int(pair[1])) for group, pair in request["counts"].items()}


def _with_counts(paper: Paper, chain: Chain, counts: Counts) -> Chain:
    """Return the chain with spare and handed-back slips as corrected; numbers that cannot be right are refused."""
    rows = []
    for group in paper.groups:
        row = chain.group(group.id)
        spare, handed_back = counts.get(group.id, (row.spare, row.handed_back))
        SlipAccount(row.printed, row.voided, spare, handed_back, row.returned)
        rows.append(replace(row, spare=spare, handed_back=handed_back))
    return Chain(tuple(rows))
