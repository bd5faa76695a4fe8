"""The door of every output: a result is read here or nowhere, and only after its publication."""

import hmac
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.errors import DomainError
from app.publication.domain import Document, Scope
from app.publication.models import Publication, Result
from app.rounds.domain import RoundState
from app.rounds.reads import RoundView, all_rounds, frozen_paper, get_round

READABLE = frozenset({RoundState.PUBLISHED, RoundState.ARCHIVED})
KEPT_PARSED = 4


@dataclass(frozen=True, slots=True)
class Published:
    """A published result; ``digest`` is the SHA-256 of the document's stored text."""

    round_id: str
    document: Document
    digest: str
    scope: Scope
    published_at: datetime


@dataclass(frozen=True, slots=True)
class PublishedLine:
    """A line of the list of published results: no figure of any of them."""

    round: RoundView
    organisation: str
    campaign: str
    published_at: datetime


class _Parsed:
    """The documents read last, by digest: parsing one of a hundred units takes longer than rendering it."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._documents: OrderedDict[str, Document] = OrderedDict()
        self._lock = Lock()

    def get(self, digest: str) -> Document | None:
        with self._lock:
            found = self._documents.get(digest)
            if found is not None:
                self._documents.move_to_end(digest)
            return found

    def put(self, digest: str, document: Document) -> None:
        with self._lock:
            self._documents[digest] = document
            while len(self._documents) > self._size:
                self._documents.popitem(last=False)


_parsed = _Parsed(KEPT_PARSED)


def published(session: Session, round_id: str) -> Published:
    """Return the published result of a round; DomainError ``result_not_published``, also where there is no round."""
    query = (
        select(Result.digest, Publication.scope, Publication.published_at)
        .join(Publication, Publication.round_id == Result.round_id)
        .where(Result.round_id == round_id)
        .order_by(Publication.published_at, Publication.scope)
    )
    found = session.execute(query).first()
    if found is None or get_round(session, round_id).state not in READABLE:
        raise DomainError("result_not_published")
    digest, scope, published_at = found
    return Published(round_id, _document(session, round_id, digest), digest, Scope(scope), published_at)


def published_result(session: Session, round_id: str) -> Document:
    """Return the document of a published result; DomainError ``result_not_published``."""
    return published(session, round_id).document


def _document(session: Session, round_id: str, digest: str) -> Document:
    document = _parsed.get(digest)
    if document is None:
        text = session.scalars(select(Result.document).where(Result.round_id == round_id)).one()
        if not hmac.compare_digest(sha256(text.encode()).hexdigest(), digest):
            raise DomainError("result_damaged")
        document = json.loads(text)
        _parsed.put(digest, document)
    return document


def published_rounds(session: Session) -> Sequence[PublishedLine]:
    """Return the rounds whose result is published, newest round first."""
    times = dict(session.execute(select(Publication.round_id, Publication.published_at)).all())
    lines = []
    for row in all_rounds(session):
        if row.id in times and row.state in READABLE:
            paper, _ = frozen_paper(session, row.id)
            lines.append(PublishedLine(row, paper.organisation, paper.campaign, times[row.id]))
    return lines


def has_result(session: Session, round_id: str) -> bool:
    """Whether a result waits for publication or is published; says nothing of what is in it."""
    return session.scalars(select(Result.round_id).where(Result.round_id == round_id)).first() is not None
