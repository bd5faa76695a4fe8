"""The page on which an organiser tries a scheme on invented numbers before it is frozen."""

from collections.abc import Mapping, Sequence
from itertools import cycle

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns.domain import Denominator, Measure
from app.campaigns.reads import CampaignView, get_campaign
from app.campaigns.scheme_service import askable_items
from app.campaigns.typed import shown_scheme
from app.campaigns.wording import denominator_words, measure_words
from app.publication.preview import shares_of
from app.publication.tryout import ROWS, Trial, tried_scheme, try_out, typed_samples
from app.web.desk import Desk, OrganiserDesk, Refused
from app.web.forms import PostedForm

router = APIRouter()
WORDING = {"denominator_words": denominator_words, "measure_words": measure_words}
_INVENTED = {"党代表": (52, 27, 16, 5, 6), "群众代表": (21, 27, 28, 24, 5)}
"""Answers to begin with, by the names of their voter groups; those of the campaign answer as these do, in turn."""


def _rows(campaign: CampaignView) -> int:
    """Return for how many voter groups there is room: for all of the campaign, or a quorum or weight were lost."""
    return max(ROWS, len(campaign.groups))


def _group_fields(campaign: CampaignView) -> dict[str, str]:
    """Return the campaign's voter groups as rows to begin with: names, people expected, quorums and weights.

    Everybody came and answered: invented numbers that contradict the campaign, or miss a quorum, would try nothing.
    """
    shown, fields, options = shown_scheme(campaign), dict[str, str](), len(campaign.scheme.scale.options)
    for row, (group, counts) in enumerate(zip(campaign.groups, cycle(_INVENTED.values()), strict=False), 1):
        fields |= {f"name-{row}": group.name, f"expected-{row}": str(group.expected)}
        fields |= _count_fields(row, shares_of(group.expected, counts[:options]))
        own = {name: shown.get(f"{name}-{group.id}", "") for name in ("quorum", "quorum_sign", "weight")}
        fields |= {f"{name}-{row}": value for name, value in own.items() if value}
    return fields


def _invented_fields(campaign: CampaignView) -> dict[str, str]:
    """Return invented voter groups to begin with, for a campaign that has none yet."""
    fields = dict[str, str]()
    for row, (name, counts) in enumerate(_INVENTED.items(), 1):
        fields |= {f"name-{row}": name} | _count_fields(row, counts[: len(campaign.scheme.scale.options)])
    return fields


def _count_fields(row: int, counts: Sequence[int]) -> dict[str, str]:
    return {f"count-{row}-{place}": str(count) for place, count in enumerate(counts)}


def _page(
    desk: Desk, campaign: CampaignView, form: PostedForm, trial: Trial | None, refused: Refused | None = None
) -> Response:
    options, typed = campaign.scheme.scale.options, form.as_dict()
    context = {"campaign": campaign, "typed": typed, "trial": trial, "options": options}
    choices = {"rows": range(1, _rows(campaign) + 1), "measures": list(Measure), "denominators": list(Denominator)}
    return desk.show("publication/tryout.html", refused, **context, **choices, **WORDING)


def _tried(form: PostedForm, campaign: CampaignView, labels: Mapping[str, str]) -> Trial:
    samples = typed_samples(form, campaign.scheme.scale.options, _rows(campaign))
    return try_out(tried_scheme(form, campaign, samples), samples, labels, campaign.kind.objects)


@router.get("/campaigns/{campaign_id}/tryout")
def tryout_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show what a scheme makes of invented numbers; nothing is kept, so the address holds them all."""
    campaign, labels = get_campaign(desk.session, campaign_id), dict(askable_items(desk.session, campaign_id))
    desk.leave()
    rows = _group_fields if campaign.groups else _invented_fields
    typed = dict(desk.request.query_params) or shown_scheme(campaign) | rows(campaign)
    form = PostedForm({name: [value] for name, value in typed.items()}, {})
    return desk.consider(
        lambda: _page(desk, campaign, form, _tried(form, campaign, labels)),
        lambda refused: _page(desk, campaign, form, None, refused),
        form,
    )
