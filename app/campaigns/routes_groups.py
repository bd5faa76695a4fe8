"""The pages of voter groups: expected numbers, order, and the units a group does not rate."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns import service
from app.campaigns.deletion import ask_for_name, attempt_to_delete
from app.campaigns.ports import resting_rounds
from app.campaigns.reads import CampaignView, GroupView, get_campaign
from app.campaigns.stored import locked_campaign, stored_groups, stored_left_out
from app.campaigns.typed import TypedRow, group_rows, shown_groups, typed_rows
from app.core.errors import DomainError
from app.web.desk import Desk, OrganiserDesk, Refused
from app.web.forms import Form
from app.web.stale import refuse_stale

router = APIRouter()


def _groups_page(
    desk: Desk, campaign_id: str, refused: Refused | None = None, rows: Sequence[TypedRow] | None = None
) -> Response:
    campaign = get_campaign(desk.session, campaign_id)
    shown = shown_groups(campaign.groups) if rows is None else rows
    return desk.show("campaigns/groups.html", refused, campaign=campaign, rows=shown, stored=stored_groups(campaign))


@router.get("/campaigns/{campaign_id}/groups")
def groups_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show the voter groups."""
    return _groups_page(desk, campaign_id)


@router.post("/campaigns/{campaign_id}/groups")
def save(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Save names, order and expected numbers."""
    rows = typed_rows(form, expected=True)

    def act() -> None:
        refuse_stale(form, stored_groups(locked_campaign(desk.session, campaign_id)))
        service.save_groups(desk.session, desk.now, desk.staff, campaign_id, group_rows(rows))

    return desk.attempt(
        act,
        f"/campaigns/{campaign_id}/groups",
        lambda refused: _groups_page(desk, campaign_id, refused, rows),
    )


def _chosen(desk: Desk, campaign_id: str, group_id: str) -> tuple[CampaignView, GroupView]:
    campaign = get_campaign(desk.session, campaign_id)
    group = campaign.group(group_id)
    if group is None:
        raise DomainError("group_unknown")
    return campaign, group


@router.get("/campaigns/{campaign_id}/groups/{group_id}")
def group_page(desk: OrganiserDesk, campaign_id: str, group_id: str) -> Response:
    """Show the units the group rates."""
    return _group_page(desk, campaign_id, group_id)


def _group_page(
    desk: Desk, campaign_id: str, group_id: str, refused: Refused | None = None, ticked: Sequence[str] | None = None
) -> Response:
    campaign, group = _chosen(desk, campaign_id, group_id)
    left_out = group.left_out if ticked is None else ticked
    context = {"campaign": campaign, "group": group, "stored": stored_left_out(campaign, group)}
    return desk.show("campaigns/group.html", refused, left_out=left_out, **context)


@router.post("/campaigns/{campaign_id}/groups/{group_id}")
def save_left_out(desk: OrganiserDesk, campaign_id: str, group_id: str, form: Form) -> Response:
    """Save which units the group leaves out."""
    left_out = form.several("left_out[]")

    def act() -> None:
        locked_campaign(desk.session, campaign_id)
        refuse_stale(form, stored_left_out(*_chosen(desk, campaign_id, group_id)))
        service.set_left_out(desk.session, desk.now, desk.staff, campaign_id, group_id, left_out)

    return desk.attempt(
        act,
        f"/campaigns/{campaign_id}/groups",
        lambda refused: _group_page(desk, campaign_id, group_id, refused, left_out),
    )


@router.get("/campaigns/{campaign_id}/groups/{group_id}/delete")
def delete_page(desk: OrganiserDesk, campaign_id: str, group_id: str) -> Response:
    """Ask for the name of the group."""
    campaign, group = _chosen(desk, campaign_id, group_id)
    return ask_for_name(desk, campaign, "group", group.name)


@router.post("/campaigns/{campaign_id}/groups/{group_id}/delete")
def delete(desk: OrganiserDesk, campaign_id: str, group_id: str, form: Form) -> Response:
    """Delete the group whose name was typed."""
    (campaign, group), name = _chosen(desk, campaign_id, group_id), form.as_dict().get("name", "")

    def act() -> None:
        service.delete_group(desk.acting, resting_rounds(desk.request), campaign_id, group_id, name)

    return attempt_to_delete(desk, campaign, "group", group.name, act)
