"""Units of a campaign and the register of its office: picked from there, or written into it. Names are copied."""

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.campaigns.models import Unit
from app.campaigns.reads import CampaignView, get_campaign, office_of
from app.core.acting import Acting
from app.offices import register
from app.offices.models import RegisteredUnit


def of_campaign(session: Session, campaign_id: str) -> Sequence[RegisteredUnit]:
    """Return the register of a campaign's office."""
    return register.registered(session, office_of(session, campaign_id))


def to_pick(campaign: CampaignView, kept: Sequence[RegisteredUnit]) -> Sequence[RegisteredUnit]:
    """Return the units of a register that the campaign does not rate yet."""
    rated = {unit.name for unit in campaign.units}
    return [unit for unit in kept if unit.name not in rated]


def named(session: Session, campaign_id: str, registered_ids: Collection[str]) -> list[str]:
    """Return the names of these units of the register, in its order, but of those that the campaign rates already."""
    offered = to_pick(get_campaign(session, campaign_id), of_campaign(session, campaign_id))
    return [unit.name for unit in offered if unit.id in registered_ids]


def write_down(acting: Acting, campaign_id: str) -> None:
    """Write the campaign's units that stand in no register into its office's, and remember under which id."""
    session, office_id = acting.session, office_of(acting.session, campaign_id)
    rows = session.scalars(select(Unit).where(Unit.campaign_id == campaign_id, Unit.register_id.is_(None))).all()
    if rows:
        register.add(acting, office_id, [(row.name, "") for row in rows])
        known = register.ids_by_name(session, office_id, [row.name for row in rows])
        for row in rows:
            row.register_id = known.get(row.name)
