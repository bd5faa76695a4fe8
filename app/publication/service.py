"""Freezing a result when the box has been opened, and the act that lets readers see it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.box import reads as box
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.publication.domain import Scope
from app.publication.models import Publication, Result
from app.publication.reads import has_result
from app.rounds.approvals import ask_or_act
from app.rounds.domain import Event, Paper, next_state
from app.rounds.ports import Acting, Ports
from app.rounds.reads import frozen_paper, get_round
from app.rounds.service import archive_round, publish_round
from app.slips.reads import slip_accounts
from app.slips.service import forget_codes
from app.tally.chain import Chain, GroupChain
from app.tally.result import canonical_json, document_digest, result_document


def counting_chain(session: Session, paper: Paper, round_id: str) -> Chain:
    """Return the counting chain from slip accounts and stacks; what came back but is in no stack is invalid."""
    valid = box.returned_by_group(session, paper)
    rows = []
    for account in slip_accounts(session, paper, round_id):
        if valid[account.group_id] > account.used:
            raise DomainError("stack_count_differs")
        rows.append(
            GroupChain(
                group_id=account.group_id,
                expected=account.expected,
                printed=account.printed,
                returned=account.used,
                valid=valid[account.group_id],
                voided=account.voided,
                spare=account.spare,
                invalid=account.used - valid[account.group_id],
                handed_back=account.handed_back,
            )
        )
    return Chain(tuple(rows))


def freeze_result(acting: Acting, round_id: str) -> None:
    """Count, judge, disclose and store the result, in the transaction that empties the box.

    Where more came back than went out there is no result: such a round can only be declared void. The digest is not
    written to the log here: of a small round it could be found by trying all outcomes before the publication.
    """
    session = acting.session
    paper, _ = frozen_paper(session, round_id)
    chain = counting_chain(session, paper, round_id)
    if chain.must_void:
        audit.record(session, acting.now, acting.actor, "result.refuse", round_id)
        return
    document = result_document(paper, box.stacks(session, round_id), chain, _remarks(session, round_id))
    session.add(
        Result(
            round_id=round_id,
            document=canonical_json(document),
            digest=document_digest(document),
            created_at=acting.now,
        )
    )
    audit.record(session, acting.now, acting.actor, "result.freeze", round_id)


def _remarks(session: Session, round_id: str) -> dict[str, tuple[str, ...]]:
    by_unit: dict[str, list[str]] = {}
    for remark in box.remarks(session, round_id):
        by_unit.setdefault(remark.unit_id, []).append(remark.text)
    return {unit_id: tuple(texts) for unit_id, texts in by_unit.items()}


def check_publishable(session: Session, round_id: str) -> None:
    """Refuse with ``round_wrong_state`` or, for a round that has to be declared void, ``result_must_void``."""
    if next_state(get_round(session, round_id).state, Event.PUBLISH) is None:
        raise DomainError("round_wrong_state")
    if not has_result(session, round_id):
        raise DomainError("result_must_void")


def ask_to_publish(acting: Acting, ports: Ports, round_id: str, scope: Scope) -> bool:
    """Publish, or ask the second person for it; return whether it was done."""
    check_publishable(acting.session, round_id)
    return ask_or_act(acting, ports, round_id, "publish", {"scope": scope.value})


def publish(acting: Acting, round_id: str, request: Mapping[str, Any]) -> None:
    """Let the readers of ``request["scope"]`` see the result from now on; there is no way back."""
    session, scope = acting.session, Scope(request["scope"])
    check_publishable(session, round_id)
    publish_round(acting, round_id)
    if session.get(Publication, (round_id, scope.value)) is not None:
        raise DomainError("result_already_published")
    session.add(
        Publication(round_id=round_id, scope=scope.value, published_at=acting.now, published_by=acting.actor.name)
    )
    digest = session.get_one(Result, round_id).digest
    audit.record(session, acting.now, acting.actor, "result.publish", round_id, scope=scope.value, digest=digest)


def archive(acting: Acting, round_id: str) -> None:
    """Put a published round away and delete what is left of its codes (SEC-10); the result stays readable."""
    archive_round(acting, round_id)
    forget_codes(acting, round_id)


def purge(session: Session, _folder: KeyFolder, round_id: str) -> None:
    """Delete the result of a rehearsal."""
    for table in (Publication, Result):
        session.execute(delete(table).where(table.round_id == round_id))
