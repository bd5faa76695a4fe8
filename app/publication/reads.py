"""The door of every output: a result is read here or nowhere, only in a scope that it was released to."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypedDict

from sqlalchemy import ColumnElement, Row, and_, select
from sqlalchemy.orm import Session

from app.accounts.service import units_of
from app.core.acting import Principal
from app.core.errors import DomainError
from app.publication.domain import (
    BANDS_ONLY,
    Release,
    Scope,
    Sight,
    Viewer,
    sight_of,
    sight_of_version,
)
from app.publication.editions import Published, PublishedBands
from app.publication.meeting import NOTHING, Meeting
from app.publication.models import Announcement, ResultRelease, ResultSignature, ResultVersion
from app.publication.renditions import bands, rendition
from app.publication.stored import document_of
from app.rounds.domain import Paper, RoundState
from app.rounds.reads import RoundView, frozen_papers, get_round, rounds_in
from app.slips.codes import format_code
from app.tally.document import Document

ReadDocument = Callable[[Session, str, int, str], Document]
"""Gives a whole document by its round, version and digest."""
READABLE = frozenset({RoundState.PUBLISHED, RoundState.ARCHIVED})
ANYONE = Viewer(Scope.PARTICIPANTS)


@dataclass(frozen=True, slots=True)
class PublishedLine:
    """A line of the list of published results: no figure of any of them; ``unit_ids``: what its reader sees of it."""

    round: RoundView
    organisation: str
    campaign: str
    published_at: datetime
    unit_ids: frozenset[str]
    english: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version of a result without its figures; ``code`` as it is printed, ``root`` of its box in hex digits."""

    version: int
    digest: str
    code: str
    reason: str
    created_at: datetime
    root: str = ""


Sighted = tuple[RoundView, Sight]
_SIGNED = and_(ResultSignature.round_id == ResultVersion.round_id, ResultSignature.version == ResultVersion.version)
_VERSIONS = select(
    *(ResultVersion.version, ResultVersion.digest, ResultVersion.code, ResultVersion.reason, ResultVersion.created_at),
    ResultSignature.root,
).outerjoin(ResultSignature, _SIGNED)
_TYPED = [getattr(Announcement, name) for name in Meeting.__dataclass_fields__]
_SCOPE_OF_ROLE = {"organiser": Scope.ORGANISERS, "leader": Scope.LEADERS, "liaison": Scope.UNIT}
"""No account has two of these roles (``accounts.domain.refused_join``)."""


def viewer_of(session: Session, staff: Principal) -> Viewer:
    """Return as what a member of staff reads results; DomainError ``role_refused``."""
    scope = next((scope for role, scope in _SCOPE_OF_ROLE.items() if role in staff.roles), None)
    if scope is None:
        raise DomainError("role_refused")
    units = units_of(session, staff.id) if scope is Scope.UNIT else frozenset[str]()
    return Viewer(scope, staff.id, units)


def own_viewer(paper: Paper) -> Viewer:
    """Return as what the units of a paper read results, each of them its own alone."""
    return Viewer(Scope.UNIT, unit_ids=frozenset(unit.id for unit in paper.units))


def release_of(row: ResultRelease | Row[*tuple[Any, ...]]) -> Release:
    """Return the ledger entry of a row."""
    return Release(
        row.id,
        row.round_id,
        row.version,
        Scope(row.scope),
        frozenset(json.loads(row.unit_ids)) if row.unit_ids else None,
        frozenset(json.loads(row.reader_ids)) if row.reader_ids else None,
        row.released_at,
        row.released_by,
        row.expires_at,
        row.withdrawn_at,
        row.withdrawn_reason,
        row.withdrawn_by,
    )


def ledger_of(session: Session, round_id: str) -> Sequence[Release]:
    """Return all releases of a round, oldest first, withdrawn ones too."""
    rows = select(ResultRelease).where(ResultRelease.round_id == round_id)
    ordered = rows.order_by(ResultRelease.released_at, ResultRelease.id)
    return [release_of(row) for row in session.scalars(ordered)]


