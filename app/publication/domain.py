"""Scopes of a publication, the ledger of releases, and what a reader may see of a result."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from app.tally.document import Document, Section, Target, TargetBand, every_target
from app.tally.shown import Cell
from app.tally.verdict import ReturnState, Verdict

Seen = TypeVar("Seen", Target, TargetBand)
Pair = tuple[str, Cell, Cell, str]
"""A label, the cell before and the cell after, and why the two may not be compared, if so."""


class Scope(StrEnum):
    """Who may read a published result, narrowest first.

    ``leaders`` may be some of them and some units; in ``unit`` every unit reads its own result and the campaign's band;
    ``participants`` (who have the link) and ``public`` (everybody) read bands only.
    """

    ORGANISERS = "organisers"
    LEADERS = "leaders"
    UNIT = "unit"
    PARTICIPANTS = "participants"
    PUBLIC = "public"


BANDS_ONLY = frozenset({Scope.PARTICIPANTS, Scope.PUBLIC})


@dataclass(frozen=True, slots=True)
class Release:
    """An entry of the release ledger; ``unit_ids`` and ``reader_ids`` None mean all."""

    id: str
    round_id: str
    version: int
    scope: Scope
    unit_ids: frozenset[str] | None
    reader_ids: frozenset[str] | None
    released_at: datetime
    released_by: str
    expires_at: datetime | None = None
    withdrawn_at: datetime | None = None
    withdrawn_reason: str = ""
    withdrawn_by: str = ""

    def is_active(self, now: datetime) -> bool:
        """Whether readers may still read by it."""
        return self.withdrawn_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A release as it is asked for."""

    scope: Scope
    unit_ids: frozenset[str] | None = None
    reader_ids: frozenset[str] | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who reads: the scope he reads in, and for units and leaders who he is and which units are his."""

    scope: Scope
    staff_id: str = ""
    unit_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rights:
    """What a reader of results may do beside reading: ``publish`` with all that goes with it, ``revise`` a document."""

    publish: bool
    revise: bool


def rights_of(role: str) -> Rights:
    """Return what a member of staff may do; of documents a liaison revises those of his own units alone."""
    return Rights(publish=role == "organiser", revise=role in {"organiser", "liaison"})


@dataclass(frozen=True, slots=True)
class Sight:
    """What a viewer may see: a version, cut to a scope and to units (None: all), since when."""

    version: int
    scope: Scope
    unit_ids: frozenset[str] | None
    since: datetime


def sight_of(viewer: Viewer, ledger: Sequence[Release], now: datetime) -> Sight | None:
    """Return what a viewer may see of a round's result, or None; the newest version he was given."""
    if viewer.scope is Scope.ORGANISERS:
        return _whole(ledger, Scope.ORGANISERS)
    scopes = BANDS_ONLY if viewer.scope is Scope.PARTICIPANTS else {viewer.scope}
    given = [
        release
        for release in ledger
        if release.scope in scopes
        and release.is_active(now)
        and (release.reader_ids is None or viewer.staff_id in release.reader_ids)
    ]
    newest = [release for release in given if release.version == max(other.version for other in given)]
    if not newest:
        return None
    units = _units(newest)
    if viewer.scope is Scope.UNIT:
        units = _common(units, viewer.unit_ids)
        if not units:
            return None
    widest = max((release.scope for release in newest), key=list(Scope).index)
    return Sight(newest[0].version, widest, units, min(release.released_at for release in newest))


def sight_of_version(viewer: Viewer, ledger: Sequence[Release], version: int, now: datetime) -> Sight | None:
    """Return what a viewer may see of an earlier version: what he was given of it and may see of the newest one."""
    current = sight_of(viewer, ledger, now)
    given = [replace(release, withdrawn_at=None) for release in ledger if release.version == version]
    earlier = sight_of(viewer, given, now)
    if current is None or earlier is None:
        return None
    units = _common(current.unit_ids, earlier.unit_ids)
    return None if units is not None and not units else replace(earlier, unit_ids=units)


def _common(units: frozenset[str] | None, others: frozenset[str] | None) -> frozenset[str] | None:
    """Return the units in both, where None means all."""
    if units is None or others is None:
        return others if units is None else units
    return units & others


def _whole(ledger: Sequence[Release], scope: Scope) -> Sight | None:
    """Organisers keep everything that was ever published, also what was withdrawn: they answer for it."""
    if not ledger:
        return None
    newest = max(release.version for release in ledger)
    return Sight(newest, scope, None, min(release.released_at for release in ledger if release.version == newest))


