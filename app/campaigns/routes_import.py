"""Units and voter groups out of a workbook: upload, preview, confirm. The file itself is never stored."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns import import_service
from app.campaigns.answers import attempt, show_refusal
from app.campaigns.import_service import Plan
from app.campaigns.reads import CampaignView, get_campaign
from app.campaigns.workbook_import import PROBLEM_SENTENCES, GroupRow, UnitRow
from app.campaigns.workbook_template import template_xlsx
from app.core.errors import DomainError
from app.web.auth import Organiser
from app.web.downloads import XLSX
from app.web.forms import Form
from app.web.pages import page
from app.web.requests import Db, Now

router = APIRouter()
CARRIED_LIMIT = 2_000_000


@router.get("/campaigns/{campaign_id}/import")
def upload_page(request: Request, campaign_id: str, _staff: Organiser, db: Db) -> Response:
    """Show where to upload, and the template."""
    return page(request, "campaigns/import.html", campaign=get_campaign(db, campaign_id), message="")


@router.get("/campaigns/{campaign_id}/import/template.xlsx")
def template(campaign_id: str, _staff: Organiser, db: Db) -> Response:
    """Hand out the template with what is set up already."""
    campaign = get_campaign(db, campaign_id)
    names = {unit.id: unit.name for unit in campaign.units}
    units = [UnitRow(place, unit.name) for place, unit in enumerate(campaign.units, 1)]
    groups = [
        GroupRow(place, group.name, group.expected, tuple(names[unit_id] for unit_id in group.left_out))
        for place, group in enumerate(campaign.groups, 1)
    ]
    headers = {"content-disposition": 'attachment; filename="units-and-groups.xlsx"'}
    return Response(template_xlsx(units, groups, campaign.scheme.k), media_type=XLSX, headers=headers)


def _preview(request: Request, campaign: CampaignView, plan: Plan) -> Response:
    status = 422 if plan.preview.problems else 200
    context = {"campaign": campaign, "plan": plan, "carried": import_service.carry(plan.preview)}
    return page(request, "campaigns/preview.html", status=status, **context, sentences=PROBLEM_SENTENCES)


@router.post("/campaigns/{campaign_id}/import")
def preview(request: Request, campaign_id: str, _staff: Organiser, form: Form, db: Db) -> Response:
    """Show what an upload would change, and every bad cell; nothing is saved yet."""
    campaign = get_campaign(db, campaign_id)

    def show(status: int, message: str) -> Response:
        return page(request, "campaigns/import.html", status=status, campaign=campaign, message=message)

    try:
        plan = import_service.preview_upload(campaign, form.file("workbook"))
    except DomainError as error:
        return show_refusal(request, db, error, show)
    return _preview(request, campaign, plan)


@router.post("/campaigns/{campaign_id}/import/confirm")
def confirm(request: Request, campaign_id: str, staff: Organiser, form: Form, db: Db, now: Now) -> Response:
    """Save what the preview showed, checked anew."""
    campaign = get_campaign(db, campaign_id)

    def act() -> None:
        plan = import_service.preview_carried(campaign, form.text("rows", CARRIED_LIMIT, label="导入内容"))
        import_service.save_plan(db, now, staff, campaign_id, plan, drop_missing=form.flag("drop_missing"))

    def show(status: int, message: str) -> Response:
        return page(request, "campaigns/import.html", status=status, campaign=campaign, message=message)

    return attempt(request, db, act, f"/campaigns/{campaign_id}?saved=1", show)
