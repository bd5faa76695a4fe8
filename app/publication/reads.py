"""The door of every output: a result is read here or nowhere, only in a scope that it was released to."""

import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, TypedDict

from sqlalchemy import ColumnElement, Row, Select, and_, func, select
from sqlalchemy.orm import Session

from app.accounts.service import units_of
from app.campaigns.listing import campaigns_of, titles
from app.core.acting import Principal
from app.core.errors import DomainError
from app.core.lists import Listed, Wish, cut
from app.core.scope import everywhere
from app.publication.domain import (
    BANDS_ONLY,
    Release,
    Scope,
    Sight,
    Viewer,
    scopes_of_figures,
    sight_of,
    sight_of_version,
)
from app.publication.editions import Published, PublishedBands
from app.publication.meeting import NOTHING, Meeting
from app.publication.models import Announcement, ResultRelease, ResultSignature, ResultVersion
from app.publication.parsed import Parsed
from app.publication.renditions import bands, rendition
from app.rounds.domain import Paper, RoundState
from app.rounds.reads import RoundView, frozen_papers, get_round, rounds_in
from app.slips.codes import format_code
from app.tally.document import Document, every_target
from app.tally.flat import lifted

READABLE = frozenset({RoundState.PUBLISHED, RoundState.ARCHIVED})
KEPT_PARSED = 4
ANYONE = Viewer(Scope.PARTICIPANTS)


@dataclass(frozen=True, slots=True)
class PublishedLine:
    """A line of the list of published results: no figure of any of them."""

    round: RoundView
    organisation: str
    campaign: str
    published_at: datetime
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
_parsed = Parsed(KEPT_PARSED)
_SCOPE_OF_ROLE = {"organiser": Scope.ORGANISERS, "leader": Scope.LEADERS, "liaison": Scope.UNIT}
"""No account has two of these roles (``accounts.domain.refused_join``)."""


def viewer_of(session: Session, staff: Principal) -> Viewer:
    """Return as what a member of staff reads results; DomainError ``role_refused``."""
    scope = next((scope for role, scope in _SCOPE_OF_ROLE.items() if role in staff.roles), None)
    if scope is None:
        raise DomainError("role_refused")
    units = units_of(session, staff.id) if scope is Scope.UNIT else frozenset[str]()
    return Viewer(scope, staff.id, units)


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


def ledgers(session: Session) -> Mapping[str, list[Release]]:
    """Return the releases of every round that has any, oldest first, withdrawn ones too."""
    found: dict[str, list[Release]] = {}
    columns = [getattr(ResultRelease, name) for name in ResultRelease.__table__.columns.keys()]  # noqa: SIM118 - no dict
    for row in session.execute(select(*columns).order_by(ResultRelease.released_at, ResultRelease.id)):
        found.setdefault(row.round_id, []).append(release_of(row))
    return found


def published(session: Session, round_id: str, viewer: Viewer, now: datetime) -> Published:
    """Return the result as a viewer may see it; DomainError ``result_not_published``, also where there is no round.

    For scopes that read figures; the wider circle reads ``published_bands``.
    """
    ledger = ledger_of(session, round_id)
    row, sight = readable(session, round_id, sight_of(viewer, ledger, now))
    earlier = (at for at in range(sight.version - 1, 0, -1) if sight_of_version(viewer, ledger, at, now) is not None)
    in_force = tuple(release for release in ledger if release.is_active(now))
    return replace(_seen(session, row, sight), corrects=next(earlier, None), in_force=in_force)


def published_bands(session: Session, round_id: str, viewer: Viewer, now: datetime) -> PublishedBands:
    """Return the result in bands, for the scopes of the wider circle; DomainError ``result_not_published``."""
    row, sight = readable(session, round_id, sight_of(viewer, ledger_of(session, round_id), now))
    edition, document = _edition(session, row, sight)
    return PublishedBands(**edition, document=bands(document), is_whole=False)


