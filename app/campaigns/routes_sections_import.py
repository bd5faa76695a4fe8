"""Sections with what is rated in them out of a workbook: upload, preview, confirm."""

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns import sections_import
from app.campaigns.importing import ListWay
from app.campaigns.sections_import import SectionsPlan
from app.campaigns.sections_listing import PROBLEM_SENTENCES
from app.office.workshop import Craft
from app.web.desk import Desk, OrganiserDesk
from app.web.forms import Form, PostedForm

router = APIRouter()
PATH = "/campaigns/{campaign_id}/import/sections"


def _save(desk: Desk, campaign_id: str, plan: SectionsPlan, _form: PostedForm) -> None:
    sections_import.save_sections(desk.acting, campaign_id, plan)


WAY = ListWay(
    template=Craft("app.campaigns.sections_template:template", "sections.xlsx"),
    upload_html="campaigns/sections_import.html",
    preview_html="campaigns/sections_preview.html",
    sentences=PROBLEM_SENTENCES,
    done="/sections",
    read=sections_import.preview_upload,
    read_carried=sections_import.preview_carried,
    carry=lambda plan: sections_import.carry(plan.preview),
    save=_save,
)


@router.get(PATH)
def upload_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show where to upload, and the template."""
    return WAY.show(desk, campaign_id)


@router.get(f"{PATH}/template.xlsx")
def template(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Hand out the template with what is set up already."""
    return WAY.hand_out(desk, campaign_id)


@router.post(PATH)
def preview(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Show what an upload would change, and every bad cell; nothing is saved yet."""
    return WAY.preview(desk, campaign_id, form)


@router.post(f"{PATH}/confirm")
def confirm(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Save what the preview showed, checked anew."""
    return WAY.confirm(desk, campaign_id, form)
