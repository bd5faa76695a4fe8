"""Where a log-in leads: to the page that was asked for before it, a form that was posted too late, or one's work."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.accounts.domain import Role
from app.web.auth import AnyStaff
from app.web.desk import StaffDesk
from app.web.forms import AnonymousForm, PostedForm, check_form_token, form_owner
from app.web.kept import GO_ON, WAY_COOKIE, kept_form, way_back
from app.web.pages import see_other

router = APIRouter()
START_PAGES = {
    Role.ORGANISER: "/rounds",
    Role.SCRUTINEER: "/rounds",
    Role.LEADER: "/results",
    Role.LIAISON: "/rectification",
    Role.SUPERVISOR: "/rectification",
    Role.AUDITOR: "/audit",
    Role.SYSADMIN: "/staff",
    Role.SECADMIN: "/staff",
}
"""Where the work of each role begins; who has several begins with the first of them."""


@router.get("/")
def home(staff: AnyStaff, request: Request) -> Response:
    """Lead to the page that was asked for before the log-in, or to where the role's work begins."""
    wanted = way_back(request)
    response = see_other(wanted or next(page for role, page in START_PAGES.items() if role in staff.roles))
    if wanted:
        response.delete_cookie(WAY_COOKIE)
    return response


def _from_kept_page(request: Request, form: AnonymousForm) -> PostedForm:
    # The page was made while nobody was logged in, and carries the token of anyone's forms; or while its sender was
    # and lacked a second factor, and carries his own.
    check_form_token(request, form, "anyone", form_owner(request))
    return form


@router.post(GO_ON)
def go_on(desk: StaffDesk, form: Annotated[PostedForm, Depends(_from_kept_page)]) -> Response:
    """Show a form that was kept over the end of a log-in, to be sent where it was meant to go."""
    path, fields = kept_form(form)
    return desk.show("again.html", to=path, fields=fields)
