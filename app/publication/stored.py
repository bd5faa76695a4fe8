"""Documents as they are stored, each checked against its digest; what a reader may see of one is cut elsewhere."""

import hmac
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Final

import orjson
from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from app.core.apart import at_hand, made_apart
from app.core.db import pause
from app.core.errors import DomainError
from app.core.holding import hold_nothing
from app.core.lately import Lately
from app.publication.models import ResultVersion
from app.tally.document import Document
from app.tally.flat import lifted

KEPT_PARSED = 4
WORK: Final = "parsing a result"
_parsed: Lately[Document] = Lately(KEPT_PARSED)
Read = Callable[[], AbstractContextManager[Session]]
"""Begins to read; the transaction ends with the block."""
_PLACE = tuple_(ResultVersion.round_id, ResultVersion.version)


class DamagedResultError(DomainError):
    """A stored result is not as its digest says; of several results the others are told nevertheless."""

    def __init__(self) -> None:
        super().__init__("result_damaged")


def digests_of(session: Session, versions: Collection[tuple[str, int]]) -> Mapping[str, str]:
    """Return the digests of versions, one of each round, by the rounds' ids."""
    if not versions:
        return {}
    query = select(ResultVersion.round_id, ResultVersion.digest).where(_PLACE.in_(versions))
    return {row.round_id: row.digest for row in session.execute(query)}


def document_of(session: Session, round_id: str, version: int, digest: str) -> Document:
    """Return a whole document, which may be kept from lately. For this package alone, like ``stored_document``.

    Who reads holds no transaction afterwards: what is made of a result takes long as well.
    """
    document = _parsed.get(digest)
    if document is None:
        document = stored_document(session, round_id, version)
        _parsed.put(digest, document)
    pause(session, WORK)
    return document


def document_once(session: Session, round_id: str, version: int, digest: str) -> Document:
    """Return a whole document likewise, of which something is made that is kept in its place: it takes no other's."""
    document = _parsed.get(digest) or stored_document(session, round_id, version)
    pause(session, WORK)
    return document


def documents_once(
    session: Session, versions: Mapping[str, int], digests: Mapping[str, str]
) -> dict[str, Callable[[], Document] | None]:  # fmt: skip
    """Return by the rounds' ids what gives each likewise, all read in one query; None for a damaged one.

    Each is parsed when it is asked for and kept by nobody, so that a dozen never lie in memory at once.
    """
    known = {each: _parsed.get(digests[each]) for each in versions}
    texts = texts_of(session, {each: versions[each] for each in versions if known[each] is None})
    return {
        **{round_id: partial(_same, document) for round_id, document in known.items() if document is not None},
        **{round_id: text.parsed if text else None for round_id, text in texts.items()},
    }


def _same(document: Document) -> Document:
    return document


def stored_document(session: Session, round_id: str, version: int) -> Document:
    """Read a whole document, checked against its digest, or raise ``DamagedResultError``. For this package alone."""
    return checked(session, text_of(round_id, version))


@dataclass(frozen=True, slots=True)
class Text:
    """A whole document as it is stored, found to be as its digest says."""

    text: str
    digest: str

    @property
    def document(self) -> Document:
        """The document, which may be kept from lately."""
        document = _parsed.get(self.digest)
        if document is None:
            document = self.parsed()
            _parsed.put(self.digest, document)
        return document

    def parsed(self) -> Document:
        """Return the document, which nobody keeps."""
        hold_nothing(WORK)
        return lifted(orjson.loads(self.text))


def texts_of(session: Session, versions: Mapping[str, int]) -> Mapping[str, Text | None]:
    """Return the stored documents of many rounds in one query, by the rounds' ids; None for one that is damaged."""
    query = select(ResultVersion.round_id, ResultVersion.document, ResultVersion.digest)
    found = session.execute(query.where(_PLACE.in_(list(versions.items())))).all() if versions else []
    pause(session, WORK)
    return {round_id: Text(text, digest) if _is_whole(text, digest) else None for round_id, text, digest in found}


def read_apart(read: Read, round_id: str, version: int) -> Document | None:
    """Read a whole document, parsed once the session has ended; None where it is damaged."""
    with read() as session:
        text = texts_of(session, {round_id: version})[round_id]
    return text.parsed() if text else None


def text_of(round_id: str, version: int) -> Select[str, str]:
    """Return the query for a document as it is stored."""
    query = select(ResultVersion.document, ResultVersion.digest)
    return query.where(ResultVersion.round_id == round_id, ResultVersion.version == version)


def checked(session: Session, query: Select[str, str]) -> Document:
    """Return the one document that a query of ``text_of`` finds, or raise ``DamagedResultError``.

    It is checked and parsed apart from the transaction, also where one acts (``core.apart``).
    """
    known = at_hand(session)
    digest = session.scalar(query.with_only_columns(ResultVersion.digest)) if known else None
    if (WORK, digest) not in known:
        text, digest = session.execute(query).one()
        known = made_apart(session, WORK, {(WORK, digest): partial(_document, text, digest)}, {})
    document: Document | None = known[WORK, digest]
    if document is None:
        raise DamagedResultError
    return document


def _document(text: str, digest: str) -> Document | None:
    return lifted(orjson.loads(text)) if _is_whole(text, digest) else None


def _is_whole(text: str, digest: str) -> bool:
    return hmac.compare_digest(sha256(text.encode()).hexdigest(), digest)
