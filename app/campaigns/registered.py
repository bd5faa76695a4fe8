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


def to_pick(session: Session, campaign: CampaignView, kept: Sequence[RegisteredUnit]) -> Sequence[RegisteredUnit]:
    """Return the units of a register that the campaign does not rate yet, also not under an earlier name."""
    rated, ids = {unit.name for unit in campaign.units}, {row.register_id for row in _kept(session, campaign.id)}
    return [unit for unit in kept if unit.name not in rated and unit.id not in ids]


def _kept(session: Session, campaign_id: str) -> Sequence[Unit]:
    """Return the units of a campaign that stand in a register, or stood in one, in their order."""
    query = select(Unit).where(Unit.campaign_id == campaign_id, Unit.register_id.is_not(None))
    return session.scalars(query.order_by(Unit.position, Unit.id)).all()


def named(session: Session, campaign_id: str, registered_ids: Collection[str]) -> list[str]:
    """Return the names of these units of the register, in its order, but of those that the campaign rates already."""
    offered = to_pick(session, get_campaign(session, campaign_id), of_campaign(session, campaign_id))
    return [unit.name for unit in offered if unit.id in registered_ids]


def changed_since(session: Session, campaign_id: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return which units of a campaign the register calls otherwise by now (old → new), and which are gone from it.

    Nobody can say whether a campaign calls a unit otherwise on purpose, so that its organiser looks at them.
    """
    units = _kept(session, campaign_id)
    names = register.names_by_id(session, [unit.register_id for unit in units if unit.register_id])
    called = [(unit.name, names.get(unit.register_id or "", "")) for unit in units]
    renamed = tuple(f"{old} → {new}" for old, new in called if new not in {"", old})
    return renamed, tuple(old for old, new in called if not new)


def write_down(acting: Acting, campaign_id: str) -> None:
    """Write the campaign's units that stand in no register into its office's, and remember under which id."""
    session, office_id = acting.session, office_of(acting.session, campaign_id)
    rows = session.scalars(select(Unit).where(Unit.campaign_id == campaign_id, Unit.register_id.is_(None))).all()
    if rows:
        register.add(acting, office_id, [(row.name, "") for row in rows])
        known = register.ids_by_name(session, office_id, [row.name for row in rows])
        for row in rows:
            row.register_id = known.get(row.name)
