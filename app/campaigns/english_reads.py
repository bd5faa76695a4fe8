"""A campaign's own English of names, as it is stored."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.campaigns.models import EnglishName


def english_names(session: Session, campaign_id: str) -> dict[str, str]:
    """Return the campaign's own English of names."""
    return english_of_campaigns(session, [campaign_id])[campaign_id]


def english_of_campaigns(session: Session, campaign_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return the own English of names of each of some campaigns, in their order, in one query."""
    found: dict[str, dict[str, str]] = {campaign_id: {} for campaign_id in campaign_ids}
    query = select(EnglishName.campaign_id, EnglishName.name, EnglishName.english)
    query = query.where(EnglishName.campaign_id.in_(found)).order_by(EnglishName.name)
    for campaign_id, name, english in session.execute(query):
        found[campaign_id][name] = english
    return found


def english_in(session: Session, campaign_ids: Iterable[str]) -> dict[str, str]:
    """Return the English that some campaigns give to names, as one dictionary: a list may show several of them."""
    found = english_of_campaigns(session, sorted(campaign_ids))
    return {name: english for own in found.values() for name, english in own.items()}
