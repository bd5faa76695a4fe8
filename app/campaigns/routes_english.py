"""The page of a campaign's English names."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns.english_service import Change, dictionary, missing, save_english
from app.campaigns.ports import resting_rounds
from app.campaigns.reads import get_campaign
from app.core.errors import DomainError
from app.web.desk import Desk, OrganiserDesk, Refused
from app.web.forms import Form, PostedForm

router = APIRouter()


def _page(
    desk: Desk, campaign_id: str, refused: Refused | None = None, typed: Mapping[str, str] | None = None
) -> Response:
    campaign = get_campaign(desk.session, campaign_id)
    titles = [each.title for each in resting_rounds(desk.request)(desk.session, campaign_id)]
    entries = dictionary(campaign, dict.fromkeys(titles))
    context = {"campaign": campaign, "entries": entries, "missing": missing(entries), "kept": typed or {}}
    return desk.show("campaigns/english.html", refused, **context)


@router.get("/campaigns/{campaign_id}/english")
def english_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show every name that is read on papers and results, with its English."""
    return _page(desk, campaign_id)


@router.post("/campaigns/{campaign_id}/english")
def save(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Save what was typed."""
    changes = _changes(form)
    kept = {change.name: change.english for change in changes}
    return desk.attempt(
        lambda: save_english(desk.acting, campaign_id, changes),
        f"/campaigns/{campaign_id}/english",
        lambda refused: _page(desk, campaign_id, refused, kept),
    )


def _changes(form: PostedForm) -> list[Change]:
    columns = [form.several(name) for name in ("name[]", "before[]", "english[]")]
    if len({len(column) for column in columns}) != 1:
        raise DomainError("form_malformed")
    return [Change(*row) for row in zip(*columns, strict=True)]
