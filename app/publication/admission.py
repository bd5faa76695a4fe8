"""Letting somebody to a result without reading it: what a file or picture is ordered with, and its maker reads by."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.campaigns.composite import rounds_behind
from app.core.errors import DomainError
from app.publication.domain import BANDS_ONLY, Scope, Viewer, sight_of, units_with_remarks
from app.publication.editions import Published, PublishedBands
from app.publication.lookback import Behind, behind
from app.publication.models import NamedEntry
from app.publication.reads import (
    ledger_of,
    line_of,
    meeting_of,
    own_viewer,
    published,
    published_bands,
    readable,
    units_seen,
)
from app.rounds.domain import Paper
from app.rounds.ports import NOTHING_MERGED, Earshot, Merged, ReadMerged
from app.rounds.reads import frozen_paper
from app.tally.document import every_target

NAMES: Final = ("round", "version", "digest", "scope", "units", "meeting", "entered", "behind")
"""What names a cut among the arguments of what is made of it."""


@dataclass(frozen=True, slots=True)
class Admission:
    """That a viewer may see a result, and how it is cut for him; ``unit_ids`` None: all units. No figure of it."""

    round_id: str
    version: int
    digest: str
    scope: Scope
    unit_ids: frozenset[str] | None
    meeting: str = ""
    """The digest of what was typed to stand beside it: with other words it is another file."""
    entered: str = ""
    """The digest of what stands beside the votes: entered by name, or of another round; empty where nothing does."""
    behind: Behind | None = None
    """The rounds that lie behind it, where what is made tells of last time."""
    looks_back: bool = False
    """Whether what is made tells of last time, if there was one."""

    def as_arguments(self) -> dict[str, object]:
        """Return what names the cut: equal arguments, equal documents."""
        units = None if self.unit_ids is None else sorted(self.unit_ids)
        return {
            "round": self.round_id,
            "version": self.version,
            "digest": self.digest,
            "scope": self.scope.value,
            "units": units,
            **({"meeting": self.meeting} if self.meeting else {}),
            **({"entered": self.entered} if self.entered else {}),
            **({"behind": self.behind.digest if self.behind else ""} if self.looks_back else {}),
        }


def admission(
    session: Session, round_id: str, viewer: Viewer, now: datetime, *, looks_back: bool = False
) -> Admission:  # fmt: skip
    """Say that a viewer may see a result without reading it; DomainError ``result_not_published`` as ``published``.

    ``looks_back``: what is made tells what came out last time as well.
    """
    row, sight = readable(session, round_id, sight_of(viewer, ledger_of(session, round_id), now))
    paper, _ = frozen_paper(session, round_id)
    if not units_seen(sight, (unit.id for unit in paper.units)):
        raise DomainError("result_not_published")
    line = line_of(session, round_id, sight.version)
    beside = meeting_of(session, round_id).digest
    told = sight.scope not in BANDS_ONLY or paper.scheme.disclosure.announced
    entered = _entered(session, paper, viewer, now) if told else ""
    found = behind(session, viewer, now, round_id, row.campaign_id) if looks_back else None
    cut = round_id, line.version, line.digest, sight.scope, sight.unit_ids
    return Admission(*cut, beside, entered, found, looks_back)


def _entered(session: Session, paper: Paper, viewer: Viewer, now: datetime) -> str:
    query = select(NamedEntry).where(NamedEntry.round_id == paper.round_id)
    found = sorted((row.object_id, row.part, row.value, row.entered_by) for row in session.scalars(query))
    readers = (viewer, own_viewer(paper))  # a letter tells its unit what that may read
    others = [
        _seen_of(session, round_id, each, now)
        for round_id in sorted(rounds_behind(paper.scheme.composite))
        for each in readers
    ]
    return sha256(repr((found, others)).encode()).hexdigest() if found or others else ""


def _seen_of(session: Session, round_id: str, viewer: Viewer, now: datetime) -> tuple[object, ...]:
    """Name what a viewer sees of another round, whose points are a part of the scores."""
    sight = sight_of(viewer, ledger_of(session, round_id), now)
    if sight is None:
        return (round_id,)
    units = None if sight.unit_ids is None else sorted(sight.unit_ids)
    return round_id, line_of(session, round_id, sight.version).digest, sight.scope.value, units


@contextmanager
def admitted(session: Session, arguments: Mapping[str, Any], viewer: Viewer, now: datetime) -> Iterator[Published]:
    """Yield the very result that somebody was admitted to, while all that stands beside it is read.

    DomainError ``result_not_published`` where he may not see it any more, ``result_made_otherwise`` where it, or
    something of what stands beside it, is not as it was named, before or after that was read.
    """
    with _as_named(session, arguments, viewer, now):
        yield published(session, arguments["round"], viewer, now)


@contextmanager
def admitted_bands(
    session: Session, arguments: Mapping[str, Any], viewer: Viewer, now: datetime
) -> Iterator[PublishedBands]:  # fmt: skip
    """Yield the very bands that somebody was admitted to likewise."""
    with _as_named(session, arguments, viewer, now):
        yield published_bands(session, arguments["round"], viewer, now)


@contextmanager
def _as_named(session: Session, arguments: Mapping[str, Any], viewer: Viewer, now: datetime) -> Iterator[None]:
    """Refuse what would be kept under the name of something else: a session pauses wherever a document is parsed."""
    _check_named(session, arguments, viewer, now)
    yield
    session.expire_all()
    _check_named(session, arguments, viewer, now)


def _check_named(session: Session, arguments: Mapping[str, Any], viewer: Viewer, now: datetime) -> None:
    found = admission(session, arguments["round"], viewer, now, looks_back="behind" in arguments).as_arguments()
    if found != {key: arguments[key] for key in NAMES if key in arguments}:
        raise DomainError("result_made_otherwise")


def merged_of(session: Session, result: Published, read: ReadMerged) -> Merged:
    """Return into which issues opinions were merged, as far as the reader of the result may know."""
    return (
        NOTHING_MERGED
        if result.document["round"]["rehearsal"]
        else read(session, result.campaign_id, earshot_of(session, result))
    )


def earshot_of(session: Session, result: Published) -> Earshot:
    """Return of which opinions the reader of a result may know."""
    seen, heard = list(every_target(result.document)), units_with_remarks(result.document)
    return Earshot(
        result.round_id,
        frozenset(unit["id"] for unit in seen),
        frozenset(unit["id"] for unit in heard),
        whole=result.is_whole or len(seen) == len(frozen_paper(session, result.round_id)[0].units),
    )
