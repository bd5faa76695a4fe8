"""A form as phones show it: as it is stored, and as it stands in its editor."""

from fastapi import APIRouter
from starlette.responses import Response

from app.booth.pages import preview_page
from app.campaigns.domain import Form as Questionnaire
from app.campaigns.reads import get_campaign, get_form
from app.campaigns.scheme_service import edited
from app.campaigns.typed_forms import form_edit, typed_editor
from app.core.errors import DomainError
from app.preview.routes import languages
from app.preview.sheets import sample_paper, sample_sheet
from app.web.desk import Desk, OrganiserDesk, Refused
from app.web.edge import FRAMED
from app.web.forms import Form

router = APIRouter()


def _show(desk: Desk, campaign_id: str, form: Questionnaire, *, stored: bool = True) -> Response:
    sheet = sample_sheet(sample_paper(get_campaign(desk.session, campaign_id), form))
    language, other = languages(desk)
    # what was typed is nowhere to be asked for: a link would show what is stored in its place
    address = f"{desk.request.url.path}?lang={other}" if stored else ""
    return desk.answer(lambda: preview_page(desk.request, sheet, language, address))


@router.get("/campaigns/{campaign_id}/forms/{key}/phone")
def stored_form(desk: OrganiserDesk, campaign_id: str, key: str) -> Response:
    """Show a form as it is stored."""
    return _show(desk, campaign_id, get_form(desk.session, campaign_id, key))


@router.post("/campaigns/{campaign_id}/forms/{key}/phone")
def typed_form(desk: OrganiserDesk, campaign_id: str, key: str, posted: Form) -> Response:
    """Show a form as it was typed, or what is wrong with it; nothing is saved."""

    def look() -> Response:
        campaign = get_campaign(desk.session, campaign_id)
        return _show(desk, campaign_id, edited(campaign.scheme, key, form_edit(typed_editor(posted))), stored=False)

    def again(refused: Refused) -> Response:
        if refused.error.code in {"campaign_unknown", "form_malformed"}:
            raise DomainError(refused.error.code)
        response = desk.show("preview/problem.html", message=desk.said(refused.error)[1])
        response.headers["content-security-policy"] = FRAMED
        return response

    return desk.consider(look, again)
