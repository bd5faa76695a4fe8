"""The plans of a campaign: every unit with its own, and the form by which organisers ask for them without an order."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns.reads import CampaignView, UnitView, get_campaign
from app.core.errors import DomainError
from app.core.lists import cut, wish_of
from app.publication.reads import published_rounds, viewer_of
from app.publication.verdicts import published_verdicts
from app.rectification.orders.reads import holidays_of, reach, unknown_years
from app.rectification.pages.days import typed_day
from app.rectification.pages.faults import faulty
from app.rectification.pages.names import english_for
from app.rectification.pages.orders import LEDGER_WORDS
from app.rectification.pages.plan_steps import home_page
from app.rectification.plans import asking
from app.rectification.plans.asking import DUE, Request
from app.rectification.plans.reads import PlanHead, found_plans, plan_heads
from app.rectification.rules.allowed import reader_powers
from app.rectification.rules.plans import PlanState
from app.rectification.rules.wording import ORIGINS_OF_PLANS
from app.rectification.rules.workdays import add_working_days
from app.tally.verdict import Verdict
from app.web.choosing import UNITS, choice_of, looks
from app.web.desk import Desk, OrganiserDesk, RectificationDesk, Refused
from app.web.forms import Form, PostedForm
from app.web.pages import see_other

router = APIRouter()
WORKING_DAYS = 10
"""What is proposed as the time for a plan."""
MOST_ASKED = 99_999
TEXT_LIMIT = 500
EVERYBODY = "all"
NO_PLAN = "none"
"""The state of a unit without a plan, as the list is narrowed to it."""
STATES = frozenset({NO_PLAN, *(state.value for state in PlanState if state is not PlanState.WITHDRAWN)})
PLAN_WORDS = {**LEDGER_WORDS, "plan_origins": ORIGINS_OF_PLANS}


@router.get("/rectification/plans")
def show_plans(desk: RectificationDesk) -> Response:
    """List the plans within reach, of orders and without one, in official order of units, as they are looked for."""
    found = found_plans(desk.session, desk.staff, wish_of(desk.request.query_params, frozenset(PlanState)))
    english = english_for(desk, (head.campaign_id for head, _ in found.rows))
    context = {"found": found, "english": english, "can": reader_powers(desk.staff.roles)}
    return desk.show("rectification/plans.html", **context, **PLAN_WORDS)


def _campaign_page(desk: Desk, campaign_id: str) -> Response:
    campaign, plans = _campaign(desk, campaign_id)
    wish = wish_of(desk.request.query_params, STATES)
    lines = [(unit, head) for unit in campaign.units for head in plans.get(unit.id) or (None,)]
    found = [(unit, head) for unit, head in lines if wish.state in {"", _state(head)} and wish.fits(unit.name)]
    context: dict[str, object] = {"campaign": campaign, "found": cut(found, wish), "asked": (asked := _asked(desk))}
    context |= {"done": ""} if asked else {}  # the page says more than the sentence that the form alone would leave
    if "organiser" in desk.staff.roles:
        context["free"] = bool(_free(campaign, plans))
        context["may_redate"] = bool(_redated(desk, [head for heads in plans.values() for head in heads]))
    can = reader_powers(desk.staff.roles)
    return desk.show("rectification/campaign_plans.html", can=can, **context, **PLAN_WORDS)


def _campaign(desk: Desk, campaign_id: str) -> tuple[CampaignView, Mapping[str, Sequence[PlanHead]]]:
    """Return a campaign with the units within reach, and their plans; DomainError ``campaign_unknown``."""
    campaign, units = get_campaign(desk.session, campaign_id), reach(desk.session, desk.staff)
    if units is not None:
        campaign = replace(campaign, units=tuple(unit for unit in campaign.units if unit.id in units))
    if units is not None and not campaign.units:
        raise DomainError("campaign_unknown")
    plans: dict[str, list[PlanHead]] = {}
    for head in plan_heads(desk.session, desk.staff, campaign_id):
        plans.setdefault(head.unit_id, []).append(head)
    return campaign, plans


def _state(head: PlanHead | None) -> str:
    return head.state.value if head else NO_PLAN


def _free(campaign: CampaignView, plans: Mapping[str, Sequence[PlanHead]]) -> list[UnitView]:
    """Return the units that can be asked for a plan."""
    return [unit for unit in asking.answering(campaign) if all(one.order_id for one in plans.get(unit.id, ()))]


def _asked(desk: Desk) -> int:
    """Return of how many units plans have just been asked."""
    told = desk.request.query_params.get("asked", "")
    return min(int(told), MOST_ASKED) if told.isascii() and told.isdecimal() and len(told) < len(str(MOST_ASKED)) else 0


def _ask_page(desk: Desk, campaign_id: str, form: PostedForm | None = None, refused: Refused | None = None) -> Response:
    """Show the form to ask for plans: who can be asked, who is ticked, and the day that is proposed."""
    campaign, plans = _campaign(desk, campaign_id)
    free, verdicts = _free(campaign, plans), _verdicts(desk, campaign_id)
    table = holidays_of(desk.session, campaign_id, (desk.today.year, desk.today.year + 1))
    context = {
        "campaign": campaign,
        "choice": choice_of(free, _ticked(desk, free, verdicts), form),
        "verdicts": verdicts,
        "pick": desk.request.query_params.get("pick", ""),
        "due": add_working_days(desk.today, WORKING_DAYS, table),
        "unknown": unknown_years(desk.session, campaign_id, desk.today, WORKING_DAYS),
        "faulty": faulty(refused),
        "typed": form.as_dict() if form else {},
    }
    return desk.show("rectification/campaign_ask.html", refused, **context, **LEDGER_WORDS)


def _verdicts(desk: Desk, campaign_id: str) -> dict[str, Verdict]:
    """Return what the campaign's newest published result says of units: 提醒 and 需补课, nothing else."""
    viewer = viewer_of(desk.session, desk.staff)
    lines = published_rounds(desk.session, viewer, desk.now, campaign_id)
    newest = next((line.round.id for line in lines if not line.round.is_rehearsal), "")
    return {
        target.target_id: verdict
        for verdict in (Verdict.ATTENTION, Verdict.REMEDIAL)
        for line, targets in published_verdicts(desk.session, viewer, desk.now, verdict, campaign_id)
        for target in targets
        if line.round.id == newest
    }


