"""A campaign's published rounds side by side, as far as one reader may see each of them.

Nothing is worked out anew: every figure is one of a round's own document. Two rounds are set beside each other for a
unit only where the numbers of people who rate it are the same or at least k apart (SEC-47).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from app.core.errors import DomainError
from app.core.turns import in_turns
from app.publication.agreement import Rating, differing, said
from app.publication.domain import Viewer
from app.publication.editions import Published
from app.publication.reads import PublishedLine, sighted
from app.publication.stored import DamagedResultError, Read
from app.publication.totals import InSight, in_sight, results_of
from app.rounds.domain import Paper
from app.rounds.reads import RoundView
from app.tally.document import Document, Section, Target, every_target
from app.tally.restraint import may_compare


@dataclass(frozen=True)  # without slots, so that what is looked up in it is found once
class Rated:
    """A published round with its paper and what one reader sees of the document."""

    round: RoundView
    paper: Paper
    document: Document

    @cached_property
    def targets(self) -> list[Target]:
        """What was rated, in any section, as far as the reader may see it."""
        return list(every_target(self.document))

    @cached_property
    def _places(self) -> Mapping[str, Rating]:
        return {
            target["id"]: (section, target) for section in self.document["sections"] for target in section["targets"]
        }

    def target_of(self, unit_id: str) -> Target | None:
        """Return a unit as far as the reader may see it, None where he does not."""
        found = self._places.get(unit_id)
        return None if found is None else found[1]

    def rating_of(self, unit_id: str) -> Rating:
        """Return a unit with the section in which it was rated; DomainError ``not_found``."""
        if unit_id not in self._places:
            raise DomainError("not_found")
        return self._places[unit_id]

    @cached_property
    def _differing(self) -> dict[tuple[str, str, str], tuple[str, ...]]:
        return {}

    def differing(self, section: Section, other: "Rated", its: Section) -> tuple[str, ...]:
        """Return what differs between a section and one of another round: asked once for all that both rated."""
        key = section["key"], other.round.id, its["key"]
        if key not in self._differing:
            self._differing[key] = differing(section, its)
        return self._differing[key]


@dataclass(frozen=True)
class Column:
    """One published round of a campaign."""

    line: PublishedLine
    result: Published
    paper: Paper

    @cached_property
    def rated(self) -> Rated:
        """The round with what was rated in it."""
        return Rated(self.line.round, self.paper, self.result.document)

    @property
    def cut(self) -> dict[str, object]:
        """What names the result as its reader sees it."""
        units = [unit["id"] for unit in self.targets]
        told = self.result
        return {"round": told.round_id, "digest": told.digest, "scope": told.scope.value, "units": units}

    @property
    def targets(self) -> list[Target]:
        """What was rated, in any section, as far as the reader may see it."""
        return self.rated.targets

    def target_of(self, unit_id: str) -> Target | None:
        """Return a unit as far as the reader may see it, None where he does not."""
        return self.rated.target_of(unit_id)

    def section_of(self, unit_id: str) -> Section:
        """Return the section in which a unit was rated; DomainError ``not_found``."""
        return self.rated.rating_of(unit_id)[0]


@dataclass(frozen=True, slots=True)
class Cell:
    """A unit in one round; ``comparable``: with every earlier round that rated it, ``why`` says why not.

    ``trend`` compares its rate with that of the nearest one: ``up``, ``down``, ``same`` (within a point), or empty
    where that may or can not be done.
    """

    unit: Target
    comparable: bool
    trend: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class UnitTrend:
    """A unit with a cell for every round, None where it was not rated or is not the reader's to see."""

    id: str
    name: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)  # without slots, so that what no page shows is not compared
class Trends:
    """A campaign with its rounds, oldest first; ``damaged`` are rounds that are not shown.

    ``stored``: the rounds as they are compared, where ``columns`` tell them in other words.
    """

    campaign_id: str
    campaign: str
    organisation: str
    columns: tuple[Column, ...]
    damaged: tuple[PublishedLine, ...] = ()
    stored: tuple[Column, ...] = ()

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return official_order(self.columns)

    @cached_property
    def units(self) -> tuple[UnitTrend, ...]:
        """All units in official order."""
        return tuple(self._unit(unit_id) for unit_id in in_turns(self._names, at_once=1))

    def unit(self, unit_id: str) -> UnitTrend | None:
        """Return one unit; None where no round shows it."""
        return self._unit(unit_id) if unit_id in self._names else None

    def _unit(self, unit_id: str) -> UnitTrend:
        cells = _cells(self.stored or self.columns, unit_id)
        return UnitTrend(unit_id, self._names[unit_id], _retold(cells, self.columns, unit_id) if self.stored else cells)


def trends(read: Read, viewer: Viewer, now: datetime, campaign_id: str, unit_id: str = "") -> Trends:
    """Return the rounds of a campaign that a viewer may see; with none, an error as ``absent``, of a unit if asked."""
    with read() as session:
        seen = [each for each in sighted(session, viewer, now, {campaign_id}) if not each[0].is_rehearsal]
        rounds = in_sight(session, [*reversed(seen)])
    columns, damaged = columns_in(read, rounds)
    if not columns:
        raise absent(damaged, unit_id)
    line = columns[-1].line
    return Trends(campaign_id, line.campaign, line.organisation, columns, damaged)


