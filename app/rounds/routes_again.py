"""The page and the act of 按上一次再办."""

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns.copying import next_title
from app.campaigns.reads import all_campaigns, get_campaign
from app.core.errors import DomainError
from app.rounds.again import begin_again
from app.rounds.ports import ports_of
from app.web.desk import Desk, OrganiserDesk, Refused
from app.web.forms import Form
from app.web.pages import see_other

router = APIRouter()


def _page(desk: Desk, campaign_id: str, refused: Refused | None = None) -> Response:
    campaign = get_campaign(desk.session, campaign_id)
    if campaign.is_example:
        raise DomainError("copy_example")
    taken = {known.title for known in all_campaigns(desk.session) if known.organisation == campaign.organisation}
    suggested = next_title(campaign.title, desk.today.year, taken)
    return desk.show("rounds/again.html", refused, campaign=campaign, suggested=suggested)


@router.get("/campaigns/{campaign_id}/copy")
def again_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Say what is taken over, and ask for the title."""
    return _page(desk, campaign_id)


@router.post("/campaigns/{campaign_id}/copy")
def begin(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Make the campaign and go to its page."""
    title = form.as_dict().get("title", "")
    return desk.attempt(
        lambda: begin_again(desk.acting, ports_of(desk.request), campaign_id, title),
        lambda made: see_other(f"/campaigns/{made}"),
        lambda refused: _page(desk, campaign_id, refused),
    )
