"""The organiser's pages of campaigns: list, new, overview, name and stages. The other pages hang on at the end."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns import (
    routes_forms,
    routes_groups,
    routes_import,
    routes_liaisons,
    routes_scheme,
    routes_units,
    service,
)
from app.campaigns.answers import attempt, was_saved
from app.campaigns.ratios import ratio_text
from app.campaigns.reads import CampaignView, all_campaigns, get_campaign
from app.campaigns.rules import NameRow
from app.campaigns.typed import TypedRow, typed_rows
from app.campaigns.wording import formula_words
from app.core.errors import DomainError
from app.web.auth import Organiser
from app.web.errors import sentence
from app.web.forms import Form
from app.web.i18n import choose_language
from app.web.pages import page, see_other
from app.web.requests import Db, Now

router = APIRouter()
SPARE_STAGES = 2


@router.get("/campaigns")
def list_page(request: Request, _staff: Organiser, db: Db) -> Response:
    """List the campaigns."""
    return page(request, "campaigns/list.html", campaigns=all_campaigns(db))


@router.get("/campaigns/new")
def new_page(request: Request, _staff: Organiser) -> Response:
    """Show the form of a new campaign."""
    return page(request, "campaigns/new.html", message="", typed={})


@router.post("/campaigns/new")
def create(request: Request, staff: Organiser, form: Form, db: Db, now: Now) -> Response:
    """Make a campaign and go to its overview."""
    typed = form.as_dict()
    try:
        campaign_id = service.create_campaign(db, now, staff, typed.get("title", ""), typed.get("organisation", ""))
    except DomainError as error:
        db.rollback()
        status, message = sentence(choose_language(request), error.code, error.params)
        return page(request, "campaigns/new.html", status=status, message=message, typed=typed)
    return see_other(f"/campaigns/{campaign_id}")


@router.get("/campaigns/{campaign_id}")
def overview_page(request: Request, campaign_id: str, _staff: Organiser, db: Db) -> Response:
    """Show what is set up and what is missing."""
    campaign = get_campaign(db, campaign_id)
    context = {
        "campaign": campaign,
        "formula_words": formula_words,
        "ratio_text": ratio_text,
        "saved": was_saved(request),
    }
    return page(request, "campaigns/overview.html", status=200, **context)


def _stage_rows(campaign: CampaignView) -> list[TypedRow]:
    rows = [TypedRow(stage.id, str(place), stage.title) for place, stage in enumerate(campaign.stages, 1)]
    return [*rows, *(TypedRow("", str(len(rows) + more), "") for more in range(1, SPARE_STAGES + 1))]


@router.get("/campaigns/{campaign_id}/edit")
def edit_page(request: Request, campaign_id: str, _staff: Organiser, db: Db) -> Response:
    """Show name, organisation and stages."""
    campaign = get_campaign(db, campaign_id)
    typed = {"title": campaign.title, "organisation": campaign.organisation}
    rows = _stage_rows(campaign)
    return page(request, "campaigns/edit.html", campaign=campaign, message="", typed=typed, rows=rows)


@router.post("/campaigns/{campaign_id}/edit")
def edit(request: Request, campaign_id: str, staff: Organiser, form: Form, db: Db, now: Now) -> Response:
    """Save name, organisation and stages."""
    campaign, typed, rows = get_campaign(db, campaign_id), form.as_dict(), typed_rows(form)
    stages = [NameRow(row.id, row.name) for row in rows]

    def act() -> None:
        service.edit_campaign(db, now, staff, campaign_id, typed.get("title", ""), typed.get("organisation", ""))
        service.set_stages(db, now, staff, campaign_id, stages)

    def show(status: int, message: str) -> Response:
        context = {"campaign": campaign, "message": message, "typed": typed, "rows": rows}
        return page(request, "campaigns/edit.html", status=status, **context)

    return attempt(request, db, act, f"/campaigns/{campaign_id}?saved=1", show)


for part in (routes_units, routes_liaisons, routes_groups, routes_scheme, routes_forms, routes_import):
    router.include_router(part.router)