def ledgers(session: Session, rounds: Collection[str] | None = None) -> Mapping[str, list[Release]]:
    """Return the releases of every round that has any, or of some, oldest first, withdrawn ones too."""
    found: dict[str, list[Release]] = {}
    columns = [getattr(ResultRelease, name) for name in ResultRelease.__table__.columns.keys()]  # noqa: SIM118 - no dict
    query = select(*columns) if rounds is None else select(*columns).where(ResultRelease.round_id.in_(rounds))
    for row in session.execute(query.order_by(ResultRelease.released_at, ResultRelease.id)):
        found.setdefault(row.round_id, []).append(release_of(row))
    return found


def published(
    session: Session, round_id: str, viewer: Viewer, now: datetime, read: ReadDocument = document_of
) -> Published:  # fmt: skip
    """Return the result as a viewer may see it; DomainError ``result_not_published``, also where there is no round.

    For scopes that read figures; the wider circle reads ``published_bands``. ``read`` gives the stored document.
    """
    ledger = ledger_of(session, round_id)
    row, sight = readable(session, round_id, sight_of(viewer, ledger, now))
    earlier = (at for at in range(sight.version - 1, 0, -1) if sight_of_version(viewer, ledger, at, now) is not None)
    in_force = tuple(release for release in ledger if release.is_active(now))
    return replace(_seen(session, row, sight, read), corrects=next(earlier, None), in_force=in_force)


def published_bands(session: Session, round_id: str, viewer: Viewer, now: datetime) -> PublishedBands:
    """Return the result in bands, for the scopes of the wider circle; DomainError ``result_not_published``."""
    return bands_in(session, round_id, sight_of(viewer, ledger_of(session, round_id), now))


def published_version(session: Session, round_id: str, version: int, viewer: Viewer, now: datetime) -> Published:
    """Return an earlier version as far as its reader saw it and still may; DomainError ``result_not_published``."""
    return published_in(session, round_id, sight_of_version(viewer, ledger_of(session, round_id), version, now))


def published_in(session: Session, round_id: str, sight: Sight | None, read: ReadDocument = document_of) -> Published:
    """Return the result as a sight that was found before says, whatever was released or withdrawn since."""
    return _seen(session, *readable(session, round_id, sight), read)


def bands_in(session: Session, round_id: str, sight: Sight | None) -> PublishedBands:
    """Return the result in bands likewise."""
    edition, document = _edition(session, *readable(session, round_id, sight))
    return PublishedBands(**edition, document=bands(document), is_whole=False)


def readable(session: Session, round_id: str, sight: Sight | None) -> Sighted:
    """Return a round that is published, and the sight of it; DomainError ``result_not_published`` without one."""
    row = get_round(session, round_id) if sight is not None else None
    if sight is None or row is None or row.state not in READABLE:
        raise DomainError("result_not_published")
    return row, sight


def _seen(session: Session, row: RoundView, sight: Sight, read: ReadDocument = document_of) -> Published:
    if sight.scope in BANDS_ONLY:
        raise DomainError("result_not_published")
    edition, document = _edition(session, row, sight, read)
    cut = rendition(document, sight)
    return Published(**edition, document=cut, is_whole=cut is document)


class _About(TypedDict):
    round_id: str
    campaign_id: str
    digest: str
    scope: Scope
    published_at: datetime
    version: int
    code: str
    reason: str
    root: str
    meeting: Meeting


def _edition(
    session: Session, row: RoundView, sight: Sight, read: ReadDocument = document_of
) -> tuple[_About, Document]:  # fmt: skip
    """Return what is said of the version in sight, and the whole document behind it."""
    line, meeting = _line_with_meeting(session, row.id, sight.version)
    # By the paper, before the document is read: that one is damaged tells that there is one.
    if sight.unit_ids is not None and not units_seen(sight, unit_ids_of(session, row.id)):
        raise DomainError("result_not_published")
    document = read(session, row.id, line.version, line.digest)
    about: _About = {
        "round_id": row.id,
        "campaign_id": row.campaign_id,
        "digest": line.digest,
        "scope": sight.scope,
        "published_at": sight.since,
        "version": line.version,
        "code": line.code,
        "reason": line.reason,
        "root": line.root,
        "meeting": meeting,
    }
    return about, document


def unit_ids_of(session: Session, round_id: str) -> frozenset[str]:
    """Return the units that a round rates."""
    return frozenset(unit.id for unit in frozen_papers(session, [round_id])[round_id].units)


