"""Log-in, one-time links, and the organiser's page of accounts."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.accounts import entry, service
from app.accounts.devices import known_device, remember_device
from app.accounts.domain import Role
from app.accounts.sessions import cookie_name, session_token, set_cookie
from app.core.errors import DomainError
from app.web.auth import AnyStaff, Organiser
from app.web.errors import sentence
from app.web.forms import AnonymousForm, Form, PostedForm, check_form_token
from app.web.i18n import choose_language
from app.web.pages import page, see_other
from app.web.requests import Config, Db, Now, database

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
def login_page(request: Request) -> Response:
    """Show the log-in form."""
    return page(request, "accounts/login.html", message="", login="")


@router.post("/login")
def log_in(request: Request, form: OpenForm, now: Now) -> Response:
    """Log in; a failure is shown on the same page, with the name kept."""
    login, password = form.text("login", 64, label="用户名").lower(), form.text("password", 400, label="口令")
    known = known_device(request) is not None
    token = entry.log_in(database(request), request.app.state.passwords, now, (login, password), known=known)
    if token is None:
        status, message = sentence(choose_language(request), "login_failed", {})
        return page(request, "accounts/login.html", status=status, message=message, login=login)
    response = see_other("/")
    set_cookie(response, request, token, now)
    remember_device(response, request)
    return response


@router.post("/logout")
def log_out(request: Request, _staff: AnyStaff, _form: Form, db: Db, now: Now) -> Response:
    """End the log-in and make the browser forget it."""
    token = session_token(request, now)
    if token:
        service.log_out(db, now, token)
    request.state.renew = None
    response = see_other("/login")
    response.delete_cookie(cookie_name(https=request.app.state.settings.https))
    return response


@router.get("/welcome/{token}")
def invitation_page(request: Request, token: str, db: Db, now: Now) -> Response:
    """Show the form behind a one-time link."""
    _, staff = service.invitation(db, now, token)
    return page(request, "accounts/welcome.html", token=token, account=staff, message="", values={})


@router.post("/welcome/{token}")
def accept_invitation(request: Request, token: str, form: OpenForm, now: Now) -> Response:
    """Set the password; what was typed is shown again when it is refused."""
    with database(request).reading() as db:
        _, staff = service.invitation(db, now, token)
    try:
        typed = _typed(form, first=staff is None)
        entry.accept_invitation(database(request), request.app.state.passwords, now, token, typed)
    except DomainError as error:
        status, message = sentence(choose_language(request), error.code, error.params)
        context = {"token": token, "account": staff, "message": message, "values": form.as_dict()}
        return page(request, "accounts/welcome.html", status=status, **context)
    return see_other("/login")


def _typed(form: PostedForm, *, first: bool) -> tuple[tuple[str, str], str]:
    password = form.text("password", 400, label="口令")
    if password != form.text("again", 400, label="再输一次口令"):
        raise DomainError("passwords_differ")
    login = form.text("login", 64, needed=first, label="用户名").lower()
    return (login, form.text("name", 40, needed=first, label="姓名")), password


@router.get("/staff")
def staff_page(request: Request, _staff: Organiser, db: Db) -> Response:
    """List the accounts."""
    return page(request, "accounts/staff.html", accounts=service.everyone(db), roles=list(Role), link=None)


def _link_page(request: Request, db: Db, config: Config, token: str) -> Response:
    link = f"{config.base_url}/welcome/{token}"
    return page(request, "accounts/staff.html", accounts=service.everyone(db), roles=list(Role), link=link)


@router.post("/staff")
def create_account(request: Request, staff: Organiser, form: Form, db: Db, now: Now, config: Config) -> Response:
    """Make an account and show its one-time link, once; what was typed is shown again when it is refused."""
    try:
        login = form.text("login", 32, label="用户名").lower()
        fields = (login, form.text("name", 40, label="姓名"), form.text("role", 20, label="角色"))
        return _link_page(request, db, config, service.create_account(db, now, staff, fields))
    except DomainError as error:
        db.rollback()
        status, message = sentence(choose_language(request), error.code, error.params)
        context = {"accounts": service.everyone(db), "message": message, "values": form.as_dict()}
        return page(request, "accounts/staff.html", status=status, roles=list(Role), link=None, **context)


@router.post("/staff/{staff_id}/link")
def reissue_link(
    request: Request, staff_id: str, staff: Organiser, _form: Form, db: Db, now: Now, config: Config
) -> Response:
    """Show a fresh one-time link for an account."""
    return _link_page(request, db, config, service.reissue_link(db, now, staff, staff_id))


@router.post("/staff/{staff_id}/disable")
def disable(staff_id: str, staff: Organiser, _form: Form, db: Db, now: Now) -> Response:
    """Disable an account."""
    service.set_disabled(db, now, staff, staff_id, disabled=True)
    return see_other("/staff")


@router.post("/staff/{staff_id}/enable")
def enable(staff_id: str, staff: Organiser, _form: Form, db: Db, now: Now) -> Response:
    """Enable an account again."""
    service.set_disabled(db, now, staff, staff_id, disabled=False)
    return see_other("/staff")
