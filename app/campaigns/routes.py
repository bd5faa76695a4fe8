"""The organiser's pages of a campaign: name and stages. The other pages hang on at the end."""

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns import (
    routes_composite,
    routes_english,
    routes_forms,
    routes_groups,
    routes_import,
    routes_liaisons,
    routes_scheme,
    routes_sections,
    routes_sections_import,
    routes_staff,
    routes_units,
    service,
)
from app.campaigns.ports import resting_rounds
from app.campaigns.reads import CampaignView, get_campaign
from app.campaigns.rules import NameRow
from app.campaigns.stored import locked_campaign, stored_head
from app.campaigns.typed import TypedRow, typed_rows
from app.web.desk import OrganiserDesk, Refused
from app.web.forms import Form
from app.web.stale import refuse_stale

router = APIRouter()
SPARE_STAGES = 2


def _stage_rows(campaign: CampaignView) -> list[TypedRow]:
    rows = [TypedRow(stage.id, str(place), stage.title) for place, stage in enumerate(campaign.stages, 1)]
    return [*rows, *(TypedRow("", str(len(rows) + more), "") for more in range(1, SPARE_STAGES + 1))]


@router.get("/campaigns/{campaign_id}/edit")
def edit_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show name, organisation and stages."""
    campaign = get_campaign(desk.session, campaign_id)
    typed = {"title": campaign.title, "organisation": campaign.organisation}
    context = {"campaign": campaign, "stored": stored_head(campaign), "rows": _stage_rows(campaign)}
    return desk.show("campaigns/edit.html", typed=typed, **context)


@router.post("/campaigns/{campaign_id}/edit")
def edit(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Save name, organisation and stages."""
    typed, rows = form.as_dict(), typed_rows(form)

    def act() -> None:
        refuse_stale(form, stored_head(locked_campaign(desk.session, campaign_id)))
        who = desk.session, desk.now, desk.staff
        service.edit_campaign(*who, campaign_id, typed.get("title", ""), typed.get("organisation", ""))
        kept = [NameRow(row.id, row.name) for row in rows]
        service.set_stages(desk.acting, resting_rounds(desk.request), campaign_id, kept)

    def again(refused: Refused) -> Response:
        campaign = get_campaign(desk.session, campaign_id)
        return desk.show("campaigns/edit.html", refused, campaign=campaign, stored=stored_head(campaign), rows=rows)

    return desk.attempt(act, f"/campaigns/{campaign_id}", again)


for part in (
    routes_units,
    routes_sections,
    routes_liaisons,
    routes_groups,
    routes_scheme,
    routes_composite,
    routes_forms,
    routes_english,
    routes_import,
    routes_sections_import,
    routes_staff,
):
    router.include_router(part.router)