def published_version(session: Session, round_id: str, version: int, viewer: Viewer, now: datetime) -> Published:
    """Return an earlier version as far as its reader saw it and still may; DomainError ``result_not_published``."""
    sight = sight_of_version(viewer, ledger_of(session, round_id), version, now)
    return _seen(session, *readable(session, round_id, sight))


def readable(session: Session, round_id: str, sight: Sight | None) -> Sighted:
    """Return a round that is published, and the sight of it; DomainError ``result_not_published`` without one."""
    row = get_round(session, round_id) if sight is not None else None
    if sight is None or row is None or row.state not in READABLE:
        raise DomainError("result_not_published")
    return row, sight


def _seen(session: Session, row: RoundView, sight: Sight) -> Published:
    if sight.scope in BANDS_ONLY:
        raise DomainError("result_not_published")
    edition, document = _edition(session, row, sight)
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


def _edition(session: Session, row: RoundView, sight: Sight) -> tuple[_About, Document]:
    """Return what is said of the version in sight, and the whole document behind it."""
    line = line_of(session, row.id, sight.version)
    document = _document(session, row.id, line)
    if not rates_any(sight, {target["id"] for target in every_target(document)}):
        raise DomainError("result_not_published")
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
        "meeting": meeting_of(session, row.id),
    }
    return about, document


def rates_any(sight: Sight, unit_ids: Collection[str]) -> bool:
    """Whether a round rates a unit of its reader: one that rates none of them is not his to see."""
    return sight.unit_ids is None or not sight.unit_ids.isdisjoint(unit_ids)


def line_of(session: Session, round_id: str, version: int) -> VersionLine:
    """Return a version without its figures."""
    return _lines(session, ResultVersion.round_id == round_id, ResultVersion.version == version)[0]


def versions_of(session: Session, round_id: str) -> Sequence[VersionLine]:
    """Return the versions of a result, first one first, without any figure."""
    return _lines(session, ResultVersion.round_id == round_id)


def _lines(session: Session, *wanted: ColumnElement[bool]) -> list[VersionLine]:
    same = and_(ResultSignature.round_id == ResultVersion.round_id, ResultSignature.version == ResultVersion.version)
    columns = (ResultVersion.version, ResultVersion.digest, ResultVersion.code, ResultVersion.reason)
    query = select(*columns, ResultVersion.created_at, ResultSignature.root).outerjoin(ResultSignature, same)
    rows = session.execute(query.where(*wanted).order_by(ResultVersion.version))
    return [VersionLine(row[0], row[1], format_code(row[2]), *row[3:5], row[5] or "") for row in rows]


def _document(session: Session, round_id: str, line: VersionLine) -> Document:
    document = _parsed.get(line.digest)
    if document is None:
        document = stored_document(session, round_id, line.version)
        _parsed.put(line.digest, document)
    return document


def stored_document(session: Session, round_id: str, version: int) -> Document:
    """Read a whole document and check it against its digest; DomainError ``result_damaged``. For this package alone."""
    return _checked(session, _text_of(round_id, version))


def released_figures(session: Session, paper: Paper) -> Document | None:
    """Return the newest document of a round whose figures were ever released, of any office, or None.

    Nothing of it may be shown: the guard against subtraction sees what its reader does not reach, for who reads both
    results subtracts them.
    """
    disclosure = paper.scheme.disclosure
    scopes = scopes_of_figures(disclosure.extent if disclosure.announced else None)
    figures = ResultRelease.scope.in_([scope.value for scope in scopes])
    newest = select(func.max(ResultRelease.version)).where(ResultRelease.round_id == paper.round_id, figures)
    version = session.scalar(everywhere(newest))
    return None if version is None else _checked(session, everywhere(_text_of(paper.round_id, version)))


