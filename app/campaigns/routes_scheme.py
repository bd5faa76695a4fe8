"""The page of the scheme: scale, formula, lines, gates, smallest numbers, weights."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns import scheme_service
from app.campaigns.answers import attempt, was_saved
from app.campaigns.builtin import SCALES
from app.campaigns.domain import Denominator, Measure
from app.campaigns.reads import CampaignView, get_campaign
from app.campaigns.typed import ITEM_LINE_ROWS, shown_scheme, typed_scheme
from app.campaigns.wording import base_words, denominator_words, formula_words, measure_words
from app.web.auth import Organiser
from app.web.forms import Form
from app.web.pages import page
from app.web.requests import Db, Now

router = APIRouter()
WORDING = {
    "formula_words": formula_words,
    "base_words": base_words,
    "denominator_words": denominator_words,
    "measure_words": measure_words,
}


def _show(
    request: Request, db: Db, campaign: CampaignView, typed: Mapping[str, str], status: int = 200, message: str = ""
) -> Response:  # fmt: skip
    items = scheme_service.askable_items(db, campaign.id)
    choices: dict[str, object] = {"scales": list(SCALES.values()), "denominators": list(Denominator)}
    context = {"campaign": campaign, "typed": typed, "message": message}
    choices["saved"] = was_saved(request)
    choices |= {"measures": list(Measure), "items": items, "item_rows": range(1, ITEM_LINE_ROWS + 1)}
    return page(request, "campaigns/scheme.html", status=status, **context, **choices, **WORDING)


@router.get("/campaigns/{campaign_id}/scheme")
def scheme_page(request: Request, campaign_id: str, _staff: Organiser, db: Db) -> Response:
    """Show the scheme, in fields and in words."""
    campaign = get_campaign(db, campaign_id)
    return _show(request, db, campaign, shown_scheme(campaign))


@router.post("/campaigns/{campaign_id}/scheme")
def save(request: Request, campaign_id: str, staff: Organiser, form: Form, db: Db, now: Now) -> Response:
    """Save the scheme for rounds to come."""
    campaign = get_campaign(db, campaign_id)

    def act() -> None:
        scheme = typed_scheme(form, campaign.groups)
        scheme_service.set_scheme(db, now, staff, campaign_id, scheme, two_person=form.flag("two_person"))

    def show(status: int, message: str) -> Response:
        typed = dict.fromkeys(shown_scheme(campaign), "") | form.as_dict()
        return _show(request, db, campaign, typed, status, message)

    return attempt(request, db, act, f"/campaigns/{campaign_id}/scheme?saved=1", show)
