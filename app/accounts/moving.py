"""Moving an account to another office: who it sees and who sees it changes, what it holds must stay in its sight."""

from collections.abc import Callable, Sequence
from typing import cast

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from starlette.requests import Request

from app.accounts import service
from app.accounts.models import Staff, StaffSession
from app.audit import service as audit
from app.core.acting import Acting
from app.core.errors import DomainError
from app.offices.reads import watchers_of
from app.offices.sight import change_sights

KeysOf = Callable[[Session, str], Sequence[tuple[str, str]]]
"""Return the rounds before their count whose keys an account holds: titles, and ids of the offices they belong to."""


def holds_none(_session: Session, _staff_id: str) -> Sequence[tuple[str, str]]:
    """Return no round: for acts that move nobody."""
    return ()


def keys_of(request: Request) -> KeysOf:
    """Return the application's reader of the keys that an account holds."""
    return cast("KeysOf", request.app.state.keys_of)


def account_of(session: Session, staff_id: str) -> Staff:
    """Return an account within the session's reach, to be shown; DomainError ``not_found``."""
    found = session.scalars(select(Staff).where(Staff.id == staff_id)).first()
    if found is None:
        raise DomainError("not_found")
    return found


def check_keys(session: Session, keys: KeysOf, staff_id: str, office_id: str) -> None:
    """Refuse an office from which the account would not see a round whose key it holds.

    A box whose holder is out of reach could not be opened. DomainError ``move_holds_key`` (``round``).
    """
    for title, of_round in keys(session, staff_id):
        if office_id not in watchers_of(session, of_round):
            raise DomainError("move_holds_key", round=title)


def move(acting: Acting, staff_id: str, office_id: str, keys: KeysOf) -> None:
    """Let an account belong to another office, which is within somebody's reach who may move it; its log-ins end.

    It counts as renewed: it agrees to nothing that was asked before (SEC-77). DomainError ``own_account``,
    ``not_found``, ``move_nowhere`` or ``move_holds_key``.
    """
    if staff_id == acting.actor.id:
        raise DomainError("own_account")
    change_sights(acting.session)
    staff = service.find(acting.session, staff_id)
    if staff.office_id == office_id:
        raise DomainError("move_nowhere")
    check_keys(acting.session, keys, staff_id, office_id)
    before, staff.office_id, staff.roles_at = staff.office_id, office_id, acting.now
    acting.session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))
    told = {"login": staff.login, "before": before, "office": office_id}
    audit.record(acting.session, acting.now, acting.actor, "account.move", staff.id, **told)
