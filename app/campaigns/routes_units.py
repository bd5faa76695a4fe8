"""The page of units in official order."""

from collections.abc import Callable, Sequence

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns import registered, service
from app.campaigns.deletion import ask_for_name, attempt_to_delete
from app.campaigns.ports import resting_on_units
from app.campaigns.reads import CampaignView, UnitView, get_campaign
from app.campaigns.rules import pasted_names
from app.campaigns.stored import locked_campaign, stored_units
from app.campaigns.typed import TypedRow, name_rows, typed_rows, unit_edits, unit_rows
from app.core.errors import DomainError
from app.core.lists import cut, wish_of
from app.web.desk import Desk, OrganiserDesk, Refused, typed
from app.web.forms import Form
from app.web.stale import refuse_stale

router = APIRouter()


def _units_page(
    desk: Desk, campaign_id: str, refused: Refused | None = None, rows: Sequence[TypedRow] | None = None
) -> Response:
    campaign = get_campaign(desk.session, campaign_id)
    stored = [
        TypedRow(unit.id, str(place), unit.name, "", unit.duty, unit.responsible, unit.object_class)
        for place, unit in enumerate(campaign.units, 1)
    ]
    added, wish = typed(refused).get("names", ""), wish_of(desk.request.query_params)
    found = cut([row for row in stored if wish.fits(row.name)], wish)
    register = registered.of_campaign(desk.session, campaign_id)
    context = {
        "kept": registered.to_pick(campaign, register),
        "keeps_register": bool(register),
        "rows": stored if rows is None else rows,
        "added": added,
        "found": found,
        "stored": stored_units(campaign),
    }
    return desk.show("campaigns/units.html", refused, campaign=campaign, **context)


def _attempt(
    desk: Desk, campaign_id: str, act: Callable[[], object], rows: Sequence[TypedRow] | None = None
) -> Response:
    done = f"/campaigns/{campaign_id}/units"
    return desk.attempt(act, done, lambda refused: _units_page(desk, campaign_id, refused, rows))


@router.get("/campaigns/{campaign_id}/units")
def units_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show the units."""
    return _units_page(desk, campaign_id)


@router.post("/campaigns/{campaign_id}/units")
def save(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Save names and order."""
    rows = unit_rows(form) if "class[]" in form.as_dict() else typed_rows(form)
    words = unit_edits(rows) if "class[]" in form.as_dict() else {}

    def act() -> None:
        refuse_stale(form, stored_units(locked_campaign(desk.session, campaign_id)))
        service.save_units(desk.session, desk.now, desk.staff, campaign_id, name_rows(rows))
        service.save_words(desk.acting, campaign_id, words)

    return _attempt(desk, campaign_id, act, rows)


@router.post("/campaigns/{campaign_id}/units/add")
def add(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Add units, one a line."""

    def act() -> None:
        names = pasted_names(form.as_dict().get("names", ""))
        service.add_units(desk.session, desk.now, desk.staff, campaign_id, names)
        if form.flag("register"):
            registered.write_down(desk.acting, campaign_id)

    return _attempt(desk, campaign_id, act)


@router.post("/campaigns/{campaign_id}/units/pick")
def pick(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Add units that the register of the campaign's office holds."""
    chosen = form.several("registered[]")
    return _attempt(desk, campaign_id, lambda: registered.pick(desk.acting, campaign_id, chosen))


def _chosen(desk: Desk, campaign_id: str, unit_id: str) -> tuple[CampaignView, UnitView]:
    campaign = get_campaign(desk.session, campaign_id)
    unit = campaign.unit(unit_id)
    if unit is None:
        raise DomainError("unit_unknown")
    return campaign, unit


@router.get("/campaigns/{campaign_id}/units/{unit_id}/delete")
def delete_page(desk: OrganiserDesk, campaign_id: str, unit_id: str) -> Response:
    """Ask for the name of the unit."""
    campaign, unit = _chosen(desk, campaign_id, unit_id)
    return ask_for_name(desk, campaign, "unit", unit.name)


@router.post("/campaigns/{campaign_id}/units/{unit_id}/delete")
def delete(desk: OrganiserDesk, campaign_id: str, unit_id: str, form: Form) -> Response:
    """Delete the unit whose name was typed."""
    (campaign, unit), name = _chosen(desk, campaign_id, unit_id), form.as_dict().get("name", "")

    def act() -> None:
        service.delete_unit(desk.acting, resting_on_units(desk.request), campaign_id, unit_id, name)

    return attempt_to_delete(desk, campaign, "unit", unit.name, act)
