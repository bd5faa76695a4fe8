"""The page that moves a campaign to another office, with what follows from it."""

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns.ports import keys_held
from app.campaigns.reads import get_campaign, office_of
from app.offices.reads import ways_in_reach
from app.rounds import moving
from app.web.desk import Desk, OrganiserDesk, Refused
from app.web.proof import ProvenForm

router = APIRouter()


def _page(desk: Desk, campaign_id: str, refused: Refused | None = None) -> Response:
    context = {
        "campaign": get_campaign(desk.session, campaign_id),
        "office_id": office_of(desk.session, campaign_id),
        "ways": ways_in_reach(desk.session, desk.staff),
    }
    return desk.show("campaigns/move.html", refused, **context)


@router.get("/campaigns/{campaign_id}/office")
def move_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show where a campaign may go, and what follows."""
    return _page(desk, campaign_id)


@router.post("/campaigns/{campaign_id}/office")
def move(desk: OrganiserDesk, campaign_id: str, form: ProvenForm) -> Response:
    """Move a campaign with all its rounds."""

    def act() -> None:
        keys, office_id = keys_held(desk.request), form.text("office", 40, label="机构")
        moving.move(desk.acting, campaign_id, office_id, keys)

    return desk.attempt(act, f"/campaigns/{campaign_id}", lambda refused: _page(desk, campaign_id, refused))
