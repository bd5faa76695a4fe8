"""The organiser's way in: which kind of vote, its few questions, and the campaign's own page with what comes next."""

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns.copying import copy_of
from app.campaigns.kinds import KINDS, Kind
from app.campaigns.listing import UNDER_WAY, english_of, found_campaigns
from app.campaigns.reads import all_campaigns, get_campaign
from app.campaigns.sentences import rule_text
from app.core.errors import DomainError
from app.core.lists import wish_of
from app.offices.reads import offices_in_reach
from app.offices.shown import offices_shown
from app.rounds import reads
from app.rounds.allowed import powers
from app.rounds.domain import RoundState
from app.rounds.reads import RoundView
from app.rounds.starting import Beginning, begin, next_step
from app.rounds.typed import typed_time
from app.web.desk import Desk, OrganiserDesk, Refused, typed
from app.web.forms import Form, PostedForm
from app.web.pages import see_other

router = APIRouter()


@router.get("/campaigns")
def list_page(desk: OrganiserDesk) -> Response:
    """List the campaigns that the reader looks for, those with a round under way first."""
    under_way, wish = reads.campaigns_under_way(desk.session), wish_of(desk.request.query_params, {UNDER_WAY})
    found = found_campaigns(desk.session, wish, under_way)
    english = english_of(desk.session, [name for line in found.rows for name in (line.title, line.organisation)])
    context = {"found": found, "under_way": under_way, "english": english, **offices_shown(desk)}
    return desk.show("campaigns/list.html", **context)


def _asked(key: str) -> Kind | None:
    if key and key not in KINDS:
        raise DomainError("not_found")
    return KINDS.get(key)


def _start_page(desk: Desk, kind: Kind | None, refused: Refused | None = None) -> Response:
    """Show the kinds, or the questions of one; the organisation is the one that held the last campaign."""
    known = [each for each in all_campaigns(desk.session) if not each.is_example]
    if kind is None:
        newest = {each.kind.key: each for each in reversed(known)}
        return desk.show("rounds/kinds.html", refused, kinds=KINDS.values(), last=newest)
    last = next(iter(known), None)
    organisation = last.organisation if last else ""
    preset = {"title": kind.title.format(year=desk.today.year), "organisation": organisation}
    context = {"kind": kind, "values": typed(refused) or preset, **offices_shown(desk)}
    return desk.show("rounds/start.html", refused, **context)


@router.get("/campaigns/new")
def new_page(desk: OrganiserDesk, kind: str = "") -> Response:
    """Ask which kind of vote it is to be, then what only the organiser can know."""
    return _start_page(desk, _asked(kind))


def _beginning(form: PostedForm) -> Beginning:
    return Beginning(
        title=form.text("title", 200, label="活动名称", needed=False),
        organisation=form.text("organisation", 200, label="主办单位", needed=False),
        objects=form.as_dict().get("objects", ""),
        body=form.text("body", 200, label="领导班子等的名称", needed=False),
        voters=form.as_dict().get("voters", ""),
        opens_at=typed_time(form, "opens_at", "开始时间"),
        office_id=form.sent("office", 40),
    )


@router.post("/campaigns/new")
def create(desk: OrganiserDesk, form: Form) -> Response:
    """Make a campaign with everything preset and its first round, and go to its page."""
    kind = _asked(form.sent("kind", 20)) or KINDS["campaign"]
    return desk.attempt(
        lambda: begin(desk.acting, kind, _beginning(form)),
        lambda campaign_id: see_other(f"/campaigns/{campaign_id}"),
        lambda refused: _start_page(desk, kind, refused),
    )


def _is_free(rounds: Sequence[RoundView]) -> bool:
    """Whether nothing of a campaign is fixed yet."""
    return all(row.state is RoundState.DRAFT for row in rounds)


@router.get("/campaigns/{campaign_id}")
def overview_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show what is set up, what is missing and what comes next."""
    campaign, rounds = get_campaign(desk.session, campaign_id), list(reads.rounds_of(desk.session, campaign_id))
    step = next_step(campaign, rounds)
    going_on = next((row for row in rounds if step.href == f"/rounds/{row.id}"), None)
    context = {
        "rounds": rounds,
        "step": step,
        "going_on": going_on,
        "can": powers(desk.staff.roles, going_on.state, is_rehearsal=False) if going_on else None,
        "rule_text": rule_text,
        "has_offices": len(offices_in_reach(desk.session, desk.staff)) > 1,
        "again": copy_of(desk.session, campaign_id) if _is_free(rounds) else None,
    }
    return desk.show("campaigns/overview.html", campaign=campaign, **context)
