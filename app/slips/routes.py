"""The organiser's pages of slips, and the hall screen."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.core.acting import Acting
from app.core.errors import DomainError
from app.office.qr import qr_grid, wifi_text
from app.rounds.domain import RoundState
from app.rounds.ports import ports_of
from app.rounds.reads import frozen_paper, get_round
from app.slips import reads, service
from app.web.auth import KeySide, Organiser
from app.web.errors import sentence
from app.web.forms import Form, PostedForm
from app.web.i18n import choose_language
from app.web.pages import page, see_other
from app.web.requests import Config, Db, Keys, Now

router = APIRouter()
MAX_PER_GROUP = 20_000
HALL_REFRESH_SECONDS = "15"


def _slips_page(request: Request, db: Db, round_id: str, error: DomainError | None = None) -> Response:
    row, (paper, _) = get_round(db, round_id), frozen_paper(db, round_id)
    status, message = (200, "") if error is None else sentence(choose_language(request), error.code, error.params)
    posted: PostedForm | None = getattr(request.state, "posted", None)
    accounts = reads.slip_accounts(db, paper, round_id)
    exact = row.state not in {RoundState.READY, RoundState.OPEN}
    sizes = {one.group_id: (one.printed - one.voided - one.spare, one.used) for one in accounts}
    context = {
        "round": row,
        "paper": paper,
        "hidden": ports_of(request).unseen_groups(paper, sizes) if exact else frozenset(),
        "batches": reads.batches_by_group(db, paper, round_id),
        "accounts": accounts,
        "names": {group.id: group.name for group in paper.groups},
        "exact": exact,
        "can_print": row.state in {RoundState.READY, RoundState.OPEN},
        "can_count": row.state in {RoundState.READY, RoundState.OPEN, RoundState.SEALED},
        "message": message,
        "values": posted.as_dict() if posted and error else {},
    }
    return page(request, "slips/slips.html", status=status, **context)


@router.get("/rounds/{round_id}/slips")
def slips_page(request: Request, round_id: str, _staff: Organiser, db: Db) -> Response:
    """Show what was printed and where it is."""
    return _slips_page(request, db, round_id)


def _numbers(form: PostedForm, db: Db, round_id: str) -> dict[str, int]:
    paper, _ = frozen_paper(db, round_id)
    asked = [group for group in paper.groups if form.text(f"n-{group.id}", 8, needed=False) not in {"", "0"}]
    return {group.id: form.integer(f"n-{group.id}", 1, MAX_PER_GROUP, label=group.name) for group in asked}


@router.post("/rounds/{round_id}/slips/print")
def print_slips(  # noqa: PLR0913, PLR0917 - what a printer needs
    request: Request, round_id: str, staff: Organiser, form: Form, db: Db, now: Now, config: Config, keys: Keys
) -> Response:
    """Issue slips and send their PDF, once."""
    try:
        numbers = _numbers(form, db, round_id)
        acting, backs = Acting(db, now, staff), form.flag("backs")
        pdf = service.print_slips(acting, keys, config.base_url, (round_id, numbers), backs=backs)
    except DomainError as error:
        db.rollback()
        return _slips_page(request, db, round_id, error)
    headers = {"content-disposition": 'attachment; filename="slips.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


@router.post("/rounds/{round_id}/slips/batches/{batch_id}/void")
def void_batch(  # noqa: PLR0913, PLR0917
    request: Request, round_id: str, batch_id: str, staff: Organiser, form: Form, db: Db, now: Now
) -> Response:
    """Void the unused slips of a batch."""
    try:
        service.void_batch(Acting(db, now, staff), round_id, batch_id, form.text("reason", 100, label="作废原因"))
    except DomainError as error:
        db.rollback()
        return _slips_page(request, db, round_id, error)
    return see_other(f"/rounds/{round_id}/slips")


def _counts(form: PostedForm, db: Db, round_id: str) -> dict[str, tuple[int, int]]:
    paper, _ = frozen_paper(db, round_id)
    return {
        group.id: (
            form.integer(f"spare-{group.id}", 0, MAX_PER_GROUP, label=f"{group.name} 剩余"),
            form.integer(f"back-{group.id}", 0, MAX_PER_GROUP, label=f"{group.name} 退回"),
        )
        for group in paper.groups
    }


@router.post("/rounds/{round_id}/slips/counts")
def set_counts(request: Request, round_id: str, staff: Organiser, form: Form, db: Db, now: Now) -> Response:
    """Record what was counted by hand."""
    try:
        service.set_counts(Acting(db, now, staff), round_id, _counts(form, db, round_id))
    except DomainError as error:
        db.rollback()
        return _slips_page(request, db, round_id, error)
    return see_other(f"/rounds/{round_id}/slips")


@router.get("/rounds/{round_id}/hall")
def hall_screen(request: Request, round_id: str, _staff: KeySide, db: Db, config: Config, now: Now) -> Response:
    """Show the screen for the projector; it asks again by itself, at fixed times."""
    row, (paper, digest) = get_round(db, round_id), frozen_paper(db, round_id)
    left = (row.closes_at - now).total_seconds() if row.closes_at and row.state is RoundState.OPEN else None
    context = {
        "round": row,
        "paper": paper,
        "digest": digest,
        "address": f"{config.base_url}/v",
        "address_qr": qr_grid(f"{config.base_url}/v"),
        "wifi_qr": qr_grid(wifi_text(row.wifi_name, row.wifi_password)) if row.wifi_name else None,
        "returned": reads.turnout(db, round_id, service.TURNOUT_STEP),
        "minutes_left": max(0, int(-(-left // 60))) if left is not None else None,
    }
    response = page(request, "slips/hall.html", status=200, **context)
    if row.state in {RoundState.READY, RoundState.OPEN}:
        response.headers["refresh"] = HALL_REFRESH_SECONDS
    return response
