"""The organiser's pages of slips, and the hall screen."""

from collections.abc import Callable

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.responses import Response

from app.core.chinese import CHINA
from app.core.errors import Ours
from app.core.folding import plain_number
from app.office.qr import qr_grid, wifi_text
from app.rounds.domain import RoundState
from app.rounds.ports import Unseen, ports_of
from app.rounds.reads import frozen_paper, get_round
from app.rounds.receipt_reads import root_of
from app.rounds.service import locked_round
from app.slips import print_order, reads, service
from app.slips.english import is_spoken
from app.slips.layout import BOTH
from app.slips.reach import answers
from app.web.desk import Desk, KeyDesk, OrganiserDesk, Refused, typed
from app.web.downloads import PDF
from app.web.forms import Form, PostedForm
from app.web.pages import see_other
from app.web.stale import Stored, refuse_stale, stored

router = APIRouter()
MAX_PER_GROUP = 20_000
HALL_REFRESH_SECONDS = "15"
ASKING_AGAIN = frozenset({RoundState.READY, RoundState.OPEN, RoundState.SEALED, RoundState.COUNTED})
"""States that a later one follows of which the screen shows something else; a published round is announced."""


def _slips_page(desk: Desk, round_id: str, refused: Refused | None = None) -> Response:
    db = desk.session
    row, (paper, _) = get_round(db, round_id), frozen_paper(db, round_id)
    accounts = reads.slip_accounts(db, paper, round_id)
    counted, is_organiser = reads.hand_counts(db, round_id), "organiser" in desk.staff.roles
    exact = row.state not in {RoundState.READY, RoundState.OPEN}
    unseen = ports_of(desk.request).unseen_groups(db, paper) if exact else Unseen(frozenset())
    context = {
        "round": row,
        "paper": paper,
        "hidden": unseen.groups,
        "damaged": unseen.damaged,
        "batches": reads.batches(db, round_id),
        "accounts": accounts,
        "exact": exact,
        "address": f"{desk.settings.base_url}/v",
        "leads_nowhere": desk.settings.loopback,
        "unanswered": refused and (refused.error.code == "slips_unanswered" or refused.form.flag("here_only")),
        "per_page": BOTH.per_page if is_spoken(paper) else None,
        "unprintable": print_order.unprintable_on(db, round_id),
        "live": sum(one.left for one in accounts),
        "told_voided": row.state != RoundState.OPEN,
        "can_print": is_organiser and row.state in {RoundState.READY, RoundState.OPEN},
        "is_organiser": is_organiser,
        "hand_counts": counted,
        "own": {group: (count.first if is_organiser else count.second) for group, count in counted.items()},
        "is_seconded": row.key_holders > 1,
        "can_count": row.state in {RoundState.READY, RoundState.OPEN, RoundState.SEALED},
        "values": typed(refused),
        "wrong": _wrong(refused),
        "stored": _stored_counts(desk, round_id),
    }
    return desk.show("slips/slips.html", refused, **context)


def _wrong(refused: Refused | None) -> tuple[str, str]:
    """Return which voter group's row was refused, and which of its fields; empty where none was."""
    if refused is None:
        return "", ""
    field, _, group_id = str(refused.error.params.get("at", "")).partition("-")
    of_code = "present" if refused.error.code == "present_above_expected" else "spare"
    return (group_id, field) if group_id else (str(refused.error.params.get("group_id", "")), of_code)


def _stored_counts(desk: Desk, round_id: str) -> Stored:
    """Return what the reader himself has counted: an organiser first, a scrutineer second."""
    paper, _ = frozen_paper(desk.session, round_id)
    counted, is_organiser = reads.hand_counts(desk.session, round_id), "organiser" in desk.staff.roles
    own = {group: (count.first if is_organiser else count.second) for group, count in counted.items()}
    rows = [(group.name, own.get(group.id)) for group in paper.groups]
    return stored([(name, _counted(row) if row else "") for name, row in rows], is_organiser)


def _counted(row: reads.Tally) -> str:
    present = "—" if row.present is None else row.present
    return f"到会 {present}、剩余 {row.spare}、退回 {row.handed_back}"


@router.get("/rounds/{round_id}/slips")
def slips_page(desk: KeyDesk, round_id: str) -> Response:
    """Show what was printed and where it is."""
    return _slips_page(desk, round_id)


def _numbers(form: PostedForm, session: Session, round_id: str) -> dict[str, int]:
    paper, _ = frozen_paper(session, round_id)
    asked = [
        group
        for group in paper.groups
        if plain_number(form.text(f"n-{group.id}", 8, label=group.name, needed=False)) not in {"", "0"}
    ]
    return {group.id: form.integer(f"n-{group.id}", 1, MAX_PER_GROUP, label=group.name) for group in asked}


