"""主要负责人签批: who heads the units of a campaign, and the acts of signing."""

from fastapi import APIRouter
from starlette.responses import Response

from app.accounts.service import liaisons_of
from app.campaigns.reads import CampaignView, get_campaign
from app.campaigns.stored import locked_campaign
from app.rectification.ledger import attachments, signatures
from app.rectification.messages.notify import SIGNED
from app.rectification.pages.ledger import action_page, after
from app.rectification.pages.plan_steps import check_readable, home_page
from app.rectification.signing import service as signing
from app.web.choosing import ROWS, looks, rows_of
from app.web.desk import Desk, OrganiserDesk, RectificationDesk, Refused, UnitDesk
from app.web.downloads import ANY_FILE
from app.web.forms import Form, PostedForm
from app.web.proof import ProvenForm
from app.web.stale import Stored, refuse_stale, stored

router = APIRouter()


def _signing_page(
    desk: Desk, campaign_id: str, form: PostedForm | None = None, refused: Refused | None = None
) -> Response:
    campaign = get_campaign(desk.session, campaign_id)
    needed, kept = _kept(desk, campaign)
    typed = _typed(form) if form else {}
    rows = rows_of(campaign.units, [unit_id for unit_id, head in typed.items() if head != kept.get(unit_id, "")], form)
    liaisons = liaisons_of(desk.session, [unit.id for unit in rows.found.rows])
    context = {
        "campaign": campaign,
        "stored": _stored(desk, campaign),
        "needed": form.flag("needed") if form else needed,
        "rows": rows,
        "heads": {**kept, **typed},
        "liaisons": {unit_id: [staff for staff in some if not staff.disabled] for unit_id, some in liaisons.items()},
    }
    return desk.show("rectification/signing.html", refused, **context)


def _kept(desk: Desk, campaign: CampaignView) -> tuple[bool, dict[str, str]]:
    """Return whether signatures are needed, and the heads by unit."""
    heads = signing.heads_of(desk.session, [unit.id for unit in campaign.units])
    return signing.is_needed(desk.session, campaign.id), {unit_id: head.id for unit_id, head in heads.items()}


def _typed(form: PostedForm) -> dict[str, str]:
    """Return the heads, by the units that the form has."""
    return {unit_id: form.sent(f"head-{unit_id}") for unit_id in form.several(ROWS)}


def _stored(desk: Desk, campaign: CampaignView) -> Stored:
    heads = signing.heads_of(desk.session, [unit.id for unit in campaign.units])
    needed = "√" if signing.is_needed(desk.session, campaign.id) else ""
    lines = [
        ("主要负责人签批", needed),
        *((unit.name, heads[unit.id].name) for unit in campaign.units if unit.id in heads),
    ]
    return stored(lines, sorted((unit_id, head.id) for unit_id, head in heads.items()))


@router.get("/rectification/campaigns/{campaign_id}/signing")
def signing_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show who heads which unit, and whether their signatures are needed."""
    return _signing_page(desk, campaign_id)


@router.post("/rectification/campaigns/{campaign_id}/signing")
def set_signing(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Keep who heads which unit, and whether their signatures are needed, or show other units."""
    if looks(form):
        return desk.consider(lambda: _signing_page(desk, campaign_id, form), lambda _: _signing_page(desk, campaign_id))

    def do() -> None:
        typed = _typed(form)
        campaign = locked_campaign(desk.session, campaign_id)
        refuse_stale(form, _stored(desk, campaign))
        heads = {unit.id: typed[unit.id] for unit in campaign.units if unit.id in typed}
        signing.set_signing(desk.acting, campaign_id, heads, needed=form.flag("needed"))

    path = f"/rectification/campaigns/{campaign_id}/signing"
    return desk.attempt(do, path, lambda refused: _signing_page(desk, campaign_id, form, refused))


@router.post("/rectification/actions/{action_id}/sign")
def sign(desk: UnitDesk, action_id: str, form: ProvenForm) -> Response:  # noqa: ARG001 - its sender has proved himself
    """Sign off a completion as the head of the unit."""
    return desk.attempt(
        lambda: signatures.sign(desk.acting, action_id),
        after(action_id, SIGNED),
        lambda refused: action_page(desk, action_id, refused),
    )


@router.post("/rectification/actions/{action_id}/signed")
def sign_on_page(desk: OrganiserDesk, action_id: str, form: Form) -> Response:
    """Keep the scanned page on which the head has signed off a completion."""
    return desk.attempt(
        lambda: signatures.sign_on_page(desk.acting, desk.settings.data, action_id, form.upload("page")),
        after(action_id, SIGNED),
        lambda refused: action_page(desk, action_id, refused),
    )


@router.post("/rectification/plans/{plan_id}/sign")
def sign_plan(desk: UnitDesk, plan_id: str, form: ProvenForm) -> Response:  # noqa: ARG001 - its sender has proved himself
    """Sign off a plan as the head of its unit."""
    return desk.attempt(
        lambda: signatures.sign_plan(desk.acting, plan_id),
        f"/rectification/plans/{plan_id}",
        lambda refused: home_page(desk, plan_id, refused),
    )


@router.post("/rectification/plans/{plan_id}/signed")
def sign_plan_on_page(desk: OrganiserDesk, plan_id: str, form: Form) -> Response:
    """Keep the scanned page on which the head has signed off a plan."""
    return desk.attempt(
        lambda: signatures.sign_plan_on_page(desk.acting, desk.settings.data, plan_id, form.upload("page")),
        f"/rectification/plans/{plan_id}",
        lambda refused: home_page(desk, plan_id, refused),
    )


@router.get("/rectification/plans/{plan_id}/signed")
def signed_page(desk: RectificationDesk, plan_id: str) -> Response:
    """Send the scanned page on which a plan was signed, never to be shown in the browser."""
    check_readable(desk, plan_id)
    name, content = attachments.read_page(desk.session, desk.settings.data, plan_id)
    return desk.send(lambda: content, ANY_FILE, name)
