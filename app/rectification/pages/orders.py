"""The 补课 board, flagged units to decide about, and the page of an order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from fastapi import APIRouter
from starlette.responses import Response

from app.campaigns.english_reads import english_names
from app.core.acting import Acting
from app.core.errors import DomainError
from app.core.lists import cut, wish_of
from app.inbox import service as inbox
from app.office.ordering import file_later
from app.office.workshop import Craft
from app.publication.read_log import note_read
from app.publication.routes_charts import picture
from app.rectification.ledger import reads as ledger_pages
from app.rectification.orders import reads, retesting
from app.rectification.orders import service as ordering
from app.rectification.orders.reads import FlagLine, OrderView
from app.rectification.orders.retesting import SideBySide
from app.rectification.orders.service import DATES, Confirmation
from app.rectification.pages.days import typed_day
from app.rectification.pages.faults import faulty
from app.rectification.pages.names import english_for
from app.rectification.pages.outcomes import DONE, order_outcome, outcome_shown
from app.rectification.pages.signable import signing_of_plan
from app.rectification.plans.reads import PlanHead, plan_heads
from app.rectification.plans.service import plan_of
from app.rectification.rules.allowed import reader_powers
from app.rectification.rules.orders import ORDER_TABLE, Deadlines, OrderEvent, OrderState, running_deadline
from app.rectification.rules.supervision import Mode
from app.rectification.rules.transitions import events_allowed
from app.rectification.rules.wording import (
    ACTION_EVENTS,
    ACTION_KINDS,
    ACTION_STATES,
    HORIZONS,
    MODES,
    NEXT_STEPS,
    ORDER_EVENTS,
    ORDER_STATES,
    PLAN_NEXT,
    PLAN_STATES,
    SUGGESTIONS,
    TASKS,
    board_empty,
)
from app.rounds.reads import last_repeat
from app.web.desk import Desk, OrganiserDesk, RectificationDesk, Refused, WorkingDesk
from app.web.forms import Form, PostedForm
from app.web.pages import see_other

router = APIRouter()
PLANS_SHOWN = 20
COMPARISON = Craft("app.rectification.documents.making:comparison", seconds=60)
NOTICE = Craft("app.rectification.documents.making:notice", "notice.docx")
WORDS = {
    "order_states": ORDER_STATES,
    "order_events": ORDER_EVENTS,
    "plan_states": PLAN_STATES,
    "plan_next": PLAN_NEXT,
    "suggestions": SUGGESTIONS,
    "next_steps": NEXT_STEPS,
    "tasks": TASKS,
    "modes": MODES,
}

LEDGER_WORDS = {
    **WORDS,
    "action_states": ACTION_STATES,
    "action_events": ACTION_EVENTS,
    "horizons": HORIZONS,
    "kinds": ACTION_KINDS,
}


def _campaigns(orders: Sequence[OrderView], flags: Sequence[FlagLine], plans: Sequence[PlanHead]) -> Iterator[str]:
    yield from (order.campaign_id for order in orders)
    yield from (flag.round.campaign_id for flag in flags)
    yield from (plan.campaign_id for plan in plans)


@router.get("/rectification")
def board(desk: RectificationDesk) -> Response:
    """Show flagged units that wait for a decision and orders with their next step and date, as they are looked for."""
    wish = wish_of(desk.request.query_params, frozenset(OrderState))
    found = reads.found_orders(desk.session, desk.staff, wish)
    due = {view.id: running_deadline(view.standing.state, view.current.dates) for view in found.rows if view.current}
    open_ones = reads.undecided(desk.session, desk.staff, desk.now) if "organiser" in desk.staff.roles else None
    flags = open_ones.lines if open_ones else ()
    awaited = [one for one in plan_heads(desk.session, desk.staff) if one.is_awaited]
    context = {
        "found": found,
        "due": due,
        "flags": cut([flag for flag in flags if wish.fits(flag.unit.name, flag.round.title)], replace(wish, part=1)),
        "damaged": open_ones.damaged if open_ones else (),
        "plans": awaited,
        "shown": PLANS_SHOWN,
        "english": english_for(desk, _campaigns(found.rows, flags, awaited)),
        "unread": inbox.unread(desk.session, desk.staff),
        "empty": board_empty(desk.staff.roles, len(flags)),
    }
    return desk.show("rectification/board.html", can=reader_powers(desk.staff.roles), **context, **WORDS)


def _flag_page(desk: Desk, place: tuple[str, str], refused: Refused | None = None) -> Response:
    flag = reads.flagged_unit(desk.session, desk.staff, desk.now, *place)
    dates = ordering.proposed_dates(desk.session, flag.round.campaign_id, desk.today, 1)
    unknown = ordering.years_unknown(desk.session, flag.round.campaign_id, desk.today)
    return desk.show(
        "rectification/flag.html",
        refused,
        flag=flag,
        english=english_for(desk, [flag.round.campaign_id]),
        dates=dates,
        unknown=unknown,
        faulty=faulty(refused),
        can=reader_powers(desk.staff.roles),
        **WORDS,
    )


@router.get("/rectification/flags/{round_id}/{unit_id}")
def flag_page(desk: OrganiserDesk, round_id: str, unit_id: str) -> Response:
    """Show why a unit is flagged, and the forms to order or to waive."""
    return _flag_page(desk, (round_id, unit_id))


def confirmation(form: PostedForm) -> Confirmation:
    """Return the order that was typed."""
    mode = form.sent("mode")
    if mode and mode not in set(Mode):
        raise DomainError("field_not_a_choice", field="督办方式")
    dates = Deadlines(
        *(typed_day(form, f"{name}_due", label) for name, label in DATES.items()),
    )
    number = form.text("document_number", 60, label="文号", needed=False)
    reason = form.text("reason", 500, label="责令补课的理由和要求", needed=False)
    return Confirmation(number, reason, dates, mode)


@router.post("/rectification/flags/{round_id}/{unit_id}")
def decide(desk: OrganiserDesk, round_id: str, unit_id: str, form: Form) -> Response:
    """Order 补课 of the unit, or waive it with a reason."""

    def act() -> str:
        if form.text("decision", 10, label="决定") == "waive":
            reason = form.text("waiver", 500, label="免于补课的理由", needed=False)
            return ordering.waive(desk.acting, round_id, unit_id, reason)
        return ordering.confirm(desk.acting, round_id, unit_id, confirmation(form))

    def then(order_id: str) -> Response:
        return see_other(f"/rectification/orders/{order_id}?{DONE}=step")

    place = (round_id, unit_id)
    return desk.attempt(act, then, lambda refused: _flag_page(desk, place, refused))


def _both_results(desk: Desk, order: OrderView) -> list[SideBySide]:
    """Return the first result beside every retest, noted as read."""
    seen = retesting.seeing(desk.session, desk.staff, desk.now)
    pairs = retesting.pairs_of(desk.session, seen, order)
    for round_id in dict.fromkeys(each for pair in pairs for each in (order.round_id, pair.round_id)):
        note_read(desk, desk.staff, round_id, "retest")
    return pairs


def order_page(desk: Desk, order_id: str, refused: Refused | None = None) -> Response:
    """Show an order: where it stands, what is next, its history and both results."""
    order = reads.get_order(desk.session, desk.staff, order_id)
    # Noting that results were read ends the session, so all else is read in the one that follows.
    pairs = _both_results(desk, order)
    session, standing, current = desk.session, order.standing, order.current
    entries, plan = reads.entries_of(session, order_id), plan_of(session, order)
    context = {
        "order": order,
        "english": english_names(session, order.campaign_id),
        "plan": plan,
        "entries": entries,
        **outcome_shown(order_outcome(desk, order, entries)),
        "faulty": faulty(refused),
        "allowed": {event.value for event in events_allowed(ORDER_TABLE, standing.state)},
        "due": running_deadline(standing.state, current.dates) if current else None,
        "again": ordering.proposed_dates(session, order.campaign_id, desk.today, standing.attempt + 1),
        "unknown": ordering.years_unknown(session, order.campaign_id, desk.today),
        "pairs": pairs,
        "retest": last_repeat(session, current.retest_round_id) if current and current.retest_round_id else "",
        "count": ledger_pages.counts(session, order.public_id),
        "signing": signing_of_plan(desk, plan) if plan else None,
    }
    return desk.show("rectification/order.html", refused, can=reader_powers(desk.staff.roles), **context, **WORDS)


@router.get("/rectification/orders/{order_id}")
def show_order(desk: RectificationDesk, order_id: str) -> Response:
    """Show an order: where it stands, what is next, its history and both results."""
    return order_page(desk, order_id)


@router.post("/rectification/orders/{order_id}/steps/{event}")
def take_step(desk: WorkingDesk, order_id: str, event: str, form: Form) -> Response:
    """Move an order on: report completion, send back, plan or count the retest, order again."""

    def act() -> None:
        reads.get_order(desk.session, desk.staff, order_id)
        step = _steps(desk.acting, order_id, form).get(event)
        if step is None:
            raise DomainError("not_found")
        step()

    then = f"/rectification/orders/{order_id}?{DONE}=step"
    return desk.attempt(act, then, lambda refused: order_page(desk, order_id, refused))


def _steps(acting: Acting, order_id: str, form: PostedForm) -> Mapping[str, Callable[[], object]]:
    """Return what this member of staff may do to an order, by event."""

    def told(event: OrderEvent, name: str, label: str) -> None:
        ordering.step(acting, order_id, event, form.text(name, 2000, label=label))

    by_unit: dict[str, Callable[[], object]] = {
        OrderEvent.COMPLETE.value: lambda: told(OrderEvent.COMPLETE, "text", "完成情况"),
    }
    if "organiser" not in acting.actor.roles:
        return by_unit
    return by_unit | {
        OrderEvent.SEND_BACK.value: lambda: told(OrderEvent.SEND_BACK, "reason", "退回的理由"),
        OrderEvent.PLAN_RETEST.value: lambda: retesting.plan_retest(
            acting, order_id, form.text("title", 60, label="复测名称")
        ),
        OrderEvent.COUNT_RETEST.value: lambda: retesting.count_retest(acting, order_id),
        OrderEvent.ORDER_AGAIN.value: lambda: ordering.order_again(acting, order_id, confirmation(form)),
    }


@router.get("/rectification/orders/{order_id}/comparison.svg")
def comparison(desk: RectificationDesk, order_id: str, attempt: int = 0) -> Response:
    """Draw the first result beside the retest of an attempt, or of the last one."""
    order = reads.get_order(desk.session, desk.staff, order_id)
    pairs = _both_results(desk, order)
    both = next((pair for pair in reversed(pairs) if attempt in {0, pair.attempt}), None)
    if both is None:
        raise DomainError("not_found")
    drawn = both, english_names(desk.session, order.campaign_id)  # those of the paper never change
    told: dict[str, object] = {"order": order_id, "attempt": attempt, "of": sha256(repr(drawn).encode()).hexdigest()}
    return picture(desk, COMPARISON, told)


@router.get("/rectification/orders/{order_id}/notice.docx")
def notice(desk: RectificationDesk, order_id: str) -> Response:
    """Send 补课通知书 as a Word file."""
    order = reads.get_order(desk.session, desk.staff, order_id)
    if order.current is None:
        raise DomainError("not_found")
    return file_later(desk.request, desk.staff, NOTICE, {"order": order_id})