def retold(found: Trends, columns: tuple[Column, ...]) -> Trends:
    """Return the same rounds with their results in other words; what is compared is what was stored, in any words."""
    return replace(found, columns=columns, stored=found.columns)


def _retold(cells: Sequence[Cell | None], columns: Sequence[Column], unit_id: str) -> tuple[Cell | None, ...]:
    pairs = zip(cells, columns, strict=True)
    return tuple(cell and replace(cell, unit=column.rated.rating_of(unit_id)[1]) for cell, column in pairs)


def columns_in(
    read: Read, rounds: Sequence[InSight]
) -> tuple[tuple[Column, ...], tuple[PublishedLine, ...]]:  # fmt: skip
    """Return rounds as far as a viewer may see them, and those whose result is damaged: they hide no other."""
    results = results_of(read, rounds)
    found = [(each, results[each.line.round.id]) for each in rounds]
    columns = tuple(Column(each.line, result, each.paper) for each, result in found if result is not None)
    return columns, tuple(each.line for each, result in found if result is None)


def absent(damaged: Iterable[PublishedLine], unit_id: str = "") -> DomainError:
    """Return what to say of a unit that no round shows, or of any: damaged where such a round would show it."""
    hidden = any(unit_id in {"", *line.unit_ids} for line in damaged)
    return DamagedResultError() if hidden else DomainError("not_found")


def official_order(columns: Iterable[Column]) -> Mapping[str, str]:
    """Return unit names by id: the order of the round with most units, then units that only other rounds rated."""
    wide = sorted(columns, key=lambda column: -len(column.targets))
    names: dict[str, str] = {}
    for column in wide:
        for unit in column.targets:
            names.setdefault(unit["id"], unit["name"])
    return names


def _cells(columns: Sequence[Column], unit_id: str) -> tuple[Cell | None, ...]:
    cells: list[Cell | None] = []
    earlier: list[tuple[Column, Target]] = []
    for column in columns:
        unit = column.target_of(unit_id)
        if unit is None:
            cells.append(None)
            continue
        reasons = (not_compared(column.rated, other.rated, unit_id) for other, _ in reversed(earlier))
        why = next(filter(None, reasons), "")
        comparable = bool(earlier) and not why
        cells.append(Cell(unit, comparable, _trend(earlier[-1][1], unit) if comparable else "", why))
        earlier.append((column, unit))
    return tuple(cells)


def not_compared(column: Rated, other: Rated, unit_id: str) -> str:
    """Return why a unit's figures of two rounds of a campaign are not compared; empty where they are.

    They were made in different ways, or the people who rate it differ by so few that those could be found (SEC-47).
    """
    if why := made_differently(column, unit_id, other, unit_id):
        return why
    if may_compare(column.paper, other.paper, unit_id):
        return ""
    return NOT_COMPARED.format(k=column.paper.scheme.floor)


def made_differently(column: Rated, unit_id: str, other: Rated, other_id: str) -> str:
    """Return why a unit's figures are of another make than those of one of another round; empty where they are not."""
    (section, target), (its, others) = column.rating_of(unit_id), other.rating_of(other_id)
    return said(column.differing(section, other, its), target, others)


def _trend(before: Target, after: Target) -> str:
    """Return where the headline rate went, as far as both rates are published exactly."""
    cells = [unit["overall"]["total"] for unit in (before, after)]
    old, new = [cell["satisfied_rate"]["tenths"] if cell["shown"] else None for cell in cells]
    if old is None or new is None:
        return ""
    return "same" if abs(new - old) < ONE_POINT else "up" if new > old else "down"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two rounds of one campaign; ``rows``: units that both rated, and why they are not set side by side."""

    before: Column
    after: Column
    rows: tuple[tuple[Target, Target, str], ...]


ONE_POINT = 10
NOT_COMPARED = "两次测评的参评人员相差 1 人以上、{k} 人以下，为保护匿名不作比较"


def pair_of(found: Trends, before_id: str, after_id: str) -> Pair:
    """Return two rounds side by side, the older first; ``DamagedResultError``, DomainError ``not_found``."""
    if not {line.round.id for line in found.damaged}.isdisjoint({before_id, after_id}):
        raise DamagedResultError
    columns = [column for column in found.columns if column.line.round.id in {before_id, after_id}]
    if len(columns) != len({before_id, after_id}) or len(columns) < 2:  # noqa: PLR2004 - two make a pair
        raise DomainError("not_found")
    before, after = columns
    rows = []
    for unit in after.targets:
        other = before.target_of(unit["id"])
        if other is not None:
            rows.append((other, unit, not_compared(after.rated, before.rated, unit["id"])))
    return Pair(before, after, tuple(rows))


def pair_retold(pair: Pair, columns: Iterable[Column]) -> Pair:
    """Return the same two rounds with their results in other words, out of columns that hold both."""
    told = {column.line.round.id: column for column in columns}
    before, after = (told[each.line.round.id] for each in (pair.before, pair.after))
    rows = [
        (before.rated.rating_of(old["id"])[1], after.rated.rating_of(new["id"])[1], why) for old, new, why in pair.rows
    ]
    return Pair(before, after, tuple(rows))
