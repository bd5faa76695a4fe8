"""The acts of publication: release in a scope, withdraw, correct, archive; and the ledger that keeps them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.accounts.service import everyone, leaders
from app.core.acting import Acting
from app.core.chinese import CHINA
from app.core.errors import DomainError
from app.publication import correction, reads, service
from app.publication.domain import Scope, Wanted
from app.publication.read_log import reads_of
from app.rounds.domain import RoundState
from app.rounds.ports import ports_of
from app.rounds.reads import frozen_paper, get_round, waiting_approvals
from app.rounds.service import needs_second_person
from app.slips.reads import slip_accounts
from app.web.auth import Organiser
from app.web.errors import sentence
from app.web.forms import Form, PostedForm
from app.web.i18n import choose_language
from app.web.pages import page, see_other
from app.web.requests import Db, Now

router = APIRouter()
DAY = "%Y-%m-%d"
MOST_SLIPS = 1_000_000
REASON = "理由"


def _confirm_page(
    request: Request, db: Db, round_id: str, now: Now, error: DomainError | None = None, form: PostedForm | None = None
) -> Response:
    row, (paper, _) = get_round(db, round_id), frozen_paper(db, round_id)
    status, message = (200, "") if error is None else sentence(choose_language(request), error.code, error.params)
    context = {
        "round": row,
        "paper": paper,
        "must_void": row.state is RoundState.COUNTED and not reads.has_result(db, round_id),
        "waiting": [approval.act for approval in waiting_approvals(db, round_id)],
        "second_person": needs_second_person(db, row, "publish", now),
        "message": message,
        "scopes": list(Scope),
        "ledger": reads.ledger_of(db, round_id),
        "versions": reads.versions_of(db, round_id),
        "reads": reads_of(db, round_id),
        "released": {release.version for release in reads.ledger_of(db, round_id)},
        "staff_names": everyone(db),
        "leaders": leaders(db),
        "slips": slip_accounts(db, paper, round_id),
        "typed": {} if form is None else form.as_dict(),
        "chosen": {} if form is None else {name: form.several(name) for name in ("units[]", "readers[]")},
        "now": now,
    }
    return page(request, "publication/publish.html", status=status, **context)


@dataclass(frozen=True, slots=True)
class _Asking:
    """An organiser who acts on the ledger's page."""

    request: Request
    acting: Acting

    def attempt(self, round_id: str, form: PostedForm, act: Callable[[], object]) -> Response:
        """Act and lead back to the ledger, or show the page again with what was typed and why it was refused."""
        session = self.acting.session
        try:
            act()
        except DomainError as error:
            session.rollback()
            if error.code in {"round_unknown", "release_unknown", "paper_not_frozen"}:
                raise
            return _confirm_page(self.request, session, round_id, self.acting.now, error, form)
        return see_other(f"/rounds/{round_id}/publish#ledger")


def _asking(request: Request, staff: Organiser, db: Db, now: Now) -> _Asking:
    return _Asking(request, Acting(db, now, staff))


Asking = Annotated[_Asking, Depends(_asking)]


@router.get("/rounds/{round_id}/publish")
def publish_page(request: Request, round_id: str, _staff: Organiser, db: Db, now: Now) -> Response:
    """Say what publication shows to whom, before it is done, and what was done so far; no figure is on this page."""
    if get_round(db, round_id).state not in {RoundState.COUNTED, *reads.READABLE}:
        raise DomainError("round_wrong_state")
    return _confirm_page(request, db, round_id, now)


def _wanted(form: PostedForm) -> Wanted:
    scope = form.text("scope", 20, label="公布范围")
    if scope not in set(Scope):
        raise DomainError("field_not_a_choice", field="公布范围")
    units = form.several("units[]") if form.text("which_units", 10, needed=False) == "some" else None
    readers = form.several("readers[]") if form.text("which_readers", 10, needed=False) == "some" else None
    until = form.text("until", 10, needed=False)
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
def publish(request: Request, round_id: str, staff: Organiser, form: Form, db: Db, now: Now) -> Response:
    """Publish in a scope, or ask the second person for it."""
    try:
        done = service.ask_to_publish(Acting(db, now, staff), ports_of(request), round_id, _wanted(form))
    except DomainError as error:
        db.rollback()
        if error.code == "round_unknown":
            raise
        return _confirm_page(request, db, round_id, now, error, form)
    return see_other(f"/rounds/{round_id}/publish#ledger" if done else f"/rounds/{round_id}")


@router.post("/rounds/{round_id}/releases/{release_id}/withdraw")
def withdraw(form: Form, round_id: str, release_id: str, asking: Asking) -> Response:
    """Withdraw a release, with a reason."""
    return asking.attempt(
        round_id,
        form,
        lambda: service.withdraw(asking.acting, round_id, release_id, form.text("reason", 200, label=REASON)),
    )


@router.post("/rounds/{round_id}/correct")
def correct(form: Form, round_id: str, asking: Asking) -> Response:
    """Correct the slip counts of a published result, or ask the second person for it."""

    def act() -> None:
        counts = _counts(form, [group.id for group in frozen_paper(asking.acting.session, round_id)[0].groups])
        reason = form.text("reason", 200, label=REASON)
        correction.ask_to_correct(asking.acting, ports_of(asking.request), round_id, counts, reason)

    return asking.attempt(round_id, form, act)


def _counts(form: PostedForm, group_ids: list[str]) -> dict[str, tuple[int, int]]:
    return {
        group: (
            form.integer(f"spare-{group}", 0, MOST_SLIPS, label="剩余"),
            form.integer(f"back-{group}", 0, MOST_SLIPS, label="退回"),
        )
        for group in group_ids
    }


@router.post("/rounds/{round_id}/archive")
def archive(round_id: str, staff: Organiser, _form: Form, db: Db, now: Now) -> Response:
    """Put the round away and forget its codes."""
    service.archive(Acting(db, now, staff), round_id)
    return see_other(f"/rounds/{round_id}")
