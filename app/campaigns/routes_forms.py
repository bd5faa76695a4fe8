"""The pages of forms: those that ship, and copies of them that a campaign edits."""

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns import domain as questionnaire
from app.campaigns import scheme_service
from app.campaigns.builtin import FORMS, SCALES
from app.campaigns.deletion import ask_for_name, attempt_to_delete
from app.campaigns.ports import Resting, resting_rounds
from app.campaigns.reads import CampaignView, get_campaign, get_form
from app.campaigns.rules import ADVISED_ITEMS, MAX_ITEMS, scale_of
from app.campaigns.scales import MAX_GRADES
from app.campaigns.stored import locked_campaign, stored_form
from app.campaigns.typed_forms import TypedForm, changed, form_edit, shown_form, typed_editor
from app.core.errors import DomainError
from app.web.desk import Desk, OrganiserDesk, Refused
from app.web.edge import framing
from app.web.forms import Form
from app.web.pages import see_other
from app.web.stale import refuse_stale

router = APIRouter()
WORDS = {"scales": SCALES, "scale_of": scale_of, "most_grades": MAX_GRADES, "most_items": MAX_ITEMS}
Chosen = tuple[CampaignView, questionnaire.Form]


@router.get("/campaigns/{campaign_id}/forms")
def forms_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """List the forms."""
    campaign = get_campaign(desk.session, campaign_id)
    users = _users(desk, campaign)
    return desk.show("campaigns/forms.html", campaign=campaign, advised=ADVISED_ITEMS, users=users, **WORDS)


def _drafts(desk: Desk, campaign_id: str) -> list[Resting]:
    return [each for each in resting_rounds(desk.request)(desk.session, campaign_id) if each.is_draft]


def _users(desk: Desk, campaign: CampaignView) -> dict[str, list[Resting]]:
    """Return the drafts of rounds by the keys of the forms that they will freeze."""
    users: dict[str, list[Resting]] = {}
    sections = {section.form_key for section in campaign.sections}
    for draft in _drafts(desk, campaign.id):
        for key in sections if draft.form_key == questionnaire.SECTIONS else {draft.form_key}:
            users.setdefault(key, []).append(draft)
    return users


def _elsewhere(desk: Desk, campaign_id: str, key: str) -> list[Resting]:
    """Return the drafts that go on with another form, where none has this one.

    Who copies a form and changes it means the next round to have it.
    """
    drafts = _drafts(desk, campaign_id)
    kept = {key, questionnaire.SECTIONS}
    return [] if any(each.form_key in kept for each in drafts) else drafts


@router.post("/campaigns/{campaign_id}/forms/{key}/copy")
def copy(desk: OrganiserDesk, campaign_id: str, key: str, _form: Form) -> Response:
    """Copy a form and open the copy."""
    return desk.attempt(
        lambda: scheme_service.copy_form(desk.session, desk.now, desk.staff, campaign_id, key),
        lambda new_key: see_other(f"/campaigns/{campaign_id}/forms/{new_key}"),
    )


def _chosen(desk: Desk, campaign_id: str, key: str) -> Chosen:
    return get_campaign(desk.session, campaign_id), get_form(desk.session, campaign_id, key)


def _show_editor(desk: Desk, chosen: Chosen, typed: TypedForm, refused: Refused | None = None) -> Response:
    campaign, form = chosen
    faulty = str(refused.error.params.get("at", "")) if refused else ""
    shown = {
        "campaign": campaign,
        "form": form,
        "typed": typed,
        "faulty": faulty,
        "stored": stored_form(form),
        "elsewhere": _elsewhere(desk, campaign.id, form.key),
    }
    return framing(desk.show("campaigns/form_edit.html", refused, **shown, **WORDS))


@router.get("/campaigns/{campaign_id}/forms/{key}")
def form_page(desk: OrganiserDesk, campaign_id: str, key: str) -> Response:
    """Show a form: one that ships to read, a copy to edit."""
    campaign, form = chosen = _chosen(desk, campaign_id, key)
    if key in FORMS:
        return framing(desk.show("campaigns/form.html", campaign=campaign, form=form, **WORDS))
    return _show_editor(desk, chosen, shown_form(form, campaign.scheme))


@router.post("/campaigns/{campaign_id}/forms/{key}")
def save(desk: OrganiserDesk, campaign_id: str, key: str, posted: Form) -> Response:
    """Save an edited form, or add, move and take out its rows, which saves nothing."""
    typed = typed_editor(posted)

    def again(refused: Refused) -> Response:
        return _show_editor(desk, _chosen(desk, campaign_id, key), typed, refused)

    def stepped() -> Response:
        campaign, _ = chosen = _chosen(desk, campaign_id, key)
        return _show_editor(desk, chosen, changed(typed, step, campaign.scheme))

    if step := posted.sent("step"):
        return desk.consider(stepped, again)

    def act() -> None:
        locked_campaign(desk.session, campaign_id)
        refuse_stale(posted, stored_form(get_form(desk.session, campaign_id, key)))
        scheme_service.save_form(desk.session, desk.now, desk.staff, campaign_id, key, form_edit(typed))

    return desk.attempt(act, f"/campaigns/{campaign_id}/forms/{key}", again)


@router.get("/campaigns/{campaign_id}/forms/{key}/delete")
def delete_page(desk: OrganiserDesk, campaign_id: str, key: str) -> Response:
    """Ask for the title of the form."""
    if key in FORMS:
        raise DomainError("form_unknown")
    campaign, form = _chosen(desk, campaign_id, key)
    return ask_for_name(desk, campaign, "form", form.title)


@router.post("/campaigns/{campaign_id}/forms/{key}/delete")
def delete(desk: OrganiserDesk, campaign_id: str, key: str, posted: Form) -> Response:
    """Delete the form whose title was typed."""
    (campaign, form), title = _chosen(desk, campaign_id, key), posted.as_dict().get("name", "")

    def act() -> None:
        scheme_service.delete_form(desk.acting, resting_rounds(desk.request), campaign_id, key, title)

    return attempt_to_delete(desk, campaign, "form", form.title, act)
