"""The supervision page and its 督办单, the mode of an order, and the holiday table."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from app.accounts.service import find_own
from app.campaigns.reads import get_campaign
from app.core.lists import Listed, Wish, cut, wish_of
from app.offices.reads import the_tree
from app.rectification.ledger import deadlines as daily
from app.rectification.ledger.coming import coming
from app.rectification.ledger.deadlines import DueNotice, Watched
from app.rectification.ledger.issued import get_notice, issued_notices
from app.rectification.orders import holidays as holiday_service
from app.rectification.orders import modes, reads
from app.rectification.orders.running import OrderHead
from app.rectification.pages.days import typed_day
from app.rectification.pages.faults import faulty
from app.rectification.pages.names import english_for
from app.rectification.pages.outcomes import DONE, MODE
from app.rectification.rules.allowed import reader_powers
from app.rectification.rules.orders import ORDER_ENDS, OrderState
from app.rectification.rules.supervision import Level
from app.rectification.rules.wording import LEVEL_SENTENCES, LEVELS, ORDER_STATES, SUBJECT_KINDS, notices_empty
from app.rectification.rules.wording import MODES as MODE_WORDS
from app.web.desk import Desk, OfficeDesk, RectificationDesk, Refused, SupervisorDesk
from app.web.forms import Form, PostedForm
from app.web.pages import see_other
from app.web.stale import Stored, refuse_stale, stored

router = APIRouter()
HOLIDAYS = "/holidays"
COMING_DAYS = 14
NOTICES, COMING, MODES = "notices", "coming", "modes"
ALONE: Final = (COMING, MODES)
"""What is listed alone where the address asks for it; else it begins below the notices."""
STATES: Final[Mapping[str, frozenset[str]]] = {COMING: frozenset(), MODES: frozenset(OrderState)}
AHEAD = 20
"""Lines of what begins there."""
REASON_LIMIT = 500
LINES_LENGTH = 20_000
MOST_COUNTED = 99_999
WORDS = {"levels": LEVELS, "modes": MODE_WORDS, "order_states": ORDER_STATES, "subject_kinds": SUBJECT_KINDS}


@router.get("/rectification/supervision")
def supervision(desk: RectificationDesk, show: str = "", issued: int = -1) -> Response:
    """Show 督办单 in official order of units, what is due soon, how orders are supervised; or one of these alone."""
    within = daily.watched(desk.session, desk.staff)
    lists = _lists(desk, within, show)
    waiting = lists[COMING].total if COMING in lists else 0
    context = {
        "can": reader_powers(desk.staff.roles),
        "show": show if show in {"all", *ALONE} else "",
        "issued": min(issued, MOST_COUNTED),
        "unknown": daily.years_unknown(desk.session, within, desk.today),
        "lists": lists,
        "english": english_for(desk, within.campaigns),
        "ahead": AHEAD,
        "running_states": {state: words for state, words in ORDER_STATES.items() if state not in ORDER_ENDS},
        "empty": notices_empty(waiting, everything=show == "all"),
    }
    return desk.show("rectification/supervision.html", **context, **WORDS)


def _lists(desk: Desk, within: Watched, show: str) -> dict[str, Listed[Any]]:
    """Return a page of the list that is shown alone, or of the notices with the beginnings of the two others."""
    wish = wish_of(desk.request.query_params, STATES.get(show, frozenset(Level)))
    wish = replace(wish, also=(("show", show),) if show in {"all", *ALONE} else ())
    found: dict[str, Listed[Any]] = {}
    if show not in ALONE:
        found[NOTICES] = issued_notices(desk.session, within, wish, only_open=show != "all")
        wish = replace(wish, part=1, state="")
    if show in {"", "all", COMING}:
        found[COMING] = coming(desk.session, within, desk.today + timedelta(days=COMING_DAYS), wish)
    if show in {"", "all", MODES}:
        found[MODES] = cut([head for head in within.orders if _fits(head, wish)], wish)
    return found


def _fits(head: OrderHead, wish: Wish) -> bool:
    return head.is_running and wish.state in {"", head.state.value} and wish.fits(head.unit_name)


def _run_page(desk: Desk, refused: Refused | None = None) -> Response:
    due = daily.due_now(desk.session, desk.now)
    counts = {level: sum(one.level is level for one in due) for level in LEVELS}
    wish = wish_of(desk.request.query_params, frozenset(Level))
    wanted = [one for one in due if wish.state in {"", one.level.value}]
    found = cut([one for one in wanted if wish.fits(one.matter.unit_name, one.matter.title)], wish)
    context = {"found": found, "total": len(due), "counts": counts, "stored": _stored(due)}
    context["english"] = english_for(desk, (one.matter.campaign_id for one in found.rows))
    return desk.show("rectification/supervision_run.html", refused, **context, **WORDS)


def _stored(due: Sequence[DueNotice]) -> Stored:
    lines = [(one.matter.unit_name, one.matter.title) for one in due]
    return stored(lines, [(one.matter.href, one.level.value, one.told) for one in due])


@router.get("/rectification/supervision/run")
def run_page(desk: SupervisorDesk) -> Response:
    """Show what would be sent now and to whom, before it is."""
    return _run_page(desk)


@router.post("/rectification/supervision/run")
def run(desk: SupervisorDesk, form: Form) -> Response:
    """Issue what is due now; mail leaves after the commit, when this request has been answered."""

    def then(issued: Sequence[object]) -> Response:
        answer = see_other(f"/rectification/supervision?issued={len(issued)}")
        answer.background = desk.request.app.state.mail_out(desk.now)
        return answer

    def act() -> Sequence[object]:
        refuse_stale(form, _stored(daily.due_now(desk.session, desk.now)))
        return daily.run_daily(desk.session, desk.now, desk.staff)

    return desk.attempt(act, then, partial(_run_page, desk))


@router.get("/rectification/supervision/notices/{notice_id}")
def notice(desk: RectificationDesk, notice_id: str) -> Response:
    """Show one 督办单, to be printed."""
    found = get_notice(desk.session, desk.staff, notice_id)
    context = {"notice": found, "campaign": get_campaign(desk.session, found.campaign_id)}
    context["level_sentences"] = LEVEL_SENTENCES
    return desk.show("rectification/supervision_notice.html", **context, **WORDS)


def _mode_page(desk: Desk, order_id: str, refused: Refused | None = None) -> Response:
    order = reads.get_order(desk.session, desk.staff, order_id)
    return desk.show("rectification/supervision_mode.html", refused, order=order, faulty=faulty(refused), **WORDS)


@router.get("/rectification/orders/{order_id}/mode")
def mode_page(desk: SupervisorDesk, order_id: str) -> Response:
    """Show how an order is supervised, with the form to change it."""
    return _mode_page(desk, order_id)


@router.post("/rectification/orders/{order_id}/mode")
def set_mode(desk: SupervisorDesk, order_id: str, form: Form) -> Response:
    """Change how an order is supervised."""

    def act() -> None:
        reason = form.text("reason", REASON_LIMIT, needed=False, label="理由")
        modes.set_mode(desk.acting, order_id, form.sent("mode"), reason)

    then = f"/rectification/orders/{order_id}?{DONE}={MODE}"
    return desk.attempt(act, then, lambda refused: _mode_page(desk, order_id, refused))


def _holidays_page(desk: Desk, refused: Refused | None = None) -> Response:
    years = holiday_service.years_shown(desk.today)
    bad: tuple[holiday_service.BadLine, ...] = ()
    if refused is not None and refused.error.code == "holiday_lines_wrong":
        _, bad = holiday_service.parse_lines(_lines(refused.form), years)
    table = holiday_service.calendar_of(desk.session, _office(desk), years)
    tree, office_id = the_tree(desk.session), _office(desk)
    office = None if tree.is_single or office_id not in tree.nodes else tree.nodes[office_id]
    return desk.show("rectification/holidays.html", refused, table=table, bad=bad, office=office)


def _office(desk: Desk) -> str:
    """Return the office whose days the reader keeps."""
    return find_own(desk.session, desk.staff).office_id


def _lines(form: PostedForm) -> str:
    return form.text("lines", LINES_LENGTH, needed=False, label="日期")


@router.get(HOLIDAYS)
def holidays(desk: OfficeDesk) -> Response:
    """Show the days that are not what their weekday says, of this year and the next."""
    return _holidays_page(desk)


@router.post(HOLIDAYS)
def save_holidays(desk: OfficeDesk, form: Form) -> Response:
    """Keep pasted lines, all or none."""
    years = holiday_service.years_shown(desk.today)
    return desk.attempt(
        lambda: holiday_service.save_lines(desk.acting, _office(desk), _lines(form), years),
        HOLIDAYS,
        lambda refused: _holidays_page(desk, refused),
    )


@router.post(f"{HOLIDAYS}/undo")
def take_back(desk: OfficeDesk, form: Form) -> Response:
    """Let hold again for a day what holds without a change."""
    return desk.attempt(
        lambda: holiday_service.take_back(desk.acting, _office(desk), typed_day(form, "day", "日期")),
        HOLIDAYS,
        lambda refused: _holidays_page(desk, refused),
    )
