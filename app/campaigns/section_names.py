"""The names that stand in a campaign's list of sections, which may be written in English."""

from app.campaigns.reads import CampaignView
from app.campaigns.sections_listing import Names


def names_of(campaign: CampaignView) -> Names:
    """Return the names of a campaign's sections, forms, objects and groups, and what stands beside its objects."""
    beside = [word for unit in campaign.units for word in (unit.duty, unit.responsible) if word]
    return Names.of(
        campaign.english,
        [section.noun for section in campaign.sections],
        [form.title for form in campaign.forms],
        [unit.name for unit in campaign.units],
        [group.name for group in campaign.groups],
        [*(unit.name for unit in campaign.units), *beside],
    )