def _ticked(desk: Desk, free: Sequence[UnitView], verdicts: Mapping[str, Verdict]) -> list[str]:
    """Return who is ticked as the page is opened: all, or by ``pick`` those with a verdict, which nobody has: none."""
    pick = desk.request.query_params.get("pick", "")
    return [unit.id for unit in free if pick == EVERYBODY or verdicts.get(unit.id) == pick]


@router.get("/rectification/campaigns/{campaign_id}/plans")
def campaign_plans(desk: RectificationDesk, campaign_id: str) -> Response:
    """Show every unit of a campaign with its plans; with ``pick`` and to organisers the form to ask for more."""
    if "pick" in desk.request.query_params and "organiser" in desk.staff.roles:
        return _ask_page(desk, campaign_id)
    return _campaign_page(desk, campaign_id)


@router.post("/rectification/campaigns/{campaign_id}/plans")
def ask(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Ask the chosen units for their plans, or show other units to choose from."""
    if looks(form):
        return desk.consider(lambda: _ask_page(desk, campaign_id, form), lambda _: _ask_page(desk, campaign_id))

    def act() -> int:
        due = typed_day(form, "plan_due", DUE)
        text = form.text("request", TEXT_LIMIT, needed=False, label="要求")
        return asking.ask(desk.acting, campaign_id, Request(tuple(form.several(UNITS)), due, text))

    def then(count: int) -> Response:
        return see_other(f"/rectification/campaigns/{campaign_id}/plans?asked={count}")

    return desk.attempt(act, then, lambda refused: _ask_page(desk, campaign_id, form, refused))


@router.post("/rectification/plans/{plan_id}/withdraw")
def withdraw(desk: OrganiserDesk, plan_id: str, _form: Form) -> Response:
    """Take the request for a plan back."""
    then = f"/rectification/plans/{plan_id}?done=step"
    return desk.attempt(
        lambda: asking.withdraw(desk.acting, plan_id), then, lambda refused: home_page(desk, plan_id, refused)
    )


@router.post("/rectification/plans/{plan_id}/due")
def redate(desk: OrganiserDesk, plan_id: str, form: Form) -> Response:
    """Change the day until which a plan is asked for."""

    def act() -> None:
        reason = form.text("reason", TEXT_LIMIT, needed=False, label="理由")
        asking.redate(desk.acting, plan_id, typed_day(form, "plan_due", DUE), reason)

    then = f"/rectification/plans/{plan_id}?done=step"
    return desk.attempt(act, then, lambda refused: home_page(desk, plan_id, refused))


def _redated(desk: Desk, heads: Sequence[PlanHead]) -> dict[str, PlanHead]:
    """Return by unit the plans without an order whose day the reader may change."""
    can = reader_powers(desk.staff.roles)
    return {head.unit_id: head for head in heads if not head.order_id and can.redates(head.state)}


def _due_page(desk: Desk, campaign_id: str, form: PostedForm | None = None, refused: Refused | None = None) -> Response:
    campaign = get_campaign(desk.session, campaign_id)
    open_now = _redated(desk, plan_heads(desk.session, desk.staff, campaign_id))
    units = [unit for unit in campaign.units if unit.id in open_now]
    context = {
        "campaign": campaign,
        "choice": choice_of(units, open_now, form),
        "due": max((head.due for head in open_now.values()), default=desk.today),
        "faulty": faulty(refused),
        "typed": form.as_dict() if form else {},
    }
    return desk.show("rectification/campaign_due.html", refused, **context)


@router.get("/rectification/campaigns/{campaign_id}/plans/due")
def due_page(desk: OrganiserDesk, campaign_id: str) -> Response:
    """Show the units that still write the plans they were asked for, and the form to change their day."""
    return _due_page(desk, campaign_id)


@router.post("/rectification/campaigns/{campaign_id}/plans/due")
def redate_many(desk: OrganiserDesk, campaign_id: str, form: Form) -> Response:
    """Change the day until which plans are asked for, for several units at once, or show others to choose from."""
    if looks(form):
        return desk.consider(lambda: _due_page(desk, campaign_id, form), lambda _: _due_page(desk, campaign_id))

    def act() -> None:
        reason = form.text("reason", TEXT_LIMIT, needed=False, label="理由")
        units = form.several(UNITS)
        asking.redate_many(desk.acting, campaign_id, units, typed_day(form, "plan_due", DUE), reason)

    path = f"/rectification/campaigns/{campaign_id}/plans"
    return desk.attempt(act, path, lambda refused: _due_page(desk, campaign_id, form, refused))