def _file_name(desk: Desk, round_id: str) -> str:
    """Return a name by which nobody takes slips of a rehearsal for those of the round."""
    row = get_round(desk.session, round_id)
    title = f"{row.title}-{desk.today:%Y%m%d}.pdf"
    return f"测评票（演练）-{title}" if row.is_rehearsal else f"测评票-{title}"


@router.post("/rounds/{round_id}/slips/print")
def print_slips(desk: OrganiserDesk, round_id: str, form: Form) -> Response:
    """Issue slips and send their PDF, once."""
    name = _file_name(desk, round_id)
    base_url = desk.settings.base_url
    desk.leave()
    unanswered = not (desk.settings.loopback or form.flag("here_only") or answers(base_url))

    def act() -> Callable[[], bytes]:
        confirmed = {name: form.flag(name) for name in ("backs", "again", "here_only", "marked")}
        order = print_order.PrintOrder(_numbers(form, desk.session, round_id), unanswered=unanswered, **confirmed)
        return print_order.print_slips(desk.acting, desk.keys, base_url, round_id, order)

    return desk.attempt(
        act,
        lambda typeset: desk.send(typeset, PDF, name, "slips.pdf"),
        lambda refused: _slips_page(desk, round_id, refused),
    )


def _counts(form: PostedForm, session: Session, round_id: str) -> dict[str, tuple[int, int]]:
    paper, _ = frozen_paper(session, round_id)
    return {
        group.id: (
            form.integer(f"spare-{group.id}", 0, MAX_PER_GROUP, label=Ours.filled("%(group)s 剩余", group=group.name)),
            form.integer(f"back-{group.id}", 0, MAX_PER_GROUP, label=Ours.filled("%(group)s 退回", group=group.name)),
        )
        for group in paper.groups
    }


def _present(form: PostedForm, session: Session, round_id: str) -> dict[str, int]:
    """Return who came, by group id, where it was counted."""
    paper, _ = frozen_paper(session, round_id)
    return {
        group.id: form.integer(
            f"present-{group.id}", 0, MAX_PER_GROUP, label=Ours.filled("%(group)s 到会", group=group.name)
        )
        for group in paper.groups
        if form.is_filled(f"present-{group.id}")
    }


@router.post("/rounds/{round_id}/slips/counts")
def set_counts(desk: KeyDesk, round_id: str, form: Form) -> Response:
    """Record what was counted by hand, by an organiser and by a scrutineer after him."""

    def act() -> None:
        locked_round(desk.session, round_id)
        refuse_stale(form, _stored_counts(desk, round_id))
        present = _present(form, desk.session, round_id)
        service.set_counts(desk.acting, round_id, _counts(form, desk.session, round_id), present)

    return desk.attempt(act, f"/rounds/{round_id}/slips", lambda refused: _slips_page(desk, round_id, refused))


@router.get("/rounds/{round_id}/hall")
def hall_screen(desk: KeyDesk, round_id: str) -> Response:
    """Show the screen for the projector; it asks again by itself, at fixed times."""
    row, (paper, digest) = get_round(desk.session, round_id), frozen_paper(desk.session, round_id)
    if row.state is RoundState.PUBLISHED:
        return see_other(f"/rounds/{round_id}/announce/screen")
    returned = reads.turnout(desk.session, round_id, service.TURNOUT_STEP)
    left = (row.closes_at - desk.now).total_seconds() if row.closes_at and row.state is RoundState.OPEN else None
    root = root_of(desk.session, round_id)
    address = f"{desk.settings.base_url}/v"
    desk.leave()
    context = {
        "round": row,
        "waits": row.state is RoundState.READY,
        "is_open": row.state is RoundState.OPEN,
        "paper": paper,
        "digest": digest,
        "address": address,
        "address_qr": qr_grid(address),
        "receipts_qr": qr_grid(f"{desk.settings.base_url}/receipts/{round_id}") if root else None,
        "wifi_qr": qr_grid(wifi_text(row.wifi_name, row.wifi_password)) if row.wifi_name else None,
        "root": root,
        "returned": returned,
        "clock": f"{desk.now.astimezone(CHINA):%H:%M}",
        "ends_at": f"{row.closes_at.astimezone(CHINA):%H:%M} " if left is not None and row.closes_at else "",
        "minutes_left": max(0, int(-(-left // 60))) if left is not None else None,
    }
    response = desk.show("slips/hall.html", **context)
    if row.state in ASKING_AGAIN:
        response.headers["refresh"] = HALL_REFRESH_SECONDS
    return response