def _units(releases: Sequence[Release]) -> frozenset[str] | None:
    united: frozenset[str] = frozenset()
    for release in releases:
        if release.unit_ids is None:
            return None
        united |= release.unit_ids
    return united


def ledger_refusal(
    wanted: Wanted, ledger: Sequence[Release], document: Document, leaders: Collection[str], now: datetime
) -> str:
    """Return why the ledger's rules forbid a release of the newest version, as an error code; empty if they do not.

    ``leaders`` are the ids of those who can be named as readers.

    Every release is cut from one disclosed document, so none can be subtracted from another of the same version; what
    an earlier version or an earlier round forbids was settled when the document was made (app.tally.restraint).
    """
    known = {target["id"] for target in every_target(document)}
    wide = wanted.scope not in {Scope.ORGANISERS, Scope.LEADERS}
    units, readers = wanted.unit_ids, wanted.reader_ids
    refusals = {
        "release_expires_past": wanted.expires_at is not None and wanted.expires_at <= now,
        "release_units_unknown": units is not None and not (units and units <= known),
        "release_units_not_here": units is not None and wanted.scope not in {Scope.LEADERS, Scope.UNIT},
        "release_readers_not_here": readers is not None and wanted.scope is not Scope.LEADERS,
        "release_readers_unknown": readers is not None and not (readers and readers <= set(leaders)),
        "release_invalid_result": wide and document["chain"]["status"] == ReturnState.INVALID,
        "release_rehearsal": wide and document["round"]["rehearsal"],
        "result_already_published": any(_covers(release, wanted) for release in ledger if release.is_active(now)),
    }
    return next((code for code, holds in refusals.items() if holds), "")


def _covers(release: Release, wanted: Wanted) -> bool:
    def within(mine: frozenset[str] | None, theirs: frozenset[str] | None) -> bool:
        return theirs is None or (mine is not None and mine <= theirs)

    same_end = release.expires_at is None or (wanted.expires_at is not None and wanted.expires_at <= release.expires_at)
    return (
        release.scope is wanted.scope
        and same_end
        and within(wanted.unit_ids, release.unit_ids)
        and within(wanted.reader_ids, release.reader_ids)
    )


class Pick(StrEnum):
    """Which units a reader wants to see; they stay in official order."""

    ALL = "all"
    FLAGGED = "flagged"
    REMEDIAL = "remedial"
    ATTENTION = "attention"


VERDICTS_OF: Mapping[Pick, frozenset[Verdict]] = {
    Pick.FLAGGED: frozenset({Verdict.REMEDIAL, Verdict.ATTENTION}),
    Pick.REMEDIAL: frozenset({Verdict.REMEDIAL}),
    Pick.ATTENTION: frozenset({Verdict.ATTENTION}),
}


def pick_of(text: str) -> Pick:
    """Return the pick of that name; anything else picks all units."""
    return Pick(text) if text in set(Pick) else Pick.ALL


def picked_units(section: Section, pick: Pick) -> Sequence[Target]:
    """Return the picked units in official order."""
    if pick is Pick.ALL:
        return section["targets"]
    return [unit for unit in section["targets"] if unit["verdict"]["code"] in VERDICTS_OF[pick]]


def units_of_verdict(section: Section, verdict: Verdict) -> Sequence[Target]:
    """Return the units with that verdict in official order."""
    return [unit for unit in section["targets"] if unit["verdict"]["code"] == verdict]


def units_with_remarks(document: Document) -> Sequence[Target]:
    """Return the units whose remarks may be read, in official order."""
    return [unit for unit in every_target(document) if unit["remarks"]["shown"]]


ORGANISERS_ONLY = frozenset({"uniform", "identical_sheets"})
"""Codes of notes that are hints to look closer, for those who can."""


def notes_for(unit: Target, scope: Scope) -> list[str]:
    """Return the notes on a unit that readers in a scope are told."""
    told = (note for note in unit["notes"] if scope is Scope.ORGANISERS or note["code"] not in ORGANISERS_ONLY)
    return [note["text"] for note in told]


def unit_of(units: Iterable[Seen], unit_id: str) -> Seen | None:
    """Return the unit of that id, or None."""
    return next((unit for unit in units if unit["id"] == unit_id), None)


def has_intervals(section: Section) -> bool:
    """Whether the range where everybody's rate may lie stands beside some rate."""
    totals = (unit["overall"]["total"] for unit in section["targets"])
    return any(total["shown"] and total["interval"] for total in totals)
