"""Log-in, one-time links, and the organiser's page of accounts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.accounts import entry, service
from app.accounts.devices import known_device, remember_device
from app.accounts.domain import Role
from app.accounts.sessions import cookie_name, session_token, set_cookie
from app.core.errors import DomainError
from app.web.auth import AnyStaff
from app.web.desk import AnybodysDesk, Desk, OpenDesk, OrganiserDesk, Refused, StaffDesk
from app.web.forms import AnonymousForm, Form, PostedForm, check_form_token
from app.web.pages import see_other
from app.web.requests import database

router = APIRouter()
START_PAGES = {
    Role.LEADER: "/results",
    Role.LIAISON: "/rectification",
    Role.SUPERVISOR: "/rectification",
    Role.AUDITOR: "/audit",
}


def _open_form(request: Request, form: AnonymousForm) -> PostedForm:
    check_form_token(request, form, "anyone")
    return form


OpenForm = Annotated[PostedForm, Depends(_open_form)]


@router.get("/")
def home(staff: AnyStaff) -> Response:
    """Lead to where the role's work begins."""
    return see_other(START_PAGES.get(Role(staff.role), "/rounds"))


@router.get("/login")
def login_page(desk: AnybodysDesk) -> Response:
    """Show the log-in form."""
    return desk.show("accounts/login.html", login="")


@router.post("/login")
def log_in(desk: AnybodysDesk, form: OpenForm) -> Response:
    """Log in; a failure is shown on the same page, with the name kept."""
    login, password = form.text("login", 64, label="用户名").lower(), form.text("password", 400, label="口令")
    known, passwords = known_device(desk.request) is not None, desk.request.app.state.passwords
    token = entry.log_in(database(desk.request), passwords, desk.now, (login, password), known=known)
    if token is None:
        return desk.show("accounts/login.html", Refused(DomainError("login_failed"), form), login=login)
    response = see_other("/")
    set_cookie(response, desk.request, token, desk.now)
    remember_device(response, desk.request)
    return response


@router.post("/logout")
def log_out(desk: StaffDesk, _form: Form) -> Response:
    """End the log-in and make the browser forget it."""
    token = session_token(desk.request, desk.now) or ""
    desk.request.state.renew = None
    response = desk.attempt(lambda: service.log_out(desk.session, desk.now, token), "/login")
    response.delete_cookie(cookie_name(https=desk.settings.desk_https))
    return response


def _welcome_page(desk: OpenDesk, token: str, refused: Refused | None = None) -> Response:
    _, staff = service.invitation(desk.session, desk.now, token)
    return desk.show("accounts/welcome.html", refused, token=token, account=staff)


@router.get("/welcome/{token}")
def invitation_page(desk: AnybodysDesk, token: str) -> Response:
    """Show the form behind a one-time link."""
    return _welcome_page(desk, token)


@router.post("/welcome/{token}")
def accept_invitation(desk: AnybodysDesk, token: str, form: OpenForm) -> Response:
    """Set the password; what was typed is shown again when it is refused."""
    _, staff = service.invitation(desk.session, desk.now, token)
    desk.leave()

    def look() -> Response:
        given, passwords = _given(form, first=staff is None), desk.request.app.state.passwords
        entry.accept_invitation(database(desk.request), passwords, desk.now, token, given)
        return see_other("/login")

    return desk.consider(look, lambda refused: _welcome_page(desk, token, refused))


def _given(form: PostedForm, *, first: bool) -> tuple[tuple[str, str], str]:
    password = form.text("password", 400, label="口令")
    if password != form.text("again", 400, label="再输一次口令"):
        raise DomainError("passwords_differ")
    login = form.text("login", 64, needed=first, label="用户名").lower()
    return (login, form.text("name", 40, needed=first, label="姓名")), password


def _staff_page(desk: Desk, refused: Refused | None = None, token: str = "") -> Response:
    accounts, link = service.everyone(desk.session), f"{desk.settings.desk_address}/welcome/{token}" if token else None
    context = {"accounts": accounts, "roles": list(Role), "link": link}
    return desk.show("accounts/staff.html", refused, **context)


@router.get("/staff")
def staff_page(desk: OrganiserDesk) -> Response:
    """List the accounts."""
    return _staff_page(desk)


@router.post("/staff")
def create_account(desk: OrganiserDesk, form: Form) -> Response:
    """Make an account and show its one-time link, once; what was typed is shown again when it is refused."""

    def act() -> str:
        login = form.text("login", 32, label="用户名").lower()
        fields = (login, form.text("name", 40, label="姓名"), form.text("role", 20, label="角色"))
        return service.create_account(desk.session, desk.now, desk.staff, fields)

    return desk.attempt(act, lambda token: _staff_page(desk, token=token), lambda refused: _staff_page(desk, refused))


@router.post("/staff/{staff_id}/link")
def reissue_link(desk: OrganiserDesk, staff_id: str, _form: Form) -> Response:
    """Show a fresh one-time link for an account."""
    return desk.attempt(
        lambda: service.reissue_link(desk.session, desk.now, desk.staff, staff_id),
        lambda token: _staff_page(desk, token=token),
    )


def _set_disabled(desk: Desk, staff_id: str, *, disabled: bool) -> Response:
    return desk.attempt(
        lambda: service.set_disabled(desk.session, desk.now, desk.staff, staff_id, disabled=disabled), "/staff"
    )


@router.post("/staff/{staff_id}/disable")
def disable(desk: OrganiserDesk, staff_id: str, _form: Form) -> Response:
    """Disable an account."""
    return _set_disabled(desk, staff_id, disabled=True)


@router.post("/staff/{staff_id}/enable")
def enable(desk: OrganiserDesk, staff_id: str, _form: Form) -> Response:
    """Enable an account again."""
    return _set_disabled(desk, staff_id, disabled=False)
