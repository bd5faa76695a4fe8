"""The batches of slips that were printed, and voiding them."""

from collections.abc import Callable

from fastapi import APIRouter
from starlette.responses import Response

from app.core.errors import DomainError
from app.core.lists import cut, wish_of
from app.rounds.domain import RoundState
from app.rounds.reads import RoundView, frozen_paper, get_round
from app.slips import reads, service
from app.slips.reads import BatchView
from app.web.desk import Desk, KeyDesk, OrganiserDesk, Refused
from app.web.forms import Form

router = APIRouter()
GOOD, VOIDED = "good", "voided"
"""States by which batches are looked for."""


def _may_void(desk: Desk, row: RoundView) -> bool:
    return "organiser" in desk.staff.roles and row.state in {RoundState.READY, RoundState.OPEN}


@router.get("/rounds/{round_id}/slips/batches")
def batches_page(desk: KeyDesk, round_id: str) -> Response:
    """Show the batches, looked for by group and reason, those that are good or those that are voided."""
    row, (paper, _) = get_round(desk.session, round_id), frozen_paper(desk.session, round_id)
    printed = reads.batches_by_group(desk.session, paper, round_id)
    names = {group.id: group.name for group in paper.groups}
    wish = wish_of(desk.request.query_params, {GOOD, VOIDED})
    wanted = (one for one in printed if wish.state in {"", VOIDED if one.void_reason else GOOD})
    context = {
        "round": row,
        "found": cut([one for one in wanted if wish.fits(names.get(one.group_id, ""), one.void_reason)], wish),
        "names": names,
        "live": sum(one.left for one in printed),
        "told_voided": row.state != RoundState.OPEN,
        "can_print": _may_void(desk, row),
    }
    return desk.show("slips/batches.html", **context)


def _void_page(desk: Desk, round_id: str, batch: BatchView | None, refused: Refused | None = None) -> Response:
    row, (paper, _) = get_round(desk.session, round_id), frozen_paper(desk.session, round_id)
    names = {group.id: group.name for group in paper.groups}
    context = {
        "round": row,
        "batch": batch,
        "name": names.get(batch.group_id, "—") if batch else "",
        "live": sum(one.left for one in reads.batches(desk.session, round_id)),
        "may": _may_void(desk, row),
    }
    return desk.show("slips/void.html", refused, **context)


def _batch(desk: Desk, round_id: str, batch_id: str) -> BatchView:
    batch = next((one for one in reads.batches(desk.session, round_id) if one.id == batch_id), None)
    if batch is None:
        raise DomainError("not_found")
    return batch


def _attempt(desk: Desk, round_id: str, act: Callable[[], None], batch_id: str = "") -> Response:
    def again(refused: Refused) -> Response:
        return _void_page(desk, round_id, _batch(desk, round_id, batch_id) if batch_id else None, refused)

    return desk.attempt(act, f"/rounds/{round_id}/slips/batches", again)


@router.get("/rounds/{round_id}/slips/batches/{batch_id}/void")
def void_batch_page(desk: OrganiserDesk, round_id: str, batch_id: str) -> Response:
    """Ask why the unused slips of a batch are voided."""
    return _void_page(desk, round_id, _batch(desk, round_id, batch_id))


@router.post("/rounds/{round_id}/slips/batches/{batch_id}/void")
def void_batch(desk: OrganiserDesk, round_id: str, batch_id: str, form: Form) -> Response:
    """Void the unused slips of a batch."""

    def act() -> None:
        reason = form.text("reason", 100, label="作废原因")
        service.void_batch(desk.acting, desk.keys, (round_id, batch_id), reason)

    return _attempt(desk, round_id, act, batch_id)


@router.get("/rounds/{round_id}/slips/void")
def void_all_page(desk: OrganiserDesk, round_id: str) -> Response:
    """Ask why the unused slips of every batch are voided."""
    return _void_page(desk, round_id, None)


@router.post("/rounds/{round_id}/slips/void")
def void_all(desk: OrganiserDesk, round_id: str, form: Form) -> Response:
    """Void the unused slips of every batch at once."""

    def act() -> None:
        service.void_all(desk.acting, desk.keys, round_id, form.text("reason", 100, label="作废原因"))

    return _attempt(desk, round_id, act)
