"""The acts of publication: release in a scope, correct."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from app.accounts.people import all_names, leaders_to_name
from app.campaigns.reads import office_of
from app.core.chinese import CHINA
from app.core.errors import DomainError
from app.core.lists import ANYTHING, FEW, cut
from app.publication import correction, reads, service
from app.publication.comparing import examine
from app.publication.domain import Scope, Wanted
from app.publication.read_log import reads_of
from app.rounds.approvals import ask_or_act
from app.rounds.domain import RoundState
from app.rounds.ports import ports_of
from app.rounds.reads import frozen_paper, get_round, waiting_approvals
from app.rounds.service import needs_second_person
from app.slips.reads import slip_accounts
from app.web.desk import Desk, OrganiserDesk, Refused
from app.web.forms import PostedForm
from app.web.pages import see_other
from app.web.proof import ProvenForm
from app.web.requests import database

router = APIRouter()
DAY = "%Y-%m-%d"
MOST_SLIPS = 1_000_000
REASON = "理由"


def _confirm_page(desk: Desk, round_id: str, refused: Refused | None = None) -> Response:
    db = desk.session
    row, (paper, _), ledger = get_round(db, round_id), frozen_paper(db, round_id), reads.ledger_of(db, round_id)
    context = {
        "round": row,
        "paper": paper,
        "can_release": row.state is not RoundState.ARCHIVED,
        "can_correct": row.state is RoundState.PUBLISHED,
        "must_void": row.state is RoundState.COUNTED and not reads.has_result(db, round_id),
        "waiting": [approval.act for approval in waiting_approvals(db, round_id)],
        "second_person": needs_second_person(db, row, "publish", desk.now),
        "scopes": list(Scope),
        "ledger": ledger,
        "listed": cut(ledger[::-1], ANYTHING, FEW),
        "versions": reads.versions_of(db, round_id),
        "reads": cut(reads_of(db, round_id), ANYTHING, FEW),
        "released": {release.version for release in ledger},
        "staff_names": all_names(db),
        "leaders": leaders_to_name(db, office_of(db, row.campaign_id)),
        "slips": slip_accounts(db, paper, round_id),
        "chosen": {name: refused.form.several(name) for name in ("units[]", "readers[]")} if refused else {},
        "now": desk.now,
    }
    return desk.show("publication/publish.html", refused, **context)


def _attempt(desk: Desk, round_id: str, act: Callable[[], object]) -> Response:
    """Act and lead back to the ledger, or show the page again with what was typed and why it was refused."""
    again = partial(_confirm_page, desk, round_id)
    return desk.attempt(act, f"/rounds/{round_id}/publish#ledger", again)


@router.get("/rounds/{round_id}/publish")
def publish_page(desk: OrganiserDesk, round_id: str) -> Response:
    """Say what publication shows to whom, before it is done, and what was done so far; no figure is on this page."""
    if get_round(desk.session, round_id).state not in {RoundState.COUNTED, *reads.READABLE}:
        raise DomainError("round_wrong_state")
    return _confirm_page(desk, round_id)


def _wanted(form: PostedForm) -> Wanted:
    scope = form.text("scope", 20, label="公布范围")
    if scope not in set(Scope):
        raise DomainError("field_not_a_choice", field="公布范围")
    units = form.several("units[]") if form.sent("which_units", 10) == "some" else None
    readers = form.several("readers[]") if form.sent("which_readers", 10) == "some" else None
    until = form.text("until", 10, label="有效期", needed=False)
    return Wanted(
        Scope(scope),
        None if units is None else frozenset(units),
        None if readers is None else frozenset(readers),
        _end_of_day(until) if until else None,
    )


def _end_of_day(text: str) -> datetime:
    try:
        day = datetime.strptime(text, DAY).replace(tzinfo=CHINA)
    except ValueError:
        raise DomainError("field_not_a_date", field="有效期") from None
    return (day + timedelta(days=1)).astimezone(UTC)


@router.post("/rounds/{round_id}/publish")
def publish(desk: OrganiserDesk, round_id: str, form: ProvenForm) -> Response:
    """Publish in a scope, or ask the second person for it."""
    again = partial(_confirm_page, desk, round_id)

    def look() -> Response:
        wanted, ports = _wanted(form), ports_of(desk.request)
        known = examine(database(desk.request), round_id, wanted.scope)
        return desk.attempt(
            lambda: service.ask_to_publish(desk.acting, ports, round_id, wanted, known),
            lambda done: see_other(f"/rounds/{round_id}/publish#ledger" if done else f"/rounds/{round_id}"),
            again,
        )

    return desk.consider(look, again)


@router.post("/rounds/{round_id}/correct")
def correct(desk: OrganiserDesk, round_id: str, form: ProvenForm) -> Response:
    """Correct the slip counts of a published result, or ask the second person for it."""

    def look() -> Response:
        counts = _counts(form, [group.id for group in frozen_paper(desk.session, round_id)[0].groups])
        reason = form.text("reason", 200, label=REASON)
        request = correction.request_of(desk.session, round_id, counts, reason, desk.staff.name)
        desk.leave()
        ports = ports_of(desk.request).made_ready(database(desk.request), round_id, "correct", request)
        return _attempt(desk, round_id, lambda: ask_or_act(desk.acting, ports, round_id, "correct", request))

    return desk.consider(look, partial(_confirm_page, desk, round_id))


def _counts(form: PostedForm, group_ids: list[str]) -> dict[str, tuple[int, int]]:
    return {
        group: (
            form.integer(f"spare-{group}", 0, MOST_SLIPS, label="剩余"),
            form.integer(f"back-{group}", 0, MOST_SLIPS, label="退回"),
        )
        for group in group_ids
    }
