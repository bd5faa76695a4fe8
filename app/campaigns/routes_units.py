"""The page of units in official order."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.campaigns import service
from app.campaigns.answers import attempt, was_saved
from app.campaigns.reads import CampaignView, UnitView, get_campaign
from app.campaigns.typed import TypedRow, name_rows, typed_rows
from app.core.errors import DomainError
from app.web.auth import Organiser
from app.web.forms import Form
from app.web.pages import page
from app.web.requests import Db, Now

router = APIRouter()


def _rows(campaign: CampaignView) -> list[TypedRow]:
    return [TypedRow(unit.id, str(place), unit.name) for place, unit in enumerate(campaign.units, 1)]


@router.get("/campaigns/{campaign_id}/units")
def units_page(request: Request, campaign_id: str, _staff: Organiser, db: Db) -> Response:
    """Show the units."""
    campaign = get_campaign(db, campaign_id)
    context = {"campaign": campaign, "rows": _rows(campaign), "message": "", "added": "", "saved": was_saved(request)}
    return page(request, "campaigns/units.html", status=200, **context)


@router.post("/campaigns/{campaign_id}/units")
def save(request: Request, campaign_id: str, staff: Organiser, form: Form, db: Db, now: Now) -> Response:
    """Save names and order."""
    campaign, rows = get_campaign(db, campaign_id), typed_rows(form)

    def act() -> None:
        service.save_units(db, now, staff, campaign_id, name_rows(rows))

    def show(status: int, message: str) -> Response:
        context = {"campaign": campaign, "rows": rows, "message": message, "added": ""}
        return page(request, "campaigns/units.html", status=status, **context)

    return attempt(request, db, act, f"/campaigns/{campaign_id}/units?saved=1", show)


@router.post("/campaigns/{campaign_id}/units/add")
def add(request: Request, campaign_id: str, staff: Organiser, form: Form, db: Db, now: Now) -> Response:
    """Add units, one a line."""
    campaign, added = get_campaign(db, campaign_id), form.as_dict().get("names", "")

    def act() -> None:
        service.add_units(db, now, staff, campaign_id, added.splitlines())

    def show(status: int, message: str) -> Response:
        context = {"campaign": campaign, "rows": _rows(campaign), "message": message, "added": added}
        return page(request, "campaigns/units.html", status=status, **context)

    return attempt(request, db, act, f"/campaigns/{campaign_id}/units?saved=1", show)


def _chosen(campaign_id: str, unit_id: str, db: Db) -> tuple[CampaignView, UnitView]:
    campaign = get_campaign(db, campaign_id)
    unit = campaign.unit(unit_id)
    if unit is None:
        raise DomainError("unit_unknown")
    return campaign, unit


Chosen = tuple[CampaignView, UnitView]


@router.get("/campaigns/{campaign_id}/units/{unit_id}/delete")
def delete_page(request: Request, _staff: Organiser, chosen: Annotated[Chosen, Depends(_chosen)]) -> Response:
    """Ask for the name of the unit."""
    campaign, unit = chosen
    return page(request, "campaigns/delete.html", campaign=campaign, kind="unit", name=unit.name, typed="", message="")


@router.post("/campaigns/{campaign_id}/units/{unit_id}/delete")
def delete(
    request: Request, staff: Organiser, form: Form, chosen: Annotated[Chosen, Depends(_chosen)], db: Db, now: Now
) -> Response:
    """Delete the unit whose name was typed."""
    (campaign, unit), typed = chosen, form.as_dict().get("name", "")

    def act() -> None:
        service.delete_unit(db, now, staff, campaign.id, unit.id, typed)

    def show(status: int, message: str) -> Response:
        context = {"campaign": campaign, "kind": "unit", "name": unit.name, "typed": typed, "message": message}
        return page(request, "campaigns/delete.html", status=status, **context)

    return attempt(request, db, act, f"/campaigns/{campaign.id}/units?saved=1", show)
