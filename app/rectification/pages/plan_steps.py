"""A plan on its way: reviewed, made public; one without an order has a page of its own."""

from fastapi import APIRouter
from starlette.responses import Response

from app.core.errors import DomainError
from app.rectification.ledger import reads as ledger_pages
from app.rectification.pages.faults import faulty
from app.rectification.pages.names import english_for
from app.rectification.pages.orders import LEDGER_WORDS, order_page
from app.rectification.pages.outcomes import DONE, outcome_shown, plan_outcome
from app.rectification.pages.signable import signing_of_plan
from app.rectification.plans import service as planning
from app.rectification.plans.reads import get_head
from app.rectification.rules.allowed import reader_powers
from app.rectification.rules.plans import PLAN_TABLE, PlanEvent
from app.rectification.rules.transitions import events_allowed
from app.rectification.rules.wording import PLAN_EVENTS, TOLD_WHY
from app.web.desk import Desk, RectificationDesk, Refused, SupervisorDesk, WorkingDesk
from app.web.forms import Form
from app.web.pages import see_other

router = APIRouter()


def home_page(desk: Desk, plan_id: str, refused: Refused | None = None) -> Response:
    """Show a plan where it is dealt with."""
    plan = planning.get_plan(desk.session, desk.staff, plan_id)
    if plan.head.order_id:
        return order_page(desk, plan.head.order_id, refused)
    entries = planning.entries_of(desk.session, plan_id)
    context = {
        "plan": plan,
        "english": english_for(desk, [plan.head.campaign_id]),
        "entries": entries,
        **outcome_shown(plan_outcome(desk, plan.head.unit_id, entries)),
        "faulty": faulty(refused),
        "signing": signing_of_plan(desk, plan),
        "count": ledger_pages.counts(desk.session, plan.head.public_id),
        "plan_events": PLAN_EVENTS,
    }
    can = reader_powers(desk.staff.roles)
    return desk.show("rectification/plan_home.html", refused, can=can, **context, **LEDGER_WORDS)


def check_readable(desk: Desk, plan_id: str) -> None:
    """Refuse a plan's document and signed page to whoever may not have them yet: ``plan_unknown``, ``not_found``."""
    head = get_head(desk.session, desk.staff, plan_id)
    if not reader_powers(desk.staff.roles).reads_plan(is_open=head.is_open):
        raise DomainError("not_found")


@router.get("/rectification/plans/{plan_id}")
def show_plan(desk: RectificationDesk, plan_id: str) -> Response:
    """Show where a plan stands; that of an order stands on the order's page."""
    head = get_head(desk.session, desk.staff, plan_id)
    return see_other(head.home) if head.order_id else home_page(desk, plan_id)


@router.post("/rectification/plans/{plan_id}/review")
def review(desk: SupervisorDesk, plan_id: str, form: Form) -> Response:
    """Accept a plan or return it with remarks."""

    def act() -> str:
        if form.text("decision", 10, label="决定") == "accept":
            planning.accept(desk.acting, plan_id)
        else:
            remarks = form.text("remarks", 2000, label="退回时写明要改什么", needed=False)
            planning.send_back(desk.acting, plan_id, remarks)
        return _after(desk, plan_id)

    return desk.attempt(act, see_other, lambda refused: home_page(desk, plan_id, refused))


def _after(desk: Desk, plan_id: str) -> str:
    """Return the address that tells of what was done to a plan."""
    return f"{get_head(desk.session, desk.staff, plan_id).home}?{DONE}=step"


def _announce_page(desk: Desk, plan_id: str, refused: Refused | None = None) -> Response:
    plan = planning.get_plan(desk.session, desk.staff, plan_id)
    public = ledger_pages.announced(desk.session, plan.head.public_id)
    own = [row for row in public if row.plan_id == plan_id]
    context = {
        "plan": plan.head,
        "english": english_for(desk, [plan.head.campaign_id]),
        "rows": plan.rows,
        "earlier": len(public) - len(own),
        "is_public": bool(own),
        "may_announce": PlanEvent.ANNOUNCE in events_allowed(PLAN_TABLE, plan.state),
        "address": f"{desk.settings.base_url}/commitments/{plan.head.public_id}",
        "faulty": faulty(refused),
        "told_why": TOLD_WHY,
        "people": sorted({name for row in plan.rows for name in (row.sponsor, row.owner) if name}),
    }
    return desk.show("rectification/announce.html", refused, **context, **LEDGER_WORDS)


@router.get("/rectification/plans/{plan_id}/announce")
def announce_page(desk: WorkingDesk, plan_id: str) -> Response:
    """Show exactly what the public will read, where and by whom, before it is made public."""
    return _announce_page(desk, plan_id)


@router.post("/rectification/plans/{plan_id}/announce")
def announce(desk: WorkingDesk, plan_id: str, form: Form) -> Response:
    """Make the commitments public, once somebody has seen what will be read, where and by whom."""

    def act() -> str:
        if not form.flag("confirmed"):
            raise DomainError("announce_not_confirmed")
        planning.announce(desk.acting, plan_id)
        return _after(desk, plan_id)

    return desk.attempt(act, see_other, lambda refused: _announce_page(desk, plan_id, refused))
