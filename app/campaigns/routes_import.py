"""Units and voter groups out of a workbook: upload, preview, confirm."""

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns import import_service
from app.campaigns.import_service import Plan
from app.campaigns.importing import ListWay
from app.campaigns.ports import resting_on_units
from app.campaigns.workbook_import import PROBLEM_SENTENCES
from app.office.workshop import Craft
from app.web.desk import Desk, OrganiserDesk
from app.web.forms import Form, PostedForm

router = APIRouter()


def _save(desk: Desk, campaign_id: str, plan: Plan, form: PostedForm) -> None:
    rounds = resting_on_units(desk.request)
    import_service.save_plan(desk.acting, rounds, campaign_id, plan, drop_missing=form.flag("drop_missing"))


WAY = ListWay(
    template=Craft("app.campaigns.workbook_template:template", "units-and-groups.xlsx"),
    upload_html="campaigns/import.html",
    preview_html="campaigns/preview.html",
    sentences=PROBLEM_SENTENCES,
    done="",
    read=import_service.preview_upload,
    read_carried=import_service.preview_carried,
    carry=lambda plan: import_service.carry(plan.preview),
    save=_save,
)


@router.get("/campaigns/{campaign_id}/import")
def upload_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show where to upload, and the template."""
    return WAY.show(desk, campaign_id)


@router.get("/campaigns/{campaign_id}/import/template.xlsx")
def template(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Hand out the template with what is set up already."""
    return WAY.hand_out(desk, campaign_id)


@router.post("/campaigns/{campaign_id}/import")
def preview(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Show what an upload would change, and every bad cell; nothing is saved yet."""
    return WAY.preview(desk, campaign_id, form)


@router.post("/campaigns/{campaign_id}/import/confirm")
def confirm(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Save what the preview showed, checked anew."""
    return WAY.confirm(desk, campaign_id, form)
