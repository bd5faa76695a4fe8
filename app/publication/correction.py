"""Correcting the slip counts of a published result: a new version of the document, the old one kept (SEC-45).

Stacks never change, so every version rests on the same ballots. A correction must hold back exactly what the version
before it held back: where the new numbers would ask for more to be hidden, old tables and new chain could be combined.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from app.audit import service as audit
from app.core.acting import Acting
from app.core.db import locked_rows
from app.core.errors import DomainError
from app.publication.domain import Wanted
from app.publication.models import ResultRelease
from app.publication.reads import release_of, stored_document, versions_of
from app.publication.service import count_again, counting_chain, end_release, enter_release, people, store_version
from app.publication.verdicts import written
from app.rounds.approvals import ask_or_act
from app.rounds.domain import Paper, RoundState
from app.rounds.ports import Ports
from app.rounds.reads import frozen_paper, get_round
from app.rounds.service import locked_round
from app.slips.accounting import SlipAccount
from app.slips.service import correct_counts
from app.tally.chain import Chain
from app.tally.document import Document
from app.tally.restraint import restraint_of

Counts = Mapping[str, tuple[int, int]]
"""Spare and handed-back slips by voter group id."""


def ask_to_correct(acting: Acting, ports: Ports, round_id: str, counts: Counts, reason: str) -> bool:
    """Correct, or ask the second person for it; return whether it was done."""
    paper, _ = frozen_paper(acting.session, round_id)
    chain = counting_chain(acting.session, paper, round_id)
    known = {group.id: (chain.group(group.id).spare, chain.group(group.id).handed_back) for group in paper.groups}
    changed = {group: list(pair) for group, pair in counts.items() if pair != known.get(group)}
    request = {"counts": changed, "reason": reason, "asked_by": acting.actor.name}
    _corrected(acting, round_id, request)
    return ask_or_act(acting, ports, round_id, "correct", request)


def correct(acting: Acting, round_id: str, request: Mapping[str, Any]) -> None:
    """Store the corrected version and put it in the place of the old one in every release that is in force."""
    session, reason = acting.session, str(request["reason"])
    locked_round(session, round_id)
    document = _corrected(acting, round_id, request)
    version = store_version(acting, round_id, written(document), reason)
    query = select(ResultRelease).where(ResultRelease.round_id == round_id, ResultRelease.withdrawn_at.is_(None))
    rows = locked_rows(session, query)
    for row, release in [(row, release_of(row)) for row in rows]:
        if not release.is_active(acting.now):
            continue
        end_release(acting, row, reason)
        enter_release(
            acting,
            round_id,
            version,
            Wanted(release.scope, release.unit_ids, release.reader_ids, release.expires_at),
            by=people(acting, request),
        )
    correct_counts(session, round_id, _counts(request))
    audit.record(session, acting.now, acting.actor, "result.correct", round_id, version=version, reason=reason)


def _corrected(acting: Acting, round_id: str, request: Mapping[str, Any]) -> Document:
    session = acting.session
    if get_round(session, round_id).state is not RoundState.PUBLISHED:
        raise DomainError("round_wrong_state")
    paper, _ = frozen_paper(session, round_id)
    before = stored_document(session, round_id, versions_of(session, round_id)[-1].version)
    chain = _with_counts(paper, counting_chain(session, paper, round_id), _counts(request))
    document = count_again(session, paper, chain, restraint_of(before))
    if document["chain"] == before["chain"]:
        raise DomainError("correction_empty")
    if not restraint_of(before).is_kept_by(document):
        raise DomainError("correction_reveals")
    return document


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
