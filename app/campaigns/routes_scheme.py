"""The page of the scheme: scale, formula, lines, gates, smallest numbers, weights."""

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns import scheme_service
from app.campaigns.builtin import SCALES
from app.campaigns.disclosure import EXTENT_HINTS, EXTENT_WORDS, KIND_HINTS, KIND_WORDS, promise_text
from app.campaigns.domain import Denominator, Measure
from app.campaigns.nouns import called
from app.campaigns.reads import CampaignView, get_campaign
from app.campaigns.sentences import formula_text, gates_text, rule_text
from app.campaigns.stored import locked_campaign, stored_scheme
from app.campaigns.typed import ITEM_LINE_ROWS, shown_scheme, typed_scheme
from app.campaigns.typed_rule import filled_rows, rule_choices
from app.campaigns.wording import denominator_words, measure_words
from app.web.desk import Desk, OrganiserDesk, Refused, typed
from app.web.forms import Form
from app.web.stale import refuse_stale

router = APIRouter()
WORDING = {
    "denominator_words": denominator_words,
    "measure_words": measure_words,
    "kind_words": KIND_WORDS,
    "kind_hints": KIND_HINTS,
    "extent_words": EXTENT_WORDS,
    "extent_hints": EXTENT_HINTS,
    "promise_text": promise_text,
}


def _sentences(campaign: CampaignView) -> list[str]:
    """Return formula, rule and gates, said of what is rated in the campaign."""
    scheme = campaign.scheme
    gates = gates_text(scheme, {group.id: group.name for group in campaign.groups})
    return [called(campaign.kind.sort, text) for text in (formula_text(scheme), rule_text(scheme), gates)]


def _show(desk: Desk, campaign_id: str, refused: Refused | None = None) -> Response:
    campaign = get_campaign(desk.session, campaign_id)
    shown = shown_scheme(campaign)
    fields = dict.fromkeys(shown, "") | typed(refused) if refused else shown
    context = {
        "campaign": campaign,
        "stored": stored_scheme(campaign),
        "sentences": _sentences(campaign),
        "of_section": False,
        "typed": fields,
        "filled": filled_rows(fields),
        "scales": list(SCALES.values()),
        "denominators": list(Denominator),
        "measures": list(Measure),
        "items": scheme_service.askable_items(desk.session, campaign_id),
        "item_rows": range(1, ITEM_LINE_ROWS + 1),
        **rule_choices(campaign.scheme),
    }
    return desk.show("campaigns/scheme.html", refused, **context, **WORDING)


@router.get("/campaigns/{campaign_id}/scheme")
def scheme_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show the scheme, in fields and in words."""
    return _show(desk, campaign_id)


@router.post("/campaigns/{campaign_id}/scheme")
def save(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Save the scheme for rounds to come."""

    def act() -> None:
        campaign = locked_campaign(desk.session, campaign_id)
        refuse_stale(form, stored_scheme(campaign))
        scheme = typed_scheme(form, campaign.groups)
        who = desk.session, desk.now, desk.staff
        scheme_service.set_scheme(*who, campaign_id, scheme, two_person=form.flag("two_person"))

    done = f"/campaigns/{campaign_id}/scheme"
    return desk.attempt(act, done, lambda refused: _show(desk, campaign_id, refused))
