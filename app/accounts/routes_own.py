"""One's own account: the second factor is set up, confirmed and given up here."""

from fastapi import APIRouter
from starlette.responses import Response

from app.accounts import factors, service
from app.accounts.domain import needs_factor
from app.accounts.proofs import give_both
from app.office.qr import qr_grid
from app.web.desk import Desk, Refused, StaffDesk
from app.web.forms import Form
from app.web.pages import OWN_ACCOUNT
from app.web.proof import ProvenForm

router = APIRouter()


def _page(desk: Desk, refused: Refused | None = None, codes: list[str] | None = None) -> Response:
    staff = service.find_own(desk.session, desk.staff)
    waiting = factors.to_confirm(desk.session, desk.staff, staff.login)
    context = {
        "login": staff.login,
        "is_on": factors.is_on(desk.session, staff.id),
        "left": factors.left(desk.session, staff.id),
        "secret": waiting[0] if waiting else "",
        "codes": codes or [],
        "must": needs_factor(staff.roles, organiser_totp=desk.settings.organiser_totp),
    }
    desk.leave()
    return desk.show("accounts/own.html", refused, **context, code=qr_grid(waiting[1]) if waiting else None)


@router.get(OWN_ACCOUNT)
def own_account(desk: StaffDesk) -> Response:
    """Show one's own account and whether its log-in asks for a second factor."""
    return _page(desk)


@router.post("/account/factor")
def draw(desk: StaffDesk, _form: ProvenForm) -> Response:
    """Draw the secret of a second factor and show it."""
    return desk.attempt(lambda: factors.draw(desk.acting), OWN_ACCOUNT, lambda refused: _page(desk, refused))


@router.post("/account/factor/confirm")
def confirm(desk: StaffDesk, form: Form) -> Response:
    """Put the second factor in force by a first code; show the recovery codes, once."""
    return desk.attempt(
        lambda: factors.confirm(desk.acting, form.text("code", 40, label="动态码")),
        lambda codes: _page(desk, codes=codes),
        lambda refused: _page(desk, refused),
    )


@router.post("/account/factor/off")
def turn_off(desk: StaffDesk, form: Form) -> Response:
    """Give up the second factor; it takes the password and a code."""

    def look() -> Response:
        give_both(desk.request, form.text("password", 400, label="口令"), form.text("code", 40, label="动态码"))
        return desk.attempt(lambda: factors.turn_off(desk.acting), OWN_ACCOUNT, lambda refused: _page(desk, refused))

    return desk.consider(look, lambda refused: _page(desk, refused))
