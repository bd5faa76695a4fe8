"""历次结果 over campaigns: what was rated once, wherever it was rated before, as far as one reader may see each of it.

A figure stands beside another one only where both were made in the same way; else the row says what differs. Rounds of
other campaigns within half a year obey the rule of one campaign (``kin``): nothing is set beside each other where the
people who rate differ by a few.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.campaigns.kinds import Kind
from app.campaigns.lineage import By, kin_of
from app.campaigns.reads import kinds_of
from app.core.errors import DomainError
from app.publication.agreement import why_not
from app.publication.domain import Viewer, unit_of
from app.publication.kin import Matches, Ties, are_near, matches, seen_from, ties_of
from app.publication.reads import published_rounds
from app.publication.trends import NOT_COMPARED, Column, column_of, not_compared, official_order
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


def columns_of(session: Session, viewer: Viewer, now: datetime, campaign_id: str) -> list[Column]:
    """Return the rounds that a viewer may see of a campaign and of those that it follows or that follow it."""
    kin = kin_of(session, campaign_id)
    lines = published_rounds(session, viewer, now)
    wanted = [line for line in lines if line.round.campaign_id in kin and not line.round.is_rehearsal]
    wanted.sort(key=lambda line: (line.round.closed_at or line.published_at, line.published_at, line.round.id))
    return [column_of(session, viewer, now, line) for line in wanted]


def has_years(session: Session, viewer: Viewer, now: datetime, campaign_id: str) -> bool:
    """Whether a viewer may see results of another campaign that this one may be set beside."""
    kin = kin_of(session, campaign_id) - {campaign_id}
    lines = published_rounds(session, viewer, now) if kin else ()
    return any(line.round.campaign_id in kin and not line.round.is_rehearsal for line in lines)


def years_of(session: Session, columns: Sequence[Column], campaign_id: str) -> list[Years]:
    """Return what was rated in a campaign, in official order, through all rounds; DomainError ``not_found``."""
    own = [column for column in columns if column.line.round.campaign_id == campaign_id]
    if not own:
        raise DomainError("not_found")
    ties = ties_of(session, campaign_id, {column.line.round.campaign_id for column in columns})
    kinds = kinds_of(session, {column.line.round.campaign_id for column in columns})
    found = []
    for unit_id, name in official_order(own).items():
        anchor = next(column for column in reversed(own) if unit_of(column.targets, unit_id) is not None)
        rows = _rows(columns, (unit_id, anchor), ties, kinds)
        found.append(Years(campaign_id, anchor.line.campaign, anchor.line.organisation, unit_id, name, rows))
    return found


def _rows(
    columns: Sequence[Column], subject: tuple[str, Column], ties: Ties, kinds: Mapping[str, Kind]
) -> tuple[Row, ...]:
    unit_id, anchor = subject
    rows = []
    for column in columns:
        same = matches(anchor.paper, column.paper, ties, column.line.round.campaign_id)
        pairs = [(other, by) for other, (mine, by) in same.items() if mine == unit_id]
        seen = [(target, by) for other, by in pairs if (target := unit_of(column.targets, other)) is not None]
        for target, by in seen[:1]:
            why = _why(anchor, column, (unit_id, target["id"]), same)
            rows.append(Row(column, target, kinds[column.line.round.campaign_id], by, why, column is anchor))
    return tuple(rows)


def _why(anchor: Column, column: Column, ids: tuple[str, str], same: Matches) -> str:
    """Return why an object's figures of a round are not set beside those of the newest one of its campaign."""
    mine, theirs = ids
    rounds = anchor.line.round, column.line.round
    if anchor is column:
        return ""
    if rounds[0].campaign_id == rounds[1].campaign_id:
        return not_compared(anchor, column, mine)
    if why := why_not(anchor.section_of(mine), column.section_of(theirs)):
        return why
    if not are_near(*rounds) or may_compare(anchor.paper, seen_from(anchor.paper, column.paper, same), mine):
        return ""
    return NOT_COMPARED.format(k=anchor.paper.scheme.floor)


def retold(found: Years, columns: Mapping[str, Column]) -> Years:
    """Return the same with results in other words, by their rounds' ids."""
    rows = []
    for row in found.rows:
        column = columns[row.column.line.round.id]
        target = unit_of(column.targets, row.target["id"])
        rows.append(row if target is None else replace(row, column=column, target=target))
    [newest] = (row for row in rows if row.is_newest)
    told = newest.column.result.document["round"]
    named = {"name": newest.target["name"], "campaign": told["campaign"], "organisation": told["organisation"]}
    return replace(found, rows=tuple(rows), **named)


def previous_of(session: Session, viewer: Viewer, now: datetime, round_id: str, campaign_id: str) -> Mapping[str, Row]:
    """Return, by what a round rated, the last round before it that rated the same and was made in the same way."""
    columns = columns_of(session, viewer, now, campaign_id)
    place = next((place for place, column in enumerate(columns) if column.line.round.id == round_id), 0)
    ties = ties_of(session, campaign_id, {column.line.round.campaign_id for column in columns})
    kinds = kinds_of(session, {column.line.round.campaign_id for column in columns})
    found = {}
    for target in columns[place].targets if place else ():
        subject = target["id"], columns[place]
        before = [row for row in _rows(columns[:place], subject, ties, kinds) if not row.why]
        if before:
            found[target["id"]] = before[-1]
    return found
