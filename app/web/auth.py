"""The guard of staff pages. Who is logged in is answered by accounts, through the composition root."""

from typing import Annotated

from fastapi import Depends, Request

from app.core.acting import Principal
from app.core.errors import DomainError
from app.web.menu import ACCOUNT_ROLES
from app.web.pages import OWN_ACCOUNT


def current_staff(request: Request) -> Principal | None:
    """Return who is logged in, asking once per request."""
    if not hasattr(request.state, "staff"):
        request.state.staff = request.app.state.authenticate(request)
    staff: Principal | None = request.state.staff
    return staff


class RoleGuard:
    """Lets in the named roles; the matrix test reads ``roles`` off every route."""

    def __init__(self, roles: frozenset[str]) -> None:
        self.roles = roles

    def __call__(self, request: Request) -> Principal:
        """Return the member of staff, or refuse."""
        staff = current_staff(request)
        if staff is None:
            raise DomainError("login_needed")
        if staff.roles.isdisjoint(self.roles):
            raise DomainError("role_refused")
        if getattr(request.state, "needs_factor", False) and not _is_own_page(request):
            raise DomainError("factor_needed")
        return staff


def _is_own_page(request: Request) -> bool:
    """Whether this is what somebody without the second factor that he needs may still use."""
    path = request.url.path
    return path in {OWN_ACCOUNT, "/logout"} or path.startswith(f"{OWN_ACCOUNT}/")


ALL_ROLES = (*ACCOUNT_ROLES, "leader", "liaison")
AnyStaff = Annotated[Principal, Depends(RoleGuard(frozenset(ALL_ROLES)))]
