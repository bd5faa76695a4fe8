"""The page that says which accounts speak for which unit."""

from collections.abc import Iterable, Mapping, Sequence

from fastapi import APIRouter
from starlette.responses import Response

from app.accounts import service as accounts
from app.accounts.domain import Role
from app.accounts.models import Staff
from app.campaigns.ports import keys_held
from app.campaigns.reads import CampaignView, UnitView, get_campaign
from app.campaigns.stored import locked_campaign
from app.core.errors import DomainError
from app.web.desk import Desk, OrganiserDesk, Refused
from app.web.forms import Form, PostedForm
from app.web.stale import Stored, refuse_stale, stored

router = APIRouter()


def _page(desk: Desk, campaign_id: str, refused: Refused | None = None) -> Response:
    campaign = get_campaign(desk.session, campaign_id)
    found = accounts.liaisons_of(desk.session, [unit.id for unit in campaign.units])
    offered = _offered(desk, campaign, found)
    context = {
        "campaign": campaign,
        "stored": _stored(campaign, found),
        "chosen": _ticked(campaign, refused.form) if refused else _kept(found),
        "liaisons": offered if any(offered.values()) else {},
    }
    return desk.show("campaigns/liaisons.html", refused, **context)


def _offered(
    desk: Desk, campaign: CampaignView, found: Mapping[str, Sequence[Staff]]
) -> dict[str, list[tuple[str, str]]]:
    """Return ids and names to choose from by unit: the liaisons in reach, and whoever is one of the unit already."""
    able = [one for one in accounts.everyone(desk.session) if Role.LIAISON in one.roles and not one.disabled]
    return {
        unit.id: list({one.id: (one.id, one.name) for one in (*able, *found.get(unit.id, ()))}.values())
        for unit in campaign.units
    }


def _kept(found: Mapping[str, Sequence[Staff]]) -> dict[str, set[str]]:
    return {unit_id: {staff.id for staff in some} for unit_id, some in found.items()}


def _ticked(campaign: CampaignView, form: PostedForm) -> dict[str, set[str]]:
    return {unit.id: set(form.several(f"unit-{unit.id}[]")) for unit in campaign.units}


def _stored(campaign: CampaignView, found: Mapping[str, Sequence[Staff]]) -> Stored:
    chosen = [(unit, found.get(unit.id, ())) for unit in campaign.units]
    lines = [(unit.name, "、".join(one.name for one in some)) for unit, some in chosen]
    return stored(lines, [(unit.id, [one.id for one in some]) for unit, some in chosen])


def _check(desk: Desk, unit: UnitView, wanted: Iterable[str], held: Mapping[tuple[str, str], str]) -> None:
    """Refuse who holds a key over the unit's marks; DomainError ``liaison_holds_key``."""
    for staff_id in sorted(wanted):
        if title := held.get((staff_id, unit.id)):
            name = accounts.find(desk.session, staff_id).name
            raise DomainError("liaison_holds_key", name=name, unit=unit.name, round=title)


@router.get("/campaigns/{campaign_id}/liaisons")
def liaisons_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show every unit with the accounts that may speak for it."""
    return _page(desk, campaign_id)


@router.post("/campaigns/{campaign_id}/liaisons")
def save(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Keep who speaks for which unit."""

    def act() -> None:
        campaign = locked_campaign(desk.session, campaign_id)
        before = accounts.liaisons_of(desk.session, [unit.id for unit in campaign.units])
        refuse_stale(form, _stored(campaign, before))
        held = keys_held(desk.request)(desk.session, campaign_id)
        for unit in campaign.units:
            wanted = set(form.several(f"unit-{unit.id}[]"))
            there = {account.id for account in before.get(unit.id, [])}
            if wanted != there:
                _check(desk, unit, wanted - there, held)
                accounts.set_liaisons(desk.session, desk.now, desk.staff, unit.id, wanted)

    done = f"/campaigns/{campaign_id}/liaisons"
    return desk.attempt(act, done, lambda refused: _page(desk, campaign_id, refused))
