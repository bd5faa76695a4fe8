"""Scopes of a publication, the ledger of releases, and what a reader may see of a result."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import urlencode

from app.campaigns.disclosure import Extent
from app.campaigns.domain import Denominator, Measure
from app.core.folding import folded
from app.tally.document import Document, Section, Target, TargetBand, every_target
from app.tally.facts import part_of
from app.tally.figures import PER_MILLE
from app.tally.own_words import is_own
from app.tally.shown import Cell, LineTexts
from app.tally.verdict import OF_CONCERN, ReturnState, Verdict

MOST_SOUGHT: Final = 60
"""Signs of a name that somebody looks for."""
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
"""Scopes that read bands of a protected round; of an announced one they read all that is announced."""


def scopes_of_figures(extent: Extent | None) -> frozenset[Scope]:
    """Return in which scopes figures are read; ``extent``: how much is announced, None of a protected round."""
    return frozenset(Scope) - (frozenset() if extent in {Extent.COUNTS, Extent.SUM} else BANDS_ONLY)


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


def rights_of(roles: AbstractSet[str]) -> Rights:
    """Return what a member of staff may do; of documents a liaison revises those of his own units alone."""
    return Rights(publish="organiser" in roles, revise=not roles.isdisjoint({"organiser", "liaison"}))


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
    MET = "met"
    TOO_FEW = "too_few"
    INVALID = "invalid"


VERDICTS_OF: Mapping[Pick, frozenset[Verdict]] = {
    Pick.FLAGGED: frozenset(OF_CONCERN),
    **{pick: frozenset({Verdict(pick.value)}) for pick in Pick if pick not in {Pick.ALL, Pick.FLAGGED}},
}


@dataclass(frozen=True, slots=True)
class Search:
    """What a reader wants of the table of units: which units, whose names hold which text, and whether with shares."""

    pick: Pick = Pick.ALL
    text: str = ""
    shares: bool = False

    def address(self, **other: object) -> str:
        """Return the query of this search with other wishes in the place of its own; empty text for all of it."""
        wish = replace(self, **other)  # type: ignore[arg-type]
        told = {
            "show": "" if wish.pick == Pick.ALL else wish.pick,
            "q": wish.text,
            "shares": "1" if wish.shares else "",
        }
        query = urlencode({key: value for key, value in told.items() if value})
        return f"?{query}" if query else ""


def search_of(show: str, text: str, shares: str) -> Search:
    """Return the search of an address; a name that is no pick picks all units."""
    return Search(Pick(show) if show in set(Pick) else Pick.ALL, text.strip()[:MOST_SOUGHT], shares == "1")


def found_units(section: Section, search: Search) -> Sequence[Target]:
    """Return the units that somebody looks for, in official order."""
    wanted, text = VERDICTS_OF.get(search.pick, frozenset(Verdict)), folded(search.text)
    return [unit for unit in section["targets"] if unit["verdict"]["code"] in wanted and text in folded(unit["name"])]


def picks_of(section: Section) -> list[tuple[Pick, int]]:
    """Return what units can be picked by, with the number of each; verdicts that no unit has are left out."""
    every = [unit["verdict"]["code"] for unit in section["targets"]]
    picks = [(pick, sum(code in VERDICTS_OF[pick] for code in every)) for pick in Pick if pick is not Pick.ALL]
    return [(Pick.ALL, len(every)), *((pick, count) for pick, count in picks if count)]


def drawn_lines(section: Section, item_key: str = "") -> list[tuple[int, str]]:
    """Return the lines to be drawn across bars of shares, in tenths of a percent with their words.

    Those of the overall figure, or of an item: one without lines of its own is held against none. Bars divide the base
    of the row, best grade first, and 有效评价 in results from before rules: a line on another base has no place in
    them, nor one on 综合得分.
    """
    formula = section["formula"]
    own: list[LineTexts] = [line for line in formula["item_lines"] if line["key"] == item_key]
    lines = own if item_key else [formula["lines"]] if "lines" in formula else []
    other = "rule" not in formula and formula["denominator"] != Denominator.VALID
    if not lines or other or formula["measure"] == Measure.MEAN_SCORE:
        return []
    texts = (("补课线", lines[0]["remedial"]), ("提醒线", lines[0]["attention"]))
    return [(round(part_of(line) * PER_MILLE), f"{words} {line}") for words, line in texts]


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
    return [*_beside(unit), *(note["text"] for note in told)]


def _beside(unit: Target) -> Iterator[str]:
    """Yield what stands beside a word: what follows from one of the body's own, and flags."""
    ruling = unit["verdict"]
    consequence = ruling.get("consequence")
    if consequence and is_own(ruling):
        yield f"“{ruling['label']}”：{consequence}"
    yield from ruling.get("flags", ())


def unit_of(units: Iterable[Seen], unit_id: str) -> Seen | None:
    """Return the unit of that id, or None."""
    return next((unit for unit in units if unit["id"] == unit_id), None)


def has_intervals(section: Section) -> bool:
    """Whether the range where everybody's rate may lie stands beside some rate."""
    totals = (unit["overall"]["total"] for unit in section["targets"])
    return any(total["shown"] and total["interval"] for total in totals)
