"""What stands in the package of a round, read in one session: everything in the scope of organisers, no more.

The session pauses wherever a result is parsed, so that others write meanwhile: what was read is compared with the
ledger at the end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from app.audit.service import Entry, entries_about
from app.box.reads import key_of, opening_of
from app.box.scrutiny import Report, report
from app.core.chinese import days_words
from app.core.errors import DomainError
from app.core.key_folder import KeyFolder
from app.opinions.reads import merged_for
from app.publication.admission import merged_of
from app.publication.composite_rows import Composites
from app.publication.composites import composites_beside
from app.publication.domain import Release, Scope, Viewer
from app.publication.editions import Published
from app.publication.own_scores import composites_to_units
from app.publication.previous import previous_seen
from app.publication.reads import VersionLine, ledger_of, published, versions_of
from app.publication.service import unseen_of
from app.publication.signing import Stored, stored_signature, version_text
from app.publication.stored import DamagedResultError
from app.receipts.listing import Listing, listing_of
from app.reports.fields import ReportKind
from app.reports.scrutiny import Particulars
from app.reports.service import own_of_round
from app.rounds.document_reads import DocumentFile, document_file, documents_of
from app.rounds.domain import Paper
from app.rounds.papers import papers_in
from app.rounds.reads import RoundView, frozen_text, get_round
from app.rounds.receipt_reads import root_of

ORGANISERS = Viewer(Scope.ORGANISERS)
READINGS: Final = 3
"""So often a round is read that is corrected, released or withdrawn each time while it is read."""


Told = tuple[Sequence[Release], Sequence[VersionLine]]
"""The ledger and the versions of a round's result."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the result that was released: its stored text, whose SHA-256 is ``line.digest``, and signature."""

    line: VersionLine
    text: str
    stored: Stored | None


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that the files of a package are made of. ``listing`` and ``minutes`` are None where there are none."""

    round: RoundView
    paper: Paper
    paper_text: str
    paper_hash: str
    result: Published
    versions: Sequence[Version]
    held_back: int
    """How many versions were made and never released; nothing of them is in the package."""
    releases: Sequence[Release]
    listing: Listing | None
    minutes: Report | None
    entries: Sequence[Entry]
    documents: Sequence[DocumentFile]
    templates: Mapping[ReportKind, bytes | None]
    particulars: Particulars
    to_units: Composites | None
    """What stands beside the votes, as each unit knows it: for the letters."""


def contents_of(session: Session, folder: KeyFolder, round_id: str, now: datetime) -> Contents:
    """Read it, anew where its versions or releases changed meanwhile, so that no part contradicts another.

    DomainError ``result_not_published`` for a round that has nothing to be put away yet, ``package_unsettled``.
    """
    for _ in range(READINGS):
        told = _told(session, round_id)
        found = _read(session, folder, round_id, now, told)
        if _told(session, round_id) == told:
            return found
    raise DomainError("package_unsettled")


def _told(session: Session, round_id: str) -> Told:
    return ledger_of(session, round_id), versions_of(session, round_id)


def _read(session: Session, folder: KeyFolder, round_id: str, now: datetime, told: Told) -> Contents:
    result = published(session, round_id, ORGANISERS, now)
    text, digest = frozen_text(session, round_id)
    ledger, lines = told
    released = {release.version for release in ledger}
    return Contents(
        round=get_round(session, round_id),
        paper=papers_in(session, [text])[text],
        paper_text=text,
        paper_hash=digest,
        result=result,
        versions=[_version(session, round_id, line) for line in lines if line.version in released],
        held_back=sum(line.version not in released for line in lines),
        releases=ledger,
        listing=listing_of(session, round_id) if root_of(session, round_id) else None,
        minutes=_minutes(session, folder, round_id),
        entries=entries_about(session, round_id),
        documents=[document_file(session, round_id, each.version) for each in documents_of(session, round_id)],
        templates={kind: own_of_round(session, kind, round_id) for kind in ReportKind},
        particulars=_particulars(session, result, now),
        to_units=composites_to_units(session, result, ORGANISERS, now),
    )


def _version(session: Session, round_id: str, line: VersionLine) -> Version:
    text, digest = version_text(session, round_id, line.version)
    if digest != line.digest:
        raise DamagedResultError
    return Version(line, text, stored_signature(session, round_id, line.version))


def _minutes(session: Session, folder: KeyFolder, round_id: str) -> Report | None:
    if key_of(session, round_id) is None or opening_of(session, round_id) is None:
        return None
    return report(session, folder, unseen_of, round_id)


def _particulars(session: Session, result: Published, now: datetime) -> Particulars:
    row = get_round(session, result.round_id)
    return Particulars(
        time=days_words(row.opened_at, row.closed_at),
        merged=merged_of(session, result, merged_for),
        composites=composites_beside(session, result, ORGANISERS, now),
        previous=previous_seen(session, ORGANISERS, now, result),
    )
