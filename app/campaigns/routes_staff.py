"""Staff out of a sheet: upload or paste, preview, confirm, and the sheet of one-time links to be printed and cut."""

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns import staff_import
from app.campaigns.importing import refuse_changed
from app.campaigns.ports import keys_held
from app.campaigns.reads import CampaignView, get_campaign
from app.campaigns.staff_import import Made
from app.campaigns.staff_listing import PROBLEM_SENTENCES, Known, StaffPreview
from app.core.settings import is_loopback
from app.office.qr import qr_grid
from app.office.sheets.notes import NOTE_SENTENCES
from app.web.desk import Desk, OrganiserDesk, Refused
from app.web.forms import Form, PostedForm
from app.web.proof import ProvenForm

router = APIRouter()
PASTED_LIMIT = 200_000
CARRIED_LIMIT = 500_000
PATH = "/campaigns/{campaign_id}/liaisons/import"


def _upload_page(desk: Desk, campaign_id: str, refused: Refused | None = None) -> Response:
    return desk.show("campaigns/staff_import.html", refused, campaign=get_campaign(desk.session, campaign_id))


@router.get(PATH)
def upload_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show where to upload or paste a list."""
    return _upload_page(desk, campaign_id)


def _preview(desk: Desk, campaign: CampaignView, preview: StaffPreview) -> Response:
    three = desk.settings.three_roles
    context = {
        "campaign": campaign,
        "preview": preview,
        "carried": staff_import.carry(preview),
        "asked": [row for row in preview.rows if staff_import.asks_consent(row, three_roles=three)],
        "sentences": PROBLEM_SENTENCES,
        "note_sentences": NOTE_SENTENCES,
    }
    return desk.show("campaigns/staff_preview.html", 422 if preview.problems else None, **context)


@router.post(PATH)
def preview(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Show what a list would make, and every bad cell; nothing is saved yet."""
    campaign = get_campaign(desk.session, campaign_id)
    known = staff_import.known_of(desk.session, campaign, three_roles=desk.settings.three_roles)
    desk.leave()

    def look() -> Response:
        pasted = form.text("pasted", PASTED_LIMIT, needed=False, label="粘贴的名单")
        read = staff_import.preview_pasted(known, pasted) if pasted else _uploaded(known, form)
        return _preview(desk, campaign, read)

    return desk.consider(look, lambda refused: _upload_page(desk, campaign_id, refused))


def _uploaded(known: Known, form: PostedForm) -> StaffPreview:
    return staff_import.preview_file(known, form.file("workbook"))


@router.post(f"{PATH}/confirm")
def confirm(desk: OrganiserDesk, campaign_id: str, form: ProvenForm) -> Response:
    """Make what the preview showed, checked anew, and show the links, once."""
    campaign, three = get_campaign(desk.session, campaign_id), desk.settings.three_roles
    known = staff_import.known_of(desk.session, campaign, three_roles=three)
    desk.leave()

    def act(checked: StaffPreview) -> tuple[Made, ...]:
        refuse_changed(desk.session, campaign)
        held = keys_held(desk.request)(desk.session, campaign_id)
        return staff_import.save_staff(desk.acting, campaign, checked, held, three_roles=three)

    def again(refused: Refused) -> Response:
        return _upload_page(desk, campaign_id, refused)

    def look() -> Response:
        checked = staff_import.preview_carried(known, form.text("rows", CARRIED_LIMIT, label="导入内容"))
        return desk.attempt(lambda: act(checked), lambda made: _sheet(desk, campaign, made), again)

    return desk.consider(look, again)


def _sheet(desk: Desk, campaign: CampaignView, made: tuple[Made, ...]) -> Response:
    desk.leave()
    links = [
        (one.row, link := f"{desk.settings.desk_address}/welcome/{one.token}", qr_grid(link))
        for one in made
        if one.token
    ]
    rows = {
        "asked": [one.row for one in made if one.is_asked],
        "known": [one.row for one in made if one.row.is_known],
        "attached": [one.row for one in made if one.row.is_attached],
    }
    here_only = is_loopback(desk.settings.desk_address)
    return desk.show("campaigns/staff_sheet.html", campaign=campaign, links=links, here_only=here_only, **rows)
