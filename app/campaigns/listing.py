"""Pages of the list of campaigns, and what lists of rounds say of theirs."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.campaigns.models import Campaign, EnglishName
from app.campaigns.reads import CampaignSummary, summaries
from app.core.lists import Listed, Wish, cut

UNDER_WAY = "under_way"
"""The state of a campaign in which a round of it is under way."""


def titles(session: Session) -> Mapping[str, str]:
    """Return the titles of all campaigns by their ids, newest first."""
    rows = session.execute(select(Campaign.id, Campaign.title).order_by(Campaign.created_at.desc(), Campaign.id))
    return {row.id: row.title for row in rows}


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
