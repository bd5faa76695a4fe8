"""Pages of the list of campaigns, and what lists of rounds say of theirs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.campaigns.models import Campaign, EnglishName, Unit
from app.campaigns.reads import CampaignSummary, summaries
from app.core.lists import Listed, Wish, cut

UNDER_WAY = "under_way"
"""The state of a campaign in which a round of it is under way."""


def titles(session: Session) -> Mapping[str, str]:
    """Return the titles of all campaigns by their ids, newest first."""
    rows = session.execute(select(Campaign.id, Campaign.title).order_by(Campaign.created_at.desc(), Campaign.id))
    return {row.id: row.title for row in rows}


def campaigns_of(session: Session, unit_ids: Collection[str]) -> frozenset[str]:
    """Return the ids of the campaigns in which units are rated."""
    return frozenset(session.scalars(select(Unit.campaign_id).where(Unit.id.in_(unit_ids)).distinct()))


def offices_of(session: Session, unit_ids: Collection[str]) -> frozenset[str]:
    """Return the ids of the offices in whose campaigns these units are rated."""
    query = select(Campaign.office_id).join(Unit, Unit.campaign_id == Campaign.id).where(Unit.id.in_(unit_ids))
    return frozenset(session.scalars(query))


def offices_holding(session: Session, campaign_ids: Collection[str]) -> Mapping[str, str]:
    """Return the ids of the offices to which these campaigns belong, by those of the campaigns."""
    rows = session.execute(select(Campaign.id, Campaign.office_id).where(Campaign.id.in_(set(campaign_ids))))
    return {row.id: row.office_id for row in rows}


@dataclass(frozen=True, slots=True)
class CampaignUnits:
    """A campaign with ids and names of what is rated in it, to choose from."""

    title: str
    organisation: str
    units: Sequence[tuple[str, str]]


def units_to_choose(session: Session, wish: Wish, size: int) -> Listed[CampaignUnits]:
    """Return a page of the campaigns that have units, the newest first, with them; in two queries."""
    query = select(Campaign.id, Campaign.title, Campaign.organisation)
    having = query.where(Campaign.id.in_(select(Unit.campaign_id))).order_by(Campaign.created_at.desc(), Campaign.id)
    rows = [row for row in session.execute(having) if wish.fits(row.title, row.organisation)]

    def with_units(page: Sequence[Row[str, str, str]]) -> list[CampaignUnits]:
        units: dict[str, list[tuple[str, str]]] = {row.id: [] for row in page}
        wanted = select(Unit.campaign_id, Unit.id, Unit.name).where(Unit.campaign_id.in_(units))
        for campaign_id, unit_id, name in session.execute(wanted.order_by(Unit.position, Unit.id)):
            units[campaign_id].append((unit_id, name))
        return [CampaignUnits(row.title, row.organisation, units[row.id]) for row in page]

    return cut(rows, wish, size).told(with_units)


def unit_names(session: Session, unit_ids: Collection[str]) -> Mapping[str, str]:
    """Return the names of units by their ids; one that is gone is left out."""
    rows = session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(set(unit_ids))))
    return {row.id: row.name for row in rows}


def places_of_units(session: Session, campaign_ids: Collection[str]) -> Mapping[str, tuple[str, int]]:
    """Return name and place in the official order, from 1, of the units of these campaigns, by their ids."""
    places: dict[str, tuple[str, int]] = {}
    counts: dict[str, int] = {}
    query = select(Unit.campaign_id, Unit.id, Unit.name).where(Unit.campaign_id.in_(set(campaign_ids)))
    for campaign_id, unit_id, name in session.execute(query.order_by(Unit.position, Unit.id)):
        counts[campaign_id] = counts.get(campaign_id, 0) + 1
        places[unit_id] = name, counts[campaign_id]
    return places


def found_campaigns(session: Session, wish: Wish, under_way: Collection[str]) -> Listed[CampaignSummary]:
    """Return a page of the campaigns that a reader looks for by title and organisation, in two queries.

    Those ``under_way`` stand first, then the newest; the state ``UNDER_WAY`` asks for them alone.
    """
    query = select(Campaign.id, Campaign.title, Campaign.organisation)
    rows = session.execute(query.order_by(Campaign.created_at.desc(), Campaign.id)).all()
    if wish.state == UNDER_WAY:
        rows = [row for row in rows if row.id in under_way]
    fitting = [row.id for row in rows if wish.fits(row.title, row.organisation)]
    found = cut(sorted(fitting, key=lambda campaign_id: campaign_id not in under_way), wish)
    return found.told(lambda ids: _in_order(summaries(session, Campaign.id.in_(ids)), ids))


def _in_order(found: Sequence[CampaignSummary], ids: Sequence[str]) -> list[CampaignSummary]:
    lines = {line.id: line for line in found}
    return [lines[campaign_id] for campaign_id in ids]


def english_of(session: Session, names: Collection[str]) -> dict[str, str]:
    """Return the English of names in any campaign, for a page of a list; where two differ, that of one of them."""
    query = select(EnglishName.name, EnglishName.english).where(EnglishName.name.in_(set(names)))
    return {row.name: row.english for row in session.execute(query)}
