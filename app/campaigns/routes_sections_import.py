"""Sections with what is rated in them out of a workbook: upload, preview, confirm. The file itself is never stored."""

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns import sections_import
from app.campaigns.reads import CampaignView, get_campaign
from app.campaigns.sections_import import SectionsPlan
from app.campaigns.sections_listing import PROBLEM_SENTENCES
from app.core.errors import DomainError
from app.office.ordering import file_later
from app.office.sheets.notes import NOTE_SENTENCES
from app.office.workshop import Craft
from app.web.desk import Desk, OrganiserDesk, Refused
from app.web.forms import Form

router = APIRouter()
CARRIED_LIMIT = 2_000_000
PATH = "/campaigns/{campaign_id}/import/sections"
TEMPLATE = Craft("app.campaigns.sections_template:template", "sections.xlsx")


def _upload_page(desk: Desk, campaign_id: str, refused: Refused | None = None) -> Response:
    return desk.show("campaigns/sections_import.html", refused, campaign=get_campaign(desk.session, campaign_id))


@router.get(PATH)
def upload_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show where to upload, and the template."""
    return _upload_page(desk, campaign_id)


@router.get(f"{PATH}/template.xlsx")
def template(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Hand out the template with what is set up already."""
    get_campaign(desk.session, campaign_id)
    return file_later(desk.request, desk.staff, TEMPLATE, {"campaign": campaign_id})


def _preview(desk: Desk, campaign: CampaignView, plan: SectionsPlan) -> Response:
    titles = {form.key: form.title for form in campaign.forms}
    context = {"campaign": campaign, "plan": plan, "carried": sections_import.carry(plan.preview), "titles": titles}
    status = 422 if plan.preview.problems else None
    words = {"sentences": PROBLEM_SENTENCES, "note_sentences": NOTE_SENTENCES}
    return desk.show("campaigns/sections_preview.html", status, **context, **words)


@router.post(PATH)
def preview(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Show what an upload would change, and every bad cell; nothing is saved yet."""
    campaign = get_campaign(desk.session, campaign_id)
    desk.leave()
    return desk.consider(
        lambda: _preview(desk, campaign, sections_import.preview_upload(campaign, form.file("workbook"))),
        lambda refused: _upload_page(desk, campaign_id, refused),
    )


@router.post(f"{PATH}/confirm")
def confirm(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Save what the preview showed, checked anew: it is read and checked before the transaction begins."""
    campaign = get_campaign(desk.session, campaign_id)
    desk.leave()

    def look() -> Response:
        plan = sections_import.preview_carried(campaign, form.text("rows", CARRIED_LIMIT, label="导入内容"))
        return desk.attempt(lambda: _save(desk, campaign, plan), f"/campaigns/{campaign_id}/sections", again)

    def again(refused: Refused) -> Response:
        return _upload_page(desk, campaign_id, refused)

    return desk.consider(look, again)


def _save(desk: Desk, campaign: CampaignView, plan: SectionsPlan) -> None:
    if get_campaign(desk.session, campaign.id) != campaign:
        raise DomainError("campaign_changed")
    sections_import.save_sections(desk.acting, campaign.id, plan)
