"""The inbox of a member of staff: what waits for his consent, what he is told, and where he wants mail."""

from fastapi import APIRouter
from starlette.responses import Response

from app.consents import reads
from app.core.errors import DomainError
from app.core.lists import Wish, wish_of
from app.inbox import service as inbox
from app.web.desk import Desk, Refused, StaffDesk
from app.web.forms import Form
from app.web.health import guesses_of

router = APIRouter()
TOLD_OF_GUESSES = frozenset({"organiser", "scrutineer", "auditor"})
"""Who is told where he looks first that somebody tries slip codes."""


def _page(desk: Desk) -> Response:
    asked = reads.asked_of(desk.session, desk.staff.id)
    context = {
        "waiting": asked,
        "mine": reads.asked_by(desk.session, desk.staff.id),
        "found": inbox.found_items(desk.session, desk.staff, _wish(desk)),
        "unread": inbox.unread(desk.session, desk.staff) - len(asked),
        "guesses": guesses_of(desk.request) if not desk.staff.roles.isdisjoint(TOLD_OF_GUESSES) else None,
    }
    return desk.show("inbox/inbox.html", **context)


def _wish(desk: Desk) -> Wish:
    return wish_of(desk.request.query_params, {inbox.UNREAD})


@router.get("/inbox")
def show_inbox(desk: StaffDesk) -> Response:
    """Show what waits for the reader."""
    return _page(desk)


@router.post("/inbox/read")
def mark_read(desk: StaffDesk, form: Form) -> Response:
    """Mark one item, or all, as read."""

    def act() -> None:
        if form.flag("all"):
            inbox.mark_all_read(desk.acting)
        else:
            inbox.mark_read(desk.acting, form.sent("item", needed=True))

    return desk.attempt(act, f"/inbox{_wish(desk).here}")


def _address_page(desk: Desk, refused: Refused | None = None) -> Response:
    address = inbox.address_of(desk.session, desk.staff)
    return desk.show("inbox/address.html", refused, address=address, mail_on=desk.settings.sends_mail)


@router.get("/inbox/address")
def address_page(desk: StaffDesk) -> Response:
    """Show where the reader wants mail."""
    return _address_page(desk)


@router.post("/inbox/address")
def set_address(desk: StaffDesk, form: Form) -> Response:
    """Set where the reader wants mail, or that he wants none."""

    def act() -> None:
        if not desk.settings.sends_mail:
            raise DomainError("mail_off")
        inbox.set_address(desk.acting, form.text("address", 300, needed=False, label="邮箱地址"))

    return desk.attempt(act, "/inbox", lambda refused: _address_page(desk, refused))
