"""Signatures of results: one that is stored with every version, and one of what is sent, the cut its reader may see.

Both are made and checked while no transaction is held. Nothing is signed for sending unless the stored signature is
right: who changes a stored result, but does not hold the key folder, gets nothing signed. Its code and the moment of
publication are said when it is sent; no stored signature covers them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.errors import DomainError
from app.core.holding import hold_nothing
from app.core.signing import is_right, public_half, signature_of, signed, with_signature
from app.core.signs import signs_of
from app.publication.domain import Scope
from app.publication.editions import Published, PublishedBands
from app.publication.models import ResultSignature, ResultVersion
from app.publication.renditions import told
from app.publication.stored import DamagedResultError
from app.publication.verdicts import Written
from app.rounds.receipt_reads import root_of
from app.tally.document import BandDocument, Document, text_digest

VERSION_FORMAT: Final = "manyidu/result-version/1"
FORMAT: Final = "manyidu/result/1"


@dataclass(frozen=True, slots=True)
class Statement:
    """What is said of a version by its stored signature; ``root`` is empty for a box from before there were roots."""

    round_id: str
    version: int
    digest: str
    root: str

    def document(self) -> dict[str, Any]:
        """Return what is signed."""
        fields = {"round_id": self.round_id, "version": self.version, "digest": self.digest, "root": self.root}
        return {"format": VERSION_FORMAT, **fields}


@dataclass(frozen=True, slots=True)
class Signed:
    """A version written down and signed, to be stored."""

    written: Written
    statement: Statement
    signature: bytes


def sign(seed: bytes, written: Written, of: tuple[str, int, str]) -> Signed:
    """Sign what was written down as the version ``of`` = (round, number, root); no transaction may be held."""
    hold_nothing("signing a result")
    round_id, version, root = of
    statement = Statement(round_id, version, written.digest, root)
    return Signed(written, statement, signature_of(seed, statement.document()))


def root_text(session: Session, round_id: str) -> str:
    """Return the root over a round's box as hex digits, or empty text where none was ever written."""
    root = root_of(session, round_id)
    return root.hex if root else ""


@dataclass(frozen=True, slots=True)
class Stored:
    """The signature of a version as it is stored."""

    root: str
    signature: bytes


def stored_signature(session: Session, round_id: str, version: int) -> Stored | None:
    """Return the signature of a version, or None where it has none."""
    columns = select(ResultSignature.root, ResultSignature.signature)
    row = session.execute(
        columns.where(ResultSignature.round_id == round_id, ResultSignature.version == version)
    ).one_or_none()
    return None if row is None else Stored(row.root, row.signature)


def check_signature(seed: bytes, stored: Stored | None, of: tuple[str, int, str]) -> Stored:
    """Return the signature of the version ``of`` = (round, number, digest), checked; no transaction may be held.

    DomainError ``result_unsigned`` or ``result_signature_wrong``.
    """
    hold_nothing("checking a signature")
    if stored is None:
        raise DomainError("result_unsigned")
    round_id, version, digest = of
    statement = Statement(round_id, version, digest, stored.root)
    if not is_right(public_half(seed), statement.document(), stored.signature):
        raise DomainError("result_signature_wrong")
    return stored


def version_text(session: Session, round_id: str, version: int) -> tuple[str, str]:
    """Return a stored version as its text, and the digest beside it, which may not be its own."""
    query = select(ResultVersion.document, ResultVersion.digest)
    row = session.execute(query.where(ResultVersion.round_id == round_id, ResultVersion.version == version)).one()
    return row.document, row.digest


def signed_statement(seed: bytes, stored: Stored | None, of: tuple[str, int, str]) -> dict[str, Any]:
    """Return what is stored to be said of the version ``of`` = (round, number, digest), with its signature, as JSON.

    DomainError as ``check_signature``.
    """
    proved = check_signature(seed, stored, of)
    return with_signature(public_half(seed), Statement(*of, proved.root).document(), proved.signature)


def versions_in(database: Database) -> list[tuple[str, int]]:
    """Return the round and number of every version that is stored."""
    with database.reading() as session:
        query = select(ResultVersion.round_id, ResultVersion.version).order_by(ResultVersion.created_at)
        return [(row.round_id, row.version) for row in session.execute(query)]


def check_stored(database: Database, round_id: str, version: int) -> None:
    """Check a stored version: ``DamagedResultError`` or as ``check_signature``.

    Before the first start since there are signatures, a version without one is as it should be.
    """
    with database.reading() as session:
        text, digest = version_text(session, round_id, version)
        stored = stored_signature(session, round_id, version)
    if text_digest(text) != digest:
        raise DamagedResultError
    if stored is not None or database.keys.has_signed_earlier():
        check_signature(database.keys.signing_key(), stored, (round_id, version, digest))


def signed_result(seed: bytes, found: Published | PublishedBands, stored: Stored | None) -> dict[str, Any]:
    """Return what a reader sees of a result, signed; DomainError as ``check_signature``."""
    proved = check_signature(seed, stored, (found.round_id, found.version, found.digest))
    return signed(seed, _wrapped(found, proved.root))


def signed_file(seed: bytes, found: Published | PublishedBands, stored: Stored | None) -> bytes:
    """Return ``signed_result`` as the text of a file; < is written so that no browser takes words for tags."""
    text = orjson.dumps(signed_result(seed, found, stored), option=orjson.OPT_INDENT_2)
    return text.replace(b"<", rb"\u003c")


def seen(found: Published | PublishedBands) -> Document | BandDocument:
    """Return the document as it goes out: without the notes that only organisers get."""
    found.must_be_stored("what goes out signed")
    if isinstance(found, PublishedBands) or found.scope is Scope.ORGANISERS:
        return found.document
    return {**found.document, "sections": [told(section) for section in found.document["sections"]]}


def _wrapped(found: Published | PublishedBands, root: str) -> Mapping[str, Any]:
    return {
        "format": FORMAT,
        "round_id": found.round_id,
        "version": found.version,
        "scope": found.scope.value,
        "whole": found.is_whole,
        "digest": found.digest if found.is_whole else None,
        "code": found.code,
        "published_at": found.published_at.isoformat(),
        "root": root or None,
        "signs": signs_of(bytes.fromhex(root)) if root else None,
        "document": seen(found),
    }
