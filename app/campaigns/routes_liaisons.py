"""The page that says which accounts speak for which unit."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.accounts import service as accounts
from app.accounts.domain import Role
from app.campaigns.answers import attempt, was_saved
from app.campaigns.reads import get_campaign
from app.web.auth import Organiser
from app.web.forms import Form
from app.web.pages import page
from app.web.requests import Db, Now

router = APIRouter()


def _page(request: Request, campaign_id: str, db: Db, status: int = 200, message: str = "") -> Response:
    campaign = get_campaign(db, campaign_id)
    found = accounts.liaisons_of(db, [unit.id for unit in campaign.units])
    context = {
        "campaign": campaign,
        "chosen": {unit_id: {staff.id for staff in some} for unit_id, some in found.items()},
        "liaisons": [staff for staff in accounts.everyone(db) if staff.role == Role.LIAISON and not staff.disabled],
        "message": message,
        "saved": was_saved(request),
    }
    return page(request, "campaigns/liaisons.html", status=status, **context)


@router.get("/campaigns/{campaign_id}/liaisons")
def liaisons_page(request: Request, campaign_id: str, _staff: Organiser, db: Db) -> Response:
    """Show every unit with the accounts that may speak for it."""
    return _page(request, campaign_id, db)


@router.post("/campaigns/{campaign_id}/liaisons")
def save(request: Request, campaign_id: str, staff: Organiser, form: Form, db: Db, now: Now) -> Response:
    """Keep who speaks for which unit."""
    campaign = get_campaign(db, campaign_id)
    before = accounts.liaisons_of(db, [unit.id for unit in campaign.units])

    def act() -> None:
        for unit in campaign.units:
            wanted = set(form.several(f"unit-{unit.id}[]"))
            if wanted != {account.id for account in before.get(unit.id, [])}:
                accounts.set_liaisons(db, now, staff, unit.id, wanted)

    def show(status: int, message: str) -> Response:
        return _page(request, campaign_id, db, status, message)

    return attempt(request, db, act, f"/campaigns/{campaign_id}/liaisons?saved=1", show)