def _text_of(round_id: str, version: int) -> Select[str, str]:
    query = select(ResultVersion.document, ResultVersion.digest)
    return query.where(ResultVersion.round_id == round_id, ResultVersion.version == version)


def _checked(session: Session, query: Select[str, str]) -> Document:
    row = session.execute(query).one()
    if not hmac.compare_digest(sha256(row.document.encode()).hexdigest(), row.digest):
        raise DomainError("result_damaged")
    return lifted(json.loads(row.document))


def published_rounds(
    session: Session, viewer: Viewer, now: datetime, campaign_id: str = ""
) -> Sequence[PublishedLine]:  # fmt: skip
    """Return the rounds whose result a viewer may see, of one campaign or of all, newest round first."""
    return [line for line, _ in lines_of(session, sighted(session, viewer, now, campaign_id))]


def found_results(session: Session, viewer: Viewer, now: datetime, wish: Wish) -> Listed[PublishedLine]:
    """Return a page of the results that a viewer may see and looks for by the names of round and campaign.

    Only the papers of the page are read, but for a unit's reader: whether a round rates his units stands in its paper.
    """
    seen = sighted(session, viewer, now)
    if viewer.scope is Scope.UNIT:
        own = campaigns_of(session, viewer.unit_ids)
        rated = {line.round.id for line, _ in lines_of(session, [each for each in seen if each[0].campaign_id in own])}
        seen = [each for each in seen if each[0].id in rated]
    return _page(session, seen, wish)


def found_notices(session: Session, now: datetime, wish: Wish) -> Listed[PublishedLine]:
    """Return a page of the results that are released to everybody, newest round first."""
    every = ledgers(session)
    everybody = {
        round_id: ledger
        for round_id, ledger in every.items()
        if any(release.scope is Scope.PUBLIC and release.is_active(now) for release in ledger)
    }
    return _page(session, _sights(rounds_in(session, READABLE), ANYONE, everybody, now), wish)


def _page(session: Session, seen: Sequence[Sighted], wish: Wish) -> Listed[PublishedLine]:
    names = titles(session)
    found = cut([each for each in seen if wish.fits(each[0].title, names.get(each[0].campaign_id, ""))], wish)
    return found.told(lambda page: [line for line, _ in lines_of(session, page)])


def sighted(session: Session, viewer: Viewer, now: datetime, campaign_id: str = "") -> list[Sighted]:
    """Return the published rounds that were released to a viewer, with what he may see of each."""
    rows = [row for row in rounds_in(session, READABLE) if campaign_id in {"", row.campaign_id}]
    return _sights(rows, viewer, ledgers(session), now)


def _sights(
    rows: Sequence[RoundView], viewer: Viewer, every: Mapping[str, Sequence[Release]], now: datetime
) -> list[Sighted]:  # fmt: skip
    seen = [(row, sight_of(viewer, every.get(row.id, ()), now)) for row in rows]
    return [(row, sight) for row, sight in seen if sight is not None]


def lines_of(session: Session, seen: Sequence[Sighted]) -> list[tuple[PublishedLine, Sight]]:
    """Return the rounds that rate a unit of their reader, with the names that stand in their papers."""
    papers = frozen_papers(session, [row.id for row, _ in seen])
    return [
        (PublishedLine(row, paper.organisation, paper.campaign, sight.since, paper.english), sight)
        for row, sight in seen
        if (paper := papers[row.id]) and rates_any(sight, {unit.id for unit in paper.units})
    ]


def meeting_of(session: Session, round_id: str) -> Meeting:
    """Return what was typed to stand beside a result."""
    row = session.get(Announcement, round_id)
    return NOTHING if row is None else Meeting(**{name: getattr(row, name) for name in Meeting.__dataclass_fields__})


def has_result(session: Session, round_id: str) -> bool:
    """Whether a result waits for publication or is published; says nothing of what is in it."""
    return session.scalars(select(ResultVersion.round_id).where(ResultVersion.round_id == round_id)).first() is not None
