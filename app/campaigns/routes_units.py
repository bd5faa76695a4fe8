"""The page of units in official order."""

from collections.abc import Callable, Sequence
from functools import partial

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
from app.web.choosing import asked_of, choice_of, looks
from app.web.desk import Again, Desk, OrganiserDesk, Refused
from app.web.forms import Form, PostedForm
from app.web.stale import refuse_stale

router = APIRouter()
REGISTERED = "registered[]"


def _to_add(desk: Desk, campaign: CampaignView, form: PostedForm | None = None) -> dict[str, object]:
    """Return what the forms show that add units."""
    register = registered.of_campaign(desk.session, campaign.id)
    kept = registered.to_pick(desk.session, campaign, register)
    return {
        "campaign": campaign,
        "choice": choice_of(kept, (), form, REGISTERED) if kept else None,
        "keeps_register": bool(register),
        "typed": form.as_dict() if form else {},
    }


def _units_page(
    desk: Desk, campaign_id: str, rows: Sequence[TypedRow] | None, form: PostedForm | None, refused: Refused | None
) -> Response:
    campaign = get_campaign(desk.session, campaign_id)
    shown = (
        [*rows]
        if rows is not None
        else [
            TypedRow(unit.id, str(place), unit.name, "", unit.duty, unit.responsible, unit.object_class)
            for place, unit in enumerate(campaign.units, 1)
        ]
    )
    wish = wish_of(asked_of(form, desk.request.query_params))
    context = {
        "rows": shown,
        "found": cut([row for row in shown if wish.fits(row.name)], wish),
        "stored": stored_units(campaign),
    }
    return desk.show("campaigns/units.html", refused, **_to_add(desk, campaign), **context)


def _add_page(desk: Desk, campaign_id: str, refused: Refused | None = None, form: PostedForm | None = None) -> Response:
    context = _to_add(desk, get_campaign(desk.session, campaign_id), refused.form if refused else form)
    return desk.show("campaigns/units_add.html", refused, **context)


def _attempt(desk: Desk, campaign_id: str, act: Callable[[], object], again: Again) -> Response:
    return desk.attempt(act, f"/campaigns/{campaign_id}/units", again)


@router.get("/campaigns/{campaign_id}/units")
def units_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show the units."""
    return _units_page(desk, campaign_id, None, None, None)


@router.get("/campaigns/{campaign_id}/units/add")
def add_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show the forms that add units, by themselves."""
    return _add_page(desk, campaign_id)


@router.post("/campaigns/{campaign_id}/units")
def save(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Save names and order, or find a unit among what is typed."""
    rows = unit_rows(form) if "class[]" in form.as_dict() else typed_rows(form)
    words = unit_edits(rows) if "class[]" in form.as_dict() else {}
    again = partial(_units_page, desk, campaign_id, rows, form)
    if looks(form):
        return desk.consider(lambda: again(None), again)

    def act() -> None:
        refuse_stale(form, stored_units(locked_campaign(desk.session, campaign_id)))
        service.save_units(desk.session, desk.now, desk.staff, campaign_id, name_rows(rows))
        service.save_words(desk.acting, campaign_id, words)

    return _attempt(desk, campaign_id, act, again)


@router.post("/campaigns/{campaign_id}/units/add")
def add(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Add units that are picked from the register or typed one a line, or look for some in the register."""
    again = partial(_add_page, desk, campaign_id)
    if looks(form):
        return desk.consider(lambda: again(form=form), again)

    def act() -> None:
        picked = registered.named(desk.session, campaign_id, form.several(REGISTERED))
        names = [*picked, *pasted_names(form.as_dict().get("names", ""))]
        service.add_units(desk.session, desk.now, desk.staff, campaign_id, names)
        if form.flag("register"):
            registered.write_down(desk.acting, campaign_id)

    return _attempt(desk, campaign_id, act, again)


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
