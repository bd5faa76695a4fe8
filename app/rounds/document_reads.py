"""Read the documents of a 评议 round, of which voters get the first; the booth asks here, and must not reach staff."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import DomainError
from app.rounds.domain import PaperDocument
from app.rounds.models import RoundDocument
from app.rounds.reads import get_round

FIRST = 1


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A version of the document without its content."""

    version: int
    unit_id: str
    name: str
    size: int
    digest: str
    answers: str
    issues: str
    uploaded_at: datetime
    uploaded_by: str

    @property
    def answered(self) -> Mapping[str, str]:
        """Return the ids of the issues that it answers, with the titles that they had."""
        return dict(json.loads(self.issues))


def documents_of(session: Session, round_id: str) -> Sequence[DocumentView]:
    """Return the versions, first one first; none for a round that is about no document."""
    columns = [getattr(RoundDocument, name) for name in DocumentView.__dataclass_fields__]
    rows = select(*columns).where(RoundDocument.round_id == round_id).order_by(RoundDocument.version)
    return [DocumentView(*row) for row in session.execute(rows)]


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """A version's content; its kind was checked when it came in."""

    name: str
    media_type: str
    content: bytes


def document_file(session: Session, round_id: str, version: int) -> DocumentFile:
    """Return a version to be read; a rehearsal shows its round's. DomainError ``not_found``."""
    owner = get_round(session, round_id).rehearsal_of or round_id
    row = session.get(RoundDocument, (owner, version))
    if row is None:
        raise DomainError("not_found")
    return DocumentFile(row.name, row.media_type, row.content)


def subject(session: Session, round_id: str) -> tuple[str, PaperDocument] | None:
    """Return the unit and the document that a round is about, or None."""
    found = next(iter(documents_of(session, round_id)), None)
    return None if found is None else (found.unit_id, PaperDocument(found.name, found.digest))
