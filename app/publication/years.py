"""历次结果 over campaigns: what was rated once, wherever it was rated before, as far as one reader may see each of it.

A figure stands beside another one only where both were made in the same way; else the row says what differs. Rounds of
other campaigns within half a year obey the rule of one campaign (``kin``): nothing is set beside each other where the
people who rate differ by a few.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.campaigns.kinds import Kind
from app.campaigns.lineage import By, copies_of, kin_of
from app.campaigns.reads import kinds_of
from app.core.holding import hold_nothing
from app.core.turns import in_turns
from app.publication.domain import Viewer
from app.publication.kin import Ties, are_near, same_in, seen_from, ties_of
from app.publication.reads import PublishedLine, Sighted, lines_of, sighted
from app.publication.stored import Read
from app.publication.totals import InSight, in_sight
from app.publication.trends import (
    NOT_COMPARED,
    Column,
    Rated,
    columns_in,
    made_differently,
    not_compared,
    official_order,
)
from app.rounds.domain import Paper
from app.tally.document import Target
from app.tally.restraint import may_compare


@dataclass(frozen=True, slots=True)
class Row:
    """An object in one round: by what it is taken for the same, and why its figures stand for themselves, if so."""

    column: Column
    target: Target
    kind: Kind
    by: By
    why: str = ""
    is_newest: bool = False
    """Whether it is the round of the campaign that the others are held against."""


@dataclass(frozen=True, slots=True)
class Years:
    """An object of a campaign through the rounds of all campaigns that rated it, oldest first."""

    campaign_id: str
    campaign: str
    organisation: str
    id: str
    name: str
    rows: tuple[Row, ...]


def columns_of(
    read: Read, viewer: Viewer, now: datetime, campaign_id: str
) -> tuple[tuple[Column, ...], tuple[PublishedLine, ...]]:
    """Return the rounds that a viewer may see of a campaign and of those that it follows or that follow it.

    The oldest comes first. Beside them stand those whose result is damaged.
    """
    with read() as session:
        rounds = in_sight(session, _sights(session, viewer, now, _kin(session, campaign_id)))
    return columns_in(read, sorted(rounds, key=_place))


def _place(each: InSight) -> tuple[datetime, datetime, str]:
    line = each.line
    return (line.round.closed_at or line.published_at, line.published_at, line.round.id)


def _kin(session: Session, campaign_id: str) -> frozenset[str]:
    return kin_of(session, campaign_id, copies_of(session, campaign_id))


def _sights(session: Session, viewer: Viewer, now: datetime, campaigns: Collection[str]) -> list[Sighted]:
    """Return the rounds of some campaigns that a viewer may see; no paper is read for it."""
    return [each for each in sighted(session, viewer, now, campaigns) if not each[0].is_rehearsal]


def has_years(session: Session, viewer: Viewer, now: datetime, campaign_id: str) -> bool:
    """Whether a viewer may see results of another campaign that this one may be set beside."""
    others = _kin(session, campaign_id) - {campaign_id}
    return bool(others and lines_of(session, _sights(session, viewer, now, others)))


@dataclass(frozen=True, slots=True)
class Beside:
    """A round beside the one that it is held against, its anchor: worked out once for all that both rated.

    ``same``: by the anchor's ids, what is the same here, and by what; ``seen``: its paper with the anchor's ids.
    """

    column: Rated
    anchor: Rated
    same: Mapping[str, list[tuple[str, By]]]
    seen: Paper

    def of(self, unit_id: str) -> tuple[Target, By] | None:
        """Return what the anchor's unit is in this round, None where the reader sees none such."""
        for other, by in self.same.get(unit_id, ()):
            if (target := self.column.target_of(other)) is not None:
                return target, by
        return None

    def why_not(self, unit_id: str, target: Target) -> str:
        """Return why a unit's figures of this round are not set beside those of the anchor; empty where they are."""
        rounds = self.anchor.round, self.column.round
        if self.anchor is self.column:
            return ""
        if rounds[0].campaign_id == rounds[1].campaign_id:
            return not_compared(self.anchor, self.column, unit_id)
        if why := made_differently(self.anchor, unit_id, self.column, target["id"]):
            return why
        if not are_near(*rounds) or may_compare(self.anchor.paper, self.seen, unit_id):
            return ""
        return NOT_COMPARED.format(k=self.anchor.paper.scheme.floor)


def beside(anchor: Rated, column: Rated, ties: Ties) -> Beside:
    """Set a round beside its anchor."""
    found = same_in((anchor.round, anchor.paper), (column.round, column.paper), ties)
    same: dict[str, list[tuple[str, By]]] = {}
    for other, (mine, by) in found.items():
        same.setdefault(mine, []).append((other, by))
    return Beside(column, anchor, same, seen_from(anchor.paper, column.paper, found))


def years_of(read: Read, columns: Sequence[Column], campaign_id: str, unit_id: str = "") -> list[Years]:
    """Return what was rated in a campaign, in official order, or one unit of it, through all rounds.

    Nothing where the campaign has none of them, or not that unit.
    """
    own = [column for column in columns if column.line.round.campaign_id == campaign_id]
    campaigns = {column.line.round.campaign_id for column in columns}
    with read() as session:
        ties, kinds = ties_of(session, campaigns, campaign_id), kinds_of(session, campaigns)
    hold_nothing("setting rounds beside each other")
    around: dict[str, list[tuple[Column, Beside]]] = {}
    found = []
    names = official_order(own)
    wanted = [unit_id] if unit_id in names else () if unit_id else names
    for each in in_turns(wanted, at_once=1):
        anchor = next(column for column in reversed(own) if column.target_of(each) is not None)
        key = anchor.line.round.id
        if key not in around:
            around[key] = [(column, beside(anchor.rated, column.rated, ties)) for column in columns]
        rows = _rows(each, around[key], kinds)
        found.append(Years(campaign_id, anchor.line.campaign, anchor.line.organisation, each, names[each], rows))
    return found


def _rows(
    unit_id: str, around: Sequence[tuple[Column, Beside]], kinds: Mapping[str, Kind]
) -> tuple[Row, ...]:  # fmt: skip
    rows = []
    for column, each in around:
        if (found := each.of(unit_id)) is not None:
            target, by = found
            kind, why = kinds[column.line.round.campaign_id], each.why_not(unit_id, target)
            rows.append(Row(column, target, kind, by, why, each.column is each.anchor))
    return tuple(rows)


def retold(found: Years, columns: Mapping[str, Column]) -> Years:
    """Return the same with results in other words, by their rounds' ids."""
    rows = []
    for row in found.rows:
        column = columns[row.column.line.round.id]
        target = column.target_of(row.target["id"])
        rows.append(row if target is None else replace(row, column=column, target=target))
    [newest] = (row for row in rows if row.is_newest)
    told = newest.column.result.document["round"]
    named = {"name": newest.target["name"], "campaign": told["campaign"], "organisation": told["organisation"]}
    return replace(found, rows=tuple(rows), **named)
