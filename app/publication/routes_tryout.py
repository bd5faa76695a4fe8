"""The page on which an organiser tries a scheme on invented numbers before it is frozen."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.campaigns.domain import Denominator, Measure
from app.campaigns.reads import CampaignView, get_campaign
from app.campaigns.scheme_service import askable_items
from app.campaigns.typed import shown_scheme
from app.campaigns.wording import denominator_words, measure_words
from app.core.errors import DomainError
from app.publication.tryout import ROWS, Trial, tried_scheme, try_out, typed_samples
from app.web.auth import Organiser
from app.web.errors import sentence
from app.web.forms import PostedForm
from app.web.i18n import choose_language
from app.web.pages import page
from app.web.requests import Db

router = APIRouter()
WORDING = {"denominator_words": denominator_words, "measure_words": measure_words}
_INVENTED = {"name-1": "党代表", "count-1": (52, 27, 16, 5, 6), "name-2": "群众代表", "count-2": (21, 27, 28, 24, 5)}


def _sample_fields(options: int) -> dict[str, str]:
    """Return invented numbers to begin with."""
    fields = {name: str(value) for name, value in _INVENTED.items() if name.startswith("name")}
    for row in (1, 2):
        counts = _INVENTED[f"count-{row}"]
        fields |= {f"count-{row}-{place}": str(count) for place, count in zip(range(options), counts, strict=False)}
    return fields


def _tried(form: PostedForm, campaign: CampaignView, labels: Mapping[str, str]) -> Trial:
    samples = typed_samples(form, campaign.scheme.scale.options)
    return try_out(tried_scheme(form, campaign, samples), samples, labels)


@router.get("/campaigns/{campaign_id}/tryout")
def tryout_page(request: Request, campaign_id: str, _staff: Organiser, db: Db) -> Response:
    """Show what a scheme makes of invented numbers; nothing is kept, so the address holds them all."""
    campaign = get_campaign(db, campaign_id)
    options = campaign.scheme.scale.options
    form = PostedForm({name: [value] for name, value in request.query_params.items()}, {})
    typed = form.as_dict() or shown_scheme(campaign) | _sample_fields(len(options))
    status, message, trial = 200, "", None
    try:
        labels = dict(askable_items(db, campaign_id))
        trial = _tried(PostedForm({name: [value] for name, value in typed.items()}, {}), campaign, labels)
    except DomainError as error:
        status, message = sentence(choose_language(request), error.code, error.params)
    context = {"campaign": campaign, "typed": typed, "trial": trial, "message": message, "options": options}
    choices = {"rows": range(1, ROWS + 1), "measures": list(Measure), "denominators": list(Denominator)}
    return page(request, "publication/tryout.html", status=status, **context, **choices, **WORDING)
