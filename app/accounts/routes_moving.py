"""The page that moves an account to another office, with what follows from it."""

from fastapi import APIRouter
from starlette.responses import Response

from app.accounts import asking, moving
from app.accounts.domain import Act, may_ask, needs_consent
from app.core.errors import DomainError
from app.offices.reads import ways_in_reach
from app.web.desk import Desk, ManagerDesk, Refused
from app.web.pages import see_other
from app.web.proof import ProvenForm

router = APIRouter()


def _page(desk: Desk, staff_id: str, refused: Refused | None = None) -> Response:
    account, three = moving.account_of(desk.session, staff_id), desk.settings.three_roles
    if not may_ask(desk.staff.roles, Act.MOVE, three_roles=three):
        raise DomainError("account_act_refused")
    context = {
        "account": account,
        "ways": ways_in_reach(desk.session, desk.staff),
        "is_asked": needs_consent(Act.MOVE, account.roles, three_roles=three),
    }
    return desk.show("accounts/move.html", refused, **context)


@router.get("/staff/{staff_id}/office")
def move_page(desk: ManagerDesk, staff_id: str) -> Response:
    """Show where an account may go, and what follows."""
    return _page(desk, staff_id)


@router.post("/staff/{staff_id}/office")
def move(desk: ManagerDesk, staff_id: str, form: ProvenForm) -> Response:
    """Move an account, or ask for it."""

    def act() -> asking.Outcome:
        office_id = form.text("office", 40, label="机构")
        keys = moving.keys_of(desk.request)
        return asking.move(desk.acting, staff_id, office_id, keys, three_roles=desk.settings.three_roles)

    return desk.attempt(act, lambda _: see_other("/staff"), lambda refused: _page(desk, staff_id, refused))
