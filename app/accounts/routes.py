"""Log-in, one-time links, and the organiser's page of accounts."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.accounts import asking, entry, logins, moving, service
from app.accounts.asking import KIND, Outcome
from app.accounts.devices import known_device, remember_device
from app.accounts.domain import Act, may_agree, may_ask, roles_offered
from app.accounts.entry import Admitted
from app.accounts.handover import is_asked
from app.accounts.models import Staff
from app.accounts.sessions import cookie_name, session_token, set_cookie
from app.consents.reads import waiting
from app.core.errors import DomainError
from app.core.lists import wish_of
from app.core.settings import is_loopback
from app.offices.shown import offices_shown
from app.web.desk import AccountsDesk, Again, AnybodysDesk, Desk, ManagerDesk, OpenDesk, Refused, StaffDesk
from app.web.forms import AnonymousForm, Form, PostedForm, check_form_token
from app.web.i18n import several
from app.web.menu import ROLE_WORDS, role_names
from app.web.pages import see_other
from app.web.proof import ProvenForm
from app.web.requests import database
from app.web.stale import Stored, refuse_stale, stored

router = APIRouter()


def _open_form(request: Request, form: AnonymousForm) -> PostedForm:
    check_form_token(request, form, "anyone")
    return form


OpenForm = Annotated[PostedForm, Depends(_open_form)]


def _login_page(desk: OpenDesk, refused: Refused | None = None) -> Response:
    return desk.show("accounts/login.html", refused)


@router.get("/login")
def login_page(desk: AnybodysDesk) -> Response:
    """Show the log-in form."""
    return _login_page(desk)


@router.post("/login")
def log_in(desk: AnybodysDesk, form: OpenForm) -> Response:
    """Log in; a failure is shown on the same page, with the name kept."""

    def look() -> Response:
        typed = form.text("login", 64, label="用户名").lower(), form.text("password", 400, label="口令")
        passwords, device = desk.request.app.state.passwords, known_device(desk.request)
        admitted = entry.log_in(database(desk.request), passwords, desk.now, typed, device)
        return _code_page(desk, admitted.ticket) if admitted.ticket else _admit(desk, admitted)

    return desk.consider(look, lambda refused: _login_page(desk, refused))


def _admit(desk: OpenDesk, admitted: Admitted) -> Response:
    response = see_other("/")
    set_cookie(response, desk.request, admitted.token, desk.now)
    remember_device(response, desk.request, admitted.device)
    return response


def _code_page(desk: OpenDesk, ticket: str, refused: Refused | None = None) -> Response:
    return desk.show("accounts/code.html", refused, ticket=ticket)


@router.post("/login/code")
def enter_code(desk: AnybodysDesk, form: OpenForm) -> Response:
    """Finish a log-in by a code of the second factor; a wrong one is asked for again without the password."""
    ticket = form.sent("ticket", 200)

    def look() -> Response:
        code = form.text("code", 40, label="动态码")
        return _admit(
            desk, entry.enter_code(database(desk.request), desk.now, ticket, code, known_device(desk.request))
        )

    def again(refused: Refused) -> Response:
        over = refused.error.code == "login_again"
        return _login_page(desk, refused) if over else _code_page(desk, ticket, refused)

    return desk.consider(look, again)


@router.post("/logout")
def log_out(desk: StaffDesk, _form: Form) -> Response:
    """End the log-in and make the browser forget it."""
    token = session_token(desk.request, desk.now) or ""
    desk.request.state.renew = None
    response = desk.attempt(lambda: logins.log_out(desk.session, desk.now, token), "/login")
    response.delete_cookie(cookie_name(https=desk.settings.desk_https))
    return response


def _welcome_page(desk: OpenDesk, token: str, refused: Refused | None = None) -> Response:
    found, staff = service.invitation(desk.session, desk.now, token)
    return desk.show(
        "accounts/welcome.html", refused, token=token, account=staff, role=found.role, with_code=is_asked(found)
    )


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
        data, device = database(desk.request), known_device(desk.request)
        device = entry.accept_invitation(data, passwords, desk.now, token, given, device)
        response = see_other("/login")
        remember_device(response, desk.request, device)
        return response

    return desk.consider(look, lambda refused: _welcome_page(desk, token, refused))


def _given(form: PostedForm, *, first: bool) -> tuple[tuple[str, str], str, str]:
    password = form.text("password", 400, label="口令")
    if password != form.text("again", 400, label="再输一次口令"):
        raise DomainError("passwords_differ")
    login = form.text("login", 64, needed=first, label="用户名").lower()
    code = form.text("code", 40, needed=False, label="交接码")
    return (login, form.name("name", 40, needed=first, label="姓名")), password, code


def _staff_page(desk: Desk, refused: Refused | None = None, outcome: Outcome | None = None) -> Response:
    roles, three = desk.staff.roles, desk.settings.three_roles
    token = outcome.token if outcome else ""
    asked = waiting(desk.session, KIND)
    context = {
        "found": service.found_staff(desk.session, wish_of(desk.request.query_params, ROLE_WORDS)),
        "link": f"{desk.settings.desk_address}/welcome/{token}" if token else None,
        "here_only": is_loopback(desk.settings.desk_address),
        "outcome": outcome,
        "handed_over": asking.to_hand_over(desk.acting),
        "waiting": asked,
        "with_link": asking.with_link(desk.session, [(one.id, one.act, one.asked_for) for one in asked]),
        **offices_shown(desk),
        "may": {act: may_ask(roles, act, three_roles=three) for act in Act},
        "agrees": {act: may_agree(roles, act, three_roles=three) for act in Act},
    }
    return desk.show("accounts/staff.html", refused, **context)


def _decide_on(desk: Desk, act: Callable[[], Outcome], again: Again | None = None) -> Response:
    """Act on an account, and show what became of it: a link, once, or that a second person is asked."""
    return desk.attempt(
        act, lambda outcome: _staff_page(desk, outcome=outcome), again or (lambda refused: _staff_page(desk, refused))
    )


@router.get("/staff")
def staff_page(desk: AccountsDesk) -> Response:
    """List the accounts, and what waits for a second person."""
    return _staff_page(desk)


def _form_page(desk: Desk, act: Act, page: str, refused: Refused | None = None, **context: object) -> Response:
    """Show a form over an account, alone: nothing that is looked for beside it takes away what is filled in."""
    three = desk.settings.three_roles
    if not may_ask(desk.staff.roles, act, three_roles=three):
        raise DomainError("account_act_refused")
    return desk.show(f"accounts/{page}.html", refused, roles=roles_offered(three_roles=three), **context)


def _new_page(desk: Desk, refused: Refused | None = None) -> Response:
    return _form_page(desk, Act.CREATE, "new", refused, **offices_shown(desk))


@router.get("/staff/new")
def new_page(desk: ManagerDesk) -> Response:
    """Show the form of a new account."""
    return _new_page(desk)


@router.post("/staff")
def create_account(desk: ManagerDesk, form: ProvenForm) -> Response:
    """Make an account, or ask for it; what was typed is shown again when it is refused."""

    def act() -> Outcome:
        login = form.text("login", 32, label="用户名").lower()
        fields = (login, form.name("name", 40, label="姓名"), _ticked_roles(form))
        office_id = form.sent("office")
        return asking.create(desk.acting, fields, office_id, three_roles=desk.settings.three_roles)

    return _decide_on(desk, act, lambda refused: _new_page(desk, refused))


def _change(desk: Desk, act: Act, staff_id: str) -> Response:
    three_roles = desk.settings.three_roles
    return _decide_on(desk, lambda: asking.change(desk.acting, act, staff_id, three_roles=three_roles))


def _stored_role(staff: Staff) -> Stored:
    return stored([(staff.name, several(role_names(staff.roles)))], staff.id)


def _ticked_roles(form: PostedForm) -> str:
    """Return the roles that were ticked; DomainError ``field_missing`` where none was."""
    if not (ticked := form.several("role[]")):
        raise DomainError("field_missing", field="角色")
    return " ".join(ticked)


@router.post("/staff/{staff_id}/link")
def reissue_link(desk: ManagerDesk, staff_id: str, _form: ProvenForm) -> Response:
    """Make a fresh one-time link for an account, or ask for it."""
    return _change(desk, Act.LINK, staff_id)


@router.post("/staff/{staff_id}/disable")
def disable(desk: ManagerDesk, staff_id: str, _form: ProvenForm) -> Response:
    """Disable an account."""
    return _change(desk, Act.DISABLE, staff_id)


@router.post("/staff/{staff_id}/enable")
def enable(desk: ManagerDesk, staff_id: str, _form: ProvenForm) -> Response:
    """Enable an account again, or ask for it."""
    return _change(desk, Act.ENABLE, staff_id)


def _role_page(desk: Desk, staff_id: str, refused: Refused | None = None) -> Response:
    account = moving.account_of(desk.session, staff_id)
    return _form_page(desk, Act.ROLE, "role", refused, account=account, stored=_stored_role(account))


@router.get("/staff/{staff_id}/role")
def role_page(desk: ManagerDesk, staff_id: str) -> Response:
    """Show the roles of an account, to be changed."""
    return _role_page(desk, staff_id)


@router.post("/staff/{staff_id}/role")
def give_roles(desk: ManagerDesk, staff_id: str, form: ProvenForm) -> Response:
    """Give an account these roles instead of those it has, or ask for it."""

    def act() -> Outcome:
        refuse_stale(form, _stored_role(service.find(desk.session, staff_id)))
        roles, three_roles = _ticked_roles(form), desk.settings.three_roles
        return asking.change(desk.acting, Act.ROLE, staff_id, roles, three_roles=three_roles)

    return _decide_on(desk, act, lambda refused: _role_page(desk, staff_id, refused))


def _answer(desk: Desk, consent_id: str, *, granted: bool) -> Response:
    def act() -> Outcome:
        keys, three_roles = moving.keys_of(desk.request), desk.settings.three_roles
        return asking.decide(desk.acting, consent_id, keys, granted=granted, three_roles=three_roles)

    return _decide_on(desk, act)


@router.post("/consents/{consent_id}/grant")
def grant(desk: AccountsDesk, consent_id: str, _form: ProvenForm) -> Response:
    """Agree to an act on an account as the second person."""
    return _answer(desk, consent_id, granted=True)


@router.post("/consents/{consent_id}/refuse")
def refuse(desk: AccountsDesk, consent_id: str, _form: Form) -> Response:
    """Refuse as the second person, or withdraw what one asked for."""
    return _answer(desk, consent_id, granted=False)