def units_seen(sight: Sight, unit_ids: Iterable[str]) -> frozenset[str]:
    """Return the units of a round that its reader sees: one that rates none of his is not his to see."""
    return frozenset(unit_ids) if sight.unit_ids is None else sight.unit_ids.intersection(unit_ids)


def line_of(session: Session, round_id: str, version: int) -> VersionLine:
    """Return a version without its figures."""
    return _lines(session, ResultVersion.round_id == round_id, ResultVersion.version == version)[0]


def versions_of(session: Session, round_id: str) -> Sequence[VersionLine]:
    """Return the versions of a result, first one first, without any figure."""
    return _lines(session, ResultVersion.round_id == round_id)


def _lines(session: Session, *wanted: ColumnElement[bool]) -> list[VersionLine]:
    return [_line(*row) for row in session.execute(_VERSIONS.where(*wanted).order_by(ResultVersion.version))]


def _line(version: int, digest: str, code: str, reason: str, at: datetime, root: str | None) -> VersionLine:
    return VersionLine(version, digest, format_code(code), reason, at, root or "")


def _line_with_meeting(session: Session, round_id: str, version: int) -> tuple[VersionLine, Meeting]:
    """Return a version and what was typed to stand beside it, in one query."""
    query = _VERSIONS.add_columns(*_TYPED).outerjoin(Announcement, Announcement.round_id == ResultVersion.round_id)
    found = session.execute(query.where(ResultVersion.round_id == round_id, ResultVersion.version == version)).one()
    typed = found[-len(_TYPED) :]
    return _line(*found[: -len(_TYPED)]), NOTHING if typed[0] is None else Meeting(*typed)


def published_rounds(
    session: Session, viewer: Viewer, now: datetime, campaign_id: str = ""
) -> Sequence[PublishedLine]:  # fmt: skip
    """Return the rounds whose result a viewer may see, of one campaign or of all, newest round first."""
    wanted = {campaign_id} if campaign_id else None
    return [line for line, _ in lines_of(session, sighted(session, viewer, now, wanted))]


def released(session: Session, campaigns: Collection[str] | None = None) -> list[tuple[RoundView, Sequence[Release]]]:
    """Return the published rounds of some campaigns or of all, newest first, each with its ledger."""
    rows = rounds_in(session, READABLE, campaigns)
    every = ledgers(session, None if campaigns is None else [row.id for row in rows])
    return [(row, every.get(row.id, ())) for row in rows]


def sighted(
    session: Session, viewer: Viewer, now: datetime, campaigns: Collection[str] | None = None
) -> list[Sighted]:  # fmt: skip
    """Return the published rounds that were released to a viewer, with what he may see of each."""
    seen = [(row, sight_of(viewer, ledger, now)) for row, ledger in released(session, campaigns)]
    return [(row, sight) for row, sight in seen if sight is not None]


def lines_of(
    session: Session, seen: Sequence[Sighted], known: Mapping[str, Paper] = MappingProxyType({})
) -> list[tuple[PublishedLine, Sight]]:
    """Return the rounds that rate a unit of their reader, with the names in their papers; ``known``: those at hand."""
    papers = {**known, **frozen_papers(session, [row.id for row, _ in seen if row.id not in known])}
    lines = [(_published_line(row, sight, papers[row.id]), sight) for row, sight in seen]
    return [(line, sight) for line, sight in lines if line.unit_ids]


def _published_line(row: RoundView, sight: Sight, paper: Paper) -> PublishedLine:
    units = units_seen(sight, (unit.id for unit in paper.units))
    return PublishedLine(row, paper.organisation, paper.campaign, sight.since, units, paper.english)


def meeting_of(session: Session, round_id: str) -> Meeting:
    """Return what was typed to stand beside a result."""
    row = session.get(Announcement, round_id)
    return NOTHING if row is None else Meeting(**{name: getattr(row, name) for name in Meeting.__dataclass_fields__})


def has_result(session: Session, round_id: str) -> bool:
    """Whether a result waits for publication or is published; says nothing of what is in it."""
    return session.scalars(select(ResultVersion.round_id).where(ResultVersion.round_id == round_id)).first() is not None
