"""评议: attach the document that a round is about, and revise it after the vote; a revision says what it answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.audit import service as audit
from app.campaigns.reads import get_campaign
from app.core.acting import Acting
from app.core.db import locked
from app.core.errors import DomainError
from app.office.uploads import KINDS, checked_suffix, clean_name
from app.rounds.document_reads import FIRST, documents_of
from app.rounds.domain import RoundState
from app.rounds.models import Round, RoundDocument
from app.rounds.reads import RoundView, view

READABLE = (".pdf", ".docx")
MOST_VERSIONS = 20


@dataclass(frozen=True, slots=True)
class Answers:
    """What a revised version answers: in words, and the issues by id with their titles."""

    words: str
    issues: Mapping[str, str] = field(default_factory=dict)


NOTHING = Answers("")


def attach(acting: Acting, round_id: str, unit_id: str, name: str, content: bytes) -> None:
    """Make a draft round one about this document of this unit; DomainError ``round_frozen``, ``unit_unknown``."""
    row = _held(acting, round_id, RoundState.DRAFT, "round_frozen")
    if unit_id not in {unit.id for unit in get_campaign(acting.session, row.campaign_id).units}:
        raise DomainError("unit_unknown")
    suffix = checked_suffix(name, content, READABLE)
    acting.session.execute(delete(RoundDocument).where(RoundDocument.round_id == round_id))
    made = _add(acting, (round_id, FIRST, unit_id), clean_name(name, suffix), content, NOTHING)
    audit.record(acting.session, acting.now, acting.actor, "round.document", round_id, digest=made, unit=unit_id)


def detach(acting: Acting, round_id: str) -> None:
    """Make a draft round an ordinary one again."""
    _held(acting, round_id, RoundState.DRAFT, "round_frozen")
    acting.session.execute(delete(RoundDocument).where(RoundDocument.round_id == round_id))
    audit.record(acting.session, acting.now, acting.actor, "round.document_removed", round_id)


def revise(acting: Acting, round_id: str, upload: tuple[str, bytes], answers: Answers) -> None:
    """Add a revised version, with what it answers, once the result is published; every earlier one stays."""
    if not documents_of(acting.session, round_id):
        raise DomainError("not_found")
    _held(acting, round_id, RoundState.PUBLISHED, "round_wrong_state")
    versions = documents_of(acting.session, round_id)
    if len(versions) >= MOST_VERSIONS:
        raise DomainError("attachments_too_many", limit=MOST_VERSIONS)
    name, content = upload
    suffix = checked_suffix(name, content, READABLE)
    place = (round_id, versions[-1].version + 1, versions[0].unit_id)
    made = _add(acting, place, clean_name(name, suffix), content, answers)
    detail = {"digest": made, "issues": sorted(answers.issues)}
    audit.record(acting.session, acting.now, acting.actor, "round.document_revised", round_id, **detail)


def copy(session: Session, from_round: str, to_round: str) -> None:
    """Give a repeated round the document of the one it repeats."""
    row = session.get(RoundDocument, (from_round, FIRST))
    if row is not None:
        fields = {column.name: getattr(row, column.name) for column in RoundDocument.__table__.columns}
        session.add(RoundDocument(**{**fields, "round_id": to_round}))


def _held(acting: Acting, round_id: str, state: RoundState, refusal: str) -> RoundView:
    row = locked(acting.session, Round, round_id)
    if row is None:
        raise DomainError("round_unknown")
    if row.state != state:
        raise DomainError(refusal)
    return view(row)


def _add(acting: Acting, place: tuple[str, int, str], name: str, content: bytes, answers: Answers) -> str:
    round_id, version, unit_id = place
    digest = sha256(content).hexdigest()
    acting.session.add(
        RoundDocument(
            round_id=round_id,
            version=version,
            unit_id=unit_id,
            name=name,
            media_type=KINDS[name[name.rindex(".") :]],
            size=len(content),
            digest=digest,
            content=content,
            answers=answers.words,
            issues=json.dumps(list(answers.issues.items()), ensure_ascii=False),
            uploaded_at=acting.now,
            uploaded_by=acting.actor.name,
        )
    )
    acting.session.flush()
    return digest
