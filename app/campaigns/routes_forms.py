"""The pages of forms: those that ship, and copies of them that a campaign edits."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.campaigns import domain as questionnaire
from app.campaigns import scheme_service
from app.campaigns.answers import attempt, was_saved
from app.campaigns.builtin import FORMS, SCALES
from app.campaigns.reads import CampaignView, get_campaign, get_form
from app.campaigns.rules import ADVISED_ITEMS, scale_for
from app.campaigns.typed import TypedItem, shown_items, typed_form, typed_items
from app.core.errors import DomainError
from app.web.auth import Organiser
from app.web.forms import Form
from app.web.pages import page, see_other
from app.web.requests import Db, Now

router = APIRouter()


@router.get("/campaigns/{campaign_id}/forms")
def forms_page(request: Request, campaign_id: str, _staff: Organiser, db: Db) -> Response:
    """List the forms."""
    campaign = get_campaign(db, campaign_id)
    context = {
        "campaign": campaign,
        "scales": SCALES,
        "scale_for": scale_for,
        "advised": ADVISED_ITEMS,
        "saved": was_saved(request),
    }
    return page(request, "campaigns/forms.html", status=200, **context)


@router.post("/campaigns/{campaign_id}/forms/{key}/copy")
def copy(campaign_id: str, key: str, staff: Organiser, _form: Form, db: Db, now: Now) -> Response:
    """Copy a form and open the copy."""
    return see_other(f"/campaigns/{campaign_id}/forms/{scheme_service.copy_form(db, now, staff, campaign_id, key)}")


def _chosen(campaign_id: str, key: str, db: Db) -> tuple[CampaignView, questionnaire.Form]:
    return get_campaign(db, campaign_id), get_form(db, campaign_id, key)


Chosen = tuple[CampaignView, questionnaire.Form]


def _show_editor(
    request: Request, chosen: Chosen, typed: Mapping[str, str], rows: Sequence[TypedItem], status: int, message: str
) -> Response:
    campaign, form = chosen
    context = {
        "campaign": campaign,
        "form": form,
        "scales": SCALES,
        "scale_for": scale_for,
        "typed": typed,
        "rows": rows,
        "message": message,
    }
    return page(request, "campaigns/form_edit.html", status=status, saved=was_saved(request), **context)


@router.get("/campaigns/{campaign_id}/forms/{key}")
def form_page(request: Request, key: str, _staff: Organiser, chosen: Annotated[Chosen, Depends(_chosen)]) -> Response:
    """Show a form: one that ships to read, a copy to edit."""
    campaign, form = chosen
    if key in FORMS:
        return page(request, "campaigns/form.html", campaign=campaign, form=form, scales=SCALES, scale_for=scale_for)
    typed = {"title": form.title, "scale": form.scale} | ({"remarks": "1"} if form.remarks else {})
    return _show_editor(request, chosen, typed, shown_items(form), 200, "")


@router.post("/campaigns/{campaign_id}/forms/{key}")
def save(
    request: Request, staff: Organiser, posted: Form, chosen: Annotated[Chosen, Depends(_chosen)], db: Db, now: Now
) -> Response:
    """Save an edited form."""
    (campaign, form), rows = chosen, typed_items(posted)

    def act() -> None:
        scheme_service.save_form(db, now, staff, campaign.id, form.key, typed_form(posted, rows))

    def show(status: int, message: str) -> Response:
        return _show_editor(request, chosen, posted.as_dict(), rows, status, message)

    return attempt(request, db, act, f"/campaigns/{campaign.id}/forms/{form.key}?saved=1", show)


@router.get("/campaigns/{campaign_id}/forms/{key}/delete")
def delete_page(request: Request, key: str, _staff: Organiser, chosen: Annotated[Chosen, Depends(_chosen)]) -> Response:
    """Ask for the title of the form."""
    if key in FORMS:
        raise DomainError("form_unknown")
    campaign, form = chosen
    return page(request, "campaigns/delete.html", campaign=campaign, kind="form", name=form.title, typed="", message="")


@router.post("/campaigns/{campaign_id}/forms/{key}/delete")
def delete(
    request: Request, staff: Organiser, posted: Form, chosen: Annotated[Chosen, Depends(_chosen)], db: Db, now: Now
) -> Response:
    """Delete the form whose title was typed."""
    (campaign, form), typed = chosen, posted.as_dict().get("name", "")

    def act() -> None:
        scheme_service.delete_form(db, now, staff, campaign.id, form.key, typed)

    def show(status: int, message: str) -> Response:
        context = {"campaign": campaign, "kind": "form", "name": form.title, "typed": typed, "message": message}
        return page(request, "campaigns/delete.html", status=status, **context)

    return attempt(request, db, act, f"/campaigns/{campaign.id}/forms?saved=1", show)
