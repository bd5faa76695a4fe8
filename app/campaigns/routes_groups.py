"""The pages of voter groups: expected numbers, order, and the units a group does not rate."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.campaigns import service
from app.campaigns.answers import attempt, was_saved
from app.campaigns.reads import CampaignView, GroupView, get_campaign
from app.campaigns.typed import group_rows, shown_groups, typed_rows
from app.core.errors import DomainError
from app.web.auth import Organiser
from app.web.forms import Form
from app.web.pages import page
from app.web.requests import Db, Now

router = APIRouter()


@router.get("/campaigns/{campaign_id}/groups")
def groups_page(request: Request, campaign_id: str, _staff: Organiser, db: Db) -> Response:
    """Show the voter groups."""
    campaign = get_campaign(db, campaign_id)
    context = {"campaign": campaign, "rows": shown_groups(campaign.groups), "message": "", "saved": was_saved(request)}
    return page(request, "campaigns/groups.html", status=200, **context)


@router.post("/campaigns/{campaign_id}/groups")
def save(request: Request, campaign_id: str, staff: Organiser, form: Form, db: Db, now: Now) -> Response:
    """Save names, order and expected numbers."""
    campaign, rows = get_campaign(db, campaign_id), typed_rows(form, expected=True)

    def act() -> None:
        service.save_groups(db, now, staff, campaign_id, group_rows(rows))

    def show(status: int, message: str) -> Response:
        context = {"campaign": campaign, "rows": rows, "message": message}
        return page(request, "campaigns/groups.html", status=status, **context)

    return attempt(request, db, act, f"/campaigns/{campaign_id}/groups?saved=1", show)


def _chosen(campaign_id: str, group_id: str, db: Db) -> tuple[CampaignView, GroupView]:
    campaign = get_campaign(db, campaign_id)
    group = campaign.group(group_id)
    if group is None:
        raise DomainError("group_unknown")
    return campaign, group


Chosen = tuple[CampaignView, GroupView]


@router.get("/campaigns/{campaign_id}/groups/{group_id}")
def group_page(request: Request, _staff: Organiser, chosen: Annotated[Chosen, Depends(_chosen)]) -> Response:
    """Show the units the group rates."""
    campaign, group = chosen
    return page(request, "campaigns/group.html", campaign=campaign, group=group, left_out=group.left_out, message="")


@router.post("/campaigns/{campaign_id}/groups/{group_id}")
def save_left_out(
    request: Request, staff: Organiser, form: Form, chosen: Annotated[Chosen, Depends(_chosen)], db: Db, now: Now
) -> Response:
    """Save which units the group leaves out."""
    (campaign, group), left_out = chosen, form.several("left_out[]")

    def act() -> None:
        service.set_left_out(db, now, staff, campaign.id, group.id, left_out)

    def show(status: int, message: str) -> Response:
        context = {"campaign": campaign, "group": group, "left_out": left_out, "message": message}
        return page(request, "campaigns/group.html", status=status, **context)

    return attempt(request, db, act, f"/campaigns/{campaign.id}/groups?saved=1", show)


@router.get("/campaigns/{campaign_id}/groups/{group_id}/delete")
def delete_page(request: Request, _staff: Organiser, chosen: Annotated[Chosen, Depends(_chosen)]) -> Response:
    """Ask for the name of the group."""
    campaign, group = chosen
    return page(
        request, "campaigns/delete.html", campaign=campaign, kind="group", name=group.name, typed="", message=""
    )


@router.post("/campaigns/{campaign_id}/groups/{group_id}/delete")
def delete(
    request: Request, staff: Organiser, form: Form, chosen: Annotated[Chosen, Depends(_chosen)], db: Db, now: Now
) -> Response:
    """Delete the group whose name was typed."""
    (campaign, group), typed = chosen, form.as_dict().get("name", "")

    def act() -> None:
        service.delete_group(db, now, staff, campaign.id, group.id, typed)

    def show(status: int, message: str) -> Response:
        context = {"campaign": campaign, "kind": "group", "name": group.name, "typed": typed, "message": message}
        return page(request, "campaigns/delete.html", status=status, **context)

    return attempt(request, db, act, f"/campaigns/{campaign.id}/groups?saved=1", show)
